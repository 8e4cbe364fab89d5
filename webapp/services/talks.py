"""The talk between one society and the coordinators, about a condition or anything else; no answer is given in it (R12)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.letter import LetterState
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission
from webapp.persistence import outbox
from webapp.persistence.record import append_event
from webapp.persistence.tables import AnswerRow, InvitationRow, LetterRow, StaffRow, TalkRow
from webapp.services.access import hold_place, load_letter
from webapp.services.coordinators import tell_coordinators
from webapp.services.place import Place
from webapp.services.references import new_reference
from webapp.services.sign_on import live_representatives

_SILENT = frozenset({LetterState.DRAFTING, LetterState.CANCELLED})


@dataclass(frozen=True)
class Said:
    """One thing said, as both sides see it; a condition with which a society has answered is one too."""

    by_society: bool
    who: str
    at: ShownInstant
    words: str
    is_condition: bool = False


@dataclass(frozen=True)
class Talk:
    society: str
    said: tuple[Said, ...]
    is_open: bool


def talk_in_room(session: Session, place: Place) -> Talk:
    letter = session.get_one(LetterRow, place.letter_id)
    if letter.revision_in_force is None:
        raise NotFound
    return _talk(session, letter, session.get_one(InvitationRow, place.invitation.id), shows_staff=False)


def talk_at_desk(session: Session, actor: Actor, reference: str, invitation: str) -> Talk:
    letter = load_letter(session, actor, reference, Permission.SEE)
    return _talk(session, letter, _invitation(session, letter, invitation), shows_staff=True)


def say_in_room(session: Session, place: Place, words: str, nonce: str, *, now: datetime) -> None:
    """A representative says something; the coordinators are told. The same form twice is one message.

    It needs no code: nothing that is said here counts as an answer of the society.
    """
    place, letter = hold_place(session, place)
    if letter.digest is None:
        raise NotFound
    row = TalkRow(
        letter_id=letter.id, invitation_id=place.invitation.id, representative_id=place.representative.id, nonce=nonce, said_at=now
    )
    if not _say(session, row, letter.state, words):
        return
    public = {"society": place.invitation.society.reference, "talk": row.reference}
    append_event(session, letter, place.actor, "talk.said", public, now=now, private={"words": row.words})
    tell_coordinators(session, letter.id, "society_wrote", row.reference, {"talk": row.id}, now=now)


def say_at_desk(session: Session, actor: Actor, reference: str, invitation: str, words: str, nonce: str, *, now: datetime) -> int:
    """A coordinator says something; every representative of the society is told: how many there are. The same form twice is one message."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    if letter.revision_in_force is None:
        raise WrongState("A society can be written to here once sign-on has been opened.")
    place = _invitation(session, letter, invitation)
    staff = session.scalars(select(StaffRow).where(StaffRow.reference == actor.reference)).one()
    told = live_representatives(place)
    row = TalkRow(letter_id=letter.id, invitation_id=place.id, staff_id=staff.id, nonce=nonce, said_at=now)
    if not _say(session, row, letter.state, words):
        return len(told)
    public = {"society": place.society.reference, "talk": row.reference}
    append_event(session, letter, actor, "talk.said", public, now=now, private={"words": row.words})
    due = [
        outbox.Due(f"coordinators_wrote:{row.reference}:{one.reference}", one.email, {"talk": row.id, "representative": one.id})
        for one in told
    ]
    outbox.put_all(session, "coordinators_wrote", due, now=now, letter_id=letter.id)
    return len(told)


def _say(session: Session, row: TalkRow, state: str, words: str) -> bool:
    """Whether it was stored now; a form that was sent before stores nothing."""
    if state in _SILENT:
        raise WrongState("This letter was cancelled, so nothing more can be said here.")
    known = session.scalars(select(TalkRow).where(TalkRow.nonce == row.nonce)).one_or_none()
    clean = bounded_text(words, limits.TALK, field="words", what="What you write")
    if known is not None and (known.invitation_id, known.words) != (row.invitation_id, clean):
        raise Conflict("Another message was sent from this page before. Yours is still below: press once more to send it.")
    if known is not None:
        return False
    if not clean:
        raise InvalidInput("Write what you want to say.", field="words")
    here = select(func.count()).select_from(TalkRow).where(TalkRow.invitation_id == row.invitation_id)
    if (session.scalar(here) or 0) >= limits.TALK_OF_SOCIETY:
        raise InvalidInput(f"{limits.TALK_OF_SOCIETY} messages is the most. Please go on by mail.", field="words")
    row.reference, row.words = new_reference(), clean
    session.add(row)
    session.flush()
    return True


def _invitation(session: Session, letter: LetterRow, reference: str) -> InvitationRow:
    query = select(InvitationRow).where(InvitationRow.letter_id == letter.id, InvitationRow.reference == reference)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    return row


def _talk(session: Session, letter: LetterRow, invitation: InvitationRow, *, shows_staff: bool) -> Talk:
    said = sorted(_said(session, letter, invitation, shows_staff=shows_staff), key=lambda one: one[0])
    is_open = letter.state not in _SILENT and letter.revision_in_force is not None
    return Talk(invitation.society.printed_name, tuple(one for _at, one in said), is_open)


def _said(session: Session, letter: LetterRow, invitation: InvitationRow, *, shows_staff: bool) -> Iterator[tuple[datetime, Said]]:
    conditions = select(AnswerRow).where(AnswerRow.invitation_id == invitation.id, AnswerRow.kind == AnswerKind.SIGN_IF)
    for answer in session.scalars(conditions.options(joinedload(AnswerRow.representative))):
        at = show_instant(answer.received_at, letter.deadline_zone)
        yield answer.received_at, Said(True, answer.given_by, at, answer.reason, is_condition=True)
    messages = select(TalkRow).where(TalkRow.invitation_id == invitation.id)
    for row in session.scalars(messages.options(joinedload(TalkRow.representative), joinedload(TalkRow.staff))):
        at = show_instant(row.said_at, letter.deadline_zone)
        if row.representative is not None:
            yield row.said_at, Said(True, row.representative.name, at, row.words)
        # Which of the coordinators it was, and at which address, is the desk's own business (R19).
        elif row.staff is not None:
            yield row.said_at, Said(False, row.staff.email if shows_staff else letter.lead_society, at, row.words)


@dataclass(frozen=True)
class Waiting:
    """A society that spoke last, and waits for a word."""

    invitation: str
    society: str
    has_condition: bool
    """What it waits on is the condition with which it has answered."""


def waiting_talks(session: Session, letter: LetterRow) -> list[Waiting]:
    """Who waits for a word of the coordinators, the longest first."""
    newest = select(func.max(TalkRow.id)).where(TalkRow.letter_id == letter.id).group_by(TalkRow.invitation_id)
    last = {row.invitation_id: row for row in session.scalars(select(TalkRow).where(TalkRow.id.in_(newest)))}
    since = {key: row.said_at for key, row in last.items() if row.representative_id is not None}
    conditions = select(AnswerRow.invitation_id, AnswerRow.received_at).where(
        AnswerRow.letter_id == letter.id, AnswerRow.kind == AnswerKind.SIGN_IF, AnswerRow.is_standing.is_(True)
    )
    named = {key: at for key, at in session.execute(conditions) if key not in last or last[key].said_at <= at}
    waiting = {**since, **named}
    query = select(InvitationRow).where(InvitationRow.id.in_(waiting)).options(joinedload(InvitationRow.society))
    rows = sorted(session.scalars(query), key=lambda row: waiting[row.id]) if waiting else []
    return [Waiting(row.reference, row.society.printed_name, row.id in named) for row in rows]
