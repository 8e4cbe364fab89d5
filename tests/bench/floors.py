"""What this machine can do at most: the disk, and one table in the database that we use."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from webapp.persistence.sqlite import sqlite_module

_BLOCK = b"x" * 4096
_ROW = ("x" * 100, "y" * 200)


def appends_per_second(folder: Path, seconds: float) -> float:
    """4 kB at the end of a file, each on the disk before the next: no promise that survives a power cut can be cheaper."""
    with (folder / "floor").open("wb", buffering=0) as file:
        return _per_second(lambda: (file.write(_BLOCK), os.fsync(file.fileno())), seconds)


def inserts_per_second(folder: Path, seconds: float) -> float:
    """One row, one transaction, WAL with synchronous=FULL: the settings of the application, and nothing of it."""
    with open_table(folder / "floor.db") as insert:
        return _per_second(insert, seconds)


@contextmanager
def open_table(path: Path) -> Iterator[Callable[[], None]]:
    """The durable insert as something to call."""
    with closing(sqlite_module().connect(path, isolation_level=None, timeout=10)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS answer (id INTEGER PRIMARY KEY, name TEXT, content TEXT)")

        def insert() -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO answer (name, content) VALUES (?, ?)", _ROW)
            connection.execute("COMMIT")

        yield insert


def _per_second(act: Callable[[], object], seconds: float) -> float:
    started, count = time.perf_counter(), 0
    while (taken := time.perf_counter() - started) < seconds:
        act()
        count += 1
    return count / taken
