"""A redline as HTML: `ins` and `del` with words for those who only listen, a summary, and links from change to change."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from webapp.rendering.redline.alignment import State
from webapp.rendering.redline.blocks import Container, Mark, Run
from webapp.rendering.redline.passages import Change, ChangeKind, Passage, Redline, RedlineCell, Segment
from webapp.rendering.redline.phrases import DELETED, INSERTED, MOVED_FROM, MOVED_TO, RULE, invisible_words, sentences
from webapp.rendering.redline.words import NOTE
from webapp.rendering.writing import direction

_NOTHING = Markup("")
_GONE = {State.DELETED, State.MOVED_FROM}
_WEB = ("http://", "https://", "mailto:")


@dataclass(frozen=True)
class _Manner:
    """How it is written: `prefix` begins every id; on paper there is nothing to press."""

    prefix: str
    language: str
    is_pressed: bool


def redline_html(redline: Redline, *, prefix: str = "change", language: str = "en-GB") -> Markup:
    """Summary, legend, links and the text with its changes, clean and escaped; every id begins with `prefix`."""
    manner = _Manner(prefix, language, is_pressed=True)
    summary = Markup('<div class="redline__head" id="{}-summary">{}{}</div>').format(prefix, _summary(redline), _ways(redline, manner))
    text = Markup('<div class="redline__text letter-text"{}>{}</div>').format(_lang(language), _Writer(redline, manner).text())
    return Markup('<div class="redline">{}{}</div>').format(summary, text)


def printed_redline(redline: Redline, *, language: str = "en-GB") -> Markup:
    """The text with its changes alone, for paper: without ids and without links from change to change."""
    return _Writer(redline, _Manner("change", language, is_pressed=False)).text()


def _lang(language: str) -> Markup:
    return Markup(' lang="{}"').format(language)


def _summary(redline: Redline) -> Markup:
    first, *others = sentences(redline.counts)
    rest = Markup("").join(Markup(" {}").format(sentence) for sentence in others)
    return Markup('<p class="redline__summary"><strong>{}</strong>{}</p>').format(first, rest)


def _ways(redline: Redline, manner: _Manner) -> Markup:
    if not redline.changes:
        return _NOTHING
    last = len(redline.changes)
    legend = Markup('<p class="redline__legend">Inserted words are underlined, deleted words are struck through.{}</p>').format(
        " A moved passage stands in both places, and says so." if redline.counts.moved else ""
    )
    ways = [(1, "First change"), (last, "Last change")] if last > 1 else [(1, "Go to the change")]
    links = Markup(" ").join(Markup('<a href="#{}-{}">{}</a>').format(manner.prefix, number, words) for number, words in ways)
    return Markup('{}<p class="redline__ways">{}</p>').format(legend, links)


class _Writer:
    """Walks the passages, opens and closes what they stand in, and writes each change."""

    def __init__(self, redline: Redline, manner: _Manner) -> None:
        self._passages = [one for one in redline.passages if not (one.is_quiet and one.state == State.MOVED_FROM)]
        self._changes = redline.changes
        self._manner = manner
        self._open: list[Container] = []
        self._begun: set[int] = set()
        self._items: Counter[int] = Counter()
        self._ids: set[str] = set()
        # An item with one paragraph is a line, not a paragraph.
        self._paragraphs = Counter(one.path[-1].number for one in self._passages if one.path and one.path[-1].tag == "li")
        self._labelled: set[str] = set()

    def text(self) -> Markup:
        found: list[Markup] = []
        for passage in self._passages:
            found.extend(self._enter(passage))
            found.append(self._passage(passage))
        found.extend(self._leave(0))
        return Markup("").join(found)

    def _enter(self, passage: Passage) -> list[Markup]:
        depth = 0
        while depth < min(len(self._open), len(passage.path)) and self._open[depth].number == passage.path[depth].number:
            depth += 1
        found = self._leave(depth)
        for container in passage.path[depth:]:
            found.append(self._begin(container))
            self._open.append(container)
        return found

    def _leave(self, depth: int) -> list[Markup]:
        found = [Markup("</{}>").format(container.tag) for container in reversed(self._open[depth:])]
        del self._open[depth:]
        return found

    def _list(self, container: Container) -> Markup:
        start = int(container.detail or 1) + self._items[container.number]
        signs = Markup(' type="{}"').format(container.signs) if container.signs else _NOTHING
        begins = Markup(' start="{}"').format(start) if start != 1 else _NOTHING
        return Markup("<ol{}{}>").format(begins, signs)

    def _begin(self, container: Container) -> Markup:
        is_again = container.number in self._begun
        self._begun.add(container.number)
        if container.tag == "ol":
            return self._list(container)
        if container.tag == "li":
            # What is gone has no number, nor has the rest of an item that a deleted passage cuts in two.
            is_gone = container.number < 0 or is_again
            if not is_gone and self._open:
                self._items[self._open[-1].number] += 1
            name = Markup(' class="redline__gone"') if is_gone else _NOTHING
            # The notes of both texts are numbered alike; what is linked to are those of the new.
            is_place = container.anchor.startswith("ref-") or (container.anchor and not is_gone)
            return Markup("<li{}{}>").format(name, self._id(container.anchor) if is_place else _NOTHING)
        if container.tag == "section" and container.detail:
            return Markup('<section class="{}">').format(container.detail)
        return Markup("<{}>").format(container.tag)

    def _passage(self, passage: Passage) -> Markup:
        if passage.kind == "hr":
            return self._rule(passage)
        label = self._label(passage)
        if passage.kind == "tr":
            return Markup("<tr{}>{}</tr>").format(_class(passage), self._row(passage, label))
        content = Markup("{}{}").format(label, self._cell(passage, passage.cells[0]))
        is_line = (
            passage.kind == "p" and bool(passage.path) and passage.path[-1].tag == "li" and self._paragraphs[passage.path[-1].number] == 1
        )
        if is_line and not _class(passage) and not _direction(passage):
            return content
        return Markup("<{0}{1}{2}>{3}</{0}>").format(passage.kind, _class(passage), _direction(passage), content)

    def _row(self, passage: Passage, label: Markup) -> Markup:
        cells = [
            Markup("<{0}>{1}{2}</{0}>").format(cell.tag or "td", label if place == 0 else _NOTHING, self._cell(passage, cell))
            for place, cell in enumerate(passage.cells)
        ]
        return Markup("").join(cells)

    def _rule(self, passage: Passage) -> Markup:
        if passage.state == State.KEPT:
            return Markup("<hr>")
        tag, words = ("ins", INSERTED) if passage.new_path is not None else ("del", DELETED)
        shown = Markup('<{0}>{1}<span class="redline__note">{2}</span></{0}>').format(tag, self._hidden(words), RULE)
        return Markup("<p>{}</p>").format(self._stop(passage.change, shown))

    def _cell(self, passage: Passage, cell: RedlineCell) -> Markup:
        found: list[Markup] = []
        for change, segments in groupby(cell.segments, key=lambda one: one.change):
            written = Markup("").join(self._segment(passage, one) for one in segments)
            if change and passage.state != State.MOVED_FROM:
                written = self._stop(change, Markup("{}{}").format(written, self._note(change, cell)))
            found.append(written)
        return Markup("").join(found)

    def _segment(self, passage: Passage, segment: Segment) -> Markup:
        words = self._words(segment.runs, is_code=passage.kind == "pre", is_gone=segment.state in _GONE)
        if segment.state == State.KEPT or (passage.is_quiet and segment.state == State.MOVED_TO):
            return words
        if segment.state == State.RENUMBERED:
            was = "".join(run.text for run in segment.was)
            return Markup('<span class="redline__renumbered">{}{}</span>').format(words, self._hidden(f" (was {was})"))
        if segment.state in {State.MOVED_FROM, State.MOVED_TO}:
            return Markup('<{0} class="redline__moved">{1}</{0}>').format("del" if segment.state == State.MOVED_FROM else "ins", words)
        tag, said = ("ins", INSERTED) if segment.state == State.INSERTED else ("del", DELETED)
        unseen = invisible_words("".join(run.text for run in segment.runs))
        return Markup("<{0}>{1}{2}</{0}>").format(tag, self._hidden(f"{said}{unseen}"), words)

    def _words(self, runs: tuple[Run, ...], *, is_code: bool, is_gone: bool, depth: int = 0) -> Markup:
        """The runs, each mark around as many of them as it can be."""
        found: list[Markup] = []
        for mark, group in groupby(runs, key=lambda run: run.marks[depth] if len(run.marks) > depth else None):
            together = tuple(group)
            if mark is not None:
                inner = self._words(together, is_code=is_code, is_gone=is_gone, depth=depth + 1)
                found.append(self._marked(mark, inner, is_gone=is_gone))
                continue
            text = "".join(run.text for run in together)
            found.append(escape(text) if is_code else Markup("<br>").join(escape(line) for line in text.split("\n")))
        return Markup("").join(found)

    def _marked(self, mark: Mark, shown: Markup, *, is_gone: bool) -> Markup:
        if mark.tag != "a":
            return Markup("<{0}>{1}</{0}>").format(mark.tag, shown)
        if mark.target.startswith(_WEB):
            return Markup('<a href="{}">{}</a>').format(mark.target, shown)
        if mark.target.startswith(("#ref-", NOTE)) and self._manner.is_pressed and not is_gone:
            return Markup('<a href="#{}-{}">{}</a>').format(self._manner.prefix, mark.target[1:], shown)
        return shown

    def _label(self, passage: Passage) -> Markup:
        """Says of a moved passage that it moved, at its beginning; of what moved along with it, only to those who listen."""
        if passage.is_quiet or passage.state not in {State.MOVED_FROM, State.MOVED_TO}:
            return _NOTHING
        words, end = (MOVED_FROM, "from") if passage.state == State.MOVED_FROM else (MOVED_TO, "to")
        name = f"{passage.change}-{end}"
        if name in self._labelled:
            return self._hidden(f"{words}: ")
        self._labelled.add(name)
        label = Markup('<span class="redline__label">{}</span> ').format(self._across(passage, words))
        return self._stop(passage.change, label)

    def _across(self, passage: Passage, words: str) -> Markup:
        """A link between the two places of what moved: the first has the plain id of the change, the second one of its own."""
        if not self._manner.is_pressed:
            return Markup("{}:").format(words)
        is_second = f"{self._manner.prefix}-{passage.change}" in self._ids
        there = f"{self._manner.prefix}-{passage.change}" + ("" if is_second else "-there")
        return Markup('<a href="#{}">{}</a>:').format(there, words)

    def _note(self, change: int, cell: RedlineCell) -> Markup:
        """Where a link led and leads: a change that neither underline nor strike can show."""
        kind = self._changes[change - 1].kind
        if kind != ChangeKind.LINK:
            return _NOTHING
        old, new = (_targets(cell, change, state) for state in (State.DELETED, State.INSERTED))
        return Markup(' <span class="redline__note">[link: was {}, is {}]</span>').format(old or "none", new or "none")

    def _stop(self, change: int, written: Markup) -> Markup:
        """Gives a change its id and, once one has come to it, the ways on and back."""
        if not self._manner.is_pressed:
            return written
        name = f"{self._manner.prefix}-{change}"
        if name in self._ids:
            there = self._changes[change - 1].kind == ChangeKind.MOVED and f"{name}-there" not in self._ids
            if not there:
                return written
            name += "-there"
        self._ids.add(name)
        return Markup('<span class="redline__change" id="{}">{}{}</span>').format(name, written, self._steps(self._changes[change - 1]))

    def _steps(self, change: Change) -> Markup:
        prefix, last = self._manner.prefix, len(self._changes)
        before = f"{prefix}-{change.number - 1}" if change.number > 1 else ""
        after = f"{prefix}-{change.number + 1}" if change.number < last else ""
        ways = [(before, "Previous change"), (after, "Next change"), (f"{prefix}-summary", "Summary")]
        links = Markup(" ").join(Markup('<a href="#{}">{}</a>').format(target, words) for target, words in ways if target)
        where = Markup("<span>Change {} of {}</span> ").format(change.number, last)
        return Markup('<span class="redline__steps"> {}{}</span>').format(where, links)

    def _hidden(self, words: str) -> Markup:
        # The words are ours, and English; the text around them may not be.
        language = _NOTHING if self._manner.language.startswith("en") else _lang("en")
        return Markup('<span class="visually-hidden"{}>{}</span>').format(language, words)

    def _id(self, key: str) -> Markup:
        name = f"{self._manner.prefix}-{key}"
        if not self._manner.is_pressed or name in self._ids:
            return _NOTHING
        self._ids.add(name)
        return Markup(' id="{}"').format(name)


def _class(passage: Passage) -> Markup:
    if passage.is_quiet or passage.state not in {State.MOVED_FROM, State.MOVED_TO}:
        return _NOTHING
    return Markup(' class="redline__block redline__block--{}"').format("from" if passage.state == State.MOVED_FROM else "to")


def _direction(passage: Passage) -> Markup:
    words = "".join(run.text for cell in passage.cells for segment in cell.segments for run in segment.runs)
    return Markup(' dir="rtl"') if direction(words) == "rtl" else _NOTHING


def _targets(cell: RedlineCell, change: int, state: State) -> str:
    marks = [mark for one in cell.segments if (one.change, one.state) == (change, state) for run in one.runs for mark in run.marks]
    return ", ".join(dict.fromkeys(mark.target for mark in marks if mark.tag == "a"))
