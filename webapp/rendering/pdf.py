"""The letter as a PDF: tagged, archival, the same bytes for the same document."""

from webapp.domain.document import LetterDocument
from webapp.domain.errors import PictureFailed, RenderingFailed
from webapp.rendering.checking import printed_pictures
from webapp.rendering.enclosure import EnclosedFile, Enclosure
from webapp.rendering.fonts import describe_characters
from webapp.rendering.letter import letter_html, uncovered_in_document
from webapp.rendering.press import PRESS, RenderLimits
from webapp.rendering.signatories import signatories_csv

__all__ = ["RenderLimits", "letter_pdf"]

_LIMITS = RenderLimits()


def letter_pdf(document: LetterDocument, *, limits: RenderLimits = _LIMITS) -> bytes:
    """The PDF (PDF/A-3a with PDF/UA-1 tags) of the letter, byte for byte the same for the same document.

    Raises InvalidInput where the statement cannot be converted; RenderingFailed where a character has no font or a logo cannot be
    read, and where the render was refused, died, took too long or grew too large.
    """
    if uncovered := uncovered_in_document(document):
        where, characters = uncovered[0]
        raise RenderingFailed(
            f"{where} has a character that the fonts cannot print: {describe_characters(characters)}. Write it in another way."
        )
    try:
        return PRESS.pdf(letter_html(document), limits, Enclosure(printed_pictures(document), enclosed_files(document)))
    except PictureFailed as failure:
        whose = _owner(document, failure.picture)
        raise RenderingFailed(
            f"The logo of “{whose}” cannot be printed. Upload it again, or print the letter without it. Nothing was stored."
        ) from failure


def enclosed_files(document: LetterDocument) -> tuple[EnclosedFile, ...]:
    """What travels inside a sealed letter: its list for machines, and the public part of its record."""
    if document.proof is None:
        return ()
    listed, record = signatories_csv(document).encode(), document.proof.record.encode()
    return (
        EnclosedFile("signatories.csv", "The signatories of this letter, as a table", "Data", listed, document.dated),
        EnclosedFile("record.json", "The record of this letter up to its seal", "Supplement", record, document.dated),
    )


def _owner(document: LetterDocument, picture: str) -> str:
    owners = (one.printed_name for one in document.signatories if one.logo == picture)
    return next(owners, document.lead_society)
