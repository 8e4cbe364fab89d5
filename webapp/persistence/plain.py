"""Rows as plain values, past the unit of work: for what is read once, judged and stored in one request, as every answer is."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Executable, Result, Table
from sqlalchemy.orm import Session

from webapp.persistence.base import Base
from webapp.persistence.questions import Reading, Values, question


def run(session: Session, statement: Executable, values: Values | Sequence[Values] | None = None) -> CursorResult[*tuple[Any, ...]]:
    """Executes it in the session's transaction, for a third of what the session itself would take.

    What the session still has to write is written first. Rows that it holds already are not read anew, and what is changed here
    it does not see.
    """
    session.flush()
    return session.connection().execute(statement, values)


def look(session: Session, statement: Reading, values: Values | None = None) -> Result[*tuple[Any, ...]]:
    """The same for a statement that reads, was built once, and asks for no list of values: on SQLite for a fifth of that again."""
    session.flush()
    return look_past(session.connection(), statement, values)


def look_past(connection: Connection, statement: Reading, values: Values | None = None) -> Result[*tuple[Any, ...]]:
    """The same, past what a session still has to write."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, values)
    return question(statement).ask(connection, values or {})


def add(session: Session, insert: Executable, values: Values) -> int:
    """Stores one row and returns its id."""
    key: Any = run(session, insert, values).inserted_primary_key
    return int(key[0])


def table(kind: type[Base]) -> Table:
    """The table of these rows, for statements that change it."""
    return cast(Table, kind.__table__)
