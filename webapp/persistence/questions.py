"""Statements put to SQLite’s driver itself: SQLAlchemy compiles each of them once and knows its types, and is not asked again.

What it does for a statement besides takes five times as long as the statement.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Delete, Insert, IteratorResult, Select, Update
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Reading = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
Change = Insert | Update | Delete
Values = Mapping[str, Any]
Processor = Callable[[Any], Any]

_SQLITE = SQLiteDialect_pysqlite()
_MOST = 200


@dataclass(frozen=True)
class Question:
    sql: str
    known: Values
    """What it binds by itself."""
    binds: tuple[tuple[str, Processor], ...]
    keys: SimpleResultMetaData
    processors: tuple[Processor, ...]

    def ask(self, connection: Connection, values: Values) -> IteratorResult[*tuple[Any, ...]]:
        rows, _key = self.put(connection, values)
        return IteratorResult(self.keys, iter(rows))

    def put(self, connection: Connection, values: Values) -> tuple[list[tuple[Any, ...]], int]:
        """The rows that come back, and the key of the row that was stored last."""
        bindable = {**self.known, **values}
        bound = [put(bindable[name]) for name, put in self.binds]
        driver: Any = connection.connection.driver_connection
        try:
            cursor = driver.execute(self.sql, bound)
            rows = cursor.fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            # As SQLAlchemy itself would raise it, and without the values (R19).
            kind = connection.dialect.loaded_dbapi.Error
            raise DBAPIError.instance(self.sql, None, error, kind, hide_parameters=True, dialect=connection.dialect) from error
        return [tuple([get(value) for get, value in zip(self.processors, row, strict=True)]) for row in rows], cursor.lastrowid


@lru_cache(_MOST)
def question(statement: Reading | Change, columns: tuple[str, ...] | None = None) -> Question:
    """`columns`: to which an insert gives values; the others take their defaults."""
    compiled: Any = statement.compile(dialect=_SQLITE, column_keys=columns)
    given_back = statement.exported_columns
    return Question(
        sql=str(compiled),
        known={**{name: one.value for name, one in compiled.binds.items() if not one.required}, **_defaults(compiled)},
        binds=tuple((name, _as_put(compiled.binds[name].type)) for name in compiled.positiontup),
        keys=SimpleResultMetaData([str(name) for name, _column in given_back.items()]),
        processors=tuple(_as_got(column.type) for _name, column in given_back.items()),
    )


def _defaults(compiled: Any) -> Values:
    """Of the columns of an insert. NotImplementedError for one that is made anew for each row."""
    columns = compiled.insert_prefetch if compiled.isinsert else ()
    if any(not column.default.is_scalar for column in columns):
        raise NotImplementedError("only SQLAlchemy itself can make a default anew for each row")
    return {column.key: column.default.arg for column in columns}


def _as_put(kind: TypeEngine[Any]) -> Processor:
    return kind.dialect_impl(_SQLITE).bind_processor(_SQLITE) or _as_it_is


def _as_got(kind: TypeEngine[Any]) -> Processor:
    return kind.dialect_impl(_SQLITE).result_processor(_SQLITE, None) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
