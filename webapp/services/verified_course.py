"""Whether the submissions, their steps and follow-ups, and the fates of the articles are those that the record tells of (R17)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.course import CourseState, StepKind, state_after
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_private
from webapp.persistence.tables import FollowUpRow, LetterRow, SubmissionRow, SubmissionStepRow, TargetFateRow, TargetRow

Found = tuple[str, int | None]
_STEPS = frozenset({"letter.submitted", "submission.noted", "step.corrected"})


@dataclass
class _Told:
    """What the record tells, by reference. `of_before` are the events from when a letter had one submission, without a reference."""

    submissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], RecordedEvent]] = field(default_factory=dict)
    struck: dict[str, tuple[str | None, RecordedEvent]] = field(default_factory=dict)
    follow_ups: dict[str, dict[str, Any]] = field(default_factory=dict)
    fates: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], RecordedEvent]] = field(default_factory=dict)
    struck_fates: dict[str, tuple[str | None, RecordedEvent]] = field(default_factory=dict)
    of_before: list[tuple[str, str]] = field(default_factory=list)
    """Kind and day of each step."""
    fates_of_before: list[tuple[str, str]] = field(default_factory=list)


def course_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    private: dict[int, Mapping[str, Any]] = {
        sequence: json.loads(content) for sequence, _commitment, content, _salt in load_private(session, letter.id) if content
    }
    told = _Told()
    for event in events:
        _hear(told, event, private.get(event.sequence, {}))
    rows = session.scalars(select(SubmissionRow).where(SubmissionRow.letter_id == letter.id).order_by(SubmissionRow.id)).all()
    for row in rows:
        yield from _submission_problems(row, told)
        for step in row.steps:
            yield from _step_problems(row, step, told)
        for follow_up in row.follow_ups:
            yield from _follow_up_problems(row, follow_up, told)
    if sorted(_of_before(rows)) != sorted(told.of_before):
        yield "the steps from before letters had several submissions are not those that its record tells of.", None
    yield from _fate_problems(session, letter, told)
    for reference in (*told.submissions, *told.steps, *told.follow_ups):
        yield f"its record tells of a submission, a step or a follow-up ({reference}) that is not there.", None


def _of_before(rows: Any) -> list[tuple[str, str]]:
    return [(step.kind, step.happened_on.isoformat()) for row in rows for step in row.steps if not step.noted_by]


def _hear(told: _Told, event: RecordedEvent, private: Mapping[str, Any]) -> None:
    public = event.public
    if event.kind in _STEPS and "submission" not in public:
        _hear_of_before(told, event)
    elif event.kind in {"submission.added", "submission.edited"}:
        held = told.submissions.setdefault(public["submission"], {"state": CourseState.PLANNED.value, "edition": 0, "text_digest": ""})
        held |= {name: public[name] for name in ("venue", "journal", "route", "text", "window_ends_on")}
        held |= {name: _secret(event, private, name) for name in ("contact", "manuscript_number")}
    elif event.kind in _STEPS:
        _hear_step(told, event, private)
    elif event.kind == "fate.told":
        told.fates[public["fate"]] = (public, private, event)
    elif event.kind == "fate.corrected":
        told.struck_fates[public["fate"]] = (_secret(event, private, "reason"), event)
    _hear_follow_ups(told, event, private)
    if "submission" in public and public["submission"] in told.submissions and event.kind.partition(".")[0] in _COUNTED:
        held = told.submissions[public["submission"]]
        held["edition"] = held.get("edition", 0) + 1


_COUNTED = {"submission", "letter", "step", "follow_up"}


def _hear_of_before(told: _Told, event: RecordedEvent) -> None:
    public = event.public
    if event.kind == "letter.submitted":
        told.of_before.append((StepKind.SUBMITTED, public["submitted_on"]))
    elif public["step"] == "outcome":
        told.fates_of_before.append((public["outcome"], public["happened_on"]))
    else:
        told.of_before.append((StepKind.NOTED if public["step"] == "answered" else public["step"], public["happened_on"]))


def _secret(event: RecordedEvent, private: Mapping[str, Any], name: str) -> str | None:
    """What the private part says under this name; None where it was erased, and nothing can be compared."""
    return str(private.get(name, "")) if private or event.private_commitment is None else None


def _hear_step(told: _Told, event: RecordedEvent, private: Mapping[str, Any]) -> None:
    public = event.public
    held = told.submissions.setdefault(public["submission"], {})
    held["state"] = public["submission_state"]
    if "text_digest" in public:
        held["text_digest"] = public["text_digest"]
    if "number_now" in private or not (private or event.private_commitment is None):
        held["manuscript_number"] = private.get("number_now")
    if "step" in public:
        told.steps[public["step"]] = (public, private, event)
    if "struck" in public:
        told.struck[public["struck"]] = (_secret(event, private, "reason"), event)


def _hear_follow_ups(told: _Told, event: RecordedEvent, private: Mapping[str, Any]) -> None:
    public = event.public
    # A correction takes back what the wrong step has done before the right one comes in its place.
    for name, is_done in (("again", False), ("dropped", True)):
        for reference in public.get(name, ()):
            told.follow_ups[reference]["done"] = is_done
    for one in public.get("due", ()):
        told.follow_ups[one["follow_up"]] = {**told.follow_ups.get(one["follow_up"], {"set_by": "", "what": "", "done": False}), **one}
    for reference in public.get("done", ()):
        told.follow_ups[reference]["done"] = True
    if event.kind == "follow_up.set":
        facts = {name: public[name] for name in ("follow_up", "follow_up_kind", "due_on")}
        what = _secret(event, private, "what")
        held = told.follow_ups.get(public["follow_up"], {"done": False})
        told.follow_ups[public["follow_up"]] = {**held, **facts, "set_by": event.actor, "what": what}
    elif event.kind == "follow_up.done":
        told.follow_ups[public["follow_up"]]["done"] = True


def _submission_problems(row: SubmissionRow, told: _Told) -> Iterator[Found]:
    held = told.submissions.pop(row.reference, None)
    if row.state != state_after(step.kind for step in row.steps if step.struck_at is None):
        yield f"the state of the submission to {row.journal} is not where its steps have led.", None
    if not row.planned_by:
        return
    if held is None:
        yield f"a submission ({row.reference}) is there that its record does not tell of.", None
        return
    window = row.window_ends_on.isoformat() if row.window_ends_on else None
    present = {
        **{name: getattr(row, name) for name in ("venue", "journal", "route", "text", "state", "text_digest", "edition")},
        "contact": row.contact,
        "manuscript_number": row.manuscript_number,
        "window_ends_on": window,
    }
    if (
        any(held[name] not in {value, None} for name, value in present.items() if name != "window_ends_on")
        or held["window_ends_on"] != window
    ):
        yield f"the submission to {row.journal} is not the one that its record tells of.", None


def _step_problems(row: SubmissionRow, step: SubmissionStepRow, told: _Told) -> Iterator[Found]:
    heard = told.steps.pop(step.reference, None)
    if heard is None:
        if step.noted_by:
            yield f"a step of the submission to {row.journal} is there that its record does not tell of.", None
    else:
        public, private, event = heard
        held = (row.reference, step.kind, step.position, step.happened_on.isoformat(), step.link, step.noted_by)
        said = tuple(public[name] for name in ("submission", "step_kind", "position", "happened_on", "link"))
        if held != (*said, event.actor):
            yield f"a step of the submission to {row.journal} is not the one of which event {event.sequence} tells.", event.sequence
        if any(_secret(event, private, name) not in {getattr(step, name), None} for name in ("note", "manuscript_number")):
            yield f"what was noted with a step is not what event {event.sequence} tells.", event.sequence
        if public["proof_sha256"] != (hashlib.sha256(step.proof.content).hexdigest() if step.proof else ""):
            yield f"the proof of a step is not the file of which event {event.sequence} tells.", event.sequence
    yield from _strike_problems("a step", step, told.struck)


def _strike_problems(what: str, row: Any, struck: Mapping[str, tuple[str | None, RecordedEvent]]) -> Iterator[Found]:
    reason, event = struck.get(row.reference, (None, None))
    if (row.struck_at is not None) != (event is not None):
        yield f"whether {what} is struck out is not what its record tells.", event.sequence if event else None
    elif event and (row.struck_by, row.strike_reason) != (event.actor, row.strike_reason if reason is None else reason):
        yield f"why {what} was struck out is not what event {event.sequence} tells.", event.sequence


def _follow_up_problems(row: SubmissionRow, follow_up: FollowUpRow, told: _Told) -> Iterator[Found]:
    held = told.follow_ups.pop(follow_up.reference, None)
    present = {
        "follow_up_kind": follow_up.kind,
        "due_on": follow_up.due_on.isoformat(),
        "set_by": follow_up.set_by,
        "what": follow_up.what,
        "done": follow_up.done_on is not None,
    }
    if held is None or any(held[name] not in {value, None} for name, value in present.items()):
        yield f"what is to be looked after at {row.journal} ({follow_up.reference}) is not what its record tells.", None


def _fate_problems(session: Session, letter: LetterRow, told: _Told) -> Iterator[Found]:
    query = select(TargetFateRow, TargetRow.position).outerjoin(TargetRow, TargetRow.id == TargetFateRow.target_id)
    before = []
    for row, position in session.execute(query.where(TargetFateRow.letter_id == letter.id)):
        heard = told.fates.pop(row.reference, None)
        if heard is None and not row.noted_by:
            before.append((row.kind, row.happened_on.isoformat()))
        elif heard is None:
            yield f"what became of an article ({row.reference}) is there, and its record does not tell of it.", None
        else:
            public, private, event = heard
            held = (position, row.kind, row.happened_on.isoformat(), row.link, row.noted_by)
            said = tuple(public[name] for name in ("target", "fate_kind", "happened_on", "link"))
            if held != (*said, event.actor) or _secret(event, private, "note") not in {row.note, None}:
                yield f"what became of an article is not what event {event.sequence} tells.", event.sequence
        yield from _strike_problems("what became of an article", row, told.struck_fates)
    if sorted(before) != sorted(told.fates_of_before):
        yield "what became of the articles, from before they were told apart, is not what its record tells.", None
    for _public, _private, event in told.fates.values():
        yield f"what became of an article, of which event {event.sequence} tells, is not there.", event.sequence
