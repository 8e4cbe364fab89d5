"""A converted statement as the passages that are remarked upon: its plain text, its blocks, and marks in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

_INLINE = {"em", "strong", "code", "sup", "sub", "a"}


@dataclass(frozen=True)
class Passage:
    """One block of a text, as it is shown, and its words."""

    html: str
    text: str


@dataclass(frozen=True)
class Mark:
    """A stretch of the plain text that is to be seen; `anchor` is the id of its first piece."""

    start: int
    end: int
    anchor: str


@lru_cache(maxsize=64)
def plain_text(html: str) -> str:
    """The words as they are read, with a line break wherever a block begins or ends. What passages are quoted from."""
    return "".join(piece.text for piece in _read(html).pieces)


@lru_cache(maxsize=64)
def passages(html: str) -> tuple[Passage, ...]:
    """The outermost blocks, one after the other: together they are the whole text."""
    cuts = _read(html).cuts
    found, begin = [], 0
    for cut in [*cuts, len(html)]:
        part = html[begin:cut]
        if part.strip():
            found.append(Passage(part, " ".join(plain_text(part).split())))
        begin = cut
    return tuple(found)


def marked_html(html: str, marks: Sequence[Mark]) -> str:
    """The same HTML with these stretches in `mark` elements; where they overlap, the first one wins."""
    written, at, shown = [], 0, set[str]()
    for piece in _read(html).pieces:
        if piece.markup:
            written.append(piece.markup)
        else:
            written.append(_cut(piece.text, at, marks, shown))
        at += len(piece.text)
    return "".join(written)


def _cut(text: str, at: int, marks: Sequence[Mark], shown: set[str]) -> str:
    """One piece of text, from the place `at` on, with what is marked of it."""
    written, done = [], 0
    for mark in sorted(marks, key=lambda one: one.start):
        start, end = max(mark.start - at, done), min(mark.end - at, len(text))
        if start >= end:
            continue
        name = "" if mark.anchor in shown else f' id="{escape(mark.anchor)}"'
        shown.add(mark.anchor)
        written.append(f"{escape(text[done:start], quote=False)}<mark{name}>{escape(text[start:end], quote=False)}</mark>")
        done = end
    return "".join(written) + escape(text[done:], quote=False)


@dataclass(frozen=True)
class _Piece:
    """A tag as it is written, with the line break that it makes; or words."""

    text: str
    markup: str = ""


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[_Piece] = []
        self.cuts: list[int] = []
        self._depth = 0
        self._lines = [0]
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self._take(tag, self.get_starttag_text() or "")
        if tag not in _INLINE | {"br", "hr"}:
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._take(tag, f"</{tag}>")
        if tag not in _INLINE | {"br", "hr"}:
            self._depth -= 1
            if self._depth == 0:
                line, column = self.getpos()
                self.cuts.append(self._lines[line - 1] + column + len(f"</{tag}>"))

    def _take(self, tag: str, markup: str) -> None:
        self.pieces.append(_Piece("" if tag in _INLINE else "\n", markup))

    def handle_data(self, data: str) -> None:
        self.pieces.append(_Piece(data))


@lru_cache(maxsize=64)
def _read(html: str) -> _Reader:
    return _Reader(html)
