"""Making a letter and changing its draft."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import COORDINATOR, DEADLINE, NOW, STRANGER, draft, letter_in_draft, letter_row, prepared, staff_actor
from webapp.domain import limits
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, WrongState
from webapp.domain.permission import Permission
from webapp.persistence.record import load_events
from webapp.persistence.tables import GrantRow
from webapp.services import letters
from webapp.services.access import load_letter
from webapp.services.letters import AuthorDraft, TargetDraft


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator)


def test_new_letter_is_a_draft_that_its_maker_owns(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letters.create_letter(session, coordinator, prepared(), now=NOW)
        row = load_letter(session, coordinator, reference, Permission.SEAL)
        assert (row.state, row.deadline, row.edition) == ("drafting", DEADLINE, 1)
        assert [event.kind for event in load_events(session, row.id)] == ["letter.created"]


def test_letter_made_by_the_command_belongs_to_nobody_until_it_is_handed_over(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letters.create_letter(session, COMMAND, prepared(), now=NOW)
        with pytest.raises(NotFound):
            load_letter(session, coordinator, reference, Permission.SEE)
        with pytest.raises(NotAllowed):
            letters.hand_to_staff(session, coordinator, reference, coordinator.reference, now=NOW)
        letters.hand_to_staff(session, COMMAND, reference, coordinator.reference, now=NOW)
        letters.hand_to_staff(session, COMMAND, reference, coordinator.reference, now=NOW)
        assert load_letter(session, coordinator, reference, Permission.SEE).reference == reference
        assert len(session.scalars(select(GrantRow)).all()) == 1


def test_facts_are_read_as_they_were_typed(store: Store, coordinator: Actor) -> None:
    with store() as session:
        typed = draft()
        reference = letters.create_letter(session, coordinator, letters.prepare_draft(typed), now=NOW)
        read, edition = letters.read_draft(session, coordinator, reference)
        assert read == replace(typed, statement="", references_typed="")
        assert edition == 1


def test_saving_raises_the_edition_and_is_recorded(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        letters.edit_letter(session, coordinator, drafted, draft(title="Another title", targets=(), authors=()), 1, now=NOW)
        row = letter_row(session, drafted)
        assert (row.title, row.edition, list(row.targets), list(row.authors)) == ("Another title", 2, [], [])
        assert load_events(session, row.id)[-1].public["title"] == "Another title"


def test_facts_leave_text_and_references_as_they_are(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        row = letter_row(session, drafted)
        held = (row.statement.body, row.statement.edition, list(row.references))
        letters.edit_letter(session, coordinator, drafted, draft(statement="Another.", references_typed=""), 1, now=NOW)
        assert (row.statement.body, row.statement.edition, list(row.references)) == held


def test_edition_that_somebody_has_saved_over_is_refused(store: Store, connection: Connection, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        letters.edit_letter(session, coordinator, drafted, draft(title="The first to save"), 1, now=NOW)
    with unchanged(connection), pytest.raises(Conflict, match="Somebody else has saved"), store() as session:
        letters.edit_letter(session, coordinator, drafted, draft(title="The second"), 1, now=NOW)


def test_r3_letter_that_is_being_signed_is_edited_no_more(store: Store, connection: Connection, coordinator: Actor, letter: str) -> None:
    with unchanged(connection), pytest.raises(WrongState, match="Sign-on has been opened"), store() as session:
        letters.edit_letter(session, coordinator, letter, draft(title="Another"), 1, now=NOW)
    with store() as session, pytest.raises(WrongState):
        letters.read_draft(session, coordinator, letter)


def test_r13_stranger_neither_reads_nor_edits(store: Store, connection: Connection, drafted: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
    with unchanged(connection), store() as session:
        with pytest.raises(NotFound):
            letters.read_draft(session, stranger, drafted)
        with pytest.raises(NotFound):
            letters.edit_letter(session, stranger, drafted, draft(), 1, now=NOW)


def test_r13_grant_is_for_one_letter(store: Store, drafted: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        letters.create_letter(session, stranger, prepared(title="A letter of the stranger’s own"), now=NOW)
        with pytest.raises(NotFound):
            load_letter(session, stranger, drafted, Permission.SEE)
        assert load_letter(session, staff_actor(session, COORDINATOR), drafted, Permission.SEE)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"title": "x" * (limits.TITLE + 1)}, "title"),
    ({"title": "one\ntwo"}, "title"),
    ({"title": "a\x00b"}, "title"),
    ({"title": "a\u202eb"}, "title"),
    ({"lead_society": "x" * (limits.PRINTED_NAME + 1)}, "lead_society"),
    ({"contact_email": "nobody"}, "contact_email"),
    ({"contact_email": "a@x.org\r\nBcc: b@x.org"}, "contact_email"),
    ({"collective_noun": "mobs"}, "collective_noun"),
    ({"ask": "surrender"}, "ask"),
    ({"journal": "x" * (limits.JOURNAL + 1)}, "journal"),
    ({"addressee": "a\x07b"}, "addressee"),
    ({"addressee": "x" * (limits.ADDRESSEE + 1)}, "addressee"),
    ({"statement": "x" * (limits.STATEMENT + 1)}, "statement"),
    ({"authors": (AuthorDraft("A", competing_interests="x" * (limits.COMPETING_INTERESTS + 1)),)}, "authors-0-competing_interests"),
    ({"statement": "a\x00b"}, "statement"),
    ({"references_typed": "@article{"}, "references_typed"),
    ({"deadline_zone": "Atlantis/Capital"}, "deadline_zone"),
    ({"targets": (TargetDraft("trial", "x" * (limits.CITATION + 1)),)}, "targets-0-citation"),
    ({"targets": (TargetDraft("trial", "A", doi="x" * (limits.DOI + 1)),)}, "targets-0-doi"),
    ({"targets": (TargetDraft("x" * (limits.ROLE + 1), "A"),)}, "targets-0-role"),
    ({"authors": (AuthorDraft("x" * (limits.PERSON_NAME + 1)),)}, "authors-0-full_name"),
    ({"authors": (AuthorDraft("A", affiliation="x" * (limits.AFFILIATION + 1)),)}, "authors-0-affiliation"),
    ({"authors": (AuthorDraft("A", orcid="0000\x00"),)}, "authors-0-orcid"),
    ({"authors": (AuthorDraft("A", orcid="0" * 41),)}, "authors-0-orcid"),
    ({"authors": (AuthorDraft("A", competing_interests="a\x07b"),)}, "authors-0-competing_interests"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_bad_input_names_its_field_and_nothing_is_stored(
    store: Store, connection: Connection, coordinator: Actor, changes: dict[str, Any], field: str
) -> None:
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        letters.create_letter(session, coordinator, prepared(**changes), now=NOW)
    assert refused.value.field == field


@pytest.mark.parametrize("typed", ["https://doi.org/10.5555/x", "http://dx.doi.org/10.5555/x", "DOI:10.5555/x", "10.5555/x"])
def test_doi_is_kept_without_the_address_that_people_paste_with_it(store: Store, coordinator: Actor, typed: str) -> None:
    with store() as session:
        reference = letters.create_letter(session, coordinator, prepared(targets=(TargetDraft("trial", "A", typed),)), now=NOW)
        assert letter_row(session, reference).targets[0].doi == "10.5555/x"


def test_letter_without_a_deadline_is_a_draft_like_any_other(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letters.create_letter(session, coordinator, prepared(deadline_local=None), now=NOW + timedelta(days=1))
        read, _edition = letters.read_draft(session, coordinator, reference)
        assert read.deadline_local is None


def test_references_are_read_before_the_transaction_and_not_in_it(
    store: Store, coordinator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = prepared(references_typed="@article{vale2026, title={A quiet hour}, year=2026}")
    # Pandoc takes a part of a second, up to ten; within the transaction everybody else would wait for it.
    monkeypatch.setattr("webapp.rendering.pandoc.subprocess.run", _refuse_to_run)
    with store() as session:
        reference = letters.create_letter(session, coordinator, ready, now=NOW)
        assert [item["id"] for item in letter_row(session, reference).references] == ["vale2026"]


def _refuse_to_run(*_arguments: Any, **_more: Any) -> None:
    raise AssertionError("a converter runs inside the transaction")
