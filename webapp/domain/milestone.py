"""The moments of a letter, in one order and set against each other: what comes too late is said at once, and forbids nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from webapp.domain.deadline import earliest_today, latest_today, show_date, show_instant, time_left
from webapp.domain.window import days_left, left_phrase

_MOST_NAMED = 3


class MilestoneKind(StrEnum):
    COMMENTS = "comments"
    BOARD = "board"
    DEADLINE = "deadline"
    SUBMISSION = "submission"
    WINDOW = "window"
    JOINING = "joining"
    """The deadline of the addendum for which the sealed letter is held open."""


# What belongs to a day comes before its hours where it is met, and after them where it ends.
_OF_DAY = {MilestoneKind.BOARD: time.min}


@dataclass(frozen=True)
class Milestone:
    """An instant, or a day; neither, where none is known, and then `unknown` says why. `of` is the society or the venue; `key` names it
    in addresses and to calendars, and stays.

    `is_done`: what it waited for has happened, or can happen no more, so that it clashes with nothing.
    """

    kind: MilestoneKind
    key: str
    of: str = ""
    at: datetime | None = None
    day: date | None = None
    unknown: str = ""
    is_done: bool = False
    source: str = ""
    """Where it comes from, for people."""

    def day_in(self, zone: str) -> date | None:
        return self.at.astimezone(ZoneInfo(zone)).date() if self.at else self.day

    def has_passed(self, zone: str, *, now: datetime) -> bool:
        """A board’s day and a journal’s have passed when they have everywhere on earth; those that we set ourselves by our own clock."""
        if self.at is not None:
            return now >= self.at
        if self.day is None:
            return False
        return self.day < (now.astimezone(ZoneInfo(zone)).date() if self.kind is MilestoneKind.SUBMISSION else earliest_today(now))


@dataclass(frozen=True)
class Clash:
    """A sentence about milestones that do not go together: `kinds` are those by which it came about, `mend` where one would change it."""

    sentence: str
    kinds: frozenset[MilestoneKind]
    mend: MilestoneKind


def comments_key(circulation: str) -> str:
    """The key of the day on which comments are due for this sending out."""
    return f"{MilestoneKind.COMMENTS}-{circulation}"


def joining_key(addendum: str) -> str:
    """The key of the deadline of this addendum, which is announced and never moved."""
    return f"{MilestoneKind.JOINING}-{addendum}"


def in_order(milestones: Iterable[Milestone], zone: str) -> list[Milestone]:
    """By the clock of the zone, and last those of which no day is known."""
    return sorted(milestones, key=lambda one: _place(one, zone))


def _place(one: Milestone, zone: str) -> tuple[date, time, str]:
    clock = one.at.astimezone(ZoneInfo(zone)).time() if one.at else _OF_DAY.get(one.kind, time.max)
    return one.day_in(zone) or date.max, clock, one.key


def left_of(one: Milestone, zone: str, *, now: datetime) -> str:
    """“6 days 4 hours left”, “12 days left”, “today”, “passed”; empty where no day is known."""
    if one.at is not None:
        left = time_left(one.at, now=now)
        return left if left == "passed" else f"{left} left"
    if one.day is None:
        return ""
    if one.kind is MilestoneKind.WINDOW:
        return left_phrase(one.day, now=now)
    days = (one.day - now.astimezone(ZoneInfo(zone)).date()).days
    return "passed" if days < 0 else "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} left"


def judge(milestones: Sequence[Milestone], zone: str, *, now: datetime) -> list[Clash]:
    """What does not go together, each once, the gravest first: what lies beyond a journal’s window can never be sent."""
    live = [one for one in milestones if not one.is_done]
    found = [
        *_windows(live, zone, now=now),
        *_deadline(live, now=now),
        *_submission(live, zone, now=now),
        *_before_the_deadline(live, zone),
    ]
    return list(dict.fromkeys(found))


def _of(kind: MilestoneKind, milestones: Iterable[Milestone]) -> list[Milestone]:
    return [one for one in milestones if one.kind is kind]


def _the(kind: MilestoneKind, milestones: Iterable[Milestone]) -> Milestone | None:
    return next(iter(_of(kind, milestones)), None)


def _windows(live: Sequence[Milestone], zone: str, *, now: datetime) -> Iterator[Clash]:
    deadline, submission = _the(MilestoneKind.DEADLINE, live), _the(MilestoneKind.SUBMISSION, live)
    for window in _of(MilestoneKind.WINDOW, live):
        if window.day is None:
            continue
        ends = show_date(window.day)
        if days_left(window.day, now=now) < 0:
            sentence = f"The window of {window.of} {left_phrase(window.day, now=now)}."
            yield Clash(sentence, frozenset({MilestoneKind.WINDOW}), MilestoneKind.WINDOW)
            continue
        if deadline and deadline.at and (words := _too_late(deadline.at, window.day)):
            sentence = f"Sign-on closes on {show_instant(deadline.at, zone)}, and the window of {window.of} {words.format(ends)}"
            yield Clash(sentence, frozenset({MilestoneKind.DEADLINE, MilestoneKind.WINDOW}), MilestoneKind.DEADLINE)
        if submission and submission.day and submission.day > window.day:
            planned = show_date(submission.day)
            sentence = f"The letter is to be submitted on {planned}, and the window of {window.of} ends before that, on {ends}."
            yield Clash(sentence, frozenset({MilestoneKind.SUBMISSION, MilestoneKind.WINDOW}), MilestoneKind.SUBMISSION)


def _too_late(deadline: datetime, end: date) -> str:
    """How a deadline stands to the last day of a window by the journal’s own clock, which may be any; empty where it is in time."""
    if end < earliest_today(deadline):
        return "ends before that, on {}."
    if end < latest_today(deadline):
        return "may have ended by then: its last day is {}, by the journal’s own clock."
    if end == latest_today(deadline):
        return "ends on {}: hardly time to send the letter."
    return ""


def _deadline(live: Sequence[Milestone], *, now: datetime) -> Iterator[Clash]:
    deadline = _the(MilestoneKind.DEADLINE, live)
    if deadline and deadline.at and now >= deadline.at:
        yield Clash("The sign-on deadline has passed: set a later one.", frozenset({MilestoneKind.DEADLINE}), MilestoneKind.DEADLINE)


def _submission(live: Sequence[Milestone], zone: str, *, now: datetime) -> Iterator[Clash]:
    deadline, submission = _the(MilestoneKind.DEADLINE, live), _the(MilestoneKind.SUBMISSION, live)
    if submission is None or submission.day is None:
        return
    planned = show_date(submission.day)
    if submission.has_passed(zone, now=now):
        sentence = f"The letter was to be submitted on {planned}, and has not been."
        yield Clash(sentence, frozenset({MilestoneKind.SUBMISSION}), MilestoneKind.SUBMISSION)
    elif deadline and deadline.at and submission.day < deadline.at.astimezone(ZoneInfo(zone)).date():
        sentence = (
            f"The letter is to be submitted on {planned}, and sign-on is still open then: it closes on {show_instant(deadline.at, zone)}."
        )
        yield Clash(sentence, frozenset({MilestoneKind.DEADLINE, MilestoneKind.SUBMISSION}), MilestoneKind.SUBMISSION)


def _before_the_deadline(live: Sequence[Milestone], zone: str) -> Iterator[Clash]:
    """Comments and boards, which are of use only before sign-on closes."""
    deadline = _the(MilestoneKind.DEADLINE, live)
    if deadline is None or deadline.at is None:
        return
    for one in _of(MilestoneKind.COMMENTS, live):
        if one.at and one.at > deadline.at:
            late = f"Comments are taken until {show_instant(one.at, zone)}"
            sentence = f"{late}, and sign-on closes before that, on {show_instant(deadline.at, zone)}."
            yield Clash(sentence, frozenset({MilestoneKind.COMMENTS, MilestoneKind.DEADLINE}), MilestoneKind.DEADLINE)
    closes_on = deadline.at.astimezone(ZoneInfo(zone)).date()
    late_boards = [one for one in _of(MilestoneKind.BOARD, live) if one.day and one.day > closes_on]
    if late_boards:
        yield Clash(_boards(late_boards), frozenset({MilestoneKind.BOARD, MilestoneKind.DEADLINE}), MilestoneKind.DEADLINE)


def _boards(late: Sequence[Milestone]) -> str:
    named = "; ".join(f"{one.of}, on {show_date(one.day)}" for one in late[:_MOST_NAMED] if one.day)
    if len(late) == 1:
        return f"A board meets after sign-on closes: {named}."
    return f"{len(late)} boards meet after sign-on closes: {named}{' …' if len(late) > _MOST_NAMED else '.'}"
