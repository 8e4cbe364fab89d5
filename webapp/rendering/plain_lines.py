"""A cleaned statement as plain text: what a web form without markup can hold, with citations, notes and references in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_RAISED = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
# What nobody sees and a form may turn into a question mark. Joiners stay: in the scripts that have them they are spelling.
_UNSEEN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u00ad": "", "\u200b": "", "\u2060": "", "\ufeff": ""})
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_STEP = "    "
_BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "pre", "caption", "tr", "blockquote", "section", "table"}


def plain_text(html: str, *, is_numbered: bool = True) -> str:
    """Blocks parted by a blank line, never wrapped; items, rows and entries one a line. `is_numbered`: whether references have numbers.

    `html` is what `statement_html` has cleaned. Raised citations stand in brackets, “[1,2]”: a form loses what is raised.
    """
    reading = _Reading(is_numbered=is_numbered)
    reading.feed(html)
    reading.close()
    return "".join(reading.written()).translate(_UNSEEN)


@dataclass
class _List:
    tag: str
    number: int
    has_labels: bool
    has_letters: bool

    def label(self) -> str:
        self.number += 1
        if not self.has_labels:
            return ""
        if self.tag == "ul":
            return "- "
        return f"{_letters(self.number - 1) if self.has_letters else self.number - 1}. "


@dataclass
class _Run:
    """Words between two tags, with what the tag was."""

    tag: str
    address: str = ""
    pieces: list[str] = field(default_factory=list)
    is_citation: bool = False

    @property
    def words(self) -> str:
        return "".join(self.pieces)


class _Reading(HTMLParser):
    """Gathers the lines, each with whether it follows the one before without a blank line."""

    def __init__(self, *, is_numbered: bool) -> None:
        super().__init__()
        self._is_numbered = is_numbered
        self._lines: list[tuple[str, bool]] = []
        self._runs = [_Run("")]
        self._lists: list[_List] = []
        self._quotes = 0
        self._label = ""
        self._cells: list[str] = []
        self._section = ""
        self._is_close = self._is_as_typed = False

    def written(self) -> Iterator[str]:
        self._end_line()
        for place, (line, is_close) in enumerate(self._lines):
            yield f"{'' if place == 0 else chr(10) if is_close else chr(10) * 2}{line}"

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attributes}
        match tag:
            case "a" | "sup" | "sub":
                self._runs.append(_Run(tag, facts.get("href", "")))
            case "br":
                self.handle_data("\n" if self._is_as_typed else "\v")
            case "hr":
                self._end_line()
                self._lines.append(("* * *", False))
            case "ul" | "ol":
                self._begin_list(tag, facts)
            case "li":
                self._end_line()
                self._label = self._lists[-1].label()
            case _ if tag in _BLOCKS:
                self._begin_block(tag, facts)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "a" | "sup" | "sub":
                self._end_run()
            case "ul" | "ol":
                self._end_line()
                self._lists.pop()
                self._is_close = bool(self._lists)
            case "li":
                self._end_line()
                self._is_close = True
            case "th" | "td":
                self._cells.append(self._taken())
            case _ if tag in _BLOCKS:
                self._end_block(tag)

    def handle_data(self, data: str) -> None:
        self._runs[-1].pieces.append(data)

    def _begin_list(self, tag: str, facts: dict[str, str]) -> None:
        self._end_line()
        self._is_close = bool(self._lists)
        start = int(facts["start"]) if facts.get("start", "").isdecimal() else 1
        self._lists.append(_List(tag, start, self._is_numbered or self._section != "references", facts.get("type") == "a"))

    def _begin_block(self, tag: str, facts: dict[str, str]) -> None:
        self._end_line()
        if tag == "section":
            self._section = facts.get("class", "")
        self._quotes += tag == "blockquote"
        self._is_as_typed = tag == "pre"

    def _end_block(self, tag: str) -> None:
        if tag == "tr":
            self.handle_data(" | ".join(self._cells))
            self._cells.clear()
        self._end_line()
        self._quotes -= tag == "blockquote"
        self._is_as_typed = False
        self._is_close = tag in {"caption", "tr"} or bool(self._lists)

    def _end_run(self) -> None:
        run = self._runs.pop()
        if run.tag == "a":
            self._runs[-1].is_citation |= run.address.startswith("#")
            self.handle_data(_with_address(run.words, run.address))
        elif run.is_citation:
            self.handle_data(f"[{_BLANKS.sub('', run.words)}]")
        else:
            self.handle_data(_shifted(run))

    def _taken(self) -> str:
        """The words so far, which are now somebody else’s."""
        words, self._runs[-1].pieces = self._runs[-1].words, []
        if self._is_as_typed:
            return words.rstrip("\n")
        return "\n".join(_BLANKS.sub(" ", line).strip() for line in words.split("\v"))

    def _end_line(self) -> None:
        if words := self._taken():
            margin = _STEP * (self._quotes + max(len(self._lists) - 1, 0))
            # What follows in the same item stands under its words.
            label = self._label or (_STEP if self._lists and self._section != "references" else "")
            self._lines.append((f"{margin}{label}{words}", self._is_close))
            self._label, self._is_close = "", False


def _with_address(words: str, address: str) -> str:
    """The address behind the words, where they do not say it; a place in the text has none."""
    bare = address.removeprefix("mailto:")
    if not bare or bare.startswith("#") or words.strip() in bare:
        return words
    return f"{words} ({bare})"


def _shifted(run: _Run) -> str:
    """“10³”, where each sign has a raised form; else “10^k”. What is lowered and has no such form stays on the line."""
    forms = _RAISED if run.tag == "sup" else _LOWERED
    if all(sign in forms for sign in run.words):
        return "".join(forms[sign] for sign in run.words)
    return f"^{run.words}" if run.tag == "sup" else run.words


def _letters(number: int) -> str:
    """a, b … z, aa: as the marks of notes."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("a") + place) + letters
    return letters
