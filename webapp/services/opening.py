"""What the page that opens sign-on shows of the text: by which mark it knows it again, and what has changed since the newest revision."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.letter import Action, find_move
from webapp.domain.permission import Permission
from webapp.services.access import load_letter
from webapp.services.comparisons import Comparison, working_changes
from webapp.services.revisions import is_as_revised, mark_of, unreadable_texts


@dataclass(frozen=True)
class Opening:
    """`mark` is handed back with the form; `since` is the revision from which the text differs, 0 where opening needs no word on that."""

    mark: str
    since: int


def look_at_opening(session: Session, actor: Actor, reference: str) -> Opening:
    letter = load_letter(session, actor, reference, Permission.OPEN_SIGN_ON)
    can_be_opened = find_move(letter.state, Action.OPEN_SIGN_ON) is not None
    has_changed = can_be_opened and bool(letter.revisions) and not is_as_revised(letter)
    return Opening(mark_of(letter), letter.revisions[-1].number if has_changed else 0)


def changes_before_opening(session: Session, actor: Actor, reference: str, *, now: datetime) -> tuple[Comparison, ...]:
    """Each text that differs from the newest revision, beside it; none where one cannot be read, for then nothing can be opened."""
    letter = load_letter(session, actor, reference, Permission.OPEN_SIGN_ON)
    return () if unreadable_texts(letter) else working_changes(session, letter, now=now)
