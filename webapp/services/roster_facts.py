"""What a roster comes to, without reading all of it: how many societies stand where."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from webapp.domain.answer import StandingFacts, is_to_be_affirmed
from webapp.domain.letter import LetterState
from webapp.domain.stage import Stage, doubt_about, stage_of, while_circulating
from webapp.persistence.tables import (
    AnswerRow,
    CirculatedRow,
    CirculationRow,
    CommentRow,
    InvitationRow,
    LetterRow,
)
from webapp.services.documents import HAS_OBJECTED, counting_digests

# The standing answer of an invitation, else the newest one, which its society took back.
NEWEST_ANSWER = (
    select(AnswerRow.id)
    .where(AnswerRow.invitation_id == InvitationRow.id)
    .order_by(AnswerRow.is_standing.desc(), AnswerRow.id.desc())
    .limit(1)
    .correlate(InvitationRow)
    .scalar_subquery()
)
# Said of the revision that the society was sent last, and asked only of a letter that circulates.
_SENT_LAST = select(func.max(CirculatedRow.circulation_id)).where(CirculatedRow.invitation_id == InvitationRow.id)
HAS_COMMENTED = (
    select(CommentRow.id)
    .join(CirculationRow, CirculationRow.revision_id == CommentRow.revision_id)
    .where(
        CommentRow.invitation_id == InvitationRow.id,
        CommentRow.taken_back_at.is_(None),
        CirculationRow.id == _SENT_LAST.correlate(InvitationRow).scalar_subquery(),
    )
    .correlate(InvitationRow)
    .exists()
)
STAGE_FACTS = (
    InvitationRow.invited_at.is_not(None).label("was_invited"),
    InvitationRow.opened_at.is_not(None).label("was_opened"),
    InvitationRow.board_meets_on,
    InvitationRow.not_us_at.is_not(None).label("said_not_us"),
    AnswerRow.kind,
    AnswerRow.is_standing,
    AnswerRow.digest,
    AnswerRow.authority,
    HAS_OBJECTED.label("has_objected"),
    AnswerRow.is_disputed,
    AnswerRow.is_confirmed,
)
# Counting needs no more than the standing answer, and asks for others only where there is none.
_ANSWERED = aliased(AnswerRow)
_WITHDRAWN = select(_ANSWERED.id).where(_ANSWERED.invitation_id == InvitationRow.id, _ANSWERED.withdrawn_at.is_not(None))
COUNTED_FACTS = (*STAGE_FACTS, and_(AnswerRow.id.is_(None), _WITHDRAWN.correlate(InvitationRow).exists()).label("has_withdrawn"))


def _stages(*columns: Any) -> Select[Any]:
    """One row for each set of facts, however many societies share it."""
    counted = select(*columns, func.count().label("number"))
    standing = and_(AnswerRow.invitation_id == InvitationRow.id, AnswerRow.is_standing.is_(True))
    return counted.outerjoin(AnswerRow, standing).where(InvitationRow.letter_id == bindparam("letter")).group_by(*columns)


_STAGES, _STAGES_WHILE_CIRCULATING = _stages(*COUNTED_FACTS), _stages(*COUNTED_FACTS, HAS_COMMENTED.label("has_commented"))
_COMMENTED = select(InvitationRow.id).where(InvitationRow.letter_id == bindparam("letter"), HAS_COMMENTED)


def stage_counts(session: Session, letter: LetterRow) -> Counter[Stage]:
    """How many societies are at each stage."""
    return stages_and_boards(session, letter)[0]


def stages_and_boards(session: Session, letter: LetterRow) -> tuple[Counter[Stage], Counter[date]]:
    """The same, and on which days the boards meet, or have met, that the letter is with."""
    stages: Counter[Stage] = Counter()
    boards: Counter[date] = Counter()
    digests, is_circulating = counting_digests(session, letter.id), letter.state == LetterState.CIRCULATING
    for row in session.execute(_STAGES_WHILE_CIRCULATING if is_circulating else _STAGES, {"letter": letter.id}):
        stage = stage_from(row, digests)
        stages[while_circulating(stage, has_commented=row.has_commented) if is_circulating else stage] += row.number
        if stage is Stage.WITH_BOARD:
            boards[row.board_meets_on] += row.number
    return stages, boards


def commented(session: Session, letter: LetterRow) -> set[int] | None:
    """The invitations of the societies that have commented on what they were sent last; None where nothing circulates."""
    if letter.state != LetterState.CIRCULATING:
        return None
    return set(session.scalars(_COMMENTED, {"letter": letter.id}))


def stage_from(row: Any, digests: Collection[str]) -> Stage:
    """The stage that a row with the columns of `STAGE_FACTS` and `has_withdrawn` gives, where these digests count (R4)."""
    answer = None
    if row.is_standing:
        answer = StandingFacts(row.kind, row.is_standing, row.digest, row.authority, row.has_objected, row.is_disputed, row.is_confirmed)
    return stage_of(
        was_invited=row.was_invited,
        was_opened=row.was_opened,
        board_meets_on=row.board_meets_on,
        standing_kind=row.kind if row.is_standing else None,
        has_withdrawn=row.has_withdrawn,
        said_not_us=row.said_not_us,
        is_to_be_affirmed=answer is not None and is_to_be_affirmed(answer, digests=digests),
        doubt=doubt_about(answer) if answer else None,
    )
