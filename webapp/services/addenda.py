"""Addenda: the sealed letter held open, closed at its own deadline, and the dated list of those who joined (R9, R11)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.actor import CLOCK, Actor
from webapp.domain.deadline import instant_from_local, show_instant
from webapp.domain.digest import sha256_of
from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.later_document import AddendumDocument
from webapp.domain.letter import Action, find_move, may_seal_from, move_for
from webapp.domain.permission import Permission
from webapp.persistence import outbox
from webapp.persistence.queue import CLOCK_QUEUE, enqueue
from webapp.persistence.record import actor_words, append_event, record_length, record_time
from webapp.persistence.tables import AddendumRow, AddendumSignatoryRow, AnswerRow, InvitationRow, LaterKind, LetterRow
from webapp.services.access import load_letter, lock_letter
from webapp.services.asked_to_join import ask_to_join, can_join, names_of
from webapp.services.coordinators import tell_coordinators
from webapp.services.documents import signatory_line
from webapp.services.held_open import addendum_under_way
from webapp.services.joined_since import joiners, waiting_joiners
from webapp.services.later_files import day_of, keep_file, sealed_facts
from webapp.services.references import new_reference
from webapp.services.seen import digest_of_shown
from webapp.services.sign_on import live_representatives

CLOSE_WORKFLOW = "close_addendum"
CHANGED_SINCE = "Something changed while the addendum was being made, so it was not issued. Look at the list again, then issue it."
ISSUED, ISSUED_TO_DESK = "addendum_issued", "addendum_issued_desk"
_LONGEST = timedelta(days=366)


def open_addendum(session: Session, actor: Actor, reference: str, local: datetime, *, asks: bool, now: datetime) -> None:
    """Holds the sealed letter open until the deadline, a wall clock in its own zone; with `asks` the societies that can join are mailed.

    Raises WrongState, Conflict where another is under way, InvalidInput for a deadline that has passed or lies too far ahead.
    """
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    move = move_for(letter.state, Action.OPEN_ADDENDUM)
    if addendum_under_way(session, letter.id) is not None:
        raise Conflict("An addendum is under way already. Close and issue it before you open another.")
    deadline, present = instant_from_local(local, letter.deadline_zone), record_time(session, letter.id, now=now)
    if deadline <= present:
        raise InvalidInput("That moment has passed. Until when can societies join?", field="deadline_local")
    if deadline > present + _LONGEST:
        raise InvalidInput("That is more than a year ahead. Open another addendum then.", field="deadline_local")
    row = AddendumRow(
        reference=new_reference(),
        letter_id=letter.id,
        opened_at=present,
        opened_by=actor_words(actor),
        deadline=deadline,
        deadline_zone=letter.deadline_zone,
    )
    session.add(row)
    session.flush()
    public = {"addendum": row.reference, "until": deadline.isoformat(), "zone": row.deadline_zone}
    append_event(session, letter, actor, move.event, public, now=now)
    if asks:
        ask_to_join(session, letter, can_join(session, letter), now=now)
    # The job only makes the close visible; whether an answer is in time is decided where it is received (R9).
    wait = max((deadline - now).total_seconds(), 0.1)
    enqueue(session, CLOSE_WORKFLOW, f"{CLOSE_WORKFLOW}:{row.reference}", letter.id, queue=CLOCK_QUEUE, delay_seconds=wait)


def close_if_due(session: Session, letter_id: int, *, now: datetime) -> bool:
    """Closes the addendum if its deadline has passed; harmless at any other time."""
    letter = lock_letter(session, letter_id)
    row = addendum_under_way(session, letter_id)
    if row is None or row.closed_at is not None or now < row.deadline or find_move(letter.state, Action.CLOSE_ADDENDUM_AT_DEADLINE) is None:
        return False
    _close(session, letter, row, CLOCK, row.deadline, now=now)
    return True


def letters_due(session: Session, *, now: datetime) -> list[int]:
    """The letters that have an addendum whose deadline has passed, and that is still open."""
    return list(session.scalars(select(AddendumRow.letter_id).where(AddendumRow.closed_at.is_(None), AddendumRow.deadline <= now)))


def close_addendum(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """Closes before the deadline, which was promised: only when none is waited for any more of the societies that can join."""
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    move_for(letter.state, Action.CLOSE_ADDENDUM)
    row = _open(session, letter)
    if waiting := awaited(session, letter):
        sentence = "An addendum closes before its deadline only when every society that can join has answered."
        raise Conflict(f"{sentence} Waiting for {len(waiting)}: {names_of(waiting)}")
    _close(session, letter, row, actor, min(record_time(session, letter.id, now=now), row.deadline), now=now)


def awaited(session: Session, letter: LetterRow) -> list[InvitationRow]:
    """The societies that can still join and were asked to: a society that nobody can answer for holds nothing up."""
    return [row for row in can_join(session, letter) if row.invited_at is not None and live_representatives(row)]


def _open(session: Session, letter: LetterRow) -> AddendumRow:
    row = addendum_under_way(session, letter.id)
    if row is None or row.closed_at is not None:
        raise WrongState("No addendum is open.")
    return row


def _close(session: Session, letter: LetterRow, row: AddendumRow, actor: Actor, closed_at: datetime, *, now: datetime) -> None:
    action = Action.CLOSE_ADDENDUM_AT_DEADLINE if actor is CLOCK else Action.CLOSE_ADDENDUM
    row.closed_at = closed_at
    public = {"addendum": row.reference, "closed_at": closed_at.isoformat()}
    append_event(session, letter, actor, move_for(letter.state, action).event, public, now=now)


@dataclass(frozen=True)
class AddendumPlan:
    """What would be issued, as of one place in the record; anything recorded later makes the plan void."""

    document: AddendumDocument
    record_length: int

    @property
    def seen(self) -> str:
        return digest_of_shown(self.record_length, self.document.signatories)


def seen_joiners(session: Session, letter: LetterRow) -> str:
    """What whoever issues has seen who looks at the list now; the same as `AddendumPlan.seen` for as long as nothing changes."""
    lines = (signatory_line(answer, letter.language) for answer in joiners(session, letter))
    return digest_of_shown(record_length(session, letter.id), lines)


def plan_addendum(session: Session, actor: Actor, reference: str, *, now: datetime) -> AddendumPlan:
    """What to render, outside any transaction. Raises WrongState while it is open, or where nobody has joined."""
    letter = load_letter(session, actor, reference, Permission.SEAL)
    move_for(letter.state, Action.ISSUE_ADDENDUM)
    row = _closed(session, letter, now=now)
    document = _document(session, letter, row, joiners(session, letter), now=now)
    if not document.signatories and waiting_joiners(session, letter):
        raise WrongState("Who has signed is not settled yet, so there is nothing to issue. Settle it first, or end the addendum.")
    if not document.signatories:
        raise WrongState("Nobody has joined, so there is nothing to issue. End the addendum instead.")
    return AddendumPlan(document, record_length(session, letter.id))


def _closed(session: Session, letter: LetterRow, *, now: datetime) -> AddendumRow:
    row = addendum_under_way(session, letter.id)
    if row is None:
        raise WrongState("No addendum is under way.")
    if row.closed_at is None:
        raise WrongState(f"The addendum is open until {show_instant(row.deadline, row.deadline_zone)}.")
    if now < may_seal_from(row.closed_at):
        ready = show_instant(may_seal_from(row.closed_at), row.deadline_zone)
        raise WrongState(f"An answer sent in the last second may still be on its way. The addendum can be issued from {ready.local}.")
    return row


def _document(session: Session, letter: LetterRow, row: AddendumRow, answers: list[AnswerRow], *, now: datetime) -> AddendumDocument:
    return AddendumDocument(
        letter=sealed_facts(session, letter),
        number=1 + issued_addenda(session, letter.id),
        dated=day_of(letter, now),
        opened_on=day_of(letter, row.opened_at),
        closed_on=day_of(letter, row.closes_at),
        signatories=tuple(signatory_line(answer, letter.language) for answer in answers),
    )


def issued_addenda(session: Session, letter_id: int) -> int:
    query = select(func.count()).select_from(AddendumRow).where(AddendumRow.letter_id == letter_id, AddendumRow.number > 0)
    return session.scalar(query) or 0


def issue_addendum(session: Session, actor: Actor, reference: str, plan: AddendumPlan, pdf: bytes, *, now: datetime) -> int:
    """Stores list and file for good, and tells who joined; returns its number. Conflict where anything was recorded since the plan."""
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    move = move_for(letter.state, Action.ISSUE_ADDENDUM)
    row, answers, document = _closed(session, letter, now=now), joiners(session, letter), plan.document
    # The directory of societies has a history of its own, and could have changed without an event of this letter.
    is_as_planned = tuple(signatory_line(answer, letter.language) for answer in answers) == document.signatories
    if record_length(session, letter.id) != plan.record_length or not is_as_planned:
        raise Conflict(CHANGED_SINCE)
    for position, answer in enumerate(answers, 1):
        session.add(_listed(row, position, answer, letter.language))
    row.number, row.ended_at = document.number, record_time(session, letter.id, now=now)
    public = {
        "addendum": row.reference,
        "number": row.number,
        "signatories": len(answers),
        "signatories_sha256": sha256_of("signatories/v1", [answer.printed_name for answer in answers]),
        "statement_digest": document.letter.digest,
        "sealed_sha256": document.letter.sha256,
        "file_sha256": keep_file(session, letter, LaterKind.ADDENDUM, row.number, pdf, now=now),
    }
    session.flush()
    append_event(session, letter, actor, move.event, public, now=now)
    _tell(session, letter, row, answers, now=now)
    tell_coordinators(session, letter.id, ISSUED_TO_DESK, row.reference, {"addendum": row.id}, now=now, besides=actor)
    return row.number


def _listed(row: AddendumRow, position: int, answer: AnswerRow, language: str) -> AddendumSignatoryRow:
    line = signatory_line(answer, language)
    return AddendumSignatoryRow(
        addendum_id=row.id,
        position=position,
        answer_id=answer.id,
        printed_name=line.printed_name,
        officer=line.officer or "",
        office=line.office or "",
        country=answer.invitation.society.country,
        note=line.note,
        acronym=line.acronym,
        society_kind=line.society_kind,
    )


def _tell(session: Session, letter: LetterRow, row: AddendumRow, answers: list[AnswerRow], *, now: datetime) -> None:
    due = [
        outbox.Due(
            f"{ISSUED}:{row.reference}:{one.reference}", one.email, {"representative": one.id, "addendum": row.id, "answer": answer.id}
        )
        for answer in answers
        for one in live_representatives(answer.invitation)
    ]
    outbox.put_all(session, ISSUED, due, now=now, letter_id=letter.id)


def end_addendum(session: Session, actor: Actor, reference: str, *, now: datetime) -> list[str]:
    """Ends one that nobody has joined, without a file and without a number; returns who has signed and is not settled yet.

    WrongState where somebody has joined.
    """
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    move_for(letter.state, Action.ISSUE_ADDENDUM)
    row = _closed(session, letter, now=now)
    if joiners(session, letter):
        raise WrongState("Societies have joined: issue the addendum.")
    row.ended_at = record_time(session, letter.id, now=now)
    append_event(session, letter, actor, "addendum.ended", {"addendum": row.reference}, now=now)
    return [answer.printed_name for answer in waiting_joiners(session, letter)]
