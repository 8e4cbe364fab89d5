"""The seal: fixes text and signatories for good, and keeps the files that were made of them (R9, R11)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.deadline import show_instant
from webapp.domain.digest import sha256_of
from webapp.domain.document import LetterDocument, SignatoryLine
from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import Conflict, WrongState
from webapp.domain.letter import Action, may_seal_from, move_for
from webapp.domain.links import Links
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event, record_length, record_time
from webapp.persistence.tables import AnswerRow, DocumentRow, LetterRow, SealedSignatoryRow
from webapp.rendering.fonts import describe_characters
from webapp.rendering.letter import uncovered_in_document, where_to_correct
from webapp.services.access import load_letter
from webapp.services.authority_list import blocking_answers
from webapp.services.documents import letter_document, listed_answers
from webapp.services.letter_proof import proof_of
from webapp.services.need import Need, in_one_sentence
from webapp.services.seen import digest_of_shown

CHANGED_SINCE = "Something changed while the letter was being made, so it was not sealed. Look at the list again, then seal."


@dataclass(frozen=True)
class SealPlan:
    """What would be sealed, as of one place in the record; anything recorded later makes the plan void."""

    document: LetterDocument
    record_length: int

    @property
    def seen(self) -> str:
        """What tells whether somebody who presses had this before their eyes."""
        return digest_of_shown(self.record_length, self.document.signatories, self.document)


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
        text = f"{where}: no font of the letter can print {describe_characters(characters)}. {where_to_correct(where)}"
        found.append(Need(text, "roster"))
    return found


def plan_seal(session: Session, actor: Actor, reference: str, links: Links, *, now: datetime) -> SealPlan:
    """What to make. Raises WrongState with every blocker. Making it takes seconds, so it happens outside any transaction."""
    letter = load_letter(session, actor, reference, Permission.SEAL)
    move_for(letter.state, Action.SEAL)
    if found := blockers(session, letter, links, now=now):
        raise WrongState(in_one_sentence(found))
    signed = [answer for answer, _line in listed_answers(session, letter)]
    plan = shown_now(session, letter, now=now)
    return replace(plan, document=replace(plan.document, proof=proof_of(session, letter, signed, links)))


def seal_letter(
    session: Session, actor: Actor, reference: str, plan: SealPlan, files: Mapping[DocumentKind, bytes], *, key: str = "", now: datetime
) -> None:
    """Stores the list and all files, or nothing. Conflict where anything was recorded since the plan: the files would not be true.

    `key` is the public key by which the installation signs for it: a bundle that is signed with another is known by it for ever.
    """
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    move = move_for(letter.state, Action.SEAL)
    listed = listed_answers(session, letter)
    # The directory of societies has a history of its own, and could have changed without an event of this letter.
    if record_length(session, letter.id) != plan.record_length or tuple(line for _answer, line in listed) != plan.document.signatories:
        raise Conflict(CHANGED_SINCE)
    session.add_all(_sealed(letter, position, answer, line) for position, (answer, line) in enumerate(listed, 1))
    digests = {kind.value: hashlib.sha256(content).hexdigest() for kind, content in files.items()}
    for kind, content in files.items():
        session.add(DocumentRow(letter_id=letter.id, kind=kind, sha256=digests[kind], content=content, made_at=now))
    public = {
        "state": move.becomes,
        "signatories": len(listed),
        "signatories_sha256": sha256_of("signatories/v1", [line.printed_name for _answer, line in listed]),
        "statement_digest": plan.document.digest,
        "document_sha256": digests[DocumentKind.LETTER],
        "files": digests,
        **({"key": key} if key else {}),
    }
    letter.state, letter.sealed_at = move.becomes, record_time(session, letter.id, now=now)
    append_event(session, letter, actor, move.event, public, now=now)


def _sealed(letter: LetterRow, position: int, answer: AnswerRow, line: SignatoryLine) -> SealedSignatoryRow:
    return SealedSignatoryRow(
        letter_id=letter.id,
        position=position,
        answer_id=answer.id,
        printed_name=line.printed_name,
        officer=line.officer or "",
        office=line.office or "",
        country=answer.invitation.society.country,
        note=line.note,
        acronym=line.acronym,
        society_kind=line.society_kind,
        logo=line.logo,
        is_lead=line.is_lead,
    )


def show_list(session: Session, actor: Actor, reference: str, *, now: datetime) -> SealPlan:
    """What a page shows before the seal, in any state: its `seen` is handed back with the button."""
    return shown_now(session, load_letter(session, actor, reference, Permission.SEAL), now=now)


def shown_now(session: Session, letter: LetterRow, *, now: datetime) -> SealPlan:
    """The plan as it stands, whether or not the letter can be sealed."""
    return SealPlan(letter_document(session, letter, dated=now, is_draft=False), record_length(session, letter.id))


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
