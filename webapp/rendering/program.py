"""A program run on what came from outside: bytes in, bytes out, within its time, and with nothing of our own environment."""

import subprocess
from collections.abc import Mapping, Sequence


def run_program(
    command: Sequence[str], source: bytes, *, seconds: float, environment: Mapping[str, str], folder: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """What it wrote and how it ended. Raises subprocess.TimeoutExpired when it had to be ended.

    The environment is only what is named here: ours holds the keys.
    """
    return subprocess.run(  # noqa: S603 - a fixed program; what users typed or uploaded comes in by standard input and files
        command,
        input=source,
        capture_output=True,
        check=False,
        cwd=folder,
        env={"LANG": "C.UTF-8", **environment},
        timeout=seconds,
    )
