"""Statements that a connection to PostgreSQL keeps prepared: the server reads and plans each of them once, and no cursor is made for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection as Driver
from psycopg import OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection

_READY = "prepared"
_DONE = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}


@dataclass(frozen=True)
class _Ready:
    """What one connection knows: the statements by the names that it gave them, and how values are written and read."""

    # Its stub does not say what it is.
    transformer: Any
    names: dict[str, bytes] = field(default_factory=dict)


def put(connection: Connection, sql: str, values: Sequence[Any]) -> tuple[list[tuple[Any, ...]], int]:
    """The rows that come back, and no key: the server gives that back as a row. The driver’s errors are raised as they are."""
    proxied: Any = connection.connection
    driver: Driver[Any] = proxied.driver_connection
    if _READY not in proxied.info:
        proxied.info[_READY] = _Ready(Transformer(driver))
    ready: _Ready = proxied.info[_READY]
    if driver.pgconn.transaction_status == TransactionStatus.IDLE and not driver.autocommit:
        _begin(driver)
    if sql not in ready.names:
        name = f"question_{len(ready.names)}".encode()
        _done(driver, _asked(driver.pgconn, "prepare", name, sql.encode()))
        ready.names[sql] = name
    written = ready.transformer.dump_sequence(values, [PyFormat.TEXT] * len(values))
    found = _done(driver, _asked(driver.pgconn, "exec_prepared", ready.names[sql], written))
    ready.transformer.set_pgresult(found)
    rows: list[tuple[Any, ...]] = ready.transformer.load_rows(0, found.ntuples, tuple)
    return rows, 0


def _begin(driver: Driver[Any]) -> None:
    if driver.isolation_level is None and driver.read_only is None and driver.deferrable is None:
        _done(driver, _asked(driver.pgconn, "exec_", b"BEGIN"))
    else:
        # The driver knows how, and begins with the first that it is told.
        driver.execute("")


def _asked(server: PGconn, how: str, *what: Any) -> PGresult:
    try:
        result: PGresult = getattr(server, how)(*what)
    except MemoryError:
        # So the driver takes it that there is no result, as when nothing could be sent.
        raise OperationalError(server.get_error_message()) from None
    return result


def _done(driver: Driver[Any], result: PGresult) -> PGresult:
    if result.status in _DONE:
        return result
    error = error_from_result(result, driver.info.encoding)
    # It was not the server that said so.
    raise error if error.sqlstate else OperationalError(str(error))
