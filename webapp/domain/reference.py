"""One reference as a CSL item: names, dates and key, read with care, for an item may have come from anywhere."""

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping
from itertools import count, product
from string import ascii_lowercase
from typing import Any

from webapp.domain.document import CslItem

Name = dict[str, str]
Date = dict[str, Any]

# The kinds of work that can be typed, and that every form of a bibliography has a word for.
KINDS: dict[str, str] = {
    "article-journal": "article in a journal",
    "book": "book",
    "chapter": "chapter of a book",
    "report": "report",
    "webpage": "web page",
    "thesis": "thesis",
    "paper-conference": "paper of a conference",
    "document": "something else",
}
# What pandoc reads after @ without braces: letters and digits, and single marks between them.
_CITABLE_KEY = re.compile(r"\w(?:\w|[:.#$%&+?<>~/\-](?=\w))*")
_YEAR = re.compile(r"\b(\d{4})\b")
_ISO_DAY = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?/*")
# Words that stand after the comma of a body’s name, and in no person’s given names.
_OF_A_BODY = {"and", "of", "for", "the", "on", "in", "&", "und", "et", "für"}
_MARKUP = re.compile(r"</?(?:i|b|em|strong|sup|sub|sc|span)(?:\s[^<>]*)?>", re.IGNORECASE)
_LONGEST_KEY_WORD = 30


def is_citable(key: str) -> bool:
    """Whether a statement can cite it as it stands."""
    return bool(_CITABLE_KEY.fullmatch(key))


def text_of(item: CslItem, field: str) -> str:
    """A field as text; empty for what is no text."""
    value = item.get(field)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def plain_title(item: CslItem) -> str:
    """Without the marks for italics and the like that CSL allows in a title."""
    return " ".join(_MARKUP.sub("", text_of(item, "title")).split())


def names_of(item: CslItem, role: str = "author") -> list[Name]:
    found = item.get(role)
    return [dict(name) for name in found if isinstance(name, dict)] if isinstance(found, list) else []


def family_of(name: Mapping[str, str]) -> str:
    """The family name with its particle, or the whole name of a body."""
    return f"{name.get('non-dropping-particle', '')} {name.get('family', '')}".strip() or str(name.get("literal") or "").strip()


def first_author(item: CslItem) -> str:
    names = names_of(item) or names_of(item, "editor")
    return family_of(names[0]) if names else ""


def year_of(item: CslItem) -> str:
    issued = item.get("issued")
    if not isinstance(issued, dict):
        return ""
    parts = issued.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        return str(parts[0][0])
    found = _YEAR.search(str(issued.get("literal") or issued.get("raw") or ""))
    return found[1] if found else ""


def person_or_body(typed: str) -> Name:
    """“Family, Given” and “Family, Given, Suffix” are persons; without a comma, or with one at its end as in EndNote, it is a body."""
    whole = " ".join(typed.split())
    if whole.endswith(","):
        return {"literal": whole.rstrip(", ")}
    family, *rest = [part.strip() for part in whole.split(",")]
    if not rest or len(rest) > 2 or _OF_A_BODY & set(" ".join(rest).split()):
        return {"literal": whole}
    return _person(family, *rest)


def _person(family: str, given: str, suffix: str = "") -> Name:
    words = family.split()
    small = next((place for place, word in enumerate(words) if not word[:1].islower()), 0)
    name = {"family": " ".join(words[small:]), "given": given, "non-dropping-particle": " ".join(words[:small]), "suffix": suffix}
    return {part: value for part, value in name.items() if value}


def inverted(name: Mapping[str, str]) -> str:
    """The name as `person_or_body` reads it."""
    if not name.get("family"):
        body = str(name.get("literal") or name.get("given") or "")
        return f"{body}," if person_or_body(body) != {"literal": body} else body
    parts = [family_of(name), f"{name.get('given', '')} {name.get('dropping-particle', '')}".strip()]
    return ", ".join([*parts, name["suffix"]] if name.get("suffix") else parts).removesuffix(", ")


def date_from(typed: str) -> Date | None:
    """A date from “2024”, “2024-03-05” or “2024/03/05/”; other words are kept as they are."""
    whole = typed.strip()
    if not whole:
        return None
    found = _ISO_DAY.fullmatch(whole)
    if not found:
        return {"literal": whole.rstrip("/")}
    parts = [int(part) for part in found.groups() if part]
    return {"date-parts": [parts]} if _are_in_calendar(parts) else {"literal": whole}


def _are_in_calendar(parts: list[int]) -> bool:
    return all(1 <= part <= most for part, most in zip(parts[1:], (12, 31), strict=False))


def date_text(date: Any) -> str:
    """As `date_from` reads it."""
    if not isinstance(date, dict):
        return ""
    parts = date.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        first, *rest = parts[0]
        return "-".join([str(first), *(str(part).zfill(2) for part in rest)])
    return str(date.get("literal") or date.get("raw") or "")


def made_key(item: CslItem, taken: Container[str]) -> str:
    """A key that is not taken: the first author’s name and the year, “vale2026”, then “vale2026b”, “vale2026c” and so on."""
    word = _letters(first_author(item)) or _letters(plain_title(item).partition(" ")[0]) or "reference"
    key = f"{word[:_LONGEST_KEY_WORD]}{year_of(item) if year_of(item).isdecimal() else ''}"
    return next(one for one in (f"{key}{ending}" for ending in _endings()) if one not in taken)


def _endings() -> Iterator[str]:
    yield ""
    for length in count(1):
        yield from ("".join(letters) for letters in product(ascii_lowercase, repeat=length) if letters != ("a",))


def _letters(words: str) -> str:
    folded = unicodedata.normalize("NFKD", words.casefold())
    return "".join(character for character in folded if character.isascii() and character.isalnum())
