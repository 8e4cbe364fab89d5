"""Whether the texts that went to the journals are those that the record tells of, and whether their lists stood by then (R4, R17)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.record import RecordedEvent
from webapp.persistence.tables import LetterRow, SubmissionRow, SubmissionStepRow
from webapp.services.carried_texts import sealed_digest

Found = tuple[str, int | None]


@dataclass
class _Told:
    """Of the changed texts what the record tells, by reference."""

    asked_by: dict[str, str] = field(default_factory=dict)
    """The submission for which it was begun."""
    put: dict[str, str] = field(default_factory=dict)
    """Its digest."""
    fixed: set[str] = field(default_factory=set)


def sent_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on. From before it was told which text went, nothing is compared."""
    if not any("sent_text" in event.public for event in events):
        return
    rows = select(SubmissionStepRow).join(SubmissionRow, SubmissionRow.id == SubmissionStepRow.submission_id)
    steps = {step.reference: step for step in session.scalars(rows.where(SubmissionRow.letter_id == letter.id))}
    told = _Told()
    for event in events:
        _hear(told, event)
        if "sent_text" in event.public:
            yield from _problems(letter, event, steps.get(event.public["step"]), told)


def _hear(told: _Told, event: RecordedEvent) -> None:
    public = event.public
    if event.kind == "new_text.begun":
        told.asked_by[public["new_text"]] = public["submission"]
    elif event.kind == "new_text.put":
        told.put[public["new_text"]] = public["digest"]
    elif event.kind == "new_text.fixed":
        told.fixed.add(public["new_text"])


def _problems(letter: LetterRow, event: RecordedEvent, step: SubmissionStepRow | None, told: _Told) -> Iterator[Found]:
    text, digest = event.public["sent_text"], event.public["sent_digest"]
    if step is not None and (step.sent_text, step.sent_digest) != (text, digest):
        yield f"the text that went to a journal is not the one of which event {event.sequence} tells.", event.sequence
    if text not in told.asked_by:
        if digest != sealed_digest(letter, text):
            yield f"the text that event {event.sequence} sent to a journal is none of the sealed ones.", event.sequence
        return
    if text not in told.fixed:
        yield f"event {event.sequence} sent a changed text to a journal before its list was fixed.", event.sequence
    if digest != told.put.get(text):
        yield f"the text that event {event.sequence} sent to a journal is not the one that was put to the signatories.", event.sequence
    if told.asked_by[text] not in {"", event.public["submission"]}:
        yield f"event {event.sequence} sent a text to a journal that was changed for another one.", event.sequence
