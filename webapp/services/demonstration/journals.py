"""Where the demonstration goes: two invented journals, the submissions that are planned for them, and what is due there."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.course import StepKind
from webapp.domain.permission import Permission
from webapp.domain.venue import Limits, Venue, Window, WordLimit
from webapp.persistence.tables import SubmissionRow
from webapp.services.access import load_letter
from webapp.services.chosen_venues import choose_venue, set_window_start
from webapp.services.course_desk import plan_of, plan_proposed
from webapp.services.demonstration.calendar import Calendar
from webapp.services.follow_ups import Wish, add_follow_up
from webapp.services.submissions import Held, Step, add_step, edit_submission, submissions_of
from webapp.services.venues import add_venue, list_venues

_INVENTED = "Invented, like everything in the demonstration."
TARNBECK = Venue(
    "",
    "The Tarnbeck Journal of Convalescent Medicine",
    "rapid response",
    Limits(words=WordLimit(1_200, is_advice=True)),
    window=Window("publication of the article", days=60),
    statements=("competing interests",),
    note=_INVENTED,
)
WINDLEMARSH = Venue(
    "",
    "Windlemarsh Annals of Bedside Care",
    "position statement",
    Limits(words=WordLimit(2_000, is_advice=True)),
    formats=("Word", "PDF"),
    statements=("competing interests", "funding"),
    note=_INVENTED,
)
_CONTACTS = {
    TARNBECK.journal: "letters@tarnbeck-journal.example.org",
    WINDLEMARSH.journal: "Editorial office <office@windlemarsh.example.net>",
}
_WELCOME = "The managing editor writes that a letter with a long list of societies is welcome, and asks for the list as a file of its own."
_FORMS = "Ask which form for competing interests they want"


def choose_journals(session: Session, actor: Actor, reference: str, calendar: Calendar) -> None:
    """Both venues for the statement, while it is written; one that is known from an earlier demonstration is taken as it is."""
    text = load_letter(session, actor, reference, Permission.EDIT).statement.reference
    for venue in (TARNBECK, WINDLEMARSH):
        known = [one.venue.slug for one in list_venues(session) if one.venue.name == venue.name]
        slug = known[0] if known else add_venue(session, actor, venue, now=calendar.listed_at)
        choose_venue(session, actor, reference, text, slug, now=calendar.listed_at)
        if venue is TARNBECK:
            set_window_start(session, actor, reference, text, slug, calendar.created_at.date(), now=calendar.listed_at)


def plan_journals(session: Session, actor: Actor, reference: str, calendar: Calendar) -> None:
    """Planned once the text is frozen: of one journal a first word is heard, at the other something is due."""
    planned_at = calendar.opened_at + timedelta(minutes=10)
    plan_proposed(session, actor, reference, now=planned_at)
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    rows = submissions_of(session, letter)
    for row in rows:
        known, _edition = plan_of(session, actor, reference, row.reference)
        edit_submission(session, actor, Held(letter, row), replace(known, contact=_CONTACTS.get(row.journal, "")), now=planned_at)
    tarnbeck, windlemarsh = _of(rows, TARNBECK), _of(rows, WINDLEMARSH)
    heard_at = calendar.opened_at + timedelta(minutes=40)
    add_step(session, actor, Held(letter, tarnbeck), Step(StepKind.NOTED, heard_at.date(), _WELCOME), now=heard_at)
    due = calendar.today + timedelta(days=3)
    add_follow_up(session, actor, letter, windlemarsh, Wish(_FORMS, due), now=heard_at)


def _of(rows: Iterable[SubmissionRow], venue: Venue) -> SubmissionRow:
    return next(row for row in rows if row.journal == venue.journal)
