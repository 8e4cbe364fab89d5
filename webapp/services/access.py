"""Loaders that fetch and check in one step: nobody holds a thing that they may not see (R13)."""

from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import NotAllowed, NotFound
from webapp.domain.lifetime import IN_A_ROOM
from webapp.domain.permission import Permission, permissions_of
from webapp.persistence.database import is_alone
from webapp.persistence.plain import look
from webapp.persistence.tables import (
    FreezingRow,
    GrantRow,
    InvitationRow,
    LetterRow,
    RepresentativeRow,
    RevisionRow,
    SocietyRow,
    StaffRow,
    WebSessionRow,
)
from webapp.services.place import HeldLetter, Invitation, Place, Representative, Society, Stay

# Built once: a statement takes longer to build than to run, and every answer asks for these behind the lock.
_HOLD = select(LetterRow.id).where(LetterRow.id == bindparam("letter")).with_for_update()
_LOCKED_LETTER = (
    select(LetterRow)
    .where(LetterRow.id == bindparam("letter"))
    # What is judged behind the lock is never the references, which are by far the longest part of the row.
    .options(defer(LetterRow.references))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_ROLE = (
    select(GrantRow.role)
    .join(StaffRow, StaffRow.id == GrantRow.staff_id)
    .join(LetterRow, LetterRow.id == GrantRow.letter_id)
    .where(LetterRow.reference == bindparam("letter"), StaffRow.reference == bindparam("staff"), StaffRow.closed_at.is_(None))
)
_STAY = (WebSessionRow.id, WebSessionRow.token_hash, WebSessionRow.began_at, WebSessionRow.seen_at)
_REPRESENTATIVE = (RepresentativeRow.id, RepresentativeRow.reference, RepresentativeRow.name, RepresentativeRow.email)
_INVITATION = (
    InvitationRow.id,
    InvitationRow.reference,
    InvitationRow.letter_id,
    InvitationRow.invited_at,
    InvitationRow.opened_at,
    InvitationRow.board_meets_on,
    InvitationRow.not_us_at,
)
_SOCIETY = (SocietyRow.reference, SocietyRow.printed_name, SocietyRow.country, SocietyRow.domains, SocietyRow.official_address)
# What is judged behind the lock is never the text, which is by far the longest part of a letter.
_LETTER = (
    LetterRow.id,
    LetterRow.reference,
    LetterRow.title,
    LetterRow.state,
    LetterRow.deadline,
    LetterRow.closed_at,
    LetterRow.deadline_zone,
    LetterRow.authority_rule,
    select(RevisionRow.digest)
    .join(FreezingRow, FreezingRow.revision_id == RevisionRow.id)
    .where(FreezingRow.letter_id == LetterRow.id)
    .order_by(FreezingRow.id.desc())
    .limit(1)
    .correlate(LetterRow)
    .scalar_subquery(),
)
_AT_A_PLACE = (
    select(*_STAY, *_REPRESENTATIVE, *_INVITATION, *_SOCIETY)
    .select_from(WebSessionRow)
    .join(RepresentativeRow, RepresentativeRow.id == WebSessionRow.representative_id)
    .join(InvitationRow, InvitationRow.id == RepresentativeRow.invitation_id)
    .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
    .where(RepresentativeRow.revoked_at.is_(None))
)
_PLACE = _AT_A_PLACE.where(WebSessionRow.token_hash == bindparam("token_hash"))
_HELD = (
    _AT_A_PLACE.join(LetterRow, LetterRow.id == InvitationRow.letter_id).add_columns(*_LETTER).where(WebSessionRow.id == bindparam("stay"))
)
_REPRESENTATIVE_AT, _INVITATION_AT, _SOCIETY_AT, _LETTER_AT = accumulate(map(len, (_STAY, _REPRESENTATIVE, _INVITATION, _SOCIETY)))


def load_letter(session: Session, actor: Actor, reference: str, permission: Permission, *, for_update: bool = False) -> LetterRow:
    """The letter, if the actor may do this to it. NotFound also where they may not know of it; NotAllowed where they may."""
    query = select(LetterRow).where(LetterRow.reference == reference).execution_options(populate_existing=True)
    letter = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if letter is None:
        raise NotFound
    refuse_unless(session, actor, reference, permission)
    return letter


def refuse_unless(session: Session, actor: Actor, reference: str, permission: Permission) -> None:
    """For what is found by the letter's reference, and not through its row. Raises as `load_letter`."""
    if actor.kind not in {ActorKind.COMMAND, ActorKind.CLOCK}:
        _check(_permissions(session, actor, reference), permission)


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
    return permissions_of(look(session, _ROLE, {"letter": reference, "staff": actor.reference}).scalar() or "")


def lock_letter(session: Session, letter_id: int) -> LetterRow:
    """The letter's row, held until the transaction ends: what is judged now is still so when it is stored."""
    return session.scalars(_LOCKED_LETTER, {"letter": letter_id}).one()


def hold_place(session: Session, place: Place) -> tuple[Place, HeldLetter]:
    """The place once more, and its letter, held until the transaction ends: what is judged now is still so when it is stored.

    NotFound if its link was replaced or revoked while this waited for the letter (R14).
    """
    if not is_alone(session):
        # By itself: what a statement reads that has to wait may be older than what it waited for.
        look(session, _HOLD, {"letter": place.letter_id})
    row = look(session, _HELD, {"stay": place.stay.id}).one_or_none()
    if row is None:
        raise NotFound
    return _place_of(row), HeldLetter(*row[_LETTER_AT:])


def load_place(session: Session, token_hash: str, invitation: str, *, now: datetime) -> Place:
    """The representative's own place, if this browser's session is live and is theirs. NotFound otherwise."""
    row = look(session, _PLACE, {"token_hash": token_hash}).one_or_none()
    if row is None:
        raise NotFound
    place = _place_of(row)
    if place.invitation.reference != invitation or not IN_A_ROOM.is_live(place.stay.began_at, place.stay.seen_at, now=now):
        raise NotFound
    return place


def _place_of(row: Any) -> Place:
    invitation = (*row[_INVITATION_AT:_SOCIETY_AT], Society(*row[_SOCIETY_AT:_LETTER_AT]))
    return Place(Stay(*row[:_REPRESENTATIVE_AT]), Representative(*row[_REPRESENTATIVE_AT:_INVITATION_AT]), Invitation(*invitation))
