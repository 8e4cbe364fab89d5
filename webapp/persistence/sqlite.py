"""Which SQLite this process uses, and whether its write-ahead log can be trusted."""

import importlib
from types import ModuleType

# SQLite 3.7.0 to 3.51.2 can corrupt a WAL file that several processes write at one instant (sqlite.org/wal.html, the WAL reset bug).
_FIRST_SAFE = (3, 51, 3)
_SAFE_BACKPORTS = {(3, 50): 7, (3, 44): 6}


def sqlite_module() -> ModuleType:
    """The driver: the wheel with a SQLite of its own where there is one, else the one that came with Python."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3")


def is_wal_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite may use WAL with several processes; otherwise the journal is truncated after each commit."""
    if version >= _FIRST_SAFE:
        return True
    patch = _SAFE_BACKPORTS.get(version[:2])
    return patch is not None and version[2] >= patch
