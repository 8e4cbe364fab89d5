"""Writing texts: nobody overwrites anybody unseen, and a sitting is one event."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import COORDINATOR, NOW, letter_in_draft, letter_row, staff_actor
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.persistence.record import load_events
from webapp.services import people, texts
from webapp.services.texts import TextChanged

OTHER = "other@example.org"


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator)


def statement(store: Store, letter: str) -> str:
    with store() as session:
        return letter_row(session, letter).statement.reference


def edits(store: Store, letter: str) -> int:
    with store() as session:
        return sum(event.kind == "text.edited" for event in load_events(session, letter_row(session, letter).id))


def test_second_writer_is_shown_what_the_first_saved(store: Store, coordinator: Actor, drafted: str) -> None:
    text = statement(store, drafted)
    with store() as session:
        second = staff_actor(session, OTHER)
        people.add_person(session, coordinator, drafted, OTHER, "drafter", now=NOW)
        assert texts.write_text(session, coordinator, drafted, text, "The first says this.", 1, now=NOW) == 2
        with pytest.raises(TextChanged) as refused:
            texts.write_text(session, second, drafted, text, "The second says that.", 1, now=NOW)
        shown = refused.value.text
        assert (shown.body, shown.edition, shown.edited_by) == ("The first says this.", 2, COORDINATOR)
        assert texts.write_text(session, second, drafted, text, "Both say this.", 2, now=NOW) == 3


def test_saving_what_is_there_already_is_no_edit(store: Store, coordinator: Actor, drafted: str) -> None:
    text = statement(store, drafted)
    with store() as session:
        body = letter_row(session, drafted).statement.body
        assert texts.write_text(session, coordinator, drafted, text, body, 1, now=NOW) == 1
    assert edits(store, drafted) == 0


def test_text_that_is_sent_once_more_after_a_lost_answer_is_saved_once(store: Store, coordinator: Actor, drafted: str) -> None:
    text = statement(store, drafted)
    with store() as session:
        assert texts.write_text(session, coordinator, drafted, text, "Sent twice.", 1, now=NOW) == 2
        assert texts.write_text(session, coordinator, drafted, text, "Sent twice.", 1, now=NOW) == 2
    assert edits(store, drafted) == 1


def test_saves_of_one_sitting_are_one_event(store: Store, coordinator: Actor, drafted: str) -> None:
    text = statement(store, drafted)
    for number in range(1, 5):
        with store() as session:
            texts.write_text(session, coordinator, drafted, text, f"Version {number}.", number, now=NOW + timedelta(minutes=number))
    assert edits(store, drafted) == 1
    with store() as session:
        texts.write_text(session, coordinator, drafted, text, "The next day.", 5, now=NOW + timedelta(days=1))
    assert edits(store, drafted) == 2


def test_two_texts_written_in_turn_are_one_event_each(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        second = staff_actor(session, OTHER)
        people.add_person(session, coordinator, drafted, OTHER, "drafter", now=NOW)
        pair = [statement(store, drafted), texts.add_short_form(session, coordinator, drafted, "For the journal", now=NOW)]
    before = edits(store, drafted)
    for number in range(1, 5):
        for text, who in zip(pair, (coordinator, second), strict=True):
            with store() as session:
                texts.write_text(session, who, drafted, text, f"Version {number}.", number, now=NOW + timedelta(minutes=number))
    assert edits(store, drafted) == before + 2
    for text, who in zip(pair, (second, coordinator), strict=True):
        with store() as session:
            texts.write_text(session, who, drafted, text, "By the other.", 5, now=NOW + timedelta(minutes=6))
    assert edits(store, drafted) == before + 4


def test_text_that_cites_what_is_missing_is_saved_all_the_same(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        texts.write_text(session, coordinator, drafted, statement(store, drafted), "As shown [@nobody2026].", 1, now=NOW)
    with store() as session:
        assert letter_row(session, drafted).statement.body == "As shown [@nobody2026]."


def test_text_that_is_too_long_is_refused_in_a_sentence(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session, pytest.raises(InvalidInput, match="100000 is the most"):
        texts.write_text(session, coordinator, drafted, statement(store, drafted), "x" * 100_001, 1, now=NOW)


def test_short_form_begins_as_a_copy_and_can_go_again(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        short = texts.add_short_form(session, coordinator, drafted, "For the journal", now=NOW)
        letter = letter_row(session, drafted)
        assert [text.name for text in letter.texts] == ["Statement", "For the journal"]
        assert letter.texts[1].body == letter.statement.body
        texts.remove_short_form(session, coordinator, drafted, short, 1, now=NOW)
        with pytest.raises(NotFound):
            texts.read_text(session, coordinator, drafted, short)


def test_short_form_that_somebody_has_edited_is_not_removed(store: Store, connection: Connection, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        short = texts.add_short_form(session, coordinator, drafted, "For the journal", now=NOW)
    with store() as session:
        texts.write_text(session, coordinator, drafted, short, "Written a moment ago.", 1, now=NOW)
    with unchanged(connection), pytest.raises(Conflict, match="has edited “For the journal”"), store() as session:
        texts.remove_short_form(session, coordinator, drafted, short, 1, now=NOW)
    with store() as session:
        assert texts.read_text(session, coordinator, drafted, short).text.body == "Written a moment ago."
        texts.remove_short_form(session, coordinator, drafted, short, 2, now=NOW)


def test_statement_cannot_be_removed(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session, pytest.raises(InvalidInput, match="what the societies sign"):
        texts.remove_short_form(session, coordinator, drafted, statement(store, drafted), 1, now=NOW)
