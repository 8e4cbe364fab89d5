"""The one place that asks what time it is; the edge passes it on as `now` (services and domain have no clock)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class ShiftedClock:
    """The clock of the machine plus the seconds that a file names: for walking through weeks in a rehearsal on loopback."""

    offset_file: Path

    def now(self) -> datetime:
        typed = self.offset_file.read_text().strip() if self.offset_file.exists() else "0"
        return datetime.now(UTC) + timedelta(seconds=float(typed or 0))
