"""The talk between one society and the coordinators, about a condition or anything else; no answer is given in it (R12)."""

from collections.abc import Collection, Iterator, Sequence
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
from webapp.persistence.record import Happening, append_event, append_events
from webapp.persistence.tables import AnswerRow, InvitationRow, LetterRow, StaffRow, TalkRow
from webapp.services.access import hold_place, load_letter
from webapp.services.coordinators import tell_coordinators
from webapp.services.place import Place
from webapp.services.references import new_reference
from webapp.services.roster_bulk import chosen_places
from webapp.services.sign_on import live_representatives

_SENT_OTHERWISE = "Another message was sent from this page before. Yours is still below: press once more to send it."
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
    staff = _speaker(session, letter, actor)
    place = _invitation(session, letter, invitation)
    row = TalkRow(letter_id=letter.id, invitation_id=place.id, staff_id=staff.id, nonce=nonce, said_at=now)
    if _say(session, row, letter.state, words):
        _tell_societies(session, letter, actor, [(place, row)], now=now)
    return len(live_representatives(place))


@dataclass(frozen=True)
class Round:
    """The same words for several societies, in a talk of each; the nonce is that of the form."""

    invitations: Collection[str]
    words: str
    nonce: str


def say_to_many(session: Session, actor: Actor, reference: str, what: Round, *, now: datetime) -> int:
    """A coordinator says the same to each of several societies, to all or to none; returns to how many. The same form twice is sent once.

    Raises Conflict where one of them is not on the roster any more, or the form has sent other words, or to others, before.
    """
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    staff = _speaker(session, letter, actor)
    clean = _fit_to_say(letter.state, what.words)
    places = chosen_places(session, letter, what.invitations)
    nonces = {f"{what.nonce}.{place.reference}": place for place in places}
    known = list(session.scalars(select(TalkRow).where(TalkRow.nonce.in_(nonces))))
    if known:
        if {row.nonce for row in known} != nonces.keys() or {row.words for row in known} != {clean}:
            raise Conflict(_SENT_OTHERWISE)
        return len(known)
    _refuse_full(session, letter, places)
    said = {"letter_id": letter.id, "staff_id": staff.id, "said_at": now, "words": clean}
    rows = [TalkRow(reference=new_reference(), invitation_id=place.id, nonce=nonce, **said) for nonce, place in nonces.items()]
    session.add_all(rows)
    session.flush()
    _tell_societies(session, letter, actor, list(zip(places, rows, strict=True)), now=now)
    return len(rows)


def _speaker(session: Session, letter: LetterRow, actor: Actor) -> StaffRow:
    if letter.revision_in_force is None:
        raise WrongState("A society can be written to here once sign-on has been opened.")
    return session.scalars(select(StaffRow).where(StaffRow.reference == actor.reference)).one()


def _refuse_full(session: Session, letter: LetterRow, places: Collection[InvitationRow]) -> None:
    full = select(TalkRow.invitation_id).where(TalkRow.letter_id == letter.id).group_by(TalkRow.invitation_id)
    found = set(session.scalars(full.having(func.count() >= limits.TALK_OF_SOCIETY)))
    if names := [place.society.printed_name for place in places if place.id in found]:
        raise InvalidInput(f"{limits.TALK_OF_SOCIETY} messages is the most. Please go on by mail with {'; '.join(names)}.", field="words")


def _tell_societies(
    session: Session, letter: LetterRow, actor: Actor, said: Sequence[tuple[InvitationRow, TalkRow]], *, now: datetime
) -> None:
    """In the record, and by mail to everybody who represents them: in a handful of statements, however many they are."""
    happenings = [
        Happening("talk.said", {"society": place.society.reference, "talk": row.reference}, {"words": row.words}) for place, row in said
    ]
    append_events(session, letter, actor, happenings, now=now)
    due = [
        outbox.Due(f"coordinators_wrote:{row.reference}:{one.reference}", one.email, {"talk": row.id, "representative": one.id})
        for place, row in said
        for one in live_representatives(place)
    ]
    outbox.put_all(session, "coordinators_wrote", due, now=now, letter_id=letter.id)


def _say(session: Session, row: TalkRow, state: str, words: str) -> bool:
    """Whether it was stored now; a form that was sent before stores nothing."""
    clean = _fit_to_say(state, words)
    known = session.scalars(select(TalkRow).where(TalkRow.nonce == row.nonce)).one_or_none()
    if known is not None and (known.invitation_id, known.words) != (row.invitation_id, clean):
        raise Conflict(_SENT_OTHERWISE)
    if known is not None:
        return False
    here = select(func.count()).select_from(TalkRow).where(TalkRow.invitation_id == row.invitation_id)
    if (session.scalar(here) or 0) >= limits.TALK_OF_SOCIETY:
        raise InvalidInput(f"{limits.TALK_OF_SOCIETY} messages is the most. Please go on by mail.", field="words")
    row.reference, row.words = new_reference(), clean
    session.add(row)
    session.flush()
    return True


def _fit_to_say(state: str, words: str) -> str:
    if state in _SILENT:
        raise WrongState("This letter was cancelled, so nothing more can be said here.")
    clean = bounded_text(words, limits.TALK, field="words", what="What you write")
    if not clean:
        raise InvalidInput("Write what you want to say.", field="words")
    return clean


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
