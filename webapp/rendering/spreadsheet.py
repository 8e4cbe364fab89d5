"""Lists for spreadsheets: nothing in them is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection; the full-width forms as in CVE-2021-41270).
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """RFC 4180, every field quoted; a field that a spreadsheet would run as a formula begins with an apostrophe.

    It begins with a byte order mark, without which Excel takes UTF-8 for the encoding of its country.
    """
    written = io.StringIO()
    written.write("\ufeff")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return written.getvalue()


def _harmless(field: str) -> str:
    return f"'{field}" if field.startswith(_FORMULA) else field
