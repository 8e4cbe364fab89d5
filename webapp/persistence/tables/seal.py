"""What the seal fixes for good: the list and the file (R11)."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.persistence.base import Base, Instant


class SealedSignatoryRow(Base):
    __tablename__ = "sealed_signatory"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), unique=True)
    printed_name: Mapped[str]
    officer: Mapped[str]
    office: Mapped[str]
    country: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    """That the answer was not the society’s own act but recorded, and from what (R12)."""


class DocumentRow(Base):
    """A sealed file, kept in the database: one thing to back up, and every host sees it."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("letter_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    kind: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(Instant)
