"""The files that are attached to an answer as proof: kept with their SHA-256, read by those who may, and by nobody else."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound, TooMany, WrongState
from webapp.domain.permission import Permission
from webapp.domain.proof_file import ProofFile
from webapp.persistence.record import Recorded, append_event
from webapp.persistence.tables import AnswerRow, LetterRow, ProofFileRow
from webapp.services.access import hold_place, load_letter
from webapp.services.held_open import is_still_settled
from webapp.services.place import Place
from webapp.services.references import new_reference
from webapp.services.stored_file import checked_content


@dataclass(frozen=True)
class Giver:
    """Who attaches: a representative of the society or somebody on the staff, each by the number of their row."""

    actor: Actor
    representative_id: int | None = None
    staff_id: int | None = None


def keep_proof(session: Session, letter: Recorded, answer: AnswerRow, giver: Giver, file: ProofFile, *, now: datetime) -> ProofFileRow:
    """Stores the file beside the answer, with its event. The caller holds the letter."""
    here = select(func.count()).select_from(ProofFileRow).where(ProofFileRow.answer_id == answer.id)
    if (session.scalar(here) or 0) >= limits.PROOFS_OF_AN_ANSWER:
        raise TooMany(f"{limits.PROOFS_OF_AN_ANSWER} files is the most for one answer.")
    row = ProofFileRow(
        reference=new_reference(),
        answer_id=answer.id,
        representative_id=giver.representative_id,
        staff_id=giver.staff_id,
        name=file.name,
        media_type=file.media_type,
        sha256=hashlib.sha256(file.content).hexdigest(),
        content=file.content,
        added_at=now,
    )
    session.add(row)
    session.flush()
    public = {
        "society": answer.invitation.society.reference,
        "answer": answer.reference,
        "proof": row.reference,
        "proof_sha256": row.sha256,
    }
    append_event(session, letter, giver.actor, "proof.attached", public, now=now, private={"name": row.name})
    return row


def attach_minute(session: Session, place: Place, file: ProofFile, *, now: datetime) -> None:
    """The society attaches the minute of its board to the answer that stands; a coordinator looks at it."""
    place, held = hold_place(session, place)
    letter = session.get_one(LetterRow, held.id)
    mine = select(AnswerRow).where(AnswerRow.invitation_id == place.invitation.id, AnswerRow.is_standing.is_(True))
    answer = session.scalars(mine).one_or_none()
    if answer is None or not is_still_settled(session, letter, answer):
        raise WrongState("There is no answer of your society to which something can be attached now.")
    keep_proof(session, letter, answer, Giver(place.actor, representative_id=place.representative.id), file, now=now)


@dataclass(frozen=True)
class StoredProof:
    name: str
    media_type: str
    content: bytes


def read_proof_file(session: Session, actor: Actor, reference: str, answer: str, proof: str) -> StoredProof:
    """The file as it was given, checked against its hash on every reading. NotFound for whoever may not vouch on the letter."""
    letter = load_letter(session, actor, reference, Permission.VOUCH)
    query = select(ProofFileRow).join(AnswerRow, AnswerRow.id == ProofFileRow.answer_id)
    here = query.where(AnswerRow.letter_id == letter.id, AnswerRow.reference == answer, ProofFileRow.reference == proof)
    row = session.scalars(here).one_or_none()
    if row is None:
        raise NotFound
    return StoredProof(row.name, row.media_type, checked_content(row.content, row.sha256))


def find_answer(session: Session, letter: LetterRow, reference: str) -> AnswerRow:
    """An answer to this letter, read anew. Raises NotFound."""
    query = select(AnswerRow).where(AnswerRow.letter_id == letter.id, AnswerRow.reference == reference)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return row
