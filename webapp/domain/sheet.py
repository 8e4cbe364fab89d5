"""A list as a spreadsheet saves it: text with a first row of headings, taken apart into cells; every problem names its row."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webapp.domain import limits
from webapp.domain.encoding import ENCODINGS, decode, guess_encoding
from webapp.domain.errors import InvalidInput

_MORE_CELLS = (
    "Row {} has more cells than row 1 has columns. Row 1 must be the one with the headings: delete what stands above it. "
    "In a CSV file a name with a comma in it must stand in quotation marks."
)


@dataclass(frozen=True)
class SheetRow:
    """Its cells, and its number as a spreadsheet counts: the headings are row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    encoding: str
    """How it was read: one of ENCODINGS."""


def read_sheet(data: bytes, encoding: str = "") -> Sheet:
    """The rows of a CSV file; the delimiter may be a comma, a semicolon or a tab, the encoding is guessed where it is not given.

    Raises InvalidInput, naming the row, for a file that is too large or in another encoding, and for a row that does not fit its
    headings. Blank rows are passed over.
    """
    if len(data) > limits.ROSTER_BYTES:
        raise InvalidInput("The file is larger than 1 MB. A roster of 1,000 societies is far smaller: is it the right file?", field="file")
    if data.startswith(b"%PDF"):
        raise InvalidInput("This is a PDF. Choose the list itself: a workbook (.xlsx) or a CSV file.", field="file")
    chosen = encoding or guess_encoding(data)
    text = _decoded(data, chosen)
    if "\0" in text:
        row = _row_after(text[: text.index("\0")])
        raise InvalidInput(f"Row {row} holds a character that no CSV file has. Export the list again.", field="file")
    return _sheet(text, chosen)


def write_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as a CSV file in UTF-8, cell by cell as a spreadsheet would save them."""
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    return written.getvalue().encode()


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return decode(data, encoding)
    except UnicodeDecodeError as error:
        row = _row_after(error.object[: error.start].decode(error.encoding))
        sentence = f"Row {row} is not in {ENCODINGS[encoding]}. Choose another encoding, or save the file as “CSV UTF-8”."
        raise InvalidInput(sentence, field="file") from error


def _row_after(text: str) -> int:
    """The number of the row in which the text breaks off, as `_sheet` counts: a cell may hold line ends."""
    number = 0
    try:
        # The mark stands for what could not be read, so that a row that begins with it is counted too.
        for _cells in csv.reader(io.StringIO(text + "?", newline=""), delimiter=_delimiter(text)):
            number += 1
    except csv.Error:
        return number + 1
    return number


def _sheet(text: str, encoding: str) -> Sheet:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[SheetRow] = []
    headings: tuple[str, ...] | None = None
    number = 0
    try:
        for cells in lines:
            number += 1
            if headings is None:
                headings = _headings(cells)
            elif any(cell.strip() for cell in cells):
                rows.append(SheetRow(number, _cells(number, cells, len(headings))))
    except csv.Error as error:
        sentence = f"Row {number + 1} cannot be read as CSV ({error}). Look for a quotation mark that is opened and never closed."
        raise InvalidInput(sentence, field="file") from error
    if not rows or headings is None:
        raise InvalidInput("There is no society in this list: row 1 must name the columns, and each later row one society.", field="file")
    if len(rows) > limits.ROSTER_ROWS:
        raise InvalidInput(f"The list has {len(rows)} rows; {limits.ROSTER_ROWS} is the most.", field="file")
    return Sheet(headings, tuple(rows), encoding)


def _delimiter(text: str) -> str:
    header = text.replace("\r", "\n").split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _headings(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if not cells:
        raise InvalidInput("Row 1 is empty. It must name the columns.", field="file")
    if len(cells) > limits.ROSTER_COLUMNS:
        raise InvalidInput(f"Row 1 names {len(cells)} columns; {limits.ROSTER_COLUMNS} is the most.", field="file")
    refuse_long(1, cells)
    return tuple(cell.strip() for cell in cells)


def _cells(number: int, cells: list[str], most: int) -> tuple[str, ...]:
    # Spreadsheets write empty cells out to the widest row of the sheet.
    while len(cells) > most and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > most:
        raise InvalidInput(_MORE_CELLS.format(number), field="file")
    return tuple(cell.strip() for cell in cells)


def refuse_long(number: int, cells: Iterable[str]) -> None:
    """Raises InvalidInput where a cell is longer than anything that a roster holds; a column that is left out may say more."""
    if any(len(cell) > limits.ROSTER_CELL for cell in cells):
        raise InvalidInput(f"Row {number} has a cell of more than {limits.ROSTER_CELL} characters.", field="file")
