"""The outbox: the one place that puts a message into the transaction of the change that causes it (R8, R16)."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.persistence.plain import run
from webapp.persistence.queue import CODES_QUEUE, MAIL_QUEUE, enqueue
from webapp.persistence.tables import OutboxRow
from webapp.persistence.tables.message import MessageState

SEND_WORKFLOW = "send_message"

# A message whose attempt has left no trace for this long is taken for lost with its worker, and tried again.
LOST_AFTER = timedelta(minutes=10)

# Somebody is waiting at a screen for these; they do not stand in line behind a thousand invitations.
_AWAITED = {"code", "staff_code", "sign_in", "receipt", "withdrawal_receipt", "new_link", "witness_code"}

# What has left or waits for the same reason is neither put again nor read.
_INSERT = {
    name: insert(OutboxRow).on_conflict_do_nothing(index_elements=["reason"]).returning(OutboxRow.id, OutboxRow.reference)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


@dataclass(frozen=True)
class Due:
    """One message that is to leave, and why: what was put for the same reason before is not put again (R16)."""

    reason: str
    to_address: str
    parameters: dict[str, int]


@dataclass(frozen=True)
class Queued:
    """A message that has been put, and what its next attempt goes by."""

    id: int
    reference: str
    kind: str
    attempts: int
    next_attempt_at: datetime


def put(
    session: Session, kind: str, reason: str, to_address: str, *, now: datetime, letter_id: int | None = None, **parameters: int
) -> Queued | None:
    """Queues one message to one recipient; None where a message has left, or waits, for this very reason."""
    return next(iter(put_all(session, kind, [Due(reason, to_address, parameters)], now=now, letter_id=letter_id)), None)


def put_all(session: Session, kind: str, due: Sequence[Due], *, now: datetime, letter_id: int | None = None) -> list[Queued]:
    """Queues several messages, each to one recipient, in one statement."""
    rows: list[dict[str, Any]] = [
        {
            "reference": secrets.token_urlsafe(16),
            "reason": one.reason,
            "kind": kind,
            "letter_id": letter_id,
            "to_address": one.to_address,
            "parameters": one.parameters,
            "state": MessageState.QUEUED,
            "next_attempt_at": now + LOST_AFTER,
            "queued_at": now,
        }
        for one in due
    ]
    if not rows:
        return []
    ids = {reference: row_id for row_id, reference in run(session, _INSERT[session.get_bind().dialect.name], rows)}
    put = [row for row in rows if row["reference"] in ids]
    queued = [Queued(ids[row["reference"]], row["reference"], kind, 0, row["next_attempt_at"]) for row in put]
    for one in queued:
        enqueue_attempt(session, one)
    return queued


@contextmanager
def pretending(session: Session, kind: str, *, now: datetime) -> Iterator[None]:
    """Does the work of putting a message, and of what happens within, and takes it all back.

    For an address that nobody has: the time of an answer shall not tell who is known here (`bar.md` T26).
    """
    undone = session.begin_nested()
    yield
    put(session, kind, f"{kind}:{secrets.token_urlsafe(16)}", "nobody", now=now)
    undone.rollback()


def enqueue_attempt(session: Session, row: Queued | OutboxRow) -> None:
    """Queues the next attempt to send. A number is claimed by one workflow only, however many were queued for it."""
    queue = CODES_QUEUE if row.kind in _AWAITED else MAIL_QUEUE
    when = row.next_attempt_at.isoformat(timespec="milliseconds")
    name = f"{SEND_WORKFLOW}:{row.reference}:{row.attempts}:{when}"
    enqueue(session, SEND_WORKFLOW, name, row.id, row.attempts, queue=queue)


def reference_of(job: str) -> str | None:
    """The reference of the message that a job is to send; None for a job of another kind."""
    workflow, _, rest = job.partition(":")
    return rest.split(":")[0] if workflow == SEND_WORKFLOW else None
