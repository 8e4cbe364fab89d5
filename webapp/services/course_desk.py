"""The courses of a letter as its coordinators see them: every venue with what is due, and one submission as a story."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.course import ENDED, STATES, STEPS, CourseState, StepKind, possible_steps, state_after
from webapp.domain.deadline import ShownInstant, show_date, show_instant, today_in
from webapp.domain.errors import NotFound
from webapp.domain.letter import AFTER_THE_SEAL, Action, LetterState, find_move
from webapp.domain.permission import Permission
from webapp.domain.submission import ROUTES, Route, route_of
from webapp.domain.window import window_end
from webapp.persistence.tables import FollowUpRow, LetterRow, StaffRow, SubmissionRow, SubmissionStepRow
from webapp.services.access import load_letter
from webapp.services.carried_texts import names_of_texts, texts_to_carry
from webapp.services.course_texts import ChangedText, changed_for
from webapp.services.fates import Fates, TargetFates, fates_of
from webapp.services.follow_ups import words_of
from webapp.services.step_corrections import find_step
from webapp.services.stored_file import checked_content
from webapp.services.submissions import (
    TEXT_IS_OPEN,
    Plan,
    Step,
    course_edition,
    find_submission,
    plan_submission,
    standing_steps,
    submissions_of,
)
from webapp.services.venues import venues_by_slug


@dataclass(frozen=True)
class FollowUpLine:
    reference: str
    what: str
    own_words: str
    due: str
    due_on: date
    is_proposed: bool
    """Nobody has set the day: it is what the program proposed."""
    days: int
    """How many days it is overdue; negative for days that are left."""
    done: str
    """The day on which it was done; empty while it is not."""

    @property
    def is_overdue(self) -> bool:
        return not self.done and self.days > 0

    @property
    def left(self) -> str:
        """“5 days overdue”, “today”, “in 3 days”."""
        if self.done:
            return "done"
        if not self.days:
            return "today"
        number = abs(self.days)
        counted = f"{number} day{'' if number == 1 else 's'}"
        return f"{counted} overdue" if self.days > 0 else f"in {counted}"


@dataclass(frozen=True)
class SubmissionLine:
    """One venue in the list."""

    reference: str
    journal: str
    route: str
    """As the venue calls it, or in our words."""
    text: str
    """The name of the text that went there, or is to go; empty where that is not known."""
    state: str
    state_words: str
    since: str
    since_day: date | None
    manuscript_number: str
    window: str
    """The day on which the journal’s window ends, while that still matters."""
    has_no_deadline: bool
    next_due: FollowUpLine | None
    is_ended: bool
    edition: int


@dataclass(frozen=True)
class StoryStep:
    """One thing that happened, as it was noted."""

    reference: str
    kind: str
    title: str
    when: str
    who: str
    note: str
    manuscript_number: str
    link: str
    proof: str
    """The name of the file; empty where there is none."""
    text: str
    """The name of the text that went with it; empty where none did, or nobody kept which."""
    digest: str
    """Of that text."""
    is_struck: bool
    struck_by: str
    strike_reason: str
    is_done: bool = True


@dataclass(frozen=True)
class SubmissionPage:
    line: SubmissionLine
    digest: str
    """Of the text that was sent last; empty before that."""
    next_text: str
    """The name of the text that goes there next, where it is another than the one that was sent last."""
    changed: tuple[ChangedText, ...]
    may_begin_changed: bool
    contact: str
    planned: ShownInstant
    planned_by: str
    story: tuple[StoryStep, ...]
    steps: Mapping[str, str]
    """What can be noted now, the likeliest first; empty where nothing can."""
    follow_ups: tuple[FollowUpLine, ...]
    done: tuple[FollowUpLine, ...]
    may_change: bool

    def find(self, follow_up: str) -> FollowUpLine:
        """Raises NotFound where this submission has none of this name."""
        found = next((one for one in (*self.follow_ups, *self.done) if one.reference == follow_up), None)
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True)
class Proposal:
    """A submission that the chosen venues ask for."""

    plan: Plan
    text: str
    """The name of the text."""


@dataclass(frozen=True)
class CoursePage:
    submissions: tuple[SubmissionLine, ...]
    proposals: tuple[Proposal, ...]
    fates: Fates
    edition: int
    may_add: bool
    """Other venues than the chosen ones can be added: the letter is sealed, and its course goes on."""
    may_resolve: bool
    all_ended: bool


def show_course(session: Session, actor: Actor, reference: str, *, now: datetime) -> CoursePage:
    """Every venue of the letter: what is overdue first, then what goes on, then what has ended."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    lines = lines_of(session, letter, now=now)
    return CoursePage(
        submissions=tuple(lines),
        proposals=tuple(propose_submissions(session, letter)),
        fates=fates_of(session, letter),
        edition=course_edition(session, letter),
        may_add=letter.state in {LetterState.SEALED, LetterState.SUBMITTED},
        may_resolve=letter.state == LetterState.SUBMITTED,
        all_ended=all(line.is_ended for line in lines),
    )


def course_facts(page: CoursePage) -> dict[str, object]:
    """The same for a program."""
    return {
        "submissions": [_submission_facts(one) for one in page.submissions],
        "articles": [_article_facts(one) for one in page.fates.targets],
    }


def _submission_facts(line: SubmissionLine) -> dict[str, object]:
    due = line.next_due
    return {
        "reference": line.reference,
        "journal": line.journal,
        "route": line.route,
        "state": line.state,
        "since": line.since_day.isoformat() if line.since_day else None,
        "manuscript_number": line.manuscript_number or None,
        "next_due": {"what": due.what, "due_on": due.due_on.isoformat(), "days_overdue": max(due.days, 0)} if due else None,
    }


def _article_facts(target: TargetFates) -> dict[str, object]:
    standing = [one for one in target.lines if not one.is_struck]
    told = [{"fate": one.kind, "on": one.on.isoformat(), "link": one.link or None} for one in standing]
    return {"doi": target.doi or None, "citation": target.citation or None, "fates": told}


def lines_of(session: Session, letter: LetterRow, *, now: datetime) -> list[SubmissionLine]:
    """The letter’s submissions as a list."""
    lines = [_line(session, letter, row, now=now) for row in submissions_of(session, letter)]
    return sorted(lines, key=lambda line: (line.is_ended, -(line.next_due.days if line.next_due else -10_000)))


def show_submission(session: Session, actor: Actor, reference: str, submission: str, *, now: datetime) -> SubmissionPage:
    """One submission with its whole story. NotFound where the letter has none of this name."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    row = find_submission(session, letter, submission)
    names = _names(session)
    follow_ups = [_follow_up(one, today=today_in(letter.deadline_zone, now=now)) for one in row.follow_ups]
    may_change = find_move(letter.state, Action.KEEP_COURSE) is not None
    texts, changed = names_of_texts(session, letter), changed_for(session, letter, row) if letter.sealed_at else ()
    sent, is_open = _sent(row), row.state in TEXT_IS_OPEN
    return SubmissionPage(
        line=_line(session, letter, row, now=now),
        digest=row.text_digest,
        next_text=texts.get(row.text, "") if sent and is_open and sent.sent_text != row.text else "",
        changed=changed,
        may_begin_changed=may_change and row.state == CourseState.REVISION_ASKED and not any(one.is_open for one in changed),
        contact=row.contact,
        planned=show_instant(row.planned_at, letter.deadline_zone),
        planned_by=_name(names, row.planned_by),
        story=tuple(_step(step, names, texts) for step in row.steps),
        steps=_possible(letter, row) if may_change else {},
        follow_ups=tuple(one for one in follow_ups if not one.done),
        done=tuple(one for one in follow_ups if one.done),
        may_change=may_change,
    )


def propose_submissions(session: Session, letter: LetterRow) -> list[Proposal]:
    """One for each venue that was chosen for a text and for which none was made yet; none before the text is frozen."""
    if find_move(letter.state, Action.PLAN_SUBMISSION) is None:
        return []
    known = venues_by_slug(session, [one.venue for text in letter.texts for one in text.venues])
    made = {(row.venue, row.text) for row in submissions_of(session, letter)}
    found = []
    for text in letter.texts:
        for chosen in text.venues:
            venue = known.get(chosen.venue)
            if venue is None or (venue.slug, text.reference) in made:
                continue
            start = chosen.window_starts_on
            ends = window_end(venue.window, start) if venue.window and start else None
            plan = Plan(
                venue.journal, route_of(venue.route), venue.slug, venue.route, text.reference, venue.page or "", window_ends_on=ends
            )
            found.append(Proposal(plan, text.name))
    return found


def plan_of(session: Session, actor: Actor, reference: str, submission: str) -> tuple[Plan, int]:
    """What is known of a submission, as its form wants it, with its edition."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    row = find_submission(session, letter, submission)
    return Plan(**{name: getattr(row, name) for name in Plan.__dataclass_fields__}), row.edition


def plan_proposed(session: Session, actor: Actor, reference: str, *, now: datetime) -> int:
    """Plans all that the chosen venues ask for; returns how many there were."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    proposals = propose_submissions(session, letter)
    for one in proposals:
        plan_submission(session, actor, reference, one.plan, now=now)
    return len(proposals)


def texts_of(session: Session, actor: Actor, reference: str, submission: str = "") -> dict[str, str]:
    """The texts that a submission can carry, by reference, for a list to choose from."""
    return texts_to_carry(session, load_letter(session, actor, reference, Permission.KEEP_COURSE), submission)


@dataclass(frozen=True)
class StepToCorrect:
    """A step that stands, as it is shown and as it was noted, and what could stand in its place."""

    line: StoryStep
    as_noted: Step
    choices: Mapping[str, str]


def show_step(session: Session, actor: Actor, reference: str, submission: str, step: str) -> StepToCorrect:
    """For the page on which it is corrected. NotFound where there is none, WrongState where it is struck out already."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    row = find_submission(session, letter, submission)
    found = find_step(row, step)
    standing = standing_steps(row)
    before = state_after(one.kind for one in standing[: standing.index(found)])
    kinds = (StepKind(found.kind), *(one for one in possible_steps(before) if one != found.kind))
    as_noted = Step(found.kind, found.happened_on, found.note, found.manuscript_number, found.link)
    line = _step(found, _names(session), names_of_texts(session, letter))
    return StepToCorrect(line, as_noted, {kind.value: STEPS[kind] for kind in kinds})


@dataclass(frozen=True)
class StoredStepProof:
    name: str
    media_type: str
    content: bytes


def read_step_proof(session: Session, actor: Actor, reference: str, submission: str, step: str) -> StoredStepProof:
    """The file as it was given, checked against its hash on every reading."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    row = find_submission(session, letter, submission)
    proof = next((one.proof for one in row.steps if one.reference == step), None)
    if proof is None:
        raise NotFound
    return StoredStepProof(proof.name, proof.media_type, checked_content(proof.content, proof.sha256))


def _possible(letter: LetterRow, row: SubmissionRow) -> dict[str, str]:
    steps = possible_steps(row.state)
    if letter.state not in AFTER_THE_SEAL:
        steps = tuple(step for step in steps if step is not StepKind.SUBMITTED)
    words = STEPS
    if row.state == CourseState.PLANNED:
        words = {**STEPS, StepKind.WITHDRAWN: "It will not be sent there"}
    elif row.state == CourseState.REVISION_ASKED:
        words = {**STEPS, StepKind.SUBMITTED: "Revision submitted"}
    return {step.value: words[step] for step in steps}


def _sent(row: SubmissionRow) -> SubmissionStepRow | None:
    """The step with which a text went there last, where it is kept which."""
    return next((step for step in reversed(standing_steps(row)) if step.sent_text), None)


def _line(session: Session, letter: LetterRow, row: SubmissionRow, *, now: datetime) -> SubmissionLine:
    names, sent = names_of_texts(session, letter), _sent(row)
    steps = [one for one in standing_steps(row) if one.kind != StepKind.NOTED]
    today = today_in(letter.deadline_zone, now=now)
    due = [_follow_up(one, today=today) for one in row.follow_ups if one.done_on is None]
    is_planned = row.state == CourseState.PLANNED
    return SubmissionLine(
        reference=row.reference,
        journal=row.journal,
        route=row.route_words or ROUTES[row.route],
        text=names.get(sent.sent_text if sent else row.text, ""),
        state=row.state,
        state_words=STATES[row.state],
        since=show_date(steps[-1].happened_on) if steps else "",
        since_day=steps[-1].happened_on if steps else None,
        manuscript_number=row.manuscript_number,
        window=show_date(row.window_ends_on) if row.window_ends_on and is_planned and row.route != Route.EDITOR else "",
        has_no_deadline=row.route == Route.EDITOR,
        next_due=due[0] if due else None,
        is_ended=row.state in ENDED,
        edition=row.edition,
    )


def _follow_up(row: FollowUpRow, *, today: date) -> FollowUpLine:
    return FollowUpLine(
        reference=row.reference,
        what=words_of(row),
        own_words=row.what,
        due=show_date(row.due_on),
        due_on=row.due_on,
        is_proposed=not row.set_by,
        days=(today - row.due_on).days,
        done=show_date(row.done_on) if row.done_on else "",
    )


def _step(row: SubmissionStepRow, names: Mapping[str, str], texts: Mapping[str, str]) -> StoryStep:
    return StoryStep(
        reference=row.reference,
        kind=row.kind,
        title=STEPS[row.kind],
        when=show_date(row.happened_on),
        who=_name(names, row.noted_by),
        note=row.note,
        manuscript_number=row.manuscript_number,
        link=row.link,
        proof=row.proof.name if row.proof else "",
        text=texts.get(row.sent_text, "") if row.sent_text else "",
        digest=row.sent_digest,
        is_struck=row.struck_at is not None,
        struck_by=_name(names, row.struck_by),
        strike_reason=row.strike_reason,
    )


def _names(session: Session) -> dict[str, str]:
    """Who the record’s actors are."""
    rows: Sequence[StaffRow] = session.scalars(select(StaffRow)).all()
    return {f"staff:{row.reference}": row.email for row in rows}


def _name(names: Mapping[str, str], actor: str) -> str:
    return names.get(actor, "the command line" if actor == "command" else "")
