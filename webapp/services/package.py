"""The package page of one submission: the verdict, the checks, the boxes, the files and the covering letter, as things are now."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.cope import ASKS_WITH_GROUNDS
from webapp.domain.course import CourseState
from webapp.domain.errors import InvalidInput
from webapp.domain.letter import Action, find_move
from webapp.domain.links import Links
from webapp.domain.new_text import NewTextState
from webapp.domain.package import Box, Gap, PackageFacts, asks_for_interests, verdict
from webapp.domain.permission import Permission
from webapp.domain.venue import Limits, Part, Reading, limits_for, meter
from webapp.persistence.tables import LetterRow, NewTextRow, PackageRow, SubmissionRow
from webapp.rendering.counts import count_text
from webapp.rendering.covering_letter import propose_covering_letter
from webapp.rendering.package_boxes import boxes
from webapp.services import new_text_view
from webapp.services.access import load_letter
from webapp.services.course_texts import changed_for
from webapp.services.elsewhere import Elsewhere
from webapp.services.files import FileLine, sealed_files
from webapp.services.joined_since import since_the_seal
from webapp.services.new_text_list import asked_places
from webapp.services.package_facts import Gathered, gather
from webapp.services.package_gaps import Circumstances, gaps_of
from webapp.services.package_store import find_submission
from webapp.services.venues import show_venue


@dataclass(frozen=True)
class Measured:
    """The text against the limits, and the boxes made of it; all but `problem` empty where it cannot be converted."""

    readings: tuple[Reading, ...] = ()
    limits: Limits = field(default_factory=Limits)
    boxes: tuple[Box, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class CoveringLetter:
    words: str
    """Those that are kept, or those that are proposed."""
    proposed: str
    is_kept: bool
    edition: int
    """Of the words that are kept; 0 while nothing is."""


@dataclass(frozen=True)
class Planned:
    """A submission that has a package."""

    reference: str
    journal: str
    state: str


@dataclass(frozen=True)
class PackageView:
    """What the page shows."""

    submission: str
    name: str
    """“The Invented Journal, rapid response”."""
    contact: str
    state: str
    facts: PackageFacts
    text: str
    """The reference of the text that goes to this venue."""
    text_name: str
    checked: str
    """Who has last checked the venue here, and when; empty where nobody has."""
    measured: Measured
    gaps: tuple[Gap, ...]
    files: tuple[FileLine, ...]
    """Those of the seal; none of them where a changed text goes there."""
    changed_files: tuple[new_text_view.FileLine, ...]
    covering_letter: CoveringLetter
    elsewhere: Elsewhere
    may_have_grounds: bool
    is_open: bool
    """False once nothing can be prepared any more."""

    @property
    def verdict(self) -> str:
        return verdict(self.gaps, is_sealed=self.is_sealed)

    @property
    def is_sealed(self) -> bool:
        return self.facts.sealed is not None

    @property
    def own_statements(self) -> list[tuple[str, str]]:
        """What the venue asks for and a person has to write, with what is written."""
        return [(asked, answer) for asked, answer in self.facts.statements if not asks_for_interests(asked)]

    @property
    def has_gone(self) -> bool:
        return self.state not in {CourseState.PLANNED, CourseState.REVISION_ASKED}

    @property
    def is_changed(self) -> bool:
        """What goes there is a text that this journal wanted changed."""
        return self.facts.letter.as_changed is not None


def show_package(session: Session, actor: Actor, reference: str, submission: str, links: Links, *, now: datetime) -> PackageView:
    """NotFound where the letter has no such submission."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = find_submission(session, letter, submission)
    gathered = gather(session, letter, row, links, now=now)
    facts = gathered.facts
    known = show_venue(session, facts.venue.slug) if facts.venue.slug else None
    checked = f"{known.checked_on} by {known.checked_by}" if known and known.checked_on else ""
    kept, measured, today = session.get(PackageRow, row.id), _measured(facts), _today(letter, now=now)
    return PackageView(
        submission=row.reference,
        name=facts.venue.name if facts.venue.route else facts.venue.journal,
        contact=row.contact,
        state=row.state,
        facts=facts,
        text=gathered.text,
        text_name=gathered.text_name,
        checked=checked,
        measured=measured,
        gaps=tuple(gaps_of(gathered, _around(session, letter, row, gathered, measured, checked=bool(checked), today=today))),
        files=() if gathered.changed else tuple(sealed_files(session, actor, reference)),
        changed_files=new_text_view.file_lines(session, letter, gathered.changed) if gathered.changed else (),
        covering_letter=_covering_letter(facts, kept, today=today),
        elsewhere=gathered.elsewhere,
        may_have_grounds=letter.ask in ASKS_WITH_GROUNDS,
        is_open=find_move(letter.state, Action.PREPARE) is not None,
    )


def list_submissions(session: Session, actor: Actor, reference: str) -> list[Planned]:
    """Every submission of the letter, in the order in which they were planned."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    rows = session.scalars(select(SubmissionRow).where(SubmissionRow.letter_id == letter.id).order_by(SubmissionRow.id))
    return [Planned(row.reference, row.journal, row.state) for row in rows]


def read_covering_letter(session: Session, actor: Actor, reference: str, submission: str, links: Links, *, now: datetime) -> CoveringLetter:
    """The one that is kept, or the one that is proposed. NotFound where the letter has no such submission."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = find_submission(session, letter, submission)
    facts = gather(session, letter, row, links, now=now).facts
    return _covering_letter(facts, session.get(PackageRow, row.id), today=_today(letter, now=now))


def facts_to_write(session: Session, actor: Actor, reference: str, submission: str, links: Links, *, now: datetime) -> PackageFacts:
    """For the file of the text. NotFound where the letter has no such submission."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return gather(session, letter, find_submission(session, letter, submission), links, now=now).facts


def _covering_letter(facts: PackageFacts, kept: PackageRow | None, *, today: date) -> CoveringLetter:
    proposed = propose_covering_letter(facts, dated=today)
    words = kept.covering_letter if kept else ""
    return CoveringLetter(words or proposed, proposed, bool(words), kept.edition if kept else 0)


def _today(letter: LetterRow, *, now: datetime) -> date:
    return now.astimezone(ZoneInfo(letter.deadline_zone)).date()


def _measured(facts: PackageFacts) -> Measured:
    letter, venue = facts.letter, facts.venue
    limits = [one.words for one in (venue.limits, venue.with_displays) if one]
    try:
        counts = count_text(
            letter.statement,
            letter.references,
            title=letter.title,
            authors=letter.authors,
            with_references=any(one is not None and one.takes_in(Part.REFERENCES) for one in limits),
            language=letter.language,
            style=letter.style,
        )
        held = limits_for(venue, counts)
        return Measured(meter(venue, counts), held, boxes(facts, counts, held))
    except InvalidInput as error:
        return Measured(problem=str(error))


def _around(
    session: Session, letter: LetterRow, row: SubmissionRow, gathered: Gathered, measured: Measured, *, checked: bool, today: date
) -> Circumstances:
    kept = session.get(PackageRow, row.id)
    return Circumstances(
        ask=letter.ask,
        route=row.route,
        covering_letter=kept.covering_letter if kept else "",
        readings=measured.readings,
        problem=measured.problem,
        window_ends_on=row.window_ends_on,
        today=today,
        since=_since(session, letter, gathered.changed),
        is_checked=checked,
        changed=changed_for(session, letter, row) if letter.sealed_at else (),
        lacks_documents=gathered.changed is not None and gathered.changed.state == NewTextState.FIXED,
        has_gone=row.state != CourseState.PLANNED,
    )


def _since(session: Session, letter: LetterRow, changed: NewTextRow | None) -> str:
    if changed is None:
        since = since_the_seal(session, letter)
        return f"Since the seal: {since}" if since else ""
    gone = new_text_view.withdrawn_since(letter, changed, asked_places(session, changed))
    return f"Withdrawn since the list of this text was fixed: {'; '.join(gone)}." if gone else ""
