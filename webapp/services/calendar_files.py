"""The milestones of a letter as calendar files: each alone and all together, and what a mail brings along."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.deadline import show_date, show_instant
from webapp.domain.errors import NotFound
from webapp.domain.letter import LetterState
from webapp.domain.milestone import Milestone, MilestoneKind
from webapp.domain.permission import Permission
from webapp.domain.window import WARNING
from webapp.persistence.tables import EventRow, InvitationRow, LetterRow, SocietyRow, VenueRow
from webapp.rendering.calendar_file import CalendarEvent, calendar_file
from webapp.services.access import load_letter
from webapp.services.milestones import milestones_of, name_of
from webapp.services.place import Place

# Under which the name of a milestone becomes the identity that calendars know it by; it stays for ever.
_OURS = UUID("5e1f3a0c-7f0e-4c58-9d5b-2b7d1c6a9e41")
_COUNTED = {MilestoneKind.BOARD, MilestoneKind.WINDOW}


def letter_calendar(session: Session, actor: Actor, reference: str, key: str = "", *, now: datetime) -> bytes:
    """The file of all milestones, or of one; NotFound where there is none of this name, or none with a day."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return _file(session, letter, _chosen(milestones_of(session, letter), key), now=now)


def room_calendar(session: Session, place: Place, key: str = "", *, now: datetime) -> bytes:
    """The same of what concerns this society: its comments, its own board, the deadline (R13)."""
    letter = session.get_one(LetterRow, place.letter_id)
    return _file(session, letter, _chosen(milestones_of(session, letter, place.invitation.id), key), now=now)


def room_dates(session: Session, place: Place) -> list[tuple[str, str]]:
    """Key and name of each milestone that the room has a file of."""
    letter = session.get_one(LetterRow, place.letter_id)
    return [(one.key, name_of(one)) for one in _dated(milestones_of(session, letter, place.invitation.id)) if not _is_past_round(one)]


def mailed_calendar(session: Session, invitation: InvitationRow, keys: Collection[str] | None, *, now: datetime) -> bytes:
    """What a mail to this society brings along: the milestones of these keys, or all of its own, as they are when it is sent.

    Empty where there is none.
    """
    letter = session.get_one(LetterRow, invitation.letter_id)
    found = [one for one in _dated(milestones_of(session, letter, invitation.id)) if keys is None or one.key in keys]
    return _file(session, letter, found, now=now) if found else b""


def _dated(milestones: Iterable[Milestone]) -> list[Milestone]:
    return [one for one in milestones if one.at or one.day]


def _is_past_round(one: Milestone) -> bool:
    """Comments that are not taken any more, because sign-on was opened or another revision went out."""
    return one.kind is MilestoneKind.COMMENTS and one.is_done


def _chosen(milestones: Iterable[Milestone], key: str) -> list[Milestone]:
    dated = _dated(milestones)
    found = [one for one in dated if one.key == key] if key else dated
    if key and not found:
        raise NotFound
    return found


def _file(session: Session, letter: LetterRow, milestones: Sequence[Milestone], *, now: datetime) -> bytes:
    counted = _times_set(session, letter, {one.kind for one in milestones})
    return calendar_file([_event(letter, one, counted) for one in milestones], now=now)


def _event(letter: LetterRow, one: Milestone, counted: Counter[str]) -> CalendarEvent:
    is_cancelled = letter.state == LetterState.CANCELLED
    marks = ["Cancelled"] * is_cancelled + ["Demonstration"] * letter.is_demonstration
    start: date | datetime | None = one.at or one.day
    if start is None:
        raise NotFound
    return CalendarEvent(
        uid=str(uuid5(_OURS, f"{letter.reference}/{one.key}")),
        sequence=_changes(letter, one, counted) + is_cancelled,
        summary=": ".join([*marks, name_of(one), letter.title]),
        description="\n".join(_description(letter, one)),
        start=start,
        is_cancelled=is_cancelled,
    )


def _description(letter: LetterRow, one: Milestone) -> Iterable[str]:
    """Both zones (R10), and no link: what a calendar holds is shared, forwarded and synchronised."""
    if one.at:
        yield f"{name_of(one)}: {show_instant(one.at, letter.deadline_zone)}."
    elif one.day:
        yield f"{name_of(one)}: {show_date(one.day)}."
    if one.kind is MilestoneKind.WINDOW:
        yield WARNING
    yield f"{letter.lead_society} leads this joint letter to {letter.journal}."
    if letter.is_demonstration:
        yield "Demonstration: nothing here is real."


def _changes(letter: LetterRow, one: Milestone, counted: Counter[str]) -> int:
    """A number that is higher whenever the milestone has moved; it may grow without that, and never falls."""
    if one.kind in _COUNTED:
        return counted[one.key]
    if one.kind in {MilestoneKind.COMMENTS, MilestoneKind.JOINING}:
        # Asking once more, or opening another addendum, is another milestone: this one never moves.
        return 0
    moved = letter.deadline_version if one.kind is MilestoneKind.DEADLINE else 0
    return letter.edition - 1 + moved


def _times_set(session: Session, letter: LetterRow, kinds: Collection[MilestoneKind]) -> Counter[str]:
    """How often each board’s day and each window was set, by the key of the milestone."""
    found: Counter[str] = Counter()
    if MilestoneKind.BOARD in kinds:
        here = select(SocietyRow.reference, InvitationRow.reference).join_from(InvitationRow, SocietyRow)
        places: dict[str, str] = {row[0]: row[1] for row in session.execute(here.where(InvitationRow.letter_id == letter.id))}
        found.update(f"board-{places.get(facts['society'], '')}" for facts in _told(session, letter, "board.announced"))
    if MilestoneKind.WINDOW in kinds:
        found.update(f"window-{facts['text']}-{facts['venue']}" for facts in _told(session, letter, "venue.window_set"))
        # What an installation knows better of a venue may move its windows, and no letter’s record says so.
        editions: dict[str, int] = {row[0]: row[1] for row in session.execute(select(VenueRow.slug, VenueRow.edition))}
        for text in letter.texts:
            found.update({f"window-{text.reference}-{one.venue}": editions.get(one.venue, 0) for one in text.venues})
    return found


def _told(session: Session, letter: LetterRow, kind: str) -> Iterable[dict[str, Any]]:
    query = select(EventRow.public).where(EventRow.letter_id == letter.id, EventRow.kind == kind)
    return (json.loads(public) for public in session.scalars(query))
