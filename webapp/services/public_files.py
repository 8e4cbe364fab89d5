"""The files of a public letter, handed out as they were sealed or issued (R11, R18)."""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.document_kind import FILE_KINDS, DocumentKind, file_name
from webapp.domain.errors import NotFound
from webapp.persistence.tables import DocumentRow, LaterDocumentRow, LaterKind, NewTextDocumentRow, NewTextRow
from webapp.services.public_letter import PDF, Found
from webapp.services.stored_file import checked_content

LETTER = DocumentKind.LETTER
_KINDS = {facts.name: kind for kind, facts in FILE_KINDS.items()}
_LONGEST_NUMBER = 6
_CHANGED = re.compile(r"text-([0-9]{1,6})-([a-z]+\.[a-z]+)")


@dataclass(frozen=True)
class FoundFile:
    """A file that is there, not yet read."""

    table: type[DocumentRow | LaterDocumentRow | NewTextDocumentRow]
    id: int
    sha256: str
    name: str
    media_type: str


def find_file(session: Session, letter: Found, name: str) -> FoundFile:
    """By the name in its address: “letter.pdf”, “addendum-1.pdf”. Raises NotFound."""
    kind = _KINDS.get(name)
    found = _sealed(session, letter, kind) if kind is not None else _later(session, letter, name) or _changed(session, letter, name)
    if found is None:
        raise NotFound("This letter has no such file.")
    return found


def _sealed(session: Session, letter: Found, kind: DocumentKind) -> FoundFile | None:
    query = select(DocumentRow.id, DocumentRow.sha256).where(DocumentRow.letter_id == letter.id, DocumentRow.kind == kind)
    row = session.execute(query).one_or_none()
    return FoundFile(DocumentRow, row.id, row.sha256, file_name(kind, letter.reference), FILE_KINDS[kind].media_type) if row else None


def _later(session: Session, letter: Found, name: str) -> FoundFile | None:
    kind, _, number = name.removesuffix(".pdf").partition("-")
    is_number = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    if not (name.endswith(".pdf") and kind in set(LaterKind) and is_number):
        return None
    query = select(LaterDocumentRow.id, LaterDocumentRow.sha256).where(
        LaterDocumentRow.letter_id == letter.id, LaterDocumentRow.kind == kind, LaterDocumentRow.number == int(number)
    )
    row = session.execute(query).one_or_none()
    return FoundFile(LaterDocumentRow, row.id, row.sha256, f"{kind}-{int(number)}-{letter.reference}.pdf", PDF) if row else None


def _changed(session: Session, letter: Found, name: str) -> FoundFile | None:
    found = _CHANGED.fullmatch(name)
    kind = _KINDS.get(found[2]) if found else None
    if found is None or kind is None:
        return None
    number, facts = int(found[1]), FILE_KINDS[kind]
    query = select(NewTextDocumentRow.id, NewTextDocumentRow.sha256).join(NewTextRow, NewTextRow.id == NewTextDocumentRow.new_text_id)
    query = query.where(NewTextRow.letter_id == letter.id, NewTextRow.number == number, NewTextDocumentRow.kind == kind)
    row = session.execute(query).one_or_none()
    called = f"{facts.stem}-{letter.reference}-text-{number}.{facts.suffix}"
    return FoundFile(NewTextDocumentRow, row.id, row.sha256, called, facts.media_type) if row else None


def read_file(session: Session, found: FoundFile) -> bytes:
    """Checked against its hash on every reading. Raises Conflict where it is another."""
    content = session.execute(select(found.table.content).where(found.table.id == found.id)).scalar_one()
    return checked_content(bytes(content), found.sha256)
