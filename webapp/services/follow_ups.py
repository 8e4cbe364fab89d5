"""What is to be looked after at a journal: proposed with each step, set and marked done by people, and what is overdue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.course import CourseState
from webapp.domain.deadline import latest_today, today_in
from webapp.domain.errors import InvalidInput, NotFound, WrongState
from webapp.domain.follow_up import FOLLOW_UPS, FollowUpKind, proposals_after, settled_by
from webapp.domain.letter import Action, LetterState, move_for
from webapp.domain.names import bounded_line
from webapp.domain.submission import Route
from webapp.persistence.record import actor_words, append_event
from webapp.persistence.tables import FollowUpRow, LetterRow, SubmissionRow, SubmissionStepRow
from webapp.services.references import new_reference

Facts = list[dict[str, Any]]
_SINCE_THEY_ARE_KEPT = frozenset({LetterState.SIGNING, LetterState.CLOSED, LetterState.SEALED, LetterState.SUBMITTED})


@dataclass(frozen=True)
class Wish:
    """What a person wants to be looked after, and by when."""

    what: str
    due_on: date | None


@dataclass(frozen=True)
class Overdue:
    """Something that should have been looked after, and by how many days."""

    letter: str
    title: str
    submission: str
    journal: str
    what: str
    due_on: date
    days: int

    @property
    def days_words(self) -> str:
        return f"{self.days} {'day' if self.days == 1 else 'days'}"


def propose_window(session: Session, row: SubmissionRow) -> Facts:
    """A day for the end of the journal’s window, where it has one. A concern to the editor can be sent at any time."""
    if row.window_ends_on is None or row.route == Route.EDITOR or row.state != CourseState.PLANNED:
        return []
    return [_made(session, row, FollowUpKind.WINDOW, row.window_ends_on, None)]


def move_window(session: Session, row: SubmissionRow) -> Facts:
    """The same after the window was typed anew: the day that stands is moved, unless a person has set it."""
    standing = next((one for one in row.follow_ups if one.kind == FollowUpKind.WINDOW and one.done_on is None), None)
    if standing is None:
        return propose_window(session, row)
    if standing.set_by or row.window_ends_on is None or standing.due_on == row.window_ends_on:
        return []
    standing.due_on = row.window_ends_on
    return [_facts(standing)]


def after_step(
    session: Session, row: SubmissionRow, step: SubmissionStepRow, wished_for: date | None, later: Sequence[SubmissionStepRow] = ()
) -> tuple[Facts, list[str]]:
    """Marks done what the step settles and proposes what comes next; says both as the record has them.

    What a step that came `later` has settled is not proposed once more.
    """
    if wished_for is not None and wished_for < step.happened_on:
        raise InvalidInput("Look again on that day or later, not before it happened.", field="look_again_on")
    settled = settled_by(step.kind)
    done = [one for one in row.follow_ups if one.done_on is None and one.kind in settled]
    for one in done:
        one.done_on, one.done_by_id = step.happened_on, step.id
    open_kinds = {one.kind for one in row.follow_ups if one.done_on is None}
    proposed = proposals_after(step.kind, row.route, step.happened_on, wished_for)
    # A day that is looked after already stays as it is, whoever has set it; only a wish is another one.
    needless = open_kinds.union(*(settled_by(one.kind) for one in later))
    wanted = [one for one in proposed if one.kind not in needless or one.due_on == wished_for]
    return [_made(session, row, one.kind, one.due_on, step) for one in wanted], [one.reference for one in done]


def undo_step(
    row: SubmissionRow, step: SubmissionStepRow, later: Sequence[SubmissionStepRow], *, today: date
) -> tuple[list[str], list[str]]:
    """What a step has settled is to be looked after again, and what it had proposed no more: the references of both.

    What a step that came `later` settles as well stays done, by that one.
    """
    again = []
    for one in (one for one in row.follow_ups if one.done_by_id == step.id):
        settler = next((each for each in later if one.kind in settled_by(each.kind)), None)
        one.done_on, one.done_by_id = (settler.happened_on, settler.id) if settler else (None, None)
        again += [] if settler else [one]
    dropped = [one for one in row.follow_ups if one.proposed_by_id == step.id and one.done_on is None]
    for one in dropped:
        one.done_on = max(today, step.happened_on)
    return [one.reference for one in again], [one.reference for one in dropped]


def _made(session: Session, row: SubmissionRow, kind: FollowUpKind, due_on: date, step: SubmissionStepRow | None) -> dict[str, Any]:
    made = FollowUpRow(
        reference=new_reference(),
        submission_id=row.id,
        kind=kind,
        what="",
        due_on=due_on,
        set_by="",
        proposed_by_id=step.id if step else None,
    )
    row.follow_ups.append(made)
    session.flush()
    return _facts(made)


def _facts(row: FollowUpRow) -> dict[str, Any]:
    return {"follow_up": row.reference, "follow_up_kind": row.kind, "due_on": row.due_on.isoformat()}


def find_follow_up(row: SubmissionRow, follow_up: str) -> FollowUpRow:
    """Raises NotFound."""
    found = next((one for one in row.follow_ups if one.reference == follow_up), None)
    if found is None:
        raise NotFound
    return found


def add_follow_up(session: Session, actor: Actor, letter: LetterRow, row: SubmissionRow, wish: Wish, *, now: datetime) -> None:
    """One of a person’s own."""
    move_for(letter.state, Action.KEEP_COURSE)
    what, due_on = _wish(wish)
    if not what:
        raise InvalidInput("Say what is to be looked after.", field="what")
    made = FollowUpRow(
        reference=new_reference(),
        submission_id=row.id,
        kind=FollowUpKind.OWN,
        what=what,
        due_on=due_on,
        set_by=actor_words(actor),
    )
    row.follow_ups.append(made)
    _tell(session, actor, letter, row, made, now=now)


def change_follow_up(
    session: Session, actor: Actor, letter: LetterRow, row: SubmissionRow, follow_up: str, wish: Wish, *, now: datetime
) -> None:
    """Another day, or other words. WrongState for what is done."""
    move_for(letter.state, Action.KEEP_COURSE)
    found = _open(row, follow_up)
    found.what, found.due_on = _wish(wish)
    if found.kind == FollowUpKind.OWN and not found.what:
        raise InvalidInput("Say what is to be looked after.", field="what")
    found.set_by = actor_words(actor)
    _tell(session, actor, letter, row, found, now=now)


def mark_done(session: Session, actor: Actor, letter: LetterRow, row: SubmissionRow, follow_up: str, *, now: datetime) -> None:
    """Somebody has seen to it. WrongState for what is done already."""
    move_for(letter.state, Action.KEEP_COURSE)
    found = _open(row, follow_up)
    found.done_on, found.done_by = today_in(letter.deadline_zone, now=now), actor_words(actor)
    row.edition += 1
    public = {"submission": row.reference, "follow_up": found.reference, "done_on": found.done_on.isoformat()}
    append_event(session, letter, actor, "follow_up.done", public, now=now)


def _open(row: SubmissionRow, follow_up: str) -> FollowUpRow:
    found = find_follow_up(row, follow_up)
    if found.done_on is not None:
        raise WrongState("That is done already.")
    return found


def _wish(wish: Wish) -> tuple[str, date]:
    if wish.due_on is None:
        raise InvalidInput("Give the day by which it is to be looked after.", field="due_on")
    return bounded_line(wish.what, limits.VENUE_LINE, field="what", what="What is to be looked after"), wish.due_on


def _tell(session: Session, actor: Actor, letter: LetterRow, row: SubmissionRow, found: FollowUpRow, *, now: datetime) -> None:
    row.edition += 1
    session.flush()
    public = {"submission": row.reference, **_facts(found)}
    append_event(session, letter, actor, "follow_up.set", public, now=now, private={"what": found.what} if found.what else None)


def words_of(row: FollowUpRow) -> str:
    """What is to be looked after, as people read it."""
    return row.what or FOLLOW_UPS[row.kind]


def overdue_of(session: Session, letters: Iterable[LetterRow], *, now: datetime) -> list[Overdue]:
    """What should have been looked after on these letters, the longest overdue first."""
    by_id = {letter.id: letter for letter in letters if letter.state in _SINCE_THEY_ARE_KEPT}
    today = {number: today_in(letter.deadline_zone, now=now) for number, letter in by_id.items()}
    query = (
        select(FollowUpRow, SubmissionRow)
        .join(SubmissionRow, SubmissionRow.id == FollowUpRow.submission_id)
        .where(FollowUpRow.done_on.is_(None), FollowUpRow.due_on < latest_today(now), SubmissionRow.letter_id.in_(by_id))
        .order_by(FollowUpRow.due_on, FollowUpRow.id)
    )
    return [
        Overdue(
            letter=by_id[submission.letter_id].reference,
            title=by_id[submission.letter_id].title,
            submission=submission.reference,
            journal=submission.journal,
            what=words_of(row),
            due_on=row.due_on,
            days=(today[submission.letter_id] - row.due_on).days,
        )
        for row, submission in session.execute(query)
        if row.due_on < today[submission.letter_id]
    ]
