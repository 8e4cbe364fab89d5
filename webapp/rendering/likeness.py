"""Whether two texts in Markdown say the same: what the formatted editor would write is compared with what was typed."""

import json
from collections.abc import Iterator
from typing import Any

from webapp.domain.errors import InvalidInput
from webapp.rendering.text import read_tree

__all__ = ["reads_the_same"]


def reads_the_same(one: str, other: str) -> bool:
    """The same for a reader: how lines are broken in the source, and how wide it draws its tables, is not looked at.

    A text that cannot be converted is the same as none.
    """
    try:
        return _shape(one) == _shape(other)
    except (InvalidInput, RecursionError):
        return False


def _shape(markdown: str) -> str:
    return json.dumps(list(_plain(read_tree(markdown))))


def _plain(nodes: Any) -> Iterator[Any]:
    for node in nodes:
        yield _one(node)


def _one(node: Any) -> Any:
    if isinstance(node, list):
        return list(_plain(node))
    if not isinstance(node, dict):
        return node
    if node.get("t") == "SoftBreak":
        return {"t": "Space"}
    if node.get("t") == "ColWidth":
        return {"t": "ColWidthDefault"}
    # Numbers of notes and hashes of citations count what came before; the order says that already.
    return {name: _one(value) for name, value in node.items() if name not in {"citationNoteNum", "citationHash"}}
