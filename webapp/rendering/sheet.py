"""The sheet that a letter is printed on: its size, margins and colour, what shows through, and the logo at its head."""

from dataclasses import dataclass

from webapp.domain.colour import accent_or_default
from webapp.domain.document import LetterDocument
from webapp.domain.layout import Layout, Paper
from webapp.rendering.printed_list import size_in_box

# The column of the text is as wide on both.
_SIZES = {Paper.A4: ("A4", "27mm 36mm 27mm 38mm"), Paper.LETTER: ("letter", "25mm 38.9mm 25mm 41mm")}
# In these the word that shows through is drawn; the first stands for every other.
MARKED_LANGUAGES = ("en", "de", "fr", "es")
# Of the logo at the head: as wide as this it stands beside the name, else above it.
_WIDEST_BESIDE = 30.0


@dataclass(frozen=True)
class Sheet:
    """Values of the style sheet, none of which anybody can have typed."""

    size: str
    margin: str
    accent: str
    background: str


@dataclass(frozen=True)
class HeadLogo:
    """Where the logo of the lead society is found, how large it stands there, and whether beside the name."""

    address: str
    size: str
    place: str


def sheet_of(document: LetterDocument) -> Sheet:
    """As the layout has it; a colour that could not be read gives way to the usual one."""
    mark = "draft" if document.is_draft else "demonstration" if document.is_demonstration else ""
    return sheet_for(document.layout, mark, document.language)


def sheet_for(layout: Layout, mark: str, language: str) -> Sheet:
    """The same for what stands beside a letter; `mark` says what shows through, or nothing."""
    size, margin = _SIZES[layout.paper]
    drawing = mark_of(mark, language)
    background = f"background: url(asset:{drawing}.svg) center / contain no-repeat;" if mark else ""
    return Sheet(size, margin, accent_or_default(layout.accent), background)


def mark_of(kind: str, language: str) -> str:
    """The name of the drawing that shows through, in the language with this tag (BCP 47) or in English."""
    known = language.partition("-")[0]
    return f"{kind}-{known}" if known in MARKED_LANGUAGES[1:] else kind


def head_logo(document: LetterDocument) -> HeadLogo | None:
    """None where the letterhead has no logo."""
    picture = document.pictures.get(document.letterhead.logo)
    if picture is None:
        return None
    across, high = size_in_box(picture.width, picture.height, area=400, widest=60, highest=21)
    place = "beside" if across <= _WIDEST_BESIDE else "above"
    return HeadLogo(f"asset:picture/{document.letterhead.logo}", f"width: {across:.2f}mm; height: {high:.2f}mm", place)
