"""Revisions sent out for comment, the comments, and what became of each."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.comment import Disposition
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of
from webapp.persistence.tables.roster import InvitationRow, RepresentativeRow
from webapp.persistence.tables.text import RevisionRow


class CirculationRow(Base):
    """A revision on its way through the roster, or a part of it, for comment until a moment."""

    __tablename__ = "circulation"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    sent_at: Mapped[datetime] = mapped_column(Instant)
    sent_by: Mapped[str]
    until: Mapped[datetime] = mapped_column(Instant)
    zone: Mapped[str]
    message: Mapped[str] = mapped_column(default="")

    revision: Mapped[RevisionRow] = relationship()
    circulated: Mapped[list["CirculatedRow"]] = relationship()


class CirculatedRow(Base):
    """A society that was asked for its comments."""

    __tablename__ = "circulated"

    circulation_id: Mapped[int] = mapped_column(ForeignKey("circulation.id"), primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True, index=True)


class CommentRow(Base):
    """A remark or a suggested wording on a passage of one revision; what was said never changes, its disposition does.

    The passage is held as the Web Annotation Data Model’s text quote: the words, and a few before and after, as they are read.
    """

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint(one_of("disposition", ["", *(one.value for one in Disposition)]), name="disposition"),
        CheckConstraint("(disposition = '') = (disposed_at IS NULL)", name="disposed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), index=True)
    text_reference: Mapped[str]
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    """None for what came with an imported document."""
    representative_id: Mapped[int | None] = mapped_column(ForeignKey("representative.id"))
    author: Mapped[str] = mapped_column(default="")
    """Who an imported document says wrote it; else the representative’s name as it was."""
    quote: Mapped[str]
    """Empty for a comment on the whole text."""
    prefix: Mapped[str] = mapped_column(default="")
    suffix: Mapped[str] = mapped_column(default="")
    remark: Mapped[str]
    wording: Mapped[str | None]
    """What is to stand in place of the passage; empty to take it out, None where no wording is suggested."""
    is_blocking: Mapped[bool] = mapped_column(default=False)
    """The society cannot sign without this."""
    nonce: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)
    disposition: Mapped[str] = mapped_column(default="")
    disposition_reason: Mapped[str] = mapped_column(default="")
    disposed_at: Mapped[datetime | None] = mapped_column(Instant)
    disposed_by: Mapped[str] = mapped_column(default="")
    applied_edition: Mapped[int | None]
    """The edition of the text that took the suggested wording in; None before that, and after it was undone."""

    revision: Mapped[RevisionRow] = relationship()
    invitation: Mapped[InvitationRow | None] = relationship()
    representative: Mapped[RepresentativeRow | None] = relationship()
