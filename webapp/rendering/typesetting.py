"""HTML to PDF by WeasyPrint, with everything that it could fetch, leak or vary taken away. Runs only inside the press's child."""

import hashlib
import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pydyf
import weasyprint
import weasyprint.images
import weasyprint.pdf
import weasyprint.pdf.stream
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from webapp.rendering.enclosure import EnclosedFile
from webapp.rendering.environment import STATIC, document_environment
from webapp.rendering.fonts import describe_characters

_VARIANT = "pdf/a-3a+ua-1"
_ASSETS: dict[str, tuple[Path, str]] = {
    "asset:documents.css": (STATIC / "css" / "documents.css", "text/css"),
    "asset:documents-rtl.css": (STATIC / "css" / "documents-rtl.css", "text/css"),
    **{f"asset:{drawing.name}": (drawing, "image/svg+xml") for drawing in (STATIC / "documents").glob("*.svg")},
}


# What is not drawn one by one in the order in which it is written: the scripts of India, Thailand and Laos, and letters with loose marks.
_REORDERED = re.compile("[\u0300-\u036f\u0900-\u0eff]")


class TypesettingRefusedError(Exception):
    """The document must not be printed as it is; `str(error)` says why, for a person. `picture` is the SHA-256 of the one at fault."""

    def __init__(self, why: str, *, picture: str = "") -> None:
        super().__init__(why)
        self.picture = picture


class ClosedFetcher(URLFetcher):
    """Answers the names in the closed table and the pictures of this one document.

    Anything else is refused and remembered, whatever WeasyPrint makes of the refusal.
    """

    def __init__(self, pictures: Mapping[str, tuple[bytes, str]]) -> None:
        super().__init__(allowed_protocols={"asset"}, allow_redirects=False, fail_on_errors=False)
        self._pictures = pictures
        self.refused: list[str] = []

    def fetch(self, url: str, _headers: object = None) -> Any:
        if url in _ASSETS:
            path, content_type = _ASSETS[url]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})
        if url not in self._pictures:
            self.refused.append(url)
            raise ValueError("A document fetches nothing.")
        content, content_type = self._pictures[url]
        return URLFetcherResponse(url, content, {"Content-Type": content_type})


class _Complaints(logging.Handler):
    """Keeps what WeasyPrint only logs: characters set as an empty box, pictures left out, and errors."""

    def __init__(self) -> None:
        super().__init__()
        self.unprintable: list[str] = []
        self.unreadable: list[str] = []
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith(".notdef glyph") and isinstance(record.args, tuple):
            self.unprintable.append(str(record.args[0]))
        elif str(record.msg).startswith(("Failed to load image", "Failed to render SVG")) and isinstance(record.args, tuple):
            self.unreadable.append(str(record.args[0]).removeprefix("asset:picture/"))
        elif record.levelno >= logging.ERROR:
            self.errors.append(record.getMessage())


def typeset(html: str, pictures: Mapping[str, tuple[bytes, str]], files: Sequence[tuple[EnclosedFile, datetime]]) -> bytes:
    """The PDF (PDF/A-3a and PDF/UA-1), the same bytes for the same HTML, pictures and files.

    Raises TypesettingRefusedError when the HTML asked for a resource that is not ours, for a character that no font holds, or for a
    picture that cannot be read.
    """
    fetcher, complaints = ClosedFetcher(pictures), _Complaints()
    logger = logging.getLogger("weasyprint")
    logger.handlers[:], logger.propagate = [complaints], False
    pdf = None
    try:
        document = weasyprint.HTML(string=html, base_url=None, url_fetcher=fetcher)
        pdf = document.write_pdf(
            font_config=FontConfiguration(),
            pdf_variant=_VARIANT,
            presentational_hints=False,
            custom_metadata=False,
            attachments=[_attachment(one, instant) for one, instant in files],
        )
    except FatalURLFetchingError:
        # Derives from BaseException, so that no `except Exception` on the way swallows it.
        fetcher.refused.append("fatal")
    if pdf is None or fetcher.refused:
        raise TypesettingRefusedError("it refers to something outside itself, and a document fetches nothing")
    if complaints.unprintable:
        characters = describe_characters(dict.fromkeys(complaints.unprintable))
        raise TypesettingRefusedError(f"the fonts have no sign for {characters}")
    if complaints.unreadable:
        raise TypesettingRefusedError("it has a picture that cannot be read", picture=complaints.unreadable[0])
    if complaints.errors:
        raise TypesettingRefusedError("it is not well formed")
    return bytes(pdf)


def _attachment(one: EnclosedFile, instant: datetime) -> Any:
    return weasyprint.Attachment(
        file_obj=io.BytesIO(one.content),
        name=one.name,
        description=one.description,
        relationship=one.relationship,
        created=instant,
        modified=instant,
    )


def _archival_and_accessible(pdf: Any, document: Any, _streams: object, attachments: Sequence[Any], _compress: object) -> None:
    """Claims PDF/A-3a and PDF/UA-1 in one file, which WeasyPrint offers only apart, with metadata of our own and no more.

    ISO 19005-3, 6.6.2 and 6.3.2: an uncompressed XMP stream that agrees with the Info dictionary; annotations are printed.
    """
    facts = document.metadata
    if not (facts.title and facts.authors and facts.lang and facts.created):
        raise TypesettingRefusedError("it lacks title, author, language or date")
    for part in pdf.objects:
        if isinstance(part, dict) and part.get("Type") == "/Annot":
            part["F"] = 4
    _associate(pdf, attachments)
    # The name of the program and its version help nobody but an attacker.
    pdf.info.pop("Producer", None)
    metadata = document_environment().get_template("documents/metadata.xmp")
    xmp = metadata.render(title=facts.title, author=", ".join(facts.authors), language=facts.lang, dated=facts.created)
    stream = pydyf.Stream([xmp.encode()], pydyf.Dictionary({"Type": "/Metadata", "Subtype": "/XML"}))
    pdf.add_object(stream)
    pdf.catalog["Metadata"] = stream.reference


def _associate(pdf: Any, attachments: Sequence[Any]) -> None:
    """Says of each file inside how it belongs to the document (ISO 19005-3, 6.8)."""
    specifications: list[Any] = [part for part in pdf.objects if isinstance(part, dict) and part.get("Type") == "/Filespec"]
    # Both are in the order in which the files were given; where one was refused, so is the document.
    for specification, attachment in zip(specifications, attachments, strict=False):
        specification["AFRelationship"] = f"/{attachment.relationship}"
    if specifications:
        pdf.catalog["AF"] = pydyf.Array(part.reference for part in specifications)


def _with_its_words(marked: Callable[..., AbstractContextManager[None]]) -> Callable[..., AbstractContextManager[None]]:
    """Writes beside the glyphs of such a script what they say (ISO 32000-1, 14.9.4).

    A font’s table of what each glyph means cannot tell it: one that is drawn before the consonant that it follows means another thing
    in each syllable, so that text taken out of the file was damaged.
    """

    @contextmanager
    def with_words(stream: Any, box: Any, tag: str) -> Iterator[None]:
        with marked(stream, box, tag):
            text = getattr(box, "text", "")
            if _REORDERED.search(text):
                # The last two of what was written so far: the properties of this piece, and the operator that begins it.
                stream.stream[-2]["ActualText"] = pydyf.String(text)
            yield

    return with_words


class _Drawing:
    """A drawing of ours as WeasyPrint keeps pictures of points: one object of the file, to which every page refers."""

    def __init__(self, url: str, form: Any) -> None:
        self.id = hashlib.md5(url.encode(), usedforsecurity=False).hexdigest()
        self._form = form

    def get_x_object(self, *_resolution: object) -> Any:
        return self._form


def _drawn_once(draw: Callable[..., None]) -> Callable[..., None]:
    """What stands behind each page alike is drawn on the first alone. By itself WeasyPrint draws it anew on each, hundreds of curves."""

    def draw_once(image: Any, stream: Any, width: float, height: float, style: Any) -> None:
        if image._base_url not in _ASSETS:
            draw(image, stream, width, height, style)
            return
        size, known = (width, height), image.__dict__.setdefault("drawn", {})
        if size not in known:
            form = stream.add_group(0, 0, width, height)
            del stream._resources["XObject"][form.id]
            draw(image, form, width, height, style)
            known[size] = _Drawing(f"{image._base_url} {size}", form)
        stream.draw_x_object(stream.add_image(known[size], interpolate=False, ratio=1))

    return draw_once


weasyprint.images.SVGImage.draw = _drawn_once(weasyprint.images.SVGImage.draw)
weasyprint.pdf.stream.Stream.marked = _with_its_words(weasyprint.pdf.stream.Stream.marked)
weasyprint.pdf.VARIANTS[_VARIANT] = (
    _archival_and_accessible,
    {"pdf_version": "1.7", "pdf_identifier": True, "output_intent": "srgb", "pdf_tags": True},
)
