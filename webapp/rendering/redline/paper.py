"""A redline as a PDF: the text with its changes, under the names of what is compared, the counts and the date."""

from dataclasses import dataclass
from datetime import date

from webapp.domain.errors import RenderingFailed
from webapp.rendering.dates import long_date
from webapp.rendering.environment import document_environment
from webapp.rendering.fonts import describe_characters, uncovered_characters
from webapp.rendering.press import PRESS, RenderLimits
from webapp.rendering.redline.page import printed_redline
from webapp.rendering.redline.passages import Redline
from webapp.rendering.redline.phrases import sentences

_LIMITS = RenderLimits()


@dataclass(frozen=True)
class RedlineDocument:
    """What the head of a printed redline says. `old` and `new` name what is compared: “revision 3”, “the text of 4 May”."""

    title: str
    language: str
    lead_society: str
    reference: str
    dated: date
    old: str
    new: str

    @property
    def heading(self) -> str:
        return f"Changes from {self.old} to {self.new}"


def redline_pdf(redline: Redline, document: RedlineDocument, *, limits: RenderLimits = _LIMITS) -> bytes:
    """The PDF (PDF/A-3a with PDF/UA-1 tags), the same bytes for the same redline and document.

    Raises RenderingFailed where a character has no font, and where the render was refused, died, took too long or grew too large.
    """
    words = redline_words(redline)
    if uncovered := uncovered_characters(f"{document.title}{document.heading}{document.reference}{document.lead_society}{words}"):
        raise RenderingFailed(f"The changes have a character that the fonts cannot print: {describe_characters(uncovered)}.")
    return PRESS.pdf(redline_document_html(redline, document), limits)


def redline_document_html(redline: Redline, document: RedlineDocument) -> str:
    """The document as HTML, ready to be set."""
    template = document_environment().get_template("documents/redline.html")
    return template.render(
        document=document,
        heading=document.heading,
        dated=long_date(document.dated, document.language),
        summary=sentences(redline.counts),
        has_changes=bool(redline.changes),
        words=redline_words(redline)[:200],
        text=printed_redline(redline, language=document.language),
    )


def redline_words(redline: Redline) -> str:
    """All words of both texts, for whoever has to know their characters."""
    segments = (segment for passage in redline.passages for cell in passage.cells for segment in cell.segments)
    return "".join(run.text + "".join(mark.target for mark in run.marks) for one in segments for run in (*one.was, *one.runs))
