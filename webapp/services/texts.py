"""The texts of a letter as they are written: read, saved, short forms added and removed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.document import CslItem
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.letter import Action, find_move, move_for
from webapp.domain.names import bounded_line, bounded_text, without_word_marks
from webapp.domain.permission import Permission
from webapp.domain.reference import first_author, is_citable, plain_title, year_of
from webapp.domain.text import TextKind
from webapp.persistence.record import Happening, append_event, last_said
from webapp.persistence.tables import LetterRow, StaffRow, TextRow
from webapp.services.access import load_letter
from webapp.services.references import new_reference

ONE_SITTING = timedelta(minutes=30)
"""Saves of one person on one text within this time are one event: the record tells who worked on what, not each key."""


class TextChanged(Conflict):
    """Somebody else has saved this text since it was opened; `text` is what stands there now."""

    def __init__(self, text: "TextView") -> None:
        by = text.edited_by or "Somebody else"
        super().__init__(f"{by} has saved this text since you opened it. Nothing of yours is stored: see how the two differ, and choose.")
        self.text = text


@dataclass(frozen=True)
class TextView:
    """A text as the editor shows it; `edition` is what a save has to name."""

    reference: str
    kind: str
    name: str
    body: str
    edition: int
    edited_by: str
    edited_at: ShownInstant | None
    can_be_written: bool


@dataclass(frozen=True)
class Writing:
    """A text with what stands around it: the references that it can cite, the language in which it is set."""

    text: TextView
    references: tuple[CslItem, ...]
    language: str
    style: str

    @property
    def citable(self) -> list[tuple[str, str]]:
        """Each reference as the text cites it, and as it is found in a list."""
        return [(_cited_as(str(item["id"])), _found_by(item)) for item in self.references]


def read_text(session: Session, actor: Actor, reference: str, text: str) -> Writing:
    """NotFound where the letter has no such text."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = find_text(letter, text)
    return Writing(_view(session, letter, row), tuple(letter.references), letter.language, row.style)


def write_text(session: Session, actor: Actor, reference: str, text: str, body: str, edition: int, *, now: datetime) -> int:
    """Saves the text, if it is still the edition that the writer began from, and returns its new edition.

    What is stored need not be convertible yet: a citation without a reference is for the preview to name, and for freezing to
    refuse. Raises TextChanged where somebody saved in between, InvalidInput for more than 100 kB.
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move = move_for(letter.state, Action.WRITE)
    row = find_text(letter, text)
    clean = body_of(body)
    # Whatever edition it began from: a page whose answer was lost on the way sends the same text once more.
    if clean == row.body:
        return row.edition
    if row.edition != edition:
        raise TextChanged(_view(session, letter, row))
    row.body, row.edition, row.edited_at, row.edited_by = clean, row.edition + 1, now, actor.reference
    public = {"text": row.reference, "name": row.name}
    if not _is_same_sitting(session, letter, actor, public, now=now):
        append_event(session, letter, actor, move.event, public, now=now)
    return row.edition


def body_of(typed: str) -> str:
    """The text as it is stored. Raises InvalidInput for more than 100 kB."""
    return bounded_text(without_word_marks(typed), limits.STATEMENT, field="body", what="The text")


def add_short_form(session: Session, actor: Actor, reference: str, name: str, *, now: datetime) -> str:
    """A second text beside the statement, begun as a copy of it; returns its reference."""
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move = move_for(letter.state, Action.WRITE)
    clean = bounded_line(name, limits.TEXT_NAME, field="name", what="The name")
    if not clean:
        raise InvalidInput("Give the short form a name, for example that of the venue for which it is cut.", field="name")
    if len(letter.texts) >= limits.TEXTS:
        raise InvalidInput(f"A letter can have {limits.TEXTS} texts.", field="name")
    position = max(text.position for text in letter.texts) + 1
    row = TextRow(reference=new_reference(), kind=TextKind.SHORT_FORM, position=position, name=clean, body=letter.statement.body)
    row.edited_at, row.edited_by = now, actor.reference
    letter.texts.append(row)
    append_event(session, letter, actor, move.event, {"text": row.reference, "name": clean, "added": True}, now=now)
    return row.reference


def read_removable(session: Session, actor: Actor, reference: str, text: str) -> Writing:
    """The short form that is about to be taken away; changes nothing, and raises what `remove_short_form` would raise."""
    letter = load_letter(session, actor, reference, Permission.EDIT)
    move_for(letter.state, Action.WRITE)
    row = _short_form(letter, text)
    return Writing(_view(session, letter, row), tuple(letter.references), letter.language, row.style)


def remove_short_form(session: Session, actor: Actor, reference: str, text: str, edition: int, *, now: datetime) -> None:
    """Takes a short form away; revisions that have it keep it (R3). The statement stays.

    Raises Conflict where somebody has edited it since `edition`: what they wrote is nowhere else.
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move = move_for(letter.state, Action.WRITE)
    row = _short_form(letter, text)
    if row.edition != edition:
        by = _view(session, letter, row).edited_by or "Somebody else"
        raise Conflict(
            f"{by} has edited “{row.name}” since you opened this page, so it was not removed. "
            "Read it as it stands now; if it is still to go, press the button again."
        )
    letter.texts.remove(row)
    append_event(session, letter, actor, move.event, {"text": row.reference, "name": row.name, "removed": True}, now=now)


def _short_form(letter: LetterRow, reference: str) -> TextRow:
    row = find_text(letter, reference)
    if row.kind == TextKind.STATEMENT:
        raise InvalidInput("The statement is what the societies sign: it cannot be removed.")
    return row


def _cited_as(key: str) -> str:
    return key if is_citable(key) else f"{{{key}}}"


def _found_by(item: CslItem) -> str:
    return ", ".join(part for part in (first_author(item), plain_title(item), year_of(item)) if part)


def find_text(letter: LetterRow, reference: str) -> TextRow:
    """NotFound where the letter has no such text."""
    found = next((text for text in letter.texts if text.reference == reference), None)
    if found is None:
        raise NotFound
    return found


def _view(session: Session, letter: LetterRow, row: TextRow) -> TextView:
    return TextView(
        reference=row.reference,
        kind=row.kind,
        name=row.name,
        body=row.body,
        edition=row.edition,
        edited_by=session.scalar(select(StaffRow.email).where(StaffRow.reference == row.edited_by)) or "",
        edited_at=show_instant(row.edited_at, letter.deadline_zone) if row.edited_at else None,
        can_be_written=find_move(letter.state, Action.WRITE) is not None,
    )


def _is_same_sitting(session: Session, letter: LetterRow, actor: Actor, public: dict[str, str], *, now: datetime) -> bool:
    at = last_said(session, letter.id, actor, Happening("text.edited", public))
    return at is not None and timedelta(0) <= now - at < ONE_SITTING
