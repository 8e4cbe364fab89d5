"""One-time codes: mailed to the registered address, good for one pending answer in one session (R7).

What is true of every code, also of those by which staff prove who they are, stands at the end.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.errors import TooMany
from webapp.domain.tokens import Keyring, normalise_code
from webapp.persistence import outbox
from webapp.persistence.plain import add, look, run, table
from webapp.persistence.tables import CodeRow, StaffCodeRow, WitnessRow
from webapp.services.place import Place
from webapp.services.references import new_reference

_LIVE = (
    select(CodeRow.id, CodeRow.reference, CodeRow.code_hash, CodeRow.tries)
    .where(
        CodeRow.representative_id == bindparam("representative"),
        CodeRow.web_session_id == bindparam("stay"),
        CodeRow.nonce == bindparam("nonce"),
        CodeRow.used_at.is_(None),
        CodeRow.expires_at > bindparam("now"),
        CodeRow.expires_at > CodeRow.made_at,
        CodeRow.made_at <= bindparam("latest"),
        CodeRow.tries < limits.CODE_TRIES,
    )
    .order_by(CodeRow.id.desc())
    .limit(1)
    .with_for_update()
)
# A code lives for less than an hour, so those that are still good are among them.
_OF_LATE = (CodeRow.representative_id == bindparam("representative"), CodeRow.made_at > bindparam("since"))
_RECENT = select(CodeRow.web_session_id).where(*_OF_LATE)
# No life at all, rather than an end at this moment, before which a clock that is set back would stand once more.
_END_RECENT = update(table(CodeRow)).where(*_OF_LATE).values(expires_at=CodeRow.made_at)
_INSERT = insert(table(CodeRow))


def send_code(session: Session, place: Place, nonce: str, keyring: Keyring, *, now: datetime) -> None:
    """Mails a fresh code for the pending answer; every earlier one is dead.

    Raises TooMany after five in an hour in this stay, and after fifteen in all: a mail scanner that has pressed everything uses
    up its own five, and the person who comes after it still gets a code.
    """
    representative, of_late = place.representative, {"representative": place.representative.id, "since": now - limits.AN_HOUR}
    recent = look(session, _RECENT, of_late).scalars().all()
    refuse_too_many(recent, place.stay.id)
    if recent:
        run(session, _END_RECENT, of_late)
    reference = new_reference()
    row = {
        "reference": reference,
        "representative_id": representative.id,
        "web_session_id": place.stay.id,
        "nonce": nonce,
        "code_hash": keyring.code_hash(reference, keyring.code(reference)),
        "made_at": now,
        "expires_at": now + limits.CODE_LIFE,
    }
    parameters = {"code": add(session, _INSERT, row), "representative": representative.id}
    outbox.put(session, "code", f"code:{reference}", representative.email, now=now, letter_id=place.letter_id, **parameters)


def newest_code(session: Session, place: Place) -> str | None:
    """The reference of the newest code that was asked for in this session; the code itself is derived from it, and never stored."""
    asked = select(CodeRow.reference).where(CodeRow.web_session_id == place.stay.id)
    return session.scalars(asked.order_by(CodeRow.id.desc()).limit(1)).first()


def use_code(session: Session, place: Place, nonce: str, typed: str, keyring: Keyring, *, now: datetime) -> int | None:
    """None when the code is right, and it is used up; else how many tries are left (0: a new code is needed).

    A wrong try is counted in the caller's transaction, which therefore must commit.
    """
    whose = {"representative": place.representative.id, "stay": place.stay.id, "nonce": nonce}
    code = look(session, _LIVE, {**whose, "now": now, "latest": now + limits.CLOCK_STEP}).one_or_none()
    return judge_code(session, CodeRow, code, typed, keyring, now=now)


def refuse_too_many(recent: Sequence[int | None], stay: int | None) -> None:
    """`recent` are the sessions of all codes of one person within the hour. Raises TooMany."""
    if recent.count(stay) >= limits.CODES_AN_HOUR or len(recent) >= limits.CODES_OF_A_PERSON_AN_HOUR:
        raise TooMany(f"{len(recent)} codes have been sent within the hour. Please look for the newest one, or try again in an hour.")


class AnyCode(Protocol):
    """A code of either kind, as far as it is judged."""

    @property
    def id(self) -> int: ...

    @property
    def reference(self) -> str: ...

    @property
    def code_hash(self) -> str: ...

    @property
    def tries(self) -> int: ...


_KINDS: tuple[type[CodeRow | StaffCodeRow], ...] = (CodeRow, StaffCodeRow)
_USE = {kind: update(table(kind)).where(kind.id == bindparam("code")).values(used_at=bindparam("now")) for kind in _KINDS}
_MISS = {kind: update(table(kind)).where(kind.id == bindparam("code")).values(tries=kind.tries + 1) for kind in _KINDS}


def judge_code(
    session: Session, kind: type[CodeRow | StaffCodeRow], code: AnyCode | None, typed: str, keyring: Keyring, *, now: datetime
) -> int | None:
    """None when it is right, and it is used up; else how many tries are left, of a code that lives."""
    if code is None:
        return 0
    if hmac.compare_digest(code.code_hash, keyring.code_hash(code.reference, normalise_code(typed))):
        run(session, _USE[kind], {"code": code.id, "now": now})
        return None
    run(session, _MISS[kind], {"code": code.id})
    return limits.CODE_TRIES - code.tries - 1


def end_codes(session: Session, *, now: datetime) -> None:
    """What has expired by now, or was made on a clock that has gone back since, has ended for good, wherever the clock goes."""
    for kind in (CodeRow, StaffCodeRow):
        is_over = (kind.expires_at <= now) | (kind.made_at > now + limits.CLOCK_STEP)
        over = update(kind).where(is_over, kind.used_at.is_(None), kind.expires_at > kind.made_at)
        session.execute(over.values(expires_at=kind.made_at))
    is_over = (WitnessRow.code_expires_at <= now) | (WitnessRow.code_made_at > now + limits.CLOCK_STEP)
    session.execute(update(WitnessRow).where(is_over).values(code_hash=None, code_made_at=None, code_expires_at=None))
