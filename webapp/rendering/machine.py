"""What rendering needs of the machine: libraries, pandoc and fonts, each asked for by using it."""

import ctypes
from contextlib import suppress
from ctypes.util import find_library

from fontTools.ttLib import TTFont, TTLibError

from webapp.rendering.fonts import FONT_FILES, FontFile
from webapp.rendering.pandoc import ConversionError, convert

# WeasyPrint opens these by name, so the loader is asked and not a package manager. The subset library is optional to it, but
# without it whole fonts go into every PDF.
LIBRARIES = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "harfbuzz-subset", "fontconfig")


def missing_libraries() -> list[str]:
    """By the names that packages carry; on another system than Linux the loader's own search decides."""
    return [f"lib{name}" for name in LIBRARIES if not _opens(f"lib{name}.so.0", f"lib{name}.so.1", find_library(name))]


def _opens(*names: str | None) -> bool:
    for name in names:
        with suppress(OSError):
            if name:
                ctypes.CDLL(name)
                return True
    return False


def pandoc_runs() -> bool:
    """Whether pandoc, as it is installed, converts one word."""
    try:
        return convert("heard", ["--from=commonmark", "--to=plain"]).text.strip() == "heard"
    except (ConversionError, OSError, RuntimeError):
        return False


def broken_fonts() -> list[str]:
    """The files of fonts that are missing or damaged."""
    return [font.name for font in FONT_FILES if not _is_readable(font)]


def _is_readable(font: FontFile) -> bool:
    try:
        with TTFont(font.path, lazy=True) as opened:
            opened.getBestCmap()
    except (OSError, TTLibError):
        return False
    return True
