"""HTML to PDF by WeasyPrint, with everything that it could fetch, leak or vary taken away. Runs only inside the press's child."""

import logging
from pathlib import Path
from typing import Any

import pydyf
import weasyprint
import weasyprint.pdf
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from webapp.rendering.environment import STATIC, document_environment
from webapp.rendering.fonts import describe_characters

_VARIANT = "pdf/a-3a+ua-1"
_ASSETS: dict[str, tuple[Path, str]] = {
    "asset:documents.css": (STATIC / "css" / "documents.css", "text/css"),
    "asset:draft.svg": (STATIC / "documents" / "draft.svg", "image/svg+xml"),
    "asset:demonstration.svg": (STATIC / "documents" / "demonstration.svg", "image/svg+xml"),
}


class TypesettingRefusedError(Exception):
    """The document must not be printed as it is; `str(error)` says why, for a person."""


class ClosedFetcher(URLFetcher):
    """Answers the names in the closed table; anything else is refused and remembered, whatever WeasyPrint makes of the refusal."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"asset"}, allow_redirects=False, fail_on_errors=False)
        self.refused: list[str] = []

    def fetch(self, url: str, _headers: object = None) -> Any:
        if url not in _ASSETS:
            self.refused.append(url)
            raise ValueError("A document fetches nothing.")
        path, content_type = _ASSETS[url]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})


class _Complaints(logging.Handler):
    """Keeps what WeasyPrint only logs: characters set as an empty box, and errors."""

    def __init__(self) -> None:
        super().__init__()
        self.unprintable: list[str] = []
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith(".notdef glyph") and isinstance(record.args, tuple):
            self.unprintable.append(str(record.args[0]))
        elif record.levelno >= logging.ERROR:
            self.errors.append(record.getMessage())


def typeset(html: str) -> bytes:
    """The PDF (PDF/A-3a and PDF/UA-1), the same bytes for the same HTML.

    Raises TypesettingRefusedError when the HTML asked for a resource that is not ours, or for a character that no font holds.
    """
    fetcher, complaints = ClosedFetcher(), _Complaints()
    logger = logging.getLogger("weasyprint")
    logger.handlers[:], logger.propagate = [complaints], False
    pdf = None
    try:
        document = weasyprint.HTML(string=html, base_url=None, url_fetcher=fetcher)
        pdf = document.write_pdf(font_config=FontConfiguration(), pdf_variant=_VARIANT, presentational_hints=False, custom_metadata=False)
    except FatalURLFetchingError:
        # Derives from BaseException, so that no `except Exception` on the way swallows it.
        fetcher.refused.append("fatal")
    if pdf is None or fetcher.refused:
        raise TypesettingRefusedError("it refers to something outside itself, and a document fetches nothing")
    if complaints.unprintable:
        characters = describe_characters(dict.fromkeys(complaints.unprintable))
        raise TypesettingRefusedError(f"the fonts have no sign for {characters}")
    if complaints.errors:
        raise TypesettingRefusedError("it is not well formed")
    return bytes(pdf)


def _archival_and_accessible(pdf: Any, document: Any, _streams: object, _attachments: object, _compress: object) -> None:
    """Claims PDF/A-3a and PDF/UA-1 in one file, which WeasyPrint offers only apart, with metadata of our own and no more.

    ISO 19005-3, 6.6.2 and 6.3.2: an uncompressed XMP stream that agrees with the Info dictionary; annotations are printed.
    """
    facts = document.metadata
    if not (facts.title and facts.authors and facts.lang and facts.created):
        raise TypesettingRefusedError("it lacks title, author, language or date")
    for part in pdf.objects:
        if isinstance(part, dict) and part.get("Type") == "/Annot":
            part["F"] = 4
    # The name of the program and its version help nobody but an attacker.
    pdf.info.pop("Producer", None)
    metadata = document_environment().get_template("documents/metadata.xmp")
    xmp = metadata.render(title=facts.title, author=", ".join(facts.authors), language=facts.lang, dated=facts.created)
    stream = pydyf.Stream([xmp.encode()], pydyf.Dictionary({"Type": "/Metadata", "Subtype": "/XML"}))
    pdf.add_object(stream)
    pdf.catalog["Metadata"] = stream.reference


weasyprint.pdf.VARIANTS[_VARIANT] = (
    _archival_and_accessible,
    {"pdf_version": "1.7", "pdf_identifier": True, "output_intent": "srgb", "pdf_tags": True},
)
