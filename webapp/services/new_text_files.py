"""The documents of a new text: asked for once, made of its fixed list, kept with their SHA-256, and handed out (R5, R11)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.document import AsChanged, LetterDocument
from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.domain.errors import NotFound, WrongState
from webapp.domain.letter import ASKS
from webapp.domain.links import Links
from webapp.domain.new_text import NewTextAct, NewTextState, move_of, refuse_letter_state
from webapp.domain.permission import Permission
from webapp.persistence.queue import DOCUMENTS_QUEUE, enqueue
from webapp.persistence.record import actor_words, append_event, record_time
from webapp.persistence.tables import AnswerRow, LetterRow, NewTextDocumentRow, NewTextRow, NewTextSignatoryRow
from webapp.services.access import load_letter, lock_letter
from webapp.services.authority_annex import authority_annex
from webapp.services.documents import letter_document
from webapp.services.later_files import day_of
from webapp.services.layouts import pictures
from webapp.services.letter_proof import proof_of
from webapp.services.new_text import find_new_text, sealed_revision
from webapp.services.new_text_list import list_of
from webapp.services.references import new_reference
from webapp.services.stored_file import checked_content

MAKE_WORKFLOW = "make_new_text"
KINDS = (DocumentKind.LETTER, DocumentKind.WORD, DocumentKind.TEXT, DocumentKind.SIGNATORIES_CSV)


@dataclass(frozen=True)
class MakingPlan:
    """What a worker makes, and of which text."""

    letter: int
    new_text: int
    actor: Actor
    document: LetterDocument


@dataclass(frozen=True)
class NewTextFile:
    content: bytes
    sha256: str
    name: str
    media_type: str


def ask_to_make(session: Session, actor: Actor, reference: str, new_text: str, *, now: datetime) -> None:
    """Puts one job into this transaction; pressed twice it is still one. WrongState where the list is not fixed, or is empty."""
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    row = find_new_text(session, letter, new_text)
    refuse_letter_state(letter.state, NewTextAct.MAKE)
    move_of(row.state, NewTextAct.MAKE)
    if is_under_way(row, now=now):
        return
    if not list_of(session, letter, row):
        raise WrongState("No society stands on the list of this text, so there is nothing to make. Abandon it.")
    row.making_job, row.making_by, row.making_asked_at, row.making_failure = new_reference(), actor_words(actor), now, ""
    enqueue(session, MAKE_WORKFLOW, f"{MAKE_WORKFLOW}:{row.reference}:{row.making_job}", row.id, row.making_job, queue=DOCUMENTS_QUEUE)


def is_under_way(row: NewTextRow, *, now: datetime) -> bool:
    """A worker is at it, or will be; one of which nothing was heard for long can be asked for again."""
    if row.state != NewTextState.FIXED or row.making_asked_at is None or row.making_failure:
        return False
    # Either way: a clock that has been set back says nothing about how long ago it was.
    return abs(now - row.making_asked_at) < limits.SEALING_SILENCE


def plan_making(session: Session, new_text_id: int, job: str, links: Links) -> MakingPlan | None:
    """None where it has ended, or was asked for again since. Nothing of it can change any more: text and list are fixed."""
    row = session.get(NewTextRow, new_text_id)
    if row is None or row.making_job != job or row.state != NewTextState.FIXED or row.making_asked_at is None:
        return None
    letter = session.get_one(LetterRow, row.letter_id)
    kind, _, person = row.making_by.partition(":")
    actor = Actor(ActorKind(kind), person)
    return MakingPlan(letter.id, row.id, actor, new_text_document(session, letter, row, links, dated=row.making_asked_at))


def new_text_document(session: Session, letter: LetterRow, row: NewTextRow, links: Links, *, dated: datetime) -> LetterDocument:
    """As the letter’s own document, with this text, this list, and what it comes from."""
    put, revision = row.put, sealed_revision(letter)
    if put is None or letter.sealed_at is None:
        raise WrongState("This text was not put to the signatories.")
    whole, lines = letter_document(session, letter, dated=dated, is_draft=False), list_of(session, letter, row)
    of_list = select(AnswerRow).join(NewTextSignatoryRow, NewTextSignatoryRow.answer_id == AnswerRow.id)
    answers = session.scalars(of_list.where(NewTextSignatoryRow.new_text_id == row.id).order_by(NewTextSignatoryRow.position)).all()
    return replace(
        whole,
        title=put.title,
        ask=ASKS[put.ask],
        journal=row.journal,
        # Whoever was addressed at one journal is not at another.
        addressee=whole.addressee if row.journal == letter.journal else (),
        statement=put.body,
        references=tuple(put.references),
        style=put.style,
        signatories=lines,
        digest=put.digest,
        revision_number=0,
        authority=authority_annex(answers) if whole.layout.has_annex else (),
        pictures=pictures(session, (whole.letterhead.logo, *(one.logo for one in lines))),
        proof=proof_of(session, letter, answers, links, new_text=row.reference),
        as_changed=AsChanged(row.journal, day_of(letter, letter.sealed_at), revision.digest),
    )


def keep_made(session: Session, plan: MakingPlan, job: str, files: Mapping[DocumentKind, bytes], *, now: datetime) -> bool:
    """Stores all files for good, with their event, or nothing; False where nobody waits for them any more."""
    letter = lock_letter(session, plan.letter)
    row = session.get_one(NewTextRow, plan.new_text, populate_existing=True)
    if row.making_job != job or row.state != NewTextState.FIXED:
        return False
    # Whoever asked for it may have been taken off the letter meanwhile.
    load_letter(session, plan.actor, letter.reference, Permission.SEAL)
    digests = {kind.value: hashlib.sha256(content).hexdigest() for kind, content in files.items()}
    row.state, row.made_at = move_of(row.state, NewTextAct.MAKE), record_time(session, letter.id, now=now)
    for kind, content in files.items():
        session.add(NewTextDocumentRow(new_text_id=row.id, kind=kind, sha256=digests[kind.value], content=content, made_at=row.made_at))
    session.flush()
    public = {"new_text": row.reference, "digest": plan.document.digest, "signatories": len(plan.document.signatories), "files": digests}
    append_event(session, letter, plan.actor, "new_text.made", public, now=now)
    return True


def note_failure(session: Session, new_text_id: int, job: str, why: str) -> None:
    """Says why nothing was made; it can be asked for again."""
    row = session.get_one(NewTextRow, new_text_id, with_for_update=True, populate_existing=True)
    if row.making_job == job and row.state == NewTextState.FIXED:
        row.making_failure = why


def documents_of(session: Session, row: NewTextRow) -> list[NewTextDocumentRow]:
    found = session.scalars(select(NewTextDocumentRow).where(NewTextDocumentRow.new_text_id == row.id)).all()
    return sorted(found, key=lambda one: KINDS.index(DocumentKind(one.kind)))


def file_name_of(kind: str, row: NewTextRow, letter: LetterRow) -> str:
    """“letter-AB12-text-1.pdf”: never taken for the sealed file."""
    facts = FILE_KINDS[DocumentKind(kind)]
    return f"{facts.stem}-{letter.reference}-text-{row.number}.{facts.suffix}"


def read_new_text_file(session: Session, actor: Actor, reference: str, new_text: str, kind: str) -> NewTextFile:
    """Checked against its hash on every reading. NotFound where there is none."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = find_new_text(session, letter, new_text)
    found = next((one for one in documents_of(session, row) if one.kind == kind), None)
    if found is None:
        raise NotFound
    content = checked_content(found.content, found.sha256)
    return NewTextFile(content, found.sha256, file_name_of(kind, row, letter), FILE_KINDS[DocumentKind(kind)].media_type)
