"""Statements that read, put to SQLite’s driver itself: SQLAlchemy compiles each of them once and knows its types, and is not asked again.

What it does for a statement besides takes five times as long as the statement.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, IteratorResult, Select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Reading = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
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
        bindable = {**self.known, **values}
        bound = [put(bindable[name]) for name, put in self.binds]
        driver: Any = connection.connection.driver_connection
        try:
            rows = driver.execute(self.sql, bound).fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            # As SQLAlchemy itself would raise it, and without the values (R19).
            kind = connection.dialect.loaded_dbapi.Error
            raise DBAPIError.instance(self.sql, None, error, kind, hide_parameters=True, dialect=connection.dialect) from error
        got = (tuple(get(value) for get, value in zip(self.processors, row, strict=True)) for row in rows)
        return IteratorResult(self.keys, got)


@lru_cache(_MOST)
def question(statement: Reading) -> Question:
    compiled: Any = statement.compile(dialect=_SQLITE)
    return Question(
        sql=str(compiled),
        known={name: one.value for name, one in compiled.binds.items() if not one.required},
        binds=tuple((name, _as_put(compiled.binds[name].type)) for name in compiled.positiontup),
        keys=SimpleResultMetaData(statement.selected_columns.keys()),
        processors=tuple(_as_got(column.type) for column in statement.selected_columns),
    )


def _as_put(kind: TypeEngine[Any]) -> Processor:
    return kind.dialect_impl(_SQLITE).bind_processor(_SQLITE) or _as_it_is


def _as_got(kind: TypeEngine[Any]) -> Processor:
    return kind.dialect_impl(_SQLITE).result_processor(_SQLITE, None) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
