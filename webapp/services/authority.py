"""How it is known that somebody may speak for a society: what a letter asks for, and what settles it for one answer (R4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.answer import AuthorityCheck
from webapp.domain.authority import WitnessPurpose, clean_rule, settled_by_coordinator
from webapp.domain.errors import InvalidInput, WrongState
from webapp.domain.letter import LetterState
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission
from webapp.domain.proof_file import ProofFile
from webapp.domain.tokens import Keyring
from webapp.persistence import outbox
from webapp.persistence.record import append_event
from webapp.persistence.tables import AnswerRow, AuthorityCheckRow, LetterRow, ProofFileRow, StaffRow
from webapp.services.access import load_letter
from webapp.services.disputes import Words, clean_words, speaker
from webapp.services.held_open import is_still_settled
from webapp.services.proof_files import Giver, find_answer, keep_proof
from webapp.services.recorded import society_of
from webapp.services.witnesses import ask_official, hold_witness, official_witness, use_witness_code

_NEEDS_WORDS = {
    AuthorityCheck.WORD: "Give the reason: how do you know that this person may speak for the society?",
    AuthorityCheck.REFUSED: "Say why it could not be known: it stands in the record.",
}


@dataclass(frozen=True)
class Settling:
    """By what a coordinator settles a check, with the words for it and, for a minute, the file: one that is there, or a new one."""

    method: str
    words: str = ""
    proof: str = ""
    """The reference of a file that is attached already."""
    file: ProofFile | None = None


def set_rule(session: Session, actor: Actor, reference: str, methods: Iterable[str], *, now: datetime) -> None:
    """What the letter takes for knowing who speaks, from now on; what was settled stays so."""
    letter = load_letter(session, actor, reference, Permission.VOUCH, for_update=True)
    if letter.sealed_at is not None or letter.state == LetterState.CANCELLED:
        raise WrongState("The list is fixed for good, so nothing is asked for any more.")
    rule = clean_rule(methods)
    if rule == letter.authority_rule:
        return
    append_event(session, letter, actor, "authority.rule_set", {"rule": rule}, now=now)
    letter.authority_rule = rule


def settle_authority(session: Session, actor: Actor, where: tuple[str, str], settling: Settling, *, now: datetime) -> None:
    """A coordinator settles the open check of one answer, by what the letter takes and nothing else. `where`: letter and answer."""
    letter = load_letter(session, actor, where[0], Permission.VOUCH, for_update=True)
    answer = find_answer(session, letter, where[1])
    method = AuthorityCheck(settling.method) if settling.method in ways_to_settle(letter, answer) else None
    if method is None:
        raise InvalidInput("Choose by what it is known.", field="method")
    refuse_settled(session, letter, answer)
    words = bounded_text(settling.words, limits.REASON, field="words", what="What you write")
    if not words and method in _NEEDS_WORDS:
        raise InvalidInput(_NEEDS_WORDS[method], field="words")
    staff = session.scalars(select(StaffRow).where(StaffRow.reference == actor.reference)).one()
    proof = (
        _minute(session, letter, answer, settling, Giver(actor, staff_id=staff.id), now=now) if method == AuthorityCheck.MINUTE else None
    )
    row = AuthorityCheckRow(answer_id=answer.id, method=method, words=words, staff_id=staff.id, proof_id=proof.id if proof else None)
    _settle(session, letter, answer, row, actor, now=now)


def _minute(session: Session, letter: LetterRow, answer: AnswerRow, settling: Settling, giver: Giver, *, now: datetime) -> ProofFileRow:
    if settling.file is not None:
        return keep_proof(session, letter, answer, giver, settling.file, now=now)
    query = select(ProofFileRow).where(ProofFileRow.answer_id == answer.id, ProofFileRow.reference == settling.proof)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise InvalidInput("Attach the minute of the board.", field="file")
    return row


def _settle(session: Session, letter: LetterRow, answer: AnswerRow, row: AuthorityCheckRow, actor: Actor, *, now: datetime) -> None:
    public = {
        "society": answer.invitation.society.reference,
        "answer": answer.reference,
        "authority": row.method,
        "proof": session.get_one(ProofFileRow, row.proof_id).reference if row.proof_id else None,
    }
    event = append_event(session, letter, actor, "authority.settled", public, now=now, private={"words": row.words})
    row.settled_at, answer.authority = event.at, row.method
    session.add(row)
    session.flush()


def ways_to_settle(letter: LetterRow, answer: AnswerRow) -> list[AuthorityCheck]:
    """By what a coordinator can settle the check of this answer."""
    address = answer.representative.email if answer.representative else ""
    return settled_by_coordinator(letter.authority_rule, answer.source, address, answer.invitation.society.domains.splitlines())


def refuse_settled(session: Session, letter: LetterRow, answer: AnswerRow) -> None:
    """Raises WrongState where there is no open check that could be settled now."""
    if not is_still_settled(session, letter, answer):
        raise WrongState("The list is fixed for good: what was known of this answer stays as it is.")
    if not answer.is_standing:
        raise WrongState("This answer stands no more, so nothing of it need be known.")
    if answer.authority != AuthorityCheck.OPEN and answer.is_confirmed:
        raise WrongState("This is settled already.")


def ask_for_confirmation(session: Session, actor: Actor, where: tuple[str, str], keyring: Keyring, *, now: datetime) -> None:
    """Mails the society’s official address a link by which it can confirm the answer. `where` names letter and answer."""
    letter = load_letter(session, actor, where[0], Permission.VOUCH, for_update=True)
    answer = find_answer(session, letter, where[1])
    refuse_settled(session, letter, answer)
    address = official_witness(session, society_of(letter, answer))
    if not address:
        raise WrongState(
            "No official address is known for this society, or it is the registered one, which would be no second witness."
            " Give the society another official address first."
        )
    witness = ask_official(session, answer.id, address, keyring, now=now)
    public = {"society": answer.invitation.society.reference, "answer": answer.reference}
    append_event(session, letter, actor, "authority.asked", public, now=now, private={"address": address})
    reason = f"official_request:{witness.reference}"
    outbox.put(session, "official_request", reason, address, now=now, letter_id=letter.id, witness=witness.id)


def confirm_officially(session: Session, token: str, said: Words, keyring: Keyring, *, now: datetime) -> int | None:
    """The official address confirms the answer: None when it is settled by it, else how many tries the code has left; commit them."""
    witness, letter = hold_witness(session, WitnessPurpose.CONFIRM, token)
    answer = find_answer(session, letter, witness.answer.reference)
    refuse_settled(session, letter, answer)
    words = clean_words(said.words)
    if AuthorityCheck.OFFICIAL not in letter.authority_rule:
        raise WrongState("The coordinators do not ask for a confirmation of this answer any more. Nothing need be done.")
    if (tries := use_witness_code(session, witness, said.code, keyring, now=now)) is not None:
        return tries
    witness.used_at = now
    row = AuthorityCheckRow(answer_id=answer.id, method=AuthorityCheck.OFFICIAL, words=words)
    _settle(session, letter, answer, row, speaker(witness), now=now)
    return None
