"""The outbox, for people to read, and the local mailbox that stands in where no mail server is set."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of


class MessageState(StrEnum):
    QUEUED = "queued"
    UNCERTAIN = "uncertain"
    """The mail server went away before it said whether it took the message; tried once more, later."""
    SENT = "sent"
    FAILED = "failed"


WAITING = (MessageState.QUEUED, MessageState.UNCERTAIN)


class OutboxRow(Base):
    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(one_of("state", [state.value for state in MessageState]), name="state"),
        Index("ix_outbox_state_next", "state", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(unique=True)
    """Why it leaves, with the thing that caused it: no message leaves twice for the same reason (R16)."""
    kind: Mapped[str]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), index=True)
    to_address: Mapped[str]
    parameters: Mapped[dict[str, int]] = mapped_column(JSON)
    """Row ids only: the words, links and codes are made when it is sent, and never stored."""
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(Instant)
    claimed_by: Mapped[str] = mapped_column(default="", server_default="")
    """The job that has claimed the latest attempt."""
    first_tried_at: Mapped[datetime | None] = mapped_column(Instant)
    unfinished: Mapped[int] = mapped_column(default=0, server_default="0")
    """Attempts in a row, the one under way included, of which nobody has said how they ended."""
    last_error: Mapped[str] = mapped_column(default="")
    queued_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)


class MailboxRow(Base):
    __tablename__ = "mailbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    to_address: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    calendar: Mapped[str] = mapped_column(default="", server_default="")
    """The calendar file that came with it, or empty."""
    arrived_at: Mapped[datetime] = mapped_column(Instant)
