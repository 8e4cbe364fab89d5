"""Rows as plain values, past the unit of work: for what is read once, judged and stored in one request, as every answer is."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Insert, Result, Table
from sqlalchemy.orm import Session

from webapp.persistence.base import Base
from webapp.persistence.questions import Change, Reading, Values, question


def run(session: Session, statement: Change, values: Values | Sequence[Values]) -> Sequence[Sequence[Any]]:
    """Changes rows in the session's transaction, for a third of what the session itself would take, and on SQLite for a quarter of that
    again; with several sets of values, for each of them. Returns the rows that the statement gives back.

    What the session still has to write is written first. Rows that it holds already are not read anew, and what is changed here
    it does not see.
    """
    connection = _written(session)
    if connection.dialect.name != "sqlite":
        done = connection.execute(statement, values)
        return done.all() if done.returns_rows else []
    each = [values] if isinstance(values, Mapping) else values
    return [row for one in each for row in question(statement, tuple(one)).put(connection, one)[0]]


def look(session: Session, statement: Reading, values: Values | None = None) -> Result[*tuple[Any, ...]]:
    """The same for a statement that reads, was built once, and asks for no list of values."""
    return look_past(_written(session), statement, values)


def look_past(connection: Connection, statement: Reading, values: Values | None = None) -> Result[*tuple[Any, ...]]:
    """The same, past what a session still has to write."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, values)
    return question(statement).ask(connection, values or {})


def add(session: Session, insert: Insert, values: Values) -> int:
    """Stores one row and returns its id."""
    connection = _written(session)
    if connection.dialect.name == "sqlite":
        return question(insert, tuple(values)).put(connection, values)[1]
    key: Any = connection.execute(insert, values).inserted_primary_key
    return int(key[0])


def table(kind: type[Base]) -> Table:
    """The table of these rows, for statements that change it."""
    return cast(Table, kind.__table__)


def _written(session: Session) -> Connection:
    """The connection of the session's transaction, after what the session still has to write."""
    session.flush()
    return session.connection()
