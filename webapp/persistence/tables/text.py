"""The texts of a letter as they are being written, its immutable revisions (R3), and which of them were frozen for signing."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.text import DEFAULT_STYLE, Change, TextKind, style_of
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of


class TextRow(Base):
    """A text as it is now. Its `edition` is raised by every edit, so that two people never overwrite each other unseen."""

    __tablename__ = "text"
    __table_args__ = (
        CheckConstraint(one_of("kind", [kind.value for kind in TextKind]), name="kind"),
        Index(
            "uq_text_statement",
            "letter_id",
            unique=True,
            sqlite_where=text("kind = 'statement'"),
            postgresql_where=text("kind = 'statement'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]
    body: Mapped[str]
    """Markdown in the dialect of `rendering.text`."""
    style: Mapped[str] = mapped_column(default=DEFAULT_STYLE)
    """The citation style in which it is set now; a revision keeps its own."""
    style_is_picked: Mapped[bool] = mapped_column(default=False)
    """A person picked the style, so that no venue changes it."""
    edition: Mapped[int] = mapped_column(default=1)
    edited_at: Mapped[datetime | None] = mapped_column(Instant)
    edited_by: Mapped[str] = mapped_column(default="")
    """The reference of the member of staff who edited it last; empty for the command line."""

    venues: Mapped[list["ChosenVenueRow"]] = relationship(cascade="all, delete-orphan", order_by="ChosenVenueRow.position")


class ChosenVenueRow(Base):
    """A venue to which a text is to go, and the day from which its window is counted."""

    __tablename__ = "chosen_venue"
    __table_args__ = (UniqueConstraint("text_id", "venue"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"))
    venue: Mapped[str]
    """The slug of the venue."""
    window_starts_on: Mapped[date | None]
    position: Mapped[int]


class VenueRow(Base):
    """What an installation knows better of a venue than what is shipped, or a venue of its own."""

    __tablename__ = "venue"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    edition: Mapped[int] = mapped_column(default=1)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_by: Mapped[str] = mapped_column(default="")


class RevisionRow(Base):
    """A snapshot of all texts and references. The database refuses to change or remove it (R3).

    `texts` holds for each its reference, kind, name, body, citation style, the keys that it cites, in order, its words and its digest,
    which covers all that is said and not the style. `statement` and `digest` are those of the statement, which is what societies sign.
    """

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
    texts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    digest: Mapped[str]
    change: Mapped[str] = mapped_column(default="")
    """Editorial or substantive against the one before; empty for the first."""
    note: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(default="")

    @property
    def style(self) -> str:
        """The citation style of the statement."""
        return style_of(next((text for text in self.texts if text["kind"] == TextKind.STATEMENT), {}))


class FreezingRow(Base):
    """That a revision was fixed for signing. The newest names the statement in force; none is changed or removed."""

    __tablename__ = "freezing"
    __table_args__ = (CheckConstraint(one_of("change", ["", *(change.value for change in Change)]), name="change"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), unique=True)
    change: Mapped[str]
    """Against the revision that was frozen before it; empty for the first."""
    frozen_at: Mapped[datetime] = mapped_column(Instant)
    frozen_by: Mapped[str] = mapped_column(default="")
    is_fit: Mapped[bool]
    reason_unfit: Mapped[str] = mapped_column(default="")
    reason_unanswered: Mapped[str] = mapped_column(default="")
    object_until: Mapped[datetime | None] = mapped_column(Instant)
    """Until when a signatory may object to an editorial change."""

    revision: Mapped[RevisionRow] = relationship()


class ObjectionRow(Base):
    """A society that does not take a change for editorial: its signature is to be affirmed."""

    __tablename__ = "objection"
    __table_args__ = (UniqueConstraint("freezing_id", "answer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    freezing_id: Mapped[int] = mapped_column(ForeignKey("freezing.id"))
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    representative_id: Mapped[int] = mapped_column(ForeignKey("representative.id"))
    nonce: Mapped[str] = mapped_column(unique=True)
    remark: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(Instant)
