"""Where else the text of a letter has been shown: known from its own submissions, or noted by a person; asked before each venue."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.course import CourseState, StepKind
from webapp.domain.deadline import latest_today, show_date
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.letter import Action, move_for
from webapp.domain.links import Links
from webapp.domain.names import bounded_line
from webapp.domain.permission import Permission
from webapp.domain.publication import is_public
from webapp.domain.shown import SHOWN_AS, Showing, digest_of_places, disclosure_sentence, noted_words, showing_digest
from webapp.domain.web_address import clean_link
from webapp.persistence.record import actor_words, append_event
from webapp.persistence.tables import LetterRow, PackageRow, PublicationRow, ShownRow, SubmissionRow
from webapp.services.access import load_letter
from webapp.services.package_store import keep_event, open_package
from webapp.services.references import new_reference
from webapp.services.seen import refuse_unseen

CHANGED = "Another place has been added since you opened the page. Look at the list again, then say so."
_COURSES: dict[str, str] = {
    CourseState.SUBMITTED: "which has it under consideration",
    CourseState.ACKNOWLEDGED: "which has it under consideration",
    CourseState.UNDER_REVIEW: "which has it under consideration",
    CourseState.REVISION_ASKED: "which has asked for changes to it",
    CourseState.ACCEPTED: "which has accepted it",
    CourseState.PUBLISHED: "which has published it",
    CourseState.DECLINED: "which declined it",
    CourseState.WITHDRAWN: "from which it was withdrawn",
    CourseState.UNANSWERED: "which has not answered",
}


@dataclass(frozen=True)
class GivenShowing:
    """A place as a person types it."""

    shown_as: str
    place: str
    address: str = ""
    shown_on: date | None = None


@dataclass(frozen=True)
class Elsewhere:
    """The places, besides the venue of one submission; `disclosure` is empty until a person has said that these are all."""

    places: tuple[Showing, ...]
    seen: str
    is_settled: bool
    was_settled: bool
    """Somebody had said so of another list."""

    @property
    def disclosure(self) -> str:
        return disclosure_sentence(self.places) if self.is_settled else ""


def shown_elsewhere(session: Session, letter: LetterRow, submission: SubmissionRow, links: Links, *, now: datetime) -> Elsewhere:
    """Besides the venue of this submission."""
    places = (*_submitted(session, letter, submission.id), *_published(session, letter, links, now=now), *_noted(session, letter))
    row = session.get(PackageRow, submission.id)
    digest = digest_of_places(places)
    return Elsewhere(places, digest, row is not None and row.shown_digest == digest, row is not None and bool(row.shown_digest))


def known_places(session: Session, letter: LetterRow) -> tuple[Showing, ...]:
    """Every place but the letter’s own public page: what is asked about before that page is opened."""
    return (*_submitted(session, letter, None), *_noted(session, letter))


def note_showing(session: Session, actor: Actor, reference: str, given: GivenShowing, *, now: datetime) -> None:
    """Notes that the text was shown there. InvalidInput names the field."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    move_for(letter.state, Action.PREPARE)
    row = _cleaned(letter, actor, given, now=now)
    standing = select(func.count()).select_from(ShownRow).where(ShownRow.letter_id == letter.id, ShownRow.struck_at.is_(None))
    if (session.scalar(standing) or 0) >= limits.SHOWN_PLACES:
        raise InvalidInput(
            f"{limits.SHOWN_PLACES} places is the most. Strike what does not count, or put several into one line.", field="place"
        )
    session.add(row)
    digest = showing_digest(row.shown_as, row.place, row.address, row.shown_on)
    append_event(session, letter, actor, "showing.noted", {"showing": row.reference, "sha256": digest}, now=now)


def strike_showing(session: Session, actor: Actor, reference: str, showing: str, *, now: datetime) -> None:
    """Takes a place off the list that was noted in error. NotFound where it is not on it."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    move_for(letter.state, Action.PREPARE)
    query = select(ShownRow).where(ShownRow.letter_id == letter.id, ShownRow.reference == showing, ShownRow.struck_at.is_(None))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    row.struck_at = now
    append_event(session, letter, actor, "showing.struck", {"showing": row.reference}, now=now)


def settle_places(session: Session, actor: Actor, reference: str, submission: str, seen: str, links: Links, *, now: datetime) -> None:
    """A person says that the text was shown nowhere else. Conflict where the list is not the one that they saw."""
    letter, row = open_package(session, actor, reference, submission)
    present = shown_elsewhere(session, letter, session.get_one(SubmissionRow, row.submission_id), links, now=now)
    refuse_unseen(seen, present.seen, CHANGED)
    row.shown_digest, row.shown_by, row.shown_at = present.seen, actor_words(actor), now
    keep_event(session, letter, actor, row, "places", present.seen, now=now)


def _cleaned(letter: LetterRow, actor: Actor, given: GivenShowing, *, now: datetime) -> ShownRow:
    if given.shown_as not in SHOWN_AS:
        raise InvalidInput("Choose how it was shown from the list.", field="shown_as")
    if given.shown_on is not None and given.shown_on > latest_today(now):
        raise InvalidInput("That day lies in the future. Note it when it has happened.", field="shown_on")
    place = bounded_line(given.place, limits.SHOWN_PLACE, field="place", what="The place")
    if not place:
        raise InvalidInput("Say where it was shown.", field="place")
    return ShownRow(
        reference=new_reference(),
        letter_id=letter.id,
        shown_as=given.shown_as,
        place=place,
        address=clean_link(given.address, field="address"),
        shown_on=given.shown_on,
        noted_at=now,
        noted_by=actor_words(actor),
    )


def _submitted(session: Session, letter: LetterRow, besides: int | None) -> list[Showing]:
    """Of the letter’s other submissions those that have gone out, in the order in which they were planned."""
    rows = session.scalars(select(SubmissionRow).where(SubmissionRow.letter_id == letter.id).order_by(SubmissionRow.id))
    return [_showing(row) for row in rows if row.id != besides and row.state != CourseState.PLANNED and _sent_on(row)]


def _published(session: Session, letter: LetterRow, links: Links, *, now: datetime) -> list[Showing]:
    """The letter’s own public page, also while it is only said from when it will be there."""
    row = session.get(PublicationRow, letter.id)
    if row is None:
        return []
    day = show_date(row.released_at.astimezone(ZoneInfo(row.zone)).date())
    words = f"since {day}" if is_public(row.released_at, now=now) else f"from {day} on"
    return [Showing(f"on the public page of the letter, {words}", links.public(letter.reference))]


def _showing(row: SubmissionRow) -> Showing:
    name = f"{row.journal}, {row.route_words}" if row.route_words else row.journal
    published = [step for step in row.steps if step.kind == StepKind.PUBLISHED and step.struck_at is None]
    address = published[-1].link if published else ""
    day = _sent_on(row)
    return Showing(f"submitted to {name}, on {show_date(day) if day else ''}, {_COURSES[row.state]}", address)


def _sent_on(row: SubmissionRow) -> date | None:
    return next((step.happened_on for step in row.steps if step.kind == StepKind.SUBMITTED and step.struck_at is None), None)


def _noted(session: Session, letter: LetterRow) -> list[Showing]:
    query = select(ShownRow).where(ShownRow.letter_id == letter.id, ShownRow.struck_at.is_(None)).order_by(ShownRow.id)
    return [
        Showing(noted_words(row.shown_as, row.place, show_date(row.shown_on) if row.shown_on else ""), row.address, row.reference)
        for row in session.scalars(query)
    ]
