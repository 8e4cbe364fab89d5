"""The window in which a journal takes a letter: counted in whole days, from a day that a person sets, by the journal's clock."""

import calendar
from datetime import date, datetime, timedelta

from webapp.domain.deadline import earliest_today, latest_today, show_date
from webapp.domain.errors import InvalidInput
from webapp.domain.venue import Window

# Journals rarely name a zone, and some count from print and some from the web: the end is a day, never an instant.
WARNING = "The journal’s own clock and calendar decide. Send it some days before."
_LONGEST_AHEAD = timedelta(days=366)
_FIRST_YEAR = 1990


def window_end(window: Window, starts_on: date) -> date | None:
    """The last day on which a letter is in time; None where the journal takes it at any time.

    Days are added to the day of the event. A month ends on the same day of the month, or on its last where it has no such day.
    """
    if not window.has_end:
        return None
    return _months_after(starts_on, window.months or 0) + timedelta(days=window.days or 0)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def length_phrase(window: Window) -> str:
    """“6 months”, “1 month and 14 days”; empty where the journal takes it at any time."""
    parts = ((window.months, "month"), (window.days, "day"))
    return " and ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number)


def days_left(end: date, *, now: datetime) -> int:
    """The days after today up to the end, where it is latest on earth: never more than the journal itself would say."""
    return (end - latest_today(now)).days


def left_phrase(end: date, *, now: datetime) -> str:
    """“12 days left”, “1 day left”, “ends today”, “has ended, or ends within hours”, “ended on 14 March 2026”."""
    left = days_left(end, now=now)
    if left > 0:
        return f"{left} day{'' if left == 1 else 's'} left"
    if left == 0:
        return "ends today"
    return "has ended, or ends within hours" if earliest_today(now) <= end else f"ended on {show_date(end)}"


def check_start(day: date, *, now: datetime) -> date:
    """The day on which a window starts; InvalidInput for one that can only be a slip of the keys."""
    if day.year < _FIRST_YEAR:
        raise InvalidInput(f"Give a day from {_FIRST_YEAR} on: the day on which the article came out.", field="window_starts_on")
    if day > latest_today(now) + _LONGEST_AHEAD:
        raise InvalidInput("That day lies more than a year ahead. Look at the year once more.", field="window_starts_on")
    return day
