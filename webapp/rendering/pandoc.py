"""Pandoc, the one converter of texts: run in its sandbox, with bounds on time, memory and how many run at once."""

import hashlib
import importlib.util
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from webapp.domain.errors import Conflict
from webapp.rendering.program import run_program

_SECONDS = 10
_HEAP = "512M"
# Each run takes about 190 MB; more of them at once than cores gains nothing.
_slots = threading.BoundedSemaphore(2)
# A text that took too long once is not tried again at every page that shows it; but the machine may only have been busy.
_GIVEN_UP_SECONDS = 300
_MOST_GIVEN_UP = 256
_given_up: dict[bytes, float] = {}
_is_forbidden = ContextVar("_is_forbidden", default=False)


@contextmanager
def without_converting() -> Iterator[None]:
    """Within it only what the caches know is known: anything else raises Conflict."""
    token = _is_forbidden.set(True)
    try:
        yield
    finally:
        _is_forbidden.reset(token)


@dataclass(frozen=True)
class Conversion:
    """What came out, and what pandoc said on the side (it reports a missing citation only as a warning)."""

    text: str
    messages: str


class ConversionError(Exception):
    """Pandoc could not read its input; `messages` is what it said, for a caller that knows what was typed."""

    def __init__(self, messages: str) -> None:
        super().__init__(messages)
        self.messages = messages


class ConversionTimeoutError(ConversionError):
    """Pandoc was stopped: it took too long, or the machine had no room for it."""


@cache
def _program() -> str:
    """The binary inside the wheel: the one that was tested, not one that a machine happens to have."""
    package = importlib.util.find_spec("pypandoc")
    if package is None or package.origin is None:
        raise RuntimeError("pypandoc-binary is not installed")
    return str(Path(package.origin).parent / "files" / "pandoc")


def convert(source: str, arguments: list[str], *, files: Mapping[str, str] | None = None) -> Conversion:
    """Runs pandoc on `source`; `files` are written to a folder of their own, in which it runs.

    Raises ConversionError when pandoc cannot read the source, ConversionTimeoutError after ten seconds, and at once for a source
    that took so long in the last five minutes.
    """
    encoded = {name: _encoded(content) for name, content in (files or {}).items()}
    digest = hashlib.sha256(_encoded(source)).digest()
    if time.monotonic() < _given_up.get(digest, 0):
        raise ConversionTimeoutError("this was given up a moment ago")
    try:
        written, messages = convert_file(_encoded(source), arguments, files=encoded)
    except ConversionTimeoutError:
        _give_up(digest)
        raise
    return Conversion(written.decode("utf-8"), messages)


def _give_up(digest: bytes) -> None:
    if len(_given_up) >= _MOST_GIVEN_UP:
        _given_up.clear()
    _given_up[digest] = time.monotonic() + _GIVEN_UP_SECONDS


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")


def convert_file(
    source: bytes, arguments: list[str], *, files: Mapping[str, bytes] | None = None, made_at: datetime | None = None
) -> tuple[bytes, str]:
    """The same for what is not text on both sides: the bytes that came out, and what pandoc said.

    With `made_at`, which stands in the file as its moment, the same input gives the same bytes.
    """
    if _is_forbidden.get():
        raise Conflict("Somebody has changed the letter meanwhile. Look at it again, then press again.")
    moment = {"SOURCE_DATE_EPOCH": f"{int(made_at.timestamp())}"} if made_at else {}
    command = [_program(), "+RTS", f"-M{_HEAP}", "-RTS", "--sandbox", *arguments]
    with _slots, tempfile.TemporaryDirectory(prefix="undersigned-text-") as folder:
        for name, content in (files or {}).items():
            Path(folder, name).write_bytes(content)
        try:
            done = run_program(command, source, seconds=_SECONDS, environment={"HOME": folder, **moment}, folder=folder)
        except subprocess.TimeoutExpired as error:
            raise ConversionTimeoutError(f"stopped after {_SECONDS} seconds") from error
    messages = done.stderr.decode("utf-8", errors="replace")
    if done.returncode < 0:
        # By a signal, such as for want of memory: that says nothing of what it was given.
        raise ConversionTimeoutError("stopped from outside")
    if done.returncode != 0:
        raise ConversionError(messages)
    return done.stdout, messages
