"""Whether the text that was signed, the list that was sealed and the stored files are those that the record tells of."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.digest import sha256_of
from webapp.domain.document_kind import DocumentKind
from webapp.domain.record import REVISION_EVENTS, RecordedEvent
from webapp.domain.text import TextKind
from webapp.persistence.tables import AnswerRow, DocumentRow, LetterRow, RevisionRow, SealedSignatoryRow
from webapp.services.revisions import revision_facts, text_digest

Found = tuple[str, int | None]


def text_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    for revision in letter.revisions:
        yield from _revision_problems(revision)
    yield from _told_problems(letter, events)
    of_letter = DocumentRow.letter_id == letter.id
    stored = {row.kind: row.sha256 for row in session.execute(select(DocumentRow.kind, DocumentRow.sha256).where(of_letter))}
    for kind, sha256 in stored.items():
        content = session.scalar(select(DocumentRow.content).where(of_letter, DocumentRow.kind == kind))
        if hashlib.sha256(content or b"").hexdigest() != sha256:
            yield f"the stored file “{kind}” does not have the SHA-256 that it was stored with.", None
    rows = session.scalars(
        select(SealedSignatoryRow).where(SealedSignatoryRow.letter_id == letter.id).order_by(SealedSignatoryRow.position)
    ).all()
    sealing = next((event for event in events if event.kind == "letter.sealed"), None)
    if sealing is None:
        if rows or stored:
            yield "it has sealed signatories or files, and its record does not tell of a seal.", None
        return
    yield from _file_problems(sealing, stored)
    yield from _seal_problems(session, sealing, list(rows))


def _revision_problems(revision: RevisionRow) -> Iterator[Found]:
    for one in revision.texts:
        digest = text_digest(
            revision.title, revision.ask, revision.targets, body=one["body"], references=revision.references, cites=one["cites"]
        )
        if one["digest"] != digest:
            yield f"the text “{one['name']}” of revision {revision.number} does not have the digest that it was kept with.", None
    statement = next((one for one in revision.texts if one["kind"] == TextKind.STATEMENT), None)
    if statement is None or (statement["body"], statement["digest"]) != (revision.statement, revision.digest):
        yield f"the text of revision {revision.number} does not have the digest that was signed.", None


def _told_problems(letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Whether each revision is the one that was recorded when it was made, and again when it was frozen."""
    rows = {row.number: row for row in letter.revisions}
    for event in events:
        number = event.public.get("revision")
        if event.kind not in REVISION_EVENTS or number is None:
            continue
        row = rows.get(number)
        if row is None:
            yield f"revision {number}, of which event {event.sequence} tells, is gone.", event.sequence
            continue
        facts = {**revision_facts(row), "note": row.note}
        if event.kind == "revision.made":
            facts["change"] = row.change
        # Older records tell of the statement alone.
        if any(event.public[name] != fact for name, fact in facts.items() if name in event.public):
            yield f"revision {number} is not the one of which event {event.sequence} tells.", event.sequence


def _file_problems(sealing: RecordedEvent, stored: dict[str, str]) -> Iterator[Found]:
    """Whether the files are those of which the seal tells, all of them and no other. Older seals made the letter alone."""
    told = sealing.public.get("files", {DocumentKind.LETTER.value: sealing.public["document_sha256"]})
    # The bundle holds this very event, which therefore cannot tell of it.
    for kind in sorted(told.keys() | stored.keys() - {DocumentKind.BUNDLE.value}):
        if kind not in stored:
            yield f"the file “{kind}”, of which event {sealing.sequence} tells, is gone.", sealing.sequence
        elif stored[kind] != told.get(kind):
            yield f"the stored file “{kind}” is not the one of which event {sealing.sequence} tells.", sealing.sequence


def _seal_problems(session: Session, sealing: RecordedEvent, rows: list[SealedSignatoryRow]) -> Iterator[Found]:
    if len(rows) != sealing.public["signatories"]:
        yield (
            f"{len(rows)} signatories are sealed, and event {sealing.sequence} tells of {sealing.public['signatories']}.",
            sealing.sequence,
        )
    if sha256_of("signatories/v1", [row.printed_name for row in rows]) != sealing.public["signatories_sha256"]:
        yield f"the sealed signatories are not those of event {sealing.sequence}.", sealing.sequence
    for row in rows:
        answer = session.get_one(AnswerRow, row.answer_id)
        printed = (answer.officer, answer.office) if answer.consent_to_print else ("", "")
        if (row.officer, row.office) != printed:
            yield f"the officer of the sealed signatory {row.position} is not the one who signed.", None
        if row.logo and not answer.consent_to_logo:
            yield f"the sealed signatory {row.position} is printed with a logo to which it has not agreed.", None
