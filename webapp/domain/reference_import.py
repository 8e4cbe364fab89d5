"""What an import would do to the references of a letter, shown before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from webapp.domain.document import CslItem
from webapp.domain.reference import made_key
from webapp.domain.reference_list import WorkFinder, is_same_work


class Change(StrEnum):
    """What would become of one of the references that are brought."""

    NEW = "new"
    SAME = "there already"
    CHANGED = "changed"
    RENAMED = "new, with another key"
    DOUBLED = "there under another key"


@dataclass(frozen=True)
class Brought:
    """One reference that is brought: `item` is as it would be stored, `other` the key that it meets or that it had."""

    change: Change
    item: CslItem
    other: str = ""
    differs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportPlan:
    lines: tuple[Brought, ...]

    def count(self, change: Change) -> int:
        return sum(line.change == change for line in self.lines)

    def apply(self, held: Sequence[CslItem], *, with_doubles: bool) -> list[dict[str, Any]]:
        """The references as they would be: those that are there keep their places, changed ones too, new ones stand behind."""
        replaced = {str(line.item["id"]): line.item for line in self.lines if line.change == Change.CHANGED}
        added = {Change.NEW, Change.RENAMED} | ({Change.DOUBLED} if with_doubles else set())
        kept = [dict(replaced.get(str(item["id"]), item)) for item in held]
        return kept + [dict(line.item) for line in self.lines if line.change in added]


def plan_import(held: Sequence[CslItem], brought: Sequence[CslItem]) -> ImportPlan:
    """Meets each by its key first: the same work under it is changed, another one makes way by a new key for what is brought.

    What is brought twice in one file is there under another key the second time.
    """
    by_key = {str(item["id"]): item for item in held}
    taken = {*by_key, *(str(item["id"]) for item in brought)}
    shelf, lines = WorkFinder(held), []
    for item in brought:
        line = _met(item, by_key, shelf, taken)
        if line.change in {Change.NEW, Change.RENAMED}:
            shelf.add(line.item)
        lines.append(line)
    return ImportPlan(tuple(lines))


def _met(item: CslItem, by_key: Mapping[str, CslItem], shelf: WorkFinder, taken: set[str]) -> Brought:
    key = str(item["id"])
    here = by_key.get(key)
    if here is not None and is_same_work(item, here):
        differs = tuple(sorted(name for name in {*here, *item} if here.get(name) != item.get(name)))
        return Brought(Change.CHANGED if differs else Change.SAME, item, key, differs)
    twin = next((other for other, _what in shelf.same_as(item) if other != key), "")
    if here is None:
        return Brought(Change.DOUBLED, item, twin) if twin else Brought(Change.NEW, item)
    fresh = made_key(item, taken)
    taken.add(fresh)
    renamed = {**item, "id": fresh}
    return Brought(Change.DOUBLED, renamed, twin) if twin else Brought(Change.RENAMED, renamed, key)
