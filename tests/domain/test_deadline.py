"""Deadlines where clocks change: no local time that is skipped or shown twice, and one instant for all (R10)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain import deadline
from webapp.domain.answer import is_in_time
from webapp.domain.deadline import UnclearTime, instant_from_local, is_zone, show_date, show_instant, time_left, wall_clock_of
from webapp.domain.errors import InvalidInput

BERLIN, NEW_YORK, AUCKLAND = "Europe/Berlin", "America/New_York", "Pacific/Auckland"
LORD_HOWE, KATHMANDU = "Australia/Lord_Howe", "Asia/Kathmandu"
ZONES = [BERLIN, NEW_YORK, AUCKLAND, LORD_HOWE, KATHMANDU]
SKIPPED, TWICE = "skip", "twice"

# Read off the rules of each zone, not off zoneinfo: what the wall shows, and the instant that it means.
CLOCK_CHANGES = [
    (BERLIN, "2026-03-29 01:59", "2026-03-29 00:59"),
    (BERLIN, "2026-03-29 02:00", SKIPPED),
    (BERLIN, "2026-03-29 02:30", SKIPPED),
    (BERLIN, "2026-03-29 03:00", "2026-03-29 01:00"),
    (BERLIN, "2026-10-25 01:59", "2026-10-24 23:59"),
    (BERLIN, "2026-10-25 02:00", TWICE),
    (BERLIN, "2026-10-25 02:59", TWICE),
    (BERLIN, "2026-10-25 03:00", "2026-10-25 02:00"),
    (NEW_YORK, "2026-03-08 01:59", "2026-03-08 06:59"),
    (NEW_YORK, "2026-03-08 02:00", SKIPPED),
    (NEW_YORK, "2026-03-08 02:59", SKIPPED),
    (NEW_YORK, "2026-03-08 03:00", "2026-03-08 07:00"),
    (NEW_YORK, "2026-11-01 00:59", "2026-11-01 04:59"),
    (NEW_YORK, "2026-11-01 01:00", TWICE),
    (NEW_YORK, "2026-11-01 01:59", TWICE),
    (NEW_YORK, "2026-11-01 02:00", "2026-11-01 07:00"),
    (AUCKLAND, "2026-04-05 01:59", "2026-04-04 12:59"),
    (AUCKLAND, "2026-04-05 02:00", TWICE),
    (AUCKLAND, "2026-04-05 02:59", TWICE),
    (AUCKLAND, "2026-04-05 03:00", "2026-04-04 15:00"),
    (AUCKLAND, "2026-09-27 01:59", "2026-09-26 13:59"),
    (AUCKLAND, "2026-09-27 02:00", SKIPPED),
    (AUCKLAND, "2026-09-27 02:59", SKIPPED),
    (AUCKLAND, "2026-09-27 03:00", "2026-09-26 14:00"),
    (LORD_HOWE, "2026-04-05 01:29", "2026-04-04 14:29"),
    (LORD_HOWE, "2026-04-05 01:30", TWICE),
    (LORD_HOWE, "2026-04-05 01:59", TWICE),
    (LORD_HOWE, "2026-04-05 02:00", "2026-04-04 15:30"),
    (LORD_HOWE, "2026-10-04 01:59", "2026-10-03 15:29"),
    (LORD_HOWE, "2026-10-04 02:00", SKIPPED),
    (LORD_HOWE, "2026-10-04 02:29", SKIPPED),
    (LORD_HOWE, "2026-10-04 02:30", "2026-10-03 15:30"),
    (KATHMANDU, "2026-01-01 00:00", "2025-12-31 18:15"),
    (KATHMANDU, "2026-01-01 05:44", "2025-12-31 23:59"),
    (KATHMANDU, "2026-01-01 05:45", "2026-01-01 00:00"),
    (KATHMANDU, "2026-03-29 02:30", "2026-03-28 20:45"),
    (KATHMANDU, "2026-04-05 01:30", "2026-04-04 19:45"),
    (KATHMANDU, "2026-10-25 02:30", "2026-10-24 20:45"),
    (KATHMANDU, "2026-12-31 23:59", "2026-12-31 18:14"),
    (KATHMANDU, "2028-02-29 12:00", "2028-02-29 06:15"),
]


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def at(text: str) -> datetime:
    return wall(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("zone", "shown", "meant"), CLOCK_CHANGES, ids=[f"R10 {z} {w} is {m}" for z, w, m in CLOCK_CHANGES])
def test_r10_a_wall_clock_means_one_instant_or_is_refused(zone: str, shown: str, meant: str) -> None:
    typed = wall(shown)
    if meant in (SKIPPED, TWICE):
        with pytest.raises(UnclearTime, match=f"In {zone} the clocks .*{meant}") as refused:
            instant_from_local(typed, zone, field="until")
        assert refused.value.field == "until"
    else:
        assert instant_from_local(typed, zone) == at(meant)


# What may be meant where the clocks change: as it is read, and the instant.
READINGS = [
    (
        BERLIN,
        "2026-10-25 02:30",
        ("25 October 2026, 02:30, UTC+02:00", "2026-10-25 00:30"),
        ("25 October 2026, 02:30, UTC+01:00", "2026-10-25 01:30"),
    ),
    (
        BERLIN,
        "2026-03-29 02:30",
        ("29 March 2026, 01:59, UTC+01:00", "2026-03-29 00:59"),
        ("29 March 2026, 03:00, UTC+02:00", "2026-03-29 01:00"),
    ),
    (
        NEW_YORK,
        "2026-11-01 01:00",
        ("1 November 2026, 01:00, UTC−04:00", "2026-11-01 05:00"),
        ("1 November 2026, 01:00, UTC−05:00", "2026-11-01 06:00"),
    ),
    (
        NEW_YORK,
        "2026-03-08 02:59:59",
        ("8 March 2026, 01:59, UTC−05:00", "2026-03-08 06:59"),
        ("8 March 2026, 03:00, UTC−04:00", "2026-03-08 07:00"),
    ),
    (
        AUCKLAND,
        "2026-04-05 02:59",
        ("5 April 2026, 02:59, UTC+13:00", "2026-04-04 13:59"),
        ("5 April 2026, 02:59, UTC+12:00", "2026-04-04 14:59"),
    ),
    (
        AUCKLAND,
        "2026-09-27 02:00",
        ("27 September 2026, 01:59, UTC+12:00", "2026-09-26 13:59"),
        ("27 September 2026, 03:00, UTC+13:00", "2026-09-26 14:00"),
    ),
    (
        LORD_HOWE,
        "2026-04-05 01:45",
        ("5 April 2026, 01:45, UTC+11:00", "2026-04-04 14:45"),
        ("5 April 2026, 01:45, UTC+10:30", "2026-04-04 15:15"),
    ),
    (
        LORD_HOWE,
        "2026-10-04 02:10",
        ("4 October 2026, 01:59, UTC+10:30", "2026-10-03 15:29"),
        ("4 October 2026, 02:30, UTC+11:00", "2026-10-03 15:30"),
    ),
    (
        "Pacific/Apia",
        "2011-12-30 12:00",
        ("29 December 2011, 23:59, UTC−10:00", "2011-12-30 09:59"),
        ("31 December 2011, 00:00, UTC+14:00", "2011-12-30 10:00"),
    ),
]


@pytest.mark.parametrize(("zone", "typed", "earlier", "later"), READINGS, ids=[f"{row[0]} {row[1]}" for row in READINGS])
def test_f11_unclear_time_comes_with_the_two_moments_that_may_be_meant(
    zone: str, typed: str, earlier: tuple[str, str], later: tuple[str, str]
) -> None:
    with pytest.raises(UnclearTime) as unclear:
        instant_from_local(wall(typed), zone)
    assert [str(one) for one in unclear.value.readings] == [earlier[0], later[0]]
    for one, (_words, instant) in zip(unclear.value.readings, (earlier, later), strict=True):
        assert instant_from_local(one.shown, zone) == at(instant)
        assert instant_from_local(datetime.fromisoformat(one.value), zone) == at(instant)
        assert one.utc.endswith(f"{instant[-5:]} UTC")


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        pytest.param("2026-10-25T02:30:00+02:00", KATHMANDU, id="chosen in another zone"),
        pytest.param("2026-10-25T02:30:00+03:00", BERLIN, id="a distance that the zone never has"),
        pytest.param("2026-03-29T02:30:00+01:00", BERLIN, id="the hour that is skipped, said to be winter"),
        pytest.param("2026-03-29T02:30:00+02:00", BERLIN, id="the hour that is skipped, said to be summer"),
    ],
)
def test_f11_time_that_the_clocks_never_show_so_is_not_chosen(typed: str, zone: str) -> None:
    with pytest.raises(InvalidInput, match="never show that time so") as refused:
        instant_from_local(datetime.fromisoformat(typed), zone)
    assert not isinstance(refused.value, UnclearTime)


@pytest.mark.parametrize("zone", ["", "Berlin", "CEST", "Mars/Olympus_Mons", "../etc/passwd", "Europe/Berlin\n", "europe/berlin "])
def test_unknown_zone_is_refused(zone: str) -> None:
    assert not is_zone(zone)
    with pytest.raises(InvalidInput) as refused:
        instant_from_local(wall("2026-03-14 12:00"), zone)
    assert refused.value.field == "deadline_zone"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("9999-12-31 23:59", NEW_YORK), ("9999-12-31 12:00", BERLIN), ("9001-01-01 00:00", BERLIN), ("0001-01-01 00:00", BERLIN)],
    ids=["after the last year", "on its last day", "so late that days after it could not be reckoned", "before the first"],
)
def test_time_beyond_the_calendar_is_refused(typed: str, zone: str) -> None:
    with pytest.raises(InvalidInput):
        instant_from_local(wall(typed), zone)


def instants_that_show(typed: datetime, zone: str) -> set[datetime]:
    """By trying every offset that clocks on Earth have, in quarters of an hour."""
    candidates = (typed.replace(tzinfo=UTC) - timedelta(minutes=15 * quarter) for quarter in range(-48, 57))
    return {instant for instant in candidates if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == typed}


NEAR_A_CHANGE = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-09-27", "2026-10-04", "2026-10-25", "2026-11-01"]


@settings(deadline=None, max_examples=120)
@given(zone=st.sampled_from(ZONES), day=st.sampled_from(NEAR_A_CHANGE), minutes=st.integers(0, 240))
def test_r10_a_time_is_taken_exactly_where_one_instant_shows_it(zone: str, day: str, minutes: int) -> None:
    typed = wall(day) + timedelta(minutes=minutes)
    showing = instants_that_show(typed, zone)
    if len(showing) == 1:
        assert {instant_from_local(typed, zone)} == showing
        assert wall_clock_of(instant_from_local(typed, zone), zone) == typed
    else:
        with pytest.raises(InvalidInput):
            instant_from_local(typed, zone)


@pytest.mark.parametrize(
    ("instant", "zone", "shown"),
    [
        pytest.param("2026-03-14 11:00", BERLIN, "14 March 2026, 12:00 Europe/Berlin (11:00 UTC)", id="R10 zone and UTC are both shown"),
        pytest.param("2026-07-14 10:00", BERLIN, "14 July 2026, 12:00 Europe/Berlin (10:00 UTC)", id="R10 summer time is minded"),
        pytest.param(
            "2026-12-31 18:14", KATHMANDU, "31 December 2026, 23:59 Asia/Kathmandu (18:14 UTC)", id="R10 quarters of an hour are minded"
        ),
        pytest.param(
            "2026-09-26 14:00",
            AUCKLAND,
            "27 September 2026, 03:00 Pacific/Auckland (26 September 2026, 14:00 UTC)",
            id="R10 another day in UTC is named",
        ),
        pytest.param("2026-03-14 22:59:59", BERLIN, "14 March 2026, 23:59:59 Europe/Berlin (22:59:59 UTC)", id="R10 seconds are shown"),
    ],
)
def test_r10_instant_is_shown_in_its_zone_and_in_utc(instant: str, zone: str, shown: str) -> None:
    assert str(show_instant(at(instant), zone)) == shown


@pytest.mark.parametrize("zone", ZONES)
def test_r10_machine_readable_instant_is_the_same_in_every_zone(zone: str) -> None:
    assert show_instant(at("2026-03-14 11:00"), zone).iso == "2026-03-14T11:00:00+00:00"


def test_date_is_shown_without_a_locale() -> None:
    names = "January February March April May June July August September October November December"
    assert [show_date(date(2026, month, 1)) for month in range(1, 13)] == [f"1 {name} 2026" for name in names.split(" ")]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        pytest.param({"days": -3}, "passed", id="long after"),
        pytest.param({"microseconds": -1}, "passed", id="just after"),
        pytest.param({}, "passed", id="R9 at the deadline it has passed"),
        pytest.param({"microseconds": 1}, "less than a minute", id="just before"),
        pytest.param({"seconds": 59.999}, "less than a minute", id="not quite a minute"),
        pytest.param({"seconds": 60}, "1 minute", id="a minute"),
        pytest.param({"seconds": 119}, "1 minute", id="a minute is never rounded up"),
        pytest.param({"minutes": 59, "seconds": 59}, "59 minutes", id="not quite an hour"),
        pytest.param({"hours": 1}, "1 hour", id="an hour"),
        pytest.param({"hours": 3, "minutes": 12}, "3 hours 12 minutes", id="hours and minutes"),
        pytest.param({"hours": 23, "minutes": 59, "seconds": 59}, "23 hours 59 minutes", id="not quite a day"),
        pytest.param({"days": 1}, "1 day", id="a day"),
        pytest.param({"days": 1, "minutes": 59}, "1 day", id="minutes are not said beside days"),
        pytest.param({"days": 6, "hours": 4, "minutes": 30}, "6 days 4 hours", id="days and hours"),
        pytest.param({"days": 400, "hours": 1}, "400 days 1 hour", id="more than a year"),
    ],
)
def test_time_left_is_said_in_words(left: dict[str, float], words: str) -> None:
    deadline = at("2026-03-14 12:00")
    assert time_left(deadline, now=deadline - timedelta(**left)) == words


def test_time_left_counts_hours_that_pass_and_not_those_on_the_wall() -> None:
    deadline = instant_from_local(wall("2026-03-29 12:00"), BERLIN)
    noon_before = instant_from_local(wall("2026-03-28 12:00"), BERLIN)
    assert time_left(deadline, now=noon_before) == "23 hours"


def test_r10_instant_announced_in_utc_is_not_said_twice() -> None:
    assert str(show_instant(datetime(2026, 3, 14, 16, 0, tzinfo=UTC), "UTC")) == "14 March 2026, 16:00 UTC"


def test_f11_instant_never_moves_when_the_rules_of_its_zone_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A country may move its clocks between announcement and deadline: the wall shows another time, the instant decides as it did."""
    announced = instant_from_local(wall("2026-07-14 12:00"), BERLIN)
    # As if an update of the zone data had given Berlin the clocks of Kathmandu.
    monkeypatch.setattr(deadline, "ZoneInfo", lambda _zone: ZoneInfo(KATHMANDU))
    shown = show_instant(announced, BERLIN)
    assert shown.local == "14 July 2026, 15:45 Europe/Berlin"
    assert (shown.utc, shown.iso) == ("10:00 UTC", "2026-07-14T10:00:00+00:00")
    assert is_in_time(announced - timedelta(microseconds=1), announced)
    assert not is_in_time(announced, announced)
    assert time_left(announced, now=at("2026-07-14 09:00")) == "1 hour"


@pytest.mark.parametrize("zone", ZONES)
def test_f11_what_is_shown_in_a_zone_and_what_is_stored_are_one_instant(zone: str) -> None:
    """Over a year and every half hour around its changes, the wall clock in the form gives back the instant that it was made from."""
    for day in [*NEAR_A_CHANGE, "2026-01-01", "2026-12-31"]:
        for half_hour in range(48):
            instant = at(day) + timedelta(minutes=30 * half_hour)
            assert instant_from_local(wall_clock_of(instant, zone), zone) == instant
