"""A workbook (.xlsx) as rows of text: what its cells show, never what they would compute (`bar.md` T34, T35)."""

import re
from xml.etree.ElementTree import Element

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.sheet import write_rows
from webapp.rendering.word_package import WordPackage, WordRefusedError
from webapp.rendering.word_xml import XmlRefusedError, parse_xml

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BOOK = "xl/workbook.xml"
_WORDS = "xl/sharedStrings.xml"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# A sheet may be written on far below its last society.
_LAST_ROW = 5 * limits.ROSTER_ROWS

_REFUSED = (
    "This workbook is damaged, locked with a password, or not put together as a spreadsheet program does it. "
    "Open it in your spreadsheet, save it as a new .xlsx or as CSV, and choose that."
)
_TOO_LARGE = "This workbook has more than a list of 1,000 societies can have. Copy the list into a new one, and save that."
_OLD = "This is a file of the old Excel (.xls), or one with a password. Save it as .xlsx without a password, or as CSV."


def is_workbook(data: bytes) -> bool:
    """By its first bytes: of the new kind, or of the old one, which is refused in words."""
    return data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def as_list(data: bytes) -> bytes:
    """A workbook as the CSV file that it could have been saved as; anything else as it is."""
    return write_rows(read_workbook(data)) if is_workbook(data) else data


def read_workbook(data: bytes) -> list[list[str]]:
    """The cells of its first sheet that is not hidden, row by row from row 1, formulas as the values that were last shown.

    Raises InvalidInput for a file of more than 1 MB, a bomb, and whatever no spreadsheet program has written.
    """
    if len(data) > limits.ROSTER_BYTES:
        raise InvalidInput("The file is larger than 1 MB. A roster of 1,000 societies is far smaller: is it the right file?", field="file")
    if not data.startswith(b"PK"):
        raise InvalidInput(_OLD, field="file")
    try:
        package = WordPackage(data)
        sheet = parse_xml(package.part(_first_sheet(package)))
        words = _shared_words(package)
        return _rows(sheet, words)
    except (WordRefusedError, XmlRefusedError, KeyError, ValueError) as error:
        raise InvalidInput(_REFUSED, field="file") from error


def _first_sheet(package: WordPackage) -> str:
    book = parse_xml(package.part(_BOOK))
    sheets = [one for one in book.iter() if one.tag in {f"{_MAIN}sheet", f"{_STRICT}sheet"}]
    shown = next(one for one in [*(one for one in sheets if one.get("state", "visible") == "visible"), *sheets, Element("none")])
    targets = {relation["Id"]: relation["Target"] for relation in package.relations(_BOOK) if relation.get("TargetMode") != "External"}
    return targets[shown.get(_RELATION) or ""]


def _shared_words(package: WordPackage) -> list[str]:
    if _WORDS not in package:
        return []
    return [_text(one) for one in parse_xml(package.part(_WORDS)) if _name(one) == "si"]


def _rows(sheet: Element, words: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in (one for one in sheet.iter() if _name(one) == "row"):
        cells = _cells(row, words)
        number = int(row.get("r", len(rows) + 1))
        if not any(cells):
            continue
        if number <= len(rows):
            raise ValueError(number)
        if number > _LAST_ROW:
            raise InvalidInput(_TOO_LARGE, field="file")
        rows.extend([] for _blank in range(number - len(rows) - 1))
        rows.append(cells)
    return rows


def _cells(row: Element, words: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in (one for one in row if _name(one) == "c"):
        text = _shown(cell, words)
        place = _column(cell.get("r", ""), len(cells))
        if not text:
            continue
        if place >= limits.ROSTER_COLUMNS:
            raise InvalidInput(f"Row {row.get('r', '')} has more than {limits.ROSTER_COLUMNS} columns. {_TOO_LARGE}", field="file")
        cells.extend("" for _empty in range(place + 1 - len(cells)))
        cells[place] = text
    return cells


def _column(address: str, otherwise: int) -> int:
    found = _CELL.fullmatch(address)
    if found is None:
        return otherwise
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _shown(cell: Element, words: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_text(one) for one in cell if _name(one) == "is").strip()
    value = next((one.text or "" for one in cell if _name(one) == "v"), "").strip()
    if kind == "s" and value:
        place = int(value)
        if not 0 <= place < len(words):
            raise ValueError(value)
        return words[place].strip()
    if kind == "e":
        return ""
    return value


def _text(item: Element) -> str:
    """The words of an item, in whatever pieces they are set; how they are spoken (Japanese) is left out."""
    if _name(item) == "rPh":
        return ""
    own = (item.text or "") if _name(item) == "t" else ""
    return own + "".join(_text(one) for one in item)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
