"""Counting in the database what may not be done too often: the same for every process, and without a name or an address (R19)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.domain.rate import Limit, still_counted, time_to_wait
from webapp.domain.tokens import Keyring
from webapp.persistence.plain import look
from webapp.persistence.tables import CountRow

# Built once: every code that is typed asks.
_TIMES = select(CountRow.times).where(CountRow.purpose == bindparam("purpose"), CountRow.subject == bindparam("subject"))
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def wait_before(session: Session, limit: Limit, subject: str, keyring: Keyring, *, now: datetime) -> timedelta | None:
    """How long this subject must wait; None when the next is let through. Reads only, for the path that everybody takes."""
    times = look(session, _TIMES, {"purpose": limit.purpose, "subject": keyring.counted_subject(limit.purpose, subject)}).scalar()
    return time_to_wait(_instants(times or []), limit, now=now)


def count(session: Session, limit: Limit, subject: str, keyring: Keyring, *, now: datetime) -> bool:
    """Counts one more, and says whether it was within the limit; one that was not is not counted.

    Of several at the same moment, in whatever process, exactly as many get through as the limit allows. Where a request
    counts several things, it goes from the network to the address to the letter: so that none waits for another in a circle.
    """
    row = _locked(session, limit, keyring.counted_subject(limit.purpose, subject), now=now)
    past = _instants(row.times)
    if time_to_wait(past, limit, now=now) is not None:
        return False
    row.times = [one.timestamp() for one in (*still_counted(past, limit, now=now), now)]
    row.until = now + limit.within
    session.flush()
    return True


def may_mail(
    session: Session, of_network: Limit, network: str, to_address: Limit, address: str, keyring: Keyring, *, now: datetime
) -> bool:
    """Whether a mail that anybody can ask for may go to this address, asked for from this network; both are counted."""
    return count(session, of_network, network, keyring, now=now) and count(session, to_address, address, keyring, now=now)


def _locked(session: Session, limit: Limit, subject: str, *, now: datetime) -> CountRow:
    """The row, made where there is none, and held until the transaction ends."""
    fresh = _INSERT[session.get_bind().dialect.name](CountRow).values(purpose=limit.purpose, subject=subject, times=[], until=now)
    # Not “do nothing”: PostgreSQL would leave the row unlocked, and the sweep might take it away before it is read.
    session.execute(fresh.on_conflict_do_update(index_elements=["purpose", "subject"], set_={"until": CountRow.until}))
    query = select(CountRow).where(*_named(limit, subject)).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def _named(limit: Limit, subject: str) -> tuple[Any, Any]:
    return CountRow.purpose == limit.purpose, CountRow.subject == subject


def _instants(times: list[float]) -> list[datetime]:
    return [datetime.fromtimestamp(one, UTC) for one in times]


def sweep_counts(session: Session, *, now: datetime) -> None:
    """Removes what no limit looks at any more."""
    session.execute(delete(CountRow).where(CountRow.until <= now))
