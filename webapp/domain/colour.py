"""Colours that can be read on white paper (WCAG 2.2, success criterion 1.4.3)."""

import re

from webapp.domain.errors import InvalidInput
from webapp.domain.layout import DEFAULT_ACCENT

LEAST_CONTRAST = 4.5
PAPER = "#ffffff"
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def clean_accent(typed: str) -> str:
    """The colour as “#rrggbb”. Raises InvalidInput for what is no colour, and for one that is too pale to be read."""
    colour = typed.strip().lower()
    if re.fullmatch(r"[0-9a-f]{6}", colour):
        colour = f"#{colour}"
    if not _COLOUR.fullmatch(colour):
        raise InvalidInput("Write the colour as # and six signs from 0 to 9 and a to f, like “#8a1c2b”.", field="accent")
    found = contrast(colour, PAPER)
    if found < LEAST_CONTRAST:
        raise InvalidInput(
            f"This colour is too pale to be read on white: its contrast is {found:.1f} to 1, and {LEAST_CONTRAST} is the least. "
            "Take a darker one.",
            field="accent",
        )
    return colour


def accent_or_default(colour: str) -> str:
    """What may be printed: the colour itself, or the usual one in the place of one that must not be."""
    try:
        return clean_accent(colour)
    except InvalidInput:
        return DEFAULT_ACCENT


def contrast(first: str, second: str) -> float:
    """Between 1 and 21; both as “#rrggbb”."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
