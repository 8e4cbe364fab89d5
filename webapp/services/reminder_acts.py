"""What coordinators do to reminders: plan them otherwise, hold them back, let them go again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.letter import LetterState
from webapp.domain.permission import Permission
from webapp.domain.reminder import MOST_DAYS, Plan, ReminderKind
from webapp.persistence.record import append_event
from webapp.persistence.tables import HeldReminderRow, InvitationRow, LetterRow, ReminderPlanRow, RepresentativeRow
from webapp.services.access import load_letter
from webapp.services.reminder_desk import ahead_of
from webapp.services.reminder_facts import plan_of

_MOST_MOMENTS = 12
# In a draft the plan is made before anybody is asked.
_REMINDS = frozenset({LetterState.DRAFTING, LetterState.CIRCULATING, LetterState.SIGNING})
Mark = tuple[str, str]
"""A representative and a moment, by which a form names one reminder."""


@dataclass(frozen=True)
class PlanDraft:
    """A plan as the form gives it: days as they were typed."""

    days_before: str
    days_after_board: str
    kinds: Collection[str]
    is_paused: bool
    edition: int


def show_plan(session: Session, actor: Actor, reference: str) -> tuple[Plan, int]:
    """The plan, and its edition, for filling the form."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    row = session.get(ReminderPlanRow, letter.id)
    return plan_of(session, letter.id), row.edition if row else 0


def edit_plan(session: Session, actor: Actor, reference: str, draft: PlanDraft, *, now: datetime) -> None:
    """Another plan, from now on. Raises InvalidInput, and Conflict where somebody else has changed it meanwhile."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    _refuse_over(letter)
    facts = {
        "days_before": _read_days(draft.days_before, "days_before"),
        "days_after_board": _read_days(draft.days_after_board, "days_after_board")[::-1],
        "kinds": [kind.value for kind in ReminderKind if kind in draft.kinds],
        "is_paused": draft.is_paused,
    }
    row = session.get(ReminderPlanRow, letter.id, populate_existing=True)
    if (row.edition if row else 0) != draft.edition:
        raise Conflict(
            "Somebody else has changed the plan since you opened this page. Yours is still below: look at theirs, then press once more."
        )
    if row is None:
        row = ReminderPlanRow(letter_id=letter.id, edition=0)
        session.add(row)
    for name, value in facts.items():
        setattr(row, name, value)
    row.edition, row.edited_at, row.edited_by = row.edition + 1, now, actor.reference
    session.flush()
    append_event(session, letter, actor, "reminders.planned", facts, now=now)


def _refuse_over(letter: LetterRow) -> None:
    if letter.state not in _REMINDS:
        raise WrongState("Answers to this letter are no longer waited for, so nobody is reminded any more.")


def _read_days(typed: str, field: str) -> list[int]:
    """“14, 7, 3, 1”, the longest first and each once."""
    parts = [part for part in typed.replace(";", ",").replace(" ", ",").split(",") if part]
    if not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
        raise InvalidInput("Give whole numbers of days with commas between them, such as “14, 7, 3, 1”.", field=field)
    days = sorted({int(part) for part in parts}, reverse=True)
    if any(not 1 <= one <= MOST_DAYS for one in days):
        raise InvalidInput(f"Give numbers from 1 to {MOST_DAYS}.", field=field)
    if len(days) > _MOST_MOMENTS:
        raise InvalidInput(f"{_MOST_MOMENTS} reminders is the most.", field=field)
    return days


def hold(session: Session, actor: Actor, reference: str, marks: Collection[Mark], *, now: datetime) -> int:
    """Holds these reminders back; returns how many were not held yet. What is not ahead, or has left, is passed over."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    _refuse_over(letter)
    ahead = {(one.representative, one.slot) for one in ahead_of(session, letter, now=now) if not one.is_held}
    chosen = sorted(ahead & set(marks))
    ids = _ids(session, letter)
    for representative, slot in chosen:
        session.add(HeldReminderRow(representative_id=ids[representative], slot=slot, letter_id=letter.id, held_at=now))
    _note(session, letter, actor, "reminders.held", chosen, now=now)
    return len(chosen)


def let_go(session: Session, actor: Actor, reference: str, marks: Collection[Mark], *, now: datetime) -> int:
    """Lets reminders that were held back leave at their time after all; returns how many."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    _refuse_over(letter)
    references = {row_id: reference for reference, row_id in _ids(session, letter).items()}
    rows = session.scalars(select(HeldReminderRow).where(HeldReminderRow.letter_id == letter.id)).all()
    chosen = sorted(
        (references[row.representative_id], row.slot) for row in rows if (references[row.representative_id], row.slot) in set(marks)
    )
    for row in rows:
        if (references[row.representative_id], row.slot) in chosen:
            session.delete(row)
    _note(session, letter, actor, "reminders.let_go", chosen, now=now)
    return len(chosen)


def marks_of_day(session: Session, actor: Actor, reference: str, day: date, *, is_held: bool, now: datetime) -> list[Mark]:
    """All reminders of a day that are held back, or that are not."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    ahead = ahead_of(session, letter, now=now)
    return [(one.representative, one.slot) for one in ahead if one.day == day and one.is_held == is_held]


def hold_society(session: Session, actor: Actor, reference: str, invitation: str, *, is_held: bool, now: datetime) -> str:
    """Holds back all reminders to a society until further notice, or lets them go again; returns its name."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    _refuse_over(letter)
    query = select(InvitationRow).where(InvitationRow.letter_id == letter.id, InvitationRow.reference == invitation)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    if (row.reminders_held_at is not None) != is_held:
        row.reminders_held_at = now if is_held else None
        kind = "reminders.held" if is_held else "reminders.let_go"
        append_event(session, letter, actor, kind, {"society": row.society.reference}, now=now)
    return row.society.printed_name


def _ids(session: Session, letter: LetterRow) -> dict[str, int]:
    query = select(RepresentativeRow.reference, RepresentativeRow.id).join(InvitationRow).where(InvitationRow.letter_id == letter.id)
    return {row.reference: row.id for row in session.execute(query)}


def _note(session: Session, letter: LetterRow, actor: Actor, kind: str, marks: Collection[Mark], *, now: datetime) -> None:
    if marks:
        session.flush()
        named = [{"representative": representative, "slot": slot} for representative, slot in marks]
        append_event(session, letter, actor, kind, {"reminders": named}, now=now)
