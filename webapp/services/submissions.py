"""The submissions of a letter: planned for a venue, moved by the table of `domain/course.py`, ended with the course of the letter."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.course import ENDED, STATES, STEPS, CourseState, StepKind, find_move
from webapp.domain.deadline import earliest_today, latest_today, show_date
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.letter import AFTER_THE_SEAL, Action, move_for
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.permission import Permission
from webapp.domain.proof_file import ProofFile
from webapp.domain.public_link import clean_public_link
from webapp.domain.submission import ROUTES
from webapp.persistence.record import actor_words, append_event
from webapp.persistence.tables import LetterRow, StepProofRow, SubmissionRow, SubmissionStepRow
from webapp.services import follow_ups
from webapp.services.access import load_letter
from webapp.services.carried_texts import Sent, sent_as, texts_to_carry
from webapp.services.references import new_reference
from webapp.services.venues import venues_by_slug

TEXT_IS_OPEN = frozenset({CourseState.PLANNED, CourseState.REVISION_ASKED})
"""What goes to the journal next can still be chosen."""
_MOVED = "Somebody else has changed this submission since you opened the page. Look at what it says now, then send yours again."


@dataclass(frozen=True)
class Plan:
    """Where a text is to go. `venue` is a slug; without one the journal is named by hand."""

    journal: str
    route: str
    venue: str = ""
    route_words: str = ""
    text: str = ""
    """The reference of one of the letter’s texts, or of one that was changed for this journal; without it, the statement."""
    contact: str = ""
    manuscript_number: str = ""
    window_ends_on: date | None = None


@dataclass(frozen=True)
class Step:
    """Something that happened. `look_again_on` is the day by which a person wants to look after what comes next."""

    kind: str
    happened_on: date
    note: str = ""
    manuscript_number: str = ""
    link: str = ""
    look_again_on: date | None = None
    proof: ProofFile | None = None


@dataclass(frozen=True)
class Submitted:
    """A submission that has been made, told in one go."""

    journal: str
    route: str
    manuscript_number: str
    submitted_on: date
    note: str = ""
    venue: str = ""
    route_words: str = ""
    text: str = ""
    contact: str = ""
    window_ends_on: date | None = None


@dataclass(frozen=True)
class Held:
    """A submission with its letter, both held for the length of the transaction."""

    letter: LetterRow
    row: SubmissionRow


def plan_submission(session: Session, actor: Actor, reference: str, given: Plan, *, now: datetime) -> str:
    """Makes a submission that is planned; returns its reference. Before the seal only for a venue that was chosen for the text.

    Conflict where the text is on its way to that venue already.
    """
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    return _plan(session, actor, letter, given, now=now).reference


def submit_letter(session: Session, actor: Actor, reference: str, given: Submitted, *, now: datetime) -> str:
    """Records that the sealed letter was sent to a journal. InvalidInput for a day in the future or before the seal."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    if letter.state not in AFTER_THE_SEAL:
        move_for(letter.state, Action.SUBMIT)
    plan = Plan(
        journal=given.journal,
        route=given.route,
        venue=given.venue,
        route_words=given.route_words,
        text=given.text,
        contact=given.contact,
        window_ends_on=given.window_ends_on,
    )
    row = _plan(session, actor, letter, plan, now=now)
    step = Step(StepKind.SUBMITTED, given.submitted_on, given.note, given.manuscript_number)
    try:
        add_step(session, actor, Held(letter, row), step, now=now)
    except InvalidInput as error:
        raise InvalidInput(str(error), field="submitted_on" if error.field == "happened_on" else error.field) from error
    return row.reference


def _plan(session: Session, actor: Actor, letter: LetterRow, given: Plan, *, now: datetime) -> SubmissionRow:
    move = move_for(letter.state, Action.PLAN_SUBMISSION)
    plan = _checked(session, letter, given)
    _refuse_unchosen(letter, plan)
    _refuse_twice(session, letter, plan)
    facts = {name: getattr(plan, name) for name in Plan.__dataclass_fields__}
    row = SubmissionRow(
        **facts,
        reference=new_reference(),
        letter_id=letter.id,
        text_digest="",
        state=CourseState.PLANNED,
        edition=1,
        planned_at=now,
        planned_by=actor_words(actor),
    )
    session.add(row)
    session.flush()
    due = follow_ups.propose_window(session, row)
    public = {"submission": row.reference, "venue": row.venue, **_public(row), "due": due}
    append_event(session, letter, actor, move.event, public, now=now, private=_private(row))
    return row


def edit_submission(session: Session, actor: Actor, held: Held, given: Plan, *, now: datetime) -> None:
    """Changes what is known of the submission; its venue only while it is planned, its text also while a revision is asked for."""
    move_for(held.letter.state, Action.KEEP_COURSE)
    row = held.row
    if row.state != CourseState.PLANNED:
        given = replace(given, venue=row.venue, route_words=row.route_words)
    if row.state not in TEXT_IS_OPEN:
        given = replace(given, text=row.text)
    plan = _checked(session, held.letter, given, row)
    _refuse_unchosen(held.letter, plan)
    if row.state == CourseState.PLANNED:
        _refuse_twice(session, held.letter, plan, besides=row)
    for name in Plan.__dataclass_fields__:
        setattr(row, name, getattr(plan, name))
    row.edition += 1
    due = follow_ups.move_window(session, row)
    public = {"submission": row.reference, "venue": row.venue, **_public(row), "due": due}
    append_event(session, held.letter, actor, "submission.edited", public, now=now, private=_private(row))


def hold_submission(session: Session, actor: Actor, reference: str, submission: str, edition: int) -> Held:
    """The submission, held. NotFound where there is none of this letter, Conflict where it has changed since `edition`."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    row = find_submission(session, letter, submission)
    if row.edition != edition:
        raise Conflict(_MOVED)
    return Held(letter, row)


def find_submission(session: Session, letter: LetterRow, submission: str) -> SubmissionRow:
    """A submission of this letter, read anew. Raises NotFound."""
    query = select(SubmissionRow).where(SubmissionRow.letter_id == letter.id, SubmissionRow.reference == submission)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return row


def submissions_of(session: Session, letter: LetterRow) -> Sequence[SubmissionRow]:
    """All of a letter’s submissions, in the order in which they were planned."""
    return session.scalars(select(SubmissionRow).where(SubmissionRow.letter_id == letter.id).order_by(SubmissionRow.id)).all()


def standing_steps(row: SubmissionRow) -> list[SubmissionStepRow]:
    """The steps that were not struck out, in their order."""
    return [step for step in row.steps if step.struck_at is None]


def note_step(session: Session, actor: Actor, reference: str, submission: str, given: Step, edition: int, *, now: datetime) -> str:
    """Notes what happened, and moves the course by its table. Returns the reference of the step.

    Raises WrongState for what cannot follow, InvalidInput for a day in the future or before the step before it, and Conflict where
    somebody else has changed the submission since `edition`.
    """
    return add_step(session, actor, hold_submission(session, actor, reference, submission, edition), given, now=now)


def add_step(session: Session, actor: Actor, held: Held, given: Step, *, now: datetime) -> str:
    """`note_step` for a submission that is held already."""
    letter, row = held.letter, held.row
    if given.kind not in STEPS:
        raise InvalidInput("Choose what happened from the list.", field="kind")
    is_first = given.kind == StepKind.SUBMITTED and letter.state != "submitted"
    letter_move = move_for(letter.state, Action.SUBMIT if is_first else Action.KEEP_COURSE)
    move = find_move(row.state, given.kind)
    if move is None:
        raise WrongState(cannot_follow(row.state, given.kind))
    last = standing_steps(row)[-1:]
    earliest, what = (last[0].happened_on, "of the step before it") if last else first_day(letter, given)
    check_day(given.happened_on, earliest, what, now=now)
    number = row.manuscript_number
    sent = sent_as(session, letter, row.text) if given.kind == StepKind.SUBMITTED else Sent()
    step = make_step(session, actor, row, given, 1 + max((one.position for one in row.steps), default=0), sent=sent, now=now)
    row.state = move.becomes
    row.edition += 1
    row.text_digest = sent.digest or row.text_digest
    letter.state = letter_move.becomes
    due, done = follow_ups.after_step(session, row, step, given.look_again_on)
    public = {**step_facts(row, step), "due": due, "done": done}
    if given.kind == StepKind.SUBMITTED:
        public |= {"journal": row.journal, "route": row.route, "text_digest": row.text_digest}
    if is_first:
        public["state"] = letter.state
    append_event(session, letter, actor, letter_move.event, public, now=now, private=step_secrets(row, step, number))
    return step.reference


def make_step(
    session: Session, actor: Actor, row: SubmissionRow, given: Step, position: int, *, sent: Sent, now: datetime
) -> SubmissionStepRow:
    """The row of a step at this place of the course, with its proof. What the journal gave as a number holds for the submission too."""
    number = bounded_line(given.manuscript_number, limits.MANUSCRIPT_NUMBER, field="manuscript_number", what="The manuscript number")
    step = SubmissionStepRow(
        reference=new_reference(),
        submission_id=row.id,
        position=position,
        kind=given.kind,
        happened_on=given.happened_on,
        note=bounded_text(given.note, limits.NOTE, field="note", what="The note"),
        manuscript_number=number,
        link=clean_public_link(given.link),
        sent_text=sent.text,
        sent_digest=sent.digest,
        noted_at=now,
        noted_by=actor_words(actor),
    )
    if given.proof:
        sha256 = hashlib.sha256(given.proof.content).hexdigest()
        step.proof = StepProofRow(name=given.proof.name, media_type=given.proof.media_type, sha256=sha256, content=given.proof.content)
    row.steps.append(step)
    row.manuscript_number = number or row.manuscript_number
    session.flush()
    return step


def step_facts(row: SubmissionRow, step: SubmissionStepRow) -> dict[str, Any]:
    """What the record says of a step in public; of one with which a text went to the journal, which text."""
    sent = {"sent_text": step.sent_text, "sent_digest": step.sent_digest} if step.kind == StepKind.SUBMITTED else {}
    return {
        **sent,
        "submission": row.reference,
        "submission_state": row.state,
        "step": step.reference,
        "step_kind": step.kind,
        "position": step.position,
        "happened_on": step.happened_on.isoformat(),
        "link": step.link,
        "proof_sha256": step.proof.sha256 if step.proof else "",
    }


def step_secrets(row: SubmissionRow, step: SubmissionStepRow | None, number: str) -> dict[str, str] | None:
    """What it commits itself to without saying it; `number` is the manuscript number that held before."""
    name = step.proof.name if step and step.proof else ""
    said = {"note": step.note, "manuscript_number": step.manuscript_number, "proof_name": name} if step else {}
    kept = {key: value for key, value in said.items() if value}
    return (kept | {"number_now": row.manuscript_number} if row.manuscript_number != number else kept) or None


def cannot_follow(state: str, kind: str) -> str:
    """Why the step cannot be noted, and what can be done instead."""
    sentence = f"“{STEPS[kind]}” cannot follow here: the submission is {STATES[state]}."
    return f"{sentence} If that is wrong, correct the step that led there; anything else can be noted as a word from the journal."


def check_day(day: date, first: date, what: str, *, now: datetime) -> None:
    """Raises InvalidInput for a day that nobody on earth has reached, and for one before what came before."""
    if day > latest_today(now):
        raise InvalidInput("That day lies in the future. Record it when it has happened.", field="happened_on")
    if day < first:
        raise InvalidInput(f"That day lies before the day {what} ({show_date(first)}).", field="happened_on")


def first_day(letter: LetterRow, given: Step) -> tuple[date, str]:
    """The earliest day of a first step, and in words what happened on it."""
    if given.kind == StepKind.SUBMITTED and letter.sealed_at:
        return earliest_today(letter.sealed_at), "on which the letter was sealed"
    return earliest_today(letter.created_at), "on which the letter was begun"


def course_edition(session: Session, letter: LetterRow) -> int:
    """A number that every act on any of the letter’s submissions raises."""
    return sum(row.edition for row in submissions_of(session, letter))


def resolve_letter(session: Session, actor: Actor, reference: str, reason: str = "", edition: int | None = None, *, now: datetime) -> None:
    """Ends the course; the story stays readable. InvalidInput where a submission is still under way and no reason is given.

    Conflict where any of its submissions has changed since `edition`.
    """
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    move = move_for(letter.state, Action.RESOLVE)
    if edition is not None and edition != course_edition(session, letter):
        raise Conflict("Somebody else has noted something since you opened the page. Look at it, then end the course.")
    words = bounded_text(reason, limits.NOTE, field="reason", what="The reason")
    if not words and (left := _under_way(session, letter)):
        names = ", ".join(row.journal or "a journal" for row in left)
        raise InvalidInput(f"Not every submission has ended ({names}). Say why the course ends all the same.", field="reason")
    letter.state = move.becomes
    append_event(session, letter, actor, move.event, {"state": move.becomes}, now=now, private={"reason": words} if words else None)


def _under_way(session: Session, letter: LetterRow) -> list[SubmissionRow]:
    return [row for row in submissions_of(session, letter) if row.state not in ENDED]


def _checked(session: Session, letter: LetterRow, given: Plan, row: SubmissionRow | None = None) -> Plan:
    if given.route not in ROUTES:
        raise InvalidInput("Choose a route from the list.", field="route")
    journal = bounded_line(given.journal, limits.JOURNAL, field="journal", what="The journal")
    if not journal:
        raise InvalidInput("Name the journal.", field="journal")
    if given.venue and not venues_by_slug(session, [given.venue]) and not _had(session, letter, given.venue):
        raise InvalidInput("Choose a venue from the list.", field="venue")
    text = given.text or letter.statement.reference
    if text not in texts_to_carry(session, letter, row.reference if row else "") and not (row and row.text == text):
        raise InvalidInput("Choose one of the letter’s texts, or one that was changed for this journal.", field="text")
    return replace(
        given,
        journal=journal,
        text=text,
        route_words=bounded_line(given.route_words, limits.VENUE_LINE, field="route_words", what="The route"),
        contact=bounded_line(given.contact, limits.WEB_ADDRESS, field="contact", what="The contact"),
        manuscript_number=bounded_line(
            given.manuscript_number, limits.MANUSCRIPT_NUMBER, field="manuscript_number", what="The manuscript number"
        ),
    )


def _had(session: Session, letter: LetterRow, venue: str) -> bool:
    """A venue that is not known here any more stays with the submission that was planned for it."""
    return any(row.venue == venue for row in submissions_of(session, letter))


def _refuse_twice(session: Session, letter: LetterRow, plan: Plan, besides: SubmissionRow | None = None) -> None:
    if any(_place(one) == _place(plan) and plan.text in _texts(one) for one in _under_way(session, letter) if one is not besides):
        raise Conflict("This text is on its way to that venue already. Note there what has happened.")


def _place(plan: Plan | SubmissionRow) -> tuple[str, ...]:
    """Where a text goes: a venue, or a journal that was typed by hand with its route."""
    return (plan.venue,) if plan.venue else ("", plan.journal.casefold(), plan.route)


def _texts(row: SubmissionRow) -> set[str]:
    """The one that it carries, and those that it has brought there."""
    return {row.text, *(step.sent_text for step in standing_steps(row) if step.sent_text)}


def _refuse_unchosen(letter: LetterRow, plan: Plan) -> None:
    chosen = {(one.venue, text.reference) for text in letter.texts for one in text.venues}
    if letter.state not in AFTER_THE_SEAL and (plan.venue, plan.text) not in chosen:
        raise WrongState("Until the letter is sealed only the venues that were chosen for its texts are planned.")


def _public(row: SubmissionRow) -> dict[str, Any]:
    window = row.window_ends_on.isoformat() if row.window_ends_on else None
    return {"journal": row.journal, "route": row.route, "text": row.text, "window_ends_on": window}


def _private(row: SubmissionRow) -> dict[str, str] | None:
    said = {"contact": row.contact, "manuscript_number": row.manuscript_number}
    return {key: value for key, value in said.items() if value} or None
