"""One web worker under strace: which system calls an answer makes, and death at a chosen one of them."""

import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.site import Site

# Whatever writes, syncs, shortens or removes a file, or sends.
CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "sendto", "write")
_ATTACHED_WITHIN = 20.0


@contextmanager
def traced(site: Site, log: Path, *more: str) -> Iterator[None]:
    """strace on the only worker, from before the next request until the end of this, or of the worker."""
    (worker,) = _worker(site)
    command = ["strace", "-f", "-y", "-s", "24", "-o", str(log), "-e", f"trace={','.join(CALLS)}", *more, "-p", str(worker)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        assert "attached" in tracer.stderr.readline(), "strace could not attach: may it trace here?"
        try:
            yield
        finally:
            tracer.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                tracer.wait(10)
            tracer.kill()


def _worker(site: Site) -> list[int]:
    latest = time.monotonic() + _ATTACHED_WITHIN
    while time.monotonic() < latest:
        if len(found := site.workers()) == 1:
            return found
        time.sleep(0.02)
    raise AssertionError("there is no worker")


_CALL = re.compile(r"^\d+\s+(\w+)\((.*)$")


def calls(log: Path) -> list[tuple[str, str]]:
    """Name and arguments of each call, in the order in which they began; what was resumed is not counted twice."""
    found = [_CALL.match(line) for line in log.read_text(errors="replace").splitlines()]
    return [(match[1], match[2]) for match in found if match]


def points(log: Path) -> list[tuple[str, int]]:
    """Every call of every kind once: (name, its number among its kind). strace counts each kind by itself."""
    counted = Counter(name for name, _arguments in calls(log))
    return [(name, number) for name, most in sorted(counted.items()) for number in range(1, most + 1)]


_DATABASE = re.compile(r"undersigned\.db(-wal|-journal)?>")
_ANSWER = re.compile(r'"HTTP/1\.1 [23]')


def is_kept_before_it_is_said(log: Path) -> bool:
    """Whether all that was written to the database's files had been synced when the answer left."""
    unsynced: set[str] = set()
    for name, arguments in calls(log):
        file = _DATABASE.search(arguments)
        if name == "sendto" and _ANSWER.search(arguments):
            return not unsynced
        if file and name in {"pwrite64", "ftruncate"}:
            unsynced.add(file[0])
        elif file and name in {"fdatasync", "fsync"}:
            unsynced.discard(file[0])
    raise AssertionError("no answer was sent")
