"""What was pasted from Word or the web becomes a text of ours: its structure and never its style, and hostile HTML harmless."""

import json
import re
from html import escape
from html.parser import HTMLParser
from typing import Any

import nh3

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.rendering.dialect import Dialect
from webapp.rendering.pandoc import ConversionError, convert
from webapp.rendering.tree import Node, attributes, classes, node

__all__ = ["clean_pasted"]

_DEEPEST = 100
# Of a page as it comes, with elements that nobody closed.
_DEEPEST_OPEN = 500
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_CLOSED_BY_THE_NEXT = {
    "p",
    "li",
    "dt",
    "dd",
    "td",
    "th",
    "tr",
    "tbody",
    "thead",
    "tfoot",
    "option",
    "br",
    "hr",
    "img",
    "meta",
    "link",
    "col",
    "input",
    "wbr",
}
_MOST_TAGS = 30_000
_TOO_MUCH = "This is too much to paste at once. Paste it in parts."
_TOO_DEEP = "This is nested too deeply to paste. Paste it without formatting, or in parts."
_INLINE = {"a", "b", "strong", "i", "em", "cite", "code", "kbd", "samp", "tt", "sub", "sup", "q", "span", "font", "u", "s", "mark", "small"}
_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "table", "caption"}
_TABLE = {"thead", "tbody", "tfoot", "tr", "th", "td"}
_SECTIONS = {"article", "section", "main", "header", "footer", "figure", "figcaption", "address", "center"}
_VOID = {"br", "hr"}
_TAGS = _INLINE | _BLOCKS | _TABLE | _SECTIONS | _VOID
_ATTRIBUTES = {"*": {"style", "class"}, "a": {"href"}, "ol": {"start"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_KEPT_ATTRIBUTES = {"href", "start", "colspan", "rowspan"}

_IN_BOLD = {"Strong", "Space", "SoftBreak", "LineBreak"}

# Word pastes a list as paragraphs, each with its level and its own sign.
_WORD_LIST = re.compile(r"mso-list:\s*l\d+\s+level(\d)", re.IGNORECASE)
_WORD_SIGN = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
# Google Docs and many editors write emphasis as a style. Word’s own, as mso-bidi-font-weight, are about other scripts.
_STYLES = (
    ("strong", re.compile(r"(?<![-\w])font-weight:\s*(bold|bolder|[6-9]00)", re.IGNORECASE)),
    ("em", re.compile(r"(?<![-\w])font-style:\s*(italic|oblique)", re.IGNORECASE)),
    ("sup", re.compile(r"vertical-align:\s*super", re.IGNORECASE)),
    ("sub", re.compile(r"vertical-align:\s*sub\b", re.IGNORECASE)),
)
_PLAIN_WEIGHT = re.compile(r"(?<![-\w])font-weight:\s*(normal|[1-5]00)", re.IGNORECASE)


def clean_pasted(html: str) -> str:
    """The Markdown of it, empty where there were no words. Images are left out, and links that lead elsewhere than to the web or a mailbox.

    Raises InvalidInput for more than a megabyte, and for what is nested more deeply than a text can be.
    """
    if len(html) > limits.PASTED:
        raise InvalidInput(_TOO_MUCH, field="html")
    _refuse_too_much(html)
    # Elements that hold no text of the page go with what is in them.
    safe = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "template", "svg", "math", "iframe", "object", "noscript", "select", "textarea"},
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    reader = _Structure()
    reader.feed(safe)
    reader.close()
    if reader.length > limits.STATEMENT:
        raise InvalidInput(_TOO_MUCH, field="html")
    try:
        tree = json.loads(convert("".join(reader.written), ["--from=html+native_divs+native_spans-raw_html-smart", "--to=json"]).text)
        return Dialect().markdown(_lists(tree["blocks"]), tree["pandoc-api-version"])
    except (ConversionError, RecursionError) as error:
        raise InvalidInput("This is too intricate to paste. Paste it without formatting, or in parts.", field="html") from error


def _refuse_too_much(html: str) -> None:
    """Before anything builds a tree of it, which takes minutes for a hundred thousand levels or elements."""
    depth = 0
    tags = _TAG.findall(html)
    if len(tags) > _MOST_TAGS:
        raise InvalidInput(_TOO_MUCH, field="html")
    for end, name in tags:
        if name.lower() not in _CLOSED_BY_THE_NEXT:
            depth = max(depth - 1, 0) if end else depth + 1
        if depth > _DEEPEST_OPEN:
            raise InvalidInput(_TOO_DEEP, field="html")


class _Structure(HTMLParser):
    """Writes clean HTML anew: emphasis that was a style becomes an element, and Word’s lists take a form that can be told."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        self._ends: list[str] = []
        """For each open element, what is to be written at its end."""
        self._hidden = 0
        self.length = 0

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in given}
        if tag in _VOID:
            self.written.append(f"<{tag}>")
            return
        if len(self._ends) >= _DEEPEST:
            raise InvalidInput(_TOO_DEEP, field="html")
        style = facts.get("style", "")
        if self._hidden or _WORD_SIGN.search(style):
            # The sign of a list that Word has typed: a dot, or a number.
            self._hidden += 1
            self._ends.append("")
            return
        before, after = self._around(tag, style, facts.get("class", ""))
        kept = "".join(f' {name}="{escape(value)}"' for name, value in facts.items() if name in _KEPT_ATTRIBUTES)
        self.written.append(before.replace("…", kept))
        self._ends.append(after)

    def _around(self, tag: str, style: str, names: str) -> tuple[str, str]:
        if tag == "p" and (level := _WORD_LIST.search(style)):
            return f'<div class="word-list" data-level="{level[1]}"><p>', "</p></div>"
        if tag in {"b", "strong"} and _PLAIN_WEIGHT.search(style):
            return "", ""
        if tag in {"span", "font"}:
            emphasis = [name for name, pattern in _STYLES if pattern.search(style)]
            return "".join(f"<{name}>" for name in emphasis), "".join(f"</{name}>" for name in reversed(emphasis))
        if tag == "p" and names == "MsoTitle":
            return "<h1>", "</h1>"
        return f"<{tag}…>", f"</{tag}>"

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not self._ends:
            return
        after = self._ends.pop()
        if self._hidden:
            self._hidden -= 1
        self.written.append(after)

    def handle_data(self, data: str) -> None:
        self.length += len(data)
        if not self._hidden:
            self.written.append(escape(data, quote=False))
        else:
            self._note_sign(data)

    def _note_sign(self, data: str) -> None:
        """Whether the list is numbered, told by the sign that is taken away."""
        if any(character.isalnum() for character in data) and data.strip() not in {"o", "§"}:
            for place in range(len(self.written) - 1, -1, -1):
                if self.written[place].startswith('<div class="word-list"'):
                    self.written[place] = self.written[place].replace('"word-list"', '"word-list numbered"')
                    return


def _lists(blocks: list[Node]) -> list[Node]:
    """Runs of Word’s list paragraphs as lists, nested by their levels."""
    made: list[Node] = []
    run: list[Node] = []
    for block in blocks:
        if block["t"] == "Div" and "word-list" in classes(block):
            run.append(block)
            continue
        made += _nested(run, 1)
        run = []
        made.append(node(block["t"], _with_lists(block)) if block["t"] in {"Div", "BlockQuote"} else _headed(block))
    return made + _nested(run, 1)


def _headed(block: Node) -> Node:
    """Word’s tables name no row of headings: a first row that is all in bold is one."""
    if block["t"] != "Table" or block["c"][3][1] or len(block["c"][4][0][3]) < 2:
        return block
    facts, caption, columns, head, bodies, foot = block["c"]
    first, *rest = bodies[0][3]
    words = [one for cell in first[1] for one in cell[4]]
    if not words or not all(one["t"] in {"Plain", "Para"} and all(inline["t"] in _IN_BOLD for inline in one["c"]) for one in words):
        return block
    plain = [[*cell[:4], [node(one["t"], _without_bold(one["c"])) for one in cell[4]]] for cell in first[1]]
    bodies = [[*bodies[0][:3], rest], *bodies[1:]]
    return node("Table", [facts, caption, columns, [head[0], [[first[0], plain]]], bodies, foot])


def _without_bold(inlines: list[Node]) -> list[Node]:
    return [inner for one in inlines for inner in (one["c"] if one["t"] == "Strong" else [one])]


def _with_lists(block: Node) -> list[Any]:
    return [*block["c"][:-1], _lists(block["c"][-1])] if block["t"] == "Div" else _lists(block["c"])


def _nested(run: list[Node], level: int) -> list[Node]:
    if not run:
        return []
    items: list[list[Node]] = []
    deeper: list[Node] = []
    for paragraph in run:
        if _level(paragraph) > level and items:
            deeper.append(paragraph)
            continue
        if items:
            items[-1] += _nested(deeper, level + 1)
            deeper = []
        blocks: list[Node] = paragraph["c"][1]
        items.append([node("Plain", block["c"]) if block["t"] == "Para" else block for block in blocks])
    items[-1] += _nested(deeper, level + 1)
    is_numbered = "numbered" in classes(run[0])
    numbered: list[Any] = [1, node("Decimal"), node("Period")]
    return [node("OrderedList", [numbered, items]) if is_numbered else node("BulletList", items)]


def _level(paragraph: Node) -> int:
    return int(attributes(paragraph).get("level", "1"))
