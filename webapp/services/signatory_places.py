"""The places of the societies that have signed a sealed letter: in the sealed list or in an addendum, and not withdrawn since (R4)."""

from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from webapp.persistence.tables import (
    AddendumRow,
    AddendumSignatoryRow,
    AnswerRow,
    InvitationRow,
    LetterRow,
    RepresentativeRow,
    SealedSignatoryRow,
)
from webapp.services.place import Place

_LISTED = select(SealedSignatoryRow.answer_id).union_all(select(AddendumSignatoryRow.answer_id))
_PLACES = select(AnswerRow.invitation_id).where(
    AnswerRow.letter_id == bindparam("letter"), AnswerRow.is_standing.is_(True), AnswerRow.id.in_(_LISTED)
)

_STOOD = select(AnswerRow.invitation_id).where(
    AnswerRow.letter_id == bindparam("letter"),
    or_(AnswerRow.withdrawn_at.is_(None), AnswerRow.withdrawn_at > bindparam("at")),
    AnswerRow.id.in_(
        select(SealedSignatoryRow.answer_id).union_all(
            select(AddendumSignatoryRow.answer_id).join(AddendumRow).where(AddendumRow.ended_at <= bindparam("at"))
        )
    ),
)


def is_signatory_place(session: Session, place: Place) -> bool:
    """Whether whoever is in this room represents a signatory of the sealed letter."""
    mine = _PLACES.where(AnswerRow.invitation_id == place.invitation.id)
    return session.scalar(mine, {"letter": place.letter_id}) is not None


def signatory_places(session: Session, letter: LetterRow) -> list[InvitationRow]:
    """Of every signatory, in the order in which they were invited."""
    query = select(InvitationRow).where(InvitationRow.id.in_(_PLACES)).order_by(InvitationRow.id)
    return list(session.scalars(query, {"letter": letter.id}))


def signatory_representatives(session: Session, letter: LetterRow) -> list[RepresentativeRow]:
    """Everybody who represents a signatory, and whose link lives."""
    return [one for place in signatory_places(session, letter) for one in place.representatives if one.revoked_at is None]


def places_that_stood(session: Session, letter: LetterRow, at: datetime) -> list[InvitationRow]:
    """Of every society that was a signatory of the sealed letter at this instant: what happened later changes no count of then."""
    query = select(InvitationRow).where(InvitationRow.id.in_(_STOOD)).order_by(InvitationRow.id)
    return list(session.scalars(query, {"letter": letter.id, "at": at}))
