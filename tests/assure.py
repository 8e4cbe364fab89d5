"""`make assure`: every test with full counts, twice on each database, part by part; what fails stops nothing, and is told at the end.

Takes hours. Each part says when it begins and how it ended; what pytest said is in build/assure, beside `summary.txt`, which is
written anew after each part.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from webapp.rendering.environment import ROOT

TESTS = ROOT / "tests"
LOGS = ROOT / "build" / "assure"
ROUNDS = ("first", "second")
SQLITE, POSTGRESQL = "sqlite", "postgresql"
# What stores, and what is asked over the web: the same tests on the other database.
ON_BOTH = ("services", "persistence", "web", "machine", "faults")
# Longer than any part has ever taken: one that hangs is ended, and the rest goes on.
_GIVEN_UP_AFTER = 6 * 3600.0
_NOTHING_TO_RUN = 5


@dataclass(frozen=True)
class Part:
    round: str
    database: str
    name: str
    """A folder of tests, or “alone” for the files that stand in none."""

    @property
    def paths(self) -> list[str]:
        return sorted(str(path) for path in TESTS.glob("test_*.py")) if self.name == "alone" else [str(TESTS / self.name)]

    @property
    def log(self) -> Path:
        return LOGS / f"{self.round}-{self.database}-{self.name}.log"

    def __str__(self) -> str:
        return f"{self.round} round, {self.database}, {self.name}"


def parts() -> Iterator[Part]:
    folders = sorted({path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py") if path.parent != TESTS})
    for round_, database in product(ROUNDS, (SQLITE, POSTGRESQL)):
        yield from (Part(round_, database, name) for name in ([*folders, "alone"] if database == SQLITE else ON_BOTH))


def run(part: Part) -> int:
    """pytest’s exit code, or 1 where it had to be ended."""
    database = {"UNDERSIGNED_TEST_DATABASE": part.database} if part.database == POSTGRESQL else {}
    command = [sys.executable, "-m", "pytest", "-n", "2", "--durations=10", *(["-m", "not sqlite"] if database else []), *part.paths]
    with part.log.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **database, "ASSURE": "1"}, stdout=log, stderr=log)
        try:
            return process.wait(_GIVEN_UP_AFTER)
        except subprocess.TimeoutExpired:
            return 1
        finally:
            process.kill()
            process.wait()


def carry_out(chosen: list[Part], run: Callable[[Part], int], say: Callable[[str], None]) -> list[Part]:
    """The parts that failed; every part is run, whatever became of those before it."""
    failed = []
    for number, part in enumerate(chosen, 1):
        began = time.monotonic()
        say(f"{number} of {len(chosen)}: {part}")
        if run(part) not in {0, _NOTHING_TO_RUN}:
            failed.append(part)
        word = "FAILED" if part in failed else "passed"
        say(f"    {word} after {(time.monotonic() - began) / 60:.1f} minutes: {_last_line(part.log)}")
    return failed


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    return next((line.strip("= ") for line in reversed(lines) if line.strip()), "nothing was said")


def failures(log: Path) -> list[str]:
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    return [line for line in lines if line.startswith(("FAILED ", "ERROR "))]


def main() -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    summary = LOGS / "summary.txt"
    summary.write_text("")

    def say(sentence: str) -> None:
        line = f"{time.strftime('%H:%M:%S')}  {sentence}"
        print(line, flush=True)
        with summary.open("a") as told:
            told.write(f"{line}\n")

    failed = carry_out(list(parts()), run, say)
    for part in failed:
        say(f"failed: {part}; see {part.log.relative_to(ROOT)}")
        for line in failures(part.log):
            say(f"    {line}")
    say(f"{len(failed)} parts failed" if failed else "everything passed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
