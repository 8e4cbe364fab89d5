"""A step that was noted wrongly: struck out with the reason, readable for good, and the right one in its place where there is one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.course import STATES, STEPS, StepKind, first_unlikely, state_after
from webapp.domain.deadline import show_date, today_in
from webapp.domain.errors import InvalidInput, NotFound, WrongState
from webapp.domain.letter import Action, LetterState, move_for
from webapp.domain.names import bounded_text
from webapp.persistence.record import actor_words, append_event
from webapp.persistence.tables import LetterRow, SubmissionRow, SubmissionStepRow
from webapp.services import follow_ups
from webapp.services.carried_texts import Sent, sent_as
from webapp.services.submissions import (
    Held,
    Step,
    check_day,
    first_day,
    make_step,
    standing_steps,
    step_facts,
    step_secrets,
    submissions_of,
)


@dataclass(frozen=True)
class Correction:
    """Why the step is struck out, and what stands in its place; None where it did not happen at all."""

    reason: str
    instead: Step | None = None


def find_step(row: SubmissionRow, step: str) -> SubmissionStepRow:
    """A step that stands. NotFound where there is none, WrongState for one that is struck out already."""
    found = next((one for one in row.steps if one.reference == step), None)
    if found is None:
        raise NotFound
    if found.struck_at is not None:
        raise WrongState("This step is struck out already.")
    return found


def correct_step(session: Session, actor: Actor, held: Held, step: str, given: Correction, *, now: datetime) -> None:
    """Strikes the step out. Raises WrongState where what is left could not have happened so, InvalidInput for a day out of its order."""
    letter, row = held.letter, held.row
    wrong = find_step(row, step)
    reason = bounded_text(given.reason, limits.NOTE, field="reason", what="The reason")
    if not reason.strip():
        raise InvalidInput("Say in a sentence what was wrong: it stays beside the step.", field="reason")
    _check_what_is_left(letter, row, wrong, given.instead, now=now)
    number = row.manuscript_number
    wrong.struck_at, wrong.struck_by, wrong.strike_reason = now, actor_words(actor), reason
    session.flush()
    later = [one for one in standing_steps(row) if one.position > wrong.position]
    again, dropped = follow_ups.undo_step(row, wrong, later, today=today_in(letter.deadline_zone, now=now))
    made = None
    if given.instead:
        sent = _sent_with(session, letter, row, wrong, given.instead)
        made = make_step(session, actor, row, given.instead, wrong.position, sent=sent, now=now)
    left = sorted(standing_steps(row), key=lambda one: one.position)
    row.state = state_after(one.kind for one in left)
    row.manuscript_number = _number(left, wrong, made, number)
    row.text_digest = next((one.sent_digest for one in reversed(left) if one.kind == StepKind.SUBMITTED), "")
    row.edition += 1
    due, done = follow_ups.after_step(session, row, made, given.instead.look_again_on, later) if made and given.instead else ([], [])
    public: dict[str, Any] = {"submission": row.reference, "submission_state": row.state, "struck": wrong.reference}
    public |= {"text_digest": row.text_digest, "again": again, "dropped": dropped, "due": due, "done": done}
    if made:
        public |= step_facts(row, made)
    kind = _letter_follows(session, letter, row, made, public)
    private = {"reason": reason, **(step_secrets(row, made, number) or {})}
    append_event(session, letter, actor, kind, public, now=now, private=private)


def _sent_with(session: Session, letter: LetterRow, row: SubmissionRow, wrong: SubmissionStepRow, instead: Step) -> Sent:
    """What went on another day is what went; what nobody had noted is the text that the submission carries."""
    if instead.kind != StepKind.SUBMITTED:
        return Sent()
    return Sent(wrong.sent_text, wrong.sent_digest) if wrong.kind == StepKind.SUBMITTED else sent_as(session, letter, row.text)


def _letter_follows(session: Session, letter: LetterRow, row: SubmissionRow, made: SubmissionStepRow | None, public: dict[str, Any]) -> str:
    """A letter of which no submission was made after all is sealed once more; one that was submitted after all is so from here on."""
    if made and made.kind == StepKind.SUBMITTED and letter.state != LetterState.SUBMITTED:
        move = move_for(letter.state, Action.SUBMIT)
        letter.state = move.becomes
        public |= {"journal": row.journal, "route": row.route, "state": move.becomes}
        return move.event
    was_submitted = any(one.kind == StepKind.SUBMITTED for each in submissions_of(session, letter) for one in standing_steps(each))
    if letter.state != LetterState.SUBMITTED or was_submitted:
        move_for(letter.state, Action.KEEP_COURSE)
        return "step.corrected"
    move = move_for(letter.state, Action.TAKE_BACK_SUBMISSION)
    letter.state = public["state"] = move.becomes
    return move.event


def _number(left: list[SubmissionStepRow], wrong: SubmissionStepRow, made: SubmissionStepRow | None, held: str) -> str:
    """The newest number that still stands, where the one that held came with the wrong step, or the right one brings another."""
    brings_another = made is not None and made.manuscript_number not in {"", wrong.manuscript_number}
    if not brings_another and held != wrong.manuscript_number:
        return held
    return next((one.manuscript_number for one in reversed(left) if one.manuscript_number), "")


def _check_what_is_left(letter: LetterRow, row: SubmissionRow, wrong: SubmissionStepRow, instead: Step | None, *, now: datetime) -> None:
    standing = standing_steps(row)
    place = standing.index(wrong)
    before, after = standing[:place], standing[place + 1 :]
    kinds = [one.kind for one in before] + ([instead.kind] if instead else []) + [one.kind for one in after]
    if instead and instead.kind not in STEPS:
        raise InvalidInput("Choose what happened from the list.", field="kind")
    # What came up from an older version may not follow the table; only what is changed has to.
    unlikely = first_unlikely(kinds)
    if unlikely and not first_unlikely([one.kind for one in standing]):
        state, kind = unlikely
        left = f"“{STEPS[kind]}” would then follow while the submission is {STATES[state]}"
        raise WrongState(f"This cannot be corrected so: {left}. Correct that later step first.")
    if instead:
        first, what = (before[-1].happened_on, "of the step before it") if before else first_day(letter, instead)
        check_day(instead.happened_on, first, what, now=now)
        if after and instead.happened_on > after[0].happened_on:
            sentence = f"That day lies after the day of the step that follows ({show_date(after[0].happened_on)})."
            raise InvalidInput(sentence, field="happened_on")
