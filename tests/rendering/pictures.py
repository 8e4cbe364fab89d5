"""Pages as pictures, to be looked at: `python -m tests.rendering.pictures` makes them in docs/pictures; with a folder, every page there."""

import io
import subprocess
import sys
from pathlib import Path

from PIL import Image

from webapp.rendering.conformity import problems
from webapp.rendering.environment import ROOT
from webapp.rendering.pdf import letter_pdf

from .pictured import ALL

_DOTS_PER_INCH = 80
_COLOURS = 256
# Which pages of each letter tell most of it, side by side.
_SHOWN = {"logos": (1, 4, 8), "300": (1, 5, 12), "scripts": (1, 3, 4), "draft": (1, 3), "german": (1, 3, 5)}


def pages_of(pdf: bytes, *, dots_per_inch: int = _DOTS_PER_INCH) -> list[Image.Image]:
    done = subprocess.run(["pdftoppm", "-r", str(dots_per_inch), "-png", "-"], input=pdf, capture_output=True, check=True)
    start, found = b"\x89PNG\r\n\x1a\n", []
    for picture in done.stdout.split(start)[1:]:
        found.append(Image.open(io.BytesIO(start + picture)))
    return found


def side_by_side(pages: list[Image.Image]) -> Image.Image:
    gap = 12
    sheet = Image.new("RGB", (sum(one.width for one in pages) + gap * (len(pages) + 1), pages[0].height + 2 * gap), "#d8d8d4")
    left = gap
    for one in pages:
        sheet.paste(one, (left, gap))
        left += one.width + gap
    return sheet.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)


def main(folder: Path | None = None) -> None:
    for name, document in ALL.items():
        pdf = letter_pdf(document())
        assert problems(pdf) == [], name
        if folder:
            (folder / f"{name}.pdf").write_bytes(pdf)
            for number, page in enumerate(pages_of(pdf, dots_per_inch=96), start=1):
                page.save(folder / f"{name}-{number:02}.png")
        else:
            pages = pages_of(pdf)
            shown = [pages[min(number, len(pages)) - 1] for number in _SHOWN[name]]
            side_by_side(shown).save(ROOT / "docs" / "pictures" / f"paper-{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
