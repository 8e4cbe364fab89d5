"""What the pages show of a round before an answer: at the desk who said what, in a room the own word, and after the end the count."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.ask_round import CHOICE_WORDS, Choice, Tally, tally
from webapp.domain.correspondence import DIRECTION_WORDS, Direction
from webapp.domain.deadline import ShownInstant, show_date, show_instant, time_left
from webapp.domain.errors import NotFound
from webapp.persistence.record import record_time
from webapp.persistence.tables import AskAnswerRow, AskEndRow, AskRoundRow, CorrespondenceRow, InvitationRow, LetterRow
from webapp.services.ask_rounds import Asked, answerable_items, checked_round, end_of, find_round, last_words
from webapp.services.correspondence import load_sealed
from webapp.services.documents import sort_key
from webapp.services.place import Place
from webapp.services.signatory_places import is_signatory_place, places_that_stood, signatory_places, signatory_representatives


@dataclass(frozen=True)
class RoundLine:
    """One round in a list at the desk."""

    reference: str
    title: str
    end: ShownInstant
    is_open: bool
    counts: str


@dataclass(frozen=True)
class Word:
    """Something that somebody has said for a society."""

    choice: str
    says: str
    remarks: str
    who: str
    at: ShownInstant


@dataclass(frozen=True)
class SocietyLine:
    """A society in a round: its last word, if there is one, and what it said before."""

    name: str
    last: Word | None
    before: tuple[Word, ...]
    counts: bool
    """Its signature stood when the round ended, or stands now."""


@dataclass(frozen=True)
class RoundView:
    """One round, as the coordinators see it."""

    reference: str
    title: str
    proposal: str
    item: str
    item_words: str
    opened_at: ShownInstant
    until: ShownInstant
    end: ShownInstant
    left: str
    is_open: bool
    is_settled: bool
    """Nothing that came in time can still be on its way."""
    is_ended_early: bool
    tally: Tally
    societies: tuple[SocietyLine, ...]


@dataclass(frozen=True)
class RoundForm:
    """What the form of a new round offers, and whom it would ask."""

    items: dict[str, str]
    societies: int
    recipients: int
    unreachable: tuple[str, ...]
    """Signatories of which nobody has a link that works."""


@dataclass(frozen=True)
class RoundInRoom:
    """One round, as whoever represents a signatory sees it."""

    reference: str
    title: str
    proposal: str
    until: ShownInstant
    end: ShownInstant
    left: str
    is_open: bool
    is_ended_early: bool
    said: Word | None
    """The last word of the own society."""
    is_mine: bool
    """It is of whoever looks at it."""
    tally: Tally | None
    """Once the round has ended for good; who said what, the coordinators alone see."""


def list_rounds(session: Session, actor: Actor, reference: str, *, now: datetime) -> list[RoundLine]:
    """The newest first."""
    letter = load_sealed(session, actor, reference)
    return [_line(session, letter, row, now=now) for row in rounds_of(session, letter.id)]


def rounds_of(session: Session, letter_id: int) -> list[AskRoundRow]:
    return list(session.scalars(select(AskRoundRow).where(AskRoundRow.letter_id == letter_id).order_by(AskRoundRow.id.desc())))


def _line(session: Session, letter: LetterRow, row: AskRoundRow, *, now: datetime) -> RoundLine:
    end = end_of(session, row)
    return RoundLine(row.reference, row.title, show_instant(end, row.zone), now < end, tally_of(session, letter, row, end, now=now).words)


def tally_of(session: Session, letter: LetterRow, row: AskRoundRow, end: datetime, *, now: datetime) -> Tally:
    stood = {place.id for place in places_that_stood(session, letter, min(now, end))}
    return tally((word.choice for place, word in last_words(session, row).items() if place in stood), len(stood))


def show_round(session: Session, actor: Actor, reference: str, asked: str, *, now: datetime) -> RoundView:
    """Raises NotFound."""
    letter = load_sealed(session, actor, reference)
    row = find_round(session, letter.id, asked)
    end = end_of(session, row)
    item = session.scalars(select(CorrespondenceRow).where(CorrespondenceRow.reference == row.correspondence)).one_or_none()
    return RoundView(
        reference=row.reference,
        title=row.title,
        proposal=row.proposal,
        item=row.correspondence,
        item_words=_item_words(item) if item else "",
        opened_at=show_instant(row.opened_at, row.zone),
        until=show_instant(row.until, row.zone),
        end=show_instant(end, row.zone),
        left=time_left(end, now=now),
        is_open=now < end,
        is_settled=is_settled(end, now=now),
        is_ended_early=session.get(AskEndRow, row.id) is not None,
        tally=tally_of(session, letter, row, end, now=now),
        societies=_societies(session, letter, row, end, now=now),
    )


def is_settled(end: datetime, *, now: datetime) -> bool:
    """Whether nothing that came in time can still be on its way: it may be stored as much later as a request may take (R9)."""
    return now >= end + limits.LONGEST_REQUEST + timedelta(seconds=1)


def _societies(session: Session, letter: LetterRow, row: AskRoundRow, end: datetime, *, now: datetime) -> tuple[SocietyLine, ...]:
    """Those who spoke first, each under its name as the roster has it; whoever is no signatory any more is last."""
    said: dict[int, list[AskAnswerRow]] = {}
    for word in session.scalars(select(AskAnswerRow).where(AskAnswerRow.round_id == row.id).order_by(AskAnswerRow.id)):
        said.setdefault(word.invitation_id, []).append(word)
    stood = {place.id: place for place in places_that_stood(session, letter, min(now, end))}
    gone = {key: words[-1].invitation for key, words in said.items() if key not in stood}
    lines = [(_place_line(place, said.get(key, []), counts=key in stood), place) for key, place in {**stood, **gone}.items()]
    lines.sort(key=lambda one: (not one[0].counts, one[0].last is None, sort_key(one[0].name, one[1].society.sort_name), one[1].id))
    return tuple(line for line, _place in lines)


def _place_line(place: InvitationRow, words: list[AskAnswerRow], *, counts: bool) -> SocietyLine:
    shown = [_word(one) for one in words]
    return SocietyLine(place.society.printed_name, shown[-1] if shown else None, tuple(shown[:-1]), counts)


def _word(row: AskAnswerRow) -> Word:
    zone = row.round.zone
    return Word(row.choice, CHOICE_WORDS[Choice(row.choice)], row.remarks, row.representative.name, show_instant(row.received_at, zone))


def form_of_round(session: Session, actor: Actor, reference: str) -> RoundForm:
    """Raises as `load_sealed`."""
    letter = load_sealed(session, actor, reference)
    places, people = signatory_places(session, letter), signatory_representatives(session, letter)
    reached = {one.invitation_id for one in people}
    unreachable = tuple(place.society.printed_name for place in places if place.id not in reached)
    items = {key: _item_words(row) for key, row in answerable_items(session, letter).items()}
    return RoundForm(items, len(places), len(people), unreachable)


def _item_words(row: CorrespondenceRow) -> str:
    about = row.subject or row.sender or row.reported_by
    says = f"{DIRECTION_WORDS[Direction(row.direction)].capitalize()} {show_date(row.happened_at.astimezone(ZoneInfo(row.zone)).date())}"
    return f"{says}: {about}" if about else says


def look_at_round(session: Session, actor: Actor, reference: str, asked: Asked, *, now: datetime) -> ShownInstant:
    """Until when it would be, if it could be opened as it is typed. Raises InvalidInput naming the field."""
    letter = load_sealed(session, actor, reference)
    row = checked_round(session, letter, asked, at=record_time(session, letter.id, now=now))
    return show_instant(row.until, row.zone)


def rounds_in_room(session: Session, place: Place, *, now: datetime) -> list[RoundInRoom]:
    """The newest first; none for a society that is no signatory."""
    if not is_signatory_place(session, place):
        return []
    return [_in_room(session, place, row, now=now) for row in rounds_of(session, place.letter_id)]


def show_in_room(session: Session, place: Place, asked: str, *, now: datetime) -> RoundInRoom:
    """Raises NotFound also for a society that is no signatory (R13)."""
    if not is_signatory_place(session, place):
        raise NotFound
    return _in_room(session, place, find_round(session, place.letter_id, asked), now=now)


def _in_room(session: Session, place: Place, row: AskRoundRow, *, now: datetime) -> RoundInRoom:
    end, word = end_of(session, row), last_words(session, row).get(place.invitation.id)
    letter = session.get_one(LetterRow, place.letter_id)
    return RoundInRoom(
        reference=row.reference,
        title=row.title,
        proposal=row.proposal,
        until=show_instant(row.until, row.zone),
        end=show_instant(end, row.zone),
        left=time_left(end, now=now),
        is_open=now < end,
        is_ended_early=session.get(AskEndRow, row.id) is not None,
        said=_word(word) if word else None,
        is_mine=word is not None and word.representative_id == place.representative.id,
        tally=tally_of(session, letter, row, end, now=now) if is_settled(end, now=now) else None,
    )
