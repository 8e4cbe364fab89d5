"""A society affirms a new text, or objects to it: typed words and a code, once, with event and receipts (R2, R7, R8, R9)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.address import mask_address
from webapp.domain.answer import is_in_time
from webapp.domain.deadline import show_instant
from webapp.domain.errors import Conflict, InvalidInput, NotFound, StaleText, TooLate, WrongState
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.new_text import AFFIRM, SAID_OF_TEXT, NewTextAct, NewTextState, move_of
from webapp.domain.tokens import Keyring
from webapp.persistence.record import append_event
from webapp.persistence.tables import AnswerRow, NewTextAnswerRow, NewTextAskedRow, NewTextRow, PutTextRow
from webapp.services.access import hold_place
from webapp.services.answer_store import Pending, forget_pending
from webapp.services.answers import Recorded, WrongCode, keep_pending, pending_answer, refuse_slow, refuse_used_nonce
from webapp.services.codes import send_code, use_code
from webapp.services.coordinators import tell_coordinators
from webapp.services.place import HeldLetter, Place
from webapp.services.references import new_reference
from webapp.services.witnesses import SocietyOf, tell_society

RECEIPT_MAIL, OBJECTED_MAIL = "new_text_receipt", "new_text_objected"
_EVENTS = {True: "new_text.affirmed", False: "new_text.objected"}


@dataclass(frozen=True)
class SaidOfText:
    """What a representative asks for: an act on the text with this digest. `decided_by` says who in the society has decided."""

    act: str
    new_text: str
    nonce: str
    digest: str
    decided_by: str
    remark: str = ""


@dataclass(frozen=True)
class PendingOfText:
    """What waits for the code, for the review page."""

    act: str
    nonce: str
    new_text: str
    decided_by: str
    remark: str
    masked_address: str


@dataclass(frozen=True)
class _Claim:
    """What is to be done, of which text, as it was shown."""

    act: str
    new_text: str
    digest: str


@dataclass(frozen=True)
class _Judged:
    row: NewTextRow
    put: PutTextRow
    answer: AnswerRow


def asked_of(session: Session, place: Place, reference: str) -> tuple[NewTextRow, PutTextRow, NewTextAskedRow]:
    """The text with this reference, if it was put to the society of this place; NotFound otherwise (R13)."""
    query = (
        select(NewTextRow, PutTextRow, NewTextAskedRow)
        .join(PutTextRow, PutTextRow.new_text_id == NewTextRow.id)
        .join(NewTextAskedRow, NewTextAskedRow.new_text_id == NewTextRow.id)
        .join(AnswerRow, AnswerRow.id == NewTextAskedRow.answer_id)
        .where(NewTextRow.letter_id == place.letter_id, NewTextRow.reference == reference)
        .where(AnswerRow.invitation_id == place.invitation.id)
        .order_by(AnswerRow.id.desc())
    )
    found = session.execute(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def prepare_saying(session: Session, place: Place, said: SaidOfText, keyring: Keyring, *, received_at: datetime, now: datetime) -> None:
    """Keeps what was typed and mails the code that confirms it; nothing of it counts yet, and the same form twice is one code.

    Raises TooLate, StaleText, WrongState, Conflict or InvalidInput, and then keeps nothing.
    """
    place, _letter = hold_place(session, place)
    _judged(session, place, _Claim(said.act, said.new_text, said.digest), received_at)
    refuse_used_nonce(session, place, said.nonce)
    content = _content(said)
    pending = pending_answer(session, place)
    if pending is not None and (pending.nonce, pending.act, pending.content) == (said.nonce, said.act, content):
        return
    if pending is not None:
        forget_pending(session, pending)
    keep_pending(session, place, Pending(0, said.nonce, said.act, said.digest, content, None), now=now)
    send_code(session, place, said.nonce, keyring, now=now)


def _content(said: SaidOfText) -> dict[str, str]:
    decided_by = bounded_line(said.decided_by, limits.DECIDED_BY, field="decided_by", what="This line")
    if not decided_by:
        raise InvalidInput("Say who decided, for example “the board” or “the president, by standing order”.", field="decided_by")
    remark = bounded_text(said.remark, limits.REASON, field="remark", what="What you write")
    return {"new_text": said.new_text, "decided_by": decided_by, "remark": remark}


def _judged(session: Session, place: Place, claim: _Claim, received_at: datetime) -> _Judged:
    act = claim.act
    if act not in SAID_OF_TEXT:
        raise InvalidInput("Choose whether your society affirms the text or objects to it.")
    row, put, asked = asked_of(session, place, claim.new_text)
    answer = session.get_one(AnswerRow, asked.answer_id, populate_existing=True)
    if row.state == NewTextState.ABANDONED:
        raise WrongState("The coordinators have abandoned this text, so there is nothing to affirm or to object to.")
    if row.state != NewTextState.ASKING or not is_in_time(received_at, put.until):
        until = show_instant(put.until, put.zone)
        raise TooLate(f"The time for this text ended on {until}. What you sent arrived after that and does not count.")
    move_of(row.state, NewTextAct.ANSWER)
    if claim.digest != put.digest:
        raise StaleText("This is not the text that you were shown, so nothing was stored. Read it once more, and answer again.")
    if not answer.is_standing:
        raise WrongState("Your society has withdrawn its signature from the letter, so it stands under no other text of it either.")
    newest = newest_said(session, row.id, answer.id)
    if newest is not None and newest.act == act:
        raise WrongState(f"Your society has {'affirmed' if act == AFFIRM else 'objected to'} this text already.")
    return _Judged(row, put, answer)


def newest_said(session: Session, new_text_id: int, answer_id: int) -> NewTextAnswerRow | None:
    query = select(NewTextAnswerRow).where(NewTextAnswerRow.new_text_id == new_text_id, NewTextAnswerRow.answer_id == answer_id)
    return session.scalars(query.order_by(NewTextAnswerRow.id.desc()).limit(1)).one_or_none()


def pending_saying(session: Session, place: Place) -> PendingOfText | None:
    """What waits in this stay for its code, where it is one of these acts."""
    pending = pending_answer(session, place)
    if pending is None or pending.act not in SAID_OF_TEXT:
        return None
    said = pending.content
    masked = mask_address(place.representative.email)
    return PendingOfText(pending.act, pending.nonce, said["new_text"], said["decided_by"], said["remark"], masked)


def confirm_saying(
    session: Session, place: Place, nonce: str, code: str, keyring: Keyring, *, received_at: datetime, now: datetime
) -> Recorded | WrongCode:
    """Stores it once, with its event and its receipts, if the code is right and it came in time; the same nonce again gives the same.

    Raises TooLate, StaleText or WrongState, and then stores nothing.
    """
    place, letter = hold_place(session, place)
    if done := _done_before(session, place, nonce):
        return Recorded(done)
    refuse_slow(received_at, now=now)
    pending = pending_answer(session, place)
    if pending is None or pending.nonce != nonce or pending.act not in SAID_OF_TEXT:
        raise Conflict("This page is older than your last one. Open the letter again and continue there.")
    judged = _judged(session, place, _Claim(pending.act, pending.content["new_text"], pending.digest), received_at)
    tries_left = use_code(session, place, nonce, code, keyring, now=now)
    if tries_left is not None:
        return WrongCode(tries_left)
    return Recorded(_store(session, place, letter, judged, pending, received_at, now=now))


def _done_before(session: Session, place: Place, nonce: str) -> str | None:
    query = select(NewTextAnswerRow.reference).join(AnswerRow, AnswerRow.id == NewTextAnswerRow.answer_id)
    found: str | None = session.scalar(query.where(AnswerRow.invitation_id == place.invitation.id, NewTextAnswerRow.nonce == nonce))
    return found


def _store(
    session: Session, place: Place, letter: HeldLetter, judged: _Judged, pending: Pending, received_at: datetime, *, now: datetime
) -> str:
    reference, content, representative = new_reference(), pending.content, place.representative
    affirms = pending.act == AFFIRM
    public = {
        "new_text": judged.row.reference,
        "said": reference,
        "society": place.invitation.society.reference,
        "answer": judged.answer.reference,
        "digest": pending.digest,
        "received_at": received_at.isoformat(),
    }
    private = {
        "decided_by": content["decided_by"],
        "remark": content["remark"],
        "representative": representative.name,
        "email": representative.email,
    }
    event = append_event(session, letter, place.actor, _EVENTS[affirms], public, now=now, private=private)
    said = NewTextAnswerRow(
        reference=reference,
        new_text_id=judged.row.id,
        answer_id=judged.answer.id,
        representative_id=representative.id,
        nonce=pending.nonce,
        act=pending.act,
        digest=pending.digest,
        decided_by=content["decided_by"],
        remark=content["remark"],
        received_at=received_at,
        record_sequence=event.sequence,
        record_hash=event.hash,
    )
    session.add(said)
    session.flush()
    forget_pending(session, pending)
    society = SocietyOf(letter.id, place.invitation.id, place.invitation.society.official_address)
    tell_society(session, society, RECEIPT_MAIL, reference, {"said": said.id}, now=now)
    if not affirms:
        tell_coordinators(session, letter.id, OBJECTED_MAIL, reference, {"said": said.id}, now=now)
    return reference
