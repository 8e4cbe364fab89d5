"""What a society and the coordinators say to each other beside the answers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.roster import RepresentativeRow
from webapp.persistence.tables.staff import StaffRow


class TalkRow(Base):
    """One thing that was said, by a representative or by a coordinator; it never changes."""

    __tablename__ = "talk"
    __table_args__ = (CheckConstraint("(representative_id IS NULL) <> (staff_id IS NULL)", name="speaker"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), index=True)
    representative_id: Mapped[int | None] = mapped_column(ForeignKey("representative.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    nonce: Mapped[str] = mapped_column(unique=True)
    words: Mapped[str]
    said_at: Mapped[datetime] = mapped_column(Instant)

    representative: Mapped[RepresentativeRow | None] = relationship()
    staff: Mapped[StaffRow | None] = relationship()
