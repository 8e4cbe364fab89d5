"""Objecting to a change that was declared editorial: the signature is then to be affirmed (DESIGN §2)."""

from datetime import datetime

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from webapp.domain.answer import AnswerKind, is_in_time
from webapp.domain.deadline import show_instant
from webapp.domain.errors import TooLate, WrongState
from webapp.domain.text import Change
from webapp.persistence.plain import add, look, table
from webapp.persistence.record import append_event
from webapp.persistence.tables import AnswerRow, FreezingRow, ObjectionRow
from webapp.services.answer_store import Act, forget_pending, tell_representatives
from webapp.services.documents import is_behind
from webapp.services.place import HeldLetter, Place

OBJECT = "object"

_NEWEST = (
    select(FreezingRow.id, FreezingRow.change, FreezingRow.object_until)
    .where(FreezingRow.letter_id == bindparam("letter"))
    .order_by(FreezingRow.id.desc())
    .limit(1)
)
_DONE_BEFORE = (
    select(AnswerRow.reference)
    .join(ObjectionRow, ObjectionRow.answer_id == AnswerRow.id)
    .where(AnswerRow.invitation_id == bindparam("invitation"), ObjectionRow.nonce == bindparam("nonce"))
)
_INSERT = insert(table(ObjectionRow))


def judge_objection(session: Session, letter: HeldLetter, standing: AnswerRow | None, received_at: datetime) -> int:
    """The change that is objected to. TooLate outside its window (R9), WrongState where there is nothing to object to."""
    newest = look(session, _NEWEST, {"letter": letter.id}).one_or_none()
    if newest is None or newest.change != Change.EDITORIAL or newest.object_until is None:
        raise WrongState("There is no editorial change of this letter to object to.")
    if not is_in_time(received_at, newest.object_until):
        until = show_instant(newest.object_until, letter.deadline_zone)
        raise TooLate(f"Objections to this change ended on {until}. You can still replace or withdraw your society’s answer.")
    if standing is None or standing.kind != AnswerKind.SIGN or standing.digest == letter.digest:
        raise WrongState("Your society has not signed the earlier text, so there is no signature to keep back.")
    if is_behind(session, standing):
        raise WrongState("The signature of your society waits already, until it has affirmed the text.")
    return int(newest.id)


def store_objection(session: Session, act: Act, freezing_id: int) -> str:
    """Stores the objection and tells every representative of the society; returns the reference of the answer that waits."""
    standing, representative = act.standing, act.place.representative
    if standing is None:
        raise WrongState("There is no answer of your society.")
    remark = act.pending.content["reason"]
    row = {
        "freezing_id": freezing_id,
        "answer_id": standing.id,
        "representative_id": representative.id,
        "nonce": act.pending.nonce,
        "remark": remark,
        "received_at": act.received_at,
    }
    objection = add(session, _INSERT, row)
    public = {"society": act.place.invitation.society.reference, "answer": standing.reference, "received_at": act.received_at.isoformat()}
    private = {"remark": remark, "representative": representative.name, "email": representative.email}
    append_event(session, act.letter, act.place.actor, "answer.objected", public, now=act.now, private=private)
    forget_pending(session, act.pending)
    tell_representatives(session, act, "objection_receipt", standing.reference, {"objection": objection})
    return standing.reference


def objected_before(session: Session, place: Place, nonce: str) -> str | None:
    """The answer to which a form with this nonce has objected already."""
    found: str | None = look(session, _DONE_BEFORE, {"invitation": place.invitation.id, "nonce": nonce}).scalar()
    return found
