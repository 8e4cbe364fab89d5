"""From when a letter is public."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.persistence.base import Base, Instant


class PublicationRow(Base):
    """There from the moment at which somebody has said when. The clock alone decides whether that has come (R18)."""

    __tablename__ = "publication"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True, autoincrement=False)
    released_at: Mapped[datetime] = mapped_column(Instant, index=True)
    zone: Mapped[str]
    """In which it was announced (R10)."""
    edition: Mapped[int] = mapped_column(default=1)
    """Raised by every move of it."""
