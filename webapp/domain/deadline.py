"""Deadlines are instants with the zone in which they were announced (R10)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from webapp.domain.errors import InvalidInput

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


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


def show_date(day: date) -> str:
    """“14 March 2026”: no locale, so that every process shows the same."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def latest_today(now: datetime) -> date:
    """The latest day that it is anywhere on earth: only what lies after it is in the future for everybody."""
    return (now.astimezone(UTC) + timedelta(hours=14)).date()


def earliest_today(now: datetime) -> date:
    """The earliest day that it still is anywhere on earth: only what lies before it has passed for everybody."""
    return (now.astimezone(UTC) - timedelta(hours=12)).date()


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


def instant_from_local(wall_clock: datetime, zone: str) -> datetime:
    """The instant (UTC) that a wall clock in the zone shows.

    Raises InvalidInput for a time that the zone's clocks skip, or show twice, when they change: a deadline must not be open to argument.
    """
    if not is_zone(zone):
        raise InvalidInput("Choose a time zone from the list, such as Europe/Berlin.", field="deadline_zone")
    place = ZoneInfo(zone)
    try:
        first = wall_clock.replace(tzinfo=place, fold=0).astimezone(UTC)
        second = wall_clock.replace(tzinfo=place, fold=1).astimezone(UTC)
        is_skipped = first.astimezone(place).replace(tzinfo=None) != wall_clock
    except OverflowError as error:
        raise InvalidInput("Choose a date within the next years.", field="deadline_local") from error
    if is_skipped:
        sentence = f"In {zone} the clocks skip {wall_clock:%H:%M} on that day. Choose a time an hour earlier or later."
        raise InvalidInput(sentence, field="deadline_local")
    if first != second:
        sentence = f"In {zone} the clocks show {wall_clock:%H:%M} twice on that day. Choose a time that comes only once."
        raise InvalidInput(sentence, field="deadline_local")
    return first


def wall_clock_of(instant: datetime, zone: str) -> datetime:
    """What the clocks of the zone show at the instant, without a zone: for filling a form again."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


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
