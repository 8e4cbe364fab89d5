"""The accounts of the staff: who may come to the desk, and who keeps the list. An administrator opens no letter by that."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.deadline import show_date
from webapp.domain.errors import Conflict, NotAllowed, NotFound
from webapp.persistence.tables import GrantRow, LetterRow, SignInLinkRow, StaffRow, WebSessionRow
from webapp.services.access import lock_letter
from webapp.services.doors import add_staff, find_staff, list_staff
from webapp.services.letters import hand_to_staff
from webapp.services.people import is_last_owner, take_off


def check_administrator(session: Session, actor: Actor) -> None:
    """NotAllowed for whoever is neither an administrator nor the command line."""
    if actor.kind == ActorKind.COMMAND:
        return
    flag = select(StaffRow.is_administrator).where(StaffRow.reference == actor.reference, StaffRow.closed_at.is_(None))
    if actor.kind != ActorKind.STAFF or not session.scalar(flag):
        raise NotAllowed("Only a staff administrator keeps the list of accounts. Ask one.")


@dataclass(frozen=True)
class AccountLine:
    """An account, as the list of the staff shows it."""

    reference: str
    email: str
    since: str
    is_administrator: bool
    is_oneself: bool
    is_only_administrator: bool
    """It can be neither closed nor unmade."""


def list_accounts(session: Session, actor: Actor) -> list[AccountLine]:
    """The accounts that are open, the oldest first."""
    check_administrator(session, actor)
    accounts = list_staff(session)
    is_alone = sum(one.is_administrator for one in accounts) == 1
    return [
        AccountLine(
            reference=one.reference,
            email=one.email,
            since=show_date(one.added_at.date()),
            is_administrator=one.is_administrator,
            is_oneself=one.reference == actor.reference,
            is_only_administrator=one.is_administrator and is_alone,
        )
        for one in accounts
    ]


def add_account(session: Session, actor: Actor, email: str, *, as_administrator: bool = False, now: datetime) -> bool:
    """Lets this address sign in; whether that is new. An account that was closed is open again, without its letters."""
    _hold_the_list(session)
    check_administrator(session, actor)
    reference, is_new = add_staff(session, email, now=now)
    if as_administrator:
        _account(session, reference).is_administrator = True
    return is_new


def set_administrator(session: Session, actor: Actor, reference: str, *, is_administrator: bool) -> None:
    """Makes an administrator, or unmakes one. Conflict where none would be left."""
    _hold_the_list(session)
    check_administrator(session, actor)
    account = _account(session, reference)
    if not is_administrator:
        _keep_an_administrator(session, account)
    account.is_administrator = is_administrator


def close_account(session: Session, actor: Actor, reference: str, *, letters_to: str = "", now: datetime) -> None:
    """Ends the account: its sessions and links at once, its place on every letter with an event in the letter's record.

    `letters_to` is the address of the account that becomes owner of what would be left without one; only the command line can hand
    letters on, for an administrator does not know them. Conflict where a letter, or the installation, would be left alone.
    """
    _hold_the_list(session)
    check_administrator(session, actor)
    account = _account(session, reference)
    _keep_an_administrator(session, account)
    heir = _heir(session, account, letters_to) if letters_to else None
    for letter_id in session.scalars(select(GrantRow.letter_id).where(GrantRow.staff_id == account.id).order_by(GrantRow.letter_id)).all():
        _leave(session, actor, lock_letter(session, letter_id), account, heir, now=now)
    session.execute(delete(WebSessionRow).where(WebSessionRow.staff_id == account.id))
    session.execute(delete(SignInLinkRow).where(SignInLinkRow.staff_id == account.id))
    account.is_administrator, account.closed_at = False, now


def close_account_of(session: Session, actor: Actor, email: str, *, letters_to: str = "", now: datetime) -> None:
    """The same, by address. NotFound where nobody on the staff has it."""
    account = find_staff(session, email)
    if account is None:
        raise NotFound(f"Nobody on the staff has the address {email}.")
    close_account(session, actor, account.reference, letters_to=letters_to, now=now)


def _leave(session: Session, actor: Actor, letter: LetterRow, account: StaffRow, heir: StaffRow | None, *, now: datetime) -> None:
    grant = session.get_one(GrantRow, (account.id, letter.id), populate_existing=True)
    if is_last_owner(session, letter, grant):
        if heir is None:
            raise Conflict(
                f"{account.email} is the only owner of a letter: somebody else must be made its owner first. Or let the command line hand "
                f"all such letters on: undersigned staff remove {account.email} --letters-to EMAIL"
            )
        hand_to_staff(session, actor, letter.reference, heir.reference, now=now)
    take_off(session, actor, letter, grant, account.reference, now=now)


def _heir(session: Session, leaving: StaffRow, email: str) -> StaffRow:
    heir = find_staff(session, email)
    if heir is None or heir.id == leaving.id:
        raise NotFound(f"Nobody else on the staff has the address {email}.")
    return heir


def _hold_the_list(session: Session) -> None:
    # All rows, in one order: two administrators who unmake each other at the same moment wait for one another.
    session.scalars(select(StaffRow).order_by(StaffRow.id).with_for_update().execution_options(populate_existing=True)).all()


def _account(session: Session, reference: str) -> StaffRow:
    account = session.scalars(select(StaffRow).where(StaffRow.reference == reference, StaffRow.closed_at.is_(None))).one_or_none()
    if account is None:
        raise NotFound
    return account


def _keep_an_administrator(session: Session, leaving: StaffRow) -> None:
    count = session.scalar(select(func.count()).select_from(StaffRow).where(StaffRow.is_administrator.is_(True)))
    if leaving.is_administrator and count == 1:
        raise Conflict("At least one account is an administrator. Make another one first.")
