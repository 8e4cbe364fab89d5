"""Reminders that speak to the state of a society: who is reminded of what, and when."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from webapp.domain.stage import Stage


class ReminderKind(StrEnum):
    """What a reminder speaks to, while a society is waited for."""

    NOT_OPENED = "not_opened"
    SILENT = "silent"
    """It has opened the letter, and has said nothing."""
    BOARD_AHEAD = "board_ahead"
    """It has said when its board meets, and that day has not passed."""
    BOARD_MET = "board_met"
    CONDITION = "condition"
    """It would sign on a condition."""
    AFFIRM = "affirm"
    """It has signed, and the text has changed since."""
    COMMENTS = "comments"
    """It was asked to comment, and has not."""


# Each goes on from “a society that …”.
KIND_WORDS: dict[ReminderKind, str] = {
    ReminderKind.NOT_OPENED: "has not opened the letter",
    ReminderKind.SILENT: "has opened it, and said nothing",
    ReminderKind.BOARD_AHEAD: "waits for its board",
    ReminderKind.BOARD_MET: "has had its board meeting, and sent no word",
    ReminderKind.CONDITION: "would sign on a condition",
    ReminderKind.AFFIRM: "must affirm the changed text",
    ReminderKind.COMMENTS: "was asked to comment, and has not",
}
_OF_STAGE = {
    Stage.INVITED: ReminderKind.NOT_OPENED,
    Stage.READING: ReminderKind.SILENT,
    Stage.WOULD_SIGN_IF: ReminderKind.CONDITION,
    Stage.TO_AFFIRM: ReminderKind.AFFIRM,
}
_SILENT_ON_A_DRAFT = frozenset({Stage.ASKED, Stage.READING, Stage.WITH_BOARD})

# Nine: an office has opened, and what has to be done today has not been begun. Late ones leave until the office closes.
MORNING, EVENING = time(9), time(18)
GAP = timedelta(hours=48)
# The last reminder comes even if another came the day before; never twice on one day.
LAST_GAP = timedelta(hours=12)
# What could not leave for so long, as when nothing worked, leaves no more.
LATEST = timedelta(hours=72)
MOST_DAYS = 60
LAST_DAY = 1


@dataclass(frozen=True)
class Plan:
    """When a letter reminds, in days before the deadline and after a board’s date, and which states it speaks to."""

    days_before: tuple[int, ...] = (14, 7, 3, 1)
    days_after_board: tuple[int, ...] = (1,)
    kinds: frozenset[ReminderKind] = frozenset(ReminderKind)
    is_paused: bool = False
    since: datetime | None = None
    """Since when it holds: what should have left before that leaves no more."""


@dataclass(frozen=True)
class Course:
    """What an answer is waited for: until when, and under which word that stays while the moment does."""

    name: str
    until: datetime
    is_circulating: bool = False


@dataclass(frozen=True)
class Recipient:
    """One person, and where the society stands."""

    stage: Stage
    zone: str
    asked_at: datetime
    """Since when the person is waited for."""
    board_meets_on: date | None = None
    told_at: datetime | None = None
    """When the person was last reminded, or asked."""
    taken: frozenset[str] = frozenset()
    """The moments of which there is nothing more to say: a reminder was put, or is held back."""
    is_left_alone: bool = False
    """The person has stopped reminders, or a coordinator holds back those of the whole society."""


@dataclass(frozen=True)
class Reminder:
    slot: str
    kind: ReminderKind
    due_at: datetime
    """The moment of the plan."""
    at: datetime
    """When it leaves: then, or later where something else came between."""


@dataclass(frozen=True)
class _Moment:
    slot: str
    at: datetime
    is_last: bool


def kind_at(stage: Stage, board_meets_on: date | None, day: date, *, is_circulating: bool) -> ReminderKind | None:
    """What would be said on a day where the society stands; None to whoever has answered, or was not asked."""
    if is_circulating:
        return ReminderKind.COMMENTS if stage in _SILENT_ON_A_DRAFT else None
    if stage is Stage.WITH_BOARD and board_meets_on is not None:
        return ReminderKind.BOARD_MET if board_meets_on < day else ReminderKind.BOARD_AHEAD
    return _OF_STAGE.get(stage)


def next_reminder(course: Course, plan: Plan, one: Recipient, *, now: datetime) -> Reminder | None:
    """The next that leaves if nothing changes, now or later. A moment that has passed gives way to the next: late comes one, never all."""
    if plan.is_paused or one.is_left_alone or now >= course.until:
        return None
    moments = _moments(course, plan, one)
    for moment, end in pairwise([*moments, None]):
        if moment is None or moment.slot in one.taken:
            continue
        ends = min(end.at if end else course.until, moment.at + LATEST)
        at = _leaves_at(moment, one, ends, is_last_chance=end is None, now=now)
        kind = kind_at(one.stage, one.board_meets_on, _day(at, one.zone), is_circulating=course.is_circulating)
        if at < ends and kind in plan.kinds and kind is not None:
            return Reminder(moment.slot, kind, moment.at, at)
    return None


def reminders_ahead(course: Course, plan: Plan, one: Recipient, *, now: datetime) -> Iterator[Reminder]:
    """All that leave if nothing changes, in their order."""
    while found := next_reminder(course, plan, one, now=now):
        yield found
        now = found.at
        one = replace(one, told_at=found.at, taken=one.taken | {found.slot})


def planned(course: Course, plan: Plan, one: Recipient, slot: str) -> Reminder | None:
    """The reminder of one moment as it is planned, for whoever looks at what is held back; None where there is no such moment."""
    moment = next((each for each in _moments(course, plan, one) if each.slot == slot), None)
    if moment is None:
        return None
    kind = kind_at(one.stage, one.board_meets_on, _day(moment.at, one.zone), is_circulating=course.is_circulating)
    return Reminder(slot, kind, moment.at, moment.at) if kind is not None else None


def still_leaves(course: Course, plan: Plan, one: Recipient, slot: str, *, now: datetime) -> ReminderKind | None:
    """What a reminder that was put says at the moment of sending; None where it is not to be sent any more.

    `told_at` is then of the other messages, and `taken` holds what is held back.
    """
    reminder = planned(course, plan, one, slot)
    if reminder is None or slot in one.taken or plan.is_paused or one.is_left_alone or now >= course.until:
        return None
    kind = kind_at(one.stage, one.board_meets_on, _day(now, one.zone), is_circulating=course.is_circulating)
    return kind if kind in plan.kinds and may_follow(slot, one.told_at, now=now) else None


def may_follow(slot: str, told_at: datetime | None, *, now: datetime) -> bool:
    """Whether a reminder for this moment may leave, where another left at that time: asked once more when it is sent."""
    # What left far in the future left by a clock that has been set back since: it says nothing.
    return told_at is None or told_at - now > GAP or now - told_at >= _gap(is_last=_is_last(slot))


def near(course: Course, plan: Plan, boards: Collection[date], *, now: datetime) -> bool:
    """Whether anything could leave within a day, late or in time, in whatever zone: on most days of most letters nothing can."""
    if plan.is_paused or now >= course.until:
        return False
    days = {course.until.date() - timedelta(days=one) for one in plan.days_before}
    days |= {board + timedelta(days=one) for board in boards for one in plan.days_after_board}
    # A day of ours is another one elsewhere; and what is late may leave for three days.
    return any(-2 <= (now.date() - day).days <= LATEST.days + 1 for day in days)


def might_leave(course: Course, plan: Plan, zone: str, board: date | None, *, now: datetime, by: datetime) -> bool:
    """Whether anything could leave by then, late or in time, to somebody in this zone with this board: the rest `next_reminder` decides."""
    last = _day(course.until, zone)
    days = [last - timedelta(days=one) for one in plan.days_before]
    if board is not None:
        days += [board + timedelta(days=one) for one in plan.days_after_board]
    return any(at <= by and now < at + LATEST for at in (_morning(day, zone) for day in days))


def _moments(course: Course, plan: Plan, one: Recipient) -> list[_Moment]:
    found = {}
    if one.stage is Stage.WITH_BOARD and one.board_meets_on is not None and not course.is_circulating:
        for days in plan.days_after_board:
            at = _morning(one.board_meets_on + timedelta(days=days), one.zone)
            found[at] = _Moment(f"board-{one.board_meets_on.isoformat()}-{days}", at, is_last=False)
    last = _day(course.until, one.zone)
    for days in plan.days_before:
        at = _morning(last - timedelta(days=days), one.zone)
        # Where both fall on one morning there is one reminder.
        found[at] = _Moment(f"{course.name}-{days}", at, is_last=days <= LAST_DAY)
    begins = max(one.asked_at, plan.since or one.asked_at)
    return [found[at] for at in sorted(found) if begins < at < course.until]


def _leaves_at(moment: _Moment, one: Recipient, ends: datetime, *, is_last_chance: bool, now: datetime) -> datetime:
    earliest = max(moment.at, now)
    if one.told_at is not None and one.told_at - now <= GAP:
        earliest = max(earliest, one.told_at + _gap(is_last=moment.is_last))
    polite = _in_the_day(earliest, one.zone)
    # The last one rather comes in the evening than not at all.
    return polite if polite < ends or not is_last_chance else earliest


def _gap(*, is_last: bool) -> timedelta:
    return LAST_GAP if is_last else GAP


def _is_last(slot: str) -> bool:
    return slot.endswith(f"-{LAST_DAY}") and not slot.startswith("board-")


def _day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def _morning(day: date, zone: str) -> datetime:
    return datetime.combine(day, MORNING, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def _in_the_day(instant: datetime, zone: str) -> datetime:
    """The instant, or the next morning where it is night."""
    local = instant.astimezone(ZoneInfo(zone))
    if local.time() < MORNING:
        return _morning(local.date(), zone)
    if local.time() >= EVENING:
        return _morning(local.date() + timedelta(days=1), zone)
    return instant
