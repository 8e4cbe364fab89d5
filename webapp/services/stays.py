"""Where an account is signed in: each live session, ended by a press. Of a browser only its kind is kept, and no address (R19)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.errors import NotFound
from webapp.domain.tokens import hash_token
from webapp.persistence.tables import WebSessionRow


@dataclass(frozen=True)
class StayLine:
    """One browser in which the account is signed in."""

    reference: str
    device: str
    """“Firefox on Windows”; empty where nobody knows."""
    began_at: ShownInstant
    seen_at: ShownInstant
    is_here: bool


def list_stays(session: Session, token: str, *, now: datetime) -> list[StayLine]:
    """The live sessions of the account that this session belongs to, the one used last first."""
    here = _stay(session, token)
    query = select(WebSessionRow).where(
        WebSessionRow.staff_id == here.staff_id,
        WebSessionRow.seen_at > now - limits.DESK_IDLE,
        WebSessionRow.began_at > now - limits.DESK_LONGEST,
    )
    rows = session.scalars(query.order_by(WebSessionRow.seen_at.desc(), WebSessionRow.id.desc()))
    return [
        StayLine(row.reference, row.device or "", show_instant(row.began_at, "UTC"), show_instant(row.seen_at, "UTC"), row.id == here.id)
        for row in rows
    ]


def end_stay(session: Session, token: str, reference: str) -> bool:
    """Ends one session of the same account at once; returns whether it was this one. NotFound for any other."""
    here = _stay(session, token)
    mine = select(WebSessionRow).where(WebSessionRow.reference == reference, WebSessionRow.staff_id == here.staff_id)
    stay = session.scalars(mine).one_or_none()
    if stay is None:
        raise NotFound("That browser is signed out already.")
    is_here = stay.id == here.id
    session.execute(delete(WebSessionRow).where(WebSessionRow.id == stay.id))
    return is_here


def end_other_stays(session: Session, token: str) -> None:
    """Ends every session of the account but this one."""
    here = _stay(session, token)
    session.execute(delete(WebSessionRow).where(WebSessionRow.staff_id == here.staff_id, WebSessionRow.id != here.id))


def _stay(session: Session, token: str) -> WebSessionRow:
    query = select(WebSessionRow).where(WebSessionRow.token_hash == hash_token(token), WebSessionRow.staff_id.is_not(None))
    stay = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if stay is None:
        raise NotFound
    return stay
