"""The processes that `undersigned run` looks after: started, started again when they die, ended with it."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

_LOOK_EVERY = 0.2
_BACKOFF = 1.0
# A request may take thirty seconds, and the web server lets it end.
_PATIENCE = 35.0
_PR_SET_PDEATHSIG = 1

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """One of the processes, whichever life it is in."""

    name: str
    arguments: list[str]
    environment: Mapping[str, str]
    keeps: tuple[int, ...] = ()
    """Open files that it inherits."""
    process: subprocess.Popen[bytes] | None = None
    starts_again_at: float | None = field(default=None)

    def start(self) -> None:
        self.starts_again_at = None
        self.process = subprocess.Popen(  # noqa: S603 - our own modules; no argument comes from outside
            [sys.executable, *self.arguments],
            env=self.environment,
            pass_fds=self.keeps,
            stdin=subprocess.DEVNULL,
            # A Ctrl-C in the terminal is for the parent, which then ends each of them in good order.
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def look_after(self) -> None:
        """Starts it again a second after it was found dead."""
        if not self.has_died():
            return
        if self.starts_again_at is None:
            sys.stderr.write(f"{self.name} has ended ({_cause(self.process)}) and is started again.\n")
            sys.stderr.flush()
            # Workers that have lost their web server may end what they are at, and make room for the new one's.
            self._signal_group(signal.SIGTERM)
            self.starts_again_at = time.monotonic() + _BACKOFF
        elif time.monotonic() >= self.starts_again_at:
            self.start()

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """Ends the process, and whatever it has left of its own."""
        if self.process is not None:
            self._signal_group(signal.SIGKILL)
            self.process.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def _die_with_parent() -> None:
    # Even when the parent is killed outright, nothing goes on running without it.
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _cause(process: subprocess.Popen[bytes] | None) -> str:
    code = process.returncode if process else 0
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
    while any(child.process and child.process.poll() is None for child in children):
        if stop.is_urgent or time.monotonic() > latest:
            break
        time.sleep(0.05)
    for child in children:
        child.kill()
