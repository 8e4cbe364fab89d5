"""A suggested wording taken into the working text by one press, and out again by another."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.comment import Disposition
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.letter import Action, move_for
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event
from webapp.persistence.tables import CommentRow, EventRow, LetterRow, TextRow
from webapp.rendering.rewording import Rewording, reword
from webapp.services.access import load_letter
from webapp.services.comment_desk import find_comment

_APPLIED, _UNAPPLIED = "comment.applied", "comment.unapplied"
_EDITED = "The text has been edited since it took this wording in, so it cannot be undone by a press. Open the text and edit it by hand."


@dataclass(frozen=True)
class WordingPlan:
    """The text with the wording in it, and the edition that it was made from."""

    edition: int
    made: Rewording


def plan_wording(session: Session, actor: Actor, reference: str, comment: str) -> WordingPlan:
    """Before the lock, for the text is converted twice. Raises InvalidInput where only a person can put the wording in."""
    letter = load_letter(session, actor, reference, Permission.EDIT)
    move_for(letter.state, Action.WRITE)
    row = find_comment(session, letter, comment)
    text = _refuse_unfit(letter, row)
    passage = (row.quote, row.prefix, row.suffix)
    made = reword(text.body, letter.references, passage, row.wording or "", language=letter.language, style=text.style)
    return WordingPlan(text.edition, made)


def apply_wording(session: Session, actor: Actor, reference: str, comment: str, plan: WordingPlan, *, now: datetime) -> None:
    """Takes the wording in. Raises Conflict where somebody edited the text since the plan was made."""
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move_for(letter.state, Action.WRITE)
    row = find_comment(session, letter, comment)
    text = _refuse_unfit(letter, row)
    if text.edition != plan.edition:
        raise Conflict("Somebody has edited the text at the same moment. Look at it, then press once more.")
    _write(text, plan.made.body, actor, now=now)
    row.applied_edition = text.edition
    private = {"at": plan.made.at, "before": plan.made.before, "after": plan.made.after}
    append_event(session, letter, actor, _APPLIED, _public(row, text), now=now, private=private)


def undo_wording(session: Session, actor: Actor, reference: str, comment: str, *, now: datetime) -> None:
    """Puts back what stood there. Raises Conflict, with a sentence, where the text was edited since."""
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move_for(letter.state, Action.WRITE)
    row = find_comment(session, letter, comment)
    text = _text(letter, row)
    if row.applied_edition is None:
        raise Conflict("This wording is not in the text.")
    done = _applied(session, letter, row)
    if text is None or text.edition != row.applied_edition or done is None:
        raise Conflict(_EDITED)
    at, end = done["at"], done["at"] + len(done["after"])
    if text.body[at:end] != done["after"]:
        raise Conflict(_EDITED)
    _write(text, text.body[:at] + done["before"] + text.body[end:], actor, now=now)
    row.applied_edition = None
    append_event(session, letter, actor, _UNAPPLIED, _public(row, text), now=now)


def _refuse_unfit(letter: LetterRow, row: CommentRow) -> TextRow:
    text = _text(letter, row)
    if row.wording is None:
        raise InvalidInput("This comment suggests no wording.")
    if row.disposition != Disposition.ACCEPTED:
        raise Conflict("Accept the comment first; then its wording can go into the text.")
    if row.applied_edition is not None:
        raise Conflict("This wording is in the text already.")
    if text is None:
        raise NotFound("The text that the comment is about is no longer there.")
    return text


def _text(letter: LetterRow, row: CommentRow) -> TextRow | None:
    return next((one for one in letter.texts if one.reference == row.text_reference), None)


def _write(text: TextRow, body: str, actor: Actor, *, now: datetime) -> None:
    text.body, text.edition, text.edited_at, text.edited_by = body, text.edition + 1, now, actor.reference


def _public(row: CommentRow, text: TextRow) -> dict[str, Any]:
    return {"comment": row.reference, "text": text.reference, "edition": text.edition}


def _applied(session: Session, letter: LetterRow, row: CommentRow) -> dict[str, Any] | None:
    """What the record keeps of the press that took it in; None where that was erased."""
    query = select(EventRow.public, EventRow.private).where(EventRow.letter_id == letter.id, EventRow.kind == _APPLIED)
    for public, private in session.execute(query.order_by(EventRow.sequence.desc())):
        if json.loads(public)["comment"] == row.reference:
            found: dict[str, Any] | None = json.loads(private) if private else None
            return found
    return None
