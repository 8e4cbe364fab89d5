"""Random texts as the converter writes them, random edits of them, and what a page shows of either side of a redline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import html5lib
from hypothesis import strategies as st

# Few words, so that edits meet their like; and scripts in which a word is not what stands between spaces.
WORDS = (
    "the",
    "trial",
    "of",
    "kidney",
    "was",
    "not",
    "x",
    "41–68%",
    "well-known",
    "(n",
    "=",
    "7)",
    "e\u0301tude",
    "क्षेत्र",
    "جمعية",
    "ไม่พบ",
    "研究は",
    "5\u00a0mg",
)
_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)
_marks = st.sampled_from(
    [
        "{}",
        "{}",
        "{}",
        "{}",
        "<em>{}</em>",
        "<strong>a <em>{}</em></strong>",
        '<a href="https://example.org/1">{}</a>',
        '<a href="https://example.org/2">{}</a>',
        "{}<br>",
    ]
)
_citation = st.sampled_from(
    ["", "", *(f'<sup><a href="#ref-{key}" role="doc-biblioref">{number}</a></sup>' for key in "abc" for number in (1, 2, 12))]
)


@st.composite
def _inline(draw: Any) -> str:
    parts = [draw(_marks).format(escape(word)) for word in draw(_words)]
    return " ".join(parts) + "." + draw(_citation)


def _list(tag: str) -> Any:
    return st.lists(_inline(), min_size=1, max_size=4).map(
        lambda items: f"<{tag}>" + "".join(f"<li>{one}</li>" for one in items) + f"</{tag}>"
    )


_nested = st.tuples(_inline(), _list("ul"), _inline()).map(lambda of: f"<ol><li><p>{of[0]}</p>\n{of[1]}</li><li>{of[2]}</li><li></li></ol>")
_row = st.lists(st.one_of(_inline(), st.just("")), min_size=2, max_size=2).map(
    lambda cells: "<tr>" + "".join(f"<td>{one}</td>" for one in cells) + "</tr>"
)
_table = st.lists(_row, min_size=1, max_size=4).map(
    lambda rows: "<table><caption>Some</caption><thead><tr><th>a</th><th>b</th></tr></thead><tbody>" + "".join(rows) + "</tbody></table>"
)
_entries = st.permutations(["a", "b", "c", "d"]).flatmap(lambda keys: st.integers(0, 4).map(lambda count: keys[:count]))
references = _entries.map(
    lambda keys: (
        '<section class="references"><h2>References</h2><ol>'
        + "".join(f'<li id="ref-{key}">Smith {key}. A trial. 2024;7:1.</li>' for key in keys)
        + "</ol></section>"
    )
)
unit = st.one_of(
    _inline().map("<p>{}</p>".format),
    _inline().map("<p>{}</p>".format),
    _inline().map("<h2>{}</h2>".format),
    _list("ul"),
    _list("ol"),
    _nested,
    _table,
    _inline().map("<blockquote><p>{}</p></blockquote>".format),
    st.just("<pre><code>if x:\n    y  &lt; 1\n</code></pre>"),
    st.just("<hr>"),
)


@dataclass(frozen=True)
class Edit:
    """Two texts, the second made from the first."""

    old: str
    new: str


@st.composite
def edits(draw: Any) -> Edit:
    units = draw(st.lists(unit, max_size=8))
    changed = list(units)
    for _step in range(draw(st.integers(0, 6))):
        _change(draw, changed)
    return Edit("\n".join(units) + draw(references), "\n".join(changed) + draw(references))


def _change(draw: Any, units: list[str]) -> None:
    act = draw(st.sampled_from(["insert", "delete", "move", "copy", "word", "word"]))
    if act == "insert" or not units:
        units.insert(draw(st.integers(0, len(units))), draw(unit))
        return
    place = draw(st.integers(0, len(units) - 1))
    if act == "word":
        old, new = draw(st.sampled_from(WORDS)), draw(st.sampled_from(WORDS))
        units[place] = units[place].replace(f" {escape(old)} ", f" {escape(new)} ", draw(st.integers(1, 2)))
        return
    one = units[place] if act == "copy" else units.pop(place)
    if act != "delete":
        units.insert(draw(st.integers(0, len(units))), one)


_BLOCKS = {"p", "h2", "h3", "li", "td", "th", "caption", "pre", "blockquote", "div", "section", "ul", "ol", "table", "tr"}
_OURS = {"visually-hidden", "redline__steps", "redline__note", "redline__label"}


def shown(html: str, *, without: str = "", is_old: bool = False) -> list[str]:
    """The words of each block of a page, in order, leaving out the element `without` and whatever a redline says of itself."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    text = "".join(_text(tree, without, is_old=is_old))
    return [" ".join(block.split()) for block in text.split("\f") if block.strip()]


def _text(element: Any, without: str, *, is_old: bool) -> Iterator[str]:
    names = set((element.get("class") or "").split())
    if not (element.tag == without or names & _OURS or (is_old and "redline__block--to" in names)):
        edge = "\f" if element.tag in _BLOCKS else "\n" if element.tag == "br" else ""
        yield edge
        if is_old and "redline__renumbered" in names:
            # What a reader of the page is told stood there before.
            yield re.findall(r"\(was (.*)\)", "".join(element.itertext()))[0]
        else:
            yield element.text or ""
            for child in element:
                yield from _text(child, without, is_old=is_old)
        yield edge
    yield element.tail or ""
