"""What the clock does: closes what is due, tries again what could not be sent, sweeps out what has ended."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.persistence.tables import SignInLinkRow, WebSessionRow
from webapp.services.limits import sweep_counts

# A code and a receipt point back at their session; a day later nobody needs to know which it was.
_SWEEP_AFTER = timedelta(days=1)


def sweep_doors(session: Session, *, now: datetime) -> None:
    """Removes sessions that have ended, sign-in links that can no longer be used, and counts that no limit looks at."""
    sweep_counts(session, now=now)
    session.execute(delete(WebSessionRow).where(WebSessionRow.began_at < now - limits.DESK_LONGEST - _SWEEP_AFTER))
    session.execute(delete(SignInLinkRow).where(SignInLinkRow.expires_at < now - _SWEEP_AFTER))
