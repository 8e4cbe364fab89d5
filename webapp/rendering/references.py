"""References as they are pasted (BibTeX, RIS, CSL-JSON, PubMed) become CSL items, the one form that is stored; and back again."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from webapp.domain import limits
from webapp.domain.digest import canonical_json
from webapp.domain.document import CslItem
from webapp.domain.errors import BrokenReferences, InvalidInput
from webapp.domain.identifier import bare_doi, bare_pmid
from webapp.domain.reference import family_of, is_citable, made_key, names_of
from webapp.rendering.bibliography import bibtex, nbib, ris
from webapp.rendering.bibliography.bibtex import read_bibtex, write_bibtex
from webapp.rendering.bibliography.csl_json import read_csl_json, write_csl_json
from webapp.rendering.bibliography.entry import Entry
from webapp.rendering.bibliography.nbib import read_nbib
from webapp.rendering.bibliography.ris import read_ris, write_ris

# The family name of an author is four deep, a part of a date six; the rest is for fields of somebody’s own.
_DEEPEST = 12

# Embeddings, overrides and isolates (UAX #9).
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_FORMS = "Paste BibTeX, RIS, CSL-JSON or PubMed’s .nbib."
_READERS: tuple[tuple[re.Pattern[str], Callable[[str], list[Entry]]], ...] = (
    (nbib.SIGNATURE, read_nbib),
    (ris.SIGNATURE, read_ris),
    (bibtex.SIGNATURE, read_bibtex),
)
# The forms that can be taken away: the ending of the file, and what browsers call it.
WRITERS: dict[str, tuple[Callable[[Iterable[CslItem]], str], str]] = {
    "bib": (write_bibtex, "application/x-bibtex"),
    "ris": (write_ris, "application/x-research-info-systems"),
    "json": (write_csl_json, "application/vnd.citationstyles.csl+json"),
}


def parse_references(typed: str, taken: Iterable[str] = ()) -> tuple[CslItem, ...]:
    """The references in `typed`, in their order; nothing for empty text. The form is found by looking.

    Where there is no key, or none that can be cited, one is made that is not among `taken`. Raises BrokenReferences, naming entry
    and line of at most ten faults, and InvalidInput for text in no known form, for more than 200 references, and for what no
    digest can be made of: what is returned here can be stored, hashed and read back for good.
    """
    text = typed.lstrip("\ufeff")
    if not text.strip():
        return ()
    if len(text) > limits.REFERENCES_TYPED:
        raise _refusal(f"The references have more than {limits.REFERENCES_TYPED:,} characters. Leave out abstracts and notes.")
    _refuse_unwritable(text)
    entries = _read(text.replace("\r\n", "\n").replace("\r", "\n"))
    _refuse_broken(entries)
    _refuse_too_many(len(entries))
    items = _keyed(entries, set(taken))
    _refuse_undigestible(items)
    refuse_unusable(items)
    return tuple(items)


def _read(text: str) -> list[Entry]:
    if text.lstrip()[0] in "[{":
        return read_csl_json(text)
    seen = [(found.start(), read) for signature, read in _READERS if (found := signature.search(text))]
    if not seen:
        raise _refusal(f"These references are in no form that is known here. {_FORMS}")
    # An abstract may hold anything: the form is what comes first.
    read = min(seen, key=lambda one: one[0])[1]
    entries = read(text)
    if not entries:
        raise _refusal(f"No reference was found. {_FORMS}")
    return entries


def _refuse_broken(entries: Sequence[Entry]) -> None:
    first: dict[str, Entry] = {}
    broken = []
    for entry in entries:
        if entry.problem:
            broken.append(str(entry))
        elif is_citable(_spelled(entry.key)) and (before := first.setdefault(_spelled(entry.key), entry)) is not entry:
            sentence = f"Two references have the key “{entry.key}”; the other begins in line {before.line}. Give each its own."
            broken.append(f"Line {entry.line}, entry {entry.key}: {sentence}")
    if broken:
        raise BrokenReferences(broken, count=len(entries), field=_FIELD)


def _keyed(entries: Sequence[Entry], taken: set[str]) -> list[dict[str, Any]]:
    """Each item with its key. Those that are given come first, so that a made one never takes a given one away."""
    given = [_spelled(entry.key) if is_citable(_spelled(entry.key)) else "" for entry in entries]
    held = taken | {key for key in given if key}
    items = []
    for entry, key in zip(entries, given, strict=True):
        key = key or made_key(entry.item, held)
        held.add(key)
        items.append(tidied({**entry.item, "id": key}))
    return items


def _spelled(key: str) -> str:
    return re.sub(r"\s+", "-", key.strip())


def tidied(item: CslItem) -> dict[str, Any]:
    """The item with its identifiers bare, a kind, and no name that is empty."""
    tidy = dict(item)
    tidy["type"] = str(item.get("type") or "article-journal")
    for name, bare in (("DOI", bare_doi), ("PMID", bare_pmid)):
        tidy[name] = bare(str(item.get(name) or ""))
    for role in ("author", "editor"):
        # A line of authors may hold a comma and no name.
        tidy[role] = [name for name in names_of(item, role) if family_of(name) or name.get("given")]
    return {name: value for name, value in tidy.items() if value not in ("", [])}


def _refuse_unwritable(text: str, place: str = "") -> None:
    """Neither UTF-8 nor PostgreSQL takes lone surrogates and NUL; no reference needs the other controls."""
    for position, character in enumerate(text):
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n\r\f":
            where = place or f"Line {text.count(chr(10), 0, position) + 1} of the references"
            raise _refusal(f"{where} holds a character that cannot be stored (U+{ord(character):04X}). Take it out.")


def _refuse_turning(text: str, whose: str) -> None:
    """A title may not turn the words around it; the marks that right-to-left scripts need do not."""
    if turning := next((character for character in text if character in _TURNING), None):
        raise _refusal(f"{whose} holds an invisible character (U+{ord(turning):04X}) that turns words around. Take it out.")


def _refuse_undigestible(items: list[dict[str, Any]]) -> None:
    for item in items:
        whose = f"Entry {item['id']}"
        for depth, layer in enumerate(_layers(item), 1):
            if depth > _DEEPEST:
                raise _refusal(f"{whose} is nested too deeply. Check that it is a CSL item.")
            for part in layer:
                if isinstance(part, str):
                    _refuse_unwritable(part, whose)
                    _refuse_turning(part, whose)
        try:
            canonical_json(item)
        except ValueError as error:
            # Infinity, which 1e999 is read as.
            raise _refusal(f"{whose} holds a number that is too large. Write it as text.") from error


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
        if not is_citable(key):
            raise _refusal(f"The key “{key}” cannot be cited. Use letters, digits and hyphens, without spaces.")
        if key in seen:
            raise _refusal(f"Two references have the key “{key}”. Give each its own.")
        seen.add(key)
    _refuse_too_many(len(seen))


def _refuse_too_many(count: int) -> None:
    if count > limits.REFERENCES:
        raise _refusal(f"There are {count} references; a letter can have {limits.REFERENCES}.")


_FIELD = "references_typed"


def _refusal(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field=_FIELD)
