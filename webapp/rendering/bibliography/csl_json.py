"""CSL-JSON, the form that is stored: read with the line of every item, and looked at closely, for anything may call itself so."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from webapp.domain.document import CslItem
from webapp.rendering.bibliography.entry import UNPRINTED, Entry, Lines

_SPACE = re.compile(r"\s*")
_ID = re.compile(r'"id"\s*:\s*"([^"\\]*)"')
_PMID_IN_NOTE = re.compile(r"^PMID: *([1-9]\d{0,8})$", re.MULTILINE)
_NAMES = ("author", "editor", "translator", "collection-editor", "container-author", "recipient", "director", "composer", "interviewer")
_DATES = ("issued", "accessed", "event-date", "original-date", "submitted")
_TEXTS = ("type", "title", "container-title", "container-title-short", "volume", "issue", "page", "publisher", "DOI", "PMID", "URL")
# Where an item would begin in a list that is broken.
_LIST = re.compile(r'\s*(?:\{\s*"items"\s*:\s*)?\[')


class _NotJsonError(ValueError):
    """A value that Python reads and JSON does not know."""


def write_csl_json(items: Iterable[CslItem]) -> str:
    return json.dumps([dict(item) for item in items], indent=2, ensure_ascii=False) + "\n"


def read_csl_json(text: str) -> list[Entry]:
    """One entry for each item. A fault of the JSON itself ends the reading, for nobody knows where the next item begins."""
    opened, lines = _LIST.match(text), Lines(text)
    if not opened:
        entry, _end = _next_item(text, 0, lines)
        return [entry]
    return list(_listed(text, opened.end(), lines))


def _listed(text: str, place: int, lines: Lines) -> Iterator[Entry]:
    place = _after_space(text, place)
    if text[place : place + 1] == "]":
        yield Entry(lines.at(place), "", {}, "the list is empty.")
        return
    while True:
        entry, end = _next_item(text, place, lines)
        yield entry
        if end is None:
            return
        place = _after_space(text, end)
        if text[place : place + 1] == "]":
            return
        if text[place : place + 1] != ",":
            yield Entry(lines.at(place), "", {}, "the JSON cannot be read: a comma or the “]” that ends the list is missing.")
            return
        place = _after_space(text, place + 1)


def _next_item(text: str, place: int, lines: Lines) -> tuple[Entry, int | None]:
    """The item that begins here, and where it ends: None where that cannot be known."""
    try:
        found, end = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode(text, place)
    except json.JSONDecodeError as error:
        named = _ID.search(text, place, error.pos)
        return Entry(error.lineno, named[1] if named else "", {}, f"the JSON cannot be read ({error.msg})."), None
    except RecursionError:
        return Entry(lines.at(place), "", {}, "the JSON cannot be read (nested too deeply)."), None
    except ValueError as error:
        # Python refuses to read a number of more than 4,300 digits.
        reason = str(error) if isinstance(error, _NotJsonError) else "a number has too many digits"
        return Entry(lines.at(place), "", {}, f"the JSON cannot be read ({reason})."), None
    key = str(found.get("id", "")) if isinstance(found, dict) else ""
    if problem := _problem(found):
        return Entry(lines.at(place), key, {}, problem), end
    return Entry(lines.at(place), key, _tidied(found)), end


def _refuse_constant(name: str) -> None:
    raise _NotJsonError(f"{name} is not a value of JSON")


def _problem(found: Any) -> str:
    if not isinstance(found, dict):
        return "this is not a CSL item: it has no id, type and title."
    if not isinstance(found.get("title"), str) or not found["title"].strip():
        return "there is no title."
    if wrong := next((name for name in _TEXTS if not isinstance(found.get(name, ""), str | int)), None):
        return f"“{wrong}” is no text."
    if wrong := next((name for name in _NAMES if name in found and not _are_names(found[name])), None):
        return f"“{wrong}” is not a list of names, each with a family name or a literal."
    if wrong := next((name for name in _DATES if name in found and not _is_date(found[name])), None):
        return f"“{wrong}” is not a date of CSL, such as {{“date-parts”: [[2024, 3, 5]]}}."
    return ""


def _are_names(found: Any) -> bool:
    return isinstance(found, list) and all(
        isinstance(name, dict)
        and any(isinstance(name.get(part), str) and name[part].strip() for part in ("family", "literal", "given"))
        and all(isinstance(value, str | int | bool) for value in name.values())
        for name in found
    )


def _is_date(found: Any) -> bool:
    if not isinstance(found, dict):
        return False
    parts = found.get("date-parts")
    if parts is None:
        return any(isinstance(found.get(name), str) for name in ("literal", "raw"))
    return isinstance(parts, list) and 0 < len(parts) <= 2 and all(_are_numbers(one) for one in parts)


def _are_numbers(found: Any) -> bool:
    is_list = isinstance(found, list) and 0 < len(found) <= 3
    return is_list and all(isinstance(one, int) or (isinstance(one, str) and one.isdecimal()) for one in found)


def _tidied(found: dict[str, Any]) -> dict[str, Any]:
    item = {name: value for name, value in found.items() if name not in UNPRINTED}
    # Where Zotero puts what CSL had no field for.
    noted = _PMID_IN_NOTE.search(item["note"]) if isinstance(item.get("note"), str) else None
    if noted and not item.get("PMID"):
        item["PMID"] = noted[1]
    return item


def _after_space(text: str, place: int) -> int:
    space = _SPACE.match(text, place)
    return space.end() if space else place
