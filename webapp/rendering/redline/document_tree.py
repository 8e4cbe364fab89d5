"""A redline as pandoc's document: insertions and deletions as the spans that its Word writer turns into tracked changes."""

from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import Any

from webapp.rendering.redline.alignment import State
from webapp.rendering.redline.blocks import Container, Run
from webapp.rendering.redline.passages import Passage, Redline, RedlineCell, Segment
from webapp.rendering.redline.phrases import RULE

# Begins the author of what moved: pandoc knows insertions and deletions alone, and the file is set right afterwards.
MOVED = "moved:"
_GONE = {State.DELETED, State.MOVED_FROM}
_NONE: list[Any] = ["", [], []]
_WRAPPED = {"em": "Emph", "strong": "Strong", "sup": "Superscript", "sub": "Subscript"}
_WEB = ("http://", "https://", "mailto:")
_SIGNS = {"a": "LowerAlpha", "A": "UpperAlpha", "i": "LowerRoman", "I": "UpperRoman"}


def redline_blocks(redline: Redline, author: str, instant: str) -> list[dict[str, Any]]:
    """The blocks of both texts in one, each change by `author` at `instant` (ISO 8601)."""
    return _Builder(author, instant).blocks(redline.passages, 0)


class _Builder:
    def __init__(self, author: str, instant: str) -> None:
        self._author, self._instant = author, instant

    def blocks(self, passages: Sequence[Passage], depth: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for container, group in _grouped(passages, depth):
            if container is None:
                found.extend(self._leaf(passage) for passage in group)
            else:
                found.extend(self._inside(container, group, depth + 1))
        return found

    def _inside(self, container: Container, passages: list[Passage], depth: int) -> list[dict[str, Any]]:
        if container.tag in {"ul", "ol"}:
            items = [self.blocks(group, depth + 1) for _item, group in _grouped(passages, depth)]
            if container.tag == "ul":
                return [_node("BulletList", items)]
            signs = {"t": _SIGNS.get(container.signs, "Decimal")}
            return [_node("OrderedList", [[int(container.detail or 1), signs, {"t": "Period"}], items])]
        if container.tag == "table":
            return [self._table(part) for part in _tables(passages)]
        inner = self.blocks(passages, depth)
        return [_node("BlockQuote", inner)] if container.tag == "blockquote" else inner

    def _table(self, passages: list[Passage]) -> dict[str, Any]:
        above = list(takewhile(lambda one: one.kind == "caption", passages))
        head = list(takewhile(_is_of_head, passages[len(above) :]))
        body = passages[len(above) + len(head) :]
        captions = [_node("Plain", self._inlines(one.cells[0], one)) for one in above]
        columns = max((len(one.cells) for one in passages), default=1)
        specs = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]] * columns
        rows = [[self._row(one, columns) for one in part] for part in (head, body)]
        return _node("Table", [_NONE, [None, captions], specs, [_NONE, rows[0]], [[_NONE, 0, [], rows[1]]], [_NONE, []]])

    def _row(self, passage: Passage, columns: int) -> list[Any]:
        # A caption among the rows is that of a second table, which has become part of this one: it goes across.
        width = columns if passage.kind == "caption" else 1
        cells = [[_NONE, {"t": "AlignDefault"}, 1, width, [_node("Plain", self._inlines(cell, passage))]] for cell in passage.cells]
        return [_NONE, cells]

    def _leaf(self, passage: Passage) -> dict[str, Any]:
        if passage.kind == "hr":
            return self._rule(passage)
        inlines = self._inlines(passage.cells[0], passage)
        if passage.kind[0] == "h":
            return _node("Header", [int(passage.kind[1:]), _NONE, inlines])
        return _node("Para", inlines)

    def _rule(self, passage: Passage) -> dict[str, Any]:
        """Word tracks words: a line that came or went is named."""
        if passage.state == State.KEPT:
            return {"t": "HorizontalRule"}
        return _node("Para", [self._tracked([_node("Str", RULE)], passage.state, 0)])

    def _inlines(self, cell: RedlineCell, passage: Passage) -> list[dict[str, Any]]:
        return [inline for segment in cell.segments for inline in self._segment(segment, passage)]

    def _segment(self, segment: Segment, passage: Passage) -> Iterator[dict[str, Any]]:
        moved = (
            passage.change if passage.state in {State.MOVED_FROM, State.MOVED_TO} and passage.kind != "tr" and not passage.is_quiet else 0
        )
        if segment.state == State.RENUMBERED:
            if passage.state != State.MOVED_TO:
                yield from self._runs(segment.was, State.DELETED, 0)
            yield from self._runs(segment.runs, State.INSERTED, 0)
        elif passage.state != State.MOVED_TO:
            yield from self._runs(segment.runs, segment.state, moved)
        elif segment.state != State.DELETED:
            # Where it came to stand, all of it is new; what it lost is deleted where it stood.
            yield from self._runs(segment.runs, State.MOVED_TO, moved)

    def _runs(self, runs: tuple[Run, ...], state: State, moved: int) -> Iterator[dict[str, Any]]:
        for run in runs:
            inlines = _inlines_of(run)
            if state != State.KEPT:
                inlines = [self._tracked(inlines, state, moved)]
            # A link holds tracked words, and never the other way round (ISO/IEC 29500-1, 17.13.5).
            target = next((mark.target for mark in run.marks if mark.tag == "a" and mark.target.startswith(_WEB)), "")
            yield from [_node("Link", [_NONE, inlines, [target, ""]])] if target else inlines

    def _tracked(self, inlines: list[dict[str, Any]], state: State, moved: int) -> dict[str, Any]:
        name = "insertion" if state in {State.INSERTED, State.MOVED_TO} else "deletion"
        author = f"{MOVED}{moved}:{self._author}" if moved else self._author
        return _node("Span", [["", [name], [["author", author], ["date", self._instant]]], inlines])


def _grouped(passages: Sequence[Passage], depth: int) -> Iterator[tuple[Container | None, list[Passage]]]:
    """Consecutive passages by what they stand in at this depth; None for those that stand in nothing more."""
    for _number, group in groupby(passages, key=lambda one: one.path[depth].number if len(one.path) > depth else None):
        together = list(group)
        yield (together[0].path[depth] if len(together[0].path) > depth else None), together


def _tables(passages: list[Passage]) -> Iterator[list[Passage]]:
    """What stands above the caption that is left is gone: a table of its own, and not the beginning of the one below."""
    place = next((place for place, one in enumerate(passages) if one.kind == "caption" and one.state not in _GONE), 0)
    if any(one.kind == "tr" for one in passages[:place]):
        yield passages[:place]
        yield passages[place:]
    else:
        yield passages


def _is_of_head(passage: Passage) -> bool:
    return passage.kind == "tr" and any(container.tag == "thead" for container in passage.path)


def _inlines_of(run: Run) -> list[dict[str, Any]]:
    is_code = any(mark.tag == "code" for mark in run.marks)
    found: list[dict[str, Any]] = []
    for place, line in enumerate(run.text.split("\n")):
        if place:
            found.append({"t": "LineBreak"})
        if line:
            # Spaces stay inside: pandoc would take those at the edges of a span for its own.
            found.append(_node("Code", [_NONE, line]) if is_code else _node("Str", line))
    for mark in reversed(run.marks):
        if mark.tag in _WRAPPED:
            found = [_node(_WRAPPED[mark.tag], found)]
    return found


def _node(kind: str, content: Any) -> dict[str, Any]:
    return {"t": kind, "c": content}
