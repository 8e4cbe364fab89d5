"""The processes that `undersigned run` looks after: started, started again when they die, ended with it."""

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from webapp.forking import ENDING, Life, begin_life

_LOOK_EVERY = 0.2
_BACKOFF = 1.0
# A request may take thirty seconds, and the web server lets it end.
_PATIENCE = 35.0


@dataclass
class Child:
    """One of the processes, whichever life it is in."""

    name: str
    arguments: list[str]
    """Its module, and what that is told."""
    keeps: tuple[int, ...] = ()
    """Open files that it inherits."""
    life: Life | None = None
    starts_again_at: float | None = field(default=None)

    def start(self) -> None:
        """Raises Born in the new process."""
        self.starts_again_at = None
        self.life = begin_life(self.arguments, self.keeps)

    def lives(self) -> bool:
        return self.life is not None and not self.life.has_ended()

    def has_died(self) -> bool:
        return self.life is not None and self.life.has_ended()

    def look_after(self) -> None:
        """Starts it again a second after it was found dead."""
        if self.life is None or not self.has_died():
            return
        if self.starts_again_at is None:
            sys.stderr.write(f"{self.name} has ended ({_cause(self.life)}) and is started again.\n")
            sys.stderr.flush()
            # Workers that have lost their web server may end what they are at, and make room for the new one's.
            self._signal_group(signal.SIGTERM)
            self.starts_again_at = time.monotonic() + _BACKOFF
        elif time.monotonic() >= self.starts_again_at:
            self.start()

    def ask_to_end(self) -> None:
        if self.life is not None and self.lives():
            os.kill(self.life.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Ends the process, and whatever it has left of its own."""
        if self.life is not None:
            self._signal_group(signal.SIGKILL)
            self.life.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        if self.life is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.life.pid, number)


def _cause(life: Life) -> str:
    code = life.code or 0
    return f"signal {-code}" if code < 0 else f"exit code {code}"


class Stop:
    """Set by the first signal to end; the second makes it urgent."""

    def __init__(self) -> None:
        self._signals = 0
        self._event = threading.Event()
        for number in ENDING:
            # Somebody who started this with nohup has said that a closed terminal shall not end it.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note)

    def _note(self, _number: int, _frame: object) -> None:
        self._signals += 1
        self._event.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    @property
    def is_urgent(self) -> bool:
        return self._signals > 1

    def wait(self, seconds: float) -> bool:
        return self._event.wait(seconds)


def look_after(children: list[Child], stop: Stop) -> None:
    """Until told to stop."""
    while not stop.wait(_LOOK_EVERY):
        for child in children:
            child.look_after()


def end(children: list[Child], stop: Stop) -> None:
    """Asks each to end and waits; kills what has not ended in time, or at once when asked twice."""
    for child in children:
        child.ask_to_end()
    latest = time.monotonic() + _PATIENCE
    while any(child.lives() for child in children):
        if stop.is_urgent or time.monotonic() > latest:
            break
        time.sleep(0.05)
    for child in children:
        child.kill()
