"""What an installation knows better of a venue: by whom, since when, beside what was shipped, and never unseen over another's words."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import NOW, staff_actor
from webapp.domain import limits
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from webapp.domain.venue import Limits, Part, Source, Venue, Window, WordLimit
from webapp.domain.venue_facts import facts_of
from webapp.persistence.shipped_venues import shipped_venues
from webapp.persistence.tables import VenueRow
from webapp.services import venues

ADMINISTRATOR = "administrator@example.org"
SOURCE = (Source("https://ferns.example.org/letters", 2026),)
FERNS = Venue("", "Journal of Ferns", "letter to the editor", Limits(words=WordLimit(400), references=5), sources=SOURCE)
BMJ = "bmj-rapid-response"


@pytest.fixture
def administrator(store: Store) -> Actor:
    with store() as session:
        return staff_actor(session, ADMINISTRATOR)


def test_untouched_installation_knows_what_is_shipped(store: Store) -> None:
    with store() as session:
        known = venues.list_venues(session)
        assert {one.venue for one in known} == set(shipped_venues().values())
        assert not any(one.is_corrected or one.is_own or one.checked_on for one in known)
        journals = [one.venue.journal.removeprefix("The ").casefold() for one in known]
        assert journals == sorted(journals)


def test_correction_stands_beside_what_was_shipped_with_its_day_and_its_author(store: Store, administrator: Actor) -> None:
    with store() as session:
        better = replace(shipped_venues()[BMJ], limits=Limits(words=WordLimit(500)), sources=SOURCE)
        venues.correct_venue(session, administrator, better, 0, now=NOW)
        view = venues.show_venue(session, BMJ)
        assert view.venue == better
        assert view.shipped == shipped_venues()[BMJ]
        assert (view.is_corrected, view.checked_on, view.checked_by, view.edition) == (True, "2 March 2026", ADMINISTRATOR, 1)


def test_shipped_venue_keeps_its_name(store: Store, administrator: Actor) -> None:
    with store() as session:
        renamed = replace(shipped_venues()[BMJ], journal="Journal of Ferns", route="letter")
        venues.correct_venue(session, administrator, renamed, 0, now=NOW)
        assert venues.show_venue(session, BMJ).venue.name == "The BMJ, rapid response"


def test_added_venue_is_listed_and_is_this_installations_own(store: Store, administrator: Actor) -> None:
    with store() as session:
        slug = venues.add_venue(session, administrator, FERNS, now=NOW)
        assert slug == "journal-of-ferns-letter-to-the-editor"
        view = venues.show_venue(session, slug)
        assert view.is_own and not view.is_corrected
        assert view in venues.list_venues(session)
        assert venues.venues_by_slug(session, [slug, BMJ, "gone"]).keys() == {slug, BMJ}


@pytest.mark.parametrize(
    "name", [("JOURNAL of ferns", "Letter to the editor"), ("The BMJ", "rapid response"), ("The BMJ", "Rapid  Response!")]
)
def test_same_venue_is_not_added_twice(store: Store, connection: Connection, administrator: Actor, name: tuple[str, str]) -> None:
    with store() as session:
        venues.add_venue(session, administrator, FERNS, now=NOW)
    twin = replace(FERNS, journal=name[0], route=name[1])
    with unchanged(connection), store() as session, pytest.raises(Conflict):
        venues.add_venue(session, administrator, twin, now=NOW)


def test_confirmation_notes_the_day_and_changes_nothing_else(store: Store, administrator: Actor) -> None:
    with store() as session:
        venues.confirm_venue(session, administrator, "ajr-letter", 0, now=NOW)
        view = venues.show_venue(session, "ajr-letter")
        assert (view.is_corrected, view.checked_on, view.edition) == (False, "2 March 2026", 1)


def test_two_people_at_one_venue_do_not_overwrite_each_other_unseen(store: Store, connection: Connection, administrator: Actor) -> None:
    better = replace(shipped_venues()[BMJ], note="Somebody else’s words.")
    with store() as session:
        venues.correct_venue(session, administrator, better, 0, now=NOW)
    for edition in (0, 2):
        with unchanged(connection), store() as session, pytest.raises(Conflict, match="Somebody else has changed"):
            venues.correct_venue(session, administrator, replace(better, note="Mine."), edition, now=NOW)


@pytest.mark.parametrize(
    ("act", "slug", "sentence"),
    [
        ("correct", BMJ, "Somebody else has changed"),
        ("confirm", BMJ, "Somebody else has changed"),
        ("add", "journal-of-ferns-letter-to-the-editor", "There is a venue “Journal of Ferns, letter to the editor” already"),
    ],
)
def test_second_of_two_who_come_at_once_is_told(
    store: Store, connection: Connection, administrator: Actor, act: str, slug: str, sentence: str
) -> None:
    came = []

    # On PostgreSQL the other’s row can appear between the look and the writing.
    def other(rival: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO venue ") and not came:
            came.append(slug)
            facts = insert(VenueRow).values(slug=slug, facts=facts_of(FERNS), edition=1, checked_by="")
            rival.execute(facts)

    event.listen(connection, "before_cursor_execute", other)
    try:
        with store() as session, pytest.raises(Conflict, match=sentence):
            ACTS[act](session, administrator)
    finally:
        event.remove(connection, "before_cursor_execute", other)
    assert came


ACTS: dict[str, Any] = {
    "correct": lambda session, actor: venues.correct_venue(session, actor, shipped_venues()[BMJ], 0, now=NOW),
    "confirm": lambda session, actor: venues.confirm_venue(session, actor, BMJ, 0, now=NOW),
    "add": lambda session, actor: venues.add_venue(session, actor, FERNS, now=NOW),
}


@pytest.mark.parametrize("act", ACTS)
def test_only_an_administrator_changes_venues(store: Store, connection: Connection, administrator: Actor, act: str) -> None:
    with store() as session:
        other = staff_actor(session)
    with unchanged(connection), store() as session, pytest.raises(NotAllowed):
        ACTS[act](session, other)
    with store() as session:
        ACTS[act](session, COMMAND)


BAD: dict[str, tuple[Venue, str]] = {
    "a number below nothing": (replace(FERNS, limits=Limits(references=-1)), "references"),
    "too large a number": (replace(FERNS, limits=Limits(words=WordLimit(limits.VENUE_NUMBER + 1))), "words"),
    "a large number beside a table": (replace(FERNS, with_displays=Limits(references=10**9)), "displays_references"),
    "a part counted and left out": (
        replace(FERNS, limits=Limits(words=WordLimit(1, frozenset({Part.TITLE}), frozenset({Part.TITLE, Part.BODY})))),
        "leaves_out",
    ),
    "a window without length": (replace(FERNS, window=Window("publication", days=0)), "window_length"),
    "a window without beginning": (replace(FERNS, window=Window("", months=6)), "window_starts"),
    "no journal": (replace(FERNS, journal=" "), "journal"),
    "no route": (replace(FERNS, route=""), "route"),
    "a name that nobody can type": (replace(FERNS, journal="中华医学会", route="信"), "journal"),
    "something known from nowhere": (replace(FERNS, sources=()), "source"),
    "a script for an address": (replace(FERNS, sources=(Source("javascript:alert(1)", 2026),)), "source"),
    "an address with a password": (replace(FERNS, sources=(Source("https://me:secret@ferns.example.org", 2026),)), "source"),
    "an address of no machine": (replace(FERNS, sources=(Source("https://", 2026),)), "source"),
    "an address that cannot be read": (replace(FERNS, sources=(Source("https://[ferns", 2026),)), "source"),
    "too many statements": (replace(FERNS, statements=("one",) * (limits.VENUE_ITEMS + 1)), "statements"),
    "too long a format": (replace(FERNS, formats=("x" * (limits.VENUE_LINE + 1),)), "formats"),
    "too long a note": (replace(FERNS, note="x" * (limits.NOTE + 1)), "note"),
}


@pytest.mark.parametrize(("given", "field"), BAD.values(), ids=BAD.keys())
def test_what_is_no_fact_of_a_venue_is_refused_beside_its_field(
    store: Store, connection: Connection, administrator: Actor, given: Venue, field: str
) -> None:
    with unchanged(connection), store() as session, pytest.raises(InvalidInput) as refusal:
        venues.add_venue(session, administrator, given, now=NOW)
    assert refusal.value.field == field


def test_largest_facts_are_taken(store: Store, administrator: Actor) -> None:
    whole = replace(
        FERNS,
        limits=Limits(words=WordLimit(limits.VENUE_NUMBER), references=0),
        window=Window("publication", days=limits.VENUE_WINDOW),
        statements=("x" * limits.VENUE_LINE,) * limits.VENUE_ITEMS,
        note="x" * limits.NOTE,
    )
    with store() as session:
        slug = venues.add_venue(session, administrator, whole, now=NOW)
        assert venues.show_venue(session, slug).venue == replace(whole, slug=slug)


def test_unknown_venue_is_not_there(store: Store, administrator: Actor) -> None:
    with store() as session:
        for act in (venues.show_venue, lambda session, slug: venues.confirm_venue(session, administrator, slug, 0, now=NOW)):
            with pytest.raises(NotFound):
                act(session, "gone")
