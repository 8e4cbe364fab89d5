"""From when a letter is public: said by a coordinator, moved until it has come, and decided by the clock alone (R10, R18)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, instant_from_local, show_instant, time_left, wall_clock_of
from webapp.domain.errors import Conflict, DomainError, WrongState
from webapp.domain.letter import AFTER_THE_SEAL, Action, LetterState, find_move, move_for
from webapp.domain.links import Links
from webapp.domain.permission import Permission
from webapp.domain.publication import is_public, refuse_instant, refuse_moving
from webapp.persistence.record import append_event, record_time
from webapp.persistence.tables import LetterRow, PublicationRow
from webapp.services.access import load_letter
from webapp.services.elsewhere import known_places

MOVED, DROPPED = "publication.moved", "publication.dropped"
CHANGED_SINCE = "Somebody else has said meanwhile when the letter becomes public. Look at it again; nothing was changed by you."


@dataclass(frozen=True)
class PublicationView:
    """What the desk says of it. `can_be_set` is false once the letter is public, and before there is a text to show."""

    released_at: ShownInstant | None
    local: datetime | None
    """What to fill the form with."""
    left: str
    is_public: bool
    can_be_set: bool
    why_not: str
    zone: str
    edition: int
    """0 while nobody has said anything."""
    notes: tuple[str, ...]
    """What somebody should know before they say so."""
    address: str
    """Where it will be read, or is."""


@dataclass(frozen=True)
class Release:
    """When, as a wall clock in the letter’s zone, or None for at once; `edition` is the one that the page showed."""

    local: datetime | None
    edition: int


def show_publication(session: Session, actor: Actor, reference: str, links: Links, *, now: datetime) -> PublicationView:
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = session.get(PublicationRow, letter.id)
    at = row.released_at if row else None
    has_come = is_public(at, now=now)
    return PublicationView(
        released_at=show_instant(at, row.zone) if row and at else None,
        local=wall_clock_of(at, letter.deadline_zone) if at else None,
        left=time_left(at, now=now) if at else "",
        is_public=has_come,
        can_be_set=not has_come and find_move(letter.state, Action.PUBLISH) is not None,
        why_not=_why_not(letter),
        zone=letter.deadline_zone,
        edition=row.edition if row else 0,
        notes=() if has_come else tuple(_notes(session, letter, links)),
        address=links.public(letter.reference),
    )


def _why_not(letter: LetterRow) -> str:
    try:
        move_for(letter.state, Action.PUBLISH)
    except DomainError as error:
        return str(error)
    return ""


def _notes(session: Session, letter: LetterRow, links: Links) -> Iterator[str]:
    if letter.state not in AFTER_THE_SEAL:
        yield "The letter is not sealed yet. Its page will show the text in force and who has signed so far, and will change with them."
    if letter.state == LetterState.SEALED:
        yield "No submission is recorded yet. Some journals do not take what has been public before: ask before you publish."
    if shown := [one.told for one in known_places(session, letter)]:
        yield f"The text has been shown elsewhere: {'; '.join(shown)}. Whoever has it there must be told of this page before it opens."
    if letter.is_demonstration:
        yield "This is a demonstration: its page says so, and that its societies are invented."
    if links.is_loopback:
        yield "This installation can be reached from this machine alone: nobody elsewhere will see the page."


def review_release(session: Session, actor: Actor, reference: str, given: Release, *, now: datetime) -> ShownInstant:
    """Changes nothing, and raises what `release_letter` would raise."""
    letter = load_letter(session, actor, reference, Permission.PUBLISH)
    return show_instant(_instant(session, letter, given, now=now), letter.deadline_zone)


def release_letter(session: Session, actor: Actor, reference: str, given: Release, *, now: datetime) -> None:
    """Says from when the letter is public, or moves it. WrongState once it is, Conflict where somebody else was first."""
    letter = load_letter(session, actor, reference, Permission.PUBLISH, for_update=True)
    move, at = move_for(letter.state, Action.PUBLISH), _instant(session, letter, given, now=now)
    row = session.get(PublicationRow, letter.id, populate_existing=True)
    public = {"released_at": at.isoformat(), "zone": letter.deadline_zone}
    if row is None:
        session.add(PublicationRow(letter_id=letter.id, released_at=at, zone=letter.deadline_zone, edition=1))
        append_event(session, letter, actor, move.event, public, now=now)
        return
    public["before"] = row.released_at.isoformat()
    row.released_at, row.zone, row.edition = at, letter.deadline_zone, row.edition + 1
    append_event(session, letter, actor, MOVED, public, now=now)


def _instant(session: Session, letter: LetterRow, given: Release, *, now: datetime) -> datetime:
    move_for(letter.state, Action.PUBLISH)
    row = session.get(PublicationRow, letter.id, populate_existing=True)
    refuse_moving(row.released_at if row else None, now=_present(session, letter, now=now))
    if given.edition != (row.edition if row else 0):
        raise Conflict(CHANGED_SINCE)
    if given.local is None:
        return now
    at = instant_from_local(given.local, letter.deadline_zone, field="release_local")
    refuse_instant(at, now=now)
    return at


def _present(session: Session, letter: LetterRow, *, now: datetime) -> datetime:
    # A clock that has gone back makes nothing unread that was public when the record’s newest event was written.
    return record_time(session, letter.id, now=now)


def drop_release(session: Session, actor: Actor, reference: str, edition: int, *, now: datetime) -> None:
    """Takes the instant back before it has come. WrongState once it has, and where none was said."""
    letter = load_letter(session, actor, reference, Permission.PUBLISH, for_update=True)
    row = session.get(PublicationRow, letter.id, populate_existing=True)
    if row is None:
        raise WrongState("Nobody has said yet when the letter becomes public.")
    refuse_moving(row.released_at, now=_present(session, letter, now=now))
    if edition != row.edition:
        raise Conflict(CHANGED_SINCE)
    _drop(session, letter, actor, row, now=now)


def drop_if_awaited(session: Session, letter: LetterRow, actor: Actor, *, now: datetime) -> None:
    """A letter that is cancelled before its instant never becomes public. What is public stays so, and says that it was cancelled."""
    row = session.get(PublicationRow, letter.id, populate_existing=True)
    if row is not None and not is_public(row.released_at, now=_present(session, letter, now=now)):
        _drop(session, letter, actor, row, now=now)


def _drop(session: Session, letter: LetterRow, actor: Actor, row: PublicationRow, *, now: datetime) -> None:
    append_event(session, letter, actor, DROPPED, {"before": row.released_at.isoformat()}, now=now)
    session.delete(row)
