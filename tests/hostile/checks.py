"""What must not be found in a page, a mail, a PDF, a Word file or a list, whoever typed what: each check returns what is wrong."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

import html5lib
import pikepdf

# Whatever these hold, a browser or a mail program may load it, run it or leave the page for it. A picture of our own is drawn in place.
_NEVER = {"applet", "audio", "base", "embed", "frame", "frameset", "iframe", "math", "object", "portal", "source", "track", "video", "img"}
_LEADING = {"action", "background", "cite", "data", "formaction", "href", "longdesc", "ping", "poster", "src", "srcset", "xlink:href"}
# What a browser drops from an address before it looks at its scheme (WHATWG URL, 4.4).
_DROPPED = re.compile(r"[\x00-\x20]+")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_HARMLESS = ("http:", "https:", "mailto:")
_OURS = ("/", "#", "?")
_CSS = re.compile(r"url\s*\(|@import|expression\s*\(|javascript:|behavior", re.IGNORECASE)


def html_problems(html: str, *, base: str = "") -> list[str]:
    """Of a page, a fragment or a mail; `base` is the address of our own site, where links stand whole."""
    root = html5lib.HTMLParser(namespaceHTMLElements=False).parse(html)
    return [problem for element in root.iter() if isinstance(element.tag, str) for problem in _element_problems(element, base)]


def text_in(html: str) -> str:
    """The words that stand in a page, in its fields too: what somebody reads there, letter by letter."""
    root = html5lib.HTMLParser(namespaceHTMLElements=False).parse(html)
    values = [str(one.get(name)) for one in root.iter() for name in ("value", "title", "aria-label") if one.get(name)]
    return " ".join("".join([*root.itertext()]).split()) + " " + " ".join(values)


def _element_problems(element: ElementTree.Element, base: str) -> Iterator[str]:
    tag, found = element.tag.rpartition("}")[2].lower(), element.attrib
    source = str(found.get("src", ""))
    if tag in _NEVER or (tag == "style" and element.text):
        yield f"an element <{tag}>"
    if tag == "script" and (not source.startswith("/static/") or (element.text or "").strip()):
        yield f"a script: {source or element.text}"
    if tag == "link" and not str(found.get("href", "")).startswith("/static/"):
        yield f"something is loaded: {found.get('href')}"
    if tag == "meta" and "http-equiv" in found:
        yield f"a meta that does something: {found}"
    if tag == "svg" and not str(found.get("class", "")).startswith(("chart", "shape")):
        yield "a picture that we did not draw"
    if tag == "form" and not _local(str(found.get("action", "")), base).startswith("/"):
        yield f"a form that goes elsewhere: {found.get('action')}"
    for name, value in found.items():
        yield from _attribute_problems(tag, str(name).lower(), str(value), base)


def _attribute_problems(tag: str, name: str, value: str, base: str) -> Iterator[str]:
    if name.startswith("on") or name == "srcdoc":
        yield f"an attribute {name} of <{tag}>"
    if name == "style" and _CSS.search(unescape(value)):
        yield f"a style that loads: {value}"
    if name not in _LEADING:
        return
    address = _local(_DROPPED.sub("", value), base)
    scheme = _SCHEME.match(address)
    if scheme and scheme[0].lower() not in _HARMLESS:
        yield f"<{tag} {name}> leads to {value}"
    if not scheme and not address.startswith(_OURS):
        yield f"<{tag} {name}> leads nowhere known: {value}"
    if address.startswith("//") or (name != "href" and scheme):
        yield f"<{tag} {name}> leads to another site: {value}"


def _local(address: str, base: str) -> str:
    return address.removeprefix(base) or "/" if base and address.startswith(base) else address


# What a PDF does by itself, or with what is inside it (ISO 32000-2, 12.6 and 7.11).
_ACTING = {"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/EmbeddedFiles", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"}
_ACTING |= {"/RichMedia", "/Rendition", "/Movie", "/Sound", "/XFA", "/EF"}


def pdf_problems(content: bytes) -> list[str]:
    """Every object of the file is looked at, whether a page shows it or not."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [problem for one in pdf.objects for problem in _object_problems(one)]


def _object_problems(one: pikepdf.Object) -> Iterator[str]:
    is_array, is_dictionary = isinstance(one, pikepdf.Array), isinstance(one, pikepdf.Dictionary | pikepdf.Stream)
    entries = dict(one.items()) if is_dictionary else {}
    yield from (f"an entry {name}" for name in entries if name in _ACTING)
    if str(entries.get("/S")) in _ACTING:
        yield f"an action {entries['/S']}"
    if "/URI" in entries and not str(entries["/URI"]).lower().startswith(_HARMLESS):
        yield f"a link to {entries['/URI']}"
    # What is not an object of its own is looked at here.
    for value in one if is_array else entries.values():
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _object_problems(value)


_FIELDS = ("ADDIN ZOTERO_ITEM CSL_CITATION ", "ADDIN ZOTERO_BIBL ")
_ACTIVE_PARTS = re.compile(r"vba|macro|embeddings|activeX|ole|\.bin$|altChunk|customUI", re.IGNORECASE)
_ACTIVE_ELEMENTS = {"object", "OLEObject", "control", "altChunk", "attachedTemplate", "fldSimple", "drawing", "imagedata", "shape", "fill"}


def word_problems(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return [problem for name in file.namelist() for problem in _part_problems(name, file.read(name))]


def _part_problems(name: str, content: bytes) -> Iterator[str]:
    if _ACTIVE_PARTS.search(name):
        yield f"a part {name}"
    if not name.endswith((".xml", ".rels")):
        return
    root = ElementTree.fromstring(content)
    instruction = ""
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag in _ACTIVE_ELEMENTS:
            yield f"an element {tag} in {name}"
        if tag == "Relationship" and element.get("TargetMode") == "External":
            kind, target = element.get("Type", "").rpartition("/")[2], element.get("Target", "")
            if kind != "hyperlink" or not target.lower().startswith(_HARMLESS):
                yield f"a relation of the kind {kind} to {target}"
        if tag == "instrText":
            instruction = (element.text or "").strip() + " "
            if not instruction.startswith(_FIELDS):
                yield f"a field {instruction[:60]}"


# As a spreadsheet takes it for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_problems(text: str) -> list[str]:
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True))
    widths = {len(row) for row in rows}
    formulas = [f"a formula: {cell[:60]}" for row in rows for cell in row if cell.startswith(_FORMULA)]
    return formulas + (["rows of different lengths"] if len(widths) > 1 else [])


_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook_cells(content: bytes) -> list[tuple[str, str]]:
    """The type and the text of each cell of the first sheet: `s` is a text, by its place among the words of the book."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        words = ["".join(one.itertext()) for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        cells = [one for one in ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{_SHEET}c") if len(one)]
    return [(cell.get("t", ""), words[int(cell.findtext(f"{_SHEET}v", ""))] if cell.get("t") == "s" else "") for cell in cells]


def workbook_problems(content: bytes) -> list[str]:
    """Nothing in it is a formula, a link or active, and no text would be one where it is saved as CSV."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    found = [f"a part {name}" for name in parts if _ACTIVE_PARTS.search(name) or "externalLink" in name]
    found += [f"{words} in {name}" for name, text in parts.items() for words in ("<f>", "<f ", "<hyperlink", "External") if words in text]
    return found + [f"a formula: {text[:60]}" for _kind, text in workbook_cells(content) if text.startswith(_FORMULA)]


def line_problems(output: str) -> list[str]:
    """Of what a command prints: nothing in it moves the cursor, rings, or begins a line of its own."""
    return [
        f"U+{ord(one):04X}" for one in output if one != "\n" and (ord(one) < 32 or 127 <= ord(one) < 160 or one in "\u2028\u2029\u202e")
    ]
