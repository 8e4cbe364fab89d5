"""What is released of the correspondence, item by item: a summary, and the words where a coordinator chose so; never an address (R19)."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.correspondence import RELEASED_WORDS, Audience, Direction
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.names import bounded_text
from webapp.persistence.record import append_event
from webapp.persistence.tables import CorrespondenceRow, LetterRow
from webapp.services.correspondence import find_item, load_sealed
from webapp.services.place import Place
from webapp.services.signatory_places import is_signatory_place

_AT, _JOINERS = "@\N{FULLWIDTH COMMERCIAL AT}\N{SMALL COMMERCIAL AT}", "\u200c\u200d"
# What RFC 5322 lets stand before the “@”, but for “/” and “?”, with which an address begins in that of a page. A run of them is looked at
# once, from its beginning, so that a page full of letters or of “@” takes a time in proportion to its length.
_ATOM = rf"\w.!#$%&'*+=^`{{|}}~{_JOINERS}-"
_LOCAL = rf"""(?:"[^"\n]{{1,64}}"|(?<![{_ATOM}])[{_ATOM}]++)"""
_LABEL = rf"[\w{_JOINERS}-]++"
_ADDRESS = re.compile(rf"{_LOCAL}(?:[{_AT}](?:\[[^\]\s]{{1,64}}\]|{_LABEL}(?:\.{_LABEL})*+)|[ ]?[{_AT}][ ]?{_LABEL}(?:\.{_LABEL})++)")
_LEFT_OUT = "[address left out]"


@dataclass(frozen=True)
class Release:
    """To whom an item is released, and what they read of it; `seen` is when it had been released before, as the page showed it."""

    audience: str
    summary: str
    shows_text: bool
    seen: str = ""


@dataclass(frozen=True)
class ReleasedItem:
    """One item, as those see it to whom it is released: no name of a person, and no address."""

    reference: str
    direction: str
    says: str
    at: ShownInstant
    on: date
    noted_at: datetime
    """When it was released as it stands, or struck."""
    summary: str
    text: str
    """Empty where only the summary is released."""
    link: str
    """Of what others report."""
    submission: str
    is_public: bool
    is_struck: bool


def without_addresses(text: str) -> str:
    """The words, with every e-mail address left out."""
    return _ADDRESS.sub(_LEFT_OUT, text)


def release_item(session: Session, actor: Actor, reference: str, item: str, given: Release, *, now: datetime) -> None:
    """Shows an item to the signatories, or to everybody once the letter is public; what was released before is replaced, never narrowed."""
    letter = load_sealed(session, actor, reference, for_update=True)
    row = find_item(session, letter, item)
    if row.struck_at is not None:
        raise WrongState("A struck item is released to nobody.")
    if given.seen != _seen(row):
        raise Conflict("Somebody else has released this item meanwhile. Look at what stands now, then decide.")
    if given.audience not in set(Audience):
        raise InvalidInput("Choose to whom it is released.", field="audience")
    if row.audience == Audience.PUBLIC and given.audience != Audience.PUBLIC:
        raise InvalidInput("It is released to everybody already: what was public cannot be made private again.", field="audience")
    summary = bounded_text(given.summary, limits.POST_SUMMARY, field="summary", what="The summary")
    if not summary:
        raise InvalidInput("Say in a sentence or two what it is: that is what is read first.", field="summary")
    row.audience, row.summary, row.shows_text, row.released_at = given.audience, summary, given.shows_text, now
    public = {"item": row.reference, "audience": row.audience, "shows_text": row.shows_text}
    append_event(session, letter, actor, "correspondence.released", public, now=now, private={"summary": summary})


def _seen(row: CorrespondenceRow) -> str:
    return row.released_at.isoformat() if row.released_at else ""


@dataclass(frozen=True)
class ReleasePage:
    """What the page of a release shows: how it would be read, and what it is compared with when the button is pressed."""

    shown: ReleasedItem
    text: str
    seen: str


def show_release(session: Session, actor: Actor, reference: str, item: str) -> ReleasePage:
    letter = load_sealed(session, actor, reference)
    row = find_item(session, letter, item)
    return ReleasePage(_released(row), without_addresses(row.text), _seen(row))


def released_items(session: Session, letter: LetterRow, audience: Audience = Audience.PUBLIC) -> list[ReleasedItem]:
    """In order, the oldest first. What is released to the public is released to the signatories too; nothing is released by itself."""
    query = select(CorrespondenceRow).where(CorrespondenceRow.letter_id == letter.id, CorrespondenceRow.released_at.is_not(None))
    if audience == Audience.PUBLIC:
        query = query.where(CorrespondenceRow.audience == Audience.PUBLIC)
    return [_released(row) for row in session.scalars(query.order_by(CorrespondenceRow.happened_at, CorrespondenceRow.id))]


def released_in_room(session: Session, place: Place) -> list[ReleasedItem]:
    """What a signatory sees in its reading room. Raises NotFound for a society that is none."""
    if not is_signatory_place(session, place):
        raise NotFound
    return released_items(session, session.get_one(LetterRow, place.letter_id), Audience.SIGNATORIES)


def _released(row: CorrespondenceRow) -> ReleasedItem:
    is_struck = row.struck_at is not None
    return ReleasedItem(
        reference=row.reference,
        direction=row.direction,
        says=RELEASED_WORDS[Direction(row.direction)],
        at=show_instant(row.happened_at, row.zone),
        on=row.happened_at.astimezone(ZoneInfo(row.zone)).date(),
        noted_at=row.struck_at or row.released_at or row.entered_at,
        summary="" if is_struck else without_addresses(row.summary),
        text="" if is_struck or not row.shows_text else without_addresses(row.text),
        # Where others report it. That of a letter from the journal may open its portal, and nobody has said that it is released.
        link=row.link if row.direction == Direction.REPORT and not is_struck else "",
        submission=row.submission,
        is_public=row.audience == Audience.PUBLIC,
        is_struck=is_struck,
    )
