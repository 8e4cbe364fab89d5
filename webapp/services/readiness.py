"""Whether this installation can take an answer now: what a watching program asks, each condition under a name of its own."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.persistence.database import DatabaseBusy, begin_write
from webapp.persistence.revisions import head_revision, revision_of
from webapp.persistence.tables import EventRow, OutboxRow, StaffRow
from webapp.persistence.tables.message import WAITING
from webapp.services.installation import may_send, standing
from webapp.services.workers import is_alive, worker_seen_at
from webapp.settings import Settings

LEAST_FREE_BYTES = 500_000_000
LEAST_FREE_SHARE = 0.05
LONGEST_IN_OUTBOX = timedelta(minutes=15)
FURTHEST_BACK = timedelta(seconds=120)


@dataclass(frozen=True)
class Condition:
    """`name` is for programs, and stays as it is; nothing else is said, for a stranger may ask."""

    name: str
    is_met: bool


def conditions(session: Session, settings: Settings, *, now: datetime, machine_now: datetime) -> tuple[Condition, ...]:
    """Looks at each; changes nothing. `now` is the time of letters, `machine_now` the time by which the worker gives its sign of life."""
    looks: dict[str, Callable[[], bool]] = {
        "database": lambda: session.scalar(select(func.count()).select_from(StaffRow)) is not None,
        "schema": lambda: revision_of(session.connection()) == head_revision(),
        "outbox": lambda: not _is_anything_late(session, now),
        "clock": lambda: not _has_gone_back(session, now),
        "write": lambda: _can_write(session),
        "disk": lambda: has_room(*shutil.disk_usage(settings.data_folder)[::2]),
        "worker": lambda: is_alive(worker_seen_at(session), now=machine_now),
        "key": lambda: _has_its_key(settings),
        "in_use": lambda: not standing(session).is_read_only,
        "mail": lambda: may_send(session),
    }
    return tuple(Condition(name, _holds(session, look)) for name, look in looks.items())


def _holds(session: Session, look: Callable[[], bool]) -> bool:
    try:
        return look()
    except (SQLAlchemyError, DatabaseBusy, OSError):
        return False
    finally:
        session.rollback()


def _can_write(session: Session) -> bool:
    """Takes its turn among the writers and touches no row."""
    begin_write(session)
    session.execute(update(StaffRow).where(StaffRow.id == -1).values(email="nobody"))
    return True


def _is_anything_late(session: Session, now: datetime) -> bool:
    """Due, and not tried: a mail server that is down is no fault of ours, nor is mail that a person holds; a queue that stands still is."""
    if not may_send(session):
        return False
    late = select(OutboxRow.id).where(OutboxRow.state.in_(WAITING), OutboxRow.next_attempt_at < now - LONGEST_IN_OUTBOX)
    return session.scalar(late.limit(1)) is not None


def _has_gone_back(session: Session, now: datetime) -> bool:
    latest = session.scalar(select(func.max(EventRow.at)))
    return latest is not None and latest - now > FURTHEST_BACK


def has_room(total: int, free: int) -> bool:
    """Both in bytes."""
    return free >= LEAST_FREE_BYTES and free >= total * LEAST_FREE_SHARE


def _has_its_key(settings: Settings) -> bool:
    """The file is the key that this process has; where there is none, the key came from the environment."""
    path = settings.secret_key_file
    return settings.has_key_from_environment or not path.exists() or path.read_bytes() == settings.keyring.key
