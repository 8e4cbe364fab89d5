"""Processes of ours without their seconds of imports: forked from one that has loaded the program, and otherwise as if begun anew.

`begin` for `subprocess.Popen([sys.executable, "-m", module, …])`. Each test process keeps one such mother; how the program itself starts
is tried in tests/cli. What is loaded before a fork has nothing open and no thread (tests/test_forking.py).
"""

import atexit
import ctypes
import fcntl
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

from webapp.rendering.environment import ROOT
from webapp.serving import worker_class

_PR_SET_PDEATHSIG = 1
_ORDER = 1 << 20
_PATIENCE = 90.0
# Numbers of files that no test comes up to.
_APART = 800
_ordering = threading.Lock()


class Forked:
    """The part of `subprocess.Popen` that tests use. Its files are the caller's."""

    def __init__(self, pid: int, ended: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = ended
        self._reading = threading.Lock()

    def __del__(self) -> None:
        with suppress(OSError):
            os.close(self._ended)

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        if (code := self._look(timeout)) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def _look(self, timeout: float | None) -> int | None:
        """Several threads may look at once: one of them reads, and the file stays open for the others."""
        if self.returncode is None and select.select([self._ended], [], [], timeout)[0]:
            with self._reading:
                if self.returncode is None:
                    # Nothing comes from a keeper that was killed itself.
                    self.returncode = int(os.read(self._ended, 16) or b"-9")
        return self.returncode


def begin(
    words: Sequence[str], *, env: Mapping[str, str], files: Sequence[int], keeps: Sequence[int] = (), is_leader: bool = False
) -> Forked:
    """A module with its arguments, in a process that has these as input, output and errors, and under their numbers what it keeps.

    `is_leader` gives it a session of its own. It ends with this process, if not before.
    """
    reading, writing = os.pipe()
    order = {"words": list(words), "env": dict(env), "keeps": list(keeps), "is_leader": is_leader}
    mother = _mother()
    try:
        with _ordering:
            socket.send_fds(mother, [json.dumps(order).encode()], [writing, *files, *keeps])
            pid = int(mother.recv(16))
    finally:
        os.close(writing)
    return Forked(pid, reading)


@cache
def _mother() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_PATIENCE)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
    )
    theirs.close()
    atexit.register(_let_go, ours, process)
    return ours


def _let_go(mother: socket.socket, process: subprocess.Popen[bytes]) -> None:
    mother.close()
    process.wait()


def _attend(orders: socket.socket) -> None:
    for name in ("webapp.app", "webapp.jobs.worker", "gunicorn.app.base", worker_class.rpartition(".")[0]):
        import_module(name)
    # The kernel clears away the keepers.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, files, _flags, _address = socket.recv_fds(orders, _ORDER, 16)
        if not message:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _end_with_whoever_began_this()
            if pid := os.fork():
                orders.close()
                _keep(pid, files)
            _live(json.loads(message), orders, files)
        for one in files:
            os.close(one)


def _end_with_whoever_began_this() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _keep(pid: int, files: Sequence[int]) -> NoReturn:
    """Waits for the process that was asked for, and says how it ended."""
    ended, *others = files
    for one in others:
        os.close(one)
    _pid, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):
        os.write(ended, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _live(order: dict[str, Any], orders: socket.socket, files: Sequence[int]) -> NoReturn:
    """What `python -m` would do with these words."""
    _end_with_whoever_began_this()
    if order["is_leader"]:
        os.setsid()
    _, *given = files
    # Out of the way first: a number that is wanted may be that of another.
    apart = [fcntl.fcntl(one, fcntl.F_DUPFD, _APART) for one in (*given, orders.fileno())]
    orders.detach()
    os.closerange(3, _APART)
    for one, number in zip(apart, (0, 1, 2, *order["keeps"]), strict=False):
        os.dup2(one, number)
    os.write(apart[-1], str(os.getpid()).encode())
    os.closerange(_APART, _APART + len(apart) + 1)
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    # Found out once, by whoever needed it first.
    tempfile.tempdir = None
    warnings.simplefilter("ignore")
    sys.argv = list(order["words"])
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    _attend(socket.socket(fileno=int(sys.argv[1])))
