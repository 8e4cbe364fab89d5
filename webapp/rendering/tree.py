"""Pandoc’s tree of a document: what its nodes hold, and the words in them."""

from collections.abc import Callable, Iterable
from typing import Any

Node = dict[str, Any]

# How many things stand in a node before the inlines that it wraps.
_WRAPPED = {"Emph": 0, "Strong": 0, "Underline": 0, "Strikeout": 0, "Superscript": 0, "Subscript": 0, "SmallCaps": 0}
_WRAPPED_LAST = {"Quoted": 1, "Span": 1, "Link": 1}


def node(kind: str, content: Any = None) -> Node:
    return {"t": kind} if content is None else {"t": kind, "c": content}


def wrapped(one: Node) -> list[Node] | None:
    """The inlines that this inline wraps; None where it wraps none. Notes and citations are not words of the running text."""
    if one["t"] in _WRAPPED:
        return list(one["c"])
    if one["t"] in _WRAPPED_LAST:
        return list(one["c"][_WRAPPED_LAST[one["t"]]])
    return None


def wrapping(one: Node, inlines: list[Node]) -> Node:
    """The same inline around others."""
    if one["t"] in _WRAPPED:
        return node(one["t"], inlines)
    content = list(one["c"])
    content[_WRAPPED_LAST[one["t"]]] = inlines
    return node(one["t"], content)


def inline_text(one: Node) -> str:
    """The words of an inline that wraps nothing."""
    match one["t"]:
        case "Str":
            return str(one["c"])
        case "Space" | "SoftBreak":
            return " "
        case "LineBreak":
            return "\n"
        case "Code" | "Math":
            return str(one["c"][1])
        case _:
            return ""


def words(inlines: Iterable[Node]) -> str:
    """The running text, without marks of citations and notes."""
    return "".join(words(inside) if (inside := wrapped(one)) is not None else inline_text(one) for one in inlines)


def classes(one: Node) -> list[str]:
    return list(one["c"][0][1]) if one["t"] in {"Span", "Div", "Code", "Link"} else []


def attributes(one: Node) -> dict[str, str]:
    return dict(one["c"][0][2])


def map_cells(table: Node, change: Callable[[list[Node]], list[Node]]) -> Node:
    """The table with the blocks of its caption and of every cell changed."""
    attr, caption, columns, head, bodies, foot = table["c"]
    return node(
        "Table",
        [
            attr,
            [caption[0], change(caption[1])],
            columns,
            [head[0], _map_rows(head[1], change)],
            [[body[0], body[1], _map_rows(body[2], change), _map_rows(body[3], change)] for body in bodies],
            [foot[0], _map_rows(foot[1], change)],
        ],
    )


def _map_rows(rows: list[Any], change: Callable[[list[Node]], list[Node]]) -> list[Any]:
    return [[attr, [[*cell[:4], change(cell[4])] for cell in cells]] for attr, cells in rows]


def rows_of(table: Node) -> tuple[list[Any], list[Any]]:
    """The rows of the head, and all others."""
    _, _, _, head, bodies, foot = table["c"]
    return head[1], [row for body in bodies for row in (*body[2], *body[3])] + foot[1]
