"""Any document that pandoc has read, brought into the dialect of our texts and written as Markdown: structure, never style."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.rendering.pandoc import ConversionError, convert
from webapp.rendering.text import MARKDOWN
from webapp.rendering.tree import Node, inline_text, node, rows_of, words, wrapped

_KEPT = {"Emph", "Strong", "Superscript", "Subscript"}
_SPACES = {"Space", "SoftBreak"}
_SCHEMES = {"http", "https", "mailto"}
_DEEPEST_HEADING = 6

# What “smart” would write in ASCII goes through it as signs that no text has, so that the writer sees what the reader will see.
_TYPOGRAPHIC = "‘’“”–—…\u00a0&"
_STAND_INS = "".join(chr(0xFDD0 + place) for place in range(len(_TYPOGRAPHIC)))
_HIDE = str.maketrans(_TYPOGRAPHIC, _STAND_INS) | dict.fromkeys(map(ord, _STAND_INS))
_SHOW = str.maketrans(_STAND_INS, _TYPOGRAPHIC)
# It leaves alone what looks like an entity, though it is typed letters.
_ENTITY = re.compile(f"{_STAND_INS[-1]}(?=#?\\w+;)")
_QUOTES = {"SingleQuote": "‘’", "DoubleQuote": "“”"}


class Dialect:
    """Shapes one document, and counts in `left_out` what the dialect has no form for.

    `keys` says by which key a citation of the document is cited here; a citation that it does not name stays as it was shown.
    """

    def __init__(self, keys: Mapping[str, str] | None = None) -> None:
        self.left_out: Counter[str] = Counter()
        self._keys = keys or {}
        self._levels: list[int] = []

    def markdown(self, blocks: list[Node], version: list[int]) -> str:
        """Raises InvalidInput for what becomes longer than a text may be, or cannot be written."""
        tree = {"pandoc-api-version": version, "meta": {}, "blocks": list(self._blocks(blocks))}
        try:
            written = convert(json.dumps(tree), ["--from=json", f"--to={MARKDOWN}", "--wrap=none"])
        except ConversionError as error:
            raise InvalidInput("This text is too intricate to take over. Look for lists or tables nested very deeply.") from error
        text = _ENTITY.sub(r"\\&", written.text).translate(_SHOW).lstrip("\n").rstrip()
        if len(text) > limits.STATEMENT:
            raise InvalidInput(f"The text has more than {limits.STATEMENT:,} characters. Shorten it, or move parts to an appendix.")
        return f"{text}\n" if text else ""

    def _blocks(self, blocks: list[Node]) -> Iterator[Node]:
        for block in blocks:
            yield from self._block(block)

    def _block(self, block: Node) -> Iterable[Node]:
        content: Any = block.get("c")
        match block["t"]:
            case "Para" | "Plain" as kind:
                return self._text(kind, content)
            case "Header":
                return self._heading(*content)
            case "CodeBlock":
                return [node("CodeBlock", [["", [], []], content[1]])]
            case "BlockQuote":
                inside = list(self._blocks(content))
                return [node("BlockQuote", inside)] if inside else []
            case "Table":
                return self._table(block)
            case "Div" | "Figure":
                return self._blocks(content[-1])
            case "HorizontalRule":
                return [block]
            case _:
                return self._list(block["t"], content)

    def _list(self, kind: str, content: Any) -> Iterable[Node]:
        if kind == "BulletList":
            items = self._items(content)
            return [node("BulletList", items)] if items else []
        if kind == "OrderedList":
            items = self._items(content[1])
            start = max(int(content[0][0]), 0)
            return [node("OrderedList", [[start, node("Decimal"), node("Period")], items])] if items else []
        if kind == "LineBlock":
            return self._text("Para", [one for line in content for one in (node("LineBreak"), *line)])
        if kind == "DefinitionList":
            terms = [(node("Para", term), *(block for one in definitions for block in one)) for term, definitions in content]
            return self._blocks([block for blocks in terms for block in blocks])
        return []

    def _text(self, kind: str, inlines: list[Node]) -> Iterator[Node]:
        if shaped := self._running(inlines):
            yield node(kind, shaped)

    def _heading(self, level: int, _attributes: Any, inlines: list[Node]) -> Iterator[Node]:
        """From the first level on, and without gaps."""
        if not (shaped := _on_one_line(self._running(inlines))):
            return
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
        self._levels.append(level)
        yield node("Header", [min(len(self._levels), _DEEPEST_HEADING), ["", [], []], shaped])

    def _items(self, items: list[list[Node]]) -> list[list[Node]]:
        return [_parted(shaped) for item in items if (shaped := list(self._blocks(item)))]

    def _table(self, table: Node) -> Iterator[Node]:
        head, body = rows_of(table)
        grid = [self._row(cells) for _, cells in (*head, *body)]
        width = max((len(row) for row in grid), default=0)
        if not any(cell for row in grid for cell in row):
            return
        rows = [[["", [], []], [_cell(cell) for cell in row + [[]] * (width - len(row))]] for row in grid]
        # The dialect has one row of headings; a table without has an empty one.
        first = rows[0] if head else [["", [], []], [_cell([])] * width]
        rest = rows[1:] if head else rows
        caption = _on_one_line(self._running(_flattened(table["c"][1][1])))
        columns = (table["c"][2] + [[node("AlignDefault"), node("ColWidthDefault")]] * width)[:width]
        yield node(
            "Table",
            [
                ["", [], []],
                [None, [node("Plain", caption)] if caption else []],
                [[align, node("ColWidthDefault")] for align, _ in columns],
                [["", [], []], [first]],
                [[["", [], []], 0, [], rest]],
                [["", [], []], []],
            ],
        )

    def _row(self, cells: list[Any]) -> list[list[Node]]:
        row: list[list[Node]] = []
        for _, _, height, breadth, blocks in cells:
            row += [_on_one_line(self._running(_flattened(blocks))), *([[]] * (breadth - 1))]
            self.left_out["merged cell"] += breadth > 1 or height > 1
        return row

    def _running(self, inlines: list[Node]) -> list[Node]:
        return _trimmed(_joined(self._inlines(inlines)))

    def _inlines(self, inlines: list[Node]) -> list[Node]:
        return [shaped for one in inlines for shaped in self._inline(one)]

    def _inline(self, one: Node) -> list[Node]:
        content: Any = one.get("c")
        match one["t"]:
            case "Str":
                return [node("Str", content.translate(_HIDE))]
            case "Space" | "SoftBreak":
                return [node("Space")]
            case "LineBreak":
                return [one]
            case "Code" | "Math" as kind:
                return self._literal(kind, content[1])
            case "Cite":
                return self._citation(*content)
            case "Link":
                return self._link(*content)
            case "Note":
                blocks = list(self._blocks([_without_outline(block) for block in content]))
                return [node("Note", blocks)] if blocks else []
            case _:
                return self._span(one, content)

    def _literal(self, kind: str, text: str) -> list[Node]:
        if kind == "Code" and text.strip():
            return [node("Code", [["", [], []], text])]
        self.left_out["formula"] += kind == "Math"
        return [node("Str", text.translate(_HIDE))]

    def _span(self, one: Node, content: Any) -> list[Node]:
        if one["t"] in _KEPT:
            return _hoisted(one["t"], _joined(self._inlines(content)))
        if one["t"] == "Quoted":
            before, after = list(_QUOTES[content[0]["t"]].translate(_HIDE))
            return [node("Str", before), *self._inlines(content[1]), node("Str", after)]
        self.left_out["image"] += one["t"] == "Image"
        return self._inlines(wrapped(one) or [])

    def _link(self, _attributes: Any, inlines: list[Node], target: list[str]) -> list[Node]:
        shaped = _trimmed(_joined(self._inlines(inlines)))
        if _scheme(target[0]) not in _SCHEMES or not words(shaped).strip():
            return shaped
        return [node("Link", [["", [], []], shaped, [target[0], ""]])]

    def _citation(self, citations: list[dict[str, Any]], shown: list[Node]) -> list[Node]:
        if not all(one["citationId"] in self._keys for one in citations):
            return self._inlines(shown)
        cited = [
            {
                **one,
                "citationId": self._keys[one["citationId"]],
                "citationPrefix": self._running(one["citationPrefix"]),
                "citationSuffix": _rtrimmed(_joined(self._inlines(one["citationSuffix"]))),
            }
            for one in citations
        ]
        return [node("Cite", [cited, []])]


def _parted(item: list[Node]) -> list[Node]:
    """Two paragraphs of an item need an empty line between them, which only paragraphs proper have."""
    following = [*item[1:], node("Null")]
    return [
        node("Para", one["c"]) if one["t"] == "Plain" and after["t"] in {"Plain", "Para", "CodeBlock", "Table"} else one
        for one, after in zip(item, following, strict=True)
    ]


def _without_outline(block: Node) -> Node:
    return node("Para", [node("Strong", block["c"][2])]) if block["t"] == "Header" else block


def _cell(inlines: list[Node]) -> list[Any]:
    return [["", [], []], node("AlignDefault"), 1, 1, [node("Plain", inlines)] if inlines else []]


def _flattened(blocks: list[Node]) -> list[Node]:
    """One line from all that stands in a cell: a cell of the dialect has no paragraphs."""
    line: list[Node] = []
    for block in blocks:
        content: Any = block.get("c")
        match block["t"]:
            case "Para" | "Plain":
                more = content
            case "Header":
                more = content[2]
            case "CodeBlock":
                more = [node("Str", content[1])]
            case "BlockQuote":
                more = _flattened(content)
            case "Div" | "Figure":
                more = _flattened(content[-1])
            case "BulletList" | "OrderedList":
                items = content if block["t"] == "BulletList" else content[1]
                more = [one for item in items for one in (node("Space"), *_flattened(item))]
            case "Table":
                head, body = rows_of(block)
                more = [one for _, cells in (*head, *body) for cell in cells for one in (node("Space"), *_flattened(cell[4]))]
            case _:
                more = []
        line += [node("Space"), *more]
    return line


def _on_one_line(inlines: list[Node]) -> list[Node]:
    return [node("Space") if one["t"] == "LineBreak" else one for one in inlines]


def _joined(inlines: list[Node]) -> list[Node]:
    """Letters beside letters become one word, spaces one space, and emphasis beside the same emphasis one."""
    joined: list[Node] = []
    for one in inlines:
        last = joined[-1] if joined else node("Space")
        if one["t"] == "Str" and last["t"] == "Str":
            joined[-1] = node("Str", last["c"] + one["c"])
        elif one["t"] in _SPACES and joined and last["t"] in _SPACES:
            continue
        elif one["t"] in _KEPT and joined and last["t"] == one["t"]:
            joined[-1] = node(one["t"], _joined([*last["c"], *one["c"]]))
        else:
            joined.append(one)
    return joined


def _hoisted(kind: str, inlines: list[Node]) -> list[Node]:
    """Emphasis begins and ends at words: Markdown has none that begins with a space."""
    if not words(inlines).strip() and not any(one["t"] in {"Cite", "Note"} for one in inlines):
        return [node("Space")] if inlines else []
    before = [node("Space")] if inlines[0]["t"] in _SPACES else []
    after = [node("Space")] if inlines[-1]["t"] in _SPACES else []
    return [*before, node(kind, _trimmed(inlines)), *after]


def _trimmed(inlines: list[Node]) -> list[Node]:
    start = next((place for place, one in enumerate(inlines) if not _is_blank(one)), len(inlines))
    return _rtrimmed(inlines[start:])


def _rtrimmed(inlines: list[Node]) -> list[Node]:
    end = len(inlines)
    while end and _is_blank(inlines[end - 1]):
        end -= 1
    return inlines[:end]


def _is_blank(one: Node) -> bool:
    return one["t"] in {"Space", "SoftBreak", "LineBreak"} or (one["t"] == "Str" and not inline_text(one))


def _scheme(address: str) -> str:
    try:
        return urlsplit(address).scheme
    except ValueError:
        return ""
