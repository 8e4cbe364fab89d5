"""The venues of this installation: what is shipped, what its people know better, and when somebody last checked."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.deadline import show_date
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.venue import Limits, Source, Venue, Window, WordLimit
from webapp.domain.venue_facts import facts_of, venue_of
from webapp.persistence.shipped_venues import shipped_venues
from webapp.persistence.tables import StaffRow, TextRow, VenueRow
from webapp.rendering.styles import DEFAULT_STYLE, STYLES, find_style
from webapp.services.staff import check_administrator

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_CHANGED = "Somebody else has changed this venue since you opened it. Look at it once more, then send what is still to be changed."


@dataclass(frozen=True)
class VenueView:
    """A venue as it holds here. `shipped` is what came with the program, or None for one that was added here.

    `edition` is 0 while nobody here has touched it.
    """

    venue: Venue
    shipped: Venue | None
    checked_on: str = ""
    checked_by: str = ""
    edition: int = 0

    @property
    def is_corrected(self) -> bool:
        return self.shipped is not None and self.shipped != self.venue

    @property
    def is_own(self) -> bool:
        return self.shipped is None


def list_venues(session: Session) -> tuple[VenueView, ...]:
    """All venues by the name of the journal."""
    rows = {row.slug: row for row in session.scalars(select(VenueRow))}
    known = [_view(slug, rows.get(slug)) for slug in {**shipped_venues(), **rows}]
    return tuple(sorted(known, key=lambda one: (_folded(one.venue.journal.removeprefix("The ")), one.venue.route)))


def show_venue(session: Session, slug: str) -> VenueView:
    """One of them; NotFound where there is none of this name."""
    return _view(slug, session.scalars(select(VenueRow).where(VenueRow.slug == slug)).one_or_none())


def venues_by_slug(session: Session, slugs: Iterable[str]) -> dict[str, Venue]:
    """Those that there are; a venue is never removed, but a backup may come from a newer program."""
    wanted = set(slugs)
    known = {slug: venue for slug, venue in shipped_venues().items() if slug in wanted}
    rows = session.scalars(select(VenueRow).where(VenueRow.slug.in_(wanted)))
    return known | {row.slug: venue_of(row.facts) for row in rows}


def proposed_style(session: Session, text: TextRow) -> tuple[str, str]:
    """The citation style of the first of its venues that is known to have one, and the name of that venue; empty where there is none."""
    known = venues_by_slug(session, [one.venue for one in text.venues]) if text.venues else {}
    given = (known[one.venue] for one in text.venues if one.venue in known)
    # A backup may come from a newer program, with styles that are not here.
    return next(((one.style, one.name) for one in given if one.style in STYLES), ("", ""))


def follow_venues(session: Session, text: TextRow) -> None:
    """Sets the text in the style of its venues, unless a person has picked one."""
    if not text.style_is_picked:
        text.style = proposed_style(session, text)[0] or DEFAULT_STYLE


def correct_venue(session: Session, actor: Actor, venue: Venue, edition: int, *, now: datetime) -> None:
    """Puts what is known here in the place of what was, and notes who checked it and when.

    The name of a shipped venue stays. Conflict where somebody else has changed it since `edition`; InvalidInput names the field.
    """
    check_administrator(session, actor)
    shipped = shipped_venues().get(venue.slug)
    named = replace(venue, journal=shipped.journal, route=shipped.route) if shipped else venue
    _keep(session, actor, _cleaned(named), edition, now=now)


def confirm_venue(session: Session, actor: Actor, slug: str, edition: int, *, now: datetime) -> None:
    """Notes that somebody has looked at the journal's page today and found nothing to change."""
    check_administrator(session, actor)
    _keep(session, actor, show_venue(session, slug).venue, edition, now=now)


def add_venue(session: Session, actor: Actor, venue: Venue, *, now: datetime) -> str:
    """Adds a venue of this installation's own; returns its slug. Conflict where there is one of the same journal and route."""
    check_administrator(session, actor)
    cleaned = _cleaned(replace(venue, slug=_slug(f"{venue.journal} {venue.route}")))
    if not cleaned.slug:
        raise InvalidInput("Give the journal a name that can also be written in Latin letters or digits.", field="journal")
    taken = f"There is a venue “{cleaned.name}” already. Correct that one."
    if cleaned.slug in {name for one in list_venues(session) for name in (one.venue.slug, _slug(one.venue.name))}:
        raise Conflict(taken)
    try:
        _keep(session, actor, cleaned, 0, now=now)
    except Conflict as error:
        raise Conflict(taken) from error
    return cleaned.slug


def _keep(session: Session, actor: Actor, venue: Venue, edition: int, *, now: datetime) -> None:
    row = session.scalars(select(VenueRow).where(VenueRow.slug == venue.slug).with_for_update()).one_or_none()
    if (row.edition if row else 0) != edition:
        raise Conflict(_CHANGED)
    if row is None:
        row = _fresh(session, venue)
    row.facts = facts_of(venue)
    row.edition += 1
    row.checked_at, row.checked_by = now, _name_of(session, actor)
    session.flush()


def _fresh(session: Session, venue: Venue) -> VenueRow:
    """The first row of this name. Of two who come at once the second waits here for the first, and is told."""
    values = {"slug": venue.slug, "facts": facts_of(venue), "edition": 0, "checked_by": ""}
    made = _INSERT[session.get_bind().dialect.name](VenueRow).values(**values).on_conflict_do_nothing(index_elements=["slug"])
    row: VenueRow | None = session.scalars(made.returning(VenueRow)).one_or_none()
    if row is None:
        raise Conflict(_CHANGED)
    return row


def _name_of(session: Session, actor: Actor) -> str:
    if actor.kind != ActorKind.STAFF:
        return "the command line"
    return session.scalars(select(StaffRow.email).where(StaffRow.reference == actor.reference)).one()


def _view(slug: str, row: VenueRow | None) -> VenueView:
    shipped = shipped_venues().get(slug)
    if row is None:
        if shipped is None:
            raise NotFound
        return VenueView(shipped, shipped)
    checked_on = show_date(row.checked_at.date()) if row.checked_at else ""
    return VenueView(venue_of(row.facts), shipped, checked_on, row.checked_by, row.edition)


def _cleaned(venue: Venue) -> Venue:
    """The venue with every line bounded; InvalidInput for what is no number, address or list that a page could show."""
    _refuse_strange_numbers(venue.limits)
    if venue.with_displays:
        _refuse_strange_numbers(venue.with_displays, "displays_")
    if venue.is_known and not venue.sources and not venue.note.strip():
        raise InvalidInput("Say where this was read: the address of the journal’s page, or a note on how you know it.", field="source")
    return replace(
        venue,
        journal=_line(venue.journal, limits.JOURNAL, "journal", "The journal"),
        route=_line(venue.route, limits.VENUE_LINE, "route", "The route"),
        window=_cleaned_window(venue),
        formats=_cleaned_list(venue.formats, "formats", "A format"),
        statements=_cleaned_list(venue.statements, "statements", "A statement"),
        style=find_style(venue.style).id if venue.style else None,
        page=_clean_page(venue.page, "source") if venue.page else None,
        sources=tuple(Source(_clean_page(source.address, "source"), source.year) for source in venue.sources),
        note=bounded_text(venue.note, limits.NOTE, field="note", what="The note"),
    )


def _line(typed: str, longest: int, field: str, what: str) -> str:
    line = bounded_line(typed, longest, field=field, what=what)
    if not line:
        raise InvalidInput(f"{what} needs a name.", field=field)
    return line


def _refuse_strange_numbers(given: Limits, prefix: str = "") -> None:
    numbers = {one.name: getattr(given, one.name) for one in fields(given)}
    if given.words:
        numbers["words"] = given.words.most
        _refuse_contradiction(given.words)
    for name, number in numbers.items():
        if number is not None and not 0 <= number <= limits.VENUE_NUMBER:
            raise InvalidInput(f"Give a number from 0 to {limits.VENUE_NUMBER:,}, or leave it empty.", field=f"{prefix}{name}")


def _refuse_contradiction(words: WordLimit) -> None:
    if words.counts & words.leaves_out:
        raise InvalidInput("The same part is ticked as counted and as left out. Take one of the two ticks away.", field="leaves_out")


def _cleaned_window(venue: Venue) -> Window | None:
    window = venue.window
    if window is None:
        return None
    length = window.days if window.days is not None else window.months
    if length is not None and not 1 <= length <= limits.VENUE_WINDOW:
        raise InvalidInput(f"Give a number from 1 to {limits.VENUE_WINDOW:,}.", field="window_length")
    starts = bounded_line(window.starts, limits.VENUE_LINE, field="window_starts", what="The beginning")
    if window.has_end and not starts:
        raise InvalidInput("Say from when the journal counts, for example “online publication of the article”.", field="window_starts")
    return replace(window, starts=starts)


def _cleaned_list(given: tuple[str, ...] | None, field: str, what: str) -> tuple[str, ...] | None:
    if given is None:
        return None
    if len(given) > limits.VENUE_ITEMS:
        raise InvalidInput(f"These are {len(given)} lines; {limits.VENUE_ITEMS} is the most.", field=field)
    return tuple(bounded_line(one, limits.VENUE_LINE, field=field, what=what) for one in given)


def _clean_page(typed: str, field: str) -> str:
    """The address of a page of the web; InvalidInput for anything else, for it becomes a link (R20)."""
    address = bounded_line(typed, limits.PAGE_ADDRESS, field=field, what="The address")
    try:
        parts = urlsplit(address)
        is_page = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username and " " not in address
    except ValueError:
        is_page = False
    if not is_page:
        raise InvalidInput("Give the address of a page, beginning with https://.", field=field)
    return address


def _slug(name: str) -> str:
    letters = "".join(character if character.isascii() and character.isalnum() else " " for character in _folded(name))
    return "-".join(letters.split())[: limits.VENUE_SLUG].strip("-")


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
