"""Which items of two sequences correspond: the longest common subsequence, in time and memory that stay small for any input."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import LCSseq

# Bits of the table that rapidfuzz keeps: 8 MB. Beyond, what is unique in both is matched first, and cuts the rest into small pieces.
_LARGEST = 64_000_000

Pair = tuple[int, int]


def matched(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Pairs of places that hold the same, rising in both. All of the longest, save between long stretches without a landmark."""
    numbers: dict[Hashable, int] = {}
    left = [numbers.setdefault(item, len(numbers)) for item in old]
    right = [numbers.setdefault(item, len(numbers)) for item in new]
    return list(_matched(left, right, 0, 0))


def _matched(old: list[int], new: list[int], old_start: int, new_start: int) -> Iterator[Pair]:
    head = _common_head(old, new)
    tail = _common_head(old[head:][::-1], new[head:][::-1])
    yield from ((old_start + place, new_start + place) for place in range(head))
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    yield from _matched_inside(inner_old, inner_new, old_start + head, new_start + head)
    old_end, new_end = old_start + len(old) - tail, new_start + len(new) - tail
    yield from ((old_end + place, new_end + place) for place in range(tail))


def _common_head(old: list[int], new: list[int]) -> int:
    length = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        length += 1
    return length


def _matched_inside(old: list[int], new: list[int], old_start: int, new_start: int) -> Iterator[Pair]:
    if not old or not new:
        return
    if len(old) * len(new) <= _LARGEST:
        for block in LCSseq.opcodes(old, new).as_matching_blocks():
            yield from ((old_start + block.a + place, new_start + block.b + place) for place in range(block.size))
        return
    landmarks = rising(_landmarks(old, new))
    if not landmarks:
        # Ten thousand words without one that stands once in both: nobody could read what changed among them.
        return
    for (old_before, new_before), (old_at, new_at) in pairwise([(-1, -1), *landmarks, (len(old), len(new))]):
        between = old[old_before + 1 : old_at], new[new_before + 1 : new_at]
        yield from _matched(*between, old_start + old_before + 1, new_start + new_before + 1)
        if old_at < len(old):
            yield old_start + old_at, new_start + new_at


def _landmarks(old: list[int], new: list[int]) -> list[tuple[int, int, float]]:
    in_old, in_new = Counter(old), Counter(new)
    places = {item: place for place, item in enumerate(new) if in_new[item] == 1}
    return [(place, places[item], 1.0) for place, item in enumerate(old) if in_old[item] == 1 and item in places]


def rising(candidates: list[tuple[int, int, float]]) -> list[Pair]:
    """Of (old place, new place, weight) the heaviest choice in which both places rise."""
    # The best chain that ends at each new place or before: a tree of maxima (Fenwick), because there may be thousands.
    size = max((new for _, new, _ in candidates), default=-1) + 1
    best: list[int | None] = [None] * (size + 1)
    totals, before = [0.0] * len(candidates), [None] * len(candidates)  # type: list[float], list[int | None]
    ordered = sorted(candidates, key=lambda one: (one[0], -one[1]))
    for number, (_old, new, weight) in enumerate(ordered):
        reached = _best_until(best, totals, new)
        before[number] = reached
        totals[number] = weight + (totals[reached] if reached is not None else 0)
        _note(best, totals, new + 1, number)
    last = _best_until(best, totals, size)
    chain: list[Pair] = []
    while last is not None:
        chain.append(ordered[last][:2])
        last = before[last]
    return chain[::-1]


def _best_until(best: list[int | None], totals: list[float], place: int) -> int | None:
    found: int | None = None
    while place > 0:
        here = best[place]
        if here is not None and (found is None or totals[here] > totals[found]):
            found = here
        place -= place & -place
    return found


def _note(best: list[int | None], totals: list[float], place: int, number: int) -> None:
    while place < len(best):
        here = best[place]
        if here is None or totals[number] > totals[here]:
            best[place] = number
        place += place & -place
