"""What the clock does: closes what is due, tries again what could not be sent, sweeps out what has ended."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.lifetime import AT_THE_DESK, IN_A_ROOM, StayLimits
from webapp.persistence.tables import SignInLinkRow, StaffCodeRow, WebSessionRow
from webapp.services.codes import end_codes
from webapp.services.limits import sweep_counts

# A code and a receipt point back at their session; a day later nobody needs to know which it was.
_SWEEP_AFTER = timedelta(days=1)


def end_what_is_over(session: Session, *, now: datetime) -> None:
    """Ends for good what has ended by now, or began on a clock that has gone back since: no clock brings it to life again.

    Every minute, so that what has expired can be used again for at most that long, however the clock jumps.
    """
    session.execute(delete(WebSessionRow).where(WebSessionRow.staff_id.is_not(None), _is_over(AT_THE_DESK, now=now)))
    session.execute(delete(WebSessionRow).where(WebSessionRow.representative_id.is_not(None), _is_over(IN_A_ROOM, now=now)))
    is_over = (SignInLinkRow.expires_at <= now) | (SignInLinkRow.made_at > now + limits.CLOCK_STEP)
    session.execute(delete(SignInLinkRow).where(SignInLinkRow.used_at.is_(None), is_over))
    end_codes(session, now=now)


def _is_over(allowed: StayLimits, *, now: datetime) -> ColumnElement[bool]:
    is_past = (WebSessionRow.seen_at <= now - allowed.idle) | (WebSessionRow.began_at <= now - allowed.longest)
    return is_past | (WebSessionRow.seen_at > now + limits.CLOCK_STEP)


def sweep_doors(session: Session, *, now: datetime) -> None:
    """Removes sessions that have ended, sign-in links that can no longer be used, and counts that no limit looks at."""
    sweep_counts(session, now=now)
    session.execute(delete(WebSessionRow).where(WebSessionRow.began_at < now - limits.DESK_LONGEST - _SWEEP_AFTER))
    session.execute(delete(StaffCodeRow).where(StaffCodeRow.expires_at < now - _SWEEP_AFTER))
    session.execute(delete(SignInLinkRow).where(SignInLinkRow.expires_at < now - _SWEEP_AFTER))
