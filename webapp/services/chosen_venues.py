"""The venues to which each text of a letter is to go: chosen, measured as it is written, and with the end of the window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.deadline import show_date
from webapp.domain.document import AuthorLine
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.letter import Action, LetterState, move_for
from webapp.domain.permission import Permission
from webapp.domain.text import TextKind
from webapp.domain.venue import Counts, Limits, Part, Reading, Venue, crossed_sentence, limits_crossed, limits_for, meter
from webapp.domain.window import check_start, left_phrase, window_end
from webapp.persistence.record import append_event
from webapp.persistence.tables import ChosenVenueRow, LetterRow, TextRow
from webapp.rendering.counts import count_text
from webapp.services.access import load_letter
from webapp.services.texts import find_text
from webapp.services.venues import follow_venues, show_venue, venues_by_slug


@dataclass(frozen=True)
class WindowView:
    """What the page says of the window. `ends_on` and `left` are empty while the day of its start is not set, or there is no end."""

    starts_on: date | None
    ends_on: str = ""
    left: str = ""


@dataclass(frozen=True)
class ChosenVenue:
    """A venue of one text; `readings` are empty where the text could not be counted."""

    venue: Venue
    window: WindowView
    readings: tuple[Reading, ...] = ()
    limits: Limits | None = None
    """Those that hold for this text; None where it could not be counted."""


@dataclass(frozen=True)
class TextVenues:
    """A text, and where it is to go. A short form is cut for one venue. `problem` says why it could not be counted."""

    reference: str
    name: str
    is_short_form: bool
    venues: tuple[ChosenVenue, ...]
    problem: str = ""

    @property
    def takes_another(self) -> bool:
        return self.is_short_form or len(self.venues) < limits.VENUES_OF_A_TEXT


def list_chosen(session: Session, actor: Actor, reference: str, *, now: datetime) -> tuple[TextVenues, ...]:
    """Every text of the letter with its venues and their meters."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return tuple(_text_venues(session, letter, text, now=now) for text in letter.texts)


def days_of_articles(session: Session, actor: Actor, reference: str) -> str:
    """When the articles came out, as far as the facts of the letter say: “1 October 2026, 14 October 2026”."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return ", ".join(show_date(day) for day in dict.fromkeys(row.published_on for row in letter.targets) if day)


def measure_text(session: Session, actor: Actor, reference: str, text: str, body: str, *, now: datetime) -> TextVenues:
    """The meters of one text as it is typed; nothing is stored."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return _text_venues(session, letter, find_text(letter, text), body, now=now)


def freezing_refusals(session: Session, letter: LetterRow) -> tuple[str, ...]:
    """Why its texts cannot be frozen for their venues: a sentence for each venue whose known limits one of them crosses."""
    found = []
    for text in letter.texts:
        venues = _venues_of(session, text)
        counts = _counts(letter, text.style, text.body, venues) if venues else None
        for venue in venues:
            if counts and (crossed := limits_crossed(venue, counts)):
                found.append(crossed_sentence(venue, crossed))
    return tuple(found)


def refusals_for(session: Session, letter: LetterRow, slug: str, body: str, style: str) -> tuple[str, ...]:
    """The same of a text that is none of the letter’s own, for one venue."""
    found = []
    for venue in venues_by_slug(session, [slug] if slug else []).values():
        if crossed := limits_crossed(venue, _counts(letter, style, body, [venue])):
            found.append(crossed_sentence(venue, crossed))
    return tuple(found)


def measure_for(session: Session, letter: LetterRow, slug: str, body: str, style: str) -> tuple[tuple[ChosenVenue, ...], str]:
    """Its meters, and why it could not be counted."""
    venues = list(venues_by_slug(session, [slug] if slug else []).values())
    try:
        counts = _counts(letter, style, body, venues) if venues else None
    except InvalidInput as error:
        return tuple(ChosenVenue(venue, WindowView(None)) for venue in venues), str(error)
    chosen = [ChosenVenue(venue, WindowView(None), meter(venue, counts), limits_for(venue, counts)) for venue in venues if counts]
    return tuple(chosen), ""


def choose_venue(session: Session, actor: Actor, reference: str, text: str, slug: str, *, now: datetime) -> None:
    """Sends the text to one venue more; a short form is cut for one, so that another replaces it. Conflict where it goes there already."""
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move_for(letter.state, Action.WRITE)
    row, venue = find_text(letter, text), show_venue(session, slug).venue
    if any(one.venue == slug for one in row.venues):
        raise Conflict(f"“{row.name}” goes to {venue.name} already.")
    if row.kind == TextKind.SHORT_FORM:
        for one in list(row.venues):
            _drop(session, actor, letter, row, one.venue, now=now)
    if len(row.venues) >= limits.VENUES_OF_A_TEXT:
        raise Conflict(f"A text can have {limits.VENUES_OF_A_TEXT} venues at most.")
    position = max((one.position for one in row.venues), default=0) + 1
    row.venues.append(ChosenVenueRow(letter_id=letter.id, venue=slug, position=position))
    follow_venues(session, row)
    append_event(session, letter, actor, "venue.chosen", {"text": row.reference, "venue": slug}, now=now)


def drop_venue(session: Session, actor: Actor, reference: str, text: str, slug: str, *, now: datetime) -> None:
    """Takes the venue off the text. NotFound where it does not go there."""
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move_for(letter.state, Action.WRITE)
    row = find_text(letter, text)
    _drop(session, actor, letter, row, slug, now=now)
    follow_venues(session, row)


def _drop(session: Session, actor: Actor, letter: LetterRow, text: TextRow, slug: str, *, now: datetime) -> None:
    text.venues.remove(_chosen(text, slug))
    append_event(session, letter, actor, "venue.dropped", {"text": text.reference, "venue": slug}, now=now)


def set_window_start(
    session: Session, actor: Actor, reference: str, text: str, slug: str, starts_on: date | None, *, now: datetime
) -> None:
    """Says from which day the journal counts its window, or that it is not known yet; until the course of the letter has ended.

    A person says it, because journals count from print, from the web or from a correction, and the dates are weeks apart.
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    if letter.state in {LetterState.RESOLVED, LetterState.CANCELLED}:
        move_for(letter.state, Action.WRITE)
    row = find_text(letter, text)
    chosen = _chosen(row, slug)
    chosen.window_starts_on = check_start(starts_on, now=now) if starts_on else None
    public = {"text": row.reference, "venue": slug, "starts_on": starts_on.isoformat() if starts_on else None}
    append_event(session, letter, actor, "venue.window_set", public, now=now)


def _chosen(text: TextRow, slug: str) -> ChosenVenueRow:
    found = next((one for one in text.venues if one.venue == slug), None)
    if found is None:
        raise NotFound
    return found


def _venues_of(session: Session, text: TextRow) -> list[Venue]:
    known = venues_by_slug(session, [one.venue for one in text.venues])
    return [known[one.venue] for one in text.venues if one.venue in known]


def _text_venues(session: Session, letter: LetterRow, text: TextRow, typed: str | None = None, *, now: datetime) -> TextVenues:
    venues = _venues_of(session, text)
    counts, problem = None, ""
    body = text.body if typed is None else typed
    try:
        counts = _counts(letter, text.style, body, venues) if venues else None
    except InvalidInput as error:
        problem = str(error)
    chosen = tuple(_chosen_venue(venue, _chosen(text, venue.slug).window_starts_on, counts, now=now) for venue in venues)
    return TextVenues(text.reference, text.name, text.kind == TextKind.SHORT_FORM, chosen, problem)


def _chosen_venue(venue: Venue, starts_on: date | None, counts: Counts | None, *, now: datetime) -> ChosenVenue:
    window = _window(venue, starts_on, now=now)
    return ChosenVenue(venue, window, meter(venue, counts), limits_for(venue, counts)) if counts else ChosenVenue(venue, window)


def _window(venue: Venue, starts_on: date | None, *, now: datetime) -> WindowView:
    end = window_end(venue.window, starts_on) if venue.window and starts_on else None
    return WindowView(starts_on, show_date(end), left_phrase(end, now=now)) if end else WindowView(starts_on)


def _counts(letter: LetterRow, style: str, body: str, venues: Sequence[Venue]) -> Counts:
    with_references = any(_counts_references(venue) for venue in venues)
    return count_text(
        body,
        letter.references if with_references else (),
        title=letter.title,
        authors=[AuthorLine(one.name, one.affiliation, None, one.is_corresponding, one.competing_interests) for one in letter.authors],
        with_references=with_references,
        language=letter.language,
        style=style,
    )


def _counts_references(venue: Venue) -> bool:
    given = [one.words for one in (venue.limits, venue.with_displays) if one]
    return any(words is not None and words.takes_in(Part.REFERENCES) for words in given)
