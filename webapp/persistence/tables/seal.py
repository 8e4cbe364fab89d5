"""How a letter is laid out; the sealing while it goes on; and what the seal fixes for good: the list and the files (R11)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.layout import DEFAULT_ACCENT, Acronyms, Grouping, Paper
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of


class LayoutRow(Base):
    """How the letter is printed, where its coordinators have said so."""

    __tablename__ = "letter_layout"
    __table_args__ = (
        CheckConstraint(one_of("paper", [one.value for one in Paper]), name="paper"),
        CheckConstraint(one_of("grouping", [one.value for one in Grouping]), name="grouping"),
        CheckConstraint(one_of("acronyms", [one.value for one in Acronyms]), name="acronyms"),
    )

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True, autoincrement=False)
    paper: Mapped[str] = mapped_column(default=Paper.A4)
    grouping: Mapped[str] = mapped_column(default=Grouping.NONE)
    is_lead_first: Mapped[bool] = mapped_column(default=False)
    acronyms: Mapped[str] = mapped_column(default=Acronyms.NONE)
    shows_logos: Mapped[bool] = mapped_column(default=False)
    has_annex: Mapped[bool] = mapped_column(default=False)
    accent: Mapped[str] = mapped_column(default=DEFAULT_ACCENT)
    address: Mapped[str] = mapped_column(default="")
    """The postal address in the letterhead, one line a line."""
    website: Mapped[str] = mapped_column(default="")
    lead_society_id: Mapped[int | None] = mapped_column(ForeignKey("society.id"))
    """Which society of the directory leads; None where nobody has said."""
    edition: Mapped[int] = mapped_column(default=1)


class SealingAct(StrEnum):
    """What is made in a job, so that nobody waits for it in a request."""

    SEAL = "seal"
    ADDENDUM = "addendum"
    EDITION = "edition"


class SealingRow(Base):
    """That somebody has pressed the button, and how far the documents are: a person can leave the page and come back."""

    __tablename__ = "sealing"
    __table_args__ = (CheckConstraint(one_of("act", [act.value for act in SealingAct]), name="act"),)

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(default=SealingAct.SEAL, server_default=SealingAct.SEAL)
    asked_by: Mapped[str]
    """As the record writes an actor."""
    asked_at: Mapped[datetime] = mapped_column(Instant)
    record_length: Mapped[int]
    """How long the record was when it was asked: anything recorded since makes the sealing void."""
    job: Mapped[str] = mapped_column(default="")
    step: Mapped[str] = mapped_column(default="")
    """What is being made, as it is told to people."""
    steps_done: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    failure: Mapped[str] = mapped_column(default="")
    """Why nothing was sealed, as a sentence; empty while it goes on, and where it was."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How many workers have begun it: each that died left it to the next."""
    heard_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a worker has last said that it is at it."""


class SealedSignatoryRow(Base):
    __tablename__ = "sealed_signatory"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
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
    logo: Mapped[str] = mapped_column(default="")
    """SHA-256 of the logo that was printed; empty where none was."""
    is_lead: Mapped[bool] = mapped_column(default=False)


class DocumentRow(Base):
    """A sealed file, kept in the database: one thing to back up, and every host sees it."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("letter_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    kind: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(Instant)
