"""Our own renderer in a warm process: the file of a job on each line in, its milliseconds of processor time on each line out."""

import gc
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from webapp.rendering import press_worker
from webapp.rendering.press import RenderLimits, _converse

_LIMITS = RenderLimits(wall_seconds=300, cpu_seconds=250)
Job = Mapping[str, Any]


def main() -> None:
    press_worker.warm_up()
    act = _PRINTERS[sys.argv[1]]
    for line in sys.stdin:
        job = json.loads(Path(line.strip()).read_text(encoding="utf-8"))
        gc.collect()
        print(act(job) * 1000, flush=True)


def in_process(job: Job) -> float:
    """Ours, tagged and archival, without the child."""
    started = time.process_time()
    heading, _pdf = press_worker._answer(dict(job))
    taken = time.process_time() - started
    gc.enable()
    assert heading["failure"] is None, heading
    return taken


def handed_over(job: Job) -> float:
    """Ours as the application has it: the fork, the child with its limits, the job on its way in and the PDF on its way out."""
    started = time.process_time()
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        press_worker._print_one(theirs)
    with ours:
        theirs.close()
        _converse(ours, {**job, "cpu_seconds": _LIMITS.cpu_seconds, "wall_seconds": _LIMITS.wall_seconds}, _LIMITS)
    _, _, used = os.wait4(child, 0)
    return used.ru_utime + used.ru_stime + time.process_time() - started


_PRINTERS: dict[str, Callable[[Job], float]] = {one.__name__: one for one in (in_process, handed_over)}


if __name__ == "__main__":
    main()
