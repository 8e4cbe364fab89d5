"""The workers, each with its latest sign of life; on PostgreSQL there may be several, on any hosts."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from webapp.persistence.base import Base, Instant


class WorkerRow(Base):
    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(primary_key=True)
    """The name under which it takes up jobs; new with every start."""
    seen_at: Mapped[datetime] = mapped_column(Instant)
    """By the machine's own clock, which a rehearsal does not shift."""
