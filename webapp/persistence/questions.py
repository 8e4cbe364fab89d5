"""Statements put to the driver itself: SQLAlchemy compiles each of them once and knows its types, and is not asked again.

What it does for a statement besides takes five times as long as SQLite does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Delete, Dialect, Insert, IteratorResult, Select, Update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from webapp.persistence import prepared

Reading = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
Change = Insert | Update | Delete
Values = Mapping[str, Any]
Processor = Callable[[Any], Any]
Rows = list[tuple[Any, ...]]

_MOST = 400


@cache
def _dialect(name: str) -> Dialect:
    """As SQLAlchemy has it with the first connection of an engine."""
    if name == "sqlite":
        ours = SQLiteDialect_pysqlite()
        ours.default_schema_name = "main"
        return ours
    spoken: Any = PGDialect_psycopg
    # The server counts what a prepared statement binds.
    theirs: Dialect = spoken(paramstyle="numeric_dollar", dbapi=spoken.import_dbapi())
    return theirs


@dataclass(frozen=True)
class Question:
    sql: str
    known: Values
    """What it binds by itself."""
    binds: tuple[tuple[str, Processor], ...]
    keys: SimpleResultMetaData
    processors: tuple[Processor, ...]
    gives_key: bool
    """Whether the server gives back the key of the row that it stores, for which nobody has asked."""

    def ask(self, connection: Connection, values: Values) -> IteratorResult[*tuple[Any, ...]]:
        rows, _key = self.put(connection, values)
        return IteratorResult(self.keys, iter(rows))

    def put(self, connection: Connection, values: Values) -> tuple[Rows, int]:
        """The rows that come back, and the key of the row that was stored last."""
        bindable = {**self.known, **values}
        bound = [put(bindable[name]) for name, put in self.binds]
        put = _put_to_sqlite if connection.dialect.name == "sqlite" else prepared.put
        try:
            rows, key = put(connection, self.sql, bound)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, error, self.sql) from error
        if self.gives_key:
            return [], rows[0][0] if rows else 0
        return [tuple([get(value) for get, value in zip(self.processors, row, strict=True)]) for row in rows], key


def _put_to_sqlite(connection: Connection, sql: str, bound: list[Any]) -> tuple[Rows, int]:
    driver: Any = connection.connection.driver_connection
    cursor = driver.execute(sql, bound)
    return cursor.fetchall(), cursor.lastrowid


def _told(connection: Connection, error: Exception, sql: str) -> Any:
    """The driver’s error as SQLAlchemy itself would raise it, and without the values (R19)."""
    dialect: Any = connection.dialect
    is_gone = dialect.is_disconnect(error, connection.connection.driver_connection, None)
    if is_gone:
        # It goes to nobody else.
        connection.invalidate(error)
    facts = {"hide_parameters": True, "connection_invalidated": is_gone, "dialect": dialect}
    return DBAPIError.instance(sql, None, error, dialect.loaded_dbapi.Error, **facts)


@lru_cache(_MOST)
def question(statement: Reading | Change, dialect: str, columns: tuple[str, ...] | None = None) -> Question:
    """`columns`: to which an insert gives values; the others take their defaults."""
    return compiled_question(statement, dialect, columns)


def compiled_question(statement: Reading | Change, dialect: str, columns: tuple[str, ...] | None, **options: Any) -> Question:
    """The same for a statement that somebody else has built and will build again: whoever asks keeps the question."""
    spoken = _dialect(dialect)
    compiled: Any = statement.compile(dialect=spoken, column_keys=columns, **options)
    given_back = statement.exported_columns
    return Question(
        sql=str(compiled),
        known={**{name: one.value for name, one in compiled.binds.items() if not one.required}, **_defaults(compiled)},
        binds=tuple((name, _as_put(compiled.binds[name].type, spoken)) for name in compiled.positiontup),
        keys=SimpleResultMetaData([str(name) for name, _column in given_back.items()]),
        processors=tuple(_as_got(column.type, spoken) for _name, column in given_back.items()),
        gives_key=bool(compiled.isinsert and compiled.implicit_returning),
    )


def _defaults(compiled: Any) -> Values:
    """Of the columns of an insert. NotImplementedError for one that is made anew for each row."""
    columns = compiled.insert_prefetch if compiled.isinsert else ()
    if any(not column.default.is_scalar for column in columns):
        raise NotImplementedError("only SQLAlchemy itself can make a default anew for each row")
    return {column.key: column.default.arg for column in columns}


def _as_put(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    return kind.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_got(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    return kind.dialect_impl(dialect).result_processor(dialect, None) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
