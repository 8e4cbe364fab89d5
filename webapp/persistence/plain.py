"""Rows as plain values, past the unit of work: for what is read once, judged and stored in one request, as every answer is."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Insert, Result, Table
from sqlalchemy.orm import Session

from webapp.persistence.base import Base
from webapp.persistence.questions import Change, Reading, Values, question

_CONNECTION = "connection"


def run(session: Session, statement: Change, values: Values | Sequence[Values]) -> Sequence[Sequence[Any]]:
    """Changes rows in the session's transaction, for a twelfth of what the session itself would take; with several sets of values,
    for each of them. Returns the rows that the statement gives back.

    What the session still has to write is written first. Rows that it holds already are not read anew, and what is changed here
    it does not see.
    """
    connection = _written(session)
    each = [values] if isinstance(values, Mapping) else values
    dialect = connection.dialect.name
    if dialect != "sqlite" and len(each) > 1:
        # A server has them all at once.
        done = connection.execute(statement, each)
        return done.all() if done.returns_rows else []
    return [row for one in each for row in question(statement, dialect, tuple(one)).put(connection, one)[0]]


def look(session: Session, statement: Reading, values: Values | None = None) -> Result[*tuple[Any, ...]]:
    """The same for a statement that reads, was built once, and asks for no list of values."""
    return look_past(_written(session), statement, values)


def look_past(connection: Connection, statement: Reading, values: Values | None = None) -> Result[*tuple[Any, ...]]:
    """The same, past what a session still has to write."""
    return question(statement, connection.dialect.name).ask(connection, values or {})


def add(session: Session, insert: Insert, values: Values) -> int:
    """Stores one row and returns its id."""
    connection = _written(session)
    return question(insert, connection.dialect.name, tuple(values)).put(connection, values)[1]


def table(kind: type[Base]) -> Table:
    """The table of these rows, for statements that change it."""
    return cast(Table, kind.__table__)


def _written(session: Session) -> Connection:
    """The connection of the session's transaction, after what the session still has to write."""
    session.flush()
    transaction = session.get_transaction()
    known: tuple[object, Connection] | None = session.info.get(_CONNECTION)
    # The session would find the same one again, in a third of the time that SQLite takes for a statement.
    if known is not None and known[0] is transaction and session.is_active:
        return known[1]
    connection = session.connection()
    session.info[_CONNECTION] = session.get_transaction(), connection
    return connection
