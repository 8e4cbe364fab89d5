"""The letter as a PDF: tagged, archival, the same bytes for the same document."""

from webapp.domain.document import LetterDocument
from webapp.domain.errors import RenderingFailed
from webapp.rendering.fonts import describe_characters
from webapp.rendering.letter import letter_html, uncovered_in_document
from webapp.rendering.press import PRESS, RenderLimits

__all__ = ["RenderLimits", "letter_pdf"]

_LIMITS = RenderLimits()


def letter_pdf(document: LetterDocument, *, limits: RenderLimits = _LIMITS) -> bytes:
    """The PDF (PDF/A-3a with PDF/UA-1 tags) of the letter, byte for byte the same for the same document.

    Raises InvalidInput where the statement cannot be converted; RenderingFailed where a character has no font, and where the
    render was refused, died, took too long or grew too large.
    """
    if uncovered := uncovered_in_document(document):
        where, characters = uncovered[0]
        raise RenderingFailed(
            f"{where} has a character that the fonts cannot print: {describe_characters(characters)}. Write it in another way."
        )
    return PRESS.pdf(letter_html(document), limits)
