"""Societies, which live across letters, and their places in one letter's roster."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.persistence.base import Base, Instant


class SocietyRow(Base):
    __tablename__ = "society"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    printed_name: Mapped[str] = mapped_column(index=True)
    sort_name: Mapped[str]
    acronym: Mapped[str]
    country: Mapped[str]
    """ISO 3166-1 alpha-2, or empty where nobody has said."""
    created_at: Mapped[datetime] = mapped_column(Instant)


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

    society: Mapped[SocietyRow] = relationship()
    representatives: Mapped[list["RepresentativeRow"]] = relationship(order_by="RepresentativeRow.id")


class RepresentativeRow(Base):
    __tablename__ = "representative"
    __table_args__ = (UniqueConstraint("invitation_id", "email"),)

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

    invitation: Mapped[InvitationRow] = relationship(overlaps="representatives")
