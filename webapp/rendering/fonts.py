"""The bundled fonts: which files there are, how fontconfig finds them and nothing else, and which characters they hold."""

import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from webapp.rendering.environment import STATIC

FOLDER = STATIC / "fonts"
COVERAGE = FOLDER / "coverage.txt"
"""The first and the last of each run of characters that a font holds: to read the fonts themselves takes half a second and 17 MB."""
TWINS = FOLDER / "twins.txt"
"""Characters that have one sign between them in a font, a line for each set: which of them was meant cannot be read off the paper."""


@dataclass(frozen=True)
class FontFile:
    """One file and the family name that the style sheet of the documents calls it by."""

    name: str
    family: str

    @property
    def path(self) -> Path:
        return FOLDER / self.name


# Private names, so that no font of the machine can ever answer for one of ours.
FONT_FILES = (
    FontFile("EBGaramond_400Regular.ttf", "Letter Serif"),
    FontFile("EBGaramond_400Regular_Italic.ttf", "Letter Serif"),
    FontFile("EBGaramond_500Medium.ttf", "Letter Serif"),
    FontFile("EBGaramond_600SemiBold.ttf", "Letter Serif"),
    FontFile("SourceSans3_400Regular.ttf", "Letter Sans"),
    FontFile("SourceSans3_600SemiBold.ttf", "Letter Sans"),
    FontFile("Amiri_400Regular.ttf", "Letter Arabic"),
    FontFile("NotoSansHebrew_400Regular.ttf", "Letter Hebrew"),
    FontFile("NotoSansDevanagari_400Regular.ttf", "Letter Devanagari"),
    FontFile("NotoSansThai_400Regular.ttf", "Letter Thai"),
    FontFile("NotoSansSC_400Regular.ttf", "Letter Han"),
    FontFile("NotoSansJP_400Regular.ttf", "Letter Japanese"),
    FontFile("NotoSansKR_400Regular.ttf", "Letter Korean"),
)

# Spaces and controls are set by the text engine itself, or not at all.
_NEVER_MISSED = {"Cc", "Zs"}
# Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties): joiners, selectors of variants and the like draw nothing by themselves.
# Without U+180F, the shorthand controls and the Hangul fillers, for which the text engine draws a box.
_IGNORABLE = frozenset(
    [
        *(0xAD, 0x34F, 0x61C, 0xFEFF),
        *(*range(0x17B4, 0x17B6), *range(0x180B, 0x180F), *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
        *(*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000)),
    ]
)
# Line and paragraph separators, and two Arabic signs: some fonts claim them, and the text engine draws a box all the same.
_ALWAYS_MISSED = frozenset([0x2028, 0x2029, 0x890, 0x891])


def fontconfig(cache_folder: Path) -> str:
    """A fontconfig file that knows the bundled fonts by their private names, and no font of the machine."""
    naming = "".join(
        f'<match target="scan"><test name="file"><string>{escape(str(font.path))}</string></test>'
        f'<edit name="family" mode="prepend"><string>{font.family}</string></edit></match>'
        for font in FONT_FILES
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"<dir>{escape(str(FOLDER))}</dir><cachedir>{escape(str(cache_folder))}</cachedir>"
        # The compressed copies for the pages would be slow twins of the same fonts.
        f"<selectfont><rejectfont><glob>{escape(str(FOLDER))}/web/*</glob></rejectfont></selectfont>"
        f"{naming}</fontconfig>"
    )


@cache
def _edges() -> "array[int]":
    """Where the characters that a font holds begin, and where they cease, by turns."""
    ranges = (line.split() for line in COVERAGE.read_text(encoding="ascii").splitlines())
    return array("L", (edge for first, last in ranges for edge in (int(first, 16), int(last, 16) + 1)))


def _is_covered(code: int) -> bool:
    return bisect_right(_edges(), code) % 2 == 1


@cache
def _twins() -> dict[int, int]:
    """One for each set, in the place of all the others."""
    sets = ([int(code, 16) for code in line.split()] for line in TWINS.read_text(encoding="ascii").splitlines())
    return {other: first for first, *others in sets for other in others}


def without_twins(text: str) -> str:
    """The same for two texts that are drawn with the same signs, in compatibility form (NFKC) as far as they have one."""
    return unicodedata.normalize("NFKC", text.translate(_twins())).translate(_twins())


def uncovered_characters(text: str) -> list[str]:
    """The characters that would be printed as an empty box: each once, in order of appearance."""
    return [character for character in dict.fromkeys(text) if _is_missed(character)]


def printable(text: str) -> str:
    """The text with the number of each character that no font holds in its place: “[U+1F9B4]”."""
    if not uncovered_characters(text):
        return text
    return "".join(f"[U+{ord(character):04X}]" if _is_missed(character) else character for character in text)


def _is_missed(character: str) -> bool:
    category, code = unicodedata.category(character), ord(character)
    return code in _ALWAYS_MISSED or (category not in _NEVER_MISSED and code not in _IGNORABLE and not _is_covered(code))


def describe_character(character: str) -> str:
    """“🦴” (U+1F9B4, BONE), for a sentence that says what cannot be printed."""
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    return f"“{character}” ({code}, {name})" if name else f"“{character}” ({code})"


def describe_characters(characters: Iterable[str]) -> str:
    """The first five, described; more would not help anybody."""
    described = [describe_character(character) for character in characters]
    rest = f" and {len(described) - 5} more" if len(described) > 5 else ""
    return ", ".join(described[:5]) + rest
