"""A redline as a Word file with real tracked changes, each of which a person can take or refuse."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any
from xml.etree import ElementTree as Xml

from webapp.domain.errors import RenderingFailed
from webapp.rendering.dates import long_date
from webapp.rendering.pandoc import ConversionError, convert_file
from webapp.rendering.redline.document_tree import MOVED, redline_blocks
from webapp.rendering.redline.paper import RedlineDocument
from webapp.rendering.redline.passages import Redline
from webapp.rendering.redline.phrases import sentences

# Of pandoc 3.9; it reads other versions of the same two figures.
_API_VERSION = [1, 23, 1]
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_BODY, _FACTS = "word/document.xml", "docProps/core.xml"
_MOVED = re.compile(rf"{MOVED}(\d+):(.*)", re.DOTALL)
_DATES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_EARLIEST_YEAR = 1980


def redline_docx(redline: Redline, document: RedlineDocument, *, author: str, at: datetime) -> bytes:
    """The Word file: heading and counts, then the text; `author` and `at` stand at each change. The same bytes for the same input.

    Raises RenderingFailed for lists or quotes that are nested hundreds deep, and where pandoc took too long.
    """
    instant = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        blocks = [*_head(redline, document), *redline_blocks(redline, author, instant)]
        whole = json.dumps({"pandoc-api-version": _API_VERSION, "meta": _meta(document), "blocks": blocks})
        written, _messages = convert_file(whole.encode(), ["--from", "json", "--to", "docx", "--output", "-"])
        return _settled(written, instant, at)
    except RecursionError as error:
        raise RenderingFailed("The Word file was not made: lists or quotes are nested too deeply. Take some levels out.") from error
    except ConversionError as error:
        raise RenderingFailed("The Word file was not made: it takes too long. Nothing was stored; you can try again.") from error


def _head(redline: Redline, document: RedlineDocument) -> list[dict[str, Any]]:
    lines = [
        f"{document.title} ({document.reference}), {long_date(document.dated, document.language)}",
        " ".join(sentences(redline.counts)),
    ]
    heading = {"t": "Header", "c": [1, ["", [], []], [{"t": "Str", "c": document.heading}]]}
    return [heading, *({"t": "Para", "c": [{"t": "Str", "c": line}]} for line in lines)]


def _meta(document: RedlineDocument) -> dict[str, Any]:
    # Not “title”: pandoc would print it above the heading.
    return {"lang": {"t": "MetaInlines", "c": [{"t": "Str", "c": document.language}]}}


def _settled(written: bytes, instant: str, at: datetime) -> bytes:
    """The file with what pandoc cannot say, and without the moment at which it was made."""
    stamp = max(at.year, _EARLIEST_YEAR), at.month, at.day, 0, 0, 0
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == _BODY:
                content = _tracked_whole(content)
            elif name == _FACTS:
                content = _DATES.sub(rb"\g<1>" + instant.encode(), content)
            new.writestr(zipfile.ZipInfo(name, stamp), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _tracked_whole(body: bytes) -> bytes:
    root = _parsed(body)
    cells = {id(paragraph) for cell in root.iter(_w("tc")) for paragraph in cell.iter(_w("p"))}
    for paragraph in root.iter(_w("p")):
        if id(paragraph) not in cells:
            _track_paragraph(paragraph)
    for row in root.iter(_w("tr")):
        _track_row(row)
    numbers = count(1)
    _settle_moves(root, numbers)
    for change in root.iter():
        if change.tag in _CHANGES:
            # Pandoc counts insertions and deletions apart; each is to have a number of its own.
            change.set(_w("id"), str(next(numbers)))
    settled: bytes = Xml.tostring(root, encoding="UTF-8", xml_declaration=True)
    return settled


def _parsed(body: bytes) -> Xml.Element:
    """The root, and the prefixes of the file known, so that it is written as it was. Pandoc wrote it: no entities, no surprises."""
    parser: Any = Xml.XMLPullParser(["start", "start-ns"])
    parser.feed(body)
    events = list(parser.read_events())
    for prefix, address in (found for event, found in events if event == "start-ns"):
        Xml.register_namespace(prefix, address)
    root: Xml.Element = next(found for event, found in events if event == "start")
    return root


def _w(name: str) -> str:
    return f"{{{_W}}}{name}"


_CHANGES = {_w("ins"), _w("del"), _w("moveFrom"), _w("moveTo")}


def _fate(element: Xml.Element) -> Xml.Element | None:
    """The insertion or deletion that holds every word in it: then the paragraph or row itself came or went. None where some stay."""
    changes = [one for one in element.iter() if one.tag in {_w("ins"), _w("del")}]
    tracked = {id(run) for change in changes for run in change.iter(_w("r"))}
    runs = list(element.iter(_w("r")))
    if not runs or len({change.tag for change in changes}) != 1 or not all(id(run) in tracked for run in runs):
        return None
    return changes[0]


def _track_paragraph(paragraph: Xml.Element) -> None:
    """Marks the end of the paragraph too, without which an empty one would stay behind."""
    if (change := _fate(paragraph)) is None:
        return
    properties = paragraph.find(_w("pPr"))
    if properties is None:
        properties = Xml.Element(_w("pPr"))
        paragraph.insert(0, properties)
    Xml.SubElement(Xml.SubElement(properties, _w("rPr")), change.tag, dict(change.attrib))


def _track_row(row: Xml.Element) -> None:
    if (change := _fate(row)) is None:
        return
    properties = row.find(_w("trPr"))
    if properties is None:
        properties = Xml.Element(_w("trPr"))
        row.insert(0, properties)
    Xml.SubElement(properties, change.tag, dict(change.attrib))


def _settle_moves(root: Xml.Element, numbers: Iterator[int]) -> None:
    """What moved is an insertion and a deletion to pandoc; to Word each is the half of a move, in a range with a name."""
    counted: dict[tuple[str, str], int] = {}
    for paragraph in root.iter(_w("p")):
        halves = [(one, found) for one in paragraph.iter() if (found := _MOVED.fullmatch(one.get(_w("author"), "")))]
        for one, found in halves:
            one.set(_w("author"), found[2])
            one.tag = _w("moveTo") if one.tag == _w("ins") else _w("moveFrom")
            for text in one.iter(_w("delText")):
                text.tag = _w("t")
        if halves:
            first, found = halves[0]
            place = counted[found[1], first.tag] = counted.get((found[1], first.tag), 0) + 1
            _put_in_range(paragraph, first, f"move{found[1]}-{place}", str(next(numbers)))


def _put_in_range(paragraph: Xml.Element, half: Xml.Element, name: str, number: str) -> None:
    facts = {_w("id"): number, _w("name"): name, **{key: value for key, value in half.attrib.items() if key != _w("id")}}
    has_properties = len(paragraph) > 0 and paragraph[0].tag == _w("pPr")
    kind = half.tag.removeprefix(f"{{{_W}}}")
    paragraph.insert(int(has_properties), Xml.Element(_w(f"{kind}RangeStart"), facts))
    paragraph.append(Xml.Element(_w(f"{kind}RangeEnd"), {_w("id"): number}))
