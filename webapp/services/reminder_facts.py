"""What reminders go by, read from the tables: the plan of a letter, and where each representative stands."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Boolean, and_, bindparam, case, func, literal, not_, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.domain.answer import AnswerKind
from webapp.domain.letter import LetterState
from webapp.domain.reminder import GAP, Course, Plan, Recipient, ReminderKind, might_leave
from webapp.domain.stage import Stage, while_circulating
from webapp.persistence.base import Instant
from webapp.persistence.tables import (
    AnswerRow,
    CirculatedRow,
    CirculationRow,
    HeldReminderRow,
    InvitationRow,
    LetterRow,
    OutboxRow,
    ReminderPlanRow,
    ReminderRow,
    RepresentativeRow,
    SocietyRow,
)
from webapp.persistence.tables.message import WAITING, MessageState
from webapp.services.documents import counting_digests
from webapp.services.invitations import not_invited_yet
from webapp.services.roster_facts import COUNTED_FACTS, commented, stage_from
from webapp.services.zones import zone_of_country

# After one of these nobody needs to be reminded for two days.
_ASKING = ("invitation", "handed_over", "new_link", "comment_request", "deadline_moved", "text_changed")
REMINDER = "reminder"

_OTHER = aliased(AnswerRow)
_HAVE_ANSWERED = select(_OTHER.invitation_id).where(
    _OTHER.letter_id == bindparam("letter"),
    _OTHER.is_standing.is_(True),
    _OTHER.kind != AnswerKind.SIGN_IF,
    or_(_OTHER.kind != AnswerKind.SIGN, not_(bindparam("has_changed", type_=Boolean))),
)
_PLACES = (
    select(
        InvitationRow.id.label("invitation_id"),
        InvitationRow.reference.label("invitation"),
        InvitationRow.invited_at,
        InvitationRow.reminders_held_at,
        InvitationRow.not_us_at,
        SocietyRow.reference.label("society_reference"),
        SocietyRow.printed_name,
        SocietyRow.sort_name,
        SocietyRow.country,
        RepresentativeRow.id.label("representative_id"),
        RepresentativeRow.reference.label("representative"),
        RepresentativeRow.name,
        RepresentativeRow.email,
        RepresentativeRow.added_at,
        RepresentativeRow.reminders_stopped_at,
        *COUNTED_FACTS,
    )
    .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
    .join(RepresentativeRow, RepresentativeRow.invitation_id == InvitationRow.id)
    .outerjoin(AnswerRow, and_(AnswerRow.invitation_id == InvitationRow.id, AnswerRow.is_standing.is_(True)))
    .where(
        InvitationRow.letter_id == bindparam("letter"),
        InvitationRow.invited_at.is_not(None),
        RepresentativeRow.revoked_at.is_(None),
        # Of a long roster most have answered: they are left out first, before anything is joined. The rule is the domain’s.
        InvitationRow.id.not_in(_HAVE_ANSWERED),
    )
    .order_by(RepresentativeRow.id)
)
_ROUNDS = (
    select(CirculatedRow.invitation_id, CirculationRow.reference, CirculationRow.sent_at, CirculationRow.until)
    .join(CirculationRow, CirculationRow.id == CirculatedRow.circulation_id)
    .where(CirculationRow.letter_id == bindparam("letter"))
    .order_by(CirculationRow.id)
)
_BOARDS = (
    select(InvitationRow.board_meets_on)
    .where(InvitationRow.letter_id == bindparam("letter"), InvitationRow.board_meets_on.is_not(None))
    .distinct()
)


@dataclass(frozen=True)
class ReminderPlace:
    """One representative who may be reminded, and of what."""

    invitation: str
    society_reference: str
    society: str
    sort_name: str
    representative_id: int
    representative: str
    name: str
    email: str
    is_held: bool
    """A coordinator holds back all reminders to the society."""
    has_stopped: bool
    sent: frozenset[str]
    held: frozenset[str]
    course: Course
    recipient: Recipient

    @property
    def due(self) -> Recipient:
        """The recipient, for whom neither what was put nor what is held back is put."""
        return replace(self.recipient, taken=self.sent | self.held)


@dataclass(frozen=True)
class _Known:
    """What is read once for all representatives of a letter."""

    digests: Collection[str]
    commented: set[int] | None
    rounds: dict[int, Any]
    uninvited: set[int]
    told: dict[int, datetime]
    sent: dict[int, set[str]]
    held: dict[int, set[str]]


def plan_of(session: Session, letter_id: int) -> Plan:
    """The letter’s own plan, or the usual one."""
    row = session.get(ReminderPlanRow, letter_id)
    if row is None:
        return Plan()
    kinds = frozenset(kind for kind in ReminderKind if kind in row.kinds)
    return Plan(tuple(row.days_before), tuple(row.days_after_board), kinds, row.is_paused, row.edited_at)


def course_of(letter: LetterRow) -> Course | None:
    """What answers are waited for until, at the latest; None where nobody waits for any."""
    if letter.state == LetterState.CIRCULATING:
        # Each round has its own end, whether sign-on has a deadline already or not.
        return Course("comments", datetime.max.replace(tzinfo=UTC), is_circulating=True)
    if letter.deadline is None or letter.state != LetterState.SIGNING:
        return None
    return Course(f"deadline-{letter.deadline_version}", letter.deadline)


def boards_of(session: Session, letter: LetterRow) -> list[date]:
    return [day for day in session.scalars(_BOARDS, {"letter": letter.id}) if day is not None]


def newest_rounds(session: Session, letter: LetterRow) -> dict[int, Any]:
    """For each invitation what it was sent last for comment; nothing unless the letter circulates."""
    if letter.state != LetterState.CIRCULATING:
        return {}
    return {row.invitation_id: row for row in session.execute(_ROUNDS, {"letter": letter.id})}


def reminder_places(
    session: Session, letter: LetterRow, *, now: datetime, only: int | None = None, but: int | None = None, by: datetime | None = None
) -> list[ReminderPlace]:
    """Every live representative of a society that was asked; or `only` one. The reminder `but` counts as not sent yet.

    With `by` those are left out to whom nothing can leave until then.
    """
    course = course_of(letter)
    if course is None:
        return []
    query = _PLACES if only is None else _PLACES.where(RepresentativeRow.id == only)
    rows: Sequence[Any] = session.execute(query, {"letter": letter.id, "has_changed": len(letter.freezings) > 1}).all()
    if by is not None and not course.is_circulating:
        rows = _near(rows, letter, course, now=now, by=by, plan=plan_of(session, letter.id))
    if not rows:
        return []
    known = _Known(
        digests=counting_digests(session, letter.id),
        commented=commented(session, letter),
        rounds=newest_rounds(session, letter),
        uninvited=not_invited_yet(session, letter) if letter.state == LetterState.SIGNING else set(),
        told=_told(session, letter, now=now, but=but),
        sent=_slots(session, ReminderRow, letter),
        held=_slots(session, HeldReminderRow, letter),
    )
    found = (_place(row, letter, course, known) for row in rows)
    return [one for one in found if one is not None]


def _near(rows: Iterable[Any], letter: LetterRow, course: Course, *, plan: Plan, now: datetime, by: datetime) -> list[Any]:
    """Of many societies few zones and boards are different."""

    @cache
    def might(zone: str, board: date | None) -> bool:
        return might_leave(course, plan, zone, board, now=now, by=by)

    return [row for row in rows if might(_zone(row.country, letter), row.board_meets_on)]


def _zone(country: str, letter: LetterRow) -> str:
    return zone_of_country(country) or letter.deadline_zone


def _place(row: Any, letter: LetterRow, course: Course, known: _Known) -> ReminderPlace | None:
    if row.invitation_id in known.uninvited:
        # It holds a link from when the text went round for comment; whoever opened sign-on asks it to sign later.
        return None
    stage = stage_from(row, known.digests)
    asked = [row.invited_at, row.added_at]
    if known.commented is not None:
        round_ = known.rounds.get(row.invitation_id)
        if round_ is None:
            return None
        stage = while_circulating(stage, has_commented=row.invitation_id in known.commented)
        course = Course(f"comments-{round_.reference}", round_.until, is_circulating=True)
        asked.append(round_.sent_at)
    elif letter.opened_at is not None:
        asked.append(letter.opened_at)
        if stage is Stage.TO_AFFIRM:
            asked.append(letter.freezings[-1].frozen_at)
    return ReminderPlace(
        invitation=row.invitation,
        society_reference=row.society_reference,
        society=row.printed_name,
        sort_name=row.sort_name,
        representative_id=row.representative_id,
        representative=row.representative,
        name=row.name,
        email=row.email,
        is_held=row.reminders_held_at is not None,
        has_stopped=row.reminders_stopped_at is not None,
        sent=frozenset(known.sent[row.representative_id]),
        held=frozenset(known.held[row.representative_id]),
        course=course,
        recipient=Recipient(
            stage=stage,
            zone=_zone(row.country, letter),
            asked_at=max(asked),
            board_meets_on=row.board_meets_on,
            told_at=known.told.get(row.representative_id),
            # Who has said that the letter reached the wrong place is asked nothing before a coordinator has seen to it.
            is_left_alone=any(at is not None for at in (row.reminders_held_at, row.reminders_stopped_at, row.not_us_at)),
        ),
    )


def _told(session: Session, letter: LetterRow, *, now: datetime, but: int | None) -> dict[int, datetime]:
    """When each representative was last reminded or asked; what still waits to leave counts as leaving now."""
    to = OutboxRow.parameters["representative"].as_integer()
    at = func.max(case((OutboxRow.state.in_(WAITING), literal(now, Instant)), else_=OutboxRow.sent_at))
    counted = and_(
        OutboxRow.letter_id == letter.id,
        OutboxRow.kind.in_([*_ASKING, REMINDER]),
        OutboxRow.state != MessageState.FAILED,
        # What lies further back keeps nothing waiting; what lies so far ahead left by a clock that has been set back since.
        OutboxRow.sent_at.is_(None) | OutboxRow.sent_at.between(now - GAP, now + GAP),
    )
    query = select(to.label("to"), at.label("at")).where(counted).group_by(to)
    if but is not None:
        query = query.where(OutboxRow.id != but)
    return {row.to: row.at for row in session.execute(query) if row.at is not None}


def _slots(session: Session, table: type[ReminderRow | HeldReminderRow], letter: LetterRow) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for representative, slot in session.execute(select(table.representative_id, table.slot).where(table.letter_id == letter.id)):
        found[representative].add(slot)
    return found
