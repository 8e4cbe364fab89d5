"""Two lists of blocks become a redline: aligned, compared by words, put in one order, numbered and counted."""

from collections.abc import Iterator
from dataclasses import replace

from webapp.rendering.redline.alignment import State, Step, align
from webapp.rendering.redline.blocks import Block, Cell, Container, Run
from webapp.rendering.redline.passages import Change, ChangeKind, Counts, Passage, Redline, RedlineCell, Segment
from webapp.rendering.redline.words import NOTE, Piece, compare, count_words

# Of these a parent has one at most, so that they correspond when their parents do.
_ONE_OF_EACH = {"thead", "tbody", "tfoot"}
_WHOLE = {
    State.INSERTED: ChangeKind.INSERTED,
    State.DELETED: ChangeKind.DELETED,
    State.MOVED_FROM: ChangeKind.MOVED,
    State.MOVED_TO: ChangeKind.MOVED,
}


def compared(old: tuple[Block, ...], new: tuple[Block, ...]) -> Redline:
    """The redline of two texts in blocks."""
    steps = align(old, new)
    comparison = _Comparison(old, new, _Places(old, new, steps))
    passages = tuple(comparison.passages(steps))
    return Redline(passages, tuple(comparison.changes), _counts(passages, comparison.changes))


class _Places:
    """Where a block of the old text is shown among those of the new: in the list or table that its own has become."""

    def __init__(self, old: tuple[Block, ...], new: tuple[Block, ...], steps: list[Step]) -> None:
        self._became: dict[int, Container] = {}
        self._above = {one.number: block.path[:place] for block in new for place, one in enumerate(block.path)}
        self._only = {
            (block.path[place - 1].number, one.tag): one
            for block in new
            for place, one in enumerate(block.path)
            if place and one.tag in _ONE_OF_EACH
        }
        for step in steps:
            if step.old is not None and step.new is not None and new[step.new].kind != "caption":
                for before, after in zip(old[step.old].path, new[step.new].path, strict=True):
                    self._became.setdefault(before.number, after)

    def shown(self, path: tuple[Container, ...]) -> tuple[Container, ...]:
        found: tuple[Container, ...] = ()
        for place, container in enumerate(path):
            after = self._became.get(container.number)
            if after is None and container.tag in _ONE_OF_EACH and found:
                after = self._only.get((found[-1].number, container.tag))
            if after is None or self._above[after.number] != found:
                # Numbers below nought are free: those of the new text count from one.
                return (*found, *(replace(one, number=-one.number) for one in path[place:]))
            found = (*found, after)
        return found


class _Comparison:
    def __init__(self, old: tuple[Block, ...], new: tuple[Block, ...], places: _Places) -> None:
        self._old, self._new, self._places = old, new, places
        self.changes: list[Change] = []
        self._moves: dict[tuple[int, int], int] = {}

    def passages(self, steps: list[Step]) -> Iterator[Passage]:
        self._number_of_move = _groups(steps)
        for step in steps:
            yield self._passage(step)

    def _passage(self, step: Step) -> Passage:
        block = self._new[step.new] if step.new is not None else self._old[step.old or 0]
        old_path = self._old[step.old].path if step.old is not None else None
        new_path = self._new[step.new].path if step.new is not None else None
        is_quiet = bool(block.key) and step.state in {State.MOVED_FROM, State.MOVED_TO}
        change = 0 if step.state == State.KEPT or is_quiet else self._change_of(step)
        return Passage(
            kind=block.kind,
            state=step.state,
            cells=tuple(self._cells(step, block, change)),
            path=new_path if new_path is not None else self._places.shown(block.path),
            old_path=old_path,
            new_path=new_path,
            key=block.key,
            change=change,
            is_quiet=is_quiet,
        )

    def _change_of(self, step: Step) -> int:
        """A new number, save for a passage that moved along with the one before it, or whose other end has been passed already."""
        if step.other is None:
            return self._take(_WHOLE[step.state])
        pair = (step.old, step.other) if step.old is not None else (step.other, step.new or 0)
        group = self._number_of_move[pair]
        if group not in self._moves:
            self._moves[group] = self._take(ChangeKind.MOVED)
        return self._moves[group]

    def _take(self, kind: ChangeKind) -> int:
        self.changes.append(Change(len(self.changes) + 1, kind))
        return len(self.changes)

    def _cells(self, step: Step, block: Block, change: int) -> Iterator[RedlineCell]:
        before = None
        if step.state == State.KEPT:
            before = self._old[step.old or 0]
        elif step.state == State.MOVED_TO:
            before = self._old[step.other or 0]
        for place, cell in enumerate(block.cells):
            if before is None:
                segments: tuple[Segment, ...] = (Segment(step.state, cell.runs, change),) if cell.runs else ()
            else:
                segments = tuple(self._segments(before.cells[place], cell, step.state))
            yield RedlineCell(cell.tag, segments)

    def _segments(self, old: Cell, new: Cell, state: State) -> Iterator[Segment]:
        if old.runs == new.runs:
            yield from (Segment(state, new.runs),) if new.runs else ()
            return
        for piece in compare(old.runs, new.runs):
            if piece.was:
                yield Segment(State.RENUMBERED, piece.kept, was=piece.was)
            elif piece.kept:
                yield Segment(state, piece.kept)
            else:
                change = self._take(_kind(piece))
                yield from (Segment(State.DELETED, piece.deleted, change),) if piece.deleted else ()
                yield from (Segment(State.INSERTED, piece.inserted, change),) if piece.inserted else ()


def _groups(steps: list[Step]) -> dict[tuple[int, int], tuple[int, int]]:
    """Each moved pair, and the first pair of the passage that moved as a whole with it."""
    pairs = sorted((step.old, step.other) for step in steps if step.old is not None and step.other is not None)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for old, new in pairs:
        found[old, new] = found.get((old - 1, new - 1), (old, new))
    return found


def _kind(piece: Piece) -> ChangeKind:
    if not piece.deleted:
        return ChangeKind.INSERTED
    if not piece.inserted:
        return ChangeKind.DELETED
    if _text(piece.deleted) != _text(piece.inserted):
        return ChangeKind.REPLACED
    old, new = _targets(piece.deleted), _targets(piece.inserted)
    if old == new:
        return ChangeKind.FORM
    # Another reference that happens to have the same number is another citation.
    return ChangeKind.REPLACED if any(target.startswith("#") for target in {*old, *new}) else ChangeKind.LINK


def _text(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)


def _targets(runs: tuple[Run, ...]) -> list[str]:
    return [mark.target for run in runs for mark in run.marks if mark.target]


def _counts(passages: tuple[Passage, ...], changes: list[Change]) -> Counts:
    segments = [segment for passage in passages for cell in passage.cells for segment in cell.segments]
    inserted = [one for one in segments if one.state == State.INSERTED]
    deleted = [one for one in segments if one.state == State.DELETED]
    renumbered = [one for one in segments if one.state == State.RENUMBERED]
    relettered = sum(any(mark.target.startswith(NOTE) for run in one.runs for mark in run.marks) for one in renumbered)
    of_kind = [change.kind for change in changes]
    both = sum(kind in {ChangeKind.REPLACED, ChangeKind.LINK, ChangeKind.FORM} for kind in of_kind)
    return Counts(
        insertions=of_kind.count(ChangeKind.INSERTED) + both,
        deletions=of_kind.count(ChangeKind.DELETED) + both,
        moved=of_kind.count(ChangeKind.MOVED),
        words_inserted=sum(count_words(one.runs) for one in inserted),
        words_deleted=sum(count_words(one.runs) for one in deleted),
        renumbered=len(renumbered) - relettered,
        relettered=relettered,
        links=of_kind.count(ChangeKind.LINK),
    )
