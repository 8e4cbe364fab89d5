"""The draft that a representative takes to the board: on paper as the letter will be, with the name of the society on every page."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.document import LetterDocument
from webapp.domain.errors import NotFound
from webapp.domain.letter import LetterState
from webapp.persistence.tables import LetterRow
from webapp.services.documents import letter_document
from webapp.services.place import Place

_WHILE = {LetterState.SIGNING, LetterState.CLOSED}


def room_draft(session: Session, place: Place, *, now: datetime) -> LetterDocument:
    """How many have signed, and not who: a society sees its own place alone (R13). Raises NotFound once there is no draft any more."""
    letter = session.get_one(LetterRow, place.letter_id)
    if letter.state not in _WHILE:
        raise NotFound
    document = letter_document(session, letter, dated=now, is_draft=True, draft_for=place.invitation.society.printed_name)
    shown = {sha256: picture for sha256, picture in document.pictures.items() if sha256 == document.letterhead.logo}
    return replace(document, signatories=(), authority=(), pictures=shown, counted=len(document.signatories))
