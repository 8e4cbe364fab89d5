"""Comments: given by a representative on a passage of the revision that was sent out, and taken back again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.errors import Conflict, InvalidInput, NotFound, TookTooLong, TooLate
from webapp.domain.letter import LetterState
from webapp.domain.names import bounded_text
from webapp.domain.passage import Span, context_of, places_meant
from webapp.domain.text import style_of
from webapp.persistence.record import append_event
from webapp.persistence.tables import CirculationRow, CommentRow, LetterRow, RevisionRow
from webapp.rendering.passages import plain_text
from webapp.rendering.text import statement_html
from webapp.services.access import hold_place
from webapp.services.circulation import newest_circulation
from webapp.services.place import HeldLetter, Place
from webapp.services.references import new_reference


@dataclass(frozen=True)
class Said:
    """What a representative writes about a passage; without a quote it is about the whole text.

    `wording` is to stand in its place, empty to take it out; None where none is suggested. `offered` is the passage that the form was
    filled with, between `prefix` and `suffix`; the quote may be a part of it.
    """

    nonce: str
    revision: int
    text: str
    quote: str
    remark: str
    prefix: str = ""
    suffix: str = ""
    wording: str | None = None
    is_blocking: bool = False
    offered: str = ""


def give_comment(session: Session, place: Place, said: Said, *, received_at: datetime, now: datetime) -> str:
    """Stores the comment once, with its event; the same form again gives the same reference.

    Raises TooLate from the announced moment on (R9), InvalidInput where the passage does not stand in the text or nothing is said of
    it, Conflict where the form is of another revision.
    """
    if known := _given_before(session, place, said.nonce):
        return known
    quoted = check_said(session, place, said)
    place, letter = hold_place(session, place)
    if known := _given_before(session, place, said.nonce):
        return known
    circulation = _refuse_late(session, place, letter, received_at, now=now)
    if circulation.revision.number != said.revision:
        raise Conflict("Meanwhile another revision was sent to you. Read what has changed, then send the comment once more.")
    _refuse_too_many(session, place)
    row = CommentRow(
        reference=new_reference(),
        letter_id=letter.id,
        revision_id=circulation.revision_id,
        text_reference=said.text,
        invitation_id=place.invitation.id,
        representative_id=place.representative.id,
        author=place.representative.name,
        is_blocking=said.is_blocking,
        nonce=said.nonce,
        made_at=received_at,
        **quoted,
    )
    session.add(row)
    session.flush()
    public = {
        "society": place.invitation.society.reference,
        "comment": row.reference,
        "revision": said.revision,
        "text": said.text,
        "is_blocking": row.is_blocking,
    }
    private = {"quote": row.quote, "remark": row.remark, "wording": row.wording}
    append_event(session, letter, place.actor, "comment.given", public, now=now, private=private)
    return row.reference


def _given_before(session: Session, place: Place, nonce: str) -> str | None:
    known = session.scalars(select(CommentRow).where(CommentRow.nonce == nonce)).one_or_none()
    if known is not None and known.invitation_id != place.invitation.id:
        raise Conflict("This form was sent before. Load the page again.")
    return known.reference if known else None


def take_back_comment(session: Session, place: Place, reference: str, *, now: datetime) -> None:
    """The society takes its comment back, until it was answered. NotFound for the comments of others."""
    place, letter = hold_place(session, place)
    query = select(CommentRow).where(CommentRow.reference == reference, CommentRow.invitation_id == place.invitation.id)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    if row.taken_back_at is not None:
        return
    if row.disposition:
        raise Conflict("The coordinators have answered this comment, so it stays. See what became of it in the table of dispositions.")
    row.taken_back_at = now
    public = {"society": place.invitation.society.reference, "comment": row.reference}
    append_event(session, letter, place.actor, "comment.taken_back", public, now=now)


def _refuse_late(session: Session, place: Place, letter: HeldLetter, received_at: datetime, *, now: datetime) -> CirculationRow:
    if now - received_at >= limits.LONGEST_REQUEST:
        raise TookTooLong("The comment waited for too long, so nothing was stored. Please send it once more.")
    circulation = newest_circulation(session, place.invitation.id)
    if circulation is None:
        raise NotFound
    if letter.state != LetterState.CIRCULATING:
        raise TooLate("Comments are no longer taken: the letter has gone on. What you typed is still below: mail it to the address given.")
    if received_at >= circulation.until:
        raise TooLate("The time for comments has passed. What you typed is still below: mail it to the address given.")
    return circulation


def _refuse_too_many(session: Session, place: Place) -> None:
    here = select(func.count()).select_from(CommentRow)
    if (session.scalar(here.where(CommentRow.invitation_id == place.invitation.id)) or 0) >= limits.COMMENTS_OF_SOCIETY:
        raise InvalidInput(f"Your society has made {limits.COMMENTS_OF_SOCIETY} comments, which is the most. Put the rest into one mail.")
    if (session.scalar(here.where(CommentRow.letter_id == place.letter_id)) or 0) >= limits.COMMENTS:
        raise InvalidInput(f"This letter has {limits.COMMENTS:,} comments, which is the most. Please mail yours to the address given.")


def check_said(session: Session, place: Place, said: Said) -> dict[str, Any]:
    """The words of the comment; raises as `give_comment`. Also for before the lock: to look for the passage the text is converted."""
    remark = bounded_text(said.remark, limits.REMARK, field="remark", what="The remark")
    wording = None if said.wording is None else bounded_text(said.wording, limits.WORDING, field="wording", what="The wording")
    quote = bounded_text(said.quote, limits.QUOTE, field="quote", what="The passage")
    if not remark and wording is None:
        raise InvalidInput("Write what you think of the passage, or suggest another wording.", field="remark")
    if wording is not None and not quote:
        raise InvalidInput("Say which words the new wording is to replace.", field="quote")
    prefix = suffix = ""
    if quote:
        text = _sent_text(session, place, said.revision, said.text)
        span = _place_meant(quote, said, text)
        # As the text has it, whatever the browser made of its spaces.
        quote = " ".join(text[slice(*span)].split())
        prefix, suffix = context_of(text, span)
    return {"quote": quote, "prefix": prefix, "suffix": suffix, "remark": remark, "wording": wording}


def _place_meant(quote: str, said: Said, text: str) -> Span:
    places = places_meant(quote, said.prefix, said.suffix, text, offered=said.offered)
    if not places:
        raise InvalidInput("These words do not stand in the text. Copy the passage as it stands, or leave it empty.", field="quote")
    if len(places) > 1:
        raise InvalidInput("These words stand in the text more than once. Add the words before or after them that you mean.", field="quote")
    return places[0]


def _sent_text(session: Session, place: Place, number: int, text: str) -> str:
    """The words of a text of a revision that this society was sent; NotFound for any other."""
    circulation = newest_circulation(session, place.invitation.id)
    if circulation is None:
        raise NotFound
    revision = circulation.revision
    if revision.number != number:
        raise Conflict("Meanwhile another revision was sent to you. Read what has changed, then send the comment once more.")
    language = session.get_one(LetterRow, place.letter_id).language
    words = words_of(revision, text, language)
    if words is None:
        raise NotFound
    return words


def words_of(revision: RevisionRow, text: str, language: str) -> str | None:
    """The plain text of one text of a revision; None where the revision has no such text."""
    found = next((one for one in revision.texts if one["reference"] == text), None)
    if found is None:
        return None
    return plain_text(statement_html(found["body"], revision.references, language=language, style=style_of(found)))
