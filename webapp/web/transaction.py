"""The request's session: reads as they come, one short write transaction where a page changes something."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import current_app, g

from webapp.persistence import database
from webapp.services import installation
from webapp.settings import Settings


def reading() -> Any:
    """The session of this request."""
    return current_app.extensions["sqlalchemy"].session()


@contextmanager
def transaction(*, waits: bool = True) -> Iterator[Any]:
    """One write, begun after validation: returning commits, raising rolls back. Raises ReadOnly where nothing may change."""
    with database.transaction(reading(), waits=waits) as session:
        if g.get("needs_writing"):
            # Once more behind the lock: what made everything read-only meanwhile has copied the database without this request.
            installation.refuse_if_read_only(session)
        yield session


def settings() -> Settings:
    configured: Settings = current_app.config["UNDERSIGNED"]
    return configured


def now() -> datetime:
    """The time of this moment."""
    return settings().clock.now()


def received_at() -> datetime:
    """The one instant that decides whether an answer is in time: when the body of this request had been read (R9)."""
    instant: datetime = g.received_at
    return instant


def let_go(_error: BaseException | None = None) -> None:
    """Ends what the request has read, before Flask-SQLAlchemy gives the connection back: one that has broken off spoils no answer."""
    sessions = current_app.extensions["sqlalchemy"].session
    if sessions.registry.has():
        database.undo(sessions())
