"""How a process of ours becomes another in its place, and how a person starts one by hand."""

import os
import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import NoReturn

COMMANDS = (
    "run", "serve", "work", "migrate", "demo", "staff", "sign-in-link", "letter", "package", "public", "roster", "society", "venue", "mail",
    "backup", "restore", "resume", "verify", "move", "check",
)  # fmt: skip
_NAMED = re.compile(rf"(?<![\w/.-])undersigned (?=(?:{'|'.join(COMMANDS)})\b)")


def become(module: str, *arguments: str) -> NoReturn:
    """This Python with another module, under the same number: signals and the exit code are the new one's. Does not return."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - our own modules, without a shell


@cache
def program() -> str:
    """The command as it is typed here: by its name where the shell finds it by that, else by its place, mostly .venv/bin/undersigned."""
    own = Path(sys.executable).with_name("undersigned")
    found = shutil.which("undersigned")
    if not own.exists() or (found and Path(found).samefile(own)):
        return "undersigned"
    here = Path.cwd()
    return shlex.quote(str(own.relative_to(here) if own.is_relative_to(here) else own))


def program_for_others() -> str:
    """The same for a page, which shows no path of this machine."""
    return "undersigned" if Path(shlex.split(program())[0]).is_absolute() else program()


def as_typed(sentence: str) -> str:
    """A sentence of ours, in which each command works as it stands there."""
    return _NAMED.sub(lambda _named: f"{program()} ", sentence)
