"""The address of a representative corrected by the coordinators: the old link dies, a new one goes to the new address alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.letter import Action, LetterState
from webapp.domain.names import bounded_line
from webapp.domain.permission import Permission
from webapp.domain.tokens import Keyring
from webapp.persistence import outbox
from webapp.persistence.record import append_event, append_events
from webapp.persistence.tables import AnswerRow, Ended, InvitationRow, LetterRow, RepresentativeRow
from webapp.services.access import load_letter
from webapp.services.address_doubts import address_doubts
from webapp.services.circulation import ask_newcomers
from webapp.services.doors import clean_address
from webapp.services.held_open import move_now
from webapp.services.invitations import Line, lines_of
from webapp.services.personal_links import asks_again
from webapp.services.succession import begin_place, end_place, refuse_taken, told

ENDINGS = {
    Ended.CORRECTED: "the address was corrected",
    Ended.HANDED_OVER: "handed over to a colleague",
    Ended.NOT_US: "said that the letter had reached the wrong place",
    "": "the link was revoked",
}


@dataclass(frozen=True)
class Former:
    """Somebody whose place has ended."""

    representative: str
    name: str
    email: str
    how: str
    reason: str
    at: ShownInstant
    successor: str
    """The name of who came after; empty where nobody did."""


@dataclass(frozen=True)
class Correctable:
    """Somebody whose address can be corrected: alive, or gone with “not us” and without anybody after."""

    representative: str
    name: str
    email: str


@dataclass(frozen=True)
class PeopleView:
    """Who represents a society on this letter, who did, and what was sent to them."""

    invitation: str
    society: str
    lines: tuple[Line, ...]
    former: tuple[Former, ...]
    correctable: tuple[Correctable, ...]
    said_not_us: bool
    is_settled: bool


def show_people(session: Session, actor: Actor, reference: str, invitation: str) -> PeopleView:
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = _invitation(session, letter, invitation)
    names = {one.reference: one.name for one in row.representatives}
    live = [one for one in row.representatives if one.revoked_at is None]
    gone = [one for one in row.representatives if one.revoked_at is not None]
    return PeopleView(
        invitation=row.reference,
        society=row.society.printed_name,
        lines=tuple(lines_of(session, letter, {one.reference for one in live})),
        former=tuple(_former(one, names, letter) for one in gone),
        correctable=tuple(Correctable(one.reference, one.name, one.email) for one in row.representatives if _is_correctable(one)),
        said_not_us=row.not_us_at is not None,
        is_settled=row.not_us_settled_at is not None,
    )


def _former(row: RepresentativeRow, names: dict[str, str], letter: LetterRow) -> Former:
    at = show_instant(row.revoked_at or row.added_at, letter.deadline_zone)
    return Former(row.reference, row.name, row.email, ENDINGS[row.ended_by], row.ended_reason, at, names.get(row.successor, ""))


def _is_correctable(row: RepresentativeRow) -> bool:
    return row.revoked_at is None or (row.ended_by == Ended.NOT_US and not row.successor)


@dataclass(frozen=True)
class Correction:
    representative: str
    name: str
    email: str
    is_sure: bool = False
    """The coordinator has looked twice at what is doubtful in the address."""


def doubts_of(session: Session, actor: Actor, reference: str, invitation: str, email: str) -> list[str]:
    """What should be looked at twice; nothing where it is no address at all."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    try:
        address = clean_address(email)
    except InvalidInput:
        return []
    return _doubts(session, letter, _invitation(session, letter, invitation), address)


def _doubts(session: Session, letter: LetterRow, row: InvitationRow, address: str) -> list[str]:
    doubts = address_doubts(address, row.society.domains.split())
    same = select(RepresentativeRow).join(InvitationRow).where(InvitationRow.letter_id == letter.id, InvitationRow.id != row.id)
    others = session.scalars(same.where(RepresentativeRow.revoked_at.is_(None), RepresentativeRow.email == address))
    return [*doubts, *(f"The same address stands for “{one.invitation.society.printed_name}”." for one in others)]


def correct_address(
    session: Session, actor: Actor, reference: str, invitation: str, given: Correction, keyring: Keyring, *, now: datetime
) -> None:
    """The old link is dead at once and gets nothing more; the new address is mailed one of its own, if anybody was asked yet.

    Raises InvalidInput for an address that is doubtful and not ticked, or that somebody of the society has already.
    """
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    move = move_now(session, letter, Action.CORRECT_ADDRESS)
    row = _invitation(session, letter, invitation)
    before = next((one for one in row.representatives if one.reference == given.representative and _is_correctable(one)), None)
    if before is None:
        raise NotFound
    name = bounded_line(given.name, limits.PERSON_NAME, field="name", what="The name")
    if not name:
        raise InvalidInput("Name the person who answers for the society.", field="name")
    email = clean_address(given.email)
    refuse_taken(row, before, name, email)
    if not given.is_sure and (doubts := _doubts(session, letter, row, email)):
        raise InvalidInput(" ".join([*doubts, "Look at it letter by letter, and tick that it is right."]), field="is_sure")
    if before.revoked_at is None:
        end_place(session, before, Ended.CORRECTED, "", now=now)
    after = begin_place(session, before, name, email, keyring, now=now)
    asks_again(row)
    append_events(session, letter, actor, [told(move.event, before, after, before.ended_reason)], now=now)
    _mail(session, letter, row, after, now=now)


def _mail(session: Session, letter: LetterRow, invitation: InvitationRow, after: RepresentativeRow, *, now: datetime) -> None:
    """What this person would have got by now: nothing where the society was asked for nothing yet."""
    if invitation.invited_at is None:
        return
    if letter.state == LetterState.CIRCULATING and after.link_generation == 1:
        ask_newcomers(session, letter, [invitation], now=now)
        return
    answered = select(AnswerRow.id).where(AnswerRow.invitation_id == invitation.id, AnswerRow.is_standing.is_(True))
    asks = letter.state == LetterState.SIGNING and session.scalar(answered) is None
    kind = "invitation" if asks else "new_link"
    reason = f"{kind}:{after.reference}:generation-{after.link_generation}"
    outbox.put(session, kind, reason, after.email, now=now, letter_id=letter.id, representative=after.id)


def settle_not_us(session: Session, actor: Actor, reference: str, invitation: str, *, now: datetime) -> None:
    """A coordinator leaves it at that: nobody looks for another way to this society. Twice is once."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    move_now(session, letter, Action.CORRECT_ADDRESS)
    row = _invitation(session, letter, invitation)
    if row.not_us_at is None or row.not_us_settled_at is not None:
        return
    row.not_us_settled_at = now
    append_event(session, letter, actor, "not_us.settled", {"society": row.society.reference}, now=now)


def _invitation(session: Session, letter: LetterRow, reference: str) -> InvitationRow:
    query = select(InvitationRow).where(InvitationRow.letter_id == letter.id, InvitationRow.reference == reference)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    return row
