"""A letter, its targets and authors, and its immutable revisions (R3)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.letter import ASKS, LetterState
from webapp.domain.wording import COLLECTIVE_NOUNS
from webapp.persistence.base import Base, Instant


def one_of(column: str, values: Any) -> str:
    """The SQL of “this column holds one of these words”."""
    words = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({words})"


class LetterRow(Base):
    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint(one_of("state", [state.value for state in LetterState]), name="state"),
        CheckConstraint(one_of("ask", ASKS), name="ask"),
        CheckConstraint(one_of("collective_noun", COLLECTIVE_NOUNS), name="collective_noun"),
        CheckConstraint("state IN ('drafting', 'cancelled') OR deadline IS NOT NULL", name="deadline"),
        CheckConstraint("state NOT IN ('closed', 'sealed', 'submitted', 'resolved') OR closed_at IS NOT NULL", name="closed_at"),
        CheckConstraint("state NOT IN ('sealed', 'submitted', 'resolved') OR sealed_at IS NOT NULL", name="sealed_at"),
        Index("ix_letter_state_deadline", "state", "deadline"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    collective_noun: Mapped[str]
    lead_society: Mapped[str]
    language: Mapped[str]
    ask: Mapped[str]
    journal: Mapped[str]
    addressee: Mapped[str]
    contact_email: Mapped[str]
    statement: Mapped[str]
    references_typed: Mapped[str]
    references: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    state: Mapped[str]
    deadline: Mapped[datetime | None] = mapped_column(Instant)
    deadline_zone: Mapped[str]
    deadline_version: Mapped[int] = mapped_column(default=0)
    submission_target: Mapped[date | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    edition: Mapped[int] = mapped_column(default=1)
    """Raised by every edit, so that two people at one draft never overwrite each other unseen."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    sealed_at: Mapped[datetime | None] = mapped_column(Instant)

    targets: Mapped[list["TargetRow"]] = relationship(cascade="all, delete-orphan", order_by="TargetRow.position")
    authors: Mapped[list["AuthorRow"]] = relationship(cascade="all, delete-orphan", order_by="AuthorRow.position")
    revisions: Mapped[list["RevisionRow"]] = relationship(order_by="RevisionRow.number")

    @property
    def closes_at(self) -> datetime | None:
        """The instant that decides whether an answer is in time (R9)."""
        return self.closed_at or self.deadline

    @property
    def revision_in_force(self) -> "RevisionRow | None":
        return self.revisions[-1] if self.revisions else None


class TargetRow(Base):
    __tablename__ = "target"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    role: Mapped[str]
    citation: Mapped[str]
    doi: Mapped[str]
    published_on: Mapped[date | None]


class AuthorRow(Base):
    __tablename__ = "author"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    affiliation: Mapped[str]
    orcid: Mapped[str]
    is_corresponding: Mapped[bool]
    competing_interests: Mapped[str]


class RevisionRow(Base):
    """A snapshot of what a society signs. The database refuses to change or remove it (R3)."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("letter_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    number: Mapped[int]
    title: Mapped[str]
    ask: Mapped[str]
    targets: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    statement: Mapped[str]
    references: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    digest: Mapped[str]
    frozen_at: Mapped[datetime] = mapped_column(Instant)
