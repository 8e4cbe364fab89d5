"""The workers' signs of life: whether anybody sends mail and closes letters, on whichever host."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.persistence.tables import WorkerRow

# A worker writes every few seconds; what is older than this is a matter for a person.
SILENT_AFTER = timedelta(seconds=60)


def note_worker(session: Session, name: str, *, now: datetime) -> None:
    """This worker lives. `now` is the machine's own time."""
    session.merge(WorkerRow(name=name, seen_at=now))


def worker_names(session: Session) -> Sequence[str]:
    return session.scalars(select(WorkerRow.name)).all()


def forget_worker(session: Session, name: str) -> None:
    """It has ended, or is known to be dead."""
    session.execute(delete(WorkerRow).where(WorkerRow.name == name))


def worker_seen_at(session: Session) -> datetime | None:
    """When a worker has given its last sign of life; None where each has taken its leave."""
    return session.scalar(select(func.max(WorkerRow.seen_at)))


def is_alive(seen_at: datetime | None, *, now: datetime) -> bool:
    """Whether a worker runs. A sign from the future is one from before the clock was set back."""
    return seen_at is not None and abs(now - seen_at) < SILENT_AFTER
