"""The sealed files of a letter: listed, and handed out as they were sealed (R11)."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.document_kind import FILE_KINDS, DocumentKind, file_name
from webapp.domain.errors import NotFound
from webapp.domain.permission import Permission
from webapp.persistence.plain import look
from webapp.persistence.tables import DocumentRow, LetterRow
from webapp.services.access import load_letter, refuse_unless
from webapp.services.stored_file import Kept, checked_content

NO_SUCH_FILE = "There is no such file: the letter has not been sealed yet, or its seal has made none of this kind."
# Built once: a finished document is to cost little more than a file from the disk.
_FIND = (
    select(DocumentRow.id, DocumentRow.sha256)
    .join(LetterRow, LetterRow.id == DocumentRow.letter_id)
    .where(LetterRow.reference == bindparam("letter"), DocumentRow.kind == bindparam("kind"))
)
_CONTENT = select(DocumentRow.content).where(DocumentRow.id == bindparam("id"))
_KEPT = Kept()
_ORDER = {kind: place for place, kind in enumerate(DocumentKind)}


@dataclass(frozen=True)
class FileLine:
    """A sealed file as it is listed."""

    kind: DocumentKind
    words: str
    path: str
    """What it is called in its address."""
    size: int
    sha256: str


@dataclass(frozen=True)
class Found:
    """A sealed file that is there, and may be read by whoever asked."""

    id: int
    sha256: str
    kind: DocumentKind
    letter: str


@dataclass(frozen=True)
class SealedFile:
    content: bytes
    sha256: str
    name: str
    media_type: str


def sealed_files(session: Session, actor: Actor, reference: str) -> list[FileLine]:
    """All that the seal has made, without their contents; none before the seal."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    query = select(DocumentRow.kind, DocumentRow.sha256, func.length(DocumentRow.content)).where(DocumentRow.letter_id == letter.id)
    lines = [_line(DocumentKind(kind), sha256, size) for kind, sha256, size in session.execute(query) if kind in _ORDER]
    return sorted(lines, key=lambda line: _ORDER[line.kind])


def _line(kind: DocumentKind, sha256: str, size: int) -> FileLine:
    return FileLine(kind, FILE_KINDS[kind].words, FILE_KINDS[kind].name, size, sha256)


def find_sealed(session: Session, actor: Actor, reference: str, kind: DocumentKind = DocumentKind.LETTER) -> Found | None:
    """Which file it is, without reading it; None where the seal has made none of this kind, or has not been set."""
    refuse_unless(session, actor, reference, Permission.SEE)
    row = look(session, _FIND, {"letter": reference, "kind": kind}).one_or_none()
    return Found(row[0], row[1], kind, reference) if row else None


def read_found(session: Session, found: Found) -> SealedFile:
    """The sealed file, checked against its hash on every reading."""
    return _file(found, checked_content(_content(session, found), found.sha256))


def hand_out(session: Session, found: Found) -> SealedFile:
    """The same for those who ask for it again and again: what this process has read and checked of late is not read anew."""
    return _file(found, _KEPT.content(found.sha256, lambda: _content(session, found)))


def _content(session: Session, found: Found) -> bytes:
    return bytes(look(session, _CONTENT, {"id": found.id}).scalar_one())


def _file(found: Found, content: bytes) -> SealedFile:
    return SealedFile(content, found.sha256, file_name(found.kind, found.letter), FILE_KINDS[found.kind].media_type)


def read_sealed(session: Session, actor: Actor, reference: str, kind: DocumentKind = DocumentKind.LETTER) -> SealedFile:
    """The sealed file. NotFound where the letter has none of this kind."""
    found = find_sealed(session, actor, reference, kind)
    if found is None:
        raise NotFound(NO_SUCH_FILE)
    return read_found(session, found)
