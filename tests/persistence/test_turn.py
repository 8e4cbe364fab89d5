"""The queue of writers: one at a time, with an end to the waiting, and nobody’s death blocks it; and what a driver’s error means."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from webapp.persistence.database import DatabaseBusy, DatabaseLost, DatabaseRefuses, refusal_of
from webapp.persistence.turn import take_turn
from webapp.rendering.environment import ROOT

_HOLDING = """
import sys, time
from pathlib import Path
from webapp.persistence.turn import take_turn
held = take_turn(Path(sys.argv[1]), patience=5)
print("held", flush=True)
time.sleep(60)
"""


def test_turn_is_one_writers_at_a_time(tmp_path: Path) -> None:
    database, at_it, most = tmp_path / "a.db", 0, 0

    def write() -> None:
        nonlocal at_it, most
        for _ in range(20):
            turn = take_turn(database, patience=30)
            at_it += 1
            most = max(most, at_it)
            time.sleep(0.0005)
            at_it -= 1
            turn.give_back()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_turn_that_does_not_come_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    turn = take_turn(tmp_path / "a.db", patience=1)
    for patience in (0, 0.05):
        with pytest.raises(BlockingIOError):
            take_turn(tmp_path / "a.db", patience=patience)
    turn.give_back()
    take_turn(tmp_path / "a.db", patience=0).give_back()


def test_turn_of_another_process_ends_with_it(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with subprocess.Popen([sys.executable, "-c", _HOLDING, str(database)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError):
            take_turn(database, patience=0.05)
        other.kill()
    take_turn(database, patience=5).give_back()


def test_turn_is_free_after_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "a.db"
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            take_turn(missing, patience=0)


class Sqlite(Exception):
    def __init__(self, code: int) -> None:
        self.sqlite_errorcode = code


class Postgresql(Exception):
    def __init__(self, state: str | None) -> None:
        self.sqlstate = state


MEANINGS = [
    (Sqlite(5), DatabaseBusy, "locked"),
    (Sqlite(517), DatabaseBusy, "read before somebody else wrote"),
    (Sqlite(8), DatabaseRefuses, "read-only"),
    (Sqlite(13), DatabaseRefuses, "full"),
    (Sqlite(778), DatabaseRefuses, "a write that failed"),
    (Sqlite(14), DatabaseRefuses, "cannot be opened"),
    (Postgresql("55P03"), DatabaseBusy, "a lock that did not come"),
    (Postgresql("57014"), DatabaseBusy, "a statement that took too long"),
    (Postgresql("40P01"), DatabaseBusy, "a deadlock"),
    (Postgresql("53100"), DatabaseRefuses, "full"),
    (Postgresql("25006"), DatabaseRefuses, "read-only"),
    (Postgresql("57P01"), DatabaseLost, "shut down"),
    (Postgresql("08006"), DatabaseLost, "broken off"),
    (Postgresql(None), DatabaseLost, "nobody there"),
]


@pytest.mark.parametrize(("said", "kind"), [row[:2] for row in MEANINGS], ids=[f"{type(row[0]).__name__}: {row[2]}" for row in MEANINGS])
def test_drivers_error_is_told_in_three_words(said: Exception, kind: type[DatabaseBusy]) -> None:
    assert type(refusal_of(OperationalError("SELECT 1", {}, said))) is kind


@pytest.mark.parametrize("said", [Sqlite(19), Sqlite(1), Postgresql("23505"), Postgresql("42601")])
def test_our_own_fault_is_not_blamed_on_the_database(said: Exception) -> None:
    assert refusal_of(IntegrityError("SELECT 1", {}, said)) is None
    assert refusal_of(ValueError("no driver at all")) is None
