"""A sealing while it goes on: asked for once, told step by step, and ended in one way; a person can leave the page and come back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import Conflict
from webapp.domain.letter import Action, LetterState, move_for
from webapp.domain.permission import Permission
from webapp.persistence.queue import DOCUMENTS_QUEUE, enqueue
from webapp.persistence.record import actor_words, record_length
from webapp.persistence.tables import LetterRow, SealingAct, SealingRow
from webapp.services.access import load_letter
from webapp.services.references import new_reference
from webapp.services.seal import CHANGED_SINCE, shown_now
from webapp.services.seen import refuse_unseen

SEAL_WORKFLOW = "seal_letter"

_WORKERS_DIED = "The documents were begun again and again, and never came to an end. Tell whoever runs this site."


@dataclass(frozen=True)
class Asked:
    """What a worker needs to know of a sealing that it takes up."""

    reference: str
    actor: Actor
    record_length: int
    act: str


@dataclass(frozen=True)
class Progress:
    """How far a sealing is, for whoever looks; `step` is what is being made, in words."""

    step: str = ""
    steps_done: int = 0
    steps: int = 0
    is_under_way: bool = False
    """Somebody is at it, or will be: it need not be asked for again."""
    failure: str = ""
    """Why nothing was stored the last time, as a sentence."""
    act: str = SealingAct.SEAL


def ask_to_seal(session: Session, actor: Actor, reference: str, seen: str, *, now: datetime) -> None:
    """Puts one job into this transaction; pressed twice it is still one.

    `seen` tells what whoever pressed had before their eyes. Raises Conflict where the list, how it is printed, or anything in the
    record is different now, and WrongState where the letter is not closed. The worker compares once more with what it makes.
    """
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    move_for(letter.state, Action.SEAL)
    if is_under_way(session, letter, SealingAct.SEAL, now=now):
        return
    refuse_unseen(seen, shown_now(session, letter, now=now).seen, CHANGED_SINCE)
    put_job(session, actor, letter, SealingAct.SEAL, SEAL_WORKFLOW, seen, now=now)


def is_under_way(session: Session, letter: LetterRow, act: SealingAct, *, now: datetime) -> bool:
    """Whether somebody has pressed already. Raises Conflict while something else is being made of this letter."""
    row = session.get(SealingRow, letter.id)
    if row is None or not _is_under_way(row, now=now):
        return False
    if row.act != act:
        raise Conflict("Another document of this letter is being made. Wait until it is there, then press again.")
    return True


def put_job(session: Session, actor: Actor, letter: LetterRow, act: SealingAct, workflow: str, seen: str, *, now: datetime) -> None:
    """One job, in this transaction."""
    row = session.get(SealingRow, letter.id) or SealingRow(letter_id=letter.id)
    # What an earlier job may still be doing ends when it next looks: it is no longer the one that is named here.
    row.act, row.job, row.asked_by, row.asked_at = act, new_reference(), actor_words(actor), now
    row.record_length = record_length(session, letter.id)
    row.step, row.steps_done, row.steps, row.attempts, row.heard_at = "", 0, 0, 0, None
    row.ended_at, row.failure = None, ""
    session.add(row)
    enqueue(session, workflow, f"{workflow}:{letter.reference}:{row.job}", letter.id, row.job, seen, queue=DOCUMENTS_QUEUE)


def take_up(session: Session, letter_id: int, job: str, *, steps: int, is_again: bool = False, now: datetime) -> Asked | None:
    """What was asked for; None where that has ended, or has been asked for again since.

    Each time but the first means that a worker has died of it, unless it `is_again` the one that has it in hand.
    """
    row = _held(session, letter_id, job)
    if row is None:
        return None
    if row.attempts >= limits.SEALING_ATTEMPTS and not is_again:
        _end(row, _WORKERS_DIED, now=now)
        return None
    row.attempts += not is_again
    row.heard_at, row.steps, row.steps_done, row.step = now, steps, 0, ""
    letter = session.get_one(LetterRow, letter_id)
    kind, _, person = row.asked_by.partition(":")
    return Asked(letter.reference, Actor(ActorKind(kind), person), row.record_length, row.act)


def note_step(session: Session, letter_id: int, job: str, step: str, done: int, *, now: datetime) -> bool:
    """Tells what is being made now; False where nobody waits for it any more."""
    row = _held(session, letter_id, job)
    if row is None:
        return False
    row.step, row.steps_done, row.heard_at = step, done, now
    return True


def end(session: Session, letter_id: int, job: str, failure: str = "", *, now: datetime) -> bool:
    """Ends it, and says why where nothing was sealed; False where it has ended already, or another was asked for."""
    row = _held(session, letter_id, job)
    if row is None:
        return False
    _end(row, failure, now=now)
    return True


def progress_of(session: Session, letter: LetterRow, *, now: datetime) -> Progress:
    """How far the seal is; nothing at all for a letter that is not to be sealed just now."""
    row = session.get(SealingRow, letter.id)
    if row is None or letter.state != LetterState.CLOSED:
        return Progress()
    return _progress(row, now=now)


def progress_after_seal(session: Session, letter: LetterRow, *, now: datetime) -> Progress:
    """How far an addendum or an edition is, or why the last one was not made; nothing where there is nothing to say."""
    row = session.get(SealingRow, letter.id)
    if row is None or row.act == SealingAct.SEAL or (row.ended_at is not None and not row.failure):
        return Progress()
    return _progress(row, now=now)


def _progress(row: SealingRow, *, now: datetime) -> Progress:
    if _is_under_way(row, now=now):
        return Progress(row.step, row.steps_done, row.steps, is_under_way=True, act=row.act)
    return Progress(failure=row.failure or "Nothing has been heard of the process that was to make the documents.", act=row.act)


def _held(session: Session, letter_id: int, job: str) -> SealingRow | None:
    query = select(SealingRow).where(SealingRow.letter_id == letter_id, SealingRow.job == job, SealingRow.ended_at.is_(None))
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()


def _end(row: SealingRow, failure: str, *, now: datetime) -> None:
    row.ended_at, row.failure = now, failure


def _is_under_way(row: SealingRow, *, now: datetime) -> bool:
    # Either way: a clock that has been set back says nothing about how long ago it was.
    return row.ended_at is None and abs(now - (row.heard_at or row.asked_at)) < limits.SEALING_SILENCE
