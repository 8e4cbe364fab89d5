"""RIS, which EndNote, Zotero and every publisher’s page give: read line by line, written so that it reads back the same."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.domain.document import CslItem
from webapp.domain.reference import Name, date_from, date_text, inverted, names_of, person_or_body, text_of
from webapp.rendering.bibliography.entry import Entry, without_empty

SIGNATURE = re.compile(r"^TY {1,2}- ?", re.MULTILINE)
_FIELD = re.compile(r"^([A-Z][A-Z0-9]) {1,2}-(?: (.*))?$")

_KINDS = {
    "JOUR": "article-journal",
    "EJOUR": "article-journal",
    "MGZN": "article-magazine",
    "NEWS": "article-newspaper",
    "BOOK": "book",
    "EBOOK": "book",
    "CHAP": "chapter",
    "ECHAP": "chapter",
    "RPRT": "report",
    "GOVDOC": "report",
    "ELEC": "webpage",
    "WEB": "webpage",
    "THES": "thesis",
    "CPAPER": "paper-conference",
    "CONF": "paper-conference",
    "DATA": "dataset",
    "GEN": "document",
}
_TYPES = {kind: tag for tag, kind in reversed(_KINDS.items())}
_PARTS_OF_BOOKS = {"chapter", "paper-conference"}
# A word for each tag whose first value is taken as it is.
_PLAIN = {
    "volume": ("VL",),
    "publisher": ("PB",),
    "publisher-place": ("CY", "PP"),
    "edition": ("ET",),
    "DOI": ("DO",),
    "URL": ("UR", "L2"),
    "language": ("LA",),
}
_PMID_IN_NOTE = re.compile(r"\bPMID:? *([1-9]\d{0,8})\b")


@dataclass
class _Record:
    line: int
    fields: list[tuple[str, str]] = field(default_factory=list)
    problem: tuple[int, str] | None = None
    is_closed: bool = False

    def all(self, *tags: str) -> list[str]:
        return [value for tag, value in self.fields if tag in tags and value]

    def first(self, *tags: str) -> str:
        return next((value for tag in tags for value in self.all(tag)), "")


def read_ris(text: str) -> list[Entry]:
    return [_entry(record) for record in _records(text)]


def _records(text: str) -> list[_Record]:
    found: list[_Record] = []
    for number, line in enumerate(text.splitlines(), 1):
        tagged = _FIELD.match(line.rstrip())
        if tagged and tagged[1] == "TY":
            _see_that_it_ended(found)
            found.append(_Record(number, [("TY", (tagged[2] or "").strip())]))
        elif tagged or line.strip():
            _add_line(found, number, line, tagged)
    _see_that_it_ended(found)
    return found


def _add_line(found: list[_Record], number: int, line: str, tagged: re.Match[str] | None) -> None:
    if not found or found[-1].is_closed:
        # No more is said of what follows, up to its end.
        found.append(_Record(number, problem=(number, "this stands before the “TY  - ” with which a reference begins.")))
    elif tagged and tagged[1] == "ER":
        found[-1].is_closed = True
    elif tagged:
        found[-1].fields.append((tagged[1], (tagged[2] or "").strip()))
    elif found[-1].fields:
        # Some programs break long lines, though the form knows no way to do so.
        tag, value = found[-1].fields[-1]
        found[-1].fields[-1] = (tag, f"{value} {line.strip()}")


def _see_that_it_ended(found: list[_Record]) -> None:
    if found and not found[-1].is_closed and not found[-1].problem:
        found[-1].problem = (found[-1].line, "the RIS line “ER  - ” that ends this reference is missing.")


def _entry(record: _Record) -> Entry:
    key = record.first("ID")
    if record.problem:
        return Entry(record.problem[0], key, {}, record.problem[1])
    if not _title(record):
        return Entry(record.line, key, {}, "there is no title (TI).")
    return Entry(record.line, key, _item(record))


def _title(record: _Record) -> str:
    return record.first("TI", "T1", "CT") or (record.first("BT") if record.first("TY") in {"BOOK", "EBOOK"} else "")


def _item(record: _Record) -> dict[str, Any]:
    kind = _KINDS.get(record.first("TY"), "document")
    full, short = record.first("JO", "JF", "T2", "BT"), record.first("JA", "J2")
    plain = {name: record.first(*tags) for name, tags in _PLAIN.items()}
    return without_empty(
        {
            "id": record.first("ID"),
            "type": kind,
            "title": _title(record),
            "author": _names(record, "AU", "A1"),
            "editor": _names(record, "ED", "A2") if kind not in {"book"} or not record.first("AU", "A1") else _names(record, "ED"),
            "container-title": "" if kind == "book" else full or short,
            "container-title-short": short if full and short != full and kind != "book" else "",
            "issue": record.first("IS", "M1") if kind != "report" else "",
            "number": record.first("IS", "M1", "SN") if kind == "report" else "",
            "page": _pages(record),
            "issued": _issued(record),
            "accessed": date_from(record.first("Y2")),
            "PMID": _pmid(record),
            **plain,
        }
    )


def _names(record: _Record, *tags: str) -> list[Name]:
    return [person_or_body(value) for value in record.all(*tags)]


def _pages(record: _Record) -> str:
    first, last = record.first("SP"), record.first("EP")
    return f"{first}-{last}" if first and last and last != first and "-" not in first else first or last


def _issued(record: _Record) -> dict[str, Any] | None:
    year, day = record.first("PY", "Y1"), record.first("DA")
    return date_from(day if day and day[:4] == (year or day)[:4] else year)


def _pmid(record: _Record) -> str:
    if (number := record.first("AN")).isdecimal() and record.first("DB").casefold() in {"pubmed", "medline"}:
        return number
    found = _PMID_IN_NOTE.search(" ".join(record.all("N1", "AN", "M2")))
    return found[1] if found else ""


def write_ris(items: Iterable[CslItem]) -> str:
    """A file that reads back as the same items, as far as RIS has a tag for their parts."""
    return "".join("".join(f"{tag}  - {value}\r\n" for tag, value in _lines(item)) + "ER  - \r\n\r\n" for item in items)


def _lines(item: CslItem) -> Iterator[tuple[str, str]]:
    kind = text_of(item, "type")
    yield "TY", _TYPES.get(kind, "GEN")
    yield "ID", text_of(item, "id")
    yield from (("AU", _line(inverted(name))) for name in names_of(item))
    yield from (("ED", _line(inverted(name))) for name in names_of(item, "editor"))
    yield from ((tag, _line(value)) for tag, value in _facts(item, kind) if value)
    if pmid := text_of(item, "PMID"):
        yield from (("AN", pmid), ("DB", "PubMed"))


def _facts(item: Mapping[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    yield "TI", text_of(item, "title")
    yield "T2" if kind in _PARTS_OF_BOOKS else "JO", text_of(item, "container-title")
    yield "JA", text_of(item, "container-title-short")
    issued = date_text(item.get("issued"))
    yield "PY", issued[:4] if issued[:4].isdecimal() else issued
    yield "DA", issued.replace("-", "/") if issued[:4].isdecimal() and len(issued) > len("2024") else ""
    first, dash, last = text_of(item, "page").partition("-")
    is_range = bool(dash) and bool(first) and bool(last) and "-" not in last and first != last
    yield "SP", first if is_range else text_of(item, "page")
    yield "EP", last if is_range else ""
    yield "IS", text_of(item, "number") if kind == "report" else text_of(item, "issue")
    yield "Y2", date_text(item.get("accessed")).replace("-", "/")
    yield from ((tags[0], text_of(item, name)) for name, tags in _PLAIN.items())


def _line(value: str) -> str:
    """RIS knows no way to go on in the next line."""
    return " ".join(value.split())
