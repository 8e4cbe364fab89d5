"""What a round before an answer to a journal asks of the coordinators: to follow it, and to answer once it has ended."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.domain.ask_round import ANSWERED_WITHIN, ends_at
from webapp.domain.correspondence import Direction
from webapp.domain.deadline import show_instant
from webapp.domain.letter import LetterState
from webapp.persistence.tables import AskEndRow, AskRoundRow, CorrespondenceRow, LetterRow
from webapp.services.ask_round_view import is_settled, rounds_of, tally_of
from webapp.services.need import Need, Urgency, few_or_all

_ENDED_EARLY = (
    select(AskEndRow.round_id, AskEndRow.ended_at)
    .join(AskRoundRow, AskRoundRow.id == AskEndRow.round_id)
    .where(AskRoundRow.letter_id == bindparam("letter"))
)


@dataclass(frozen=True)
class _Item:
    """An item of the correspondence, as far as it can answer a round."""

    reference: str
    submission: str
    is_out: bool
    happened_at: datetime


def round_needs(session: Session, letter: LetterRow, *, now: datetime) -> list[Need]:
    """What has been said so far, while a round is open; then to answer, until something has gone out since it ended."""
    early = {row.round_id: row.ended_at for row in session.execute(_ENDED_EARLY, {"letter": letter.id})}
    rounds = [(row, ends_at(row.until, early.get(row.id))) for row in rounds_of(session, letter.id)]
    live = [_open_one(session, letter, row, end, now=now) for row, end in rounds if not is_settled(end, now=now)]
    if letter.state == LetterState.RESOLVED:
        return live
    # Before anything is counted: a letter may have had a hundred rounds, and nearly all of them were answered long ago.
    ended = [(row, end) for row, end in rounds if is_settled(end, now=now) and now < end + ANSWERED_WITHIN]
    items = _items(session, letter) if ended else []
    waiting = [(row, end) for row, end in ended if not _is_answered(row, end, items)]
    needs = [_ended_one(session, letter, row, end, now=now) for row, end in waiting]
    return [*live, *few_or_all(needs, _many)]


def _many(number: int) -> Need:
    return Need(f"Answer the journal: {number} rounds have ended", "rounds", "Each says what the signatories think.")


def _open_one(session: Session, letter: LetterRow, row: AskRoundRow, end: datetime, *, now: datetime) -> Need:
    said = tally_of(session, letter, row, end, now=now)
    silent = f"{said.silent} {'has' if said.silent == 1 else 'have'} said nothing yet"
    so_far = f"So far {said.yes} yes, {said.no} no, {said.remarks} with remarks; {silent}."
    what = f"{so_far} It ends {show_instant(end, row.zone)}." if now < end else f"{so_far} What came in time may still be on its way."
    return Need(f"A round is open: “{row.title}”", "round", what, asked=row.reference, urgency=Urgency.TO_KNOW)


def _ended_one(session: Session, letter: LetterRow, row: AskRoundRow, end: datetime, *, now: datetime) -> Need:
    said = tally_of(session, letter, row, end, now=now).words
    what = f"{said}. It ended {show_instant(end, row.zone)}. An answer that does not leave from here is entered under correspondence."
    return Need(f"Answer the journal: the round about “{row.title}” has ended", "round", what, asked=row.reference)


def _items(session: Session, letter: LetterRow) -> list[_Item]:
    rows = session.execute(
        select(CorrespondenceRow.reference, CorrespondenceRow.submission, CorrespondenceRow.direction, CorrespondenceRow.happened_at).where(
            CorrespondenceRow.letter_id == letter.id, CorrespondenceRow.struck_at.is_(None)
        )
    )
    return [_Item(reference, submission, direction == Direction.OUT, at) for reference, submission, direction, at in rows]


def _is_answered(row: AskRoundRow, end: datetime, items: list[_Item]) -> bool:
    """Something has gone out since it ended; to the journal to which it was to be an answer, where that is known."""
    about = next((one.submission for one in items if one.reference == row.correspondence), "")
    return any(one.is_out and one.happened_at >= end and (not about or one.submission in {about, ""}) for one in items)
