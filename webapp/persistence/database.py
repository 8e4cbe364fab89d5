"""Engines and transactions: how the two databases are opened, and how a write is begun."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from webapp.persistence.sqlite import is_wal_safe, sqlite_module
from webapp.settings import Settings

_WAIT_SECONDS = 10
_WRITE = "undersigned_write"
_WAITS = "undersigned_waits"


class DatabaseBusy(Exception):
    """The database could not be written to in time; nothing was stored."""


class DatabaseUnreachable(Exception):
    """The database cannot be opened or used; the sentence says why, in the driver's own words."""


def unreachable(error: DBAPIError) -> DatabaseUnreachable:
    """The first line is enough for a person, and quotes neither statement nor values (R19)."""
    words = str(error.orig).strip().splitlines()
    return DatabaseUnreachable(f"The database cannot be used: {words[0] if words else type(error.orig).__name__}.")


def engine_options(database_url: str) -> dict[str, Any]:
    """Arguments for `create_engine`, the same for the application, the command and the migrations."""
    # What is bound to a statement may be an address or a code: no error message quotes it (R19).
    if make_url(database_url).get_backend_name() == "sqlite":
        connect = {"timeout": _WAIT_SECONDS, "check_same_thread": False}
        return {"module": sqlite_module(), "connect_args": connect, "pool_size": 5, "max_overflow": 10, "hide_parameters": True}
    return {"pool_size": 5, "max_overflow": 10, "pool_pre_ping": True, "hide_parameters": True}


def make_engine(settings: Settings) -> Engine:
    """The application's engine, ready for use."""
    engine = create_engine(settings.database_url, **engine_options(settings.database_url))
    prepare_engine(engine)
    return engine


def prepare_engine(engine: Engine) -> None:
    """Gives an engine our way to begin: SQLite reads DEFERRED, writes IMMEDIATE behind a queue of flocks."""
    if engine.dialect.name != "sqlite":
        return
    lock_path = Path(f"{engine.url.database}.lock")

    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        # Our own BEGIN below: the driver's would begin every write as DEFERRED, and upgrading one fails at once when another writes.
        dbapi_connection.isolation_level = None
        _set_pragmas(dbapi_connection, _WAIT_SECONDS)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(_WRITE):
            connection.exec_driver_sql("BEGIN DEFERRED")
            return
        waits = connection.get_execution_options().get(_WAITS, True)
        # SQLite's busy handler sleeps and polls, so late comers overtake; the flock is a fair queue (p99 842 → 98 ms).
        held: TextIO = lock_path.open("w")
        try:
            fcntl.flock(held, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
            _begin_immediate(connection, waits=waits)
        except (OperationalError, BlockingIOError):
            held.close()
            raise
        connection.info["held"] = held

    @event.listens_for(engine, "checkin")
    def on_checkin(_dbapi_connection: Any, record: Any) -> None:
        if held := record.info.pop("held", None):
            held.close()


def _begin_immediate(connection: Connection, *, waits: bool) -> None:
    if waits:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_WAIT_SECONDS * 1000}")


def make_job_engine(database_url: URL) -> Engine:
    """A second engine on the same database for the job engine, whose migrations begin their own transactions."""
    rendered = database_url.render_as_string(hide_password=False)
    engine = create_engine(rendered, **engine_options(rendered))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def on_connect(dbapi_connection: Any, _record: Any) -> None:
            dbapi_connection.isolation_level = "IMMEDIATE"
            _set_pragmas(dbapi_connection, 30)

    return engine


def _set_pragmas(dbapi_connection: Any, wait_seconds: int) -> None:
    journal = "WAL" if is_wal_safe(sqlite_module().sqlite_version_info) else "TRUNCATE"
    for pragma in (
        f"busy_timeout={wait_seconds * 1000}",
        f"journal_mode={journal}",
        "synchronous=FULL",
        "foreign_keys=ON",
        # Else REPLACE would remove a row past the triggers that keep it (R3, R11, R17).
        "recursive_triggers=ON",
        "cache_size=-16000",
        "temp_store=MEMORY",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def begin_write(session: Session, *, waits: bool = True) -> None:
    """Ends what the session has read so far and begins its one short write transaction.

    What was loaded before is expired, so a service judges only rows that it reads behind the lock. Waits its turn among our own
    writers; raises DatabaseBusy where somebody else holds the database for longer than ten seconds, or at all if it is not to wait.
    """
    session.rollback()
    try:
        session.connection(execution_options={_WRITE: True, _WAITS: waits})
    except (OperationalError, BlockingIOError) as error:
        raise DatabaseBusy("The database is busy.") from error


def begin_snapshot(session: Session) -> None:
    """Ends what the session has read so far: from here on it sees the database as it is at one moment, while others go on writing."""
    session.rollback()
    # SQLite does so by itself.
    if session.get_bind().dialect.name != "sqlite":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})


@contextmanager
def transaction(session: Session, *, waits: bool = True) -> Iterator[Session]:
    """One write: returning commits, raising rolls back. One that does not wait raises DatabaseBusy while another is under way."""
    begin_write(session, waits=waits)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def opened_session(settings: Settings) -> Iterator[Session]:
    """A session outside the web application: for the command. Raises DatabaseUnreachable."""
    engine = make_engine(settings)
    try:
        with Session(engine) as session:
            yield session
    except OperationalError as error:
        raise unreachable(error) from error
    finally:
        engine.dispose()
