"""Storing a confirmed answer: its row, its event and its receipts in one transaction (R1, R8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from webapp.domain.answer import AnswerKind, AuthorityCheck, answer_sentence
from webapp.domain.authority import settled_by_code
from webapp.domain.errors import Conflict
from webapp.domain.tokens import Keyring
from webapp.persistence import outbox
from webapp.persistence.plain import add, look, run, table
from webapp.persistence.record import Link, append_event
from webapp.persistence.tables import AnswerRow, PendingAnswerRow, RepresentativeRow
from webapp.services import witnesses
from webapp.services.coordinators import tell_coordinators
from webapp.services.place import HeldLetter, Place
from webapp.services.references import new_reference

WITHDRAW = "withdraw"

# Built once, as what is read: a statement takes longer to build than to run.
_INSERT = insert(table(AnswerRow))
_FORGET = delete(table(PendingAnswerRow)).where(PendingAnswerRow.id == bindparam("pending"))
_LIVE_REPRESENTATIVES = (
    select(RepresentativeRow.id, RepresentativeRow.reference, RepresentativeRow.email)
    .where(RepresentativeRow.invitation_id == bindparam("invitation"), RepresentativeRow.revoked_at.is_(None))
    .order_by(RepresentativeRow.id)
)


@dataclass(frozen=True)
class Pending:
    """What was typed and waits for its code; `id` is 0 until it is kept."""

    id: int
    nonce: str
    act: str
    digest: str
    content: dict[str, Any]
    replaces_id: int | None


@dataclass(frozen=True)
class Act:
    """What a representative has confirmed, with all that it was judged by."""

    place: Place
    letter: HeldLetter
    pending: Pending
    standing: AnswerRow | None
    received_at: datetime
    now: datetime
    keyring: Keyring

    @property
    def authority(self) -> AuthorityCheck:
        """What the code has settled. Whoever answers anew while an answer is disputed does not settle the dispute by it."""
        if self.standing is not None and self.standing.is_disputed:
            return AuthorityCheck.OPEN
        society, address = self.place.invitation.society, self.place.representative.email
        return settled_by_code(self.letter.authority_rule, address, society.domains.splitlines())


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
    answer_id = add(session, _INSERT, _answer_row(act, reference, event))
    forget_pending(session, act.pending)
    society = witnesses.SocietyOf(act.letter.id, act.place.invitation.id, act.place.invitation.society.official_address)
    witnesses.make_witnesses(session, society, answer_id, act.keyring, now=act.now)
    _send_receipts(session, act, (answer_id, reference), "receipt")
    witnesses.tell_official(session, society, "official_receipt", reference, {"answer": answer_id}, now=act.now)
    if act.pending.act == AnswerKind.SIGN_IF:
        tell_coordinators(session, act.letter.id, "society_wrote", reference, {"answer": answer_id}, now=act.now)
    return reference


def forget_pending(session: Session, pending: Pending) -> None:
    run(session, _FORGET, {"pending": pending.id})


def _record(session: Session, act: Act, reference: str) -> Link:
    content, representative = act.pending.content, act.place.representative
    printed = content.get("consent_to_print", False)
    public: dict[str, Any] = {
        "society": act.place.invitation.society.reference,
        "answer": reference,
        "answer_kind": act.pending.act,
        "digest": act.pending.digest,
        "authority": act.authority,
        "received_at": act.received_at.isoformat(),
        "printed_name": content.get("printed_name", ""),
        "officer": content.get("officer", "") if printed else "",
        "office": content.get("office", "") if printed else "",
        "replaces": act.standing.reference if act.standing else None,
        **logo_fact(content),
    }
    private = {**content, "representative": representative.name, "email": representative.email}
    return append_event(session, act.letter, act.place.actor, "answer.given", public, now=act.now, private=private)


def logo_fact(content: Mapping[str, Any]) -> dict[str, str]:
    """Which logo the letter may show; nothing where it may show none."""
    return {"logo": content["logo"]} if content.get("consent_to_logo") else {}


def _answer_row(act: Act, reference: str, event: Link) -> dict[str, Any]:
    content, pending = act.pending.content, act.pending
    name = content.get("printed_name") or act.place.invitation.society.printed_name
    return {
        "reference": reference,
        "letter_id": act.letter.id,
        "invitation_id": act.place.invitation.id,
        "representative_id": act.place.representative.id,
        "replaces_id": act.standing.id if act.standing else None,
        "nonce": pending.nonce,
        "kind": pending.act,
        "is_standing": True,
        "received_at": act.received_at,
        "digest": pending.digest,
        "printed_name": name,
        "officer": content.get("officer", ""),
        "office": content.get("office", ""),
        "consent_to_print": content.get("consent_to_print", False),
        "consent_to_logo": content.get("consent_to_logo", False),
        "decided_by": content.get("decided_by", ""),
        "decided_on": date.fromisoformat(content["decided_on"]) if pending.act == AnswerKind.SIGN else None,
        "competing_interests": content.get("competing_interests", ""),
        "mandate": content.get("mandate", ""),
        "authority_sentence": answer_sentence(pending.act, name, act.letter.title),
        "authority": act.authority,
        "ground": content.get("ground", ""),
        "reason": content.get("reason", ""),
        "link": content.get("link", ""),
        "record_sequence": event.sequence,
        "record_hash": event.hash,
    }


def _withdraw(session: Session, act: Act) -> str:
    standing, representative = act.standing, act.place.representative
    if standing is None:
        raise Conflict("The answer that you meant to withdraw no longer stands. Open the letter again.")
    standing.is_standing, standing.withdrawal_nonce = False, act.pending.nonce
    public = {"society": act.place.invitation.society.reference, "answer": standing.reference}
    private = {"reason": act.pending.content.get("reason", ""), "representative": representative.name, "email": representative.email}
    event = append_event(session, act.letter, act.place.actor, "answer.withdrawn", public, now=act.now, private=private)
    standing.withdrawn_at = event.at
    forget_pending(session, act.pending)
    _send_receipts(session, act, (standing.id, standing.reference), "withdrawal_receipt")
    society = witnesses.SocietyOf(act.letter.id, act.place.invitation.id, act.place.invitation.society.official_address)
    witnesses.tell_official(session, society, "official_withdrawal", standing.reference, {"answer": standing.id}, now=act.now)
    return standing.reference


def _send_receipts(session: Session, act: Act, answer: tuple[int, str], kind: str) -> None:
    tell_representatives(session, act, kind, answer[1], {"answer": answer[0]})


def tell_representatives(session: Session, act: Act, kind: str, reference: str, what: Mapping[str, int]) -> None:
    """The one who acted, and every other representative of the society: nobody's answer changes unseen."""
    due = [
        outbox.Due(f"{kind}:{reference}:{one.reference}", one.email, {**what, "representative": one.id})
        for one in look(session, _LIVE_REPRESENTATIVES, {"invitation": act.place.invitation.id})
    ]
    outbox.put_all(session, kind, due, now=act.now, letter_id=act.letter.id)
