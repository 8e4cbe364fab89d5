"""The staff of the lead society, and on which letters they may act (R13)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.permission import Role
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of


class StaffRow(Base):
    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    added_at: Mapped[datetime] = mapped_column(Instant)


class GrantRow(Base):
    __tablename__ = "letter_grant"
    __table_args__ = (CheckConstraint(one_of("role", [role.value for role in Role]), name="role"),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True, index=True)
    role: Mapped[str]
