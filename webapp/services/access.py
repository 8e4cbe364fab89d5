"""Loaders that fetch and check in one step: nobody holds a thing that they may not see (R13)."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager, defer

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import NotAllowed, NotFound
from webapp.domain.lifetime import IN_A_ROOM
from webapp.domain.permission import Permission, permissions_of
from webapp.persistence.tables import GrantRow, InvitationRow, LetterRow, RepresentativeRow, StaffRow, WebSessionRow
from webapp.services.place import Place

# Built once: a statement takes longer to build than to run, and every answer asks for these behind the lock.
_STAY = select(WebSessionRow.id).where(WebSessionRow.id == bindparam("stay"))
_LOCKED_LETTER = (
    select(LetterRow)
    .where(LetterRow.id == bindparam("letter"))
    # What is judged behind the lock is never the references, which are by far the longest part of the row.
    .options(defer(LetterRow.references_typed), defer(LetterRow.references))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_PLACE = (
    select(WebSessionRow)
    .join(WebSessionRow.representative)
    .join(RepresentativeRow.invitation)
    .join(InvitationRow.society)
    .where(WebSessionRow.token_hash == bindparam("token_hash"))
    .options(
        contains_eager(WebSessionRow.representative).contains_eager(RepresentativeRow.invitation).contains_eager(InvitationRow.society)
    )
    .execution_options(populate_existing=True)
)


def load_letter(session: Session, actor: Actor, reference: str, permission: Permission, *, for_update: bool = False) -> LetterRow:
    """The letter, if the actor may do this to it. NotFound also where they may not know of it; NotAllowed where they may."""
    query = select(LetterRow).where(LetterRow.reference == reference).execution_options(populate_existing=True)
    letter = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if letter is None:
        raise NotFound
    if actor.kind in {ActorKind.COMMAND, ActorKind.CLOCK}:
        return letter
    _check(_permissions(session, actor, reference), permission)
    return letter


def permissions_on(session: Session, actor: Actor, reference: str, permission: Permission) -> frozenset[Permission]:
    """All that this member of staff may do on the letter, this act among it. Raises as `load_letter`."""
    allowed = _permissions(session, actor, reference)
    _check(allowed, permission)
    return allowed


def _check(allowed: frozenset[Permission], permission: Permission) -> None:
    if not allowed:
        raise NotFound
    if permission not in allowed:
        raise NotAllowed("You may read this letter, but not do this. Ask its owner.")


def _permissions(session: Session, actor: Actor, reference: str) -> frozenset[Permission]:
    if actor.kind != ActorKind.STAFF:
        return frozenset()
    mine = select(GrantRow.role).join(StaffRow, StaffRow.id == GrantRow.staff_id).join(LetterRow, LetterRow.id == GrantRow.letter_id)
    here = mine.where(LetterRow.reference == reference, StaffRow.reference == actor.reference, StaffRow.closed_at.is_(None))
    return permissions_of(session.scalar(here) or "")


def lock_letter(session: Session, letter_id: int) -> LetterRow:
    """The letter's row, held until the transaction ends: what is judged now is still so when it is stored."""
    return session.scalars(_LOCKED_LETTER, {"letter": letter_id}).one()


def lock_letter_at(session: Session, place: Place) -> LetterRow:
    """The same for an act at this place; NotFound if its link was replaced or revoked while this waited for the letter (R14)."""
    letter = lock_letter(session, place.letter_id)
    if session.scalar(_STAY, {"stay": place.stay.id}) is None:
        raise NotFound
    return letter


def load_place(session: Session, token_hash: str, invitation: str, *, now: datetime) -> Place:
    """The representative's own place, if this browser's session is live and is theirs. NotFound otherwise."""
    stay = session.scalars(_PLACE, {"token_hash": token_hash}).one_or_none()
    if stay is None or stay.representative is None or stay.representative.revoked_at is not None:
        raise NotFound
    is_live = IN_A_ROOM.is_live(stay.began_at, stay.seen_at, now=now)
    if not is_live or stay.representative.invitation.reference != invitation:
        raise NotFound
    return Place(stay, stay.representative, stay.representative.invitation)
