"""Telling those who work on a letter what a society has done."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.permission import Permission, Role, permissions_of
from webapp.persistence import outbox
from webapp.persistence.tables import GrantRow, StaffRow


def _roles(permission: Permission) -> list[Role]:
    return [role for role in Role if permission in permissions_of(role)]


def may_be_told(session: Session, letter_id: int, staff: str, permission: Permission = Permission.INVITE) -> bool:
    """Whether this member of staff, by reference, still deals with the societies of the letter (R13)."""
    query = select(GrantRow.letter_id).join(StaffRow, StaffRow.id == GrantRow.staff_id)
    mine = query.where(
        GrantRow.letter_id == letter_id, GrantRow.role.in_(_roles(permission)), StaffRow.reference == staff, StaffRow.closed_at.is_(None)
    )
    return session.scalar(mine) is not None


def who_may(session: Session, letter_id: int, permission: Permission) -> frozenset[str]:
    """The references of all who may do this on the letter, and whose account is open."""
    query = select(StaffRow.reference).join(GrantRow, GrantRow.staff_id == StaffRow.id)
    mine = query.where(GrantRow.letter_id == letter_id, GrantRow.role.in_(_roles(permission)), StaffRow.closed_at.is_(None))
    return frozenset(session.scalars(mine))


def tell_coordinators(
    session: Session, letter_id: int, kind: str, reference: str, what: Mapping[str, int], *, now: datetime, besides: Actor | None = None
) -> None:
    """One message to everyone who may deal with the societies of this letter and is still let in (R16), `besides` whoever did it."""
    query = select(StaffRow.reference, StaffRow.email).join(GrantRow, GrantRow.staff_id == StaffRow.id)
    mine = query.where(GrantRow.letter_id == letter_id, GrantRow.role.in_(_roles(Permission.INVITE)), StaffRow.closed_at.is_(None))
    told = session.execute(mine.order_by(StaffRow.id))
    due = [
        outbox.Due(f"{kind}:{reference}:{one.reference}", one.email, dict(what))
        for one in told
        if besides is None or one.reference != besides.reference
    ]
    outbox.put_all(session, kind, due, now=now, letter_id=letter_id)
