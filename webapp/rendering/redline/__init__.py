"""What changed between two texts, as their reader sees them: moved passages as moved, the rest word by word."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.domain.document import CslItem
from webapp.rendering.redline.alignment import State
from webapp.rendering.redline.blocks import read_blocks
from webapp.rendering.redline.comparison import compared
from webapp.rendering.redline.page import redline_html
from webapp.rendering.redline.paper import RedlineDocument, redline_pdf
from webapp.rendering.redline.passages import Change, ChangeKind, Counts, Passage, Redline, Segment, accepted, rejected
from webapp.rendering.redline.phrases import counts_phrase
from webapp.rendering.redline.word import redline_docx
from webapp.rendering.styles import DEFAULT_STYLE
from webapp.rendering.text import statement_html

__all__ = [
    "Change",
    "ChangeKind",
    "Counts",
    "Passage",
    "Redline",
    "RedlineDocument",
    "Segment",
    "SourceText",
    "State",
    "accepted",
    "counts_phrase",
    "redline",
    "redline_docx",
    "redline_html",
    "redline_pdf",
    "redline_texts",
    "rejected",
]


@dataclass(frozen=True)
class SourceText:
    """A text as it is kept, and how it is set: Markdown, the references that it may cite, and the style of both."""

    markdown: str
    references: Sequence[CslItem]
    language: str = "en-GB"
    style: str = DEFAULT_STYLE


def redline_texts(old: SourceText, new: SourceText) -> Redline:
    """Converts both and compares them. Raises InvalidInput where one cannot be converted."""
    return redline(*(statement_html(one.markdown, one.references, language=one.language, style=one.style) for one in (old, new)))


def redline(old_html: str, new_html: str) -> Redline:
    """Compares two converted texts, each as `statement_html` gives it in whatever style; citations are compared as they are printed."""
    return compared(read_blocks(old_html), read_blocks(new_html))
