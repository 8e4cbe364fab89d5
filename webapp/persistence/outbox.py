"""The outbox: the one place that puts a message into the transaction of the change that causes it (R8, R16)."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.persistence.queue import CODES_QUEUE, MAIL_QUEUE, enqueue
from webapp.persistence.tables import OutboxRow
from webapp.persistence.tables.message import MessageState

SEND_WORKFLOW = "send_message"

# A message whose attempt has left no trace for this long is taken for lost with its worker, and tried again.
LOST_AFTER = timedelta(minutes=10)

# Somebody is waiting at a screen for these; they do not stand in line behind a thousand invitations.
_AWAITED = {"code", "sign_in", "receipt", "withdrawal_receipt", "new_link"}


def put(
    session: Session, kind: str, reason: str, to_address: str, *, now: datetime, letter_id: int | None = None, **parameters: int
) -> OutboxRow | None:
    """Queues one message to one recipient; None where a message has left, or waits, for this very reason."""
    if session.scalar(select(OutboxRow.id).where(OutboxRow.reason == reason)) is not None:
        return None
    row = OutboxRow(
        reference=secrets.token_urlsafe(16),
        reason=reason,
        kind=kind,
        letter_id=letter_id,
        to_address=to_address,
        parameters=parameters,
        state=MessageState.QUEUED,
        next_attempt_at=now + LOST_AFTER,
        queued_at=now,
    )
    session.add(row)
    session.flush()
    enqueue_attempt(session, row)
    return row


def enqueue_attempt(session: Session, row: OutboxRow) -> None:
    """Queues the next attempt to send. A number is claimed by one workflow only, however many were queued for it."""
    queue = CODES_QUEUE if row.kind in _AWAITED else MAIL_QUEUE
    when = row.next_attempt_at.isoformat(timespec="milliseconds")
    name = f"{SEND_WORKFLOW}:{row.reference}:{row.attempts}:{when}"
    enqueue(session, SEND_WORKFLOW, name, row.id, row.attempts, queue=queue)
