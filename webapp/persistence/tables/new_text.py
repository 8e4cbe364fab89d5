"""Texts that a journal wants changed after the seal: as they are written, as they were put to the signatories, and what became of that."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.new_text import OPEN_STATES, SAID_OF_TEXT, NewTextState, Place
from webapp.domain.text import Change
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.answer import AnswerRow
from webapp.persistence.tables.letter import one_of
from webapp.persistence.tables.roster import RepresentativeRow

_GOES_ON = text(one_of("state", [state.value for state in OPEN_STATES]))


class NewTextRow(Base):
    """One such text on its course; what it says is written here until it is put to the signatories."""

    __tablename__ = "new_text"
    __table_args__ = (
        UniqueConstraint("letter_id", "number"),
        CheckConstraint(one_of("state", [state.value for state in NewTextState]), name="state"),
        CheckConstraint("state NOT IN ('asking', 'fixed', 'made') OR put_at IS NOT NULL", name="put"),
        CheckConstraint("state NOT IN ('fixed', 'made') OR fixed_at IS NOT NULL", name="fixed"),
        CheckConstraint("(state = 'made') = (made_at IS NOT NULL)", name="made"),
        CheckConstraint("(state = 'abandoned') = (abandoned_at IS NOT NULL)", name="abandoned"),
        # One at a time for each submission: a society is never asked about two texts for one journal.
        Index("uq_new_text_goes_on", "letter_id", "submission", unique=True, sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    number: Mapped[int]
    submission: Mapped[str] = mapped_column(default="")
    """The reference of the submission that asked for it; empty where none is named."""
    venue: Mapped[str] = mapped_column(default="")
    """The slug of the venue whose limits it is cut to; empty for none."""
    journal: Mapped[str]
    """As it is printed: “as changed for …”."""
    based_on: Mapped[str]
    """The reference of the sealed text that it comes from."""
    asked: Mapped[str]
    """What the journal has asked for."""
    body: Mapped[str]
    style: Mapped[str]
    edition: Mapped[int] = mapped_column(default=1)
    edited_at: Mapped[datetime | None] = mapped_column(Instant)
    edited_by: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(Instant)
    begun_by: Mapped[str]
    """As the record writes an actor."""
    put_at: Mapped[datetime | None] = mapped_column(Instant)
    fixed_at: Mapped[datetime | None] = mapped_column(Instant)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    abandoned_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(default="")
    """Why it was abandoned."""
    making_job: Mapped[str] = mapped_column(default="")
    making_by: Mapped[str] = mapped_column(default="")
    making_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    making_failure: Mapped[str] = mapped_column(default="")
    """Why no documents were made the last time, as a sentence."""

    put: Mapped["PutTextRow | None"] = relationship()
    signatories: Mapped[list["NewTextSignatoryRow"]] = relationship(order_by="NewTextSignatoryRow.position")


class PutTextRow(Base):
    """What was put to the signatories. The database refuses to change or remove it (R3)."""

    __tablename__ = "put_text"
    __table_args__ = (CheckConstraint(one_of("change", [change.value for change in Change]), name="change"),)

    new_text_id: Mapped[int] = mapped_column(ForeignKey("new_text.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str]
    body: Mapped[str]
    style: Mapped[str]
    title: Mapped[str]
    ask: Mapped[str]
    targets: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    references: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    based_on_digest: Mapped[str]
    """Of the sealed text that it comes from."""
    asked: Mapped[str]
    change: Mapped[str]
    """Editorial, so that a mandate carries a signature across it, or substantive, so that each must affirm."""
    until: Mapped[datetime] = mapped_column(Instant)
    zone: Mapped[str]


class NewTextAskedRow(Base):
    """A society to whose signatories the text was put, by the answer with which it stands printed."""

    __tablename__ = "new_text_asked"

    new_text_id: Mapped[int] = mapped_column(ForeignKey("new_text.id"), primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), primary_key=True, autoincrement=False, index=True)
    is_carried: Mapped[bool]
    """It stands on the list unless it objects; else only if it affirms."""

    answer: Mapped[AnswerRow] = relationship()


class NewTextAnswerRow(Base):
    """What a society has said of the text; the newest counts, and none is overwritten."""

    __tablename__ = "new_text_answer"
    __table_args__ = (CheckConstraint(one_of("act", sorted(SAID_OF_TEXT)), name="act"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    new_text_id: Mapped[int] = mapped_column(ForeignKey("new_text.id"), index=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    representative_id: Mapped[int] = mapped_column(ForeignKey("representative.id"))
    nonce: Mapped[str] = mapped_column(unique=True)
    act: Mapped[str]
    digest: Mapped[str]
    decided_by: Mapped[str]
    remark: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(Instant)
    record_sequence: Mapped[int]
    record_hash: Mapped[str]

    representative: Mapped[RepresentativeRow] = relationship()


class NewTextSignatoryRow(Base):
    """As it is printed under the new text, for good."""

    __tablename__ = "new_text_signatory"
    __table_args__ = (CheckConstraint(one_of("place", [Place.CARRIED.value, Place.AFFIRMED.value]), name="place"),)

    new_text_id: Mapped[int] = mapped_column(ForeignKey("new_text.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    place: Mapped[str]
    printed_name: Mapped[str]
    officer: Mapped[str]
    office: Mapped[str]
    country: Mapped[str]
    note: Mapped[str]
    acronym: Mapped[str]
    society_kind: Mapped[str]
    logo: Mapped[str]
    is_lead: Mapped[bool]


class NewTextDocumentRow(Base):
    """A file of the new text; like the sealed ones, made once."""

    __tablename__ = "new_text_document"
    __table_args__ = (UniqueConstraint("new_text_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    new_text_id: Mapped[int] = mapped_column(ForeignKey("new_text.id"), index=True)
    kind: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    content: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(Instant)
