"""Which societies of a letter are kept from answering: nobody is reached there, mail came back, or the board met and no word came."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from webapp.domain.roster_view import Trouble
from webapp.persistence.tables import AnswerRow, InvitationRow, LetterRow, OutboxRow, RepresentativeRow, SocietyRow
from webapp.persistence.tables.message import MessageState
from webapp.services.documents import sort_key

LINK_MAILS = ("comment_request", "invitation", "new_link", "handed_over")
"""The messages that bring a representative's link."""

_CAME_BACK = (
    select(RepresentativeRow.invitation_id)
    .join(OutboxRow, OutboxRow.to_address == RepresentativeRow.email)
    .where(OutboxRow.letter_id == bindparam("letter"), OutboxRow.kind.in_(LINK_MAILS), OutboxRow.state == MessageState.FAILED)
)
_REPRESENTED = select(RepresentativeRow.invitation_id).where(
    RepresentativeRow.invitation_id == InvitationRow.id, RepresentativeRow.revoked_at.is_(None)
)
_ANSWERED = select(AnswerRow.id).where(AnswerRow.invitation_id == InvitationRow.id)
_IS_ALONE = ~_REPRESENTED.correlate(InvitationRow).exists()
_SAID_NOT_US = InvitationRow.not_us_at.is_not(None)
_HAS_MET = and_(InvitationRow.board_meets_on < bindparam("today"), ~_SAID_NOT_US, ~_ANSWERED.correlate(InvitationRow).exists())
_MAY_HAVE_FAILED = InvitationRow.id.in_(_CAME_BACK)
_TROUBLED = (
    select(
        InvitationRow.id,
        InvitationRow.reference,
        InvitationRow.opened_at,
        InvitationRow.board_meets_on,
        InvitationRow.not_us_at,
        InvitationRow.not_us_settled_at,
        SocietyRow.printed_name,
        SocietyRow.sort_name,
        _HAS_MET.label("has_met"),
        _IS_ALONE.label("is_alone"),
        _MAY_HAVE_FAILED.label("may_have_failed"),
    )
    .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
    .where(InvitationRow.letter_id == bindparam("letter"), or_(_HAS_MET, _IS_ALONE, _MAY_HAVE_FAILED, _SAID_NOT_US))
)


@dataclass(frozen=True)
class Troubled:
    """A society that is kept from answering, and by what."""

    id: int
    invitation: str
    society: str
    was_opened: bool
    board_met_on: date | None
    failed: tuple[str, ...]
    """The registered addresses from which the newest link came back."""
    troubles: frozenset[Trouble]


def troubled(session: Session, letter: LetterRow, *, today: date) -> list[Troubled]:
    """Each society with a trouble, in sort order: what the front page says of them and what the roster can be narrowed to is this."""
    rows = session.execute(_TROUBLED, {"letter": letter.id, "today": today}).all()
    doubtful = [row.id for row in rows if row.may_have_failed]
    people = _live_addresses(session, doubtful) if doubtful else {}
    mail = mail_states(session, letter, [one for emails in people.values() for one in emails]) if people else {}
    found = [
        _troubled(row, people.get(row.id, ()), mail) for row in sorted(rows, key=lambda row: sort_key(row.printed_name, row.sort_name))
    ]
    return [one for one in found if one.troubles]


def _troubled(row: Any, people: Collection[str], mail: dict[str, str]) -> Troubled:
    failed = tuple(email for email in people if mail.get(email) == MessageState.FAILED)
    named = (
        # Where the letter has reached the wrong place, nobody is missing until there is a right one; and once left at that, nobody at all.
        (Trouble.UNREACHABLE, (row.is_alone and row.not_us_at is None) or (bool(failed) and len(failed) == len(people))),
        (Trouble.NOT_US, row.not_us_at is not None and row.not_us_settled_at is None),
        (Trouble.MAIL_FAILED, failed),
        (Trouble.BOARD_MET, row.has_met),
    )
    troubles = frozenset(trouble for trouble, has_it in named if has_it)
    met_on = row.board_meets_on if row.has_met else None
    return Troubled(row.id, row.reference, row.printed_name, row.opened_at is not None, met_on, failed, troubles)


def _live_addresses(session: Session, invitations: Collection[int]) -> dict[int, list[str]]:
    query = select(RepresentativeRow.invitation_id, RepresentativeRow.email).where(
        RepresentativeRow.invitation_id.in_(invitations), RepresentativeRow.revoked_at.is_(None)
    )
    found: dict[int, list[str]] = {}
    for invitation, email in session.execute(query.order_by(RepresentativeRow.id)):
        found.setdefault(invitation, []).append(email)
    return found


def mail_states(session: Session, letter: LetterRow, addresses: Iterable[str]) -> dict[str, str]:
    """What has become of the newest link that was mailed to each of these addresses."""
    query = select(OutboxRow.to_address, OutboxRow.state).where(
        OutboxRow.letter_id == letter.id, OutboxRow.kind.in_(LINK_MAILS), OutboxRow.to_address.in_(addresses)
    )
    return {row.to_address: row.state for row in session.execute(query.order_by(OutboxRow.id))}
