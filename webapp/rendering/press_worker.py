"""The far side of the press: a warm process that forks a limited child for each document. Knows no secret, database or request."""

import gc
import json
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from webapp.rendering.enclosure import files_of, pictures_of
from webapp.rendering.environment import TEMPLATES
from webapp.rendering.put_off import put_off

# Ten megabytes that WeasyPrint loads for variable fonts, of which we ship none, and for machines without HarfBuzz’s own subsetter.
put_off("fontTools.subset", "fontTools.varLib.instancer")
# Only then: it loads WeasyPrint.
_typesetting = import_module("webapp.rendering.typesetting")

# Empty where there is no /proc; then nothing is waited for.
_THREADS = Path("/proc/self/task")
_SECONDS_UNTIL_ALONE = 2


def serve(control: socket.socket) -> None:
    """Takes one connection after another from `control` and forks for each, until the other side is gone.

    The first document finds it cold; while that one is made, it warms up for the others. Many a command prints one, or none.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Where temporary folders go is found by writing there, which a limited child may not.
    tempfile.gettempdir()
    _settle()
    is_warm = False
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        with socket.socket(fileno=descriptors[0]) as connection:
            if os.fork() == 0:
                control.close()
                _print_one(connection)
        if not is_warm:
            warm_up()
            is_warm = True


def warm_up() -> None:
    """Sets a letter of our own, so that children begin with what the first one leaves behind: compiled patterns and bytecode that
    the interpreter has fitted to its use. The fonts are not kept, for newer versions of Pango serve each set of them from a thread,
    and no child inherits threads."""
    _typesetting.typeset((TEMPLATES / "documents" / "warming.html").read_text(encoding="utf-8"), {}, [])
    _settle()
    deadline = time.monotonic() + _SECONDS_UNTIL_ALONE
    while len(list(_THREADS.glob("*"))) > 1 and time.monotonic() < deadline:
        time.sleep(0.01)


def _settle() -> None:
    """What is loaded now stays: children need not copy these pages to count references."""
    gc.collect()
    gc.freeze()


def _print_one(connection: socket.socket) -> None:
    """Reads one job, answers it and ends the process; a limit may end it earlier, which the other side sees as silence."""
    try:
        stream = connection.makefile("rwb")
        stream.write(b"started\n")
        stream.flush()
        job = json.loads(stream.readline())
        _limit(job)
        heading, pdf = _answer(job)
        stream.write(json.dumps(heading).encode() + b"\n")
        stream.write(pdf)
        stream.flush()
    finally:
        # At once: what the parent process has open, or would do at its end, is not the child's.
        os._exit(0)


def _limit(job: dict[str, Any]) -> None:
    """The kernel stops the child: a bomb may never give Python a chance to look at a clock (CWE-400)."""
    for kind, most in (
        (resource.RLIMIT_CPU, job["cpu_seconds"]),
        (resource.RLIMIT_AS, job["memory_bytes"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    signal.setitimer(signal.ITIMER_REAL, job["wall_seconds"])


def _answer(job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    # A render makes many objects and no garbage worth looking for; without the collector it is a quarter faster.
    gc.disable()
    try:
        pdf: bytes = _typesetting.typeset(job["html"], pictures_of(job), list(files_of(job)))
    except _typesetting.TypesettingRefusedError as refusal:
        return _failed(str(refusal), picture=refusal.picture), b""
    except (MemoryError, SystemError):
        # Where memory ends within C code, it may return without saying why.
        return _failed("it needs more memory than a document may have"), b""
    except Exception as error:  # noqa: BLE001 - the process ends here, and its words may hold what somebody typed
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        return _failed(f"the renderer met an error of its own ({where})"), b""
    if len(pdf) > job["output_bytes"]:
        return _failed("it becomes too large"), b""
    return {"failure": None, "size": len(pdf)}, pdf


def _failed(why: str, *, picture: str = "") -> dict[str, Any]:
    return {"failure": why, "picture": picture, "size": 0}


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
    # The scratch folder; an application that was killed could not remove it.
    shutil.rmtree(Path.cwd(), ignore_errors=True)
