"""What lives for a while, such as a code, on a clock that may be set back: nobody gains life by that."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.domain import limits


def has_gone_back(now: datetime, *, since: datetime) -> bool:
    """Whether the clock stands so far before an instant it once showed that this is no mere correction."""
    return since - now > limits.CLOCK_STEP


def is_live(begins: datetime, ends: datetime, *, now: datetime) -> bool:
    """Whether it may still be used: it has not ended, and the clock has not gone back behind its beginning."""
    return begins < ends and now < ends and not has_gone_back(now, since=begins)


@dataclass(frozen=True)
class StayLimits:
    """How long a session lasts without use, and at the most."""

    idle: timedelta
    longest: timedelta

    def is_live(self, began_at: datetime, seen_at: datetime, *, now: datetime) -> bool:
        return now - seen_at < self.idle and now - began_at < self.longest and not has_gone_back(now, since=seen_at)


AT_THE_DESK = StayLimits(limits.DESK_IDLE, limits.DESK_LONGEST)
IN_A_ROOM = StayLimits(limits.ROOM_IDLE, limits.ROOM_LONGEST)
