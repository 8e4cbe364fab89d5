"""What a change of the frozen text means to one society, for its reading room."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from webapp.domain.answer import AnswerKind
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.text import Change
from webapp.persistence.tables import LetterRow
from webapp.services.answers import standing_answer
from webapp.services.documents import is_waiting
from webapp.services.place import Place
from webapp.services.redlines import changes_since


@dataclass(frozen=True)
class ChangeView:
    """The newest change of the text, as it concerns the society that reads."""

    is_editorial: bool
    note: str
    object_until: ShownInstant | None
    may_object: bool
    redline: Markup | None
    is_since_signing: bool
    """Whether the redline begins at the text that this society signed."""


def show_change(session: Session, place: Place, *, now: datetime) -> ChangeView | None:
    """What has changed since this society signed, or else since the text before; None where the text was frozen only once."""
    letter = session.get_one(LetterRow, place.letter_id)
    if len(letter.freezings) <= 1:
        return None
    newest = letter.freezings[-1]
    standing = standing_answer(session, place.invitation.id)
    waits = standing is not None and is_waiting(session, standing)
    signed_before = standing is not None and standing.kind == AnswerKind.SIGN and standing.digest != newest.revision.digest
    since = standing.digest if standing and signed_before else letter.freezings[-2].revision.digest
    is_editorial = newest.change == Change.EDITORIAL
    return ChangeView(
        is_editorial=is_editorial,
        note=newest.revision.note,
        object_until=show_instant(newest.object_until, letter.deadline_zone) if newest.object_until else None,
        may_object=signed_before and not waits and newest.object_until is not None and now < newest.object_until,
        redline=changes_since(session, place, since),
        is_since_signing=signed_before,
    )
