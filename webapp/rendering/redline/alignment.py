"""Which blocks of two texts correspond: the same, changed, moved, moved and changed; the rest was inserted or deleted."""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

from webapp.rendering.redline.blocks import Block
from webapp.rendering.redline.matching import Pair, matched, rising
from webapp.rendering.redline.words import words_of

# By eye on letters: below, the words of another sentence shine through the first and nobody can read either.
_ALIKE = 0.45
# Alone between two that stayed, it need not be told from any other.
_ALIKE_ALONE = 0.3
# Somewhere else entirely, it has to be plain that it is the same passage.
_ALIKE_ELSEWHERE = 0.6
_FEWEST_WORDS_MOVED = 4
# A word that many blocks share says little about which of them is meant.
_TOO_COMMON = 50
_MOST_LOOKED_AT = 8


class State(StrEnum):
    """What became of a block, or of words in one."""

    KEPT = "kept"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED_FROM = "moved from"
    MOVED_TO = "moved to"
    RENUMBERED = "renumbered"


@dataclass(frozen=True)
class Step:
    """One block of the redline, by its places in the two texts. Of a moved one, `other` is where it was, or where it went."""

    state: State
    old: int | None
    new: int | None
    other: int | None = None


def align(old: tuple[Block, ...], new: tuple[Block, ...]) -> list[Step]:
    """Every block of both texts once (a moved one twice), so that the old ones and the new ones each stand in their own order."""
    same = matched([_content(block) for block in old], [_content(block) for block in new])
    candidates = _Candidates(old, new, same)
    chain = sorted([*same, *rising(list(candidates.in_place()))])
    moved = candidates.moved(set(chain))
    return list(_steps(chain, moved, len(old), len(new)))


def _content(block: Block) -> object:
    return block.shape, block.cells, block.key


class _Candidates:
    """Pairs of blocks that are not the same and yet much alike."""

    def __init__(self, old: tuple[Block, ...], new: tuple[Block, ...], same: list[Pair]) -> None:
        self._old, self._new, self._same = old, new, same
        taken_old, taken_new = {one for one, _ in same}, {other for _, other in same}
        letters: dict[str, str] = {}
        self._left = {place: _spelt(block, letters) for place, block in enumerate(old) if place not in taken_old}
        self._right = {place: _spelt(block, letters) for place, block in enumerate(new) if place not in taken_new}
        self._pairs = list(self._alike())

    def in_place(self) -> Iterator[tuple[int, int, float]]:
        """Those between the same two neighbours, with how many words they share."""
        old_ends, new_ends = [one for one, _ in self._same], [other for _, other in self._same]
        gaps_of_old = Counter(bisect(old_ends, old) for old in self._left)
        gaps_of_new = Counter(bisect(new_ends, new) for new in self._right)
        for old, new, score in self._pairs:
            gap = bisect(old_ends, old)
            is_alone = gaps_of_old[gap] == gaps_of_new[gap] == 1
            if gap == bisect(new_ends, new) and (is_alone or score >= _ALIKE):
                yield old, new, score * len(self._left[old]) + 1

    def moved(self, chain: set[Pair]) -> list[Pair]:
        """Those elsewhere, the most alike first, each block once."""
        taken_old, taken_new = {one for one, _ in chain}, {other for _, other in chain}
        found: list[Pair] = []
        for old, new, score in sorted(self._pairs, key=lambda one: (-one[2], one[0], abs(one[0] - one[1]))):
            if old in taken_old or new in taken_new or not self._is_movable(old, score):
                continue
            taken_old.add(old)
            taken_new.add(new)
            found.append((old, new))
        return found

    def _is_movable(self, old: int, score: float) -> bool:
        return bool(self._old[old].key) or (score >= _ALIKE_ELSEWHERE and len(self._left[old]) >= _FEWEST_WORDS_MOVED)

    def _alike(self) -> Iterator[tuple[int, int, float]]:
        holding: dict[str, list[int]] = defaultdict(list)
        for new, words in self._right.items():
            for word in set(words):
                holding[word].append(new)
        most = max(_TOO_COMMON, len(self._right) // 100)
        keyed = {self._new[new].key: new for new in self._right if self._new[new].key}
        for old, words in self._left.items():
            block = self._old[old]
            if block.key:
                if block.key in keyed and self._new[keyed[block.key]].shape == block.shape:
                    yield old, keyed[block.key], 1.0
                continue
            shared = Counter(new for word in set(words) if len(holding[word]) <= most for new in holding[word])
            for new, _count in shared.most_common(_MOST_LOOKED_AT):
                score = self._score(old, new)
                if score >= _ALIKE_ALONE:
                    yield old, new, score

    def _score(self, old: int, new: int) -> float:
        if self._old[old].shape != self._new[new].shape or self._new[new].key:
            return 0.0
        return Indel.normalized_similarity(self._left[old], self._right[new], score_cutoff=_ALIKE_ALONE)


def _spelt(block: Block, letters: dict[str, str]) -> str:
    """The words of a block as a string of one sign each: what rapidfuzz compares fastest."""
    words = [word for cell in block.cells for word in words_of(cell.runs)]
    return "".join(letters.setdefault(word, chr(0x100 + len(letters))) for word in words)


def _steps(chain: list[Pair], moved: list[Pair], old_count: int, new_count: int) -> Iterator[Step]:
    went, came = dict(moved), {new: old for old, new in moved}
    old = new = 0
    for old_at, new_at in [*chain, (old_count, new_count)]:
        for place in range(old, old_at):
            yield Step(State.MOVED_FROM, place, None, went[place]) if place in went else Step(State.DELETED, place, None)
        for place in range(new, new_at):
            yield Step(State.MOVED_TO, None, place, came[place]) if place in came else Step(State.INSERTED, None, place)
        if old_at < old_count or new_at < new_count:
            yield Step(State.KEPT, old_at, new_at)
        old, new = old_at + 1, new_at + 1
