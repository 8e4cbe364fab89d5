"""Fresh proof of who sits at the desk, by a code to their own address: for acts that nothing takes back, or that let others in."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.errors import NotFound
from webapp.domain.lifetime import is_live
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence import outbox
from webapp.persistence.tables import StaffCodeRow, WebSessionRow
from webapp.services.codes import judge_code, refuse_too_many
from webapp.services.references import new_reference


def is_fresh(session: Session, token: str, *, now: datetime) -> bool:
    """Whether this session at the desk has been proved within the last quarter of an hour."""
    proved_at = session.scalar(select(WebSessionRow.proved_at).where(WebSessionRow.token_hash == hash_token(token)))
    return proved_at is not None and is_live(proved_at, proved_at + limits.PROOF_LIFE, now=now)


def is_code_awaited(session: Session, token: str, *, now: datetime) -> bool:
    """Whether a code that still works has been mailed for this session."""
    mine = select(WebSessionRow.id).where(WebSessionRow.token_hash == hash_token(token)).scalar_subquery()
    return session.scalar(_live(mine, now=now).with_only_columns(StaffCodeRow.id).limit(1)) is not None


def _live(stay: object, *, now: datetime) -> Select[StaffCodeRow]:
    return select(StaffCodeRow).where(
        StaffCodeRow.web_session_id == stay,
        StaffCodeRow.used_at.is_(None),
        StaffCodeRow.expires_at > now,
        StaffCodeRow.expires_at > StaffCodeRow.made_at,
        StaffCodeRow.made_at <= now + limits.CLOCK_STEP,
        StaffCodeRow.tries < limits.CODE_TRIES,
    )


def send_staff_code(session: Session, token: str, keyring: Keyring, *, now: datetime) -> None:
    """Mails a fresh code; every earlier one of this session is dead.

    Raises TooMany after five in an hour in this session, and after fifteen of the account in all.
    """
    stay = _stay(session, token)
    mine = select(StaffCodeRow).where(StaffCodeRow.staff_id == stay.staff_id, StaffCodeRow.made_at > now - limits.AN_HOUR)
    recent = session.scalars(mine).all()
    refuse_too_many([one.web_session_id for one in recent], stay.id)
    for code in recent:
        if code.web_session_id == stay.id:
            # As for a representative: no life at all.
            code.expires_at = code.made_at
    reference = new_reference()
    code = StaffCodeRow(
        reference=reference,
        staff_id=stay.staff_id,
        web_session_id=stay.id,
        code_hash=keyring.code_hash(reference, keyring.staff_code(reference)),
        made_at=now,
        expires_at=now + limits.CODE_LIFE,
    )
    session.add(code)
    session.flush()
    email = stay.staff.email if stay.staff else ""
    outbox.put(session, "staff_code", f"staff_code:{reference}", email, now=now, staff_code=code.id)


def use_staff_code(session: Session, token: str, typed: str, keyring: Keyring, *, now: datetime) -> int | None:
    """None when the code is right: it is used up, and the session proved; else how many tries are left (0: a new code is needed).

    A wrong try is counted in the caller's transaction, which therefore must commit.
    """
    stay = _stay(session, token)
    code = session.scalars(_live(stay.id, now=now).order_by(StaffCodeRow.id.desc()).limit(1).with_for_update()).one_or_none()
    tries_left = judge_code(session, StaffCodeRow, code, typed, keyring, now=now)
    if tries_left is None:
        stay.proved_at = now
    return tries_left


def _stay(session: Session, token: str) -> WebSessionRow:
    """The session at the desk, held: it may have been ended since the page was opened."""
    query = select(WebSessionRow).where(WebSessionRow.token_hash == hash_token(token), WebSessionRow.staff_id.is_not(None))
    stay = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if stay is None:
        raise NotFound
    return stay
