"""Where a text is to go: chosen, measured, dated; a crossed limit is shown, and refuses only the freezing."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import NOW, SEALABLE, STRANGER, letter_closed, letter_in_draft, letter_row, letter_submitted, staff_actor
from webapp.domain import limits
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, WrongState
from webapp.domain.permission import Role
from webapp.domain.text import TextKind
from webapp.domain.venue import Limits, Part, Source, Standing, Venue, WordLimit
from webapp.persistence.record import load_events
from webapp.persistence.shipped_venues import shipped_venues
from webapp.persistence.tables import ChosenVenueRow, TextRow
from webapp.services import chosen_venues, people, submissions, venues
from webapp.services.chosen_venues import ChosenVenue
from webapp.services.references import new_reference

AJR, BCMJ, BMJ = "ajr-letter", "bcmj-letter", "bmj-rapid-response"
FERNS = Venue(
    "", "Journal of Ferns", "letter", Limits(words=WordLimit(9), authors=1), sources=(Source("https://ferns.example.org/letters", 2026),)
)


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator)


@pytest.fixture
def statement(store: Store, drafted: str) -> str:
    with store() as session:
        return letter_row(session, drafted).statement.reference


@pytest.fixture
def short_form(store: Store, drafted: str) -> str:
    with store() as session:
        letter = letter_row(session, drafted)
        row = TextRow(reference=new_reference(), kind=TextKind.SHORT_FORM, position=1, name="Short form", body="In short: no.")
        letter.texts.append(row)
        return row.reference


@pytest.fixture
def ferns(store: Store) -> str:
    """A venue that takes nine words and one author."""
    with store() as session:
        return venues.add_venue(session, COMMAND, FERNS, now=NOW)


def chosen(session: Any, actor: Actor, letter: str, text: str) -> tuple[ChosenVenue, ...]:
    return next(one.venues for one in chosen_venues.list_chosen(session, actor, letter, now=NOW) if one.reference == text)


def test_statement_goes_to_several_venues_in_the_order_in_which_they_were_chosen(
    store: Store, coordinator: Actor, drafted: str, statement: str
) -> None:
    with store() as session:
        for slug in (BMJ, AJR, BCMJ):
            chosen_venues.choose_venue(session, coordinator, drafted, statement, slug, now=NOW)
        assert [one.venue.slug for one in chosen(session, coordinator, drafted, statement)] == [BMJ, AJR, BCMJ]
        chosen_venues.drop_venue(session, coordinator, drafted, statement, AJR, now=NOW)
        assert [one.venue.slug for one in chosen(session, coordinator, drafted, statement)] == [BMJ, BCMJ]
        kinds = [event.kind for event in load_events(session, letter_row(session, drafted).id)][-4:]
        assert kinds == ["venue.chosen"] * 3 + ["venue.dropped"]


def test_short_form_is_cut_for_one_venue_and_another_takes_its_place(
    store: Store, coordinator: Actor, drafted: str, short_form: str
) -> None:
    with store() as session:
        for slug in (AJR, BMJ):
            chosen_venues.choose_venue(session, coordinator, drafted, short_form, slug, now=NOW)
        assert [one.venue.slug for one in chosen(session, coordinator, drafted, short_form)] == [BMJ]
        kinds = [event.kind for event in load_events(session, letter_row(session, drafted).id)][-3:]
        assert kinds == ["venue.chosen", "venue.dropped", "venue.chosen"]


def test_venue_is_chosen_once_and_not_without_end(
    store: Store, connection: Connection, coordinator: Actor, drafted: str, statement: str
) -> None:
    slugs = list(shipped_venues())[: limits.VENUES_OF_A_TEXT]
    with store() as session:
        for slug in slugs:
            chosen_venues.choose_venue(session, coordinator, drafted, statement, slug, now=NOW)
    for slug in (slugs[0], list(shipped_venues())[limits.VENUES_OF_A_TEXT]):
        with unchanged(connection), store() as session, pytest.raises(Conflict):
            chosen_venues.choose_venue(session, coordinator, drafted, statement, slug, now=NOW)


def test_crossed_limit_is_shown_and_refuses_the_freezing_alone(
    store: Store, coordinator: Actor, drafted: str, statement: str, ferns: str
) -> None:
    with store() as session:
        chosen_venues.choose_venue(session, coordinator, drafted, statement, ferns, now=NOW)
        chosen_venues.choose_venue(session, coordinator, drafted, statement, BMJ, now=NOW)
        crossing, unknown = chosen(session, coordinator, drafted, statement)
        assert [one.standing for one in crossing.readings[:3]] == [Standing.OVER, Standing.NOT_KNOWN, Standing.WITHIN]
        assert {one.standing for one in unknown.readings} == {Standing.NOT_KNOWN}
        (refusal,) = chosen_venues.freezing_refusals(session, letter_row(session, drafted))
        assert refusal.startswith("Journal of Ferns, letter: 11 of 9 words: 2 too many.")


def test_text_within_its_limits_is_not_refused(store: Store, coordinator: Actor, drafted: str, statement: str, ferns: str) -> None:
    with store() as session:
        chosen_venues.choose_venue(session, coordinator, drafted, statement, ferns, now=NOW)
        letter_row(session, drafted).statement.body = "Nine words are in this text, and no more."
        session.flush()
        assert chosen_venues.freezing_refusals(session, letter_row(session, drafted)) == ()


def test_meters_follow_what_is_typed_and_store_nothing(
    store: Store, connection: Connection, coordinator: Actor, drafted: str, statement: str, ferns: str
) -> None:
    with store() as session:
        chosen_venues.choose_venue(session, coordinator, drafted, statement, ferns, now=NOW)
    with unchanged(connection), store() as session:
        measured = chosen_venues.measure_text(session, coordinator, drafted, statement, "Two words [@new].", now=NOW)
        assert [one.used for one in measured.venues[0].readings] == [2, 1, 1, 0, 0]


def test_references_of_the_letter_count_where_the_journal_counts_their_words(
    store: Store, coordinator: Actor, drafted: str, statement: str
) -> None:
    counting = replace(FERNS, limits=Limits(words=WordLimit(400, counts=frozenset({Part.REFERENCES}))))
    with store() as session:
        slug = venues.add_venue(session, COMMAND, counting, now=NOW)
        chosen_venues.choose_venue(session, coordinator, drafted, statement, slug, now=NOW)
        letter_row(session, drafted).references = [{"id": "new", "type": "book", "title": "Three more words"}]
        measured = chosen_venues.measure_text(session, coordinator, drafted, statement, "Two words [@new].", now=NOW)
        assert measured.venues[0].readings[0].used == 2 + 3


def test_text_that_cannot_be_counted_says_so_and_leaves_the_others(
    store: Store, coordinator: Actor, drafted: str, statement: str, short_form: str
) -> None:
    with store() as session:
        for text in (statement, short_form):
            chosen_venues.choose_venue(session, coordinator, drafted, text, AJR, now=NOW)
        letter_row(session, drafted).statement.body = "> " * 3000 + "x"
        session.flush()
        broken, whole = chosen_venues.list_chosen(session, coordinator, drafted, now=NOW)
        assert "too long to count" in broken.problem and broken.venues[0].readings == ()
        assert not whole.problem and whole.venues[0].readings[0].used == 3


def test_window_ends_so_long_after_the_day_that_a_person_sets(store: Store, coordinator: Actor, drafted: str, statement: str) -> None:
    with store() as session:
        chosen_venues.choose_venue(session, coordinator, drafted, statement, BCMJ, now=NOW)
        assert chosen(session, coordinator, drafted, statement)[0].window.ends_on == ""
        chosen_venues.set_window_start(session, coordinator, drafted, statement, BCMJ, date(2025, 9, 20), now=NOW)
        window = chosen(session, coordinator, drafted, statement)[0].window
        assert (window.ends_on, window.left) == ("20 March 2026", "18 days left")
        chosen_venues.set_window_start(session, coordinator, drafted, statement, BCMJ, None, now=NOW)
        assert chosen(session, coordinator, drafted, statement)[0].window.ends_on == ""


def test_day_that_the_facts_give_of_the_article_is_named(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        assert chosen_venues.days_of_articles(session, coordinator, drafted) == "19 February 2026"
        letter_row(session, drafted).targets[0].published_on = None
        assert chosen_venues.days_of_articles(session, coordinator, drafted) == ""


def test_impossible_start_of_a_window_is_refused(
    store: Store, connection: Connection, coordinator: Actor, drafted: str, statement: str
) -> None:
    with store() as session:
        chosen_venues.choose_venue(session, coordinator, drafted, statement, BCMJ, now=NOW)
    with unchanged(connection), store() as session, pytest.raises(InvalidInput):
        chosen_venues.set_window_start(session, coordinator, drafted, statement, BCMJ, date(9999, 12, 31), now=NOW)


def test_window_is_dated_until_the_course_has_ended(store: Store, connection: Connection, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_submitted(session, coordinator)
        row = letter_row(session, letter)
        text = row.statement.reference
        row.statement.venues.append(ChosenVenueRow(letter_id=row.id, venue=BCMJ, position=1))
        session.flush()
        chosen_venues.set_window_start(session, coordinator, letter, text, BCMJ, date(2026, 3, 1), now=SEALABLE)
        assert chosen(session, coordinator, letter, text)[0].window.starts_on == date(2026, 3, 1)
        submissions.resolve_letter(session, coordinator, letter, "Enough.", now=SEALABLE)
    with unchanged(connection), store() as session, pytest.raises(WrongState):
        chosen_venues.set_window_start(session, coordinator, letter, text, BCMJ, None, now=SEALABLE)


ACTS: dict[str, Any] = {
    "choose": lambda session, actor, letter, text: chosen_venues.choose_venue(session, actor, letter, text, BMJ, now=NOW),
    "drop": lambda session, actor, letter, text: chosen_venues.drop_venue(session, actor, letter, text, BCMJ, now=NOW),
    "date": lambda session, actor, letter, text: chosen_venues.set_window_start(
        session, actor, letter, text, BCMJ, date(2026, 3, 1), now=NOW
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_r13_venues_of_a_letter_are_changed_by_who_may_write_it(
    store: Store, connection: Connection, coordinator: Actor, drafted: str, statement: str, act: str
) -> None:
    with store() as session:
        chosen_venues.choose_venue(session, coordinator, drafted, statement, BCMJ, now=NOW)
        stranger = staff_actor(session, STRANGER)
        reader = staff_actor(session, "reader@example.org")
        people.add_person(session, coordinator, drafted, "reader@example.org", Role.READER, now=NOW)
    for actor, refusal in ((stranger, NotFound), (reader, NotAllowed)):
        with unchanged(connection), store() as session, pytest.raises(refusal):
            ACTS[act](session, actor, drafted, statement)
    with store() as session:
        ACTS[act](session, coordinator, drafted, statement)


@pytest.mark.parametrize("act", ["choose", "drop"])
def test_venues_of_a_frozen_text_stay(store: Store, connection: Connection, coordinator: Actor, act: str) -> None:
    with store() as session:
        letter = letter_closed(session, coordinator)
        text = letter_row(session, letter).statement.reference
    with unchanged(connection), store() as session, pytest.raises(WrongState):
        ACTS[act](session, coordinator, letter, text)


def test_text_of_another_letter_is_not_reached_through_ones_own(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        other = letter_in_draft(session, coordinator)
        text = letter_row(session, other).statement.reference
        for act in ACTS.values():
            with pytest.raises(NotFound):
                act(session, coordinator, drafted, text)
