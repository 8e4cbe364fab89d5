"""`make demo`: carries a letter through its whole course on the real server, and leaves what comes of it in build/demo."""

import argparse
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from webapp.rendering.environment import ROOT

from .checks import check_outcome
from .server import Server, running_server
from .stories import Story, case, demonstration
from .walk import Outcome, carry


def _speaker() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda sentence: print(f"{time.monotonic() - began:6.1f} s  {sentence}", flush=True)


def perform(story: Story, out: Path, say: Callable[[str], None]) -> Outcome:
    """One letter on a server of its own; every check passes, or this raises."""
    with running_server(starts_at=story.opened_at) as server:
        say(f"the server answers: {story.name}, {len(story.answers)} societies")
        return perform_on(server, story, out, say)


def perform_on(server: Server, story: Story, out: Path, say: Callable[[str], None]) -> Outcome:
    outcome = carry(server, story, out, say)
    for found in check_outcome(outcome, story):
        say(found)
    return outcome


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.journeys.demo", description=__doc__)
    options.add_argument("--case", action="store_true", help="the size and the dates of the real case instead; leaves case.pdf")
    options.add_argument("--out", type=Path, default=ROOT / "build" / "demo")
    chosen = options.parse_args()
    say = _speaker()
    out: Path = chosen.out / "case" if chosen.case else chosen.out
    out.mkdir(parents=True, exist_ok=True)
    outcome = perform(case() if chosen.case else demonstration(datetime.now(UTC)), out, say)
    if chosen.case:
        shutil.copy(out / "letter.pdf", chosen.out / "case.pdf")
    say(f"done: {outcome.requests} requests; {chosen.out / 'case.pdf' if chosen.case else out / 'letter.pdf'}")


if __name__ == "__main__":
    main()
