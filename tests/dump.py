"""The whole database as text, so that a test can say: nothing was stored."""

import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Engine, inspect

Dump = dict[str, list[str]]


def dump(bind: Engine | Connection, *, without: tuple[str, ...] = ()) -> Dump:
    """Every row of every table, the job engine's queue included."""
    if isinstance(bind, Engine):
        with bind.connect() as connection:
            return dump(connection, without=without)
    schemas = ["public", "dbos"] if bind.dialect.name == "postgresql" else [None]
    tables = [(schema, name) for schema in schemas for name in inspect(bind).get_table_names(schema=schema) if name not in without]
    return {name: _rows(bind, f'"{schema}"."{name}"' if schema else f'"{name}"') for schema, name in tables}


def _rows(bind: Connection, table: str) -> list[str]:
    # By the driver itself, whose rows are plain tuples: a whole database is read before and after most requests of a test.
    with closing(bind.connection.cursor()) as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return sorted(map(repr, cursor.fetchall()))


def unpacked(rows: Dump) -> str:
    """All of it as one text, and what the job engine has packed (Base64 of a pickle) a second time as it reads unpacked."""
    told = str(rows)
    packed = re.findall(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{16,}={0,2}", told)
    whole = [one for one in packed if len(one) % 4 == 0]
    return told + "".join(b64decode(one).decode(errors="replace") for one in whole)


def changed(before: Dump, after: Dump) -> set[str]:
    """The tables that differ."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@contextmanager
def unchanged(bind: Engine | Connection, *, but: tuple[str, ...] = ()) -> Iterator[None]:
    """What happens within stores nothing, except in the tables that are named."""
    before = dump(bind)
    yield
    assert changed(before, dump(bind)) <= set(but)
