"""The clock, and the shift of it in a rehearsal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from webapp.clock import ShiftedClock, SystemClock

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@time_machine.travel(NOON, tick=False)
def test_clock_of_the_machine_speaks_utc() -> None:
    assert SystemClock().now() == NOON
    assert SystemClock().now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("typed", "seconds"), [("", 0), ("\n", 0), ("0", 0), ("3600\n", 3_600), (" 86400.5 ", 86_400.5), ("-60", -60)], ids=repr
)
@time_machine.travel(NOON, tick=False)
def test_shifted_clock_adds_the_seconds_that_its_file_names(tmp_path: Path, typed: str, seconds: float) -> None:
    file = tmp_path / "clock"
    file.write_text(typed)
    assert ShiftedClock(file).now() == NOON + timedelta(seconds=seconds)


@time_machine.travel(NOON, tick=False)
def test_shifted_clock_without_its_file_is_that_of_the_machine(tmp_path: Path) -> None:
    assert ShiftedClock(tmp_path / "clock").now() == NOON


@time_machine.travel(NOON, tick=False)
def test_shift_is_read_again_each_time(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = ShiftedClock(file)
    file.write_text("60")
    assert clock.now() == NOON + timedelta(minutes=1)
    file.write_text("120")
    assert clock.now() == NOON + timedelta(minutes=2)
