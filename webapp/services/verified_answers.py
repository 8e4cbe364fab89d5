"""Whether the answers in the tables are those that the record tells of: each with its place, its hash and its words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.answer import Source
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import AnswerRow, LetterRow

Found = tuple[str, int | None]

# What the private part of the event says of an answer, under the same names.
_PRIVATE = (
    "officer",
    "office",
    "decided_by",
    "competing_interests",
    "mandate",
    "ground",
    "reason",
    "link",
    "consent_to_print",
    "consent_to_logo",
)


def answer_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    given = {event.sequence: event for event in events if event.kind == "answer.given"}
    private = {sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content}
    answers = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id).order_by(AnswerRow.id)).all()
    names = _printed_names(events)
    for answer in answers:
        event = given.pop(answer.record_sequence, None)
        if event is None or event.public.get("answer") != answer.reference:
            where = answer.record_sequence
            yield f"event {where} is not the one that the answer {answer.reference} names as its own.", where
            continue
        yield from _differences(answer, event, private.get(event.sequence, {}), names)
    for sequence in given:
        yield f"the answer that event {sequence} tells of is not there.", sequence
    yield from _standing_problems(answers, events)


def _differences(answer: AnswerRow, event: RecordedEvent, private: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Found]:
    if event.hash != answer.record_hash:
        yield f"the receipt of the answer {answer.reference} names another hash for event {event.sequence}.", event.sequence
    society = answer.invitation.society
    said = {
        "kind": (answer.kind, event.public["answer_kind"]),
        "digest": (answer.digest, event.public["digest"]),
        "society": (society.reference, event.public["society"]),
        "source": (answer.source, event.public.get("source", Source.ROOM)),
        "instant of arrival": (answer.received_at.isoformat(), event.public.get("received_at", answer.received_at.isoformat())),
        "day of the decision": (_day(answer), private.get("decided_on") or _day(answer)),
        "consent to the logo": (answer.consent_to_logo, bool(event.public.get("logo"))),
        "printed_name": (answer.printed_name, names[answer.reference] or answer.printed_name),
        **{name: (getattr(answer, name), private[name]) for name in _PRIVATE if name in private},
    }
    for name, (present, told) in said.items():
        if present != told:
            yield f"the {name.replace('_', ' ')} of the answer {answer.reference} is not what event {event.sequence} tells.", event.sequence


def _day(answer: AnswerRow) -> str:
    return answer.decided_on.isoformat() if answer.decided_on else ""


def _printed_names(events: list[RecordedEvent]) -> dict[str, str]:
    """Answer → the name as it was given, or last corrected."""
    telling = ("answer.given", "name.corrected")
    return {event.public["answer"]: event.public["printed_name"] for event in events if event.kind in telling}


def _standing_problems(answers: Sequence[AnswerRow], events: list[RecordedEvent]) -> Iterator[Found]:
    standing: dict[str, str] = {}
    withdrawn = set()
    for event in events:
        if event.kind == "answer.given":
            standing[event.public["society"]] = event.public["answer"]
        elif event.kind == "answer.withdrawn":
            standing.pop(event.public["society"], None)
            withdrawn.add(event.public["answer"])
    for answer in answers:
        if answer.is_standing != (answer.reference in standing.values()):
            yield f"the answer {answer.reference} {'stands' if answer.is_standing else 'does not stand'}, against its record.", None
        if (answer.withdrawn_at is not None) != (answer.reference in withdrawn):
            yield f"whether the answer {answer.reference} was withdrawn is not what its record tells.", None
