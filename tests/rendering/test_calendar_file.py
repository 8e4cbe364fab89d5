"""A calendar file is what the standard asks for, whatever was typed: read back by the library and by a reader of our own."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tests.calendar_reader import Component, events_of, read_calendar
from tests.hostile_names import PIECES
from webapp.rendering import calendar_file as module
from webapp.rendering.calendar_file import CalendarEvent, calendar_file

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
CLOSES = datetime(2026, 3, 14, 16, 0, tzinfo=UTC)
ONE = CalendarEvent("5b5c", 3, "Sign-on deadline: The quiet hour", "14 March 2026, 17:00 Europe/Berlin (16:00 UTC).\nIt is led.", CLOSES)

PAYLOADS = [
    "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil",
    "a\nATTENDEE:mailto:evil@example.org",
    "a\rATTACH:https://evil.example.org/",
    "a\\nDESCRIPTION:evil",
    "a\\",
    "a;b,c:d\"e'f",
    "a\x00b\x07c\x7fd",
    "a\x0bURL:https://evil.example.org/",
    "a\x0cX:y\x1cX:y\x1dX:y\x1eX:y",
    "a\x85X:y\u2028X:y\u2029X:y",
    "\ttab\t",
    " folded\r\n line",
    "x" * 10_000,
    "安" * 500,
    "é" * 37 + "e\u0301" * 100,
    "\U0001f469\u200d\U0001f52c" * 60,
    "a\u202eb",
    "=?utf-8?q?x=0AX=3Ay?=",
    "{{ 7 * 7 }} {% raw %} ${x} %s",
    "",
]


def only(content: bytes) -> Component:
    [found] = events_of(content).values()
    return found


def library(content: bytes) -> Component:
    """The same event, as the library reads it."""
    [event] = Calendar.from_ical(content).walk("VEVENT")
    return event


def seen(typed: str) -> str:
    """As it may be read again: what breaks lines is a space, and the library takes a byte order mark away wherever it stands."""
    typed = typed.replace("\ufeff", "")
    return " ".join("".join(" " if ord(one) < 32 or one in "\x7f\x85\u2028\u2029" else one for one in typed).split())


@pytest.mark.parametrize("typed", [*PAYLOADS, *PIECES], ids=lambda one: repr(one)[:40])
def test_r20_nothing_typed_adds_a_line_to_a_calendar(typed: str) -> None:
    content = calendar_file([replace(ONE, summary=typed, description=f"{typed}\nIt is led.")], now=NOW)
    for text in (only(content).text, lambda name: str(library(content)[name])):
        assert seen(text("SUMMARY")) == seen(typed)
        assert " ".join(text("DESCRIPTION").split("\n")[-1].split()) == "It is led."
    assert only(content).properties.keys() == only(calendar_file([ONE], now=NOW)).properties.keys()


def test_r20_reader_of_the_test_catches_a_line_that_was_smuggled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: as if what was typed went into the file as it is."""
    monkeypatch.setattr(module, "_plain", lambda typed: typed)
    with pytest.raises(AssertionError, match="control characters"):
        read_calendar(calendar_file([replace(ONE, summary="a\x0bURL:https://evil.example.org/")], now=NOW))


def test_instant_is_in_utc_without_length_and_makes_nobody_busy() -> None:
    event = only(calendar_file([ONE], now=NOW))
    assert event.start == CLOSES
    assert not {"DTEND", "DURATION", "ORGANIZER", "ATTENDEE", "URL", "ATTACH", "LOCATION"} & event.properties.keys()
    assert (event.properties["TRANSP"], event.properties["CLASS"], event.properties["STATUS"]) == ("TRANSPARENT", "PRIVATE", "CONFIRMED")


def test_instant_of_another_zone_is_written_in_utc() -> None:
    shifted = CLOSES.astimezone(ZoneInfo("Pacific/Auckland"))
    assert only(calendar_file([replace(ONE, start=shifted)], now=NOW)).start == CLOSES


def test_day_is_an_event_of_the_whole_day() -> None:
    event = only(calendar_file([replace(ONE, start=date(2026, 3, 18))], now=NOW))
    assert (event.start, event.parameters["DTSTART"]) == (date(2026, 3, 18), "VALUE=DATE")


def test_file_is_stamped_by_the_clock_in_whole_seconds() -> None:
    assert only(calendar_file([ONE], now=NOW)).properties["DTSTAMP"] == "20260302T090000Z"


def test_alarm_is_shown_a_day_before() -> None:
    [alarm] = only(calendar_file([ONE], now=NOW)).inside
    assert alarm.name == "VALARM"
    assert alarm.properties == {"ACTION": "DISPLAY", "DESCRIPTION": ONE.summary, "TRIGGER": "-P1D"}


def test_cancelled_event_says_so_and_rings_no_more() -> None:
    event = only(calendar_file([replace(ONE, is_cancelled=True)], now=NOW))
    assert (event.properties["STATUS"], event.inside) == ("CANCELLED", [])


def test_several_events_keep_their_order_and_their_identities() -> None:
    later = replace(ONE, uid="77aa", start=CLOSES + timedelta(days=1))
    assert list(events_of(calendar_file([ONE, later], now=NOW))) == ["5b5c", "77aa"]


def test_file_of_nothing_can_be_read() -> None:
    assert read_calendar(calendar_file([], now=NOW)).inside == []
