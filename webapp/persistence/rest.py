"""Whether the data is at rest: pages and workers each hold a lock while they live, and whoever restores or moves holds them all.

On one machine the kernel keeps the locks, on files in the data folder; with PostgreSQL its server does so too, for whatever hosts.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine, NullPool, create_engine, func, make_url, select
from sqlalchemy.exc import OperationalError

from webapp.persistence.database import say_at_connect, unreachable
from webapp.settings import Settings

RUNNING, PAGES, WORKER = "running", "pages", "worker"


class InUse(Exception):
    """`by` is one of the names above; `is_anywhere` where it may run on another host."""

    def __init__(self, by: str, *, is_anywhere: bool) -> None:
        super().__init__(by)
        self.by, self.is_anywhere = by, is_anywhere


def advisory_key(subject: str) -> int:
    """PostgreSQL's advisory locks are numbers of 64 bits, apart in each database."""
    return int.from_bytes(hashlib.sha256(f"undersigned {subject}".encode()).digest()[:8], "big", signed=True)


def hold_pages(settings: Settings, engine: Engine) -> TextIO:
    """Says that pages are served from here, as long as the file that is returned stays open; waits while the data must rest.

    With PostgreSQL every connection of the engine from now on says so, for a server that was started again has forgotten who was there.
    """
    if engine.dialect.name == "postgresql":
        say_at_connect(engine, f"SELECT pg_advisory_lock_shared({advisory_key(PAGES)})")
    mark = (settings.data_folder / PAGES).open("a")
    fcntl.flock(mark, fcntl.LOCK_SH)
    return mark


def running_at(folder: Path) -> str:
    """The address of the site that `run` serves with this data folder; empty where it has ended, in whatever way."""
    with suppress(FileNotFoundError), (folder / RUNNING).open() as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return mark.read().strip()
    return ""


@contextmanager
def at_rest(settings: Settings) -> Iterator[None]:
    """Raises InUse, and DatabaseUnreachable; nothing that would use the data gets further than its start meanwhile."""
    with ExitStack() as held:
        for name in (RUNNING, PAGES, WORKER):
            mark = held.enter_context((settings.data_folder / name).open("a"))
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InUse(name, is_anywhere=False) from None
        if make_url(settings.database_url).get_backend_name() == "postgresql":
            _hold_alone(held.enter_context(_connected(settings)))
        yield


@contextmanager
def _connected(settings: Settings) -> Iterator[Connection]:
    engine = create_engine(settings.database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        connection = engine.connect()
    except OperationalError as error:
        raise unreachable(error) from error
    with connection:
        yield connection


def _hold_alone(connection: Connection) -> None:
    for name in (PAGES, WORKER):
        if not connection.scalar(select(func.pg_try_advisory_lock(advisory_key(name)))):
            raise InUse(name, is_anywhere=True)
