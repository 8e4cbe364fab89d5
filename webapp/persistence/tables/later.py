"""What comes after the seal and stands beside it: addenda, errata, and their own small files (R11)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.erratum import ErratumKind
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.answer import AnswerRow
from webapp.persistence.tables.letter import one_of

_GOES_ON = text("ended_at IS NULL")
_IS_ISSUED = text("number > 0")
_IS_WITHDRAWAL = text("kind = 'withdrawn'")


class LaterKind(StrEnum):
    ADDENDUM = "addendum"
    ERRATUM = "erratum"
    EDITION = "edition"
    """The sealed letter with the addenda and errata that there were."""


class AddendumRow(Base):
    """One time for which the coordinators hold the sealed letter open; it ends with a file, or without where nobody has joined."""

    __tablename__ = "addendum"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR closed_at IS NOT NULL", name="closed"),
        CheckConstraint("number = 0 OR ended_at IS NOT NULL", name="issued"),
        # One after another: whoever signs knows which one they join.
        Index("uq_addendum_goes_on", "letter_id", unique=True, sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
        Index("uq_addendum_number", "letter_id", "number", unique=True, sqlite_where=_IS_ISSUED, postgresql_where=_IS_ISSUED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    number: Mapped[int] = mapped_column(default=0)
    """0 until it is issued, and for good where nobody has joined."""
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str]
    """As the record writes an actor."""
    deadline: Mapped[datetime] = mapped_column(Instant)
    deadline_zone: Mapped[str]
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    signatories: Mapped[list["AddendumSignatoryRow"]] = relationship(order_by="AddendumSignatoryRow.position")

    @property
    def closes_at(self) -> datetime:
        """The instant that decides whether an answer is in time (R9)."""
        return self.closed_at or self.deadline


class AddendumSignatoryRow(Base):
    """As it is printed in the addendum, for good."""

    __tablename__ = "addendum_signatory"

    addendum_id: Mapped[int] = mapped_column(ForeignKey("addendum.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), unique=True)
    printed_name: Mapped[str]
    officer: Mapped[str]
    office: Mapped[str]
    country: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    """That the answer was not the society’s own act but recorded, and from what (R12)."""
    acronym: Mapped[str] = mapped_column(default="")
    society_kind: Mapped[str] = mapped_column(default="")


class ErratumRow(Base):
    """A correction of what stands printed, or that a society has withdrawn since."""

    __tablename__ = "erratum"
    __table_args__ = (
        UniqueConstraint("letter_id", "number"),
        CheckConstraint(one_of("kind", [kind.value for kind in ErratumKind]), name="kind"),
        Index("uq_erratum_withdrawn", "answer_id", unique=True, sqlite_where=_IS_WITHDRAWAL, postgresql_where=_IS_WITHDRAWAL),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    number: Mapped[int]
    kind: Mapped[str]
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    """The signatory whose line in the sealed list, or in an addendum, it is about."""
    before: Mapped[str]
    after: Mapped[str]
    """Empty for a withdrawal."""
    reason: Mapped[str]
    asked_by: Mapped[str]
    """Who asked for it, in words."""
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str]

    answer: Mapped[AnswerRow] = relationship()


class LaterDocumentRow(Base):
    """A file that was made after the seal; like the sealed ones, made once."""

    __tablename__ = "later_document"
    __table_args__ = (
        UniqueConstraint("letter_id", "kind", "number"),
        CheckConstraint(one_of("kind", [kind.value for kind in LaterKind]), name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    kind: Mapped[str]
    number: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(Instant)
