"""The window of a journal: whole days from the day that a person sets, never more of them than the journal would say."""

from datetime import UTC, date, datetime

import pytest

from webapp.domain.errors import InvalidInput
from webapp.domain.venue import Window
from webapp.domain.window import check_start, days_left, left_phrase, window_end

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "starts_on", "end"),
    [
        pytest.param(Window("publication", days=21), date(2026, 2, 26), date(2026, 3, 19), id="three weeks from a Thursday end on one"),
        pytest.param(Window("publication", days=0), date(2026, 2, 26), date(2026, 2, 26), id="the same day"),
        pytest.param(Window("publication", months=6), date(2026, 3, 9), date(2026, 9, 9), id="six months are not 183 days"),
        pytest.param(Window("publication", months=1), date(2026, 1, 31), date(2026, 2, 28), id="a month that has no such day"),
        pytest.param(Window("publication", months=1), date(2028, 1, 31), date(2028, 2, 29), id="a leap year"),
        pytest.param(Window("publication", months=3), date(2025, 12, 1), date(2026, 3, 1), id="over the end of a year"),
        pytest.param(Window("publication"), date(2026, 3, 9), None, id="a journal that takes letters at any time"),
    ],
)
def test_window_ends_on_a_day(window: Window, starts_on: date, end: date | None) -> None:
    assert window_end(window, starts_on) == end


@pytest.mark.parametrize(
    ("end", "phrase"),
    [
        (date(2026, 3, 22), "12 days left"),
        (date(2026, 3, 11), "1 day left"),
        (date(2026, 3, 10), "ends today"),
        (date(2026, 3, 9), "has ended, or ends within hours"),
        (date(2026, 3, 8), "ended on 8 March 2026"),
    ],
)
def test_days_left_are_those_of_the_place_where_it_is_latest(end: date, phrase: str) -> None:
    # At noon UTC it is the tenth in Kiritimati already, and still the ninth on Baker Island.
    assert left_phrase(end, now=NOON) == phrase


def test_nobody_is_promised_more_days_than_their_own_calendar_has() -> None:
    for hour in range(24):
        now = NOON.replace(hour=hour)
        assert days_left(date(2026, 3, 20), now=now) <= (date(2026, 3, 20) - now.date()).days


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(1995, 1, 1), date(2027, 3, 1)])
def test_honest_start_is_taken(day: date) -> None:
    assert check_start(day, now=NOON) == day


@pytest.mark.parametrize("day", [date(206, 3, 9), date(1989, 12, 31), date(2028, 3, 9), date(9999, 12, 31)])
def test_start_that_can_only_be_a_slip_is_refused(day: date) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_start(day, now=NOON)
    assert refusal.value.field == "window_starts_on"
