"""The list of signatories for machines: the same names in the same order as in the letter (R5)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time

from webapp.domain.document import LetterDocument, SignatoryLine, groups_of
from webapp.domain.wording import noun_for, signed_sentence
from webapp.rendering.spreadsheet import Cell, csv_text, xlsx_file

_HEADER = ("position", "society", "acronym", "kind", "group", "country", "officer", "office", "recorded", "letter", "digest")


def signatories_csv(document: LetterDocument) -> str:
    """The list for a spreadsheet. Its columns are always these, whatever the letter prints of them."""
    return csv_text(_HEADER, _rows(document))


def signatories_xlsx(document: LetterDocument) -> bytes:
    """The same as a workbook, byte for byte the same for the same document."""
    midnight = datetime.combine(document.dated, time(), UTC)
    return xlsx_file(_HEADER, _rows(document), name="Signatories", made_at=midnight)


def signatories_json(document: LetterDocument) -> str:
    """Title and digest of what was signed, the count with its noun, and the list."""
    count = len(document.signatories)
    content = {
        "reference": document.reference,
        "title": document.title,
        "digest": document.digest,
        "dated": document.dated.isoformat(),
        "lead_society": document.lead_society,
        "is_draft": document.is_draft,
        "is_demonstration": document.is_demonstration,
        "count": count,
        "collective_noun": noun_for(count, document.collective_noun),
        "sentence": signed_sentence(count, document.collective_noun),
        "signatories": [
            {
                "society": one.printed_name,
                "acronym": one.acronym or None,
                "kind": one.society_kind or None,
                "group": heading or None,
                "country": one.country,
                "officer": one.officer,
                "office": one.office,
                "recorded": one.note or None,
                "is_lead": one.is_lead,
            }
            for heading, one in _headed(document)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _headed(document: LetterDocument) -> Iterator[tuple[str, SignatoryLine]]:
    for group in groups_of(document.signatories, document.layout):
        for one in group.signatories:
            yield group.heading, one


def _rows(document: LetterDocument) -> Iterator[tuple[Cell, ...]]:
    for position, (heading, one) in enumerate(_headed(document), start=1):
        officer = (one.officer or "", one.office or "")
        # Of which letter it is: else two letters with the same list would have the same file, and neither would be known by it (R18).
        whose = (document.reference, document.digest)
        yield (position, one.printed_name, one.acronym, one.society_kind, heading, one.country or "", *officer, one.note, *whose)
