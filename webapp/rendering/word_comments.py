"""Comments put into pandoc’s tree, each around its passage, as its Word writer wants them."""

from collections.abc import Iterator, Sequence
from typing import Any

from webapp.domain.imported import ImportedComment, Passage
from webapp.rendering.tree import Node, inline_text, node, words, wrapped, wrapping

_TEXT_BLOCKS = {"Para": None, "Plain": None, "Header": 2}


def with_comments(blocks: list[Node], comments: Sequence[ImportedComment]) -> list[Node]:
    """The same blocks, changed in place. A comment whose passage is nowhere stands at the beginning, and says of what it speaks."""
    paragraphs = list(_paragraphs(blocks))
    for number, comment in enumerate(comments):
        found = _find(paragraphs, comment.passage)
        if found is not None:
            paragraph, place = found
            _put(paragraph, number, comment, comment.remark, place)
        elif paragraphs:
            quoted = f"On “{comment.passage.quote}”: " if comment.passage.quote else ""
            _put(paragraphs[0], number, comment, f"{quoted}{comment.remark}", (0, 0))
    return blocks


def _paragraphs(part: Any) -> Iterator[Node]:
    """Everything with running text, in reading order; the entries of the references are not the text’s."""
    if isinstance(part, list):
        for one in part:
            yield from _paragraphs(one)
    elif isinstance(part, dict) and part.get("t") in _TEXT_BLOCKS:
        yield part
        yield from _paragraphs(_inlines(part))
    elif isinstance(part, dict) and not (part.get("t") == "Div" and part["c"][0][0] == "refs"):
        yield from _paragraphs(part.get("c"))


def _inlines(paragraph: Node) -> list[Node]:
    place = _TEXT_BLOCKS[paragraph["t"]]
    return list(paragraph["c"] if place is None else paragraph["c"][place])


def _put(paragraph: Node, number: int, comment: ImportedComment, remark: str, place: tuple[int, int]) -> None:
    made = [["date", comment.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")]] if comment.made_at else []
    facts = ["", ["comment-start"], [["id", str(number)], ["author", comment.author], *made]]
    start = node("Span", [facts, _lines(remark)])
    end = node("Span", [["", ["comment-end"], [["id", str(number)]]], []])
    inlines = _inserted(_inserted(_inlines(paragraph), place[1], end), place[0], start)
    if paragraph["t"] == "Header":
        paragraph["c"] = [*paragraph["c"][:2], inlines]
    else:
        paragraph["c"] = inlines


def _lines(text: str) -> list[Node]:
    return [one for line in text.split("\n") for one in (node("LineBreak"), node("Str", line))][1:]


def _find(paragraphs: Sequence[Node], passage: Passage) -> tuple[Node, tuple[int, int]] | None:
    """Where it stands, by what is around it where the same words stand twice."""
    for before, after in ((passage.before, passage.after), (passage.before, ""), ("", passage.after), ("", "")):
        for paragraph in paragraphs:
            place = words(_inlines(paragraph)).find(f"{before}{passage.quote}{after}") if passage.quote else -1
            if place >= 0:
                return paragraph, (place + len(before), place + len(before) + len(passage.quote))
    return None


def _inserted(inlines: list[Node], place: int, mark: Node) -> list[Node]:
    """The inlines with a mark after so many characters of their words."""
    for position, one in enumerate(inlines):
        length = len(words([one]))
        if place == 0:
            return [*inlines[:position], mark, *inlines[position:]]
        if place > length or (place == length and position < len(inlines) - 1):
            place -= length
        else:
            return [*inlines[:position], *_within(one, place, mark), *inlines[position + 1 :]]
    return [*inlines, mark]


def _within(one: Node, place: int, mark: Node) -> list[Node]:
    if (inside := wrapped(one)) is not None:
        return [wrapping(one, _inserted(inside, place, mark))]
    text = inline_text(one)
    if one["t"] != "Str" or place == len(text):
        return [one, mark]
    return [node("Str", text[:place]), mark, node("Str", text[place:])]
