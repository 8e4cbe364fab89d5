"""“This was not us”: an answer that somebody of its society disowns does not count until a coordinator has settled it (R4, R7)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.authority import WitnessPurpose
from webapp.domain.errors import InvalidInput, WrongState
from webapp.domain.letter import LetterState
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission
from webapp.domain.tokens import Keyring
from webapp.persistence.record import append_event
from webapp.persistence.tables import AnswerRow, DisputeRow, LetterRow, StaffRow, WitnessRow
from webapp.services.access import load_letter
from webapp.services.coordinators import tell_coordinators
from webapp.services.proof_files import find_answer
from webapp.services.recorded import society_of
from webapp.services.references import new_reference
from webapp.services.witnesses import hold_witness, tell_society, use_witness_code

SOCIETY = Actor(ActorKind.REPRESENTATIVE)
"""Whoever reads the mail of the society’s official address: of the society, and nobody in particular."""


@dataclass(frozen=True)
class Words:
    """What somebody says about an answer, and the code that came to their address."""

    words: str
    code: str


def dispute_answer(session: Session, token: str, said: Words, keyring: Keyring, *, now: datetime) -> int | None:
    """None when the answer is disputed from now on; else how many tries the code has left. A wrong try is counted: commit it.

    Raises NotFound for every dead link, WrongState where the answer stands no more or is disputed already.
    """
    witness, letter = hold_witness(session, WitnessPurpose.DISPUTE, token)
    answer = find_answer(session, letter, witness.answer.reference)
    refuse_moot(letter, answer)
    words = clean_words(said.words)
    if (tries := use_witness_code(session, witness, said.code, keyring, now=now)) is not None:
        return tries
    row = DisputeRow(reference=new_reference(), answer_id=answer.id, witness_id=witness.id, words=words, opened_at=now)
    session.add(row)
    answer.is_disputed, witness.used_at = True, now
    session.flush()
    public = {"society": answer.invitation.society.reference, "answer": answer.reference, "dispute": row.reference}
    private = {"words": words, "from": witness.to_address}
    append_event(session, letter, speaker(witness), "answer.disputed", public, now=now, private=private)
    tell_society(session, society_of(letter, answer), "answer_disputed", row.reference, {"dispute": row.id}, now=now)
    tell_coordinators(session, letter.id, "society_disputes", row.reference, {"dispute": row.id}, now=now)
    return None


def refuse_moot(letter: LetterRow, answer: AnswerRow) -> None:
    """Raises WrongState where there is nothing to dispute."""
    if letter.state == LetterState.CANCELLED:
        raise WrongState("This letter was cancelled: it will not be sent, and nobody’s answer is in it.")
    if not answer.is_standing:
        raise WrongState("That answer stands no more: it was withdrawn or replaced, so there is nothing to dispute.")
    if answer.is_disputed:
        raise WrongState("This answer is disputed already, and does not count until a coordinator has settled it.")


def clean_words(typed: str) -> str:
    words = bounded_text(typed, limits.REASON, field="words", what="What you write")
    if not words:
        raise InvalidInput("Write in a sentence what is not right: the coordinators read it.", field="words")
    return words


def speaker(witness: WitnessRow) -> Actor:
    """Who acts by such a link."""
    return Actor(ActorKind.REPRESENTATIVE, witness.representative.reference) if witness.representative else SOCIETY


def settle_dispute(session: Session, actor: Actor, where: tuple[str, str], finding: str, *, stands: bool, now: datetime) -> None:
    """A coordinator says what was found: the answer stands, or it is withdrawn by this dispute. `where` names letter and answer.

    Everybody of the society is told. After the seal a withdrawal stands beside the sealed list, as any other (R11).
    """
    letter = load_letter(session, actor, where[0], Permission.VOUCH, for_update=True)
    answer = find_answer(session, letter, where[1])
    row = session.scalars(select(DisputeRow).where(DisputeRow.answer_id == answer.id, DisputeRow.settled_at.is_(None))).one_or_none()
    if row is None:
        raise WrongState("Nobody disputes this answer now.")
    checked = bounded_text(finding, limits.REASON, field="finding", what="What you write")
    if not checked:
        raise InvalidInput("Say what was checked, and with whom: the society reads it.", field="finding")
    staff = session.scalars(select(StaffRow).where(StaffRow.reference == actor.reference)).one()
    public = {"society": answer.invitation.society.reference, "answer": answer.reference, "dispute": row.reference, "stands": stands}
    event = append_event(session, letter, actor, "dispute.settled", public, now=now, private={"finding": checked})
    row.settled_at, row.staff_id, row.stands, row.finding = event.at, staff.id, stands, checked
    answer.is_disputed = False
    if not stands and answer.is_standing:
        taken_back = {key: public[key] for key in ("society", "answer", "dispute")}
        answer.is_standing = False
        answer.withdrawn_at = append_event(session, letter, actor, "answer.withdrawn", taken_back, now=now).at
    session.flush()
    tell_society(session, society_of(letter, answer), "dispute_settled", row.reference, {"dispute": row.id}, now=now)
