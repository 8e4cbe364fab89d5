"""What a tagged PDF says, as a screen reader would read it: the words of its structure, in reading order."""

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from webapp.rendering.fonts import without_twins

# Where a word was broken, and between which words, depends on the width of a line.
_HYPHENS = dict.fromkeys(map(ord, "-\u2010\u2011\u00ad"))
_BFCHAR = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_BFRANGE = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
_TRIPLE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
# What no table has for a head.
_NEVER = "\0"
_SHOWING = {"Tj", "TJ", "'", '"'}


@dataclass
class Reading:
    """The words without spaces, hyphens and the numbers of lists; and each list with its items, and their places among the words."""

    text: str = ""
    lists: list[list[tuple[int, str]]] = field(default_factory=list)
    page: Any = None
    """On which page the last words stand."""
    head: str = ""
    """Of the last table."""


def squeezed(text: str) -> str:
    """Without what depends on where lines were broken, without the marks of direction, and without what no eye could tell apart."""
    plain = without_twins(text).translate(_HYPHENS)
    return "".join(one for one in plain if not one.isspace() and unicodedata.category(one) != "Cf")


def read_back(pdf: bytes, *, takes_heads_as_repeated: bool = True) -> Reading:
    """Reads the file as its structure has it. Raises pikepdf.PdfError where it cannot be opened.

    The head of a table is printed again on each page: one that begins a page and is the same as the last is read only once, unless
    it is said to be the head of another table.
    """
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        fonts: dict[Any, dict[bytes, str]] = {}
        said = {page.obj.objgen: _said_on(page, fonts) for page in opened.pages}
        reading, root = Reading(head="" if takes_heads_as_repeated else _NEVER), opened.Root
        _read(root.get("/StructTreeRoot", Dictionary()), None, said, reading)
    return reading


def _read(node: Any, page: Any, said: dict[Any, dict[int, str]], reading: Reading) -> None:
    if isinstance(node, Array):
        for kid in node:
            _read(kid, page, said, reading)
    elif isinstance(node, Dictionary):
        page = node.get("/Pg", page)
        if node.get("/Type") == "/OBJR" or node.get("/S") == "/Lbl":
            return
        if node.get("/Type") == "/MCR":
            _say(_words(said, page, node.MCID), page, reading)
            return
        began, before, items = len(reading.text), reading.page, reading.lists[-1] if reading.lists else []
        if node.get("/S") == "/L":
            reading.lists.append([])
        if "/K" in node:
            _read(node.K, page, said, reading)
        if node.get("/S") == "/LI":
            items.append((began, reading.text[began:]))
        if node.get("/S") == "/THead" and reading.head != _NEVER:
            _leave_out_repeated(began, before, reading)
    else:
        _say(_words(said, page, node), page, reading)


def _say(words: str, page: Any, reading: Reading) -> None:
    reading.text += words
    reading.page = page.objgen if page is not None else None


def _leave_out_repeated(began: int, page_before: Any, reading: Reading) -> None:
    head = reading.text[began:]
    if head == reading.head and reading.page != page_before:
        reading.text = reading.text[:began]
    reading.head = head


def _words(said: dict[Any, dict[int, str]], page: Any, mark: Any) -> str:
    return squeezed(said.get(page.objgen, {}).get(int(mark), "")) if page is not None else ""


def _said_on(page: Any, fonts: dict[Any, dict[bytes, str]]) -> dict[int, str]:
    """The text of each marked part of a page, by its number."""
    said: dict[int, str] = {}
    for mark, text in _shown(page, page.obj.get("/Resources", Dictionary()), fonts):
        said[mark] = said.get(mark, "") + text
    return said


def _shown(stream: Any, resources: Any, fonts: dict[Any, dict[bytes, str]]) -> Iterator[tuple[int, str]]:
    marks: list[int | None] = []
    # Whether words stand beside the glyphs (ISO 32000-1, 14.9.4): then they are read, and the glyphs are not.
    said: list[bool] = []
    font: dict[bytes, str] = {}
    instructions: Any = pikepdf.parse_content_stream(stream)
    for operands, operator in instructions:
        name = str(operator)
        if name in {"BDC", "BMC"}:
            properties = _properties(list(operands), resources)
            marks.append(int(properties.MCID) if "/MCID" in properties else None)
            said.append("/ActualText" in properties)
            if said[-1] and (mark := _innermost(marks)) is not None:
                yield mark, str(properties.ActualText)
        elif name == "EMC":
            marks.pop()
            said.pop()
        elif name == "Tf":
            chosen = resources.Font[operands[0]]
            if chosen.objgen not in fonts:
                fonts[chosen.objgen] = _characters(chosen)
            font = fonts[chosen.objgen]
        elif name in _SHOWING and not any(said) and (mark := _innermost(marks)) is not None:
            yield mark, _decoded(operands[-1], font)


def _innermost(marks: list[int | None]) -> int | None:
    return next((one for one in reversed(marks) if one is not None), None)


def _properties(operands: list[Any], resources: Any) -> Any:
    properties = operands[1] if len(operands) > 1 else Dictionary()
    return resources.Properties[properties] if isinstance(properties, Name) else properties


def _decoded(shown: Any, font: dict[bytes, str]) -> str:
    parts = shown if isinstance(shown, Array) else [shown]
    # In a list, numbers between the strings only move the pen.
    codes = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
    return "".join(font.get(codes[place : place + 2], "\ufffd") for place in range(0, len(codes), 2))


def _characters(font: Any) -> dict[bytes, str]:
    """What each code of two bytes stands for, by the font's own table (ISO 32000-1, 9.10.3)."""
    table = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
    known = {bytes.fromhex(a.decode()): _utf16(b) for block in _BFCHAR.findall(table) for a, b in _PAIR.findall(block)}
    for block in _BFRANGE.findall(table):
        for first, last, start in _TRIPLE.findall(block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                known[(int(first, 16) + step).to_bytes(2, "big")] = chr(int(start, 16) + step)
    return known


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", errors="replace")
