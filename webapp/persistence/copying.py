"""Rows from one database into another, whichever two they are: every value as it was, and a digest to compare them by."""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    MetaData,
    String,
    Table,
    Text,
    cast,
    event,
    func,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator

from webapp.persistence.base import Instant

# Documents are blobs of some 100 kB: so many bytes or rows are held at a time, however large the database.
_BATCH_BYTES = 1_000_000
_BATCH_ROWS = 500
_READ_AHEAD = 10


@dataclass(frozen=True)
class Copied:
    """What a table holds: how many rows, and SHA-256 over all of their values in the order of their keys."""

    rows: int
    sha256: str


class _JsonText(TypeDecorator[str]):
    """JSON of PostgreSQL as the text it was written in: read and written again it could come out in another order."""

    impl = Text
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return cast(column, Text)

    def bind_expression(self, bindparam: Any) -> Any:
        return cast(type_coerce(bindparam, Text), JSON)


def tables_of(connection: Connection, names: Collection[str]) -> list[Table]:
    """The tables as this database has them, whatever its revision; each after those that it refers to."""
    metadata = MetaData()
    is_sqlite = connection.dialect.name == "sqlite"

    @event.listens_for(metadata, "column_reflect")
    def on_column(_inspector: Any, _table: Any, found: Any) -> None:
        if isinstance(found["type"], DateTime):
            found["type"] = Instant()
        elif isinstance(found["type"], JSON):
            found["type"] = Text() if is_sqlite else _JsonText()

    metadata.reflect(connection, only=sorted(names))
    return metadata.sorted_tables


def copy_tables(source: Connection, target: Connection, names: Collection[str]) -> dict[str, Copied]:
    """Copies every row of the tables, which both have and which are empty in the target. Constant in memory."""
    wanted = {table.name: table for table in tables_of(target, names)}
    copied = {}
    for table in tables_of(source, names):
        copied[table.name] = _copy(source, table, target, wanted[table.name])
    if target.dialect.name != "sqlite":
        _set_sequences(target, list(wanted.values()))
    return copied


def contents(connection: Connection, names: Collection[str]) -> dict[str, Copied]:
    """What the tables hold now, to be compared with what was copied."""
    return {table.name: _content(connection, table) for table in tables_of(connection, names)}


def _copy(source: Connection, table: Table, target: Connection, into: Table) -> Copied:
    tally, names = _Tally(), [column.name for column in _columns(table)]
    for batch in _batches(_rows(source, table)):
        for row in batch:
            tally.add(row)
        target.execute(insert(into), [dict(zip(names, row, strict=True)) for row in batch])
    return tally.total()


def _content(connection: Connection, table: Table) -> Copied:
    tally = _Tally()
    for row in _rows(connection, table):
        tally.add(row)
    return tally.total()


class _Tally:
    def __init__(self) -> None:
        self._rows = 0
        self._hash = hashlib.sha256()

    def add(self, row: Sequence[Any]) -> None:
        self._rows += 1
        self._hash.update(json.dumps([_plain(value) for value in row]).encode())

    def total(self) -> Copied:
        return Copied(self._rows, self._hash.hexdigest())


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value.isoformat() if isinstance(value, date) else value


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    query = select(*_columns(table))
    keys = [_in_order(column, connection) for column in table.primary_key]
    yield from connection.execute(query.order_by(*keys).execution_options(yield_per=_READ_AHEAD))


def _columns(table: Table) -> "list[Column[Any]]":
    """By name: a migration adds its columns at the end, where the models may have them elsewhere."""
    return sorted(table.columns, key=lambda column: column.name)


def _in_order(column: "Column[Any]", connection: Connection) -> Any:
    # SQLite orders by bytes, and so does PostgreSQL where it is told to: else a copy would have another digest.
    return column.collate("C") if isinstance(column.type, String) and connection.dialect.name != "sqlite" else column


def _batches(rows: Iterator[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    batch: list[Sequence[Any]] = []
    weight = 0
    for row in rows:
        batch.append(row)
        weight += sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(batch) >= _BATCH_ROWS or weight >= _BATCH_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _set_sequences(target: Connection, tables: list[Table]) -> None:
    """The next number of each counted key is one that no copied row has."""
    for table in tables:
        for column in table.primary_key:
            counter = target.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if counter is None:
                continue
            highest = target.scalar(select(func.max(column)))
            if highest is not None:
                target.execute(text("SELECT setval(:counter, :highest)"), {"counter": counter, "highest": highest})
