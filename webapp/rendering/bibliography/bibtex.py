"""BibTeX: a scanner finds the entries and their faults, pandoc reads what they say, and it is written so that it reads back the same."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from webapp.domain import limits
from webapp.domain.document import CslItem
from webapp.domain.reference import date_from, date_text, names_of, text_of
from webapp.rendering.bibliography.entry import UNPRINTED, Entry, Lines, without_empty
from webapp.rendering.pandoc import ConversionError, ConversionTimeoutError, convert

SIGNATURE = re.compile(r"@\s*\w+\s*[{(]")
_OPENING = re.compile(r"@\s*(\w+)\s*([{(])")
_NEXT = re.compile(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]", re.MULTILINE)
_KEY = re.compile(r"\s*([^\s,={}\"]*)\s*,")
_NAME = re.compile(r"[A-Za-z][\w:.+/\-]*")
_BARE = re.compile(r"[^\s,#{}\"()=]+")
_SPACE = re.compile(r"[\s,]*")
_LINE_OF_PANDOC = re.compile(r"\(line (\d+)")
_CLOSING = {"{": "}", "(": ")"}
_NO_ENTRIES = {"comment", "string", "preamble"}
# Pandoc would read more, and take seconds over it.
_DEEPEST = 100
_MOST_COMMANDS = 10_000

# Pandoc puts English titles into small letters, and takes every entry without a language for English; a name without braces
# would lose its capital. In this language it leaves titles as they were typed.
_AS_TYPED = "langid = {latin}, "
# Medical journals keep the particle with the name: “van der Berg J”, not “Berg J van der”.
_WITH_PARTICLE = "options = {useprefix=true}, "
_OPTIONS = re.compile(r"\boptions\s*=", re.IGNORECASE)
# Pandoc takes only what is a date.
_DATE_IN_WORDS = re.compile(r"\b(?:year|date)\s*=\s*[{\"]([^{}\"]+)[}\"]", re.IGNORECASE)
_LANGUAGE = re.compile(r"\b(?:langid|language|hyphenation)\s*=", re.IGNORECASE)

_TYPES = {
    "article-journal": "article",
    "article-magazine": "article",
    "article-newspaper": "article",
    "book": "book",
    "chapter": "incollection",
    "report": "techreport",
    "webpage": "online",
    "thesis": "thesis",
    "paper-conference": "inproceedings",
    "manuscript": "unpublished",
    "dataset": "dataset",
}
_HOLDER = {"article": "journal", "incollection": "booktitle", "inproceedings": "booktitle"}
_PUBLISHER = {"techreport": "institution", "thesis": "institution"}
_PLAIN = {"volume": "volume", "publisher-place": "address", "edition": "edition", "PMID": "pmid", "language": "langid"}
_VERBATIM = {"DOI": "doi", "URL": "url"}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\`{}",
    "'": r"\textquotesingle{}",
    '"': r"\textquotedbl{}",
    "-": "{-}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}
# The marks that CSL allows in a title, as LaTeX says them.
_MARKS = {"i": r"\emph{", "em": r"\emph{", "b": r"\textbf{", "strong": r"\textbf{", "sup": r"\textsuperscript{", "sub": r"\textsubscript{"}
_LINE_END = re.compile(r"\s*[\n\r\f\v\x85\u2028\u2029]\s*")
_MARKED = re.compile(r"<(i|em|b|strong|sup|sub)>(.*?)</\1>", re.DOTALL)


class _FaultError(Exception):
    """Where the scanner stopped, and why."""

    def __init__(self, place: int, sentence: str) -> None:
        super().__init__(sentence)
        self.place = place


@dataclass(frozen=True)
class _Found:
    """What stands between two braces, by its places in the text; `inside` begins behind the key."""

    kind: str
    key: str
    start: int
    inside: int
    end: int


def read_bibtex(text: str) -> list[Entry]:
    """Where one entry has a fault, or there are more than a letter can have, nobody goes on with them: all are there, and empty."""
    if text.count("\\") > _MOST_COMMANDS:
        return [Entry(1, "", {}, f"there are more than {_MOST_COMMANDS:,} commands of LaTeX. Take it in parts.")]
    lines = Lines(text)
    scanned = list(_scanned(text, lines))
    found = [one for one in scanned if isinstance(one, _Found)]
    if len(found) == len(scanned) <= limits.REFERENCES:
        return _converted(text, found, lines)
    return [Entry(lines.at(one.start), one.key, {}) if isinstance(one, _Found) else one for one in scanned]


def _scanned(text: str, lines: Lines) -> Iterator[_Found | Entry]:
    """Every entry; one with a fault as what is wrong with it."""
    place = 0
    while opening := _OPENING.search(text, place):
        kind = opening[1].lower()
        key = _key(text, opening)
        try:
            place = _end_of(text, opening)
            if kind not in _NO_ENTRIES:
                yield _checked(text, opening, kind, place)
        except _FaultError as fault:
            yield Entry(lines.at(fault.place), key, {}, str(fault))
            following = _NEXT.search(text, opening.end())
            place = following.start() if following else len(text)


def _key(text: str, opening: re.Match[str]) -> str:
    found = _KEY.match(text, opening.end())
    return found[1] if found else ""


def _end_of(text: str, opening: re.Match[str]) -> int:
    """Behind the bracket that closes the entry."""
    following = _NEXT.search(text, opening.end())
    last = following.start() if following else len(text)
    if opening[2] == "{":
        return _closed(text, opening.end() - 1, last)
    place = opening.end()
    while place < last and text[place] != ")":
        place = _closed(text, place, last) if text[place] == "{" else place + 1
    if place >= last:
        raise _FaultError(opening.start(), "the bracket that closes it is missing.")
    return place + 1


def _closed(text: str, opened: int, last: int) -> int:
    """Behind the brace that closes the one at `opened`. One after a backslash is a printed one."""
    depth, place = 0, opened
    while place < last:
        if text[place] == "\\":
            place += 1
        elif text[place] == "{":
            depth += 1
            if depth > _DEEPEST:
                raise _FaultError(place, f"more than {_DEEPEST} braces are open at once.")
        elif text[place] == "}":
            depth -= 1
            if depth == 0:
                return place + 1
        place += 1
    raise _FaultError(opened, "a brace that is opened here is not closed.")


def _checked(text: str, opening: re.Match[str], kind: str, end: int) -> _Found:
    named = _KEY.match(text, opening.end())
    if named is None:
        raise _FaultError(opening.start(), "there is no key and comma behind its first bracket.")
    names = {name.lower() for name in _fields(text, named.end(), end - 1)}
    if "title" not in names:
        raise _FaultError(opening.start(), "there is no title.")
    return _Found(kind, named[1], opening.start(), named.end(), end)


def _fields(text: str, place: int, last: int) -> Iterator[str]:
    """The names of the fields; raises _FaultError where one is not “name = value” with a comma before the next."""
    while (place := _skip(_SPACE, text, place)) < last:
        name = _NAME.match(text, place, last)
        if name is None:
            raise _FaultError(place, f"“{text[place:last].split(maxsplit=1)[0][:40]}” is not the name of a field.")
        yield name[0]
        place = _skip_space(text, name.end())
        if text[place : place + 1] != "=" or place >= last:
            raise _FaultError(name.start(), f"there is no “=” behind “{name[0]}”.")
        place = _value(text, _skip_space(text, place + 1), last, name[0])
        if place < last and text[place] != ",":
            raise _FaultError(place, f"there is no comma behind what “{name[0]}” says.")


def _value(text: str, place: int, last: int, name: str) -> int:
    """Behind a value, which may be put together of parts by “#”."""
    while True:
        place = _skip_space(text, _part(text, place, last, name))
        if text[place : place + 1] != "#" or place >= last:
            return place
        place = _skip_space(text, place + 1)


def _part(text: str, place: int, last: int, name: str) -> int:
    if place < last and text[place] == "{":
        return _closed(text, place, last)
    if place < last and text[place] == '"':
        return _quoted(text, place, last)
    bare = _BARE.match(text, place, last)
    if bare is None:
        raise _FaultError(min(place, last - 1), f"nothing stands behind “{name} =”.")
    return bare.end()


def _quoted(text: str, opened: int, last: int) -> int:
    place = opened + 1
    while place < last and text[place] != '"':
        place = _closed(text, place, last) if text[place] == "{" else place + (2 if text[place] == "\\" else 1)
    if place >= last:
        raise _FaultError(opened, "a quotation mark that is opened here is not closed.")
    return place + 1


def _skip(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _converted(text: str, found: list[_Found], lines: Lines) -> list[Entry]:
    """Pandoc knows every entry by its number, because a key may be missing, and two may have the same."""
    pieces, done = [], 0
    for number, one in enumerate(found):
        opened = text.index("{" if text[one.start : one.inside].find("{") >= 0 else "(", one.start) + 1
        ours = [_WITH_PARTICLE] * (not _OPTIONS.search(text, one.inside, one.end))
        ours += [_AS_TYPED] * (not _LANGUAGE.search(text, one.inside, one.end))
        pieces += [text[done:opened], f"n{number},", *ours, "\n" * text.count("\n", opened, one.inside)]
        done = one.inside
    try:
        converted = convert("".join([*pieces, text[done:]]), ["--from", "bibtex", "--to", "csljson"])
    except ConversionTimeoutError:
        return [Entry(1, "", {}, "the BibTeX takes too long to read. Take it in parts.")]
    except ConversionError as error:
        return [_unread(found, lines, error, last=lines.at(len(text)))]
    items = {item["id"]: item for item in json.loads(converted.text)}
    return [_entry(text, one, lines.at(one.start), items.get(f"n{number}")) for number, one in enumerate(found)]


def _unread(found: list[_Found], lines: Lines, error: ConversionError, *, last: int) -> Entry:
    place = _LINE_OF_PANDOC.search(error.messages)
    # Pandoc reads past the end; a person cannot.
    line = min(int(place[1]), last) if place else 1
    named = next((one.key for one in reversed(found) if lines.at(one.start) <= line), "")
    return Entry(line, named, {}, "the BibTeX cannot be read here.")


def _entry(text: str, found: _Found, line: int, item: dict[str, Any] | None) -> Entry:
    if item is None or not item.get("title"):
        return Entry(line, found.key, {}, "there is no title that can be read.")
    # Pandoc makes a short title of what stands before a colon.
    tidy = {name: value for name, value in item.items() if name not in {*UNPRINTED, "title-short"}}
    if not _LANGUAGE.search(text, found.inside, found.end):
        tidy.pop("language", None)
    for role in ("author", "editor"):
        if role in tidy:
            tidy[role] = [_as_typed(name) for name in tidy[role] if name != {"literal": "others"}]
    if "issued" not in tidy and (words := _DATE_IN_WORDS.search(text, found.inside, found.end)):
        tidy["issued"] = date_from(words[1])
    tidy["type"] = item["type"] or ("webpage" if item.get("URL") else "document")
    return Entry(line, found.key, without_empty({**tidy, "id": found.key}))


def _as_typed(name: dict[str, str]) -> dict[str, str]:
    """A name of one word is a body’s, as in the other forms; what pandoc takes off the end of a given name stays there."""
    kept = {part: value for part, value in name.items() if part != "dropping-particle"}
    if "dropping-particle" in name:
        kept["given"] = f"{name.get('given', '')} {name['dropping-particle']}".strip()
    return {"literal": kept["family"]} if list(kept) == ["family"] else kept


def write_bibtex(items: Iterable[CslItem]) -> str:
    """A file that reads back as the same items, as far as BibTeX has a field for their parts."""
    return "\n".join(_written(item) for item in items)


def _written(item: CslItem) -> str:
    kind = _TYPES.get(text_of(item, "type"), "misc")
    fields = "".join(f",\n  {name} = {{{value}}}" for name, value in _written_fields(item, kind) if value)
    return f"@{kind}{{{text_of(item, 'id')}{fields}\n}}\n"


def _written_fields(item: CslItem, kind: str) -> Iterator[tuple[str, str]]:
    yield "author", " and ".join(_written_name(name) for name in names_of(item))
    yield "editor", " and ".join(_written_name(name) for name in names_of(item, "editor"))
    yield "title", _latex(text_of(item, "title"))
    yield _HOLDER.get(kind, "journal"), _latex(text_of(item, "container-title"))
    yield "shortjournal", _latex(text_of(item, "container-title-short"))
    yield "number", _latex(text_of(item, "number") if kind == "techreport" else text_of(item, "issue"))
    yield "pages", _latex(text_of(item, "page"))
    yield _PUBLISHER.get(kind, "publisher"), _latex(text_of(item, "publisher"))
    yield "type", _latex(text_of(item, "genre"))
    yield "date", _written_date(item.get("issued"))
    yield "urldate", _written_date(item.get("accessed"))
    yield from ((theirs, _latex(text_of(item, ours))) for ours, theirs in _PLAIN.items())
    yield from ((theirs, text_of(item, ours).translate(_UNBALANCED)) for ours, theirs in _VERBATIM.items())


def _written_date(date: Any) -> str:
    words = date_text(date)
    return words if words.replace("-", "").isdecimal() else _latex(words)


# Nothing else in an address can break out of its field.
_UNBALANCED = {ord(character): f"%{ord(character):02X}" for character in "{}\\\n\r"}


def _written_name(name: Mapping[str, str]) -> str:
    if not name.get("family"):
        return f"{{{_latex(str(name.get('literal') or name.get('given') or ''))}}}"
    given = f"{name.get('given', '')} {name.get('dropping-particle', '')}".strip()
    parts = [name["family"], name.get("suffix", ""), given]
    # In braces, for a small letter inside would be taken for a particle.
    family, *rest = [f"{{{_latex(part)}}}" for part in parts if part]
    particle = _latex(name.get("non-dropping-particle", ""))
    return ", ".join([f"{particle} {family}".strip(), *rest])


def _latex(text: str) -> str:
    """The text so that LaTeX prints it as it is; marks that CSL allows become its commands, where they are closed."""
    mark = _MARKED.search(text)
    if mark is None:
        # A line that began with @ would be taken for the next entry.
        return "".join(_SPECIAL.get(character, character) for character in _LINE_END.sub(" ", text))
    return f"{_latex(text[: mark.start()])}{_MARKS[mark[1]]}{_latex(mark[2])}}}{_latex(text[mark.end() :])}"
