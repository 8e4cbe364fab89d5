"""Whether the addenda, errata and files beside the sealed letter are those that its record tells of (R11, R17)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.digest import sha256_of
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import AddendumRow, AnswerRow, ErratumRow, LaterDocumentRow, LaterKind, LetterRow, SealedSignatoryRow

Found = tuple[str, int | None]

_FILES = {
    "addendum.issued": (LaterKind.ADDENDUM, "number"),
    "erratum.made": (LaterKind.ERRATUM, "erratum"),
    "edition.made": (LaterKind.EDITION, "edition"),
}


def later_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    yield from _addendum_problems(session, letter, events)
    yield from _erratum_problems(session, letter, events)
    yield from _file_problems(session, letter, events)


def _addendum_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    told: dict[str, dict[str, RecordedEvent]] = {}
    for event in events:
        noun, _, verb = event.kind.partition(".")
        if noun == "addendum":
            told.setdefault(event.public["addendum"], {})[verb] = event
    for row in session.scalars(select(AddendumRow).where(AddendumRow.letter_id == letter.id).order_by(AddendumRow.id)):
        its = told.pop(row.reference, {})
        if "opened" not in its:
            yield f"an addendum ({row.reference}) is there that its record does not tell of.", None
            continue
        yield from _differences(session, row, its)
    for its in told.values():
        event = next(iter(its.values()))
        yield f"the addendum of which event {event.sequence} tells is not there.", event.sequence


def _differences(session: Session, row: AddendumRow, its: Mapping[str, RecordedEvent]) -> Iterator[Found]:
    opened, closed, issued = its["opened"], its.get("closed"), its.get("issued")
    if (row.deadline.isoformat(), row.deadline_zone, row.opened_by) != (opened.public["until"], opened.public["zone"], opened.actor):
        yield f"until when an addendum was held open is not what event {opened.sequence} tells.", opened.sequence
    if (row.closed_at.isoformat() if row.closed_at else None) != (closed.public["closed_at"] if closed else None):
        yield "when an addendum closed is not what its record tells.", closed.sequence if closed else None
    if (row.ended_at is not None) != (issued is not None or "ended" in its) or row.number != (issued.public["number"] if issued else 0):
        yield "whether an addendum was issued, and by which number, is not what its record tells.", issued.sequence if issued else None
    names = [one.printed_name for one in row.signatories]
    if issued is None:
        if names:
            yield "societies are listed in an addendum that was not issued.", None
        return
    if (len(names), sha256_of("signatories/v1", names)) != (issued.public["signatories"], issued.public["signatories_sha256"]):
        yield f"the signatories of addendum {row.number} are not those of event {issued.sequence}.", issued.sequence
    for one in row.signatories:
        answer = session.get_one(AnswerRow, one.answer_id)
        printed = (answer.officer, answer.office) if answer.consent_to_print else ("", "")
        if (one.printed_name, one.officer, one.office) != (answer.printed_name, *printed) or answer.letter_id != row.letter_id:
            yield f"signatory {one.position} of addendum {row.number} is not as the society signed.", issued.sequence
        if session.scalar(select(SealedSignatoryRow.answer_id).where(SealedSignatoryRow.answer_id == one.answer_id)) is not None:
            yield f"signatory {one.position} of addendum {row.number} stands in the sealed list too.", issued.sequence


def _erratum_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    told = {event.public["erratum"]: event for event in events if event.kind == "erratum.made"}
    private: dict[int, Mapping[str, Any]] = {
        sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content
    }
    for row in session.scalars(select(ErratumRow).where(ErratumRow.letter_id == letter.id).order_by(ErratumRow.number)):
        event = told.pop(row.number, None)
        if event is None:
            yield f"its record does not tell of erratum {row.number}.", None
            continue
        public, hidden = event.public, private.get(event.sequence, {})
        held = (row.kind, row.answer.reference, row.before, row.after, row.made_by)
        if held != (public["erratum_kind"], public["answer"], public["before"], public["after"], event.actor):
            yield f"erratum {row.number} is not the one of which event {event.sequence} tells.", event.sequence
        if (row.reason, row.asked_by) != (hidden.get("reason", row.reason), hidden.get("asked_by", row.asked_by)):
            yield f"why erratum {row.number} was made is not what event {event.sequence} tells.", event.sequence
    for event in told.values():
        yield f"the erratum of which event {event.sequence} tells is not there.", event.sequence


def _file_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    told = {(kind, event.public[key]): event for event in events if event.kind in _FILES for kind, key in [_FILES[event.kind]]}
    for row in session.scalars(select(LaterDocumentRow).where(LaterDocumentRow.letter_id == letter.id).order_by(LaterDocumentRow.id)):
        event = told.pop((LaterKind(row.kind), row.number), None)
        if event is None:
            yield f"its record does not tell of the file “{row.kind} {row.number}”.", None
        elif {row.sha256, hashlib.sha256(row.content).hexdigest()} != {event.public["file_sha256"]}:
            yield f"the stored file “{row.kind} {row.number}” is not the one of which event {event.sequence} tells.", event.sequence
    for (kind, number), event in told.items():
        yield f"the file “{kind} {number}” of which event {event.sequence} tells is not there.", event.sequence
