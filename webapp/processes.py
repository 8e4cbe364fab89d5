"""How a process of ours becomes another in its place."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def become(arguments: Sequence[str]) -> NoReturn:
    """This Python with other arguments, under the same number: signals and the exit code are the new one's. Does not return."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own modules, without a shell
