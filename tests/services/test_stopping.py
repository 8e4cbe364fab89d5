"""Stopping reminders: the one press of a mail program, the page with its code, and what is owed all the same (R6, R7, R14, I31)."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    COORDINATOR,
    DEADLINE_LOCAL,
    KEYRING,
    NOW,
    enter,
    give,
    intent,
    letter_row,
    newest_code,
    representative,
)
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound, TooMany
from webapp.domain.links import Links
from webapp.mail.message import UnsafeMessage, build_message
from webapp.persistence.record import load_events
from webapp.persistence.tables import CodeRow, OutboxRow
from webapp.persistence.tables.message import MessageState
from webapp.services import answers, delivery, reminders, roster, sign_on, stopping, verification
from webapp.settings import Settings

BROWSER, ANOTHER = "the secret of this browser", "of another"


def mark(session: Session, letter: str, email: str = ANNA) -> str:
    row = representative(session, letter, email)
    return KEYRING.stop_link(row.reference, row.link_generation)


def has_stopped(session: Session, letter: str, email: str = ANNA) -> bool:
    return stopping.show_stop(session, mark(session, letter, email), KEYRING).has_stopped


def code_of(session: Session) -> str:
    return KEYRING.code(session.scalars(select(CodeRow.reference).order_by(CodeRow.id.desc()).limit(1)).one())


def test_rfc_8058_one_press_stops_reminders_of_this_person_alone_and_again_is_the_same(
    store: Store, letter: str, connection: Connection
) -> None:
    with store() as session:
        stopping.stop_at_once(session, mark(session, letter), KEYRING, now=NOW)
        assert (has_stopped(session, letter), has_stopped(session, letter, BRUNO)) == (True, False)
        event = load_events(session, letter_row(session, letter).id)[-1]
        assert (event.kind, event.actor.partition(":")[0], event.public["by"]) == ("reminders.stopped", "representative", "mail program")
        assert verification.verify(session, letter).problems == ()
    with unchanged(connection), store() as session:
        stopping.stop_at_once(session, mark(session, letter), KEYRING, now=NOW)


def test_r7_page_changes_nothing_without_the_code_that_was_mailed(store: Store, letter: str) -> None:
    with store() as session:
        stopping.send_stop_code(session, mark(session, letter), BROWSER, KEYRING, now=NOW)
        tried = stopping.confirm_stop(session, mark(session, letter), BROWSER, "0000-0000", KEYRING, wants=False, now=NOW)
        assert (tried, has_stopped(session, letter)) == (limits.CODE_TRIES - 1, False)
        code = code_of(session)
        assert stopping.confirm_stop(session, mark(session, letter), ANOTHER, code, KEYRING, wants=False, now=NOW) == 0
        # Of a colleague at the same society it opens nothing.
        assert stopping.confirm_stop(session, mark(session, letter, BRUNO), BROWSER, code, KEYRING, wants=False, now=NOW) == 0
        assert stopping.confirm_stop(session, mark(session, letter), BROWSER, code, KEYRING, wants=False, now=NOW) is None
        assert has_stopped(session, letter)
        assert stopping.confirm_stop(session, mark(session, letter), BROWSER, code, KEYRING, wants=True, now=NOW) == 0, "used up"


def test_r7_code_of_an_answer_stops_nothing(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        answers.prepare_answer(session, place, intent(session, place), KEYRING, received_at=NOW, now=NOW)
        code = newest_code(session, place)
        assert stopping.confirm_stop(session, mark(session, letter), BROWSER, code, KEYRING, wants=False, now=NOW) == 0


def test_who_has_stopped_can_be_reminded_again(store: Store, letter: str) -> None:
    with store() as session:
        stopping.stop_at_once(session, mark(session, letter), KEYRING, now=NOW)
        stopping.send_stop_code(session, mark(session, letter), BROWSER, KEYRING, now=NOW)
        assert stopping.confirm_stop(session, mark(session, letter), BROWSER, code_of(session), KEYRING, wants=True, now=NOW) is None
        assert not has_stopped(session, letter)
        assert verification.verify(session, letter).problems == ()


def test_code_has_its_life_and_its_number_in_an_hour(store: Store, letter: str) -> None:
    with store() as session:
        for _one in range(limits.CODES_AN_HOUR):
            stopping.send_stop_code(session, mark(session, letter), BROWSER, KEYRING, now=NOW)
        with pytest.raises(TooMany):
            stopping.send_stop_code(session, mark(session, letter), BROWSER, KEYRING, now=NOW)
        late = NOW + limits.CODE_LIFE
        assert stopping.confirm_stop(session, mark(session, letter), BROWSER, code_of(session), KEYRING, wants=False, now=late) == 0


def test_r14_dead_wrong_or_unknown_link_is_not_there(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        right = mark(session, letter)
        row = representative(session, letter)
        roster.replace_link(session, coordinator, letter, row.reference, KEYRING, now=NOW)
        personal = KEYRING.personal_link(row.reference, row.link_generation)
        for wrong in (right, right[:-1], f"{row.reference}.{personal}", row.reference, "unknown.unknown", "", "\0", "’"):
            with pytest.raises(NotFound):
                stopping.show_stop(session, wrong, KEYRING)
            with pytest.raises(NotFound):
                stopping.stop_at_once(session, wrong, KEYRING, now=NOW)
        roster.revoke_representative(session, coordinator, letter, row.reference, now=NOW)
        with pytest.raises(NotFound):
            stopping.show_stop(session, mark(session, letter), KEYRING)


def test_i31_who_has_stopped_still_gets_what_is_owed(store: Store, letter: str, settings: Settings, coordinator: Actor) -> None:
    with store() as session:
        stopping.stop_at_once(session, mark(session, letter), KEYRING, now=NOW)
        sign_on.move_deadline(session, coordinator, letter, DEADLINE_LOCAL + timedelta(days=7), now=NOW)
        place = enter(session, letter)
        give(session, place, intent(session, place))
        query = select(OutboxRow).where(OutboxRow.to_address == ANNA, OutboxRow.kind != "code").order_by(OutboxRow.id)
        owed = {row.kind: delivery.prepare_message(session, row.id, settings, now=NOW) for row in session.scalars(query)}
        assert {kind for kind, envelope in owed.items() if envelope} == {"invitation", "deadline_moved", "receipt"}


def test_rfc_8058_headers_promise_the_press_by_https_and_hold_what_was_written(store: Store, letter: str, settings: Settings) -> None:
    with store() as session:
        week = NOW + timedelta(days=4, hours=23)
        session.execute(update(OutboxRow).values(state=MessageState.SENT, sent_at=NOW))
        reminders.put_due(session, letter_row(session, letter).id, now=week)
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "reminder", OutboxRow.to_address == ANNA)).one()
        there = replace(settings, links=Links("https://letters.example.org"))
        envelope = delivery.prepare_message(session, row.id, there, now=week)
        assert envelope is not None
        raw = build_message(envelope.form, sender=COORDINATOR, recipient=ANNA, message_id="<a@b>", sent_at=week)
        read = message_from_bytes(raw)
        address = there.links.stop(mark(session, letter))
        assert read["List-Unsubscribe"] == f"<{address}>"
        assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert read["Auto-Submitted"] == "auto-generated"
        with pytest.raises(UnsafeMessage):
            smuggled = replace(envelope.form, stop=f"{address}>\r\nBcc: x@example.org")
            build_message(smuggled, sender=COORDINATOR, recipient=ANNA, message_id="<a@b>", sent_at=week)
