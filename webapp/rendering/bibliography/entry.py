"""One entry of a bibliography as it was found: where it begins, and either the item or what is wrong with it."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

# What databases send along with a reference, and no style prints.
UNPRINTED = ("abstract", "annote", "keyword", "source")


@dataclass(frozen=True)
class Entry:
    """`line` counts from one: of the entry, or, where there is a problem, of the fault. `key` is what the entry calls itself."""

    line: int
    key: str
    item: dict[str, Any]
    problem: str = ""

    def __str__(self) -> str:
        place = f"Line {self.line}, entry {self.key}" if self.key else f"Line {self.line}"
        return f"{place}: {self.problem}"


class Lines:
    """Tells in which line a place stands, counted from one; a text of thousands of entries is gone through once."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def at(self, place: int) -> int:
        return bisect_right(self._starts, place)


def without_empty(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value}
