"""Whether the mails to a journal are those that were approved and sent as the record tells (R16, R17)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.correspondence import JournalMailState, mail_digest
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import CorrespondenceRow, JournalMailApprovalRow, JournalMailRow, LetterRow, StaffRow
from webapp.services.journal_mail_files import digests_of

Found = tuple[str, int | None]
_ENDS = {"journal_mail.sent": JournalMailState.SENT, "journal_mail.dropped": JournalMailState.DROPPED}


def journal_mail_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    told: dict[str, list[RecordedEvent]] = {}
    for event in events:
        if event.kind.startswith("journal_mail."):
            told.setdefault(event.public["mail"], []).append(event)
    rows = session.scalars(select(JournalMailRow).where(JournalMailRow.letter_id == letter.id)).all()
    if not told and not rows:
        return
    private = {sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content}
    for row in rows:
        its = told.pop(row.reference, [])
        if not its:
            yield f"its record does not tell of a mail to the journal ({row.reference}).", None
        else:
            yield from _problems(session, letter, row, its, private)
    for its in told.values():
        yield f"the mail to the journal of which event {its[0].sequence} tells is not there.", its[0].sequence


def _problems(
    session: Session, letter: LetterRow, row: JournalMailRow, its: list[RecordedEvent], private: Mapping[int, Mapping[str, Any]]
) -> Iterator[Found]:
    known, last = digests_of(session, letter, row), its[-1]
    digest = mail_digest(row.to_address, row.subject, row.body, [(name, known.get(name, "")) for name in row.attachments])
    written = [event for event in its if event.kind in {"journal_mail.written", "journal_mail.changed"}][-1]
    if digest != row.digest or private.get(written.sequence, {}).get("digest", digest) != digest:
        yield f"a mail to the journal is not what event {written.sequence} tells.", written.sequence
    if row.submission != written.public.get("submission", ""):
        yield f"to which submission a mail to the journal belongs is not what event {written.sequence} tells.", written.sequence
    if any(hashlib.sha256(one.content).hexdigest() != one.sha256 for one in row.files):
        yield "a file of a mail to the journal no longer matches its SHA-256.", written.sequence
    if row.state != _ENDS.get(last.kind, JournalMailState.WRITTEN):
        yield f"whether a mail to the journal was sent is not what event {last.sequence} tells.", last.sequence
    query = select(StaffRow.reference).join(JournalMailApprovalRow).where(JournalMailApprovalRow.journal_mail_id == row.id)
    approved = {event.actor for event in its if event.kind == "journal_mail.approved" and event.sequence > written.sequence}
    if {f"staff:{one}" for one in session.scalars(query)} != approved:
        yield "who has approved a mail to the journal is not what its record tells.", last.sequence
    if last.kind == "journal_mail.sent":
        item = session.scalar(select(CorrespondenceRow.reference).where(CorrespondenceRow.id == row.correspondence_id))
        if item != last.public["item"] or last.public["approvals"] > len(approved):
            yield f"what was sent to the journal is not what event {last.sequence} tells.", last.sequence
