"""`python -m webapp.rendering.coverage`: writes down again what the bundled fonts hold, after one has been exchanged."""

import unicodedata
from collections import defaultdict

from fontTools.ttLib import TTFont

from webapp.rendering.fonts import COVERAGE, FONT_FILES, TWINS

# What is set by the text engine itself.
_UNDRAWN = {"Cc", "Cf", "Zs"}


def coverage() -> str:
    """One line for each run of characters, with the first and the last of it."""
    codes: set[int] = set()
    for font in FONT_FILES:
        with TTFont(font.path, lazy=True) as opened:
            codes.update(opened.getBestCmap())
    firsts = sorted(code for code in codes if code - 1 not in codes)
    lasts = sorted(code for code in codes if code + 1 not in codes)
    return "".join(f"{first:04X} {last:04X}\n" for first, last in zip(firsts, lasts, strict=True))


def twins() -> str:
    """One line for each set of characters that share a sign in one font or another, first the one that stands for all of them.

    With each is what it is normalised to (NFKC), so that the set is the same before that and after.
    """
    sets: dict[int, set[int]] = {}
    for font in FONT_FILES:
        with TTFont(font.path, lazy=True) as opened:
            signs = defaultdict(set)
            for code, sign in opened.getBestCmap().items():
                if unicodedata.category(chr(code)) not in _UNDRAWN:
                    signs[sign].add(code)
        for codes in signs.values():
            if len(codes) > 1:
                normal = {ord(form) for code in codes if len(form := unicodedata.normalize("NFKC", chr(code))) == 1}
                merged = codes.union(normal, *(sets.get(code, ()) for code in codes | normal))
                sets.update(dict.fromkeys(merged, merged))
    distinct = {min(codes): sorted(codes, key=_how_normal) for codes in sets.values()}
    return "".join(" ".join(f"{code:04X}" for code in codes) + "\n" for _, codes in sorted(distinct.items()))


def _how_normal(code: int) -> tuple[bool, int]:
    return unicodedata.normalize("NFKC", chr(code)) != chr(code), code


if __name__ == "__main__":
    TWINS.write_text(twins(), encoding="ascii")
    COVERAGE.write_text(coverage(), encoding="ascii")
