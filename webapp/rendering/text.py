"""The statement: one converter from Markdown to HTML for preview, reading page and PDF, and the count of its words."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nh3

from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput, TextTooSlow
from webapp.rendering.pandoc import Conversion, ConversionError, ConversionTimeoutError, convert
from webapp.rendering.references import parse_references, refuse_unusable
from webapp.rendering.styles import DEFAULT_STYLE, Style, find_style
from webapp.rendering.words import words_for

__all__ = ["citations", "cited_keys", "parse_references", "read_tree", "statement_html", "word_count"]

_MOST_BYTES = 100_000
_SHAPE = Path(__file__).with_name("statement.lua")

# CommonMark in all that a letter needs, citations and notes. No HTML, TeX, metadata, attributes or mathematics: a dollar is a dollar.
MARKDOWN = "markdown_strict-raw_html" + "".join(
    f"+{extension}"
    for extension in (
        "all_symbols_escapable",
        "autolink_bare_uris",
        "backtick_code_blocks",
        "citations",
        "escaped_line_breaks",
        "footnotes",
        "intraword_underscores",
        "lists_without_preceding_blankline",
        "pipe_tables",
        "shortcut_reference_links",
        "smart",
        "space_in_atx_header",
        "startnum",
        "subscript",
        "superscript",
        "table_captions",
    )
)

_INLINE_TAGS = {"em", "strong", "code", "sup", "sub", "a"}
_BLOCK_TAGS = {"p", "br", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "li", "section", "hr"}
_TABLE_TAGS = {"table", "caption", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href", "role"}, "li": {"id"}, "ol": {"start", "type"}, "section": {"class"}}
# What a link inside the text may lead to: an entry of the references, a note.
_PLACES = ("ref-", "note-")
_SCHEMES = {"http", "https", "mailto"}

_MISSING = re.compile(r"Citeproc: citation (.+) not found")
_MOST_BRACKETS = 10
_BRACKETS = re.compile(r"\\.|[\[\]]", re.DOTALL)
_IMAGE = re.compile(r'<img [^>]*?alt="([^"]*)"|<img ')


def statement_html(markdown: str, references: Sequence[CslItem], *, language: str = "en-GB", style: str = DEFAULT_STYLE) -> str:
    """The statement as clean HTML: headings from h2 down, lettered notes, citations and the cited references as the style has them.

    Raises InvalidInput when a citation has no reference, when a reference cannot be used, for images, and beyond 100 kB.
    """
    refuse_unusable(references)
    made = _statement_html(markdown, json.dumps([dict(item) for item in references], sort_keys=True), language, find_style(style))
    if isinstance(made, _Refusal):
        raise InvalidInput(made.sentence, field=made.field)
    return made


@dataclass(frozen=True)
class _Refusal:
    """Why a text cannot be set. A cache keeps it, as it does not keep what is raised."""

    sentence: str
    field: str = "statement"


class _CannotBeSet(InvalidInput):
    """Pandoc has said no, and would say so again."""


@lru_cache(maxsize=64)
def _statement_html(markdown: str, references: str, language: str, style: Style) -> str | _Refusal:
    try:
        converted = _convert(markdown, citing_arguments(language, style), references=references)
    except _CannotBeSet as error:
        return _Refusal(str(error), error.field or "statement")
    if missing := set(_MISSING.findall(converted.messages)):
        in_order = sorted(missing, key=lambda key: markdown.find(f"@{key}"))
        return _Refusal(_missing_sentence(in_order))
    if image := _IMAGE.search(converted.text):
        named = f" “{image[1]}”" if image[1] else ""
        return _Refusal(f"A statement is words only. Take the image{named} out, or link to it.")
    return _clean(converted.text)


@lru_cache(maxsize=64)
def word_count(markdown: str, *, notes: bool = True) -> int:
    """The words of the body, as a journal counts them: without references, citation marks and list numbers.

    Journals differ on `notes`; where nothing is known, they count.
    """
    words = _Words()
    words.feed(_convert(markdown, [f"--metadata=counting:{'notes' if notes else 'text'}"]).text)
    words.close()
    return sum(any(character.isalnum() for character in word) for word in "".join(words.pieces).split())


@lru_cache(maxsize=256)
def citations(markdown: str) -> tuple[str, ...]:
    """The keys that the text cites, each as often as it does, in their order. Raises InvalidInput where the text cannot be converted."""
    parts = parts_of(read_tree(markdown))
    return tuple(one["citationId"] for part in parts if part.get("t") == "Cite" for one in part["c"][0])


def read_tree(markdown: str) -> list[Any]:
    """The blocks of pandoc’s own tree, as it reads the text. Raises InvalidInput where the text cannot be converted."""
    blocks: list[Any] = json.loads(_convert(markdown, [], to="json").text)["blocks"]
    return blocks


def cited_keys(markdown: str) -> tuple[str, ...]:
    """The keys that the text cites, once each, in the order of their first citation. Raises as `citations`."""
    return tuple(dict.fromkeys(citations(markdown)))


def parts_of(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of pandoc's tree, in reading order; without recursion, for a text may be nested deeply."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(reversed(list(one.values())))
        elif isinstance(one, list):
            waiting.extend(reversed(one))


def citing_arguments(language: str, style: Style) -> list[str]:
    """For pandoc, which then looks for `references.json`."""
    words = words_for(language)
    notes, entries = words.gettext("Notes"), words.gettext("References")
    return [
        "--citeproc",
        f"--csl={style.file}",
        "--bibliography=references.json",
        f"--metadata=lang:{language}",
        "--metadata=link-citations:true",
        # Journals in this style print the number after the full stop.
        "--metadata=notes-after-punctuation:true",
        # For the filter, which makes both lists.
        f"--metadata=heading-of-notes:{notes}",
        f"--metadata=heading-of-references:{entries}",
    ]


def _convert(markdown: str, arguments: list[str], *, references: str = "[]", to: str = "html5") -> Conversion:
    if len(markdown.encode("utf-8", errors="replace")) > _MOST_BYTES:
        raise InvalidInput("The statement is longer than 100 kB. Shorten it, or move parts to an appendix.", field="statement")
    refuse_tangled(markdown)
    # The filter comes last: pandoc goes through these in order, and the list of references has to exist by then.
    options = ["--from", MARKDOWN, "--to", to, "--wrap=none", *arguments, f"--lua-filter={_SHAPE}"]
    try:
        return convert(markdown, options, files={"references.json": references})
    except ConversionTimeoutError as error:
        raise TextTooSlow from error
    except ConversionError as error:
        sentence = "The statement cannot be set with these references. Check that each is a complete CSL item."
        raise _CannotBeSet(sentence, field="references_typed") from error


def refuse_tangled(markdown: str) -> None:
    """Raises InvalidInput for square brackets so deep in each other, or left open so often, that pandoc would try them without end."""
    for block in re.split(r"\n\s*\n", markdown):
        depth = 0
        for found in _BRACKETS.finditer(block):
            depth = depth + 1 if found[0] == "[" else max(depth - 1, 0) if found[0] == "]" else depth
            if depth > _MOST_BRACKETS:
                sentence = "More than ten square brackets are open at once. Close them, or write \\[ where no link is meant."
                raise InvalidInput(sentence, field="statement")


def _missing_sentence(keys: list[str]) -> str:
    cited = ", ".join(f"@{key}" for key in keys)
    what = "which is not among the references" if len(keys) == 1 else "which are not among the references"
    return f"The statement cites {cited}, {what}. Add what is missing, or write \\@ where no citation is meant."


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_INLINE_TAGS | _BLOCK_TAGS | _TABLE_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept_attribute,
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def _kept_attribute(_tag: str, name: str, value: str) -> str | None:
    """Links go to the web, to a mailbox, to an entry of the list or to a note; a path of this site is none of these."""
    if name == "href":
        return value if value.startswith(tuple(f"#{place}" for place in _PLACES)) or is_honest(value) else None
    if name == "id":
        return value if value.startswith(_PLACES) else None
    return value


def is_honest(address: str) -> bool:
    """Whether a link may lead there, out of a text: to the web or to a mailbox."""
    return _scheme(address) in _SCHEMES


def _scheme(address: str) -> str:
    try:
        return urlsplit(address).scheme
    except ValueError:
        return ""


class _Words(HTMLParser):
    """Gathers the text of a converted statement, with a space wherever a block begins or ends."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if tag not in _INLINE_TAGS:
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, None)

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
