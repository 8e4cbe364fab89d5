"""How often is too often: so many within a time, counted in a window that slides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.domain import limits

TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True)
class Limit:
    """`purpose` says what is counted; for whom, the caller says: an address, a network, a letter."""

    purpose: str
    most: int
    within: timedelta


# `bar.md` T04 and T46. Guesses at links are counted apart from those at sign-in links: neither shuts the other’s door.
LINK_MISSES = Limit("link misses of a network", limits.LINK_MISSES_IN_TEN_MINUTES, TEN_MINUTES)
SIGN_IN_MISSES = Limit("sign-in link misses of a network", limits.LINK_MISSES_IN_TEN_MINUTES, TEN_MINUTES)
UNKNOWN_FILES = Limit("unknown files of a network", limits.UNKNOWN_FILES_IN_TEN_MINUTES, TEN_MINUTES)
# Only what is asked for and not there counts, and only that is shut: whoever reads a public letter never waits.
PUBLIC_MISSES = Limit("public misses of a network", limits.PUBLIC_MISSES_IN_TEN_MINUTES, TEN_MINUTES)
WRONG_CODES = Limit("wrong codes of a network", limits.WRONG_CODES_AN_HOUR, limits.AN_HOUR)
LINKS_TO_ADDRESS = Limit("links to an address", limits.LINK_REQUESTS_AN_HOUR, limits.AN_HOUR)
LINKS_FOR_NETWORK = Limit("links for a network", limits.LINK_REQUESTS_OF_A_NETWORK, limits.AN_HOUR)
LINKS_OF_LETTER = Limit("links of a letter", limits.LINK_REQUESTS_OF_A_LETTER, limits.AN_HOUR)
WITNESS_CODES = Limit("codes to a witness of an answer", limits.CODES_AN_HOUR, limits.AN_HOUR)
SIGN_INS_TO_ADDRESS = Limit("sign-in links to an address", limits.LINK_REQUESTS_AN_HOUR, limits.AN_HOUR)
SIGN_INS_FOR_NETWORK = Limit("sign-in links for a network", limits.LINK_REQUESTS_OF_A_NETWORK, limits.AN_HOUR)
TEST_MAILS = Limit("test mails of staff", limits.TEST_MAILS_AN_HOUR, limits.AN_HOUR)


def still_counted(past: Iterable[datetime], limit: Limit, *, now: datetime) -> list[datetime]:
    """Those that the window still holds, the oldest first. What lies far in the future was counted by a clock that went wrong."""
    return sorted(one for one in past if abs(now - one) < limit.within)


def time_to_wait(past: Iterable[datetime], limit: Limit, *, now: datetime) -> timedelta | None:
    """How long until the next is let through; None when it is at once."""
    counted = still_counted(past, limit, now=now)
    if len(counted) < limit.most:
        return None
    return counted[-limit.most] + limit.within - now
