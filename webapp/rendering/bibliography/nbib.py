"""PubMed’s .nbib (the MEDLINE format) as CSL items: pandoc does not read it, and it is what PubMed’s “Cite” button gives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from webapp.domain.reference import Name, date_from, person_or_body
from webapp.rendering.bibliography.entry import Entry, without_empty

SIGNATURE = re.compile(r"^PMID ?-", re.MULTILINE)
_FIELD = re.compile(r"^([A-Z]{2,4}) *- ?(.*)$")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(\d{4})(?: ([A-Z][a-z]{2}))?(?: (\d{1,2})\b)?")


@dataclass
class Record:
    """One record: its fields in their order, for persons and bodies take turns among the authors."""

    line: int
    fields: list[tuple[str, str]] = field(default_factory=list)
    problem: tuple[int, str] | None = None

    def all(self, *tags: str) -> list[str]:
        return [value for tag, value in self.fields if tag in tags]

    def first(self, *tags: str) -> str:
        return next((value for tag in tags for value in self.all(tag)), "")


def read_nbib(text: str) -> list[Entry]:
    """One entry for each record; the key is “pmid” and the number, which never changes."""
    return [_entry(record) for record in records(text)]


def records(text: str) -> list[Record]:
    """A line that begins with spaces continues the one before (NLM, MEDLINE data element descriptions)."""
    found: list[Record] = []
    for number, line in enumerate(text.splitlines(), 1):
        if tagged := _FIELD.match(line):
            if tagged[1] == "PMID" or not found:
                found.append(Record(number))
            found[-1].fields.append((tagged[1], tagged[2].strip()))
        elif line.startswith("      ") and found:
            tag, value = found[-1].fields[-1]
            found[-1].fields[-1] = (tag, f"{value} {line.strip()}")
        elif line.strip():
            _note_stray(found, number, line)
    return found


def _note_stray(found: list[Record], number: int, line: str) -> None:
    problem = (number, f"“{line.strip()[:40]}” is neither a field, such as “TI  - ”, nor goes on with one, which six spaces would say.")
    if not found:
        found.append(Record(number, problem=problem))
    elif not found[-1].problem:
        found[-1].problem = problem


def _entry(record: Record) -> Entry:
    number = record.first("PMID")
    key = f"pmid{number}" if number else ""
    if record.problem:
        return Entry(record.problem[0], key, {}, record.problem[1])
    if not record.first("TI", "BTI"):
        return Entry(record.line, key, {}, "there is no title (TI).")
    return Entry(record.line, key, item_of(record))


def item_of(record: Record) -> dict[str, Any]:
    """The record as a CSL item, without its key where PubMed gave it no number."""
    number, is_part = record.first("PMID"), bool(record.first("TI"))
    book = record.first("BTI")
    return without_empty(
        {
            "id": f"pmid{number}" if number else "",
            "type": ("chapter" if is_part else "book") if book else "article-journal",
            "title": (record.first("TI") or book).removesuffix("."),
            "author": list(_names(record, "FAU", "AU")),
            "editor": list(_names(record, "FED", "ED")),
            "container-title": record.first("JT", "TA") or (book.removesuffix(".") if is_part else ""),
            # What styles with short titles print: NLM’s own abbreviation.
            "container-title-short": record.first("TA") if record.first("JT") != record.first("TA") and record.first("JT") else "",
            "volume": record.first("VI"),
            "issue": record.first("IP"),
            "page": record.first("PG"),
            "publisher": record.first("PB") if book else "",
            "issued": _date(record.first("DP")),
            "DOI": _doi(record),
            "PMID": number,
            "PMCID": record.first("PMC"),
        }
    )


def _names(record: Record, full: str, short: str) -> Iterator[Name]:
    """Bodies (CN) stand where PubMed puts them, between the persons."""
    has_full = bool(record.all(full))
    for tag, value in record.fields:
        if tag == full:
            yield person_or_body(value)
        elif tag == short and not has_full:
            family, _, initials = value.rpartition(" ")
            yield person_or_body(f"{family}, {initials}" if family else value)
        elif tag == "CN" and full == "FAU":
            yield {"literal": value}


def _doi(record: Record) -> str:
    marked = record.all("LID", "AID")
    return next((value.removesuffix("[doi]").strip() for value in marked if value.endswith("[doi]")), "")


def _date(printed: str) -> dict[str, Any] | None:
    found = _DATE.match(printed)
    if not found:
        return date_from(printed)
    parts = [int(found[1])]
    if found[2] in _MONTHS:
        parts.append(_MONTHS.index(found[2]) + 1)
        if found[3]:
            parts.append(int(found[3]))
    return {"date-parts": [parts]}
