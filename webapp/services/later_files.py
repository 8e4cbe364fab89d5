"""The files that are made after the seal: what each says of the letter, and keeping and reading them (R11)."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import NotFound, WrongState
from webapp.domain.later_document import SealedFacts
from webapp.domain.permission import Permission
from webapp.persistence.tables import DocumentRow, LaterDocumentRow, LaterKind, LetterRow
from webapp.services.access import load_letter
from webapp.services.documents import digest_in_force, signed_count
from webapp.services.layouts import layout_of, layout_row
from webapp.services.stored_file import checked_content


@dataclass(frozen=True)
class LaterFile:
    content: bytes
    sha256: str
    name: str


def sealed_facts(session: Session, letter: LetterRow) -> SealedFacts:
    """Raises WrongState before the seal."""
    sha256 = session.scalar(select(DocumentRow.sha256).where(DocumentRow.letter_id == letter.id, DocumentRow.kind == DocumentKind.LETTER))
    if letter.sealed_at is None or sha256 is None:
        raise WrongState("The letter has not been sealed yet.")
    return SealedFacts(
        reference=letter.reference,
        title=letter.title,
        language=letter.language,
        collective_noun=letter.collective_noun,
        lead_society=letter.lead_society,
        journal=letter.journal,
        sealed_on=day_of(letter, letter.sealed_at),
        signatories=signed_count(session, letter),
        digest=digest_in_force(letter),
        sha256=sha256,
        is_demonstration=letter.is_demonstration,
        layout=layout_of(layout_row(session, letter)),
    )


def day_of(letter: LetterRow, instant: datetime) -> date:
    """By the calendar of the letter’s own zone, as all its documents are dated."""
    return instant.astimezone(ZoneInfo(letter.deadline_zone)).date()


def keep_file(session: Session, letter: LetterRow, kind: LaterKind, number: int, pdf: bytes, *, now: datetime) -> str:
    """Stores it for good; returns its SHA-256."""
    digest = digest_of(pdf)
    session.add(LaterDocumentRow(letter_id=letter.id, kind=kind, number=number, sha256=digest, content=pdf, made_at=now))
    return digest


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_file(session: Session, actor: Actor, reference: str, kind: str, number: int) -> LaterFile:
    """Checked against its hash on every reading. Raises NotFound where there is none."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    query = select(LaterDocumentRow).where(LaterDocumentRow.letter_id == letter.id, LaterDocumentRow.kind == kind)
    row = session.scalars(query.where(LaterDocumentRow.number == number)).one_or_none()
    if row is None:
        raise NotFound
    return LaterFile(checked(row), row.sha256, f"{row.kind}-{row.number}-{letter.reference}.pdf")


def checked(row: LaterDocumentRow) -> bytes:
    return checked_content(row.content, row.sha256)
