"""What this worker is doing at this moment, so that what counts as under way and is done by nobody can be told."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

# Between two signs of a job lie a few statements, on a busy machine perhaps seconds.
_LONG_ENOUGH = 10.0


class UnderWay:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._jobs: set[str] = set()
        self._idle_since: dict[str, float] = {}

    @contextmanager
    def doing(self, job: str) -> Iterator[bool]:
        """Whether nobody else in this process is at this job; for as long as this lasts, nobody else will be."""
        with self._lock:
            is_alone = job not in self._jobs
            self._jobs.add(job)
        try:
            yield is_alone
        finally:
            if is_alone:
                with self._lock:
                    self._jobs.discard(job)

    def forsaken(self, pending: Iterable[str]) -> list[str]:
        """Of the jobs that count as this worker's, those that it has not been at for a while; named once, and again a while later."""
        with self._lock:
            idle = [job for job in pending if job not in self._jobs]
        now = self._monotonic()
        since = {job: self._idle_since.get(job, now) for job in idle}
        found = sorted(job for job, began in since.items() if now - began >= _LONG_ENOUGH)
        self._idle_since = {job: began for job, began in since.items() if job not in found}
        return found
