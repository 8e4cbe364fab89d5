"""Whether the correspondence is what the record tells of: what came, what was released to whom, and what was struck (R17)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import CorrespondenceRow, LetterRow
from webapp.services.correspondence import content_digest

Found = tuple[str, int | None]


def correspondence_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    told = [event for event in events if event.kind.startswith("correspondence.")]
    rows = {row.reference: row for row in session.scalars(select(CorrespondenceRow).where(CorrespondenceRow.letter_id == letter.id))}
    if not told and not rows:
        return
    private = {sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content}
    its: dict[str, dict[str, RecordedEvent]] = {}
    for event in told:
        # The newest of a kind: a release replaces the one before.
        its.setdefault(event.public["item"], {})[event.kind.partition(".")[2]] = event
    for reference, row in rows.items():
        events_of = its.pop(reference, {})
        if "entered" not in events_of:
            yield f"its record does not tell of an item of the correspondence ({reference}).", None
        else:
            yield from _problems(row, events_of, private)
    for events_of in its.values():
        event = next(iter(events_of.values()))
        yield f"the item of the correspondence of which event {event.sequence} tells is not there.", event.sequence


def _problems(row: CorrespondenceRow, its: dict[str, RecordedEvent], private: Mapping[int, Mapping[str, Any]]) -> Iterator[Found]:
    entered, released, struck = its["entered"], its.get("released"), its.get("struck")
    told = private.get(entered.sequence, {})
    is_told = told.get("content_sha256", content_digest(row)) == content_digest(row) and row.entered_by == entered.actor
    if not is_told or row.direction != entered.public["direction"]:
        yield f"an item of the correspondence is not what event {entered.sequence} tells.", entered.sequence
    if any(hashlib.sha256(one.content).hexdigest() != one.sha256 for one in row.files):
        yield f"a file of the correspondence is not the one of which event {entered.sequence} tells.", entered.sequence
    held = (row.audience, row.shows_text) if row.released_at else None
    if held != ((released.public["audience"], released.public["shows_text"]) if released else None):
        yield "to whom an item of the correspondence is released is not what its record tells.", released.sequence if released else None
    elif released and private.get(released.sequence, {}).get("summary", row.summary) != row.summary:
        yield f"the summary of an item is not the one of which event {released.sequence} tells.", released.sequence
    if (row.struck_at is not None) != (struck is not None):
        yield "whether an item of the correspondence is struck is not what its record tells.", struck.sequence if struck else None
    elif struck and private.get(struck.sequence, {}).get("reason", row.struck_reason) != row.struck_reason:
        yield f"why an item is struck is not what event {struck.sequence} tells.", struck.sequence
