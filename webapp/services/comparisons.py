"""Any two revisions compared, or a revision with what is being written: which texts changed, and how, as their reader sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.letter import Action, move_for
from webapp.domain.permission import Permission
from webapp.domain.text import TextKind, style_of
from webapp.persistence.tables import LetterRow, RevisionRow
from webapp.rendering.redline import Redline, RedlineDocument, SourceText, redline_texts
from webapp.services.access import load_letter
from webapp.services.letters import target_facts
from webapp.services.redlines import head_lines
from webapp.services.revision_list import find_revision
from webapp.services.revisions import is_as_revised, mark_of, texts_now, unreadable_texts

WORKING = 0
"""In the place of a number: the letter as it is being written."""


@dataclass(frozen=True)
class Sides:
    """What is to be compared. `text` is the reference of a text; empty for the statement."""

    old: int
    new: int
    text: str = ""


@dataclass(frozen=True)
class ComparedText:
    """What became of a text: kept, changed, added or removed."""

    reference: str
    name: str
    fate: str


@dataclass(frozen=True)
class Comparison:
    """Two sides of one text. `redline` is None where one side cannot be read, and `problem` says why.

    `made_at` is when the new side was made; now, for the working text.
    """

    old: int
    new: int
    old_name: str
    new_name: str
    texts: tuple[ComparedText, ...]
    chosen: ComparedText
    redline: Redline | None
    problem: str
    document: RedlineDocument
    author: str
    made_at: datetime
    numbers: tuple[int, ...]
    """The revisions that there are, the newest first."""


@dataclass(frozen=True)
class Prepared:
    """What a new revision would keep, beside the one before it. `mark` is handed back with the form."""

    number: int
    mark: str
    is_unchanged: bool
    problems: tuple[str, ...]
    changes: tuple[Comparison, ...]


@dataclass(frozen=True)
class _Side:
    name: str
    title: str
    ask: str
    targets: Sequence[Mapping[str, Any]]
    references: Sequence[CslItem]
    texts: Sequence[Mapping[str, Any]]
    made_at: datetime

    def text(self, reference: str) -> Mapping[str, Any] | None:
        return next((text for text in self.texts if text["reference"] == reference), None)

    def source(self, reference: str, language: str) -> SourceText:
        """A text that this side does not have is empty, so that all of the other's is added or gone."""
        text = self.text(reference)
        if text is None:
            return SourceText("", (), language)
        return SourceText(text["body"], self.references, language, style_of(text), head_lines(self.title, self.ask, self.targets))


def compare(session: Session, actor: Actor, reference: str, sides: Sides, *, now: datetime) -> Comparison:
    """One text on both sides. NotFound where there is no such revision, or the text on neither side."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    old, new = _side(session, letter, sides.old, now=now), _side(session, letter, sides.new, now=now)
    texts = _compared(old, new)
    wanted = sides.text or letter.statement.reference
    chosen = next((text for text in texts if text.reference == wanted), None)
    if chosen is None:
        raise NotFound
    return _comparison(letter, (old, new), sides, texts, chosen)


def newest_sides(session: Session, actor: Actor, reference: str) -> Sides:
    """What is compared where nobody has said what: the newest revision and what is being written. NotFound before the first."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    if not letter.revisions:
        raise NotFound("There is no revision to compare yet.")
    return Sides(letter.revisions[-1].number, WORKING)


def prepare_revision(session: Session, actor: Actor, reference: str, *, now: datetime) -> Prepared:
    """What there is to look at before a revision is made. Raises WrongState where none can be."""
    letter = load_letter(session, actor, reference, Permission.EDIT)
    move_for(letter.state, Action.REVISE)
    changes = working_changes(session, letter, now=now)
    return Prepared(len(letter.revisions) + 1, mark_of(letter), is_as_revised(letter), tuple(unreadable_texts(letter)), changes)


def working_changes(session: Session, letter: LetterRow, *, now: datetime) -> tuple[Comparison, ...]:
    """Each text that is written otherwise now than the newest revision has it; none before the first."""
    if not letter.revisions:
        return ()
    sides = Sides(letter.revisions[-1].number, WORKING)
    both = _side(session, letter, sides.old, now=now), _side(session, letter, sides.new, now=now)
    texts = _compared(*both)
    return tuple(_comparison(letter, both, sides, texts, one) for one in texts if one.fate != "unchanged")


def _side(session: Session, letter: LetterRow, number: int, *, now: datetime) -> _Side:
    if number == WORKING:
        targets = target_facts(letter.targets)
        return _Side("the working text", letter.title, letter.ask, targets, letter.references, texts_now(letter), now)
    row: RevisionRow = find_revision(session, letter, number)
    return _Side(f"revision {number}", row.title, row.ask, row.targets, row.references, row.texts, row.made_at)


def _compared(old: _Side, new: _Side) -> tuple[ComparedText, ...]:
    gone = [text for text in old.texts if new.text(text["reference"]) is None]
    return tuple(ComparedText(text["reference"], text["name"], _fate(text, old, new)) for text in (*new.texts, *gone))


def _fate(text: Mapping[str, Any], old: _Side, new: _Side) -> str:
    before, after = old.text(text["reference"]), new.text(text["reference"])
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "unchanged" if (before["digest"], style_of(before)) == (after["digest"], style_of(after)) else "changed"


def _comparison(
    letter: LetterRow, both: tuple[_Side, _Side], sides: Sides, texts: tuple[ComparedText, ...], chosen: ComparedText
) -> Comparison:
    old, new = both
    redline, problem = None, ""
    try:
        redline = redline_texts(old.source(chosen.reference, letter.language), new.source(chosen.reference, letter.language))
    except InvalidInput as error:
        problem = str(error)
    return Comparison(
        old=sides.old,
        new=sides.new,
        old_name=old.name,
        new_name=new.name,
        texts=texts,
        chosen=chosen,
        redline=redline,
        problem=problem,
        document=_document(letter, old, new, chosen),
        # Not the address of whoever made it: that appears in no document (R19).
        author=letter.lead_society,
        made_at=new.made_at,
        numbers=tuple(row.number for row in reversed(letter.revisions)),
    )


def _document(letter: LetterRow, old: _Side, new: _Side, chosen: ComparedText) -> RedlineDocument:
    kind = next(text["kind"] for side in (new, old) if (text := side.text(chosen.reference)))
    of = "" if kind == TextKind.STATEMENT else f", “{chosen.name}”"
    return RedlineDocument(
        title=new.title,
        language=letter.language,
        lead_society=letter.lead_society,
        reference=letter.reference,
        dated=new.made_at.astimezone(ZoneInfo(letter.deadline_zone)).date(),
        old=old.name,
        new=f"{new.name}{of}",
    )
