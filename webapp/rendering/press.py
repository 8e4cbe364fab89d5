"""The press: renders HTML to PDF in a process apart, warm and limited, so that no document can hang or read the application.

Not multiprocessing's forkserver: that one imports the caller's main module in every child and hands it our environment, keys included.
"""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from webapp.domain.errors import PictureFailed, RenderingFailed
from webapp.rendering.enclosure import Enclosure, as_job
from webapp.rendering.environment import ROOT
from webapp.rendering.fonts import fontconfig

# Loading WeasyPrint takes a second or two, on a busy machine several.
_SECONDS_TO_START = 60
# The kernel ends the child at its own limit; this is for the case that even the child's end does not come.
_SECONDS_OF_GRACE = 5
_NOTHING = Enclosure()


@dataclass(frozen=True)
class RenderLimits:
    """What one document may use (`bar.md` T42)."""

    wall_seconds: float = 25
    cpu_seconds: int = 20
    memory_bytes: int = 1_500_000_000
    output_bytes: int = 20_000_000


@dataclass(frozen=True)
class _Helper:
    """The running helper process, the socket by which it is given work, and its scratch folder."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    folder: str
    owner: int
    """The process that started it, and alone may wait for it and end it. What is forked from that one gives it work as well."""

    @property
    def is_ours(self) -> bool:
        return self.owner == os.getpid()

    def has_ended(self) -> bool:
        return self.is_ours and self.process.poll() is not None

    def end(self) -> None:
        """Ends it; another's is only let go, for others may be printing."""
        self.control.close()
        if not self.is_ours:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Press:
    """One helper process, started when first needed and again whenever it is found dead.

    Safe to share between threads; and between processes where it was started before the fork: a process to which the shared one
    does not answer starts one for itself.
    """

    def __init__(self, *, at_once: int = 2) -> None:
        self._at_once = at_once
        self._helper: _Helper | None = None
        self.after_fork()

    def after_fork(self) -> None:
        """In a forked process a thread that is not here may hold the lock; and the helper is the parent's."""
        if self._helper is not None:
            # Not ours to wait for; without this, Python would warn of a child left behind.
            self._helper.process.returncode = 0
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._at_once)

    def start(self) -> None:
        """Starts the helper ahead of the first document, and of the processes that are to share it."""
        with self._lock:
            self._running()

    def pdf(self, html: str, limits: RenderLimits, enclosure: Enclosure = _NOTHING) -> bytes:
        """The rendered document. Raises RenderingFailed when it was refused, died, hung or grew too large.

        It may show the pictures of the enclosure; its files travel inside it.
        """
        with self._slot(limits), self._connection() as connection:
            started = time.monotonic()
            try:
                return _converse(connection, {"html": html, **asdict(limits), **as_job(enclosure)}, limits)
            except TimeoutError as error:
                # Neither answer nor end: the helper itself is stuck. The next document gets a new one.
                self.close()
                raise _failure("the renderer did not answer") from error
            except (OSError, EOFError) as error:
                if time.monotonic() - started >= limits.wall_seconds:
                    raise _failure(f"it takes longer than {limits.wall_seconds:g} seconds") from error
                raise _failure("it needs more time or memory than a document may have") from error

    def close(self) -> None:
        """Ends the helper and all its children, or lets the parent's go; the next document starts a new one."""
        with self._lock:
            self._end()

    @contextmanager
    def _slot(self, limits: RenderLimits) -> Iterator[None]:
        if not self._slots.acquire(timeout=limits.wall_seconds):
            raise _failure("other documents are being made")
        try:
            yield
        finally:
            self._slots.release()

    def _connection(self) -> socket.socket:
        """Our end of a new connection; a new child of the helper holds the other."""
        ours, theirs = socket.socketpair()
        with theirs:
            for _attempt in range(2):
                try:
                    with self._lock:
                        socket.send_fds(self._running().control, [b"p"], [theirs.fileno()])
                    return ours
                except (BrokenPipeError, ConnectionResetError):
                    self.close()
        ours.close()
        raise _failure("the renderer could not be started")

    def _running(self) -> _Helper:
        if self._helper is not None and self._helper.has_ended():
            self._end()
        if self._helper is None:
            self._helper = _start()
        return self._helper

    def _end(self) -> None:
        if self._helper is not None:
            self._helper.end()
        self._helper = None


def _start() -> _Helper:
    folder = tempfile.mkdtemp(prefix="undersigned-press-")
    configuration = Path(folder, "fonts.conf")
    configuration.write_text(fontconfig(Path(folder)), encoding="utf-8")
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own module; no argument comes from outside
            [sys.executable, "-P", "-m", "webapp.rendering.press_worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "FONTCONFIG_FILE": str(configuration), "HOME": folder},
            # A Ctrl-C in the terminal is for the application, which then closes the press.
            start_new_session=True,
        )
    return _Helper(process, ours, folder, os.getpid())


def _converse(connection: socket.socket, job: dict[str, Any], limits: RenderLimits) -> bytes:
    connection.settimeout(_SECONDS_TO_START)
    with connection.makefile("rwb") as stream:
        if not stream.readline():
            raise EOFError
        connection.settimeout(limits.wall_seconds + _SECONDS_OF_GRACE)
        stream.write(json.dumps(job).encode() + b"\n")
        stream.flush()
        answer = stream.readline()
        if not answer:
            raise EOFError
        heading = json.loads(answer)
        if heading["failure"] and heading["picture"]:
            raise PictureFailed(str(_failure(heading["failure"])), heading["picture"])
        if heading["failure"]:
            raise _failure(heading["failure"])
        pdf: bytes = stream.read(heading["size"])
    if len(pdf) != heading["size"]:
        raise EOFError
    return pdf


def _failure(why: str) -> RenderingFailed:
    return RenderingFailed(f"The PDF was not made: {why}. Nothing was stored; you can try again.")


PRESS = Press()
atexit.register(PRESS.close)
os.register_at_fork(after_in_child=PRESS.after_fork)
