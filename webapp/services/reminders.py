"""Reminders that are due are put into the mail, once each, and asked for once more at the moment of sending (R16)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import CLOCK
from webapp.domain.letter import LetterState
from webapp.domain.reminder import Plan, Reminder, ReminderKind, near, next_reminder, still_leaves
from webapp.persistence import outbox
from webapp.persistence.record import append_event
from webapp.persistence.tables import LetterRow, OutboxRow, ReminderRow
from webapp.services.access import lock_letter
from webapp.services.references import new_reference
from webapp.services.reminder_facts import (
    REMINDER,
    ReminderPlace,
    boards_of,
    course_of,
    newest_rounds,
    plan_of,
    reminder_places,
)


def letters_that_wait(session: Session) -> list[int]:
    """The letters to which somebody may still say something."""
    waiting = select(LetterRow.id).where(LetterRow.state.in_([LetterState.CIRCULATING, LetterState.SIGNING]))
    return list(session.scalars(waiting.order_by(LetterRow.id)))


def is_due(session: Session, letter_id: int, *, now: datetime) -> bool:
    """Whether a reminder of this letter is due. Reads alone, and most minutes hardly anything."""
    return bool(_due(session, session.get_one(LetterRow, letter_id), now=now))


def put_due(session: Session, letter_id: int, *, now: datetime) -> int:
    """Puts what is due into the mail, judged anew behind the letter’s lock; returns how many. Whoever comes second finds nothing."""
    letter = lock_letter(session, letter_id)
    due = _due(session, letter, now=now)
    rows = [
        ReminderRow(
            reference=new_reference(),
            letter_id=letter.id,
            representative_id=place.representative_id,
            slot=reminder.slot,
            kind=reminder.kind,
            due_at=reminder.due_at,
            put_at=now,
        )
        for place, reminder in due
    ]
    if not rows:
        return 0
    session.add_all(rows)
    session.flush()
    messages = [
        outbox.Due(reason_of(row.slot, place.representative), place.email, {"representative": row.representative_id, "reminder": row.id})
        for row, (place, _reminder) in zip(rows, due, strict=True)
    ]
    outbox.put_all(session, REMINDER, messages, now=now, letter_id=letter.id)
    told = [
        {"reminder": row.reference, "representative": place.representative, "slot": row.slot, "kind": row.kind}
        for row, (place, _reminder) in zip(rows, due, strict=True)
    ]
    append_event(session, letter, CLOCK, "reminders.sent", {"reminders": told}, now=now)
    return len(rows)


def reason_of(slot: str, representative: str) -> str:
    """Why a reminder leaves, as the outbox knows it."""
    return f"{REMINDER}:{slot}:{representative}"


def is_near(session: Session, letter: LetterRow, plan: Plan, *, now: datetime) -> bool:
    """Whether anything could be due within a day, found without a look at each society."""
    course = course_of(letter)
    if course is None:
        return False
    if letter.state == LetterState.SIGNING:
        return near(course, plan, boards_of(session, letter), now=now)
    return any(near(replace(course, until=one.until), plan, (), now=now) for one in newest_rounds(session, letter).values())


def _due(session: Session, letter: LetterRow, *, now: datetime) -> list[tuple[ReminderPlace, Reminder]]:
    plan = plan_of(session, letter.id)
    if not is_near(session, letter, plan, now=now):
        return []
    found = ((place, next_reminder(place.course, plan, place.due, now=now)) for place in reminder_places(session, letter, now=now))
    return [(place, reminder) for place, reminder in found if reminder is not None and reminder.at <= now]


@dataclass(frozen=True)
class Speaking:
    """What a reminder says when it leaves."""

    kind: ReminderKind
    place: ReminderPlace


def speaking(session: Session, row: OutboxRow, letter: LetterRow, *, now: datetime) -> Speaking | None:
    """Decided again at the moment of sending: None where the society has answered, or nobody waits for it any more."""
    reminder = session.get_one(ReminderRow, row.parameters["reminder"])
    plan = plan_of(session, letter.id)
    for place in reminder_places(session, letter, now=now, only=reminder.representative_id, but=row.id):
        kind = still_leaves(place.course, plan, replace(place.recipient, taken=place.held), reminder.slot, now=now)
        if kind is not None:
            return Speaking(kind, place)
    return None
