"""WeasyPrint as it comes, in one warm process: a path of HTML on each line in, the milliseconds of its PDF on each line out."""

import sys
import time
from pathlib import Path

import weasyprint

from webapp.rendering.typesetting import ClosedFetcher


def main() -> None:
    for line in sys.stdin:
        html = Path(line.strip()).read_text(encoding="utf-8")
        started = time.perf_counter()
        # The fetcher gives it the same style sheet; nothing else of ours takes part.
        weasyprint.HTML(string=html, url_fetcher=ClosedFetcher()).write_pdf()
        print((time.perf_counter() - started) * 1000, flush=True)


if __name__ == "__main__":
    main()
