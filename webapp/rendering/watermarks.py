"""`python -m webapp.rendering.watermarks`: draws again the words that show through the pages of a draft or a demonstration, as outlines.

A word would be text that is read out on every page, and pale text over the page breaks its tagging; a drawing behind it is neither.
"""

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from webapp.rendering.environment import STATIC
from webapp.rendering.fonts import FOLDER
from webapp.rendering.sheet import MARKED_LANGUAGES, mark_of
from webapp.rendering.words import words_for

DRAWINGS = STATIC / "documents"
_MESSAGES = {"draft": "Draft", "demonstration": "Demonstration"}
_FONT = "EBGaramond_400Regular.ttf"
# In millimetres: the sheet, how long a word is along its slope, and how high its letters are at most.
_WIDTH, _HEIGHT, _LONGEST, _HIGHEST = 210, 297, 225, 92
_PALE = "#f6eeee"


def drawings() -> dict[str, str]:
    """Each drawing by its name, as SVG."""
    return {
        mark_of(kind, language): _drawing(words_for(language).gettext(_MESSAGES[kind]))
        for kind in _MESSAGES
        for language in MARKED_LANGUAGES
    }


def _drawing(word: str) -> str:
    with TTFont(FOLDER / _FONT, lazy=True) as font:
        glyphs, names = font.getGlyphSet(), font.getBestCmap()
        length = sum(glyphs[names[ord(sign)]].width for sign in word)
        scale = min(_LONGEST / length, _HIGHEST / font["OS/2"].sCapHeight)
        pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.1f}".removesuffix(".0"))
        place = -length * scale / 2
        for sign in word:
            glyph = glyphs[names[ord(sign)]]
            glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, place, font["OS/2"].sCapHeight * scale / 2)))
            place += glyph.width * scale
    turned = f'transform="translate({_WIDTH / 2:g} {_HEIGHT / 2:g}) rotate(-50)"'
    sheet = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}mm" height="{_HEIGHT}mm"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {sheet}>\n<path fill="{_PALE}" {turned} d="{pen.getCommands()}"/>\n</svg>\n'


if __name__ == "__main__":
    for name, drawing in drawings().items():
        (DRAWINGS / f"{name}.svg").write_text(drawing, encoding="utf-8")
