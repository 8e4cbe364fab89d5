"""Moments and days as a calendar file (RFC 5545), for whatever calendar a person keeps."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

_PROGRAM = "-//Undersigned//Milestones//EN"
_AHEAD = timedelta(days=-1)
# Readers break lines at these, whatever the standard says, and none of them can be written in a calendar.
_BREAKING = {"Cc", "Zl", "Zp"}


@dataclass(frozen=True)
class CalendarEvent:
    """A milestone as a calendar keeps it. `uid` stays, `sequence` grows when it moves: the newer file takes the older one’s place.

    A day is an event of the whole day, an instant one without length; neither makes anybody busy.
    """

    uid: str
    sequence: int
    summary: str
    description: str
    start: date | datetime
    is_cancelled: bool = False


def calendar_file(events: Iterable[CalendarEvent], *, now: datetime) -> bytes:
    """The file, in UTC, with an alarm a day before each event that is not cancelled.

    It names no METHOD: with one, iTIP (RFC 5546) wants the address of an organiser, and no address stands in a file (R19).
    """
    calendar = Calendar()
    calendar.add("prodid", _PROGRAM)
    calendar.add("version", "2.0")
    for one in events:
        calendar.add_component(_event(one, now=now))
    content: bytes = calendar.to_ical()
    return content


def _event(one: CalendarEvent, *, now: datetime) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", one.start.astimezone(UTC) if isinstance(one.start, datetime) else one.start)
    event.add("sequence", one.sequence)
    event.add("summary", _plain(one.summary))
    event.add("description", "\n".join(_plain(line) for line in one.description.split("\n")))
    event.add("status", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    # What societies are asked to sign is confidential until it is published, and calendars are shared.
    event.add("class", "PRIVATE")
    if not one.is_cancelled:
        event.add_component(_alarm(one))
    return event


def _alarm(one: CalendarEvent) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _plain(one.summary))
    alarm.add("trigger", _AHEAD)
    return alarm


def _plain(typed: str) -> str:
    return " ".join("".join(" " if unicodedata.category(one) in _BREAKING else one for one in typed).split())
