"""Deadlines are instants with the zone in which they were announced (R10)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from webapp.domain.errors import InvalidInput

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# The calendar ends with the year 9999, and what is reckoned from a deadline, in whatever zone, must still lie within it.
_LAST_YEAR = 9000


@dataclass(frozen=True)
class ShownInstant:
    """An instant as every page, mail and document shows it: in the announced zone and in UTC."""

    iso: str
    local: str
    utc: str

    def __str__(self) -> str:
        return f"{self.local} ({self.utc})" if self.needs_utc else self.local

    @property
    def needs_utc(self) -> bool:
        """Whether UTC says more than the announced zone, which may be UTC itself."""
        return not self.local.endswith(self.utc)


def is_zone(name: str) -> bool:
    """Whether the name is an IANA time zone that this machine knows and that means the same on every machine."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"Factory", "localtime"}


def iso_utc(instant: datetime) -> str:
    """“2026-03-14T16:00:00Z”, as RFC 3339 writes it."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def show_date(day: date) -> str:
    """“14 March 2026”: no locale, so that every process shows the same."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def latest_today(now: datetime) -> date:
    """The latest day that it is anywhere on earth: only what lies after it is in the future for everybody."""
    return (now.astimezone(UTC) + timedelta(hours=14)).date()


def earliest_today(now: datetime) -> date:
    """The earliest day that it still is anywhere on earth: only what lies before it has passed for everybody."""
    return (now.astimezone(UTC) - timedelta(hours=12)).date()


def today_in(zone: str, *, now: datetime) -> date:
    """The day that people in this zone read on their calendar."""
    return now.astimezone(ZoneInfo(zone)).date()


def show_instant(instant: datetime, zone: str) -> ShownInstant:
    """The instant in its zone and in UTC; seconds only where there are any."""
    local, utc = instant.astimezone(ZoneInfo(zone)), instant.astimezone(UTC)
    clock = "%H:%M:%S" if local.second else "%H:%M"
    utc_day = "" if local.date() == utc.date() else f"{show_date(utc.date())}, "
    return ShownInstant(
        iso=utc.isoformat(timespec="seconds"),
        local=f"{show_date(local.date())}, {local.strftime(clock)} {zone}",
        utc=f"{utc_day}{utc.strftime(clock)} UTC",
    )


@dataclass(frozen=True)
class Reading:
    """One moment that a wall clock may have been meant for: what the clocks show, how far they are from UTC, and which instant that is."""

    shown: datetime
    """With its own fixed distance from UTC, so that it means one instant whatever is said of the zone."""

    def __str__(self) -> str:
        return f"{show_date(self.shown.date())}, {self.shown:{_clock(self.shown)}}, {offset_words(self.shown)}"

    @property
    def value(self) -> str:
        """As a form sends it: “2026-10-25T02:30:00+01:00”."""
        return self.shown.isoformat()

    @property
    def utc(self) -> str:
        """“00:30 UTC”, with its day where that is another."""
        utc = self.shown.astimezone(UTC)
        day = "" if utc.date() == self.shown.date() else f"{show_date(utc.date())}, "
        return f"{day}{utc:{_clock(utc)}} UTC"


class UnclearTime(InvalidInput):
    """The clocks of the zone skip this time, or show it twice: `readings` are the two moments that may be meant, the earlier first."""

    def __init__(self, sentence: str, readings: tuple[Reading, Reading], field: str) -> None:
        super().__init__(sentence, field=field)
        self.readings = readings


def instant_from_local(typed: datetime, zone: str, *, field: str = "deadline_local") -> datetime:
    """The instant (UTC) that a wall clock in the zone shows; a time that says its distance from UTC itself must be one that is shown there.

    Raises UnclearTime for a time that the zone’s clocks skip, or show twice, when they change: a deadline must not be open to argument.
    """
    if not is_zone(zone):
        raise InvalidInput("Choose a time zone from the list, such as Europe/Berlin.", field="deadline_zone")
    if typed.year > _LAST_YEAR:
        raise InvalidInput("Choose a date within the next years.", field=field)
    place = ZoneInfo(zone)
    try:
        if typed.tzinfo is not None:
            return _as_said(typed, place, field)
        first, second = (typed.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
        is_skipped = first.astimezone(place).replace(tzinfo=None) != typed
    except OverflowError as error:
        raise InvalidInput("Choose a date within the next years.", field=field) from error
    if is_skipped:
        sentence = f"In {zone} the clocks skip {typed:%H:%M} on that day. Choose one of the times nearest to it, or type another."
        raise UnclearTime(sentence, _around_the_gap(second, first, place), field)
    if first != second:
        sentence = f"In {zone} the clocks show {typed:%H:%M} twice on that day. Choose which of them you mean, or type another time."
        raise UnclearTime(sentence, (_reading(first, place), _reading(second, place)), field)
    return first


def _as_said(typed: datetime, place: ZoneInfo, field: str) -> datetime:
    instant = typed.astimezone(UTC)
    if instant.astimezone(place).utcoffset() != typed.utcoffset():
        # The zone was changed after the choice was made, or somebody made the request by hand.
        raise InvalidInput(f"In {place.key} the clocks never show that time so. Type day and time once more.", field=field)
    return instant


def _reading(instant: datetime, place: ZoneInfo) -> Reading:
    local = instant.astimezone(place)
    return Reading(local.replace(tzinfo=timezone(local.utcoffset() or timedelta(0)), fold=0))


def _around_the_gap(before: datetime, after: datetime, place: ZoneInfo) -> tuple[Reading, Reading]:
    """The last minute that is shown before the clocks go forward, and the first after it. The change lies between the two instants."""
    low, high = int(before.timestamp()) // 60, int(after.timestamp()) // 60
    old = before.astimezone(place).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        is_before = datetime.fromtimestamp(middle * 60, place).utcoffset() == old
        low, high = (middle, high) if is_before else (low, middle)
    return _reading(datetime.fromtimestamp(low * 60, UTC), place), _reading(datetime.fromtimestamp(high * 60, UTC), place)


def _clock(moment: datetime) -> str:
    return "%H:%M:%S" if moment.second else "%H:%M"


def offset_words(moment: datetime) -> str:
    """“UTC+02:00”, “UTC+10:30”: how far the clock is from UTC."""
    minutes = int((moment.utcoffset() or timedelta(0)).total_seconds()) // 60
    return f"UTC{'−' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def wall_clock_of(instant: datetime, zone: str) -> datetime:
    """What the clocks of the zone show at the instant, for filling a form again.

    Without its distance from UTC, unless the clocks show the same twice: then only that tells which of the two it is.
    """
    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    try:
        instant_from_local(shown, zone)
    except UnclearTime as unclear:
        return next(one.shown for one in unclear.readings if one.shown == instant)
    return shown


def time_left(instant: datetime, *, now: datetime) -> str:
    """“6 days 4 hours”, “3 hours 12 minutes”, “1 minute”, “less than a minute”, or “passed”."""
    left = instant - now
    if left <= timedelta(0):
        return "passed"
    minutes = int(left.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [_counted(days, "day"), _counted(hours, "hour")] if days else [_counted(hours, "hour"), _counted(rest, "minute")]
    return " ".join(part for part in parts if part) or "less than a minute"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}" if number else ""
