"""One attempt to send one message of the outbox: claimed by its number, made, and what became of it noted (R16)."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.domain import limits
from webapp.mail.message import UnsafeMessage
from webapp.mail.transport import Envelope, PermanentFailure, TemporaryFailure, Transport, UncertainFailure, UnreachedFailure
from webapp.persistence import outbox
from webapp.persistence.tables import OutboxRow
from webapp.persistence.tables.message import WAITING, MessageState
from webapp.services.composing import compose
from webapp.services.journal_mails import JOURNAL_MAIL
from webapp.services.mail_facts import Office

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
# Somebody who looks for a message that may have arrived finds it within half an hour; until then it is not sent again.
_UNCERTAIN_WAIT = timedelta(minutes=30)
_JUST_NOW = timedelta(minutes=2)
_MOST_AT_ONCE = 500
_SUSPECT = 3
# Of a mail to a journal a second copy is worse than none: where nobody knows whether it left, a person asks (`bar.md` T51, F06).
ONCE = frozenset({JOURNAL_MAIL})
NOT_KNOWN = "it is not known whether it left"
_UNREACHED = "the mail server did not let us in: "


class Result(Enum):
    LEFT = "left"
    LATER = "later"
    UNCERTAIN = "uncertain"
    NEVER = "never"
    USELESS = "useless"


@dataclass(frozen=True)
class Sent:
    """What became of one attempt, and why it failed, without any address (R19)."""

    result: Result
    why: str = ""


def claim_message(session: Session, outbox_id: int, attempt: int, *, now: datetime, job: str = "") -> bool:
    """Whether this attempt may go on: each number is claimed once, so that no two attempts send one message at a time (R16)."""
    row = session.scalars(select(OutboxRow).where(OutboxRow.id == outbox_id).with_for_update()).one_or_none()
    if row is None or row.state not in WAITING or _is_in_doubt(row):
        return False
    if job and row.claimed_by == job and row.unfinished and row.attempts == attempt + 1:
        # Its worker died after the claim and before the job engine knew of it.
        return True
    if row.attempts != attempt:
        return False
    if row.unfinished >= limits.MAIL_UNFINISHED:
        row.state, row.last_error = MessageState.FAILED, row.last_error or "no attempt came to an end"
        return False
    row.attempts, row.unfinished, row.next_attempt_at = attempt + 1, row.unfinished + 1, now + outbox.LOST_AFTER
    row.claimed_by = job
    # Set back with the clock, so that no time is counted that has not passed.
    row.first_tried_at = min(row.first_tried_at or now, now)
    return True


def is_under_way(session: Session, outbox_id: int, job: str) -> bool:
    """Whether what this job has claimed has no end yet: with a full disk the job engine may forget a step whose end is stored here."""
    row = session.get(OutboxRow, outbox_id)
    return row is not None and row.claimed_by == job and row.unfinished > 0


def _is_in_doubt(row: OutboxRow) -> bool:
    return row.kind in ONCE and row.state == MessageState.UNCERTAIN


def leaves_once(envelope: Envelope | None) -> bool:
    """Whether it must not be given to a mail server before `begin` has said so."""
    return envelope is not None and envelope.form.name in ONCE


def begin(session: Session, outbox_id: int) -> bool:
    """Whether a message that leaves once may be given to the mail server now: it is in doubt from here until the server's word is heard.

    So a worker that dies on the way leaves behind that nobody knows, and the next one sends nothing.
    """
    row = session.scalars(select(OutboxRow).where(OutboxRow.id == outbox_id).with_for_update()).one_or_none()
    if row is None or row.state != MessageState.QUEUED:
        return False
    row.state, row.last_error = MessageState.UNCERTAIN, NOT_KNOWN
    return True


def prepare_message(session: Session, outbox_id: int, office: Office, *, now: datetime) -> Envelope | None:
    """The message to send now; None where it has left already, or where it would be of no use any more."""
    row = session.get(OutboxRow, outbox_id)
    if row is None or row.state not in WAITING:
        return None
    form = compose(session, row, office, now=now)
    return Envelope(form, row.to_address, row.reference, now) if form else None


def send(transport: Transport, envelope: Envelope | None) -> Sent:
    """Tries once to send. No session is open meanwhile: a slow mail server holds up nobody's answer."""
    if envelope is None:
        return Sent(Result.USELESS, "no longer of use")
    try:
        transport.send(envelope)
    except UncertainFailure as failure:
        return Sent(Result.UNCERTAIN, str(failure))
    except UnreachedFailure as failure:
        return Sent(Result.LATER, f"{_UNREACHED}{failure}")
    except TemporaryFailure as failure:
        return Sent(Result.LATER, str(failure))
    except (PermanentFailure, UnsafeMessage) as failure:
        return Sent(Result.NEVER, str(failure))
    return Sent(Result.LEFT)


def note_result(session: Session, outbox_id: int, sent: Sent, *, now: datetime) -> None:
    """Keeps what became of the attempt.

    A crash between the mail server's word and this note means a second copy with the same Message-ID, never a lost one (R16).
    """
    row = session.get_one(OutboxRow, outbox_id)
    if row.state not in WAITING:
        return
    if _is_in_doubt(row) and sent.result is Result.UNCERTAIN:
        row.last_error, row.unfinished = f"{NOT_KNOWN}: {sent.why}", 0
        return
    if _is_in_doubt(row) and sent.result is Result.LATER:
        # It was refused for now: it has not left.
        row.state = MessageState.QUEUED
    row.last_error, row.unfinished = sent.why, 0
    if sent.result is Result.LEFT:
        row.state, row.sent_at = MessageState.SENT, now
    elif sent.result is Result.UNCERTAIN and row.state == MessageState.QUEUED:
        row.state, row.next_attempt_at = MessageState.UNCERTAIN, now + max(_UNCERTAIN_WAIT, wait_after(row))
    elif sent.result is Result.LATER and not _is_given_up(row, now=now):
        row.next_attempt_at = now + wait_after(row)
    else:
        row.state = MessageState.FAILED


def note_broken(session: Session, outbox_id: int, why: str, *, now: datetime) -> None:
    """The attempt broke off by a fault of ours. It is tried again at growing distances, and then waits for a person."""
    row = session.get_one(OutboxRow, outbox_id)
    if row.state not in WAITING:
        return
    row.last_error = f"the program failed: {why}"
    if row.unfinished >= limits.MAIL_UNFINISHED:
        row.state = MessageState.FAILED
    else:
        row.next_attempt_at = now + wait_after(row)


def note_lost(session: Session, jobs: Sequence[str]) -> list[str]:
    """A worker died with these jobs; returns those that are to begin again now.

    A message that was lost several times may be what kills the workers. So of such ones only the least suspect begins again, alone,
    and after eight deaths none does.
    """
    references = {job: outbox.reference_of(job) for job in jobs}
    query = select(OutboxRow).where(OutboxRow.reference.in_(references.values()), OutboxRow.state.in_(WAITING), OutboxRow.unfinished > 0)
    rows = {row.reference: row for row in session.scalars(query.with_for_update())}
    suspects = sorted((row for row in rows.values() if row.unfinished >= _SUSPECT), key=lambda row: row.unfinished)
    held_back = {row.reference for row in suspects[1:]}
    now = [job for job, reference in references.items() if reference not in held_back]
    for row in [rows[reference] for job in now if (reference := references[job]) in rows]:
        row.unfinished += 1
        if row.unfinished > limits.MAIL_UNFINISHED:
            row.state, row.last_error = MessageState.FAILED, "the worker died with every attempt"
    return now


def enqueue_due(session: Session, *, now: datetime, is_steady: bool = True) -> int:
    """Queues the next attempt of every message whose time has come, or whose attempt was lost with its worker; returns how many.

    `is_steady` says that the clock has not jumped of late: only then can an attempt without an end be told from one under way.
    """
    is_in_doubt = and_(OutboxRow.kind.in_(ONCE), OutboxRow.state == MessageState.UNCERTAIN)
    due = select(OutboxRow).where(OutboxRow.state.in_(WAITING), ~is_in_doubt, _is_due(now))
    if not is_steady:
        due = due.where(OutboxRow.unfinished == 0)
    rows = list(session.scalars(due.order_by(OutboxRow.id).limit(_MOST_AT_ONCE).with_for_update(skip_locked=True)))
    for row in rows:
        if row.attempts and not row.last_error:
            # The attempt left no trace: its worker died, or the message cannot be made. The next has a number of its own.
            row.last_error = "the last attempt did not come to an end"
        row.next_attempt_at = now + outbox.LOST_AFTER
        outbox.enqueue_attempt(session, row)
    return len(rows)


def _is_due(now: datetime) -> ColumnElement[bool]:
    # Nothing waits for longer than the longest wait: what does was told so by a clock that has been set back since.
    is_misled = OutboxRow.next_attempt_at > now + _LONGEST_WAIT
    # Whatever has just left shows that the mail server is back, and nothing need wait any longer for that.
    other = aliased(OutboxRow)
    is_back = exists().where(other.sent_at.between(now - _JUST_NOW, now))
    is_freed = and_(OutboxRow.last_error.startswith(_UNREACHED), is_back)
    return or_(OutboxRow.next_attempt_at <= now, is_misled, is_freed)


def wait_after(row: OutboxRow) -> timedelta:
    """From one minute to one hour, twice as long each time; each message up to half of it sooner, so that they do not come together."""
    doubled: int = 2 ** min(max(row.attempts - 1, 0), 10)
    return min(_FIRST_WAIT * doubled, _LONGEST_WAIT) * (1 - zlib.crc32(f"{row.reference}:{row.attempts}".encode()) / 2**33)


def _is_given_up(row: OutboxRow, *, now: datetime) -> bool:
    """Three days after the first attempt. Not after few attempts: the clock may have jumped, or no worker been there."""
    since = row.first_tried_at or now
    return row.attempts >= limits.MAIL_LEAST_TRIES and now - since >= limits.MAIL_HORIZON
