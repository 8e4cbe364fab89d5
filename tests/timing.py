"""Whether two kinds of request take the same time: a statistic over interleaved requests, not a limit on speed (`bar.md` T26)."""

import gc
import time
from collections.abc import Callable, Mapping
from itertools import combinations
from math import erfc, sqrt
from statistics import median

_ROUNDS = 3
_SECONDS_THAT_MATTER = 0.005
_P_THAT_MATTERS = 0.01

Act = Callable[[], object]


def mann_whitney_p(one: list[float], other: list[float]) -> float:
    """The probability that two samples of one distribution differ so much in rank; two-sided, by the normal approximation."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    rank_sum = sum(rank for rank, (_value, group) in enumerate(ranked, 1) if group == 0)
    n, m = len(one), len(other)
    u = rank_sum - n * (n + 1) / 2
    return erfc(abs(u - n * m / 2) / sqrt(n * m * (n + m + 1) / 12) / sqrt(2))


def measure(acts: Mapping[str, Act], count: int) -> dict[str, list[float]]:
    """So many of each, in turns, and each time in another order."""
    taken: dict[str, list[float]] = {name: [] for name in acts}
    names = list(acts)
    gc.collect()
    for number in range(count):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            began = time.perf_counter()
            acts[name]()
            taken[name].append(time.perf_counter() - began)
    return taken


def can_be_told_apart(taken: Mapping[str, list[float]]) -> str | None:
    """Which two differ, and by how much; None where nobody could tell."""
    for one, other in combinations(taken, 2):
        p, apart = mann_whitney_p(taken[one], taken[other]), abs(median(taken[one]) - median(taken[other]))
        if p <= _P_THAT_MATTERS and apart >= _SECONDS_THAT_MATTER:
            return f"{one} and {other}: medians {apart * 1000:.1f} ms apart, p = {p:.5f}"
    return None


def told_apart(acts: Mapping[str, Act], count: int) -> str | None:
    """The same with more samples each time before it is believed: what a busy machine does to one round, it does not do to three."""
    measure(acts, 3)
    found = None
    for number in range(1, _ROUNDS + 1):
        found = can_be_told_apart(measure(acts, count * number))
        if found is None:
            return None
    return found
