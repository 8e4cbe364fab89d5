"""What was asked for lately and may not be asked for too often, under keyed hashes of addresses and networks (R19)."""

from datetime import datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from webapp.persistence.base import Base, Instant


class CountRow(Base):
    """The times at which one subject did one thing, as seconds since 1970; never more of them than its limit allows."""

    __tablename__ = "rate_limit"

    purpose: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[list[float]] = mapped_column(JSON)
    until: Mapped[datetime] = mapped_column(Instant)
    """When the last of them is forgotten; the row can go then."""
