"""Engines and transactions: how the two databases are opened, and how a write is begun."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, PoolProxiedConnection, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from webapp.persistence.pings import Pings
from webapp.persistence.sqlite import is_wal_safe, sqlite_module
from webapp.persistence.turn import take_turn
from webapp.settings import Settings

_WAIT_SECONDS = 10
# A turn that was taken within these seconds was not waited for.
_AT_ONCE = 0.1
_patience: ContextVar[float | None] = ContextVar("patience", default=None)
"""For how many seconds the transaction that begins would wait for its turn to write; None where it only reads."""


class DatabaseBusy(Exception):
    """The database could not be written to in time; nothing was stored."""


class DatabaseRefuses(DatabaseBusy):
    """Nothing can be written, as on a full or read-only disk; nothing was stored, and reading may go on."""


class DatabaseLost(DatabaseBusy):
    """The connection broke off, as when the server restarts: the write was stored whole or not at all, and nobody can say which."""


class DatabaseUnreachable(Exception):
    """The database cannot be opened or used; the sentence says why, in the driver's own words."""


def unreachable(error: DBAPIError) -> DatabaseUnreachable:
    """The first line is enough for a person, and quotes neither statement nor values (R19)."""
    words = str(error.orig).strip().splitlines()
    return DatabaseUnreachable(f"The database cannot be used: {words[0] if words else type(error.orig).__name__}.")


def engine_options(database_url: str) -> dict[str, Any]:
    """Arguments for `create_engine`, the same for the application, the command and the migrations."""
    # What is bound to a statement may be an address or a code: no error message quotes it (R19).
    connect: dict[str, Any]
    if make_url(database_url).get_backend_name() == "sqlite":
        connect = {"timeout": _WAIT_SECONDS, "check_same_thread": False}
        return {"module": sqlite_module(), "connect_args": connect, "pool_size": 5, "max_overflow": 10, "hide_parameters": True}
    # What is asked often we prepare ourselves: the driver would begin anew after each rollback, and then forget ours too.
    connect = {"prepare_threshold": None}
    return {"connect_args": connect, "pool_size": 5, "max_overflow": 10, "pool_pre_ping": True, "hide_parameters": True}


def make_engine(settings: Settings) -> Engine:
    """The application's engine, ready for use."""
    engine = create_engine(settings.database_url, **engine_options(settings.database_url))
    prepare_engine(engine)
    return engine


def prepare_engine(engine: Engine) -> None:
    """Gives an engine our way to begin: SQLite reads DEFERRED, writes IMMEDIATE in their turn; and nobody waits for ever."""
    if engine.dialect.name != "sqlite":
        _limit_waiting(engine)
        dialect: Any = engine.dialect
        dialect.do_ping = Pings(dialect.do_ping)
        return
    file = Path(engine.url.database or "")

    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        # Our own BEGIN below: the driver's would begin every write as DEFERRED, and upgrading one fails at once when another writes.
        dbapi_connection.isolation_level = None
        _set_pragmas(dbapi_connection, _WAIT_SECONDS)

    # The dialect's own hook, and no listener: where anybody listens, every statement asks who does, and takes a quarter longer.
    dialect = engine.dialect
    dialect.do_begin = partial(_begin_sqlite, file)

    @event.listens_for(engine, "checkin")
    def on_checkin(_dbapi_connection: Any, record: Any) -> None:
        if turn := record.info.pop("turn", None):
            turn.give_back()


def _limit_waiting(engine: Engine) -> None:
    say_at_connect(engine, f"SET lock_timeout = '{int(_WAIT_SECONDS * 1000)}ms'")


def say_at_connect(engine: Engine, statement: str) -> None:
    """With PostgreSQL: each connection that is opened from now on begins with this, outside of any transaction."""

    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        with dbapi_connection.cursor() as cursor:
            cursor.execute(statement)
        # A setting made in a transaction would go with its rollback.
        dbapi_connection.commit()


def _begin_sqlite(file: Path, connection: PoolProxiedConnection) -> None:
    # By the driver itself, of which SQLAlchemy takes the errors as from anywhere: its own way takes ten times as long.
    driver: Any = connection.driver_connection
    patience = _patience.get()
    if patience is None:
        driver.execute("BEGIN DEFERRED")
        return
    latest = time.monotonic() + patience
    turn = take_turn(file, patience=patience)
    try:
        _begin_immediate(driver, max(0.0, latest - time.monotonic()))
    except BaseException:
        turn.give_back()
        raise
    connection.info["turn"] = turn


def _begin_immediate(driver: Any, patience: float) -> None:
    """What was waited for the turn is no longer there for somebody else’s lock: together they are the longest wait."""
    if patience > _WAIT_SECONDS - _AT_ONCE:
        # As nearly always; each connection has waited so long from its beginning.
        driver.execute("BEGIN IMMEDIATE")
        return
    driver.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
    try:
        driver.execute("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={int(_WAIT_SECONDS * 1000)}")


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
        # For each of the connections, of which there are many: the kernel keeps the file besides, and no page is slower for it.
        "cache_size=-500",
        "temp_store=MEMORY",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def begin_write(session: Session, *, waits: bool = True) -> None:
    """Ends what the session has read so far and begins its one short write transaction.

    What was loaded before is expired, so a service judges only rows that it reads behind the lock. Waits its turn among our own
    writers; raises DatabaseBusy where somebody else holds the database for longer than ten seconds, or at all if it is not to wait.
    """
    undo(session)
    wish = _patience.set(_WAIT_SECONDS if waits else 0)
    try:
        session.connection()
    except BlockingIOError as error:
        undo(session)
        raise DatabaseBusy("The database is busy.") from error
    except OSError as error:
        undo(session)
        raise DatabaseRefuses(f"Nothing can be written beside the database ({error.strerror}).") from error
    except (DBAPIError, NoConnectionFree) as error:
        undo(session)
        raise (refusal_of(error) or error) from error
    finally:
        _patience.reset(wish)


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
    except BaseException as error:
        undo(session)
        if refusal := refusal_of(error):
            raise refusal from error
        raise


def take_alone(session: Session, what: int) -> None:
    """Until the transaction ends, nobody else holds what this number stands for. On SQLite every writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(what)))


def is_alone(session: Session) -> bool:
    """Whether a transaction that writes holds everything: every writer is alone on SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def undo(session: Session) -> None:
    """Takes back what the session has not committed."""
    # A connection that has gone cannot roll back, and need not.
    with suppress(DBAPIError):
        session.rollback()


# By SQLSTATE: a lock or a statement that took too long, a deadlock, a serialisation that failed.
_BUSY_STATES = {"55P03", "57014", "40P01", "40001"}
# No room, no more memory; a server that only reads.
_REFUSING_STATES = ("53", "25006", "58")
# By SQLite’s primary result code.
_BUSY_CODES = {5, 6}
_REFUSING_CODES = {8, 10, 13, 14}


def refusal_of(error: BaseException) -> DatabaseBusy | None:
    """What an error of the driver means for whoever asked; None where it says that we are at fault."""
    if isinstance(error, NoConnectionFree):
        # Or none was waited for: the wait is counted by the machine's clock, which may jump.
        return DatabaseBusy("The database is busy.")
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    state = getattr(error.orig, "sqlstate", None) or ""
    if code is not None:
        is_busy, is_refusing = code & 0xFF in _BUSY_CODES, code & 0xFF in _REFUSING_CODES
    elif error.connection_invalidated or state.startswith(("08", "57P")) or (isinstance(error, OperationalError) and not state):
        return DatabaseLost("The database has broken off the connection.")
    else:
        is_busy, is_refusing = state in _BUSY_STATES, state.startswith(_REFUSING_STATES)
    if is_busy:
        return DatabaseBusy("The database is busy.")
    return DatabaseRefuses("The database cannot be written to.") if is_refusing else None


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
