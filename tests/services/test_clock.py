"""A clock that jumps back: what has ended stays ended, and the record says that it happened (bar F10, I19, I20)."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    BROWSER,
    BRUNO,
    COORDINATOR,
    DEADLINE,
    DEADLINE_LOCAL,
    FAKE_PDF,
    KEYRING,
    NOW,
    back,
    enter,
    entry,
    intent,
    letter_closed,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    newest_code,
    sign,
)
from webapp.domain.actor import Actor
from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import NotFound, TooLate, WrongState
from webapp.domain.links import Links
from webapp.domain.record import first_break
from webapp.persistence.record import load_events
from webapp.persistence.tables import EventRow, OutboxRow, SignInLinkRow
from webapp.services import access, answers, doors, record, rooms, roster, seal, sign_on, tick
from webapp.services.answers import WrongCode
from webapp.services.composing import compose
from webapp.settings import Settings

LINKS = Links("http://127.0.0.1:8000")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def kinds(session: Session, reference: str) -> list[str]:
    return [event.kind for event in load_events(session, letter_row(session, reference).id)]


@pytest.mark.parametrize(
    ("by", "noted"),
    [(timedelta(0), 0), (2 * MINUTE, 0), (3 * MINUTE, 1), (HOUR, 1), (timedelta(days=3650), 1)],
    ids=["stands still", "is corrected", "3 minutes", "an hour", "ten years"],
)
def test_f10_jump_back_is_an_event_and_times_never_decrease(
    store: Store, coordinator: Actor, letter: str, by: timedelta, noted: int
) -> None:
    with store() as session:
        place = enter(session, letter)
        rooms.set_board_date(session, place, NOW.date() + timedelta(days=3), now=NOW - by)
        rooms.set_board_date(session, place, NOW.date() + timedelta(days=4), now=NOW - by)
        assert kinds(session, letter).count("clock.regressed") == noted
        assert kinds(session, letter)[-1] == "board.announced"
        rows = session.scalars(select(EventRow).order_by(EventRow.sequence)).all()
        assert [row.at for row in rows] == sorted(row.at for row in rows)
        assert first_break(letter, load_events(session, letter_row(session, letter).id)) is None
        for row in rows:
            if row.kind == "clock.regressed":
                assert datetime.fromisoformat(json.loads(row.public)["clock"]) == NOW - by
        assert record.list_events(session, coordinator, letter)


def test_f10_each_jump_back_is_noted_once(store: Store, letter: str) -> None:
    day = NOW.date() + timedelta(days=3)
    with store() as session:
        place = enter(session, letter)
        for at in (NOW - HOUR, NOW - HOUR, NOW - 3 * HOUR, NOW + MINUTE, NOW - HOUR):
            rooms.set_board_date(session, place, day, now=at)
        assert kinds(session, letter).count("clock.regressed") == 3


def test_r9_once_closed_closed_on_a_clock_from_before_the_close(store: Store, connection: Connection, letter: str) -> None:
    before = DEADLINE - 10 * MINUTE
    with store() as session:
        place = enter(session, letter, now=before)
        what = intent(session, place)
        answers.prepare_answer(session, place, what, KEYRING, received_at=before, now=before)
        code = newest_code(session, place)
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
    with unchanged(connection), pytest.raises(TooLate), store() as session:
        answers.confirm_answer(session, back(session, place), what.nonce, code, KEYRING, received_at=before, now=before)


def test_early_close_on_a_clock_set_back_comes_after_the_answers(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, entry())
        sign(session, letter, at=NOW + HOUR)
        sign_on.close_early(session, coordinator, letter, now=NOW - HOUR)
        row = letter_row(session, letter)
        assert row.closed_at == NOW + HOUR
        with pytest.raises(WrongState, match="may still be on its way"):
            seal.plan_seal(session, coordinator, letter, LINKS, now=NOW + HOUR)


def test_seal_is_never_before_the_close(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_closed(session, coordinator)
        plan = seal.plan_seal(session, coordinator, letter, LINKS, now=DEADLINE + MINUTE)
        seal.seal_letter(session, coordinator, letter, plan, {DocumentKind.LETTER: FAKE_PDF}, now=NOW)
        row = letter_row(session, letter)
        assert row.closed_at and row.sealed_at
        assert row.sealed_at >= row.closed_at


def test_deadline_that_has_passed_by_the_record_is_not_moved(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        enter(session, letter, now=DEADLINE + MINUTE)
        with pytest.raises(WrongState, match="has passed"):
            sign_on.move_deadline(session, coordinator, letter, DEADLINE_LOCAL + HOUR, now=NOW)


def test_letter_is_not_opened_with_a_deadline_before_its_own_record(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        roster.add_society(session, coordinator, letter, entry(email=BRUNO), KEYRING, now=DEADLINE + MINUTE)
        with pytest.raises(WrongState, match="deadline has passed"):
            sign_on.open_sign_on(session, coordinator, letter, is_fit=True, now=NOW)


def test_r7_superseded_code_stays_dead_on_a_clock_set_back(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter, now=NOW)
        what = intent(session, place)
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        first = newest_code(session, place)
        answers.send_another_code(session, place, KEYRING, now=NOW + MINUTE)
        for _try in range(5):
            answers.confirm_answer(session, place, what.nonce, "0000-0000", KEYRING, received_at=NOW, now=NOW)
        assert answers.confirm_answer(session, place, what.nonce, first, KEYRING, received_at=NOW, now=NOW) == WrongCode(0)


@pytest.mark.parametrize("at", [NOW + 31 * MINUTE, NOW - 3 * MINUTE], ids=["expired", "made in the future"])
def test_i20_code_that_was_over_at_a_tick_stays_over(store: Store, letter: str, at: datetime) -> None:
    with store() as session:
        place = enter(session, letter, now=at)
        what = intent(session, place)
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        code = newest_code(session, place)
        tick.end_what_is_over(session, now=at)
        assert answers.confirm_answer(session, place, what.nonce, code, KEYRING, received_at=NOW, now=NOW) == WrongCode(0)


@pytest.mark.parametrize("at", [NOW + HOUR, NOW - 3 * MINUTE], ids=["expired", "begun in the future"])
def test_i20_session_and_sign_in_link_that_were_over_at_a_tick_stay_over(
    store: Store, coordinator: Actor, letter: str, at: datetime
) -> None:
    with store() as session:
        place = enter(session, letter)
        desk = doors.use_sign_in_link(session, doors.make_sign_in_link(session, COORDINATOR, KEYRING, now=NOW), now=NOW)
        link = doors.make_sign_in_link(session, COORDINATOR, KEYRING, now=NOW)
        token_hash, invitation = place.stay.token_hash, place.invitation.reference
        tick.end_what_is_over(session, now=NOW + MINUTE)
        assert doors.find_desk(session, desk, now=NOW)
        assert doors.is_sign_in_link_live(session, link, now=NOW)
        tick.end_what_is_over(session, now=at)
        assert doors.find_desk(session, desk, now=NOW) is None
        assert not doors.is_sign_in_link_live(session, link, now=NOW)
        with pytest.raises(NotFound):
            access.load_place(session, token_hash, invitation, now=NOW)


def test_nobody_is_signed_in_on_a_clock_that_stands_before_the_session(store: Store, coordinator: Actor, letter: str) -> None:
    early = NOW - timedelta(days=3650)
    with store() as session:
        place = enter(session, letter)
        link = doors.make_sign_in_link(session, COORDINATOR, KEYRING, now=NOW)
        assert not doors.is_sign_in_link_live(session, link, now=early)
        assert doors.find_desk(session, doors.use_sign_in_link(session, link, now=NOW), now=early) is None
        with pytest.raises(NotFound):
            access.load_place(session, place.stay.token_hash, place.invitation.reference, now=early)


def test_message_with_a_sign_in_link_never_carries_that_of_somebody_else(store: Store, coordinator: Actor, settings: Settings) -> None:
    """SQLite gives the number of a removed row to the next one, and a message may wait for days."""
    with store() as session:
        doors.mail_sign_in_link(session, COORDINATOR, "192.0.2.1", BROWSER, KEYRING, now=NOW)
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "sign_in")).one()
        link = session.scalars(select(SignInLinkRow)).one()
        assert compose(session, row, settings, now=NOW)
        link.reference = "of-another"
        assert compose(session, row, settings, now=NOW) is None
