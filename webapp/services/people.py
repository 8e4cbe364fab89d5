"""Who works on a letter, and in which role (R13). Every change is an event in the letter's record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.permission import Permission, Role
from webapp.persistence.record import append_event
from webapp.persistence.tables import GrantRow, LetterRow, StaffRow
from webapp.services.access import load_letter
from webapp.services.doors import find_staff


@dataclass(frozen=True)
class PersonLine:
    """A member of staff who works on the letter."""

    reference: str
    email: str
    role: str
    is_oneself: bool
    is_last_owner: bool


def list_people(session: Session, actor: Actor, reference: str) -> list[PersonLine]:
    """Everybody who works on the letter, the owners first."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    rows = _people(session, letter)
    owners = sum(1 for grant, _staff in rows if grant.role == Role.OWNER)
    lines = [
        PersonLine(staff.reference, staff.email, grant.role, staff.reference == actor.reference, grant.role == Role.OWNER and owners == 1)
        for grant, staff in rows
    ]
    order = [role.value for role in Role]
    return sorted(lines, key=lambda line: (order.index(line.role), line.email))


def _people(session: Session, letter: LetterRow) -> list[tuple[GrantRow, StaffRow]]:
    query = select(GrantRow, StaffRow).join(StaffRow, StaffRow.id == GrantRow.staff_id).where(GrantRow.letter_id == letter.id)
    return [(grant, staff) for grant, staff in session.execute(query.execution_options(populate_existing=True))]


def add_person(session: Session, actor: Actor, reference: str, email: str, role: str, *, now: datetime) -> None:
    """Lets a member of staff work on the letter. InvalidInput where nobody has this address, or they work on it already."""
    letter = load_letter(session, actor, reference, Permission.SHARE, for_update=True)
    chosen = _role(role)
    staff = find_staff(session, email)
    if staff is None:
        raise InvalidInput("Nobody on the staff has this address. A staff administrator can add it.", field="email")
    # Behind a lock: an account that is being closed at this moment is closed first, and then takes no letter with it.
    session.refresh(staff, with_for_update=True)
    if staff.closed_at is not None:
        raise InvalidInput("This account has been closed meanwhile.", field="email")
    if session.get(GrantRow, (staff.id, letter.id)) is not None:
        raise InvalidInput("This person works on the letter already: change the role in the list.", field="email")
    session.add(GrantRow(staff_id=staff.id, letter_id=letter.id, role=chosen))
    append_event(session, letter, actor, "person.added", {"person": staff.reference, "role": chosen}, now=now)


def change_role(session: Session, actor: Actor, reference: str, person: str, role: str, *, now: datetime) -> None:
    """Another role for somebody who works on the letter. Conflict where no owner would be left."""
    letter = load_letter(session, actor, reference, Permission.SHARE, for_update=True)
    grant, _staff = _find(session, letter, person)
    chosen = _role(role)
    if grant.role == chosen:
        return
    _keep_an_owner(session, letter, grant)
    grant.role = chosen
    append_event(session, letter, actor, "person.changed", {"person": person, "role": chosen}, now=now)


def remove_person(session: Session, actor: Actor, reference: str, person: str, *, now: datetime) -> None:
    """Takes somebody off the letter, at once. Conflict where no owner would be left."""
    letter = load_letter(session, actor, reference, Permission.SHARE, for_update=True)
    grant, _staff = _find(session, letter, person)
    _keep_an_owner(session, letter, grant)
    take_off(session, actor, letter, grant, person, now=now)


def take_off(session: Session, actor: Actor, letter: LetterRow, grant: GrantRow, person: str, *, now: datetime) -> None:
    """The grant goes, the event stays. The caller holds the letter's row."""
    session.delete(grant)
    append_event(session, letter, actor, "person.removed", {"person": person}, now=now)


def _role(typed: str) -> Role:
    if typed not in {role.value for role in Role}:
        raise InvalidInput("Choose one of the list.", field="role")
    return Role(typed)


def _find(session: Session, letter: LetterRow, person: str) -> tuple[GrantRow, StaffRow]:
    found = next((both for both in _people(session, letter) if both[1].reference == person), None)
    if found is None:
        raise NotFound
    return found


def _keep_an_owner(session: Session, letter: LetterRow, leaving: GrantRow) -> None:
    if is_last_owner(session, letter, leaving):
        raise Conflict("A letter has at least one owner. Make somebody else its owner first.")


def is_last_owner(session: Session, letter: LetterRow, grant: GrantRow) -> bool:
    """Whether the letter would be left without an owner."""
    return grant.role == Role.OWNER and sum(1 for one, _staff in _people(session, letter) if one.role == Role.OWNER) == 1
