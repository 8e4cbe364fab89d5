"""What the processes of a site hold, looked at after each kind of work: `python -m tests.bench --memory`."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench import figures
from tests.bench.figures import Samples
from tests.bench.processes import Process, descendants, own_mb, resident_mb

_PARTS = {figures.WEB_MEMORY: "gunicorn", figures.WORKER_MEMORY: "webapp.jobs", figures.PRESS_MEMORY: "press_worker"}
_SIZE = re.compile(r"^(\w+):\s+(\d+) kB", re.MULTILINE)


def add_memory(root: int, samples: Samples) -> None:
    """What a site holds at this moment, by its parts."""
    everything, counted = descendants(root), 0.0
    for name, word in _PARTS.items():
        taken = own_mb([one for one in everything if word in one.command])
        samples.add(name, taken)
        counted += taken
    samples.add(figures.MEMORY, counted)
    samples.add(figures.SUPERVISOR_MEMORY, own_mb(everything) - counted)
    samples.add(figures.RESIDENT, resident_mb(everything))


@dataclass(frozen=True)
class Watch:
    """Tells, on the way, what each process of a site holds: its share, what of it is not from files, what nobody shares, the most ever."""

    root: int

    def tell(self, after: str) -> None:
        everything = [one for one in descendants(self.root) if _name(one)]
        counted = own_mb([one for one in everything if _name(one) != "caretaker"])
        print(f"{counted:6.1f} MB after {after}", file=sys.stderr)
        for one in sorted(everything, key=lambda one: (_name(one), one.pid)):
            known = _sizes(one.pid, "smaps_rollup") | _sizes(one.pid, "status")
            shown = (known.get(kind, 0) / 1000 for kind in ("Pss", "Pss_Anon", "Private_Dirty", "VmHWM"))
            print(f"    {_name(one):10}" + "".join(f"{size:8.1f}" for size in shown), file=sys.stderr)


def _name(one: Process) -> str:
    words = (*_PARTS.values(), "caretaker")
    return next((word for word in words if word in one.command), "")


def _sizes(pid: int, file: str) -> dict[str, float]:
    """In thousands of bytes."""
    try:
        told = Path("/proc", str(pid), file).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: int(size) * 1.024 for name, size in _SIZE.findall(told)}
