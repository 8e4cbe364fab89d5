"""References as they are pasted (BibTeX, RIS, CSL-JSON, PubMed) become CSL items, the one form that is stored."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from webapp.domain import limits
from webapp.domain.digest import canonical_json
from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput
from webapp.rendering.nbib import items_from_nbib
from webapp.rendering.pandoc import ConversionError, convert

MOST_REFERENCES = 200
# The family name of an author is four deep, a part of a date six; the rest is for fields of somebody’s own.
_DEEPEST = 12

_FORMS = "Paste BibTeX, RIS, CSL-JSON or PubMed’s .nbib."
_BIBTEX = re.compile(r"@\s*\w+\s*[{(]")
_RIS = re.compile(r"^TY {1,2}- ?", re.MULTILINE)
_NBIB = re.compile(r"^PMID ?-", re.MULTILINE)
_RIS_AUTHOR = re.compile(r"^(?:AU|A1|A2|A3|ED) {1,2}- *(.+?)\s*$", re.MULTILINE)
_DOI_ADDRESS = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
# What pandoc reads after @ without braces: letters and digits, and single marks between them.
_CITABLE_KEY = re.compile(r"\w(?:\w|[:.#$%&+?<>~/\-](?=\w))*")


def parse_references(typed: str) -> tuple[CslItem, ...]:
    """The references in `typed`, in their order; nothing for empty text. The form is found by looking.

    Raises InvalidInput with a sentence for text in no known form, broken text, keys used twice, more than 200 references, and
    for what no digest can be made of: what is returned here can be stored, hashed and read back for good.
    """
    text = typed.lstrip("\ufeff").strip()
    if not text:
        return ()
    if len(text) > limits.REFERENCES_TYPED:
        raise _refusal(f"The references have more than {limits.REFERENCES_TYPED:,} characters. Leave out abstracts and notes.")
    _refuse_unwritable(text)
    items = [_tidied(item) for item in _items(text)]
    _refuse_undigestible(items)
    refuse_unusable(items)
    return tuple(items)


def _refuse_unwritable(text: str) -> None:
    """Neither UTF-8 nor PostgreSQL takes lone surrogates and NUL; no reference needs the other controls."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n\r\f":
            raise _refusal(f"The references hold a character that cannot be stored (U+{ord(character):04X}). Take it out.")


def _refuse_undigestible(items: list[dict[str, Any]]) -> None:
    for depth, layer in enumerate(_layers(items)):
        if depth > _DEEPEST:
            raise _refusal("The references are nested too deeply. Check that each is a CSL item.")
        for part in layer:
            if isinstance(part, str):
                _refuse_unwritable(part)
    try:
        canonical_json(items)
    except ValueError as error:
        # Infinity, which 1e999 is read as.
        raise _refusal("The references hold a number that is too large. Write it as text.") from error


def _layers(value: Any) -> Iterator[list[Any]]:
    """The value, its parts, their parts, and so on: without recursion, because that is what too many layers would break."""
    layer = [value]
    while layer:
        yield layer
        layer = [part for one in layer for part in _parts(one)]


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else ()


def refuse_unusable(items: Iterable[CslItem]) -> None:
    """Raises InvalidInput for too many references, and for keys that are missing, unusable or used twice."""
    seen: set[str] = set()
    for item in items:
        key = str(item.get("id") or "")
        if not key:
            raise _refusal(f"The reference “{item.get('title', '')}” has no key by which it can be cited. Give it an id.")
        if not _CITABLE_KEY.fullmatch(key):
            raise _refusal(f"The key “{key}” cannot be cited. Use letters, digits and hyphens, without spaces.")
        if key in seen:
            raise _refusal(f"Two references have the key “{key}”. Give each its own.")
        seen.add(key)
    if len(seen) > MOST_REFERENCES:
        raise _refusal(f"There are {len(seen)} references; a letter can have {MOST_REFERENCES}.")


def _refusal(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="references_typed")


def _items(text: str) -> list[dict[str, Any]]:
    if text[0] in "[{":
        return _from_json(text)
    if _NBIB.search(text):
        return items_from_nbib(text)
    if _RIS.search(text):
        return _with_bodies_as_authors(_by_pandoc(text, "ris"), text)
    if _BIBTEX.search(text):
        return _by_pandoc(text, "bibtex")
    raise _refusal(f"These references are in no form that is known here. {_FORMS}")


def _by_pandoc(text: str, form: str) -> list[dict[str, Any]]:
    name = {"ris": "RIS", "bibtex": "BibTeX"}[form]
    try:
        items: list[dict[str, Any]] = json.loads(convert(text, ["--from", form, "--to", "csljson"]).text)
    except ConversionError as error:
        place = re.search(r"\(line (\d+)", error.messages)
        # Pandoc reads past the end; a person cannot.
        where = f" near line {min(int(place[1]), len(text.splitlines()))}" if place else ""
        raise _refusal(f"The {name} cannot be read{where}. Check that no bracket or closing line is missing.") from error
    if not items:
        raise _refusal(f"No reference was found in this {name}. {_FORMS}")
    return items


def _from_json(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise _refusal(f"The JSON cannot be read (nested too deeply). {_FORMS}") from error
    except ValueError as error:
        # Python refuses to read a number of more than 4,300 digits, and says so without a place.
        raise _refusal(f"The JSON cannot be read ({getattr(error, 'msg', 'a number has too many digits')}). {_FORMS}") from error
    items = found if isinstance(found, list) else found.get("items", [found])
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) and "title" in item for item in items):
        raise _refusal("This JSON is not a list of CSL items, each with an id, a type and a title.")
    return items


def _refuse_constant(name: str) -> None:
    raise _refusal(f"The JSON cannot be read ({name} is not a value of JSON). {_FORMS}")


def _with_bodies_as_authors(items: list[dict[str, Any]], ris: str) -> list[dict[str, Any]]:
    """RIS writes persons as “Family, Given”; an author without a comma is a body, which pandoc would split like a person."""
    bodies = {line for line in _RIS_AUTHOR.findall(ris) if "," not in line}
    for item in items:
        for role in ("author", "editor"):
            for author in item.get(role, []):
                whole = f"{author.get('given', '')} {author.get('family', '')}".strip()
                if whole in bodies:
                    author.clear()
                    author["literal"] = whole
    return items


def _tidied(item: Mapping[str, Any]) -> dict[str, Any]:
    tidy = dict(item)
    tidy["id"] = re.sub(r"\s+", "-", str(item.get("id") or "").strip())
    tidy.setdefault("type", "article-journal")
    if doi := str(item.get("DOI") or "").strip():
        tidy["DOI"] = _DOI_ADDRESS.sub("", doi)
    return tidy
