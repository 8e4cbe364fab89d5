"""What holds for the whole installation: one row, in every database the same place to look."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.persistence.base import Base, Instant


class InstallationRow(Base):
    """The migration makes the one row, so that there is always something to lock."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    read_only_since: Mapped[datetime | None] = mapped_column(Instant)
    mail_held_since: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(default="")
    """Why either is so: a sentence that people read."""
    backup_made_at: Mapped[datetime | None] = mapped_column(Instant)
    """Of the backup that was restored here and that nobody has resumed from yet."""
