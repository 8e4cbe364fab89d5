"""Storing a confirmed answer: its row, its event and its receipts in one transaction (R1, R8)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.domain.answer import AnswerKind, AuthorityCheck, answer_sentence
from webapp.domain.errors import Conflict
from webapp.persistence import outbox
from webapp.persistence.record import Link, append_event
from webapp.persistence.tables import AnswerRow, LetterRow, PendingAnswerRow, RepresentativeRow
from webapp.services.place import Place
from webapp.services.references import new_reference

WITHDRAW = "withdraw"

_LIVE_REPRESENTATIVES = (
    select(RepresentativeRow.id, RepresentativeRow.reference, RepresentativeRow.email)
    .where(RepresentativeRow.invitation_id == bindparam("invitation"), RepresentativeRow.revoked_at.is_(None))
    .order_by(RepresentativeRow.id)
)


@dataclass(frozen=True)
class Act:
    """What a representative has confirmed, with all that it was judged by."""

    place: Place
    letter: LetterRow
    pending: PendingAnswerRow
    standing: AnswerRow | None
    received_at: datetime
    now: datetime


def store_answer(session: Session, act: Act) -> str:
    """Stores the act, so that it waits no longer, and returns the reference of the answer that it made, or took back."""
    if act.pending.act == WITHDRAW:
        return _withdraw(session, act)
    reference = new_reference()
    event = _record(session, act, reference)
    if act.standing is not None:
        # First, for only one answer of a society may stand at any moment (R1).
        act.standing.is_standing = False
        session.flush()
    answer = _answer_row(act, reference, event)
    session.add(answer)
    session.delete(act.pending)
    session.flush()
    _send_receipts(session, act, answer, "receipt")
    return reference


def _record(session: Session, act: Act, reference: str) -> Link:
    content, representative = act.pending.content, act.place.representative
    printed = content.get("consent_to_print", False)
    public = {
        "society": act.place.invitation.society.reference,
        "answer": reference,
        "answer_kind": act.pending.act,
        "digest": act.pending.digest,
        "authority": AuthorityCheck.CODE,
        "received_at": act.received_at.isoformat(),
        "printed_name": content.get("printed_name", ""),
        "officer": content.get("officer", "") if printed else "",
        "office": content.get("office", "") if printed else "",
        "replaces": act.standing.reference if act.standing else None,
    }
    private = {**content, "representative": representative.name, "email": representative.email}
    return append_event(session, act.letter, act.place.actor, "answer.given", public, now=act.now, private=private)


def _answer_row(act: Act, reference: str, event: Link) -> AnswerRow:
    content, pending = act.pending.content, act.pending
    name = content.get("printed_name") or act.place.invitation.society.printed_name
    return AnswerRow(
        reference=reference,
        letter_id=act.letter.id,
        invitation_id=act.place.invitation.id,
        representative_id=act.place.representative.id,
        replaces_id=act.standing.id if act.standing else None,
        nonce=pending.nonce,
        kind=pending.act,
        is_standing=True,
        received_at=act.received_at,
        digest=pending.digest,
        printed_name=name,
        officer=content.get("officer", ""),
        office=content.get("office", ""),
        consent_to_print=content.get("consent_to_print", False),
        decided_by=content.get("decided_by", ""),
        decided_on=date.fromisoformat(content["decided_on"]) if pending.act == AnswerKind.SIGN else None,
        competing_interests=content.get("competing_interests", ""),
        mandate=content.get("mandate", ""),
        authority_sentence=answer_sentence(pending.act, name, act.letter.title),
        authority=AuthorityCheck.CODE,
        reason=content.get("reason", ""),
        record_sequence=event.sequence,
        record_hash=event.hash,
    )


def _withdraw(session: Session, act: Act) -> str:
    standing, representative = act.standing, act.place.representative
    if standing is None:
        raise Conflict("The answer that you meant to withdraw no longer stands. Open the letter again.")
    standing.is_standing, standing.withdrawal_nonce = False, act.pending.nonce
    public = {"society": act.place.invitation.society.reference, "answer": standing.reference}
    private = {"reason": act.pending.content.get("reason", ""), "representative": representative.name, "email": representative.email}
    event = append_event(session, act.letter, act.place.actor, "answer.withdrawn", public, now=act.now, private=private)
    standing.withdrawn_at = event.at
    session.delete(act.pending)
    _send_receipts(session, act, standing, "withdrawal_receipt")
    return standing.reference


def _send_receipts(session: Session, act: Act, answer: AnswerRow, kind: str) -> None:
    """To the one who acted, and to every other representative of the society: nobody's answer changes unseen."""
    for representative in session.execute(_LIVE_REPRESENTATIVES, {"invitation": act.place.invitation.id}):
        reason = f"{kind}:{answer.reference}:{representative.reference}"
        parameters = {"answer": answer.id, "representative": representative.id}
        outbox.put(session, kind, reason, representative.email, now=act.now, letter_id=act.letter.id, **parameters)
