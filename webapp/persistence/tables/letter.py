"""A letter, its targets and its authors."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.answer import AuthorityCheck
from webapp.domain.letter import ASKS, LetterState
from webapp.domain.text import TextKind
from webapp.domain.wording import COLLECTIVE_NOUNS
from webapp.persistence.base import Base, Instant

if TYPE_CHECKING:
    from webapp.persistence.tables.text import FreezingRow, RevisionRow, TextRow


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
        CheckConstraint("state IN ('drafting', 'circulating', 'cancelled') OR deadline IS NOT NULL", name="deadline"),
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
    references: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    references_edition: Mapped[int] = mapped_column(default=1)
    state: Mapped[str]
    deadline: Mapped[datetime | None] = mapped_column(Instant)
    deadline_zone: Mapped[str]
    deadline_version: Mapped[int] = mapped_column(default=0)
    submission_target: Mapped[date | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    shows_comments: Mapped[bool] = mapped_column(default=False)
    """Whether each society sees what the others remark while a revision circulates."""
    authority_rule: Mapped[list[str]] = mapped_column(JSON, default=lambda: [AuthorityCheck.CODE.value])
    """What the letter takes for knowing that a person may speak for a society: any of these."""
    edition: Mapped[int] = mapped_column(default=1)
    """Raised by every edit, so that two people at one draft never overwrite each other unseen."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    sealed_at: Mapped[datetime | None] = mapped_column(Instant)

    targets: Mapped[list["TargetRow"]] = relationship(cascade="all, delete-orphan", order_by="TargetRow.position")
    authors: Mapped[list["AuthorRow"]] = relationship(cascade="all, delete-orphan", order_by="AuthorRow.position")
    texts: Mapped[list["TextRow"]] = relationship(cascade="all, delete-orphan", order_by="TextRow.position")
    revisions: Mapped[list["RevisionRow"]] = relationship(order_by="RevisionRow.number")
    freezings: Mapped[list["FreezingRow"]] = relationship(order_by="FreezingRow.id")

    @property
    def closes_at(self) -> datetime | None:
        """The instant that decides whether an answer is in time (R9)."""
        return self.closed_at or self.deadline

    @property
    def statement(self) -> "TextRow":
        """The one text that every letter has; as it is being written."""
        return next(text for text in self.texts if text.kind == TextKind.STATEMENT)

    @property
    def revision_in_force(self) -> "RevisionRow | None":
        """The revision that societies sign: the one that was frozen last."""
        return self.freezings[-1].revision if self.freezings else None


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
