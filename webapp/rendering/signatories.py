"""The list of signatories for machines: the same names in the same order as in the letter (R5)."""

import json

from webapp.domain.document import LetterDocument
from webapp.domain.wording import noun_for
from webapp.rendering.spreadsheet import csv_text

_HEADER = ("position", "society", "officer", "office", "country", "recorded")


def signatories_csv(document: LetterDocument) -> str:
    """The list for a spreadsheet."""
    listed = enumerate(document.signatories, start=1)
    rows = [(position, one.printed_name, one.officer or "", one.office or "", one.country or "", one.note) for position, one in listed]
    return csv_text(_HEADER, rows)


def signatories_json(document: LetterDocument) -> str:
    """Title and digest of what was signed, the count with its noun, and the list."""
    count = len(document.signatories)
    content = {
        "title": document.title,
        "digest": document.digest,
        "count": count,
        "collective_noun": noun_for(count, document.collective_noun),
        "signatories": [
            {
                "society": one.printed_name,
                "officer": one.officer,
                "office": one.office,
                "country": one.country,
                "recorded": one.note or None,
            }
            for one in document.signatories
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
