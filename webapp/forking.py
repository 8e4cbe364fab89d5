"""A process that begins as a copy of this one, so that both share what is loaded, and then runs a module of its own."""

import ctypes
import os
import runpy
import signal
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from setproctitle import setproctitle

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Born(BaseException):
    """Raised in the new process. Whoever began lets it through, and calls `live` once all that the old one was at is left."""

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__()
        self.arguments = arguments


@dataclass
class Life:
    """The new process, as the old one knows it."""

    pid: int
    code: int | None = None
    """As `subprocess` has it: less than nothing for a signal; None while it lives."""

    def has_ended(self) -> bool:
        return self._look(os.WNOHANG)

    def wait(self) -> None:
        self._look(0)

    def _look(self, options: int) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, options)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None


def begin_life(arguments: Sequence[str], keeps: Collection[int] = ()) -> Life:
    """A module with its arguments, as a process that ends with this one and inherits no open file but `keeps`.

    Only where there is one thread: a lock that another one holds would never be given back in the copy.
    """
    parent = os.getpid()
    # What is still to be written would be written twice.
    sys.stdout.flush()
    sys.stderr.flush()
    # A signal that comes before the new process has its own way to hear it must not be lost on the old one's.
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    pid = os.fork()
    if pid == 0:
        _leave(parent, keeps)
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        raise Born(arguments)
    signal.pthread_sigmask(signal.SIG_SETMASK, heard)
    return Life(pid)


def live(arguments: Sequence[str]) -> None:
    """What `python -m` would do with these arguments."""
    sys.argv = list(arguments)
    setproctitle(" ".join(["python", "-m", *arguments]))
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _leave(parent: int, keeps: Collection[int]) -> None:
    """Nothing of the old process is left but what it has loaded."""
    # A Ctrl-C in the terminal is for the parent, which then ends each of its children in good order.
    os.setsid()
    if _libc is not None:
        # Even when the parent is killed outright, nothing goes on running without it.
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)
    for number in ENDING:
        # Somebody who started this with nohup has said that a closed terminal shall not end it.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - the names alone, without looking where they lead
        if int(name) > 2 and int(name) not in keeps:
            # The one by which the list was read stands in it.
            with suppress(OSError):
                os.close(int(name))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
