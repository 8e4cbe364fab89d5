"""Crossref’s REST API (api.crossref.org/works): the reference behind a DOI, and the notices that update it.

In a record `updated-by` names the notices about this work, `update-to` the works that this notice is about.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from webapp.domain.deadline import show_date
from webapp.domain.errors import LookUpFailed
from webapp.domain.identifier import same_doi
from webapp.lookup.fetching import Answer, Question, ask, refuse_status
from webapp.lookup.record import Record
from webapp.settings import LookUp

REGISTER = "Crossref"
_SECONDS = 8.0
_LONGEST_KIND, _LONGEST_DOI = 60, 200
# A filter of more DOIs makes an address that servers refuse.
_AT_ONCE = 40
_SELECTED = "DOI,title,author,issued,update-to,updated-by"
_TYPES = {
    "journal-article": "article-journal",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "book-chapter": "chapter",
    "report": "report",
    "proceedings-article": "paper-conference",
    "dissertation": "thesis",
}
# By what Crossref calls an update: what it did to the work.
_UPDATES = {
    "retraction": "It was retracted",
    "withdrawal": "It was withdrawn",
    "removal": "It was removed",
    "partial_retraction": "It was retracted in part",
    "expression_of_concern": "An expression of concern was published about it",
    "correction": "It was corrected",
    "corrigendum": "It was corrected",
    "erratum": "It was corrected",
    "addendum": "An addendum to it was published",
    "new_version": "There is a newer version of it",
    "new_edition": "There is a newer edition of it",
}
_RETRACTED = {"retraction", "withdrawal", "removal"}
_TITLE_OF_RETRACTED = re.compile(r"\s*(?:retracted|withdrawn|removed)(?: article| paper)?\s*:", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_KEPT_TAG = re.compile(r"</?(?:i|b|sup|sub)>")


def find_by_doi(doi: str, look_up: LookUp) -> Record:
    """The work behind a DOI. Raises LookUpFailed with a sentence where there is none, or none can be had."""
    answer = ask(_question(f"/works/{quote(doi, safe='')}", {}, look_up), seconds=_SECONDS)
    if answer.status == 404:
        raise LookUpFailed(f"Crossref does not know the DOI {doi}. It may be mistyped, or registered elsewhere: then type the reference.")
    refuse_status(answer, REGISTER)
    work = _message(answer)
    if not same_doi(str(work.get("DOI", "")), doi):
        raise LookUpFailed(f"Crossref answered with another work than {doi}. Type the reference instead.")
    return _record(work)


@dataclass(frozen=True)
class Update:
    """A notice about a work, by Crossref’s word for its kind; the day only where Crossref has all of it."""

    kind: str
    doi: str
    on: date | None


def find_updates(doi: str, look_up: LookUp) -> tuple[Update, ...]:
    """The notices that update the work behind a DOI, the earliest first. Raises LookUpFailed."""
    answer = ask(_question(f"/works/{quote(doi, safe='')}", {}, look_up), seconds=_SECONDS)
    if answer.status == 404:
        raise LookUpFailed(f"Crossref does not know the DOI {doi}. It may be mistyped, or registered elsewhere.")
    refuse_status(answer, REGISTER)
    work = _message(answer)
    if not same_doi(str(work.get("DOI", "")), doi):
        raise LookUpFailed(f"Crossref answered with another work than {doi}.")
    found = {_update(one) for one in _listed(work, "updated-by") if isinstance(one, dict)}
    return tuple(sorted(found, key=lambda one: (one.on or date.max, one.kind, one.doi)))


def _update(one: Mapping[str, Any]) -> Update:
    parts = _date_parts(one.get("updated"))
    return Update(str(one.get("type", ""))[:_LONGEST_KIND], _text(one, "DOI")[:_LONGEST_DOI], date(*parts) if len(parts) == 3 else None)


def check_dois(dois: Iterable[str], look_up: LookUp) -> dict[str, Record]:
    """Records by DOI in small letters, of those that Crossref knows. Raises LookUpFailed."""
    # A comma would end the filter.
    asked = [doi for doi in dict.fromkeys(doi.casefold() for doi in dois) if "," not in doi]
    found: dict[str, Record] = {}
    for start in range(0, len(asked), _AT_ONCE):
        found.update(_checked(asked[start : start + _AT_ONCE], look_up))
    return found


def _checked(dois: Sequence[str], look_up: LookUp) -> Iterator[tuple[str, Record]]:
    wanted = {"filter": ",".join(f"doi:{doi}" for doi in dois), "rows": str(_AT_ONCE), "select": _SELECTED}
    answer = ask(_question("/works", wanted, look_up), seconds=_SECONDS)
    refuse_status(answer, REGISTER)
    works = _message(answer).get("items")
    for work in works if isinstance(works, list) else ():
        if isinstance(work, dict) and str(work.get("DOI", "")).casefold() in dois and _first(work, "title"):
            yield str(work["DOI"]).casefold(), _record(work)


def _question(path: str, fields: Mapping[str, str], look_up: LookUp) -> Question:
    return Question(REGISTER, look_up.crossref, path, {**fields, "mailto": look_up.contact}, look_up.contact)


def _message(answer: Answer) -> dict[str, Any]:
    try:
        message = json.loads(answer.body)["message"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LookUpFailed("Crossref answered with something that cannot be read. Try again later, or type it.") from error
    if not isinstance(message, dict):
        raise LookUpFailed("Crossref answered with something that is no record. Try again later, or type it.")
    return message


def _record(work: Mapping[str, Any]) -> Record:
    title = _first(work, "title")
    if not title:
        raise LookUpFailed("Crossref has no title for this DOI. Type the reference instead.")
    updates = [one for one in _listed(work, "updated-by") if isinstance(one, dict)]
    notices = [*_notices(updates), *_own_notices(work)]
    is_retracted = any(str(one.get("type")) in _RETRACTED for one in updates)
    if not is_retracted and _TITLE_OF_RETRACTED.match(title):
        notices.append("Its title says that it was retracted")
        is_retracted = True
    return Record(_item(work, title), tuple(dict.fromkeys(notices)), is_retracted, REGISTER)


def _notices(updates: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for one in updates:
        said = _UPDATES.get(str(one.get("type")), f"There is a notice about it ({_plain(str(one.get('label') or one.get('type')))})")
        yield f"{said}{_on(one.get('updated'))}{_see(one)}"


def _own_notices(work: Mapping[str, Any]) -> Iterator[str]:
    """Whoever cites a notice may have meant the work that it is about."""
    for one in _listed(work, "update-to"):
        if isinstance(one, dict):
            kind = str(one.get("type", "notice")).replace("_", " ")
            yield f"It is itself a notice ({kind}) about the work {_plain(str(one.get('DOI', '')))[:200]}"


def _on(updated: Any) -> str:
    parts = _date_parts(updated)
    return f" on {show_date(date(*parts))}" if len(parts) == 3 else f" in {parts[0]}" if parts else ""


def _see(one: Mapping[str, Any]) -> str:
    return f", see {_plain(one['DOI'])[:200]}" if isinstance(one.get("DOI"), str) else ""


def _item(work: Mapping[str, Any], title: str) -> dict[str, Any]:
    kind = _TYPES.get(str(work.get("type")), "article-journal" if "type" not in work else "document")
    journal, short = _first(work, "container-title"), _first(work, "short-container-title")
    parts = _date_parts(work.get("issued"), whole=False)
    item = {
        "type": kind,
        "title": title,
        "author": _names(work, "author"),
        "editor": _names(work, "editor"),
        "container-title": journal,
        "container-title-short": short if short != journal else "",
        "volume": _text(work, "volume"),
        "issue": _text(work, "issue"),
        "page": _text(work, "page") or _text(work, "article-number"),
        "publisher": _text(work, "publisher") if kind in {"book", "chapter", "report", "thesis"} else "",
        "issued": {"date-parts": [parts]} if parts else "",
        "DOI": _text(work, "DOI"),
    }
    return {name: value for name, value in item.items() if value}


def _names(work: Mapping[str, Any], role: str) -> list[dict[str, str]]:
    names = (_name(one) for one in _listed(work, role) if isinstance(one, dict))
    return [name for name in names if name]


def _name(one: Mapping[str, Any]) -> dict[str, str]:
    if body := _text(one, "name"):
        return {"literal": body}
    parts = {part: _text(one, part) for part in ("family", "given", "suffix")}
    return {part: value for part, value in parts.items() if value} if parts["family"] else {}


def _listed(work: Mapping[str, Any], name: str) -> list[Any]:
    found = work.get(name)
    return found if isinstance(found, list) else []


def _first(work: Mapping[str, Any], name: str) -> str:
    found = _listed(work, name)
    return _plain(found[0]) if found and isinstance(found[0], str) else ""


def _text(work: Mapping[str, Any], name: str) -> str:
    value = work.get(name)
    return _plain(value) if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Without markup other than what a title may have, and without characters that nobody sees."""
    bare = _TAG.sub(lambda tag: tag[0] if _KEPT_TAG.fullmatch(tag[0]) else "", text)
    return " ".join("".join(character if character.isprintable() else " " for character in html.unescape(bare)).split())


def _date_parts(found: Any, *, whole: bool = True) -> list[int]:
    """Year, month and day as far as they are there; where they have to be a day of the calendar and are none, the year alone."""
    parts = found.get("date-parts") if isinstance(found, dict) else None
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    numbers = [part for part in first[:3] if isinstance(part, int)]
    try:
        date(*numbers, *[1] * (3 - len(numbers)))
    except (ValueError, OverflowError):
        return numbers[:1] if numbers and 1 <= numbers[0] <= date.max.year else []
    return numbers if numbers and (not whole or len(numbers) == 3) else numbers[:1]
