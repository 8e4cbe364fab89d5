"""What the page that opens sign-on shows of the text: by which mark it knows it again, and what has changed since the newest revision."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput
from webapp.domain.letter import Action, find_move
from webapp.domain.permission import Permission
from webapp.services.access import load_letter
from webapp.services.comparisons import Comparison, working_changes
from webapp.services.revisions import is_as_revised, mark_of


@dataclass(frozen=True)
class Opening:
    """`mark` is handed back with the form; `since` is the revision from which the text differs, 0 where opening needs no word on that."""

    mark: str
    since: int


def look_at_opening(session: Session, actor: Actor, reference: str) -> Opening:
    """Without a mark where the text cannot be read: it cannot be frozen either."""
    letter = load_letter(session, actor, reference, Permission.OPEN_SIGN_ON)
    try:
        mark = mark_of(letter)
        has_changed = bool(letter.revisions) and not is_as_revised(letter)
    except InvalidInput:
        return Opening("", 0)
    can_be_opened = find_move(letter.state, Action.OPEN_SIGN_ON) is not None
    return Opening(mark, letter.revisions[-1].number if has_changed and can_be_opened else 0)


def changes_before_opening(session: Session, actor: Actor, reference: str, *, now: datetime) -> tuple[Comparison, ...]:
    """Each text that differs from the newest revision, beside it."""
    letter = load_letter(session, actor, reference, Permission.OPEN_SIGN_ON)
    return working_changes(session, letter, now=now)
