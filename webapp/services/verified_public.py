"""Whether what strangers read of a letter beside names, numbers and words is what its record and its sealed list tell (R17)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.authority import recorded_phrase
from webapp.domain.document_kind import DocumentKind
from webapp.domain.record import RecordedEvent
from webapp.persistence.tables import (
    AddendumSignatoryRow,
    AnswerRow,
    CorrespondenceRow,
    DocumentRow,
    LetterRow,
    SealedSignatoryRow,
    SubmissionRow,
    SubmissionStepRow,
    TargetFateRow,
)
from webapp.services.documents import country_name

Found = tuple[str, int | None]
_REGRESSED = "clock.regressed"
_SLACK = limits.CLOCK_STEP + limits.LONGEST_REQUEST


def public_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    yield from _note_problems(session, letter)
    yield from _list_problems(session, letter)
    yield from _time_problems(session, letter, events)


def _note_problems(session: Session, letter: LetterRow) -> Iterator[Found]:
    """Beside the name stands whether the society has answered itself (R12)."""
    sealed = select(SealedSignatoryRow.printed_name, SealedSignatoryRow.note, AnswerRow.source)
    sealed = sealed.join(AnswerRow, AnswerRow.id == SealedSignatoryRow.answer_id).where(SealedSignatoryRow.letter_id == letter.id)
    added = select(AddendumSignatoryRow.printed_name, AddendumSignatoryRow.note, AnswerRow.source)
    added = added.join(AnswerRow, AnswerRow.id == AddendumSignatoryRow.answer_id).where(AnswerRow.letter_id == letter.id)
    for name, note, source in (*session.execute(sealed), *session.execute(added)):
        if note != recorded_phrase(source):
            yield f"whether the answer of {name} was recorded is not printed as the society answered.", None


def _list_problems(session: Session, letter: LetterRow) -> Iterator[Found]:
    """The rows of the sealed list against the file that was sealed of it: a society may have another country and acronym by now."""
    kept = DocumentRow.kind == DocumentKind.SIGNATORIES_JSON
    content = session.scalar(select(DocumentRow.content).where(DocumentRow.letter_id == letter.id, kept))
    if content is None:
        return
    try:
        sealed = sorted((one["society"], one["acronym"] or "", one["country"] or "") for one in json.loads(content)["signatories"])
    except (ValueError, KeyError, TypeError):
        # That the file is another is said where its SHA-256 is compared.
        return
    rows = session.scalars(select(SealedSignatoryRow).where(SealedSignatoryRow.letter_id == letter.id))
    held = sorted((row.printed_name, row.acronym, country_name(row.country, letter.language) or "") for row in rows)
    # A country may be called otherwise by now, in every list of countries but the sealed one: then nothing is left to compare.
    known = {"", *Locale.parse(letter.language, sep="-").territories.values()}
    told = [(*one[:2], one[2] if one[2] in known else now[2]) for one, now in zip(sealed, held, strict=False)]
    if len(held) != len(sealed) or held != told:
        yield "a country or an acronym in the sealed list is not the one that was sealed.", None


def _time_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """The instants that stand in the feed, and from which the days on the page come."""
    has_regressed = any(event.kind == _REGRESSED for event in events)
    told = _told(events)
    for kind, reference, at in _held(session, letter):
        event = told.get((kind, reference))
        if event is not None and not _fits(at, event, has_regressed=has_regressed):
            yield f"when that happened of which event {event.sequence} tells is not what stands beside it.", event.sequence


def _fits(at: datetime, event: RecordedEvent, *, has_regressed: bool) -> bool:
    """The record never runs backwards, even where the clock did: then its time is later than the one that the row holds."""
    recorded = datetime.fromisoformat(event.at)
    return at <= recorded and (has_regressed or recorded - at <= _SLACK)


def _told(events: list[RecordedEvent]) -> Mapping[tuple[str, str], RecordedEvent]:
    """The newest event of each kind that tells of a thing, by the kind and the reference of the thing."""
    found = {}
    for event in events:
        public = event.public
        if event.kind == "answer.withdrawn":
            found[event.kind, public["answer"]] = event
        elif event.kind in {"correspondence.released", "correspondence.struck"}:
            found[event.kind, public["item"]] = event
        elif event.kind == "fate.told":
            found[event.kind, public["fate"]] = event
        elif "step_kind" in public:
            found["step", public["step"]] = event
    return found


def _held(session: Session, letter: LetterRow) -> Iterator[tuple[str, str, datetime]]:
    """The same keys, each with the instant that its row holds."""
    for answer in session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id)):
        if answer.withdrawn_at:
            yield "answer.withdrawn", answer.reference, answer.withdrawn_at
    for row in session.scalars(select(CorrespondenceRow).where(CorrespondenceRow.letter_id == letter.id)):
        if row.released_at:
            yield "correspondence.released", row.reference, row.released_at
        if row.struck_at:
            yield "correspondence.struck", row.reference, row.struck_at
    steps = select(SubmissionStepRow.reference, SubmissionStepRow.noted_at).join(
        SubmissionRow, SubmissionRow.id == SubmissionStepRow.submission_id
    )
    yield from (("step", *row) for row in session.execute(steps.where(SubmissionRow.letter_id == letter.id)))
    fates = select(TargetFateRow.reference, TargetFateRow.noted_at).where(TargetFateRow.letter_id == letter.id)
    yield from (("fate.told", *row) for row in session.execute(fates))
