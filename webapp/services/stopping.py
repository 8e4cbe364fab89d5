"""Stopping reminders, and wanting them again: by the button of a mail program, or from a page with a code (R7, RFC 8058)."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.address import mask_address
from webapp.domain.errors import NotFound
from webapp.domain.letter import LetterState
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence import outbox
from webapp.persistence.record import append_event
from webapp.persistence.tables import CodeRow, LetterRow, RepresentativeRow
from webapp.services.access import lock_letter
from webapp.services.codes import judge_code, refuse_too_many
from webapp.services.place import Place
from webapp.services.references import new_reference

# No page of the reading room names an act so: the code of one is never one of the other.
_NONCE = "reminders:"


@dataclass(frozen=True)
class StopView:
    """What the page says to whoever holds the link: enough to recognise the letter, nothing that is confidential."""

    mark: str
    society: str
    title: str
    masked_address: str
    has_stopped: bool
    is_demonstration: bool


def show_stop(session: Session, mark: str, keyring: Keyring) -> StopView:
    """Raises NotFound for every dead, wrong or unknown link alike (R14)."""
    row = _find(session, mark, keyring)
    letter = session.get_one(LetterRow, row.invitation.letter_id)
    return StopView(
        mark=mark,
        society=row.invitation.society.printed_name,
        title=letter.title,
        masked_address=mask_address(row.email),
        has_stopped=row.reminders_stopped_at is not None,
        is_demonstration=letter.is_demonstration,
    )


def mark_in_room(session: Session, place: Place, keyring: Keyring) -> str:
    """Where somebody inside the reading room finds the same page; empty where nobody is reminded any more."""
    letter = session.get_one(LetterRow, place.letter_id)
    if letter.state not in {LetterState.CIRCULATING, LetterState.SIGNING}:
        return ""
    row = session.get_one(RepresentativeRow, place.representative.id)
    return keyring.stop_link(row.reference, row.link_generation)


def stop_at_once(session: Session, mark: str, keyring: Keyring, *, now: datetime) -> None:
    """The one press in a mail program. Only ever stops, and a second press finds it done."""
    row = _held(session, mark, keyring)
    _set(session, row, wants=False, by="mail program", now=now)


def send_stop_code(session: Session, mark: str, browser: str, keyring: Keyring, *, now: datetime) -> None:
    """Mails the code without which nothing changes from the page; every earlier one of this page is dead. Raises TooMany.

    It works in this browser alone, known by its secret.
    """
    row = _held(session, mark, keyring)
    mine = select(CodeRow).where(CodeRow.representative_id == row.id, CodeRow.made_at > now - limits.AN_HOUR)
    recent = session.scalars(mine).all()
    refuse_too_many([None if one.nonce.startswith(_NONCE) else 0 for one in recent], None)
    for one in recent:
        if one.nonce.startswith(_NONCE):
            one.expires_at = one.made_at
    reference = new_reference()
    code = CodeRow(
        reference=reference,
        representative_id=row.id,
        nonce=_nonce(browser),
        code_hash=keyring.code_hash(reference, keyring.code(reference)),
        made_at=now,
        expires_at=now + limits.CODE_LIFE,
    )
    session.add(code)
    session.flush()
    parameters = {"code": code.id, "representative": row.id}
    outbox.put(session, "code", f"code:{reference}", row.email, now=now, letter_id=row.invitation.letter_id, **parameters)


def confirm_stop(session: Session, mark: str, browser: str, typed: str, keyring: Keyring, *, wants: bool, now: datetime) -> int | None:
    """None when the code is right and it is done; else how many tries are left. A wrong try is counted: the caller must commit."""
    row = _held(session, mark, keyring)
    live = (
        select(CodeRow)
        .where(
            CodeRow.representative_id == row.id,
            CodeRow.nonce == _nonce(browser),
            CodeRow.used_at.is_(None),
            CodeRow.expires_at > now,
            CodeRow.expires_at > CodeRow.made_at,
            CodeRow.made_at <= now + limits.CLOCK_STEP,
            CodeRow.tries < limits.CODE_TRIES,
        )
        .order_by(CodeRow.id.desc())
        .limit(1)
        .with_for_update()
    )
    left = judge_code(session, CodeRow, session.scalars(live).one_or_none(), typed, keyring, now=now)
    if left is None:
        _set(session, row, wants=wants, by="page", now=now)
    return left


def _nonce(browser: str) -> str:
    return f"{_NONCE}{hash_token(browser)}"


def _find(session: Session, mark: str, keyring: Keyring) -> RepresentativeRow:
    query = select(RepresentativeRow).where(
        RepresentativeRow.reference == mark.partition(".")[0].replace("\0", ""), RepresentativeRow.revoked_at.is_(None)
    )
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    # The same work for what is known and what is not.
    expected = keyring.stop_link(row.reference, row.link_generation) if row else keyring.stop_link("nobody", 0)
    is_right = hmac.compare_digest(hash_token(mark), hash_token(expected))
    if row is None or not is_right or row.invitation.invited_at is None:
        raise NotFound
    return row


def _held(session: Session, mark: str, keyring: Keyring) -> RepresentativeRow:
    """The same, with its letter held until the transaction ends."""
    lock_letter(session, _find(session, mark, keyring).invitation.letter_id)
    return _find(session, mark, keyring)


def _set(session: Session, row: RepresentativeRow, *, wants: bool, by: str, now: datetime) -> None:
    if wants == (row.reminders_stopped_at is None):
        return
    letter = session.get_one(LetterRow, row.invitation.letter_id)
    row.reminders_stopped_at = None if wants else now
    session.flush()
    public = {"representative": row.reference, "society": row.invitation.society.reference, "by": by}
    actor = Actor(ActorKind.REPRESENTATIVE, row.reference)
    append_event(session, letter, actor, "reminders.resumed" if wants else "reminders.stopped", public, now=now)
