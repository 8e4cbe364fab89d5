"""The seal: fixes text and signatories for good and keeps the one file that was made of them (R9, R11)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.deadline import show_instant
from webapp.domain.digest import sha256_of
from webapp.domain.document import LetterDocument
from webapp.domain.errors import Conflict, NotFound, WrongState
from webapp.domain.letter import Action, may_seal_from, move_for
from webapp.domain.links import Links
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event, record_length, record_time
from webapp.persistence.tables import DocumentRow, LetterRow, SealedSignatoryRow
from webapp.rendering.fonts import describe_characters
from webapp.rendering.letter import uncovered_in_document
from webapp.services.access import load_letter
from webapp.services.authority_list import blocking_answers
from webapp.services.documents import letter_document, signatory_line, signing_answers
from webapp.services.need import Need, in_one_sentence

LETTER_KIND = "letter"


@dataclass(frozen=True)
class SealPlan:
    """What would be sealed, as of one place in the record; anything recorded later makes the plan void."""

    document: LetterDocument
    record_length: int


def blockers(session: Session, letter: LetterRow, links: Links, *, now: datetime) -> list[Need]:
    """What keeps the letter from being sealed, each as a sentence that says what to do."""
    found = []
    if links.is_loopback and not letter.is_demonstration:
        text = (
            "This installation’s address works on this machine only, so a printed letter could never be checked. "
            "Set UNDERSIGNED_BASE_URL to the public address first."
        )
        found.append(Need(text, "seal"))
    if letter.closed_at is not None and now < may_seal_from(letter.closed_at):
        ready = show_instant(may_seal_from(letter.closed_at), letter.deadline_zone)
        text = f"An answer sent in the last second may still be on its way. The letter can be sealed from {ready.local}."
        found.append(Need(text, "seal"))
    document = letter_document(session, letter, dated=now, is_draft=False)
    if not document.signatories:
        found.append(Need("No society has signed, so there is nothing to seal.", "roster"))
    found += blocking_answers(session, letter)
    for where, characters in uncovered_in_document(document):
        text = f"{where}: no font of the letter can print {describe_characters(characters)}. Correct it in the roster first."
        found.append(Need(text, "roster"))
    return found


def plan_seal(session: Session, actor: Actor, reference: str, links: Links, *, now: datetime) -> SealPlan:
    """What to render. Raises WrongState with every blocker. Rendering takes a second, so it happens outside any transaction."""
    letter = load_letter(session, actor, reference, Permission.SEAL)
    move_for(letter.state, Action.SEAL)
    if found := blockers(session, letter, links, now=now):
        raise WrongState(in_one_sentence(found))
    return SealPlan(letter_document(session, letter, dated=now, is_draft=False), record_length(session, letter.id))


def seal_letter(session: Session, actor: Actor, reference: str, plan: SealPlan, pdf: bytes, *, now: datetime) -> None:
    """Stores the list and the file. Conflict where anything was recorded since the plan: the file would not be true."""
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    move = move_for(letter.state, Action.SEAL)
    if record_length(session, letter.id) != plan.record_length:
        raise Conflict("Something changed while the letter was being made, so it was not sealed. Look at the list again, then seal.")
    answers = signing_answers(session, letter)
    for position, answer in enumerate(answers, 1):
        line = signatory_line(answer, letter.language)
        session.add(
            SealedSignatoryRow(
                letter_id=letter.id,
                position=position,
                answer_id=answer.id,
                printed_name=line.printed_name,
                officer=line.officer or "",
                office=line.office or "",
                country=answer.invitation.society.country,
                note=line.note,
            )
        )
    digest = hashlib.sha256(pdf).hexdigest()
    session.add(DocumentRow(letter_id=letter.id, kind=LETTER_KIND, sha256=digest, content=pdf, made_at=now))
    names = [line.printed_name for line in plan.document.signatories]
    public = {
        "state": move.becomes,
        "signatories": len(answers),
        "signatories_sha256": sha256_of("signatories/v1", names),
        "statement_digest": plan.document.digest,
        "document_sha256": digest,
    }
    letter.state, letter.sealed_at = move.becomes, record_time(session, letter.id, now=now)
    append_event(session, letter, actor, move.event, public, now=now)


@dataclass(frozen=True)
class SealedFile:
    content: bytes
    sha256: str
    name: str


def read_sealed(session: Session, actor: Actor, reference: str) -> SealedFile:
    """The sealed file, checked against its hash on every reading. NotFound before the seal."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = session.scalars(select(DocumentRow).where(DocumentRow.letter_id == letter.id, DocumentRow.kind == LETTER_KIND)).one_or_none()
    if row is None:
        raise NotFound("The letter has not been sealed yet.")
    if hashlib.sha256(row.content).hexdigest() != row.sha256:
        raise Conflict("The stored file no longer matches its SHA-256. Restore it from a backup; it is never made again.")
    return SealedFile(row.content, row.sha256, f"letter-{letter.reference}.pdf")


def draft_document(session: Session, actor: Actor, reference: str, *, now: datetime) -> LetterDocument:
    """The letter as it would be printed now, marked as a draft; after the seal there is no draft any more."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    if letter.sealed_at is not None:
        raise WrongState("The letter is sealed: the sealed file is the letter.")
    return letter_document(session, letter, dated=now, is_draft=True)


def current_document(session: Session, actor: Actor, reference: str, *, now: datetime) -> LetterDocument:
    """The letter as a document in whatever state it is, for lists and exports."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return letter_document(session, letter, dated=letter.sealed_at or now, is_draft=letter.sealed_at is None)
