"""The list of signatories for machines: the same names in the same order as in the letter (R5)."""

import csv
import io
import json

from webapp.domain.document import LetterDocument
from webapp.domain.wording import noun_for

_HEADER = ("position", "society", "officer", "office", "country")
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection; the full-width forms as in CVE-2021-41270).
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")


def signatories_csv(document: LetterDocument) -> str:
    """RFC 4180, every field quoted; a field that a spreadsheet would run as a formula begins with an apostrophe.

    It begins with a byte order mark, without which Excel takes UTF-8 for the encoding of its country.
    """
    written = io.StringIO()
    written.write("\ufeff")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for position, one in enumerate(document.signatories, start=1):
        words = (one.printed_name, one.officer, one.office, one.country)
        writer.writerow([position, *(_harmless(word or "") for word in words)])
    return written.getvalue()


def signatories_json(document: LetterDocument) -> str:
    """Title and digest of what was signed, the count with its noun, and the list."""
    count = len(document.signatories)
    content = {
        "title": document.title,
        "digest": document.digest,
        "count": count,
        "collective_noun": noun_for(count, document.collective_noun),
        "signatories": [
            {"society": one.printed_name, "officer": one.officer, "office": one.office, "country": one.country}
            for one in document.signatories
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _harmless(field: str) -> str:
    return f"'{field}" if field.startswith(_FORMULA) else field
