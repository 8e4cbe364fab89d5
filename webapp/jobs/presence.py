"""Who works: each worker's own name, the lock that it holds while it lives, and whose jobs are taken over."""

import fcntl
import secrets
import socket
from typing import Protocol, TextIO

from sqlalchemy import URL, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from webapp.persistence.database import unreachable
from webapp.persistence.rest import WORKER, advisory_key
from webapp.settings import Settings

_CONNECT = {
    # A host that vanishes says no goodbye: the server asks after it, and within half a minute frees what it held.
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
    # And the worker itself knows within fifteen seconds that the server is out of reach, before anybody takes over its jobs.
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}


class WorkerRunningError(Exception):
    """Another worker serves this data folder; with SQLite there is one at a time."""


class WorkerLost(Exception):
    """The lock may be another's by now, and so may be the jobs: nothing more may be begun under this name."""


class Presence(Protocol):
    """One worker's place among the others, from start to end."""

    name: str

    def check(self) -> None:
        """Raises WorkerLost."""

    def take_over(self, name: str) -> bool:
        """Whether the worker of this name is dead. If so, nobody else takes its place until `let_go`."""

    def let_go(self, name: str) -> None: ...

    def leave(self) -> None: ...


def make_name() -> str:
    """A new one with every start, so that what an earlier life has begun is taken over like anybody's."""
    return f"{socket.gethostname()}:{secrets.token_hex(4)}"


def be_present(settings: Settings, engine: Engine) -> Presence:
    """Raises WorkerRunningError with SQLite, and DatabaseUnreachable."""
    return _Alone(settings) if engine.dialect.name == "sqlite" else _OneOfMany(engine.url)


class _Alone:
    """SQLite: one worker for each data folder, so that every other name belongs to the dead."""

    def __init__(self, settings: Settings) -> None:
        self.name = make_name()
        self._held = _lock_folder(settings)

    def check(self) -> None:
        """A lock on a file ends with the process only."""

    def take_over(self, name: str) -> bool:
        return name != self.name

    def let_go(self, name: str) -> None:
        """There is nobody to wait for it."""

    def leave(self) -> None:
        self._held.close()


def _lock_folder(settings: Settings) -> TextIO:
    held = (settings.data_folder / WORKER).open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise WorkerRunningError(f"A worker is running already with this data ({settings.data_folder}).") from None
    return held


class _OneOfMany:
    """PostgreSQL: an advisory lock on the name, which the server frees when the connection ends in whatever way."""

    def __init__(self, url: URL) -> None:
        self.name = make_name()
        self._is_lost = False
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_CONNECT, hide_parameters=True)
        try:
            self._connection = self._engine.connect()
        except DBAPIError as error:
            raise unreachable(error) from error
        # With all the others: as long as anybody holds this one, nothing is restored or moved.
        self._ask("SELECT pg_advisory_lock_shared(:key)", WORKER)
        self._lock(self.name)

    def check(self) -> None:
        self._ask("SELECT 1")

    def take_over(self, name: str) -> bool:
        return name != self.name and self._lock(name)

    def let_go(self, name: str) -> None:
        self._ask("SELECT pg_advisory_unlock(:key)", _lock_of(name))

    def leave(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def _lock(self, name: str) -> bool:
        return bool(self._ask("SELECT pg_try_advisory_lock(:key)", _lock_of(name)))

    def _ask(self, question: str, lock: str = "") -> object:
        # Once lost is lost for good: a connection that comes back comes without the lock.
        if not self._is_lost:
            try:
                return self._connection.execute(text(question), {"key": advisory_key(lock)} if lock else {}).scalar()
            except DBAPIError:
                self._is_lost = True
        raise WorkerLost("The connection that held this worker’s name was lost.")


def _lock_of(name: str) -> str:
    return f"worker {name}"
