"""What changed between two texts, as their reader sees them: moved passages as moved, the rest word by word."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

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
    """A text as it is kept, and how it is set: Markdown, the references that it may cite, and the style of both.

    `head` are lines of plain text that stand before it and are compared with it: the title, the request, what is answered.
    """

    markdown: str
    references: Sequence[CslItem]
    language: str = "en-GB"
    style: str = DEFAULT_STYLE
    head: tuple[str, ...] = ()


def redline_texts(old: SourceText, new: SourceText) -> Redline:
    """Converts both and compares them. Raises InvalidInput where one cannot be converted."""
    return redline(_html(old), _html(new))


def _html(text: SourceText) -> str:
    head = "".join(f"<p>{escape(line)}</p>" for line in text.head)
    return head + statement_html(text.markdown, text.references, language=text.language, style=text.style)


def redline(old_html: str, new_html: str) -> Redline:
    """Compares two converted texts, each as `statement_html` gives it in whatever style; citations are compared as they are printed."""
    return compared(read_blocks(old_html), read_blocks(new_html))
