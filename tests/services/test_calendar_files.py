"""Calendar files of a letter: each milestone keeps its identity, and the newer file takes the older one’s place (R10, R13, R19)."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from tests.calendar_reader import Component, events_of
from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    COORDINATOR,
    DEADLINE,
    DEADLINE_LOCAL,
    KEYRING,
    NOW,
    OTTO,
    STRANGER,
    back,
    enter,
    entry,
    letter_circulating,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    personal_link,
    representative,
    sending,
    staff_actor,
)
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import NotFound
from webapp.domain.links import Links
from webapp.mail.message import MailForm
from webapp.persistence.record import load_events
from webapp.persistence.tables import OutboxRow
from webapp.services import calendar_files, chosen_venues, circulation, letters, milestones, rooms, sign_on, venues
from webapp.services.composing import compose
from webapp.services.place import Place

BCMJ = "bcmj-letter"
MARSHES = entry("Society of the Marshes", OTTO, "Otto Lind")
LATER = DEADLINE_LOCAL + timedelta(days=7)


class Office:
    links, keyring = Links("https://letters.example.org"), KEYRING


def whole(store: Store, actor: Actor, letter: str, *, now: datetime = NOW) -> dict[str, Component]:
    with store() as session:
        return events_of(calendar_files.letter_calendar(session, actor, letter, now=now))


def one(store: Store, actor: Actor, letter: str, key: str) -> Component:
    with store() as session:
        [found] = events_of(calendar_files.letter_calendar(session, actor, letter, key, now=NOW)).values()
    return found


def keys(store: Store, actor: Actor, letter: str) -> list[str]:
    with store() as session:
        return [line.key for line in milestones.show_milestones(session, actor, letter, now=NOW).lines if line.is_dated]


def choose(store: Store, actor: Actor, letter: str, starts_on: date) -> None:
    with store() as session:
        text = letter_row(session, letter).statement
        if not text.venues:
            chosen_venues.choose_venue(session, actor, letter, text.reference, BCMJ, now=NOW)
        chosen_venues.set_window_start(session, actor, letter, text.reference, BCMJ, starts_on, now=NOW)


def meet(store: Store, letter: str, day: date, email: str = ANNA) -> Place:
    with store() as session:
        place = enter(session, letter, email)
        rooms.set_board_date(session, place, day, now=NOW)
    return place


@pytest.fixture
def full(store: Store, coordinator: Actor) -> str:
    """A letter that circulates, with a milestone of every kind."""
    with store() as session:
        letter = letter_circulating(session, coordinator, entry(), MARSHES)
    meet(store, letter, date(2026, 3, 12))
    meet(store, letter, date(2026, 3, 10), OTTO)
    choose(store, coordinator, letter, date(2026, 2, 19))
    return letter


def test_every_milestone_is_an_event_and_has_a_file_of_its_own(store: Store, coordinator: Actor, full: str) -> None:
    all_of_them = whole(store, coordinator, full)
    assert [event.start for event in all_of_them.values()] == [
        datetime.fromisoformat("2026-03-09T16:00+00:00"),
        date(2026, 3, 10),
        date(2026, 3, 12),
        DEADLINE,
        date(2026, 3, 18),
        date(2026, 8, 19),
    ]
    each = [one(store, coordinator, full, key) for key in keys(store, coordinator, full)]
    assert [event.properties for event in each] == [event.properties for event in all_of_them.values()]


def test_r10_description_says_the_instant_in_both_zones(store: Store, coordinator: Actor, full: str) -> None:
    said = one(store, coordinator, full, "deadline").text("DESCRIPTION").split("\n")
    assert said[0] == "Sign-on deadline: 14 March 2026, 17:00 Europe/Berlin (16:00 UTC)."
    assert said[-1] == "Demonstration: nothing here is real."
    assert one(store, coordinator, full, "deadline").text("SUMMARY").startswith("Demonstration: Sign-on deadline: ")


def edit(session: Session, actor: Actor, letter: str, **changes: object) -> None:
    draft, edition = letters.read_draft(session, actor, letter)
    letters.edit_letter(session, actor, letter, letters.LetterDraft(**{**draft.__dict__, **changes}), edition, now=NOW)


def correct_venue(session: Session, days: int) -> None:
    view = venues.show_venue(session, BCMJ)
    window = {**view.venue.window.__dict__, "days": days, "months": None} if view.venue.window else {}
    changed = {**view.venue.__dict__, "window": type(view.venue.window)(**window)}
    venues.correct_venue(session, COMMAND, type(view.venue)(**changed), view.edition, now=NOW)


MOVES: list[tuple[str, Callable[[Session, Actor, str], object]]] = [
    ("deadline", lambda session, actor, letter: edit(session, actor, letter, deadline_local=LATER)),
    ("submission", lambda session, actor, letter: edit(session, actor, letter, submission_target=date(2026, 5, 1))),
    (
        "submission",
        lambda session, actor, letter: milestones.set_submission_target(session, actor, letter, date(2026, 5, 2), now=NOW),
    ),
    ("board", lambda session, _actor, letter: rooms.set_board_date(session, enter(session, letter), date(2026, 3, 13), now=NOW)),
    (
        "window",
        lambda session, actor, letter: chosen_venues.set_window_start(
            session, actor, letter, letter_row(session, letter).statement.reference, BCMJ, date(2026, 2, 20), now=NOW
        ),
    ),
    ("window", lambda session, _actor, _letter: correct_venue(session, 40)),
]


@pytest.mark.parametrize(("kind", "move"), MOVES, ids=[f"{number} {row[0]}" for number, row in enumerate(MOVES)])
def test_milestone_that_moves_keeps_its_uid_and_raises_its_sequence(
    store: Store, coordinator: Actor, full: str, kind: str, move: Callable[[Session, Actor, str], object]
) -> None:
    with store() as session:
        mine = representative(session, full, ANNA).invitation.reference
    [key] = [one for one in keys(store, coordinator, full) if one.startswith(kind) and (kind != "board" or one == f"board-{mine}")]
    before = one(store, coordinator, full, key)
    with store() as session:
        move(session, coordinator, full)
    after = one(store, coordinator, full, key)
    assert after.properties["UID"] == before.properties["UID"]
    assert after.start != before.start
    assert after.sequence > before.sequence


def test_what_has_not_moved_keeps_sequence_and_all_else(store: Store, coordinator: Actor, full: str) -> None:
    before = whole(store, coordinator, full)
    meet(store, full, date(2026, 3, 11), OTTO)
    after = whole(store, coordinator, full)
    assert before.keys() == after.keys()
    changed = {uid for uid in before if before[uid].properties != after[uid].properties}
    assert [before[uid].start for uid in changed] == [date(2026, 3, 10)]


def test_deadline_that_is_moved_twice_grows_each_time_and_survives_the_opening(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
    seen = [one(store, coordinator, letter, "deadline")]
    acts: list[Callable[[Session], object]] = [
        lambda session: edit(session, coordinator, letter, deadline_local=DEADLINE_LOCAL + timedelta(days=1)),
        lambda session: sign_on.open_sign_on(session, coordinator, letter, is_fit=True, now=NOW),
        lambda session: sign_on.move_deadline(session, coordinator, letter, LATER, now=NOW),
        lambda session: sign_on.move_deadline(session, coordinator, letter, LATER + timedelta(days=1), now=NOW),
        lambda session: sign_on.cancel_letter(session, coordinator, letter, "It is not needed.", now=NOW),
    ]
    for act in acts:
        with store() as session:
            act(session)
        seen.append(one(store, coordinator, letter, "deadline"))
    assert {event.properties["UID"] for event in seen} == {seen[0].properties["UID"]}
    grown = [later.sequence - earlier.sequence for earlier, later in pairwise(seen)]
    assert grown == [1, 0, 1, 1, 1]
    assert [event.properties["STATUS"] for event in seen] == ["CONFIRMED"] * 5 + ["CANCELLED"]


def test_two_letters_never_share_an_identity(store: Store, coordinator: Actor) -> None:
    with store() as session:
        first, second = letter_in_draft(session, coordinator), letter_in_draft(session, coordinator)
    assert not whole(store, coordinator, first).keys() & whole(store, coordinator, second).keys()


@pytest.mark.parametrize("key", ["nothing", "board-", "window-x-y", "deadline.ics", "Deadline"])
def test_milestone_that_does_not_exist_has_no_file(store: Store, coordinator: Actor, full: str, key: str) -> None:
    with pytest.raises(NotFound), store() as session:
        calendar_files.letter_calendar(session, coordinator, full, key, now=NOW)


def test_r13_stranger_gets_no_file(store: Store, full: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
    with pytest.raises(NotFound), store() as session:
        calendar_files.letter_calendar(session, stranger, full, now=NOW)


def test_r13_room_holds_the_own_milestones_and_nothing_of_others(
    store: Store, connection: Connection, coordinator: Actor, full: str
) -> None:
    with store() as session:
        place, other = enter(session, full), representative(session, full, OTTO).invitation.reference
    with unchanged(connection), store() as session:
        place = back(session, place)
        content = calendar_files.room_calendar(session, place, now=NOW)
        assert [event.start for event in events_of(content).values()] == [
            datetime.fromisoformat("2026-03-09T16:00+00:00"),
            date(2026, 3, 12),
            DEADLINE,
        ]
        assert b"Marshes" not in content.replace(b"\r\n ", b"")
        listed = [key for key, _name in calendar_files.room_dates(session, place)]
        assert len(listed) == 3
        for key in (f"board-{other}", "submission", next(one for one in keys(store, coordinator, full) if one.startswith("window"))):
            with pytest.raises(NotFound):
                calendar_files.room_calendar(session, place, key, now=NOW)


def test_r13_and_the_desk_give_one_deadline_one_identity(store: Store, coordinator: Actor, full: str) -> None:
    """Whoever has both files has one event."""
    with store() as session:
        mine = events_of(calendar_files.room_calendar(session, enter(session, full), "deadline", now=NOW))
    assert mine.keys() == {one(store, coordinator, full, "deadline").properties["UID"]}


def test_r13_sequence_tells_a_society_nothing_of_what_others_did(store: Store, coordinator: Actor, full: str) -> None:
    def own() -> list[int]:
        with store() as session:
            return [event.sequence for event in events_of(calendar_files.room_calendar(session, enter(session, full), now=NOW)).values()]

    before = own()
    meet(store, full, date(2026, 3, 11), OTTO)
    assert own() == before


def test_r19_no_file_holds_a_link_or_an_address(store: Store, coordinator: Actor, full: str) -> None:
    with store() as session:
        content = calendar_files.letter_calendar(session, coordinator, full, now=NOW).replace(b"\r\n ", b"").decode()
        own = calendar_files.room_calendar(session, enter(session, full), now=NOW).replace(b"\r\n ", b"").decode()
        secret = personal_link(session, full)
        people = [representative(session, full, email).reference for email in (ANNA, OTTO)]
    for text in (content, own):
        assert "@" not in text and "://" not in text and "mailto" not in text.casefold()
        assert not [one for one in (secret, full, COORDINATOR, *people) if one in text]


def composed(store: Store, kind: str, email: str = ANNA, *, now: datetime = NOW) -> MailForm:
    with store() as session:
        rows = [row for row in session.query(OutboxRow).order_by(OutboxRow.id) if row.kind == kind and row.to_address == email]
        form = compose(session, rows[-1], Office(), now=now)
    assert form is not None
    return form


def test_invitation_brings_the_deadline_along_and_its_move_the_newer_one(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator)
    [first] = events_of(composed(store, "invitation").calendar).values()
    with store() as session:
        sign_on.move_deadline(session, coordinator, letter, LATER, now=NOW)
    [second] = events_of(composed(store, "deadline_moved").calendar).values()
    assert (first.start, second.start) == (DEADLINE, DEADLINE + timedelta(days=7))
    assert first.properties["UID"] == second.properties["UID"]
    assert second.sequence > first.sequence


def test_request_for_comments_brings_its_own_day_along_also_when_another_went_out_since(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_circulating(session, coordinator)
        again = sending(until=datetime(2026, 3, 11, 17, 0))  # noqa: DTZ001 - a wall clock has no zone, that is its point
        circulation.circulate(session, coordinator, letter, again, now=NOW)
        rows = [row for row in session.query(OutboxRow).order_by(OutboxRow.id) if row.kind == "comment_request"]
        forms = [compose(session, row, Office(), now=NOW) for row in rows]
    found = [event.start for form in forms if form for event in events_of(form.calendar).values()]
    assert found == [datetime.fromisoformat(f"2026-03-{day}T16:00+00:00") for day in ("09", "11")]


def test_cancelled_letter_takes_its_days_back(store: Store, coordinator: Actor, full: str) -> None:
    announced = events_of(composed(store, "comment_request").calendar)
    with store() as session:
        sign_on.cancel_letter(session, coordinator, full, "It is not needed.", now=NOW)
    taken_back = events_of(composed(store, "letter_cancelled").calendar)
    assert announced.keys() <= taken_back.keys()
    assert len(taken_back) == 3, "its comments, its board and the deadline, and nothing of others"
    assert all(
        event.properties["STATUS"] == "CANCELLED" and event.text("SUMMARY").startswith("Cancelled: ") for event in taken_back.values()
    )
    assert all(taken_back[uid].sequence > event.sequence for uid, event in announced.items())


def test_mail_that_announces_nothing_brings_no_file(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator)
        rooms.request_link(session, ANNA, "192.0.2.0/24", KEYRING, now=NOW)
    assert letter and composed(store, "new_link").calendar == b""


def test_record_is_the_source_of_what_was_set_how_often(store: Store, coordinator: Actor, full: str) -> None:
    """The negative control: a sequence that were not read off the record would not know of the second day."""
    for number, day in enumerate((13, 14, 15), start=2):
        meet(store, full, date(2026, 3, day))
        with store() as session:
            row = letter_row(session, full)
            society = representative(session, full, ANNA).invitation.society.reference
            told = [event.public for event in load_events(session, row.id) if event.kind == "board.announced"]
            mine = representative(session, full, ANNA).invitation.reference
        assert sum(1 for public in told if json.loads(json.dumps(public))["society"] == society) == number
        assert one(store, coordinator, full, f"board-{mine}").sequence == number
