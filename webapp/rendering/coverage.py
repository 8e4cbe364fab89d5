"""`python -m webapp.rendering.coverage`: writes down again which characters the bundled fonts hold, after one has been exchanged."""

from fontTools.ttLib import TTFont

from webapp.rendering.fonts import COVERAGE, FONT_FILES


def coverage() -> str:
    """One line for each run of characters, with the first and the last of it."""
    codes: set[int] = set()
    for font in FONT_FILES:
        with TTFont(font.path, lazy=True) as opened:
            codes.update(opened.getBestCmap())
    firsts = sorted(code for code in codes if code - 1 not in codes)
    lasts = sorted(code for code in codes if code + 1 not in codes)
    return "".join(f"{first:04X} {last:04X}\n" for first, last in zip(firsts, lasts, strict=True))


if __name__ == "__main__":
    COVERAGE.write_text(coverage(), encoding="ascii")
