"""The order of names by Unicode collation (UTS #10): pyuca with a table of 4 MB instead of 11."""

from array import array
from functools import cache

from pyuca import Collator
from pyuca.trie import Trie

_Element = tuple[int, ...]


@cache
def _collator() -> Collator:
    return _SmallCollator()


def collation_weights(name: str) -> bytes:
    """What sorts as the name does. The weights have two bytes each: in one string they sort alike, and take a twentieth of the memory."""
    return b"".join(weight.to_bytes(2, "big") for weight in _collator().sort_key(name))


class _SmallTable(Trie):
    """Most of the 34,000 entries are for one character: their weights are kept as bytes. The trie is for characters that sort together."""

    def __init__(self) -> None:
        super().__init__()
        self._alone: dict[int, bytes] = {}

    def add(self, key: list[int], value: list[list[int]]) -> None:
        if len(key) > 1:
            super().add(key, value)
        else:
            self._alone[key[0]] = array("H", (weight for element in value for weight in element)).tobytes()

    def find_prefix(self, key: list[int]) -> tuple[list[int], list[_Element] | None, list[int]]:
        together, value, rest = super().find_prefix(key)
        if together or not key or key[0] not in self._alone:
            return together, value, rest
        weights = iter(array("H", self._alone[key[0]]))
        return key[:1], list(zip(weights, weights, weights, strict=True)), key[1:]


class _SmallCollator(Collator):
    def load(self, filename: str) -> None:
        self.table = _SmallTable()
        super().load(filename)
