"""The staff of the lead society, and on which letters they may act (R13)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.permission import Role
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of


class StaffRow(Base):
    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("closed_at IS NULL OR NOT is_administrator", name="closed"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    added_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    """A closed account stays, for the records of letters refer to it; nobody can sign in to it."""
    is_administrator: Mapped[bool] = mapped_column(default=False)
    """Keeps the list of accounts. It opens no letter."""


class GrantRow(Base):
    __tablename__ = "letter_grant"
    __table_args__ = (CheckConstraint(one_of("role", [role.value for role in Role]), name="role"),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True, index=True)
    role: Mapped[str]
