"""The record: one row an event, chained by hash; the database refuses to change or remove one (R17)."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.persistence.base import Base, Instant


class EventRow(Base):
    __tablename__ = "event"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str]
    actor: Mapped[str]
    public: Mapped[str]
    private: Mapped[str | None]
    """Personal data and its salt may be erased; the commitment stays, and the chain still fits."""
    salt: Mapped[bytes | None]
    private_commitment: Mapped[str | None]
    previous_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
