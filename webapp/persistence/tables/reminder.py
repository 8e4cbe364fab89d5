"""Reminders: a letter’s plan, what was held back, and what was sent to whom. That somebody has stopped them stands with the person."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.reminder import ReminderKind
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of
from webapp.persistence.tables.roster import RepresentativeRow


class ReminderPlanRow(Base):
    """When reminders leave, and for which states, where a letter has another plan than the usual one."""

    __tablename__ = "reminder_plan"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    days_before: Mapped[list[int]] = mapped_column(JSON)
    days_after_board: Mapped[list[int]] = mapped_column(JSON)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    is_paused: Mapped[bool]
    edition: Mapped[int] = mapped_column(default=1)
    edited_at: Mapped[datetime] = mapped_column(Instant)
    edited_by: Mapped[str]


class ReminderRow(Base):
    """One reminder that was put into the mail. It never changes: what became of the message, the outbox says."""

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint(one_of("kind", [kind.value for kind in ReminderKind]), name="kind"),
        # R16: nobody is reminded twice for one reason.
        UniqueConstraint("representative_id", "slot"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    representative_id: Mapped[int] = mapped_column(ForeignKey("representative.id"))
    slot: Mapped[str]
    """Which of the moments of the plan it was, such as “7 days before the deadline”, in a word that stays."""
    kind: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(Instant)
    put_at: Mapped[datetime] = mapped_column(Instant)

    representative: Mapped[RepresentativeRow] = relationship()


class HeldReminderRow(Base):
    """A reminder that a coordinator holds back; letting it go removes the row. That of a whole society stands with its invitation."""

    __tablename__ = "held_reminder"

    representative_id: Mapped[int] = mapped_column(ForeignKey("representative.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    held_at: Mapped[datetime] = mapped_column(Instant)
