"""Which SQLite may use a write-ahead log with several processes."""

import sqlite3
import sys

import pytest

from webapp.persistence.sqlite import is_wal_safe, sqlite_module

VERSIONS = [
    ((3, 6, 23), False, "before there was a write-ahead log"),
    ((3, 7, 0), False, "the first with the fault"),
    ((3, 40, 1), False, "as Debian 12 has it"),
    ((3, 44, 5), False, "the last of 3.44 before the repair"),
    ((3, 44, 6), True, "3.44 with the repair"),
    ((3, 45, 9), False, "3.45 was never repaired"),
    ((3, 50, 6), False, "the last of 3.50 before the repair"),
    ((3, 50, 7), True, "3.50 with the repair"),
    ((3, 51, 2), False, "the last with the fault"),
    ((3, 51, 3), True, "the first without it"),
    ((3, 53, 4), True, "as the wheel bundles it"),
    ((4, 0, 0), True, "whatever comes"),
]


@pytest.mark.parametrize(("version", "is_safe"), [row[:2] for row in VERSIONS], ids=[row[2] for row in VERSIONS])
def test_write_ahead_log_is_used_only_where_it_can_be_trusted(version: tuple[int, int, int], is_safe: bool) -> None:
    assert is_wal_safe(version) is is_safe


def test_driver_is_a_sqlite_that_knows_its_version() -> None:
    assert len(sqlite_module().sqlite_version_info) == 3


def test_wheel_is_the_driver_where_it_is_installed() -> None:
    wheel = pytest.importorskip("pysqlite3.dbapi2")
    assert sqlite_module() is wheel
    assert is_wal_safe(wheel.sqlite_version_info)


def test_standard_module_is_the_driver_where_the_wheel_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysqlite3.dbapi2", None)
    assert sqlite_module() is sqlite3
