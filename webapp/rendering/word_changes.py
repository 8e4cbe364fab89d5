"""Tracked changes and comments: taken out of the tree of a Word file, which then is the text before them, and listed apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webapp.domain import limits
from webapp.domain.imported import ImportedComment, ImportedSuggestion, Passage
from webapp.rendering.tree import Node, attributes, classes, inline_text, map_cells, node, words, wrapped, wrapping

_CONTEXT = 60
_TEXT_BLOCKS = {"Para", "Plain", "Header"}


@dataclass(frozen=True)
class _Hand:
    """Whose change or comment it is, and from when."""

    author: str
    made_at: datetime | None


@dataclass
class _Edit:
    """In the text before the changes, `start` to `end` goes and `wording` comes."""

    start: int
    end: int
    wording: str
    hand: _Hand


@dataclass
class _Remark:
    start: int
    end: int
    remark: str
    hand: _Hand


@dataclass
class _Flow:
    """The running text of one paragraph, heading or cell."""

    text: str = ""
    edits: list[_Edit] = field(default_factory=list)
    remarks: list[_Remark] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return not self.text.strip() and any(edit.wording.strip() for edit in self.edits)

    def edit(self, hand: _Hand, *, deleted: str = "", inserted: str = "") -> None:
        last = self.edits[-1] if self.edits else None
        if last is None or last.end != len(self.text) or last.hand.author != hand.author:
            last = _Edit(len(self.text), len(self.text), "", hand)
            self.edits.append(last)
        self.text += deleted
        last.end = len(self.text)
        last.wording += inserted

    def keep(self, text: str) -> bool:
        """Whether it was new: of two spaces, between which something was inserted, one is enough, and belongs to what was inserted."""
        if text == " " and self.text[-1:] in {"", " "}:
            if self.edits and self.edits[-1].end == len(self.text):
                self.edits[-1].wording += text
            return False
        self.text += text
        return True


class ChangeReader:
    """Reads the tree from beginning to end, once."""

    def __init__(self) -> None:
        self._flows: list[_Flow] = []
        self._flow = _Flow()
        self._open: dict[str, tuple[_Flow, _Remark]] = {}

    def blocks(self, blocks: list[Node]) -> list[Node]:
        """The blocks before the changes."""
        kept: list[Node] = []
        waiting = list(reversed(blocks))
        while waiting:
            block = waiting.pop()
            if block["t"] in _TEXT_BLOCKS:
                kept += self._text_block(block, waiting)
            else:
                kept += self._other_block(block)
        return kept

    def _text_block(self, block: Node, following: list[Node]) -> list[Node]:
        """A paragraph that a change has parted from the next one is one with it."""
        self._flow = _Flow()
        self._flows.append(self._flow)
        last, inlines = block, self._inlines(_content(block), None)
        while (hand := _parted(last)) and following and following[-1]["t"] in _TEXT_BLOCKS and not self._flow.is_new:
            self._flow.edit(hand, inserted="\n\n")
            has_begun, last = bool(self._flow.text.strip()), following.pop()
            block = block if has_begun else last
            inlines += self._inlines([node("Space"), *_content(last)], None)
        joiner = _mark(_content(last), "paragraph-deletion")
        if joiner and not self._is_all_deleted():
            end = len(self._flow.text)
            self._flow.remarks.append(_Remark(end, end, "Join this paragraph with the next.", joiner))
        has_text = bool(self._flow.text.strip()) or any(one["t"] in {"Cite", "Note", "Image"} for one in inlines)
        return [_with_content(block, inlines)] if has_text else []

    def _is_all_deleted(self) -> bool:
        return any(edit.start == 0 and edit.end == len(self._flow.text) for edit in self._flow.edits)

    def _other_block(self, block: Node) -> list[Node]:
        content: Any = block.get("c")
        inside: list[Any]
        match block["t"]:
            case "BlockQuote":
                inside = content = self.blocks(content)
            case "Div" | "Figure":
                inside = self.blocks(content[-1])
                content = [*content[:-1], inside]
            case "BulletList":
                inside = content = self._items(content)
            case "OrderedList":
                inside = self._items(content[1])
                content = [content[0], inside]
            case "Table":
                return [map_cells(block, self.blocks)]
            case _:
                return [block]
        return [node(block["t"], content)] if inside else []

    def _items(self, items: list[list[Node]]) -> list[list[Node]]:
        return [blocks for item in items if (blocks := self.blocks(item))]

    def _inlines(self, inlines: list[Node], change: tuple[str, _Hand] | None) -> list[Node]:
        kept: list[Node] = []
        for one in inlines:
            kept += self._inline(one, change)
        return kept

    def _inline(self, one: Node, change: tuple[str, _Hand] | None) -> list[Node]:
        kind = next(iter(classes(one)), "") if one["t"] == "Span" else ""
        if kind in {"insertion", "deletion"}:
            # What one inserted and another took out again was never there.
            inner = (kind, _hand(one)) if change is None else (kind if kind == change[0] else "nothing", _hand(one))
            return self._inlines(one["c"][1], inner)
        if kind == "comment-start":
            return self._comment_start(one)
        if kind == "comment-end":
            self._comment_end(attributes(one).get("id", ""))
            return []
        if kind in {"paragraph-insertion", "paragraph-deletion"}:
            return []
        if (inside := wrapped(one)) is not None:
            inlines = self._inlines(inside, change)
            return [wrapping(one, inlines)] if inlines or not inside else []
        return self._leaf(one, change)

    def _leaf(self, one: Node, change: tuple[str, _Hand] | None) -> list[Node]:
        text = inline_text(one)
        if change is None:
            kept = self._flow.keep(text)
            return [self._with_note(one)] if kept or text != " " else []
        kind, hand = change
        if kind == "insertion":
            self._flow.edit(hand, inserted=text or _shown(one))
        elif kind == "deletion":
            self._flow.edit(hand, deleted=text)
            return [self._with_note(one)]
        return []

    def _with_note(self, one: Node) -> Node:
        if one["t"] != "Note":
            return one
        outer, blocks = self._flow, self.blocks(one["c"])
        self._flow = outer
        return node("Note", blocks)

    def _comment_start(self, one: Node) -> list[Node]:
        number = attributes(one).get("id", "")
        if number not in self._open:
            place = len(self._flow.text)
            remark = _Remark(place, -1, words(one["c"][1]).strip()[: limits.NOTE], _hand(one))
            self._flow.remarks.append(remark)
            self._open[number] = (self._flow, remark)
        return []

    def _comment_end(self, number: str) -> None:
        if number in self._open:
            flow, remark = self._open[number]
            if remark.end < 0:
                remark.end = len(flow.text)

    def has_text(self) -> bool:
        return any(flow.text.strip() for flow in self._flows)

    def suggestions(self) -> Iterator[ImportedSuggestion]:
        """In the order of the text. A paragraph that is all new is proposed at the end of the one before, or the beginning of the next."""
        for flow in self._with_new_paragraphs_placed():
            for group in _grouped(flow):
                start, quote, wording = _stripped(group.start, flow.text[group.start : group.end], group.applied(flow.text))
                if quote != wording:
                    hands = " and ".join(dict.fromkeys(edit.hand.author for edit in group.edits))
                    yield ImportedSuggestion(hands, group.edits[0].hand.made_at, _passage(flow, start, start + len(quote)), wording)

    def comments(self) -> Iterator[ImportedComment]:
        """In the order of the text."""
        for flow, remark in self._remarks_placed():
            start, end = _around_words(flow.text, remark.start, remark.end if remark.end >= 0 else len(flow.text))
            yield ImportedComment(remark.hand.author, remark.hand.made_at, _passage(flow, start, end), remark.remark)

    def _with_new_paragraphs_placed(self) -> list[_Flow]:
        standing: list[_Flow] = []
        ahead: list[_Edit] = []
        for flow in self._flows:
            if flow.is_new:
                new = [_Edit(0, 0, edit.wording.strip(), edit.hand) for edit in flow.edits if edit.wording.strip()]
                if standing:
                    end = len(standing[-1].text)
                    standing[-1].edits += [_Edit(end, end, f"\n\n{edit.wording}", edit.hand) for edit in new]
                else:
                    ahead += [_Edit(0, 0, f"{edit.wording}\n\n", edit.hand) for edit in new]
            elif flow.text.strip():
                flow.edits[:0], ahead = ahead, []
                standing.append(flow)
        return standing

    def _remarks_placed(self) -> Iterator[tuple[_Flow, _Remark]]:
        last = _Flow()
        for flow in self._flows:
            if flow.text.strip():
                last = flow
            for remark in flow.remarks:
                if flow is last:
                    yield flow, remark
                else:
                    yield last, _Remark(len(last.text), len(last.text), remark.remark, remark.hand)


def _content(block: Node) -> list[Node]:
    return list(block["c"][2] if block["t"] == "Header" else block["c"])


def _with_content(block: Node, inlines: list[Node]) -> Node:
    return node("Header", [*block["c"][:2], inlines]) if block["t"] == "Header" else node(block["t"], inlines)


def _parted(block: Node) -> _Hand | None:
    return _mark(_content(block), "paragraph-insertion")


def _mark(inlines: list[Node], kind: str) -> _Hand | None:
    return next((_hand(one) for one in inlines if one["t"] == "Span" and kind in classes(one)), None)


def _hand(one: Node) -> _Hand:
    facts = attributes(one)
    try:
        made_at = datetime.fromisoformat(facts.get("date", ""))
    except ValueError:
        made_at = None
    author = " ".join(facts.get("author", "").split())[: limits.PERSON_NAME] or "Unnamed"
    # Word writes the writer’s own clock and calls it UTC; without a zone it is no moment.
    return _Hand(author, made_at if made_at and made_at.tzinfo else None)


def _shown(one: Node) -> str:
    """An inserted citation or note, in a wording."""
    if one["t"] == "Cite":
        return words(one["c"][1])
    if one["t"] == "Note":
        return f" (note: {' '.join(words(_content(block)) for block in one['c'] if block['t'] in _TEXT_BLOCKS)})"
    return ""


@dataclass(frozen=True)
class _Group:
    """Edits that touch the same words, and where these begin and end."""

    edits: list[_Edit]
    start: int
    end: int

    def applied(self, text: str) -> str:
        pieces, place = [], self.start
        for edit in self.edits:
            pieces += [text[place : edit.start], edit.wording]
            place = max(place, edit.end)
        return "".join([*pieces, text[place : self.end]])

    def joined(self, other: "_Group") -> "_Group":
        return _Group([*self.edits, *other.edits], min(self.start, other.start), max(self.end, other.end))


def _grouped(flow: _Flow) -> list[_Group]:
    """Each edit with the words that it touches, so that a reader sees words and not letters."""
    touching: list[_Group] = []
    for edit in flow.edits:
        group = _touched(flow.text, edit)
        while touching and (group.start < touching[-1].end or _replaces(flow.text, touching[-1], group)):
            group = touching.pop().joined(group)
        touching.append(group)
    settled: list[_Group] = []
    for group in touching:
        group = _widened(flow.text, group)
        while settled and group.start < settled[-1].end:
            group = settled.pop().joined(group)
        settled.append(group)
    return settled


def _touched(text: str, edit: _Edit) -> _Group:
    start, end = edit.start, edit.end
    changed = text[start:end] + edit.wording
    if not changed[:1].isspace():
        start = _word_start(text, start)
    if not changed[-1:].isspace():
        end = _word_end(text, end)
    if edit.wording.endswith("\n") and text[end:].strip():
        # Where a paragraph is parted, the words on both sides show it.
        start = _word_start(text, len(text[:start].rstrip()))
        end = _word_end(text, len(text) - len(text[end:].lstrip()))
    return _Group([edit], start, end)


def _replaces(text: str, first: _Group, second: _Group) -> bool:
    """One took words out and the other put words there: the space between belongs to both."""
    is_gone = [not group.applied(text).strip() for group in (first, second)]
    is_new = [not text[group.start : group.end].strip() for group in (first, second)]
    return not text[first.end : second.start].strip() and ((is_gone[0] and is_new[1]) or (is_new[0] and is_gone[1]))


def _widened(text: str, group: _Group) -> _Group:
    """On no words, or leaving none: the word before says where, or the one after."""
    start, end = group.start, group.end
    if text[start:end].strip() and group.applied(text).strip():
        return group
    before = _word_start(text, len(text[:start].rstrip()))
    if text[before:start].strip():
        return _Group(group.edits, before, end)
    return _Group(group.edits, start, _word_end(text, len(text) - len(text[end:].lstrip())))


def _word_start(text: str, place: int) -> int:
    while place > 0 and not text[place - 1].isspace():
        place -= 1
    return place


def _word_end(text: str, place: int) -> int:
    while place < len(text) and not text[place].isspace():
        place += 1
    return place


def _stripped(start: int, quote: str, wording: str) -> tuple[int, str, str]:
    bare = quote.lstrip()
    return start + len(quote) - len(bare), bare.rstrip(), re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", wording)).strip()


def _around_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without spaces at its ends; for a range without words, the word before it, or the one after."""
    if text[start:end].strip():
        start += len(text[start:end]) - len(text[start:end].lstrip())
        return start, start + len(text[start:end].rstrip())
    end = len(text[:start].rstrip())
    if end:
        return _word_start(text, end), end
    start = len(text) - len(text.lstrip())
    return start, _word_end(text, start)


def _passage(flow: _Flow, start: int, end: int) -> Passage:
    return Passage(flow.text[start:end], flow.text[max(0, start - _CONTEXT) : start], flow.text.rstrip()[end : end + _CONTEXT])
