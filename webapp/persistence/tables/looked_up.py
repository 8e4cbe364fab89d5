"""What a register said of a work when it was asked last: kept for every letter that cites it, and asked again on a press."""

from datetime import datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from webapp.persistence.base import Base, Instant


class LookedUpRow(Base):
    """One work in one register: public facts alone, whoever asked."""

    __tablename__ = "looked_up"

    work: Mapped[str] = mapped_column(primary_key=True)
    """Its DOI in small letters, or “pmid:” and its number."""
    source: Mapped[str]
    first_author: Mapped[str]
    title: Mapped[str]
    year: Mapped[str]
    notices: Mapped[list[str]] = mapped_column(JSON)
    is_retracted: Mapped[bool]
    asked_at: Mapped[datetime] = mapped_column(Instant)
