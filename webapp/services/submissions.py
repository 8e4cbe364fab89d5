"""The sealed letter at the journal: submitted, acknowledged, answered, and what became of the article."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.deadline import earliest_today, latest_today, show_date
from webapp.domain.errors import InvalidInput
from webapp.domain.letter import Action, move_for
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.permission import Permission
from webapp.domain.submission import OUTCOMES, ROUTES, STEPS, StepKind
from webapp.persistence.record import append_event
from webapp.persistence.tables import LetterRow, SubmissionRow, SubmissionStepRow
from webapp.services.access import load_letter


@dataclass(frozen=True)
class Submitted:
    journal: str
    route: str
    manuscript_number: str
    submitted_on: date
    note: str = ""


@dataclass(frozen=True)
class Step:
    kind: str
    happened_on: date
    note: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class StepView:
    when: str
    title: str
    note: str


@dataclass(frozen=True)
class SubmissionView:
    journal: str
    route: str
    manuscript_number: str
    outcome: str
    steps: tuple[StepView, ...]


def submit_letter(session: Session, actor: Actor, reference: str, given: Submitted, *, now: datetime) -> None:
    """Records that the sealed letter was sent to the journal. InvalidInput for a day in the future or before the seal."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    move = move_for(letter.state, Action.SUBMIT)
    if given.route not in ROUTES:
        raise InvalidInput("Choose a route from the list.", field="route")
    first = earliest_today(letter.sealed_at) if letter.sealed_at else given.submitted_on
    _check_day(given.submitted_on, first, "the letter was sealed", "submitted_on", now=now)
    number = bounded_line(given.manuscript_number, limits.MANUSCRIPT_NUMBER, field="manuscript_number", what="The manuscript number")
    row = SubmissionRow(
        letter_id=letter.id,
        journal=bounded_line(given.journal, limits.JOURNAL, field="journal", what="The journal"),
        route=given.route,
        manuscript_number=number,
    )
    row.steps.append(_step(Step(StepKind.SUBMITTED, given.submitted_on, given.note), now=now))
    session.add(row)
    letter.state = move.becomes
    public = {"state": move.becomes, "journal": row.journal, "route": row.route, "submitted_on": given.submitted_on.isoformat()}
    private = {"manuscript_number": row.manuscript_number, "note": given.note} if row.manuscript_number or given.note else None
    append_event(session, letter, actor, move.event, public, now=now, private=private)


def note_step(session: Session, actor: Actor, reference: str, given: Step, *, now: datetime) -> None:
    """Adds a step to the course: acknowledgement, answer or outcome, with the day on which it happened."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    move = move_for(letter.state, Action.KEEP_COURSE)
    row = _submission(session, letter)
    if given.kind not in STEPS or given.kind == StepKind.SUBMITTED:
        raise InvalidInput("Choose what happened from the list.", field="kind")
    if given.kind == StepKind.OUTCOME and given.outcome not in OUTCOMES:
        raise InvalidInput("Choose what became of the article.", field="outcome")
    _check_day(given.happened_on, row.steps[0].happened_on, "the letter was submitted", "happened_on", now=now)
    step = _step(given, now=now)
    row.steps.append(step)
    public = {"step": step.kind, "happened_on": step.happened_on.isoformat()}
    if step.outcome:
        public["outcome"] = step.outcome
    append_event(session, letter, actor, move.event, public, now=now, private={"note": step.note} if step.note else None)


def resolve_letter(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """Ends the course. The story stays readable."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    move = move_for(letter.state, Action.RESOLVE)
    letter.state = move.becomes
    append_event(session, letter, actor, move.event, {"state": move.becomes}, now=now)


def show_submission(session: Session, letter: LetterRow) -> SubmissionView | None:
    row = session.scalars(select(SubmissionRow).where(SubmissionRow.letter_id == letter.id)).one_or_none()
    if row is None:
        return None
    outcomes = [step.outcome for step in row.steps if step.outcome]
    steps = tuple(StepView(show_date(step.happened_on), _title(step), step.note) for step in row.steps)
    outcome = OUTCOMES[outcomes[-1]] if outcomes else ""
    return SubmissionView(row.journal, ROUTES[row.route], row.manuscript_number, outcome, steps)


def _title(step: SubmissionStepRow) -> str:
    return f"{STEPS[step.kind]}: {OUTCOMES[step.outcome].lower()}" if step.outcome else STEPS[step.kind]


def _submission(session: Session, letter: LetterRow) -> SubmissionRow:
    return session.scalars(select(SubmissionRow).where(SubmissionRow.letter_id == letter.id)).one()


def _step(given: Step, *, now: datetime) -> SubmissionStepRow:
    note = bounded_text(given.note, limits.NOTE, field="note", what="The note")
    outcome = given.outcome if given.kind == StepKind.OUTCOME else ""
    return SubmissionStepRow(kind=given.kind, happened_on=given.happened_on, outcome=outcome, note=note, noted_at=now)


def _check_day(day: date, first: date, what: str, field: str, *, now: datetime) -> None:
    if day > latest_today(now):
        raise InvalidInput("That day lies in the future. Record it when it has happened.", field=field)
    if day < first:
        raise InvalidInput(f"That day lies before the day on which {what} ({show_date(first)}).", field=field)
