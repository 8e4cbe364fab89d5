"""`python -m tests.bench`: measures the application beside the floors of this machine, in the same run; prints, and writes JSON."""

import argparse
import tempfile
from pathlib import Path

from tests.bench.figures import show, write
from tests.bench.run import FULL, QUICK, measure, measure_answers_alone, measure_letters_alone, measure_memory_alone
from webapp.rendering.environment import ROOT


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("--quick", action="store_true", help="one short round: whether it works, not how fast")
    options.add_argument("--letters", action="store_true", help="only the letter as PDF, beside everything else that could set it")
    options.add_argument("--answers", action="store_true", help="only the requests that sign, beside the bare forms")
    options.add_argument("--memory", action="store_true", help="only what the processes hold, after each kind of work")
    options.add_argument("--out", type=Path, default=ROOT / "build" / "bench.json", help="where the figures go as JSON")
    chosen = options.parse_args()
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    # On the disk of the project, not in a /tmp that may be memory: what is measured is also the disk.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as folder:
        alone = {measure_letters_alone: chosen.letters, measure_answers_alone: chosen.answers, measure_memory_alone: chosen.memory}
        act = next((one for one, is_chosen in alone.items() if is_chosen), measure)
        rows = list(act(Path(folder), QUICK if chosen.quick else FULL).rows())
    print(show(rows))
    write(rows, chosen.out)


if __name__ == "__main__":
    main()
