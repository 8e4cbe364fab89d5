"""Lists for spreadsheets: nothing in them is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

from webapp.domain.cell import as_cell

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Cell = str | int

_WIDEST, _NARROWEST = 60, 8


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """RFC 4180, every field quoted; a field that a spreadsheet would run as a formula begins with an apostrophe.

    It begins with a byte order mark, without which Excel takes UTF-8 for the encoding of its country.
    """
    written = io.StringIO()
    written.write("\ufeff")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def xlsx_file(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, name: str, made_at: datetime | None = None) -> bytes:
    """The same as a workbook of one sheet: every text is a cell of text, neither formula nor link, whatever it begins with.

    The apostrophe stands here too: whoever saves the sheet as CSV has the cells without their types. With `made_at`, which stands
    in the file as its moment, the same rows give the same bytes.
    """
    # Loaded for the first workbook: most processes never write one, and each of them would carry it.
    writer = import_module("xlsxwriter")
    written = io.BytesIO()
    with writer.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        if made_at is not None:
            book.set_properties({"created": made_at})
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        widths = [len(title) for title in header]
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                _write(sheet, number, column, _harmless(cell))
                widths[column] = max(widths[column], len(str(cell)))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(max(width, _NARROWEST), _WIDEST) + 1)
    return written.getvalue()


def _harmless(cell: Cell) -> Cell:
    return as_cell(cell) if isinstance(cell, str) else cell


def _write(sheet: "Worksheet", row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, int):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, cell)
