"""The places of societies in one letter's roster, and who may answer for them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.directory import SocietyRow
from webapp.persistence.tables.letter import one_of


class Ended(StrEnum):
    """How a representative’s place ended, where nobody simply revoked it."""

    CORRECTED = "corrected"
    """The coordinators gave the society another address, or another person."""
    HANDED_OVER = "handed_over"
    NOT_US = "not_us"
    """The letter had reached the wrong society, or the wrong person."""


class InvitationRow(Base):
    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("letter_id", "society_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("society.id"), index=True)
    added_at: Mapped[datetime] = mapped_column(Instant)
    invited_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    board_meets_on: Mapped[date | None]
    not_us_at: Mapped[datetime | None] = mapped_column(Instant)
    """When somebody there said that the letter had reached the wrong place; until a coordinator finds another way in."""
    not_us_settled_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a coordinator left it at that."""
    reminders_held_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when a coordinator holds back every reminder to this society."""

    society: Mapped[SocietyRow] = relationship()
    representatives: Mapped[list["RepresentativeRow"]] = relationship(order_by="RepresentativeRow.id")


class RepresentativeRow(Base):
    __tablename__ = "representative"
    __table_args__ = (
        UniqueConstraint("invitation_id", "email"),
        CheckConstraint(one_of("ended_by", [*(end.value for end in Ended), ""]), name="ended_by"),
        CheckConstraint("ended_by = '' OR revoked_at IS NOT NULL", name="ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), index=True)
    name: Mapped[str]
    email: Mapped[str]
    """The registered address: the only one to which links and codes go (R7, R14)."""
    link_generation: Mapped[int] = mapped_column(default=1)
    link_hash: Mapped[str] = mapped_column(unique=True)
    added_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str] = mapped_column(default="", server_default="")
    """How its place ended; empty while it lives, and where the coordinators revoked it."""
    ended_reason: Mapped[str] = mapped_column(default="", server_default="")
    successor: Mapped[str] = mapped_column(default="", server_default="")
    """The reference of the representative who came after; empty where nobody did."""
    reminders_stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when this person wants no reminders; what is owed, such as codes and receipts, still comes."""

    invitation: Mapped[InvitationRow] = relationship(overlaps="representatives")


class InvitationTextRow(Base):
    """The words of a letter’s invitation, where they are not the ones that we bring along."""

    __tablename__ = "invitation_text"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    subject: Mapped[str]
    words: Mapped[str]
    """With placeholders in braces."""
    edition: Mapped[int]
