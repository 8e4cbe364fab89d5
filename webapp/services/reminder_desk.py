"""What the coordinators see of reminders: the next two weeks, who is left alone, what was sent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, show_date, show_instant
from webapp.domain.permission import Permission
from webapp.domain.reminder import KIND_WORDS, Plan, Reminder, ReminderKind, next_reminder, planned, reminders_ahead
from webapp.persistence.tables import (
    InvitationRow,
    LetterRow,
    OutboxRow,
    ReminderPlanRow,
    ReminderRow,
    RepresentativeRow,
    SocietyRow,
)
from webapp.persistence.tables.message import WAITING, MessageState
from webapp.services.access import load_letter
from webapp.services.documents import sort_key
from webapp.services.reminder_facts import ReminderPlace, course_of, plan_of, reminder_places
from webapp.services.reminders import is_near, reason_of

DAYS_AHEAD = 14
_PAGE = 100
_NEWEST_SENT = 50


@dataclass(frozen=True)
class AheadLine:
    """One reminder that leaves if nothing changes, or that is held back."""

    representative: str
    slot: str
    invitation: str
    society: str
    sort_name: str
    name: str
    words: str
    day: date
    """By the clock of the recipient."""
    local: str
    is_held: bool


@dataclass(frozen=True)
class DayLine:
    day: date
    words: str
    leaving: int
    held: int


@dataclass(frozen=True)
class QuietLine:
    """A society or a person who is not reminded."""

    invitation: str
    society: str
    name: str
    since: ShownInstant


@dataclass(frozen=True)
class SentLine:
    society: str
    name: str
    words: str
    at: ShownInstant
    state: str


@dataclass(frozen=True)
class PlanView:
    days_before: str
    days_after_board: str
    kinds: tuple[str, ...]
    """Their words."""
    is_paused: bool
    is_usual: bool
    edition: int


@dataclass(frozen=True)
class RemindersView:
    """The page of reminders; `lines` are those of the chosen `day`."""

    is_waiting: bool
    """Somebody may be reminded: sign-on is open, or a revision goes round."""
    tomorrow: int
    next: DayLine | None
    """The next day on which any leaves."""
    days: tuple[DayLine, ...]
    day: DayLine | None
    lines: tuple[AheadLine, ...]
    number: int
    last: int
    quiet: tuple[QuietLine, ...]
    stopped: tuple[QuietLine, ...]
    sent: tuple[SentLine, ...]
    plan: PlanView


def show_reminders(
    session: Session, actor: Actor, reference: str, *, day: date | None = None, number: int = 1, now: datetime
) -> RemindersView:
    """The next two weeks day by day, and one day of them whole: the chosen one, else the first."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    plan, places = plan_of(session, letter.id), reminder_places(session, letter, now=now)
    ahead = _ahead(plan, places, now=now)
    today = now.astimezone(ZoneInfo(letter.deadline_zone)).date()
    days = _days(ahead, today)
    chosen = next((one for one in days if one.day == day), days[0] if days else None)
    of_day = sorted((one for one in ahead if chosen and one.day == chosen.day), key=lambda one: sort_key(one.society, one.sort_name))
    last = max(-(-len(of_day) // _PAGE), 1)
    number = min(max(number, 1), last)
    return RemindersView(
        is_waiting=course_of(letter) is not None,
        tomorrow=sum(1 for one in ahead if one.day == today + timedelta(days=1) and not one.is_held),
        next=next((one for one in days if one.leaving), None),
        days=tuple(days),
        day=chosen,
        lines=tuple(of_day[(number - 1) * _PAGE : number * _PAGE]),
        number=number,
        last=last,
        quiet=tuple(_quiet(session, letter)),
        stopped=tuple(_stopped(session, letter)),
        sent=tuple(_sent(session, letter)),
        plan=_plan_view(session, letter, plan),
    )


def going_out_soon(session: Session, letter: LetterRow, *, now: datetime) -> int:
    """How many leave today or tomorrow if nothing changes; cheap on the days on which none can."""
    plan = plan_of(session, letter.id)
    if not is_near(session, letter, plan, now=now):
        return 0
    zone = ZoneInfo(letter.deadline_zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    end = datetime.combine(tomorrow + timedelta(days=1), time(), zone)
    first = (next_reminder(one.course, plan, one.due, now=now) for one in reminder_places(session, letter, now=now, by=end))
    return sum(1 for one in first if one is not None and one.at.astimezone(zone).date() <= tomorrow)


def _ahead(plan: Plan, places: Iterable[ReminderPlace], *, now: datetime) -> list[AheadLine]:
    until = now + timedelta(days=DAYS_AHEAD)
    found = []
    for place in places:
        for reminder in reminders_ahead(place.course, plan, place.due, now=now):
            if reminder.at > until:
                break
            found.append(_ahead_line(place, reminder, is_held=False))
        if place.recipient.is_left_alone or plan.is_paused:
            continue
        for slot in place.held - place.sent:
            held = planned(place.course, plan, place.recipient, slot)
            if held is not None and now <= held.at <= until and held.kind in plan.kinds:
                found.append(_ahead_line(place, held, is_held=True))
    return found


def _ahead_line(place: ReminderPlace, reminder: Reminder, *, is_held: bool) -> AheadLine:
    local = reminder.at.astimezone(ZoneInfo(place.recipient.zone))
    return AheadLine(
        representative=place.representative,
        slot=reminder.slot,
        invitation=place.invitation,
        society=place.society,
        sort_name=place.sort_name,
        name=place.name,
        words=KIND_WORDS[reminder.kind],
        day=local.date(),
        local=f"{local:%H:%M} {place.recipient.zone}",
        is_held=is_held,
    )


def _days(ahead: Iterable[AheadLine], today: date) -> list[DayLine]:
    counts = Counter((one.day, one.is_held) for one in ahead)
    return [
        DayLine(day, _day_words(day, today), counts[day, False], counts[day, True]) for day in sorted({day for day, _is_held in counts})
    ]


def _day_words(day: date, today: date) -> str:
    words = f"{day:%A}, {show_date(day)}"
    return f"Today, {words}" if day == today else f"Tomorrow, {words}" if day == today + timedelta(days=1) else words


def _quiet(session: Session, letter: LetterRow) -> Iterable[QuietLine]:
    query = (
        select(InvitationRow.reference, SocietyRow.printed_name, InvitationRow.reminders_held_at)
        .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
        .where(InvitationRow.letter_id == letter.id, InvitationRow.reminders_held_at.is_not(None))
    )
    rows = sorted(session.execute(query), key=lambda row: sort_key(row.printed_name))
    return (QuietLine(row.reference, row.printed_name, "", show_instant(row.reminders_held_at, letter.deadline_zone)) for row in rows)


def _stopped(session: Session, letter: LetterRow) -> Iterable[QuietLine]:
    query = (
        select(InvitationRow.reference, SocietyRow.printed_name, RepresentativeRow.name, RepresentativeRow.reminders_stopped_at)
        .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
        .join(RepresentativeRow, RepresentativeRow.invitation_id == InvitationRow.id)
        .where(
            InvitationRow.letter_id == letter.id,
            RepresentativeRow.reminders_stopped_at.is_not(None),
            RepresentativeRow.revoked_at.is_(None),
        )
    )
    rows = sorted(session.execute(query), key=lambda row: (sort_key(row.printed_name), row.name))
    return (
        QuietLine(row.reference, row.printed_name, row.name, show_instant(row.reminders_stopped_at, letter.deadline_zone)) for row in rows
    )


def _sent(session: Session, letter: LetterRow) -> Iterable[SentLine]:
    newest = select(ReminderRow).where(ReminderRow.letter_id == letter.id).order_by(ReminderRow.id.desc()).limit(_NEWEST_SENT)
    rows = session.scalars(newest.options(joinedload(ReminderRow.representative))).all()
    reasons = [reason_of(row.slot, row.representative.reference) for row in rows]
    mail = {one.reason: one for one in session.scalars(select(OutboxRow).where(OutboxRow.reason.in_(reasons)))}
    for row, reason in zip(rows, reasons, strict=True):
        message = mail.get(reason)
        at = message.sent_at if message and message.sent_at else row.put_at
        society = row.representative.invitation.society.printed_name
        kind = KIND_WORDS[ReminderKind(row.kind)]
        yield SentLine(society, row.representative.name, kind, show_instant(at, letter.deadline_zone), _state_words(message))


def _state_words(message: OutboxRow | None) -> str:
    if message is None or message.state == MessageState.SENT:
        return "sent"
    if message.state in WAITING:
        return "on its way"
    # Decided at the moment of sending: the society had answered, or was not waited for any more.
    return "not needed any more, and not sent" if message.last_error == "no longer of use" else "could not be delivered"


def _plan_view(session: Session, letter: LetterRow, plan: Plan) -> PlanView:
    row = session.get(ReminderPlanRow, letter.id)
    return PlanView(
        days_before=", ".join(str(one) for one in plan.days_before),
        days_after_board=", ".join(str(one) for one in plan.days_after_board),
        kinds=tuple(KIND_WORDS[kind] for kind in ReminderKind if kind in plan.kinds),
        is_paused=plan.is_paused,
        is_usual=row is None,
        edition=row.edition if row else 0,
    )


def ahead_of(session: Session, letter: LetterRow, *, now: datetime) -> list[AheadLine]:
    """All that leave within the two weeks if nothing changes, and all that are held back."""
    return _ahead(plan_of(session, letter.id), reminder_places(session, letter, now=now), now=now)
