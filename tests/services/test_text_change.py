"""Changing the text while sign-on is open: who signed what, and who has to be asked again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.conftest import Store
from tests.factories import ANNA, BRUNO, NOW, entry, letter_in_signing, letter_row, sign
from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput, WrongState
from webapp.domain.text import Change
from webapp.persistence.record import load_events
from webapp.persistence.tables import OutboxRow
from webapp.services import documents, revisions, text_change, texts
from webapp.services.revisions import Declaration
from webapp.services.text_change import Declared

LATER = NOW + timedelta(days=1)


def wall_clock(typed: str) -> datetime:
    """As a page sends it: in the zone of the letter, so without one of its own."""
    return datetime.fromisoformat(typed)


WINDOW = wall_clock("2026-03-10T12:00")


@pytest.fixture
def signed(store: Store, coordinator: Actor) -> str:
    """Two societies are asked; Anna's has signed."""
    with store() as session:
        letter = letter_in_signing(session, coordinator, entry(), entry("Society of the Dunes", BRUNO, "Bruno Wirth"))
        sign(session, letter)
        return letter


def revise(store: Store, coordinator: Actor, letter: str, change: str) -> None:
    with store() as session:
        row = letter_row(session, letter)
        text = row.statement
        texts.write_text(session, coordinator, letter, text.reference, text.body + " One word more.", text.edition, now=LATER)
        revisions.make_revision(session, coordinator, letter, Declaration("One word more", change), now=LATER)


def freeze(store: Store, coordinator: Actor, letter: str, change: str, **more: object) -> None:
    declared = {"is_fit": True, "object_until": WINDOW if change == Change.EDITORIAL else None, **more}
    with store() as session:
        text_change.change_text(session, coordinator, letter, Declared(change, **declared), now=LATER)  # type: ignore[arg-type]


def counts(store: Store, letter: str) -> tuple[int, int]:
    """Signatories, and societies that have to affirm; each list is counted both ways (R5)."""
    with store() as session:
        row = letter_row(session, letter)
        signing = documents.signing_answers(session, row)
        assert len(signing) == documents.signed_count(session, row) == len(documents.signatory_lines(session, row))
        return len(signing), len(documents.answers_to_affirm(session, row))


def test_r4_signature_stands_across_an_editorial_change(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    assert counts(store, signed) == (1, 0), "a revision alone changes nothing"
    freeze(store, coordinator, signed, Change.EDITORIAL)
    assert counts(store, signed) == (1, 0)


def test_r4_signature_waits_after_a_substantive_change(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    freeze(store, coordinator, signed, Change.SUBSTANTIVE)
    assert counts(store, signed) == (0, 1)


def test_r4_society_that_affirms_is_a_signatory_again(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    freeze(store, coordinator, signed, Change.SUBSTANTIVE)
    with store() as session:
        sign(session, signed, at=LATER + timedelta(hours=1))
    assert counts(store, signed) == (1, 0)


def test_r16_every_representative_is_told_once_of_each_change(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    with store() as session:
        told = session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == "text_changed").order_by(OutboxRow.id))
        assert list(told) == [ANNA, BRUNO]


def test_r17_record_tells_what_is_in_force(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    with store() as session:
        row = letter_row(session, signed)
        event = load_events(session, row.id)[-1]
        assert row.revision_in_force is not None
        assert (event.kind, event.public["revision"], event.public["digest"]) == ("revision.frozen", 2, row.revision_in_force.digest)


@pytest.mark.parametrize(
    ("change", "more", "field"),
    [
        pytest.param("", {}, "change", id="how far it goes must be said"),
        pytest.param(Change.EDITORIAL, {"object_until": None}, "object_until", id="a window for objections must be named"),
        pytest.param(
            Change.EDITORIAL, {"object_until": wall_clock("2026-01-01T00:00")}, "object_until", id="the window may not have passed"
        ),
        pytest.param(Change.EDITORIAL, {"object_until": wall_clock("2027-01-01T00:00")}, "object_until", id="the window ends with sign-on"),
        pytest.param(Change.SUBSTANTIVE, {"is_fit": False}, "reason_unfit", id="what is not ticked needs a reason"),
    ],
)
def test_change_that_is_not_declared_whole_is_refused(
    store: Store, coordinator: Actor, signed: str, change: str, more: dict[str, object], field: str
) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    with pytest.raises(InvalidInput) as refused:
        freeze(store, coordinator, signed, change, **more)
    assert refused.value.field == field
    assert counts(store, signed) == (1, 0)


def test_nothing_is_put_in_force_without_a_newer_revision_of_the_text_as_it_is(store: Store, coordinator: Actor, signed: str) -> None:
    with pytest.raises(WrongState, match="make a revision"):
        freeze(store, coordinator, signed, Change.SUBSTANTIVE)
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    with store() as session:
        text = letter_row(session, signed).statement
        texts.write_text(session, coordinator, signed, text.reference, text.body + " And another.", text.edition, now=LATER)
    with pytest.raises(WrongState, match="since revision 2"):
        freeze(store, coordinator, signed, Change.SUBSTANTIVE)
