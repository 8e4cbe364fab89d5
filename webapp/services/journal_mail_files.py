"""What can go along with a mail to a journal: sealed files, those of the changed text that goes there, and those of the package."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.domain.errors import NotFound
from webapp.domain.links import Links
from webapp.domain.permission import Permission
from webapp.persistence.tables import DocumentRow, JournalMailFileRow, JournalMailRow, LetterRow, NewTextDocumentRow, NewTextRow
from webapp.rendering.package_files import covering_letter_file, text_file
from webapp.services.access import load_letter
from webapp.services.carried_texts import changed_text_of
from webapp.services.new_text_files import documents_of, file_name_of
from webapp.services.package import facts_to_write, read_covering_letter
from webapp.services.stored_file import checked_content
from webapp.services.submissions import find_submission


@dataclass(frozen=True)
class MadeFile:
    name: str
    content: bytes


def document_names(session: Session, letter: LetterRow) -> dict[str, str]:
    """Of each stored document that can go along its name and SHA-256: of the sealed letter, and of its changed texts."""
    rows = session.execute(select(DocumentRow.kind, DocumentRow.sha256).where(DocumentRow.letter_id == letter.id).order_by(DocumentRow.id))
    sealed = {FILE_KINDS[DocumentKind(kind)].name: sha256 for kind, sha256 in rows if kind != DocumentKind.BUNDLE}
    return sealed | {name: row.sha256 for name, row in _of_changed_texts(session, letter).items()}


def _of_changed_texts(session: Session, letter: LetterRow) -> dict[str, NewTextDocumentRow]:
    query = select(NewTextRow, NewTextDocumentRow).join(NewTextDocumentRow, NewTextDocumentRow.new_text_id == NewTextRow.id)
    rows = session.execute(query.where(NewTextRow.letter_id == letter.id).order_by(NewTextDocumentRow.id))
    return {file_name_of(one.kind, text, letter): one for text, one in rows}


def offered_files(session: Session, letter: LetterRow, submission: str) -> list[str]:
    """What is offered, what goes to this submission’s journal first; without a submission the sealed files alone."""
    changed = set(_of_changed_texts(session, letter))
    sealed = [name for name in document_names(session, letter) if name not in changed]
    if not submission:
        return sealed
    return [*_its_own(session, letter, submission), *package_names(letter), *sealed]


def _its_own(session: Session, letter: LetterRow, submission: str) -> list[str]:
    """The documents of the changed text that goes there."""
    text = changed_text_of(session, letter, find_submission(session, letter, submission).text)
    return [file_name_of(one.kind, text, letter) for one in documents_of(session, text)] if text else []


def file_of_text(session: Session, letter: LetterRow, submission: str) -> str:
    """The PDF of what goes there; empty where there is none."""
    name = FILE_KINDS[DocumentKind.LETTER].name
    if changed_text_of(session, letter, find_submission(session, letter, submission).text):
        return next((one for one in _its_own(session, letter, submission) if one.endswith(".pdf")), "")
    return name if name in document_names(session, letter) else ""


def package_names(letter: LetterRow) -> tuple[str, ...]:
    """Those that the package makes by itself, as its page calls them."""
    return tuple(f"{what}-{letter.reference}.{suffix}" for what in ("text", "covering-letter") for suffix in ("docx", "txt"))


def make_package_files(
    session: Session, actor: Actor, at: tuple[str, str], names: Iterable[str], links: Links, *, now: datetime
) -> tuple[MadeFile, ...]:
    """Those of these names that the package makes, of the letter and submission `at`, as they are now: the same facts give the same bytes.

    Takes a while, so that it is done before anything is held.
    """
    letter = load_letter(session, actor, at[0], Permission.KEEP_COURSE)
    wanted = [name for name in package_names(letter) if name in set(names)]
    if not wanted or not at[1]:
        return ()
    facts, words = facts_to_write(session, actor, *at, links, now=now), read_covering_letter(session, actor, *at, links, now=now).words
    made_at = datetime.combine(facts.sealed.day, time(), UTC) if facts.sealed else now
    return tuple(
        MadeFile(
            name,
            text_file(facts.letter, name.rpartition(".")[2], made_at=made_at)
            if name.startswith("text-")
            else covering_letter_file(words, name.rpartition(".")[2], made_at=made_at),
        )
        for name in wanted
    )


def keep_made(row: JournalMailRow, made: Iterable[MadeFile]) -> None:
    """Keeps with the mail those that go along: what is approved is what leaves."""
    going = [one for one in made if one.name in row.attachments]
    row.files = [JournalMailFileRow(name=one.name, sha256=hashlib.sha256(one.content).hexdigest(), content=one.content) for one in going]


def digests_of(session: Session, letter: LetterRow, row: JournalMailRow) -> dict[str, str]:
    """Name and SHA-256 of everything that can stand on this mail."""
    return document_names(session, letter) | {one.name: one.sha256 for one in row.files}


def attached(session: Session, letter: LetterRow, row: JournalMailRow) -> list[tuple[str, bytes]]:
    """Names and contents of what goes along, each checked against its hash."""
    return [(name, _content(session, letter, row, name)) for name in row.attachments]


def attached_file(session: Session, letter: LetterRow, row: JournalMailRow, name: str) -> bytes:
    """One of them. NotFound where the mail has none of this name."""
    if name not in row.attachments:
        raise NotFound
    return _content(session, letter, row, name)


def _content(session: Session, letter: LetterRow, row: JournalMailRow, name: str) -> bytes:
    made = next((one for one in row.files if one.name == name), None)
    held: JournalMailFileRow | NewTextDocumentRow | DocumentRow | None = made or _of_changed_texts(session, letter).get(name)
    if held is None:
        kinds = {facts.name: kind for kind, facts in FILE_KINDS.items()}
        held = session.scalars(select(DocumentRow).where(DocumentRow.letter_id == letter.id, DocumentRow.kind == kinds[name])).one()
    return checked_content(held.content, held.sha256)
