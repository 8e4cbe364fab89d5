"""Lists that a browser saves as a file."""

from collections.abc import Iterable, Sequence

from flask import Response

from webapp.rendering.spreadsheet import csv_text, xlsx_file

_KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def file_of(kind: str, header: Sequence[str], rows: Iterable[Sequence[str | int]], name: str) -> Response:
    """The list for a spreadsheet, as `csv` or `xlsx`; `name` is plain letters."""
    content = xlsx_file(header, rows, name="List") if kind == "xlsx" else csv_text(header, rows)
    return Response(content, content_type=_KINDS[kind], headers={"Content-Disposition": f"attachment; filename={name}.{kind}"})
