"""Reading a roster from CSV: every problem names its row, and one problem stores nothing."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.domain import limits
from webapp.domain.errors import InvalidInput

REQUIRED_COLUMNS = ("society", "contact", "email")
OPTIONAL_COLUMNS = ("country", "acronym", "sort_name")


@dataclass(frozen=True)
class RosterEntry:
    """One society with one representative, as somebody typed them."""

    society: str
    contact: str
    email: str
    country: str = ""
    acronym: str = ""
    sort_name: str = ""


@dataclass(frozen=True)
class RosterRow:
    """An entry and the number of the row it came from, as a spreadsheet counts: the header is row 1."""

    number: int
    entry: RosterEntry


def read_roster(data: bytes) -> list[RosterRow]:
    """The rows of a CSV file with a header; the delimiter may be a comma, a semicolon or a tab.

    Raises InvalidInput, naming the row, for a wrong encoding, a missing column, a file that is too large or a row that does not
    fit its header. Blank rows are passed over.
    """
    if len(data) > limits.ROSTER_BYTES:
        raise InvalidInput("The file is larger than 1 MB. A roster of 1,000 societies is far smaller: is it the right file?", field="file")
    text = _decode(data)
    if "\0" in text:
        row = _row_after(text[: text.index("\0")])
        raise InvalidInput(f"Row {row} holds a character that no CSV file has. Export the list again.", field="file")
    return _rows(text)


def _decode(data: bytes) -> str:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = _row_after(error.object[: error.start].decode(error.encoding))
        sentence = f"Row {row} is not in UTF-8. In your spreadsheet, save the file as “CSV UTF-8” and choose it again."
        raise InvalidInput(sentence, field="file") from error


def _row_after(text: str) -> int:
    """The number of the row in which the text breaks off, as `_rows` counts: a cell may hold line ends."""
    number = 0
    try:
        # The mark stands for what could not be read, so that a row that begins with it is counted too.
        for _cells in csv.reader(io.StringIO(text + "?", newline=""), delimiter=_delimiter(text)):
            number += 1
    except csv.Error:
        return number + 1
    return number


def _rows(text: str) -> list[RosterRow]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[RosterRow] = []
    columns: list[str] = []
    number = 0
    try:
        for cells in lines:
            number += 1
            if not columns:
                columns = _columns(cells)
            elif any(cell.strip() for cell in cells):
                rows.append(RosterRow(number, _entry(number, columns, cells)))
    except csv.Error as error:
        sentence = f"Row {number + 1} cannot be read as CSV ({error}). Look for a quotation mark that is opened and never closed."
        raise InvalidInput(sentence, field="file") from error
    if not rows:
        raise InvalidInput("There is no society in this list: row 1 must name the columns, and each later row one society.", field="file")
    if len(rows) > limits.ROSTER_ROWS:
        raise InvalidInput(f"The list has {len(rows)} rows; {limits.ROSTER_ROWS} is the most.", field="file")
    return rows


def _delimiter(text: str) -> str:
    header = text.replace("\r", "\n").split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _columns(cells: list[str]) -> list[str]:
    columns = [cell.strip().casefold().replace(" ", "_") for cell in cells]
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    if missing:
        sentence = f"Row 1 must name the columns society, contact and email. Missing: {', '.join(missing)}."
        raise InvalidInput(sentence, field="file")
    if len(columns) > limits.ROSTER_COLUMNS:
        raise InvalidInput(f"Row 1 names {len(columns)} columns; {limits.ROSTER_COLUMNS} is the most.", field="file")
    doubled = [name for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS) if columns.count(name) > 1]
    if doubled:
        raise InvalidInput(f"Row 1 names the column {doubled[0]} twice.", field="file")
    return columns


def _entry(number: int, columns: list[str], cells: list[str]) -> RosterEntry:
    # Spreadsheets write empty cells out to the widest row of the sheet.
    while len(cells) > len(columns) and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > len(columns):
        sentence = f"Row {number} has more cells than row 1 has columns. A name with a comma in it must stand in quotation marks."
        raise InvalidInput(sentence, field="file")
    if any(len(cell) > limits.ROSTER_CELL for cell in cells):
        raise InvalidInput(f"Row {number} has a cell of more than {limits.ROSTER_CELL} characters.", field="file")
    named: Mapping[str, str] = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
    known = {name: named.get(name, "") for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)}
    return RosterEntry(**known)
