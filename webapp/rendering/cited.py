"""The statement as pandoc’s tree with its citations set: what the writers of files that are not HTML begin with."""

import json
from collections.abc import Sequence
from functools import lru_cache

from webapp.domain.document import CslItem
from webapp.rendering.pandoc import convert
from webapp.rendering.styles import Style, find_style
from webapp.rendering.text import MARKDOWN, citing_arguments, is_honest, parts_of, statement_html
from webapp.rendering.tree import Node, classes, node

__all__ = ["cited_tree", "entry_words", "is_reference_list", "unlink", "with_levels"]

_TO_AN_ENTRY = "#ref-"


def cited_tree(markdown: str, references: Sequence[CslItem], *, language: str, style: str, is_linked: bool = True) -> Node:
    """The whole tree, for its caller to change. `is_linked`: citations lead to their entries.

    Raises InvalidInput as `statement_html` does, ConversionError where pandoc takes too long after that.
    """
    statement_html(markdown, references, language=language, style=style)
    items = json.dumps([dict(item) for item in references])
    tree: Node = json.loads(_cited_tree(markdown, items, language, find_style(style), is_linked=is_linked))
    return tree


@lru_cache(maxsize=16)
def _cited_tree(markdown: str, references: str, language: str, style: Style, *, is_linked: bool) -> str:
    linked = [] if is_linked else ["--metadata=link-citations:false"]
    arguments = [f"--from={MARKDOWN}", "--to=json", *citing_arguments(language, style), *linked]
    return convert(markdown, arguments, files={"references.json": references}).text


def unlink(blocks: list[Node]) -> None:
    """Leaves the words of a link that page and PDF drop: Word would open a program or a file of the reader’s own machine."""
    for part in parts_of(blocks):
        if part.get("t") == "Link" and not (address := part["c"][2][0]).startswith(_TO_AN_ENTRY) and not is_honest(address):
            part.update(node("Span", [["", [], []], part["c"][1]]))


def with_levels(blocks: list[Node]) -> list[Node]:
    """Headings from the first level on, and without gaps, as everywhere."""
    levels: list[int] = []
    leveled = []
    for block in blocks:
        if block["t"] == "Header":
            level, attributes, inlines = block["c"]
            levels = [*(one for one in levels if one < level), level]
            block = node("Header", [len(levels), attributes, inlines])
        leveled.append(block)
    return leveled


def is_reference_list(block: Node) -> bool:
    return bool(block["t"] == "Div" and block["c"][0][0] == "refs")


def entry_words(one: Node) -> list[Node]:
    """Of a piece of an entry its words, without the number that some styles set before them."""
    if "csl-left-margin" in classes(one):
        return []
    return list(one["c"][1]) if "csl-right-inline" in classes(one) else [one]
