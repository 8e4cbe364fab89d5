"""Who has been invited to sign and when, what became of the mail, and sending to all, some or one (R14, R16)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.errors import InvalidInput
from webapp.domain.letter import Action, move_for
from webapp.domain.names import comparison_key
from webapp.domain.permission import Permission
from webapp.domain.tokens import Keyring
from webapp.persistence import outbox
from webapp.persistence.record import Happening, append_events
from webapp.persistence.tables import AnswerRow, CirculationRow, InvitationRow, LetterRow, OutboxRow, RepresentativeRow
from webapp.persistence.tables.message import MessageState
from webapp.services.access import load_letter
from webapp.services.documents import sort_key
from webapp.services.personal_links import asks_again, end_stays, renewed
from webapp.services.troubles import LINK_MAILS

_PAGE = 200
INVITING = frozenset({"invitation", "handed_over"})
"""The messages by which somebody is asked to sign: by the coordinators, or by a colleague who hands over."""

# What says, once sign-on is open, that the society is asked to sign.
_ASKING = INVITING | {"new_link"}
_CIRCULATED = select(CirculationRow.id).where(CirculationRow.letter_id == bindparam("letter")).limit(1)


class MailState(StrEnum):
    """What became of the newest message that brings a representative’s link."""

    NONE = "not invited yet"
    QUEUED = "on its way"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    REFUSED = "refused"


_STATES = {
    MessageState.QUEUED: MailState.QUEUED,
    MessageState.UNCERTAIN: MailState.UNCERTAIN,
    MessageState.SENT: MailState.SENT,
    MessageState.FAILED: MailState.REFUSED,
}


def not_invited_yet(session: Session, letter: LetterRow) -> set[int]:
    """The invitations of societies that were asked to comment, have not answered, and were sent nothing that asks them to sign."""
    if session.scalar(_CIRCULATED, {"letter": letter.id}) is None:
        # Nobody was asked to comment.
        return set()
    asked = select(RepresentativeRow.invitation_id).join(
        OutboxRow, OutboxRow.parameters["representative"].as_integer() == RepresentativeRow.id
    )
    since = or_(OutboxRow.kind == "invitation", OutboxRow.queued_at >= letter.opened_at)
    asked = asked.where(OutboxRow.letter_id == letter.id, OutboxRow.kind.in_(_ASKING), since)
    answered = select(AnswerRow.invitation_id).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True))
    circulated = select(InvitationRow.id).where(InvitationRow.letter_id == letter.id, InvitationRow.invited_at < letter.opened_at)
    reachable = circulated.where(InvitationRow.representatives.any(RepresentativeRow.revoked_at.is_(None)))
    return set(session.scalars(reachable.where(InvitationRow.id.not_in(asked), InvitationRow.id.not_in(answered))))


@dataclass(frozen=True)
class Line:
    """One representative, and what was sent to them."""

    representative: str
    invitation: str
    society: str
    name: str
    email: str
    mail: MailState
    error: str
    """What the mail server said where it refused, made safe."""
    first_at: ShownInstant | None
    """When they were first invited to sign."""
    last_at: ShownInstant | None
    number: int
    """How many messages with a link they have been sent."""
    has_opened: bool
    has_answered: bool
    is_new: bool
    """Not asked to sign yet, while the society has not answered."""
    mark: str
    """What this line goes by: a form that was made before something was sent chooses nobody."""


@dataclass(frozen=True)
class Page:
    lines: tuple[Line, ...]
    fitting: int
    """How many representatives fit the filter, on this page or another."""
    number: int
    last: int
    counts: tuple[tuple[str, int], ...]
    all_marks: str
    """The marks of all that fit, for a form that means them all."""


def list_invitations(session: Session, actor: Actor, reference: str, *, show: str = "", search: str = "", number: int = 1) -> Page:
    """The representatives who live, by society, narrowed to one state of the mail and to words."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    lines = lines_of(session, letter)
    words = comparison_key(search)
    found = [one for one in lines if _fits(one, show) and (not words or words in comparison_key(f"{one.society} {one.name} {one.email}"))]
    last = max(-(-len(found) // _PAGE), 1)
    number = min(max(number, 1), last)
    counts = [(state.value, sum(1 for one in lines if one.mail == state)) for state in MailState]
    counts.append((NOT_ANSWERED, sum(1 for one in lines if _fits(one, NOT_ANSWERED))))
    shown = tuple(found[(number - 1) * _PAGE : number * _PAGE])
    return Page(shown, len(found), number, last, tuple(counts), " ".join(one.mark for one in found))


NOT_ANSWERED = "not answered"


def _fits(line: Line, show: str) -> bool:
    if show == NOT_ANSWERED:
        return not line.has_answered and line.mail is not MailState.NONE
    return not show or line.mail == show


def lines_of(session: Session, letter: LetterRow, only: Collection[str] | None = None) -> list[Line]:
    """Every living representative of the letter, or those of these references, by society."""
    query = (
        select(RepresentativeRow).join(InvitationRow).options(joinedload(RepresentativeRow.invitation).joinedload(InvitationRow.society))
    )
    query = query.where(InvitationRow.letter_id == letter.id, RepresentativeRow.revoked_at.is_(None))
    rows = [row for row in session.scalars(query) if only is None or row.reference in only]
    mails = _mails(session, letter)
    standing = select(AnswerRow.invitation_id).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True))
    answered = set(session.scalars(standing))
    rows.sort(key=lambda row: (sort_key(row.invitation.society.printed_name, row.invitation.society.sort_name), row.id))
    return [_line(row, mails.get(row.id, []), letter, has_answered=row.invitation_id in answered) for row in rows]


def _mails(session: Session, letter: LetterRow) -> dict[int, list[OutboxRow]]:
    """The messages that brought a link, by representative, the oldest first."""
    found: dict[int, list[OutboxRow]] = {}
    for row in session.scalars(
        select(OutboxRow).where(OutboxRow.letter_id == letter.id, OutboxRow.kind.in_(LINK_MAILS)).order_by(OutboxRow.id)
    ):
        found.setdefault(row.parameters["representative"], []).append(row)
    return found


def _line(row: RepresentativeRow, mails: Sequence[OutboxRow], letter: LetterRow, *, has_answered: bool) -> Line:
    invited = [mail for mail in mails if mail.kind in INVITING]
    newest = mails[-1] if mails else None
    is_new = not invited and not has_answered
    # Before sign-on was opened a link brought the text for comment.
    is_waiting = is_new and letter.opened_at is not None and newest is not None and newest.queued_at < letter.opened_at
    return Line(
        representative=row.reference,
        invitation=row.invitation.reference,
        society=row.invitation.society.printed_name,
        name=row.name,
        email=row.email,
        mail=_STATES[MessageState(newest.state)] if newest and not (is_waiting and newest.state == MessageState.SENT) else MailState.NONE,
        error=newest.last_error if newest and newest.state == MessageState.FAILED else "",
        first_at=show_instant(invited[0].queued_at, letter.deadline_zone) if invited else None,
        last_at=show_instant(newest.queued_at, letter.deadline_zone) if newest else None,
        number=len(mails),
        has_opened=row.invitation.opened_at is not None,
        has_answered=has_answered,
        is_new=is_new,
        mark=_mark(row, len(mails)),
    )


def _mark(row: RepresentativeRow, number: int) -> str:
    return f"{row.reference}.{row.link_generation}.{number}"


@dataclass(frozen=True)
class Chosen:
    """What pressing the button would do, for a second look."""

    first: tuple[Line, ...]
    again: tuple[Line, ...]
    changed: int
    """How many have been sent something, or have gone, since the page was made."""

    @property
    def marks(self) -> str:
        return " ".join(one.mark for one in (*self.first, *self.again))

    @property
    def number(self) -> int:
        return len(self.first) + len(self.again)


def choose(session: Session, actor: Actor, reference: str, marks: str) -> Chosen:
    """Changes nothing. Raises InvalidInput where nobody is left to be sent anything."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    move_for(letter.state, Action.SEND_INVITATION)
    return _chosen(session, letter, marks)


def _chosen(session: Session, letter: LetterRow, marks: str) -> Chosen:
    wanted = set(marks.split())
    if not wanted:
        raise InvalidInput("Choose at least one representative.", field="who")
    lines = [one for one in lines_of(session, letter, {mark.split(".")[0] for mark in wanted}) if one.mark in wanted]
    return Chosen(
        first=tuple(one for one in lines if one.is_new),
        again=tuple(one for one in lines if not one.is_new),
        changed=len(wanted) - len(lines),
    )


def marks_of(session: Session, actor: Actor, reference: str, places: Collection[str]) -> str:
    """The marks of all who represent these societies, by the references of their invitations."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    return " ".join(one.mark for one in lines_of(session, letter) if one.invitation in places)


def send(session: Session, actor: Actor, reference: str, marks: str, keyring: Keyring, *, now: datetime) -> Chosen:
    """Invites those who never were; to the others it sends a new link, and the old one is dead with all that it has opened (R14).

    Whoever was sent something since the page was made is left out, so that a form that is sent twice sends once (R16).
    """
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    move = move_for(letter.state, Action.SEND_INVITATION)
    chosen = _chosen(session, letter, marks)
    if not chosen.number:
        return chosen
    rows = _rows(session, [one.representative for one in (*chosen.first, *chosen.again)])
    happenings: list[Happening] = []
    due: list[outbox.Due] = []
    links: list[outbox.Due] = []
    for line in chosen.first:
        row = rows[line.representative]
        row.invitation.invited_at = row.invitation.invited_at or now
        asks_again(row.invitation)
        happenings.append(Happening(move.event, {"society": row.invitation.society.reference, "representative": row.reference}))
        due.append(outbox.Due(f"invitation:{row.reference}", row.email, {"representative": row.id}))
    for line in chosen.again:
        row = rows[line.representative]
        happenings.append(renewed(row, keyring))
        # Who has answered is not asked once more whether the society will sign.
        kind, which = ("new_link", links) if line.has_answered else ("invitation", due)
        which.append(outbox.Due(f"{kind}:{row.reference}:generation-{row.link_generation}", row.email, {"representative": row.id}))
    end_stays(session, [rows[one.representative].id for one in chosen.again])
    session.flush()
    append_events(session, letter, actor, happenings, now=now)
    outbox.put_all(session, "invitation", due, now=now, letter_id=letter.id)
    outbox.put_all(session, "new_link", links, now=now, letter_id=letter.id)
    return chosen


def _rows(session: Session, references: Sequence[str]) -> dict[str, RepresentativeRow]:
    query = select(RepresentativeRow).options(joinedload(RepresentativeRow.invitation).joinedload(InvitationRow.society))
    return {row.reference: row for row in session.scalars(query.where(RepresentativeRow.reference.in_(references)))}
