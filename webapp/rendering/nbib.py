"""PubMed’s .nbib (the MEDLINE format) as CSL items: pandoc does not read it, and it is what PubMed’s “Cite” button gives."""

import re
from typing import Any

_FIELD = re.compile(r"^([A-Z]{2,4}) *- (.*)$")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(\d{4})(?: ([A-Z][a-z]{2}))?(?: (\d{1,2})\b)?")


def items_from_nbib(text: str) -> list[dict[str, Any]]:
    """One CSL item for each record; the key is “pmid” and the number, which never changes."""
    return [_item(record) for record in _records(text) if "TI" in record or "BTI" in record]


def _records(text: str) -> list[dict[str, list[str]]]:
    """Tag to values; a line that begins with spaces continues the one before (NLM, MEDLINE data element descriptions)."""
    records: list[dict[str, list[str]]] = []
    values: list[str] = []
    for line in text.splitlines():
        if field := _FIELD.match(line):
            if field[1] == "PMID" or not records:
                records.append({})
            values = records[-1].setdefault(field[1], [])
            values.append(field[2].strip())
        elif line.startswith("      ") and values:
            values[-1] = f"{values[-1]} {line.strip()}"
    return records


def _item(record: dict[str, list[str]]) -> dict[str, Any]:
    def first(*tags: str) -> str | None:
        return next((record[tag][0] for tag in tags if tag in record), None)

    given = {
        "id": f"pmid{first('PMID') or ''}",
        "type": "article-journal",
        "title": (first("TI", "BTI") or "").removesuffix("."),
        "author": _authors(record),
        "container-title": first("TA", "JT"),
        "volume": first("VI"),
        "issue": first("IP"),
        "page": first("PG"),
        "issued": _date(first("DP")),
        "DOI": _doi(record),
        "PMID": first("PMID"),
    }
    return {name: value for name, value in given.items() if value}


def _authors(record: dict[str, list[str]]) -> list[dict[str, str]]:
    persons = [name.partition(",") for name in record.get("FAU", [])]
    if not persons:
        persons = [(family, "", given) for family, _, given in (name.rpartition(" ") for name in record.get("AU", []))]
    authors = [{"family": family.strip(), "given": given.strip()} for family, _, given in persons]
    return authors + [{"literal": body} for body in record.get("CN", [])]


def _doi(record: dict[str, list[str]]) -> str | None:
    marked = record.get("LID", []) + record.get("AID", [])
    return next((value.removesuffix("[doi]").strip() for value in marked if value.endswith("[doi]")), None)


def _date(printed: str | None) -> dict[str, list[list[int]]] | None:
    found = _DATE.match(printed or "")
    if not found:
        return None
    parts = [int(found[1])]
    if found[2] in _MONTHS:
        parts.append(_MONTHS.index(found[2]) + 1)
        if found[3]:
            parts.append(int(found[3]))
    return {"date-parts": [parts]}
