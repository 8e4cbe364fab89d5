"""The share kit: what each society takes along once the letter is public; before that only coordinators look at it (R5, R18)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound
from webapp.domain.permission import Permission
from webapp.domain.public_letter import PublicLetter
from webapp.persistence.tables import AddendumSignatoryRow, AnswerRow, InvitationRow, LetterRow, SealedSignatoryRow
from webapp.services.access import load_letter
from webapp.services.documents import listed_answers
from webapp.services.place import Place
from webapp.services.public_letter import describe_letter, is_public_now, read_public


@dataclass(frozen=True)
class ShareKit:
    letter: PublicLetter
    society: str
    """As it is printed; empty where it is not among those who have signed, or has withdrawn."""
    has_joined: bool
    """By an addendum, after the seal."""


def kit_in_room(session: Session, place: Place, *, now: datetime) -> ShareKit:
    """Raises NotFound until the letter is public."""
    row = session.get_one(LetterRow, place.letter_id)
    letter = read_public(session, row.reference, now=now)
    society, has_joined = _printed_as(session, row, place.invitation.id)
    return ShareKit(letter, society, has_joined)


def preview_kit(session: Session, actor: Actor, reference: str, society: str = "") -> ShareKit:
    """What the society with this printed name will find, or the first of the list. Raises NotFound where there is no fixed text yet."""
    row = load_letter(session, actor, reference, Permission.SEE)
    if row.revision_in_force is None:
        raise NotFound("There is nothing to share yet: no text is fixed.")
    letter = describe_letter(session, row)
    listed = [one.printed_name for one in letter.signatories if not one.withdrawn_on]
    joined = [one.printed_name for one in letter.joined if not one.withdrawn_on]
    chosen = society if society in {*listed, *joined} else next(iter(listed), "")
    return ShareKit(letter, chosen, chosen in joined and chosen not in listed)


def can_share(session: Session, place: Place, *, now: datetime) -> bool:
    """Whether the room leads to the kit."""
    return is_public_now(session, place.letter_id, now=now)


def _printed_as(session: Session, letter: LetterRow, invitation: int) -> tuple[str, bool]:
    """The name that stands in a list for this invitation, and whether that list is an addendum."""
    if letter.sealed_at is None:
        mine = [line.printed_name for answer, line in listed_answers(session, letter) if answer.invitation_id == invitation]
        return (mine[0], False) if mine else ("", False)
    for table, has_joined in ((SealedSignatoryRow, False), (AddendumSignatoryRow, True)):
        query = select(table.printed_name).join(AnswerRow, AnswerRow.id == table.answer_id).join(InvitationRow)
        name = session.scalar(query.where(InvitationRow.id == invitation, AnswerRow.withdrawn_at.is_(None)))
        if name is not None:
            return name, has_joined
    return "", False
