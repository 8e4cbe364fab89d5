"""A converted statement as a list of blocks: each with its words, and with the lists, quotes and tables that it stands in.

Not told apart are what no reader sees: whether the items of a list are paragraphs, and where the source broke a line.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_CONTAINERS = {"blockquote", "ul", "ol", "li", "section", "table", "thead", "tbody", "tfoot", "div"}
_LEAVES = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "caption", "tr", "hr"}
_CELLS = {"th", "td"}
_MARKS = {"em", "strong", "code", "sup", "sub", "a"}
# What HTML takes for one space; a no-break space is a character like any other.
_SPACES = re.compile(r"[ \t\n\r\f]+")
_BREAK = "\v"


@dataclass(frozen=True)
class Mark:
    """An inline element around words; `target` is where a link leads."""

    tag: str
    target: str = ""


@dataclass(frozen=True)
class Run:
    """Words under the same marks, outermost first; a line break is a newline."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Container:
    """A list, item, quote, table or section; `number` tells it from the others of the same text, `anchor` is the id of an item.

    `detail` is the class of a section, or the number that a list begins with; `signs` is how a list counts, if not in figures.
    """

    tag: str
    number: int
    detail: str = ""
    signs: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Cell:
    """The words of a block; only the row of a table has several of these, under `th` and `td`."""

    tag: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, caption, piece of code, rule or row of a table; `key` is the id of an entry of the references."""

    kind: str
    path: tuple[Container, ...]
    cells: tuple[Cell, ...]
    key: str = ""

    @property
    def shape(self) -> tuple[object, ...]:
        """What two blocks must have in common to be one block whose words have changed."""
        return self.kind, tuple((one.tag, one.detail, one.signs) for one in self.path), tuple(cell.tag for cell in self.cells)


def read_blocks(html: str) -> tuple[Block, ...]:
    """The blocks of clean HTML, as `statement_html` gives it, in their order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_leaf()
    return tuple(reader.blocks)


def plain_text(blocks: tuple[Block, ...]) -> str:
    """The words alone: an empty line between blocks, a tab between the cells of a row."""
    return "\n\n".join("\t".join("".join(run.text for run in cell.runs) for cell in block.cells) for block in blocks)


def joined(runs: list[Run]) -> tuple[Run, ...]:
    """The same words in as few runs as can be."""
    found: list[Run] = []
    for run in runs:
        if found and found[-1].marks == run.marks:
            found[-1] = Run(found[-1].text + run.text, run.marks)
        elif run.text:
            found.append(run)
    return tuple(found)


@dataclass
class _Leaf:
    kind: str
    key: str
    cells: list[tuple[str, list[Run]]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._open: list[Container] = []
        self._filled: set[int] = set()
        self._marks: list[Mark] = []
        self._leaf: _Leaf | None = None
        self._count = 0
        self._key = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in _CONTAINERS:
            self._begin_container(tag, given)
        elif tag in _LEAVES:
            self._begin_leaf(tag)
        elif tag in _CELLS and self._leaf is not None:
            self._leaf.cells.append((tag, []))
        elif tag in _MARKS:
            self._marks.append(Mark(tag, given.get("href", "")))
        elif tag == "br":
            self._add(_BREAK)

    def handle_endtag(self, tag: str) -> None:
        if tag in _CONTAINERS:
            self._end_container(tag)
        elif tag in _LEAVES:
            self.end_leaf()
        elif tag in _MARKS and self._marks:
            self._marks.pop()

    def handle_data(self, data: str) -> None:
        if self._leaf is not None or data.strip():
            self._add(data)

    def _begin_container(self, tag: str, given: dict[str, str]) -> None:
        self.end_leaf()
        self._count += 1
        detail, anchor = given.get("start" if tag == "ol" else "class", ""), given.get("id", "")
        self._open.append(Container(tag, self._count, detail, given.get("type", ""), anchor))
        if tag == "li":
            self._key = anchor if anchor.startswith("ref-") else ""

    def _end_container(self, tag: str) -> None:
        self.end_leaf()
        if tag in {"li", "blockquote"} and self._open[-1].number not in self._filled:
            self._begin_leaf("p")
            self.end_leaf()
        self._open.pop()

    def _begin_leaf(self, kind: str) -> None:
        if self._leaf is not None and self._leaf.kind == "tr":
            # A paragraph in a cell is no block of its own.
            self._add(_BREAK)
            return
        self.end_leaf()
        self._leaf = _Leaf(kind, self._key)
        self._key = ""
        if kind == "hr":
            self.end_leaf()

    def _add(self, text: str) -> None:
        if self._leaf is None:
            self._begin_leaf("p")
        if self._leaf is None:
            return
        if not self._leaf.cells:
            if self._leaf.kind == "tr":
                return
            self._leaf.cells.append(("", []))
        self._leaf.cells[-1][1].append(Run(text, tuple(self._marks)))

    def end_leaf(self) -> None:
        leaf, self._leaf = self._leaf, None
        if leaf is None:
            return
        tidy = _as_typed if leaf.kind == "pre" else _as_shown
        cells = tuple(Cell(tag, tidy(runs)) for tag, runs in leaf.cells or [("", [])])
        self._filled.update(one.number for one in self._open)
        self.blocks.append(Block(leaf.kind, tuple(self._open), cells, leaf.key))


def _as_typed(runs: list[Run]) -> tuple[Run, ...]:
    whole = "".join(run.text for run in runs)
    surplus = len(whole) - len(whole.rstrip())
    return _shortened(list(runs), surplus)


def _as_shown(runs: list[Run]) -> tuple[Run, ...]:
    """Spaces as a browser shows them: one for many, none at the edges of a line."""
    found: list[Run] = []
    after_space = True
    for run in joined(runs):
        text = _SPACES.sub(" ", run.text)
        for part in re.split(f" ?({_BREAK}) ?", text):
            if part == _BREAK:
                found = list(_shortened(found, 1 if found and found[-1].text.endswith(" ") else 0))
                found.append(Run("\n", run.marks))
                after_space = True
                continue
            kept = part.removeprefix(" ") if after_space else part
            if kept:
                found.append(Run(kept, run.marks))
                after_space = kept.endswith(" ")
    whole = "".join(run.text for run in found)
    return _shortened(found, len(whole) - len(whole.rstrip(" \n")))


def _shortened(runs: list[Run], surplus: int) -> tuple[Run, ...]:
    """Without so many characters at the end."""
    while surplus and runs:
        last = runs.pop()
        kept = last.text[: max(0, len(last.text) - surplus)]
        surplus -= len(last.text) - len(kept)
        if kept:
            runs.append(Run(kept, last.marks))
    return joined(runs)
