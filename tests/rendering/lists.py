"""The list of signatories as another program reads it out of each document: how many it says there are, and their names in order."""

import csv
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

import html5lib
from lxml import etree

from webapp.domain.cell import from_cell
from webapp.domain.document import LetterDocument, groups_of, name_as_listed
from webapp.domain.document_kind import DocumentKind
from webapp.rendering.documents import make_document

from .pdf_text import drawn

_COUNTED = re.compile(r"(\d+) societ(?:y|ies) ha(?:s|ve) signed this letter\.")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
K = DocumentKind
# As poppler writes the structure of a PDF: a line for each element, and its words in quotes below it.
_ITEM = re.compile(r"^ *LI \(block\)", re.MULTILINE)
_WORDS = re.compile(r'^ *"(.*)"$', re.MULTILINE)
_NEXT_PART = re.compile(r"^ *H2 \(block\)", re.MULTILINE)


@dataclass(frozen=True)
class Listing:
    """What one document says."""

    count: int
    names: list[str]


def expected(kind: DocumentKind, document: LetterDocument) -> Listing:
    """What it has to say: for people with the acronym in the letter’s style, for machines beside the name."""
    is_for_machines = kind in {K.SIGNATORIES_CSV, K.SIGNATORIES_XLSX, K.SIGNATORIES_JSON}
    names = [one.printed_name if is_for_machines else name_as_listed(one, document.layout.acronyms) for one in document.signatories]
    # In a PDF a line is drawn from the left, whichever way it is read.
    return Listing(len(names), [drawn(one) for one in names] if kind is K.LETTER else names)


def read(kind: DocumentKind, document: LetterDocument) -> Listing:
    """What it says."""
    return _READERS[kind](make_document(kind, document), document)


def _pdf(content: bytes, document: LetterDocument) -> Listing:
    """By the tags of its structure: each item is the signatory whose name is in it, and an item without one is told whole."""
    done = subprocess.run(["pdfinfo", "-struct-text", "-"], input=content, capture_output=True, check=True)
    after = done.stdout.decode().rpartition('"Signatories"')[2]
    roll = _NEXT_PART.split(after, maxsplit=1)[0]
    said = [drawn("".join(_WORDS.findall(item))) for item in _ITEM.split(roll)]
    names = expected(K.LETTER, document).names
    return Listing(_count(said[0]), [next((name for name in names if name in text), text) for text in said[1:]])


def _word(content: bytes, _document: LetterDocument) -> Listing:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        root = ElementTree.fromstring(file.read("word/document.xml"))
    names, text = [], ""
    for paragraph in root.iter(f"{_W}p"):
        words = ["\n" if one.tag == f"{_W}br" else one.text or "" for one in paragraph.iter() if one.tag in {f"{_W}t", f"{_W}br"}]
        text += "".join(words)
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if style is not None and style.get(f"{_W}val") == "Signatory":
            assert paragraph.find(f"{_W}pPr/{_W}numPr") is not None, "a signatory that is in no list"
            names.append("".join(words).partition("\n")[0])
    return Listing(_count(text), names)


def _text(content: bytes, document: LetterDocument) -> Listing:
    text = content.decode()
    blocks = text.partition("signed this letter.\n\n")[2].partition("\n\nAbout this document")[0].split("\n\n")
    headings = {group.heading for group in groups_of(document.signatories, document.layout)} | {"Others"}
    lines = [line for block in blocks if block not in headings for line in block.split("\n")]
    return Listing(_count(text), [line.partition(" · ")[0] for line in lines])


def _page(content: bytes, _document: LetterDocument) -> Listing:
    root = html5lib.HTMLParser(namespaceHTMLElements=False).parse(content.decode())
    names = [
        "".join(one.itertext())
        for roll in root.iter("ul")
        if roll.get("class") == "roll"
        for item in roll.iter("li")
        for one in item.iter("span")
        if one.get("class") == "name"
    ]
    return Listing(_count("".join(root.itertext())), names)


def _jats(content: bytes, _document: LetterDocument) -> Listing:
    root = etree.fromstring(content)
    names = root.xpath(".//back/sec[@sec-type='signatories']//list-item//named-content/text()")
    contributors = root.xpath("count(.//contrib[@contrib-type='signatory'])")
    assert int(contributors) == len(names), "who contributed, and who is listed"
    return Listing(_count("".join(root.itertext())), names)


def _csv(content: bytes, _document: LetterDocument) -> Listing:
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return Listing(int(rows[-1]["position"]) if rows else 0, [from_cell(row["society"]) for row in rows])


def _xlsx(content: bytes, _document: LetterDocument) -> Listing:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        words = ["".join(one.itertext()) for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        rows = [list(row) for row in ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{_X}row")][1:]
    names = [words[int(row[1].findtext(f"{_X}v", ""))] for row in rows]
    return Listing(int(float(rows[-1][0].findtext(f"{_X}v", ""))) if rows else 0, [from_cell(name) for name in names])


def _json(content: bytes, _document: LetterDocument) -> Listing:
    said = json.loads(content)
    return Listing(said["count"], [one["society"] for one in said["signatories"]])


def _count(text: str) -> int:
    if "has signed this letter yet" in text:
        return 0
    found = _COUNTED.search(" ".join(text.split())) or re.search(r"(\d+)societ(?:y|ies)ha", text)
    assert found is not None, "no count"
    return int(found[1])


_READERS: dict[DocumentKind, Callable[[bytes, LetterDocument], Listing]] = {
    K.LETTER: _pdf,
    K.WORD: _word,
    K.TEXT: _text,
    K.HTML: _page,
    K.JATS: _jats,
    K.SIGNATORIES_CSV: _csv,
    K.SIGNATORIES_XLSX: _xlsx,
    K.SIGNATORIES_JSON: _json,
}
