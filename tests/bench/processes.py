"""What processes have used, as the kernel counts it in /proc."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SHARE = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    command: str
    cpu_seconds: float
    """User and system, its own and that of its ended children."""
    resident_bytes: int


def descendants(root: int) -> list[Process]:
    """The process and all that it has started, and they in their turn."""
    alive = {one.pid: one for one in (_read(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()) if one}
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        if pid in alive:
            found.append(alive[pid])
        waiting.extend(one.pid for one in alive.values() if one.parent == pid)
    return found


def cpu_ms(pid: int, act: Callable[[], object]) -> float:
    """The milliseconds of processor time that the process and its descendants use while the act is done."""
    before = cpu_of(pid)
    act()
    return cpu_of(pid) - before


def cpu_of(pid: int) -> float:
    """The milliseconds of processor time that the process and its descendants have used."""
    return sum(one.cpu_seconds for one in descendants(pid)) * 1000


def resident_mb(processes: list[Process]) -> float:
    return sum(one.resident_bytes for one in processes) / 1e6


def own_mb(processes: list[Process]) -> float:
    """Their proportional shares (PSS) added up: a page that three processes share counts a third for each."""
    return sum(_share(one.pid) for one in processes) / 1e6


def _share(pid: int) -> int:
    try:
        found = _SHARE.search(Path("/proc", str(pid), "smaps_rollup").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found[1]) * 1024 if found else 0


def _read(pid: int) -> Process | None:
    folder = Path("/proc", str(pid))
    try:
        # The name stands in brackets and may hold anything; the numbers follow it.
        numbers = (folder / "stat").read_text().rpartition(")")[2].split()
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        pages = int((folder / "statm").read_text().split()[1])
        used = time.clock_gettime(_clock_of(pid))
    except OSError:
        return None
    ended = sum(int(number) for number in numbers[13:15])
    return Process(pid, int(numbers[1]), command, used + ended / _TICKS, pages * _PAGE)


def _clock_of(pid: int) -> int:
    """The clock of another process, as Linux numbers them (clock_getcpuclockid): in nanoseconds, where /proc counts in hundredths."""
    return (~pid << 3) | 2
