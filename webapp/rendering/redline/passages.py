"""The redline as data: every passage of both texts in one order, its words by their fate, the changes numbered and counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from webapp.rendering.redline.alignment import State
from webapp.rendering.redline.blocks import Block, Cell, Container, Run, joined


class ChangeKind(StrEnum):
    """What a change is to the reader."""

    INSERTED = "inserted"
    DELETED = "deleted"
    REPLACED = "replaced"
    LINK = "link changed"
    FORM = "form changed"
    """The same words, only differently set: emphasis, superscript."""
    MOVED = "moved"


@dataclass(frozen=True)
class Change:
    """One stop of a reader who goes from change to change. `number` counts from 1 in reading order: the same texts, the same numbers."""

    number: int
    kind: ChangeKind


@dataclass(frozen=True)
class Segment:
    """Words of one fate. `change` is 0 where none is counted; `was` holds what stood there before, of a citation with a new number."""

    state: State
    runs: tuple[Run, ...]
    change: int = 0
    was: tuple[Run, ...] = ()


@dataclass(frozen=True)
class RedlineCell:
    """A cell of a row; of any other passage the only one, with an empty tag."""

    tag: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Passage:
    """A block of either text or of both. `path` is where it is shown; `old_path` and `new_path` are where it stands in each."""

    kind: str
    state: State
    cells: tuple[RedlineCell, ...]
    path: tuple[Container, ...]
    old_path: tuple[Container, ...] | None
    new_path: tuple[Container, ...] | None
    key: str = ""
    change: int = 0
    is_quiet: bool = False
    """An entry of the references in another place: it follows from the order of citation, and is not shown as moved."""


@dataclass(frozen=True)
class Counts:
    """`insertions` and `deletions` are passages or places in a text; a replacement is one of each.

    `renumbered` are citations, and `relettered` marks of notes, that have a new number or letter because of other changes.
    """

    insertions: int
    deletions: int
    moved: int
    words_inserted: int
    words_deleted: int
    renumbered: int
    relettered: int
    links: int

    @property
    def is_none(self) -> bool:
        return not (self.insertions or self.deletions or self.moved or self.renumbered or self.relettered)


@dataclass(frozen=True)
class Redline:
    """The whole comparison. Equal texts have no changes; `is_same` is stricter, for a reordered list of references is quiet."""

    passages: tuple[Passage, ...]
    changes: tuple[Change, ...]
    counts: Counts

    @property
    def is_same(self) -> bool:
        return all(passage.state == State.KEPT and not _is_changed(passage) for passage in self.passages)


_IN_NEW = {State.KEPT, State.INSERTED, State.MOVED_TO, State.RENUMBERED}
_IN_OLD = {State.KEPT, State.DELETED, State.MOVED_FROM, State.RENUMBERED}


def accepted(redline: Redline) -> tuple[Block, ...]:
    """The text with every change taken: equal to the new one, block for block."""
    return tuple(
        Block(one.kind, one.new_path, _side(one, _IN_NEW, is_old=False), one.key) for one in redline.passages if one.new_path is not None
    )


def rejected(redline: Redline) -> tuple[Block, ...]:
    """The text with every change refused: equal to the old one, block for block."""
    return tuple(
        Block(one.kind, one.old_path, _side(one, _IN_OLD, is_old=True), one.key) for one in redline.passages if one.old_path is not None
    )


def _side(passage: Passage, states: set[State], *, is_old: bool) -> tuple[Cell, ...]:
    return tuple(Cell(cell.tag, joined(list(_runs(cell, states, is_old=is_old)))) for cell in passage.cells)


def _runs(cell: RedlineCell, states: set[State], *, is_old: bool) -> Iterator[Run]:
    for segment in cell.segments:
        if segment.state in states:
            yield from segment.was if is_old and segment.state == State.RENUMBERED else segment.runs


def _is_changed(passage: Passage) -> bool:
    return any(segment.state != State.KEPT for cell in passage.cells for segment in cell.segments)
