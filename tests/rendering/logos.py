"""Logos of invented societies, of every shape that a roster brings: drawn here, of plain forms and of letters of the bundled fonts."""

import hashlib
import io
from collections.abc import Callable
from functools import cache

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

from webapp.domain.document import Picture
from webapp.rendering.fonts import FOLDER

_COLOURS = ("#1f5a7a", "#7a2f3b", "#2f6b46", "#5b3d86", "#a3541d", "#1d6f74", "#8a6d1a", "#37474f")
_FONTS = ("SourceSans3_600SemiBold.ttf", "EBGaramond_600SemiBold.ttf", "EBGaramond_400Regular_Italic.ttf")


@cache
def _font(name: str) -> TTFont:
    return TTFont(FOLDER / name, lazy=True)


def _word(text: str, font: str, x: float, top: float, height: float) -> tuple[str, float]:
    """The outline of a word, its capitals `height` high; and where it ends."""
    opened = _font(font)
    glyphs, names, widths = opened.getGlyphSet(), opened.getBestCmap(), opened["hmtx"]
    scale = height / opened["OS/2"].sCapHeight
    drawn = SVGPathPen(glyphs, ntos=lambda number: f"{number:.1f}".removesuffix(".0"))
    for sign in text:
        glyph = names[ord(sign)]
        glyphs[glyph].draw(TransformPen(drawn, (scale, 0, 0, -scale, x, top + height)))
        x += widths[glyph][0] * scale
    return drawn.getCommands(), x


def _leaf(x: float, y: float, side: float, _colour: str) -> str:
    half = side / 2
    return (
        f'<path d="M{x + half} {y}C{x + side * 1.1} {y + half * 0.6} {x + side * 0.9} {y + side * 0.9} {x + half} {y + side}'
        f'C{x + side * 0.1} {y + side * 0.9} {x - side * 0.1} {y + half * 0.6} {x + half} {y}Z"/>'
        f'<path fill="#fff" d="M{x + half - 1} {y + side * 0.25}h2V{y + side}h-2Z"/>'
    )


def _disc(x: float, y: float, side: float, _colour: str) -> str:
    r = side / 2
    wave = (
        f"M{x + side * 0.1} {y + r}q{r * 0.4} {-r * 0.7} {r * 0.8} 0t{r * 0.8} 0v{r * 0.22}q{-r * 0.4} {r * 0.7} {-r * 0.8} 0t{-r * 0.8} 0Z"
    )
    return f'<circle cx="{x + r}" cy="{y + r}" r="{r}"/><path fill="#fff" d="{wave}"/>'


def _shield(x: float, y: float, side: float, _colour: str) -> str:
    third, half = side / 6, side / 2
    lower = f"c0 {side * 0.3} {-side * 0.3} {side * 0.45} {-half} {half}c{-side * 0.2} {-side * 0.05} {-half} {-side * 0.2} {-half} {-half}"
    shield = f"M{x} {y}h{side}v{half}{lower}Z"
    foot = f"v{third * 1.4}h{-third}v{-third * 1.4}"
    cross = f"M{x + half - third / 2} {y + side * 0.2}h{third}v{third}h{third}v{third}h{-third}{foot}h{-third}v{-third}h{third}Z"
    return f'<path d="{shield}"/><path fill="#fff" d="{cross}"/>'


def _sun(x: float, y: float, side: float, _colour: str) -> str:
    r = side / 2
    rays = "".join(
        f'<path transform="rotate({turn} {x + r} {y + r})" d="M{x + r - 2} {y}h4l-1 {r * 0.45}h-2Z"/>' for turn in range(0, 360, 30)
    )
    return f'{rays}<circle cx="{x + r}" cy="{y + r}" r="{r * 0.48}"/>'


_EMBLEMS: tuple[Callable[[float, float, float, str], str], ...] = (_leaf, _disc, _shield, _sun)


def _svg(width: float, height: float, colour: str, content: str) -> Picture:
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">'
        f'<g fill="{colour}">{content}</g></svg>'
    )
    return Picture("image/svg+xml", text.encode(), round(width), round(height))


def _emblem(colour: str, number: int, _letters: str) -> Picture:
    return _svg(100, 100, colour, _EMBLEMS[number % 4](4, 4, 92, colour))


def _beside(colour: str, number: int, letters: str) -> Picture:
    path, end = _word(letters, _FONTS[number % 3], 118, 28, 44)
    return _svg(end + 6, 100, colour, f'{_EMBLEMS[number % 4](4, 8, 84, colour)}<path d="{path}"/>')


def _below(colour: str, number: int, letters: str) -> Picture:
    path, end = _word(letters, _FONTS[number % 2], 0, 0, 26)
    width = max(end, 92)
    moved = f'<path transform="translate({(width - end) / 2:.1f} 122)" d="{path}"/>'
    return _svg(width, 150, colour, _EMBLEMS[(number + 1) % 4](width / 2 - 52, 2, 104, colour) + moved)


def _boxed(colour: str, number: int, letters: str) -> Picture:
    path, end = _word(letters, _FONTS[number % 3], 22, 24, 40)
    return _svg(end + 22, 88, colour, f'<path d="M0 0h{end + 22:.0f}v88H0Z"/><path fill="#fff" d="{path}"/>')


def _words(colour: str, number: int, letters: str) -> Picture:
    """Six times as wide as high."""
    path, end = _word(f"{letters} · quiet & rest", _FONTS[1], 0, 8, 40)
    return _svg(end, 62, colour, f'<path d="{path}"/><path d="M0 56h{end:.0f}v4H0Z"/>')


def _photographed(colour: str, number: int, _letters: str) -> Picture:
    """A PNG, for not everybody has the drawing."""
    sheet = Image.new("RGB", (300, 240), "white")
    drawing = ImageDraw.Draw(sheet)
    drawing.ellipse((30, 0, 270, 240), fill=colour)
    drawing.ellipse((90, 60, 210, 180), fill="white")
    drawing.rectangle((138, 20, 162, 220), fill=colour)
    written = io.BytesIO()
    sheet.save(written, "PNG", optimize=True)
    return Picture("image/png", written.getvalue(), *sheet.size)


_SHAPES = (_emblem, _beside, _below, _boxed, _beside, _words, _emblem, _photographed, _beside)


def logo(number: int, letters: str) -> tuple[str, Picture]:
    """The `number`th, always the same, with its SHA-256."""
    picture = _SHAPES[number % len(_SHAPES)](_COLOURS[number % len(_COLOURS)], number, letters)
    return hashlib.sha256(picture.content).hexdigest(), picture
