"""References of a letter: nobody takes another's away unseen, a file is taken whole or not, and what a register said is kept."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import Store
from tests.factories import NOW, letter_in_draft, letter_row
from webapp.domain.actor import Actor
from webapp.domain.errors import BrokenReferences, InvalidInput, NotFound
from webapp.domain.reference_typing import TypedReference
from webapp.lookup.record import Record
from webapp.persistence.record import load_events
from webapp.rendering.styles import DEFAULT_STYLE
from webapp.services import letters, reference_list, texts
from webapp.services.reference_list import ReferencesChanged, Shelf

BOOK = TypedReference(kind="book", title="Essays for slow readers", authors="Sombra, Inés", issued="2022")
RIS = "TY  - JOUR\nID  - thorn2020\nTI  - Noise at night\nAU  - Thorn, B\nPY  - 2020\nDO  - 10.5555/n.1\nER  - \n"


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator)


def shelf(store: Store, actor: Actor, letter: str, style: str = DEFAULT_STYLE) -> Shelf:
    with store() as session:
        return reference_list.show_references(session, actor, letter, style=style)


def keys(store: Store, actor: Actor, letter: str) -> list[str]:
    return [line.key for line in shelf(store, actor, letter).review.lines]


def events(store: Store, letter: str) -> list[dict[str, Any]]:
    with store() as session:
        found = load_events(session, letter_row(session, letter).id)
        return [dict(event.public) for event in found if event.kind == "references.edited"]


def test_reference_that_is_typed_stands_in_the_list_and_in_the_record(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        assert reference_list.add_reference(session, coordinator, drafted, BOOK, now=NOW) == "sombra2022"
    found = shelf(store, coordinator, drafted)
    assert "Sombra I. Essays for slow readers" in found.entries["sombra2022"]
    assert found.edition == 2
    assert events(store, drafted) == [{"added": 1, "count": 2}]


def test_references_stand_in_the_order_in_which_the_texts_cite_them(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        reference_list.add_reference(session, coordinator, drafted, BOOK, now=NOW)
        short = texts.add_short_form(session, coordinator, drafted, "For the journal", now=NOW)
        statement = letter_row(session, drafted).statement.reference
        texts.write_text(session, coordinator, drafted, statement, "One [@sombra2022]. Code: `[@gone]`.", 1, now=NOW)
        texts.write_text(session, coordinator, drafted, short, "Two [@vale2026] and [@gone2020].", 1, now=NOW)
    review = shelf(store, coordinator, drafted).review
    assert [(line.key, line.number) for line in review.lines] == [("sombra2022", 1), ("vale2026", None)]
    assert review.lines[1].cited == (("“For the journal”", 1),)
    assert review.missing == (("gone2020", ("“For the journal”",)),)


def test_second_person_takes_nothing_away_unseen(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        reference_list.add_reference(session, coordinator, drafted, BOOK, now=NOW)
    for act in (
        lambda session: reference_list.remove_reference(session, coordinator, drafted, "vale2026", 1, now=NOW),
        lambda session: reference_list.change_reference(session, coordinator, drafted, "vale2026", BOOK, 1, now=NOW),
        lambda session: reference_list.import_references(
            session, coordinator, drafted, reference_list.plan([], RIS), 1, with_doubles=False, now=NOW
        ),
    ):
        with store() as session, pytest.raises(ReferencesChanged, match="What you typed is still here"):
            act(session)
    assert keys(store, coordinator, drafted) == ["vale2026", "sombra2022"]


def test_page_of_facts_and_list_of_references_do_not_stand_in_each_other_s_way(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        draft, edition = letters.read_draft(session, coordinator, drafted)
        reference_list.add_reference(session, coordinator, drafted, BOOK, now=NOW)
    with store() as session:
        letters.edit_letter(session, coordinator, drafted, replace(draft, title="Another title"), edition, now=NOW)
    assert keys(store, coordinator, drafted) == ["vale2026", "sombra2022"]


def test_file_is_brought_in_whole(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        held, edition = reference_list.read_references(session, coordinator, drafted)
    planned = reference_list.plan(held, RIS)
    with store() as session:
        reference_list.import_references(session, coordinator, drafted, planned, edition, with_doubles=False, now=NOW)
    assert keys(store, coordinator, drafted) == ["vale2026", "thorn2020"]
    assert events(store, drafted) == [{"imported": 1, "count": 2}]


def test_file_that_is_broken_in_part_brings_nothing(store: Store, coordinator: Actor, drafted: str) -> None:
    with pytest.raises(BrokenReferences, match="Line 8, entry x"):
        reference_list.plan([], RIS + "TY  - JOUR\nID  - x\nER  - \n")
    assert keys(store, coordinator, drafted) == ["vale2026"]


def test_more_than_two_hundred_in_all_are_refused(store: Store, coordinator: Actor, drafted: str) -> None:
    held = [{"id": f"a{number}", "title": str(number)} for number in range(200)]
    with pytest.raises(InvalidInput, match="There are 201 references"):
        reference_list.plan(held, RIS)


def test_change_keeps_the_key_and_what_the_form_does_not_ask_for(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        typed = TypedReference(title="A loud hour", authors="Vale, A", key="another", issued="2026")
        reference_list.change_reference(session, coordinator, drafted, "vale2026", typed, 1, now=NOW)
    (line,) = shelf(store, coordinator, drafted).review.lines
    assert (line.key, line.item["title"]) == ("vale2026", "A loud hour")


def test_nothing_changed_is_no_event(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        held, edition = reference_list.read_references(session, coordinator, drafted)
        planned = reference_list.plan(held, json.dumps([dict(item) for item in held]))
        reference_list.import_references(session, coordinator, drafted, planned, edition, with_doubles=True, now=NOW)
    assert events(store, drafted) == []


def test_reference_that_is_not_there_cannot_be_changed_or_removed(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session, pytest.raises(NotFound):
        reference_list.remove_reference(session, coordinator, drafted, "gone", 1, now=NOW)
    with store() as session, pytest.raises(NotFound):
        reference_list.change_reference(session, coordinator, drafted, "gone", BOOK, 1, now=NOW)


def test_what_a_register_said_is_kept_until_it_says_otherwise(store: Store, coordinator: Actor, drafted: str) -> None:
    item = {"title": "Noise at night", "author": [{"family": "Thorn"}], "DOI": "10.5555/N.1"}
    with store() as session:
        planned = reference_list.plan([], RIS)
        reference_list.import_references(session, coordinator, drafted, planned, 1, with_doubles=False, now=NOW)
        assert "10.5555/n.1" in reference_list.works_of(session, coordinator, drafted)
        retracted = Record(item, ("It was retracted on 5 March 2025",), is_retracted=True, source="Crossref")
        reference_list.keep_records(session, {reference_list.work_of(retracted): retracted}, now=NOW)
    found = shelf(store, coordinator, drafted)
    assert found.review.lines[1].findings[0].sentence == "It was retracted on 5 March 2025 (Crossref)."
    assert found.checked_at is not None
    with store() as session:
        reinstated = Record(item, (), is_retracted=False, source="Crossref")
        reference_list.keep_records(session, {"10.5555/n.1": reinstated}, now=NOW + timedelta(days=1))
    assert all("retracted" not in finding.sentence for finding in shelf(store, coordinator, drafted).review.lines[1].findings)
