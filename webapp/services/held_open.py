"""A sealed letter that is held open for more signatures: until when, who can still join, and who stands printed already (R9, R11)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.domain.answer import AnswerKind, is_in_time
from webapp.domain.deadline import show_instant
from webapp.domain.errors import NotFound, TooLate, WrongState
from webapp.domain.letter import AFTER_THE_SEAL, ONLY_WHILE_HELD_OPEN, Action, LetterState, Move, move_for
from webapp.domain.lifetime import has_gone_back
from webapp.persistence.record import record_time
from webapp.persistence.tables import AddendumRow, AddendumSignatoryRow, AnswerRow, EventRow, LetterRow, SealedSignatoryRow

_SEALED_AT = select(EventRow.sequence).where(EventRow.letter_id == bindparam("letter"), EventRow.kind == "letter.sealed")
# What is answered to a sealed letter: the text stays as it is, whatever a society would sign on.
_ANSWERED_AFTER_THE_SEAL = frozenset({AnswerKind.SIGN, AnswerKind.DECLINE, AnswerKind.ABSTAIN, AnswerKind.SEPARATE})


def addendum_under_way(session: Session, letter_id: int) -> AddendumRow | None:
    """The addendum that has been opened and has not ended; it may have closed, and wait to be issued."""
    query = select(AddendumRow).where(AddendumRow.letter_id == letter_id, AddendumRow.ended_at.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def open_addendum_of(session: Session, letter: LetterRow) -> AddendumRow | None:
    """The addendum for which societies can sign, unless its deadline has passed by the clock of whoever asks."""
    row = addendum_under_way(session, letter.id) if letter.sealed_at is not None else None
    return row if row is not None and row.closed_at is None else None


def move_now(session: Session, letter: LetterRow, action: Action) -> Move:
    """As `move_for`; after the seal the roster moves only while an addendum is held open. Raises WrongState."""
    move = move_for(letter.state, action)
    if letter.state in AFTER_THE_SEAL and action in ONLY_WHILE_HELD_OPEN and open_addendum_of(session, letter) is None:
        raise WrongState("The letter is sealed. Its roster moves on only while an addendum is held open.")
    return move


def refuse_late_to_join(session: Session, letter_id: int, act: str, received_at: datetime, *, now: datetime) -> None:
    """R9, by the addendum’s own deadline. Raises TooLate, or WrongState for an answer that a sealed letter has no use for."""
    row = addendum_under_way(session, letter_id)
    if row is None:
        raise TooLate("Answers to this letter are no longer taken.")
    # Once closed, closed: an answer on its way comes soon after the close, never on a clock that stands well before it.
    has_closed = row.closed_at is not None and has_gone_back(now, since=record_time(session, letter_id, now=now))
    if has_closed or not is_in_time(received_at, row.closes_at):
        closed = show_instant(row.closes_at, row.deadline_zone)
        raise TooLate(f"The addendum closed on {closed}. Your answer arrived after that and was not counted.")
    if act not in _ANSWERED_AFTER_THE_SEAL:
        raise WrongState("The letter is sealed and its text stays as it is. Your society can sign it as it stands, or not sign.")


def refuse_listed(session: Session, standing: AnswerRow | None) -> None:
    """Raises WrongState for a society that stands printed: what it has signed is not replaced, only withdrawn (R11)."""
    if standing is not None and is_listed(session, standing.id):
        raise WrongState("Your society stands in the sealed letter, or in an addendum. That signature can be withdrawn, and not replaced.")


@dataclass(frozen=True)
class AnsweringTimes:
    """Until when, and whether, one society can answer."""

    deadline: datetime
    closes_at: datetime
    is_open: bool
    is_held_open: bool
    is_printed: bool


def answering_times(session: Session, letter: LetterRow, shown: AnswerRow | None, *, now: datetime) -> AnsweringTimes:
    """Those of the addendum while one is open, else of the letter. Raises NotFound for a letter that was never opened for signing."""
    joining = open_addendum_of(session, letter)
    deadline, closes_at = (joining.deadline, joining.closes_at) if joining else (letter.deadline, letter.closes_at)
    if deadline is None or closes_at is None:
        raise NotFound
    is_printed = shown is not None and shown.is_standing and letter.sealed_at is not None and is_listed(session, shown.id)
    is_still_time = is_in_time(now, closes_at)
    return AnsweringTimes(
        deadline=deadline,
        closes_at=closes_at,
        is_open=(joining is not None or letter.state == LetterState.SIGNING) and is_still_time and not is_printed,
        is_held_open=joining is not None and is_still_time,
        is_printed=is_printed,
    )


def is_listed(session: Session, answer_id: int) -> bool:
    """Whether the answer stands in the sealed list or in an addendum."""
    sealed = select(SealedSignatoryRow.answer_id).where(SealedSignatoryRow.answer_id == answer_id)
    joined = select(AddendumSignatoryRow.answer_id).where(AddendumSignatoryRow.answer_id == answer_id)
    return session.scalar(sealed.union_all(joined).limit(1)) is not None


def is_still_settled(session: Session, letter: LetterRow, answer: AnswerRow) -> bool:
    """Whether something can still come to be known of this answer: until its list is fixed for good."""
    if letter.state in {LetterState.SIGNING, LetterState.CLOSED}:
        return True
    if letter.state not in AFTER_THE_SEAL or is_listed(session, answer.id):
        return False
    return answer.record_sequence > seal_of_record(session, letter.id)


def seal_of_record(session: Session, letter_id: int) -> int:
    """The number of the event that sealed the letter: what was answered after it joins by an addendum. 0 before the seal."""
    return session.scalar(_SEALED_AT, {"letter": letter_id}) or 0
