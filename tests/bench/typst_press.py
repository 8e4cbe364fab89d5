"""`python -m tests.bench.typst_press FILE FONTS`: compiles it for the first time, and prints the milliseconds of processor time."""

import sys
import time
from pathlib import Path

import typst


def main() -> None:
    source, fonts = sys.argv[1:]
    started = time.process_time()
    printed = typst.compile(source, font_paths=[fonts], ignore_system_fonts=True, pdf_standards=["a-3a", "ua-1"])
    taken = time.process_time() - started
    assert printed.startswith(b"%PDF")
    Path(source).with_suffix(".pdf").write_bytes(printed)
    print(taken * 1000)


if __name__ == "__main__":
    main()
