"""A text as a journal counts it: the words of each of its parts, the references that it cites, its figures and tables."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from webapp.domain.document import AuthorLine, CslItem
from webapp.domain.errors import InvalidInput, TextTooSlow
from webapp.domain.limits import STATEMENT
from webapp.domain.venue import Counts, Part
from webapp.rendering.pandoc import ConversionError, ConversionTimeoutError, convert
from webapp.rendering.styles import DEFAULT_STYLE
from webapp.rendering.text import MARKDOWN, refuse_tangled, statement_html

# What makes the words inside it another part, whatever stands around it.
_PART_OF = {"Header": Part.HEADINGS, "BlockQuote": Part.QUOTES, "Table": Part.TABLES, "Figure": Part.LEGENDS, "Image": Part.LEGENDS}
# A node of these kinds parts no words.
_INLINES = {"Cite", "Code", "Emph", "Link", "Note", "Span", "Str", "Strong", "Subscript", "Superscript"}
_INLINES |= {"DoubleQuote", "Quoted", "SingleQuote", "SmallCaps", "Strikeout", "Underline"}
_TOO_DEEP = "The text takes too long to count. Look for lists or quotes nested very deeply."


@dataclass(frozen=True)
class _Found:
    """What one reading of the text gives; the words are paired with their part, for a cache hands the same object to everybody."""

    words: tuple[tuple[Part, int], ...]
    cited: tuple[str, ...]
    figures: int
    tables: int


def count_text(
    markdown: str,
    references: Sequence[CslItem],
    *,
    title: str = "",
    authors: Sequence[AuthorLine] = (),
    with_references: bool = False,
    language: str = "en-GB",
    style: str = DEFAULT_STYLE,
) -> Counts:
    """The counts of a text. A reference counts once, where it is cited, and also while it is missing from the list.

    The words of the list of references cost a conversion of their own, so they are counted only `with_references`: few journals do.
    Raises InvalidInput for a text that cannot be converted.
    """
    found = _read(markdown)
    words = dict(found.words)
    words[Part.TITLE] = count_words(title)
    words[Part.AUTHORS] = sum(count_words(f"{one.name} {one.affiliation}") for one in authors)
    if with_references:
        words[Part.REFERENCES] = _words_of_list(found.cited, references, language, style)
    return Counts(words, references=len(found.cited), authors=len(authors), figures=found.figures, tables=found.tables)


def count_words(text: str) -> int:
    """The words of plain text: what stands between spaces and holds a letter or a digit."""
    return sum(any(character.isalnum() for character in word) for word in text.split())


@lru_cache(maxsize=64)
def _read(markdown: str) -> _Found:
    pieces: dict[Part, list[str]] = {part: [] for part in Part}
    seen: Counter[str] = Counter()
    cited: dict[str, None] = {}
    for kind, content, part in _nodes(markdown):
        seen[kind] += 1
        if kind == "Cite":
            cited.update(dict.fromkeys(one["citationId"] for one in content[0]))
        pieces[part].append(_text_of(kind, content))
    words = tuple((part, count_words("".join(pieces[part]))) for part in Part)
    return _Found(words, tuple(cited), seen["Figure"] + seen["Image"], seen["Table"])


def _text_of(kind: str, content: Any) -> str:
    """What the node itself says; whatever is no inline parts the words around it."""
    if kind == "Str":
        return str(content)
    if kind in {"Code", "CodeBlock"}:
        return f"{'' if kind == 'Code' else ' '}{content[1]}"
    return "" if kind in _INLINES else " "


def _nodes(markdown: str) -> Iterator[tuple[str, Any, Part]]:
    """Every node of pandoc's tree in reading order, with the part to which its words belong.

    Without recursion, for a text may be nested deeply. A citation is a mark and no word, so nothing inside it is gone through.
    """
    waiting: list[tuple[Any, Part]] = [(_tree(markdown), Part.BODY)]
    while waiting:
        one, part = waiting.pop()
        if isinstance(one, list):
            waiting.extend((inner, part) for inner in reversed(one))
        elif isinstance(one, dict) and "t" in one:
            kind, content = one["t"], one.get("c")
            part = _part_inside(kind, part)
            yield kind, content, part
            if kind not in {"Cite", "Str", "Code", "CodeBlock"}:
                waiting.append((content, part))


def _part_inside(kind: str, around: Part) -> Part:
    """A note is one wherever it hangs; inside a note or a table nothing becomes another part."""
    if kind == "Note":
        return Part.FOOTNOTES
    return around if around in {Part.FOOTNOTES, Part.TABLES} else _PART_OF.get(kind, around)


def _tree(markdown: str) -> Any:
    if len(markdown.encode("utf-8", errors="replace")) > STATEMENT:
        raise InvalidInput("The text is longer than 100 kB. Shorten it, or move parts to an appendix.", field="statement")
    refuse_tangled(markdown)
    try:
        return json.loads(convert(markdown, ["--from", MARKDOWN, "--to", "json"]).text)["blocks"]
    except ConversionTimeoutError as error:
        raise TextTooSlow from error
    except (ConversionError, RecursionError) as error:
        raise InvalidInput(_TOO_DEEP, field="statement") from error


def _words_of_list(cited: Sequence[str], references: Sequence[CslItem], language: str, style: str) -> int:
    """The words of the references as they are printed, numbers left out."""
    known = {str(item["id"]) for item in references}
    present = [key for key in cited if key in known]
    if not present:
        return 0
    text = _ListText()
    text.feed(statement_html(" ".join(f"[@{{{key}}}]" for key in present), references, language=language, style=style))
    text.close()
    return count_words("".join(text.pieces))


class _ListText(HTMLParser):
    """Gathers the text of the entries of a list of references."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._is_in_entry = False

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if tag == "li":
            self._is_in_entry = True
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "li":
            self._is_in_entry = False

    def handle_data(self, data: str) -> None:
        if self._is_in_entry:
            self.pieces.append(data)
