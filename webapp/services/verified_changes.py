"""Whether the texts that were put in force, and the objections to them, are those that the record tells of."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import AnswerRow, FreezingRow, LetterRow, ObjectionRow, RepresentativeRow

Found = tuple[str, int | None]

_FREEZES = frozenset({"letter.opened", "revision.frozen"})


def change_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    yield from _freezing_problems(letter, events)
    yield from _objection_problems(session, letter, events)


def _freezing_problems(letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    telling = [event for event in events if event.kind in _FREEZES]
    if len(letter.freezings) > len(telling):
        yield "a text is in force that its record does not tell of.", None
    for event, row in zip(telling, letter.freezings, strict=False):
        facts = _facts_of(row)
        # The record of an opening tells of the text alone, and an older one of no number.
        if any(event.public[name] != fact for name, fact in facts.items() if name in event.public):
            yield f"what was put in force by event {event.sequence} is not what it tells.", event.sequence
    for event in telling[len(letter.freezings) :]:
        yield f"the text that event {event.sequence} put in force is not in force any more.", event.sequence


def _facts_of(freezing: FreezingRow) -> dict[str, Any]:
    return {
        "revision": freezing.revision.number,
        "digest": freezing.revision.digest,
        "change": freezing.change,
        "object_until": freezing.object_until.isoformat() if freezing.object_until else None,
        "is_fit": freezing.is_fit,
        "reason_unfit": freezing.reason_unfit,
        "reason_unanswered": freezing.reason_unanswered,
    }


def _objection_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    private = {sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content}
    told = {event.public["answer"]: event for event in events if event.kind == "answer.objected"}
    rows = session.execute(
        select(ObjectionRow, AnswerRow.reference, RepresentativeRow.reference)
        .join(AnswerRow, AnswerRow.id == ObjectionRow.answer_id)
        .join(RepresentativeRow, RepresentativeRow.id == ObjectionRow.representative_id)
        .where(AnswerRow.letter_id == letter.id)
    )
    for row, answer, representative in rows:
        event = told.pop(answer, None)
        if event is None:
            yield f"there is an objection with the answer {answer} that its record does not tell of.", None
        elif not _is_told(row, representative, event, private.get(event.sequence, {})):
            yield f"the objection with the answer {answer} is not the one that event {event.sequence} tells of.", event.sequence
    for answer, event in told.items():
        yield f"the objection with the answer {answer}, of which event {event.sequence} tells, is not there.", event.sequence


def _is_told(row: ObjectionRow, representative: str, event: RecordedEvent, private: Mapping[str, Any]) -> bool:
    present = (row.received_at.isoformat(), f"representative:{representative}", row.remark)
    return present == (event.public["received_at"], event.actor, private.get("remark", row.remark))
