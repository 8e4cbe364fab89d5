"""Workbooks for tests, written by hand so that they can be wrong in every way."""

import io
import zipfile
from collections.abc import Mapping, Sequence

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
BOOK = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>'
RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def rows_of(cells: Sequence[Sequence[str]]) -> str:
    """Rows whose cells are text within them."""
    return "".join(f'<row r="{number}">{"".join(map(_cell, row))}</row>' for number, row in enumerate(cells, 1))


def _cell(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escaped}</t></is></c>'


def workbook(cells: Sequence[Sequence[str]] = (), *, rows: str = "", parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """An .xlsx of one sheet; `parts` are further parts, or others in the place of the usual ones."""
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/sheet1.xml": sheet(rows or rows_of(cells)),
        **(parts or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return file.getvalue()
