"""What the courses of a letter at its journals ask of the coordinators: what is overdue, what is to be sent, what is to be noted."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.course import ENDED, CourseState
from webapp.domain.deadline import show_date
from webapp.domain.letter import LetterState
from webapp.persistence.tables import LetterRow, SubmissionRow
from webapp.services.follow_ups import overdue_of
from webapp.services.need import Need, Urgency
from webapp.services.submissions import submissions_of


def overdue_needs(session: Session, letter: LetterRow, *, now: datetime) -> list[Need]:
    """What should have been looked after at a journal, the longest overdue first."""
    return [
        Need(
            f"{one.journal}: {one.what[:1].lower()}{one.what[1:]}, {one.days_words} overdue",
            "submission",
            f"It was due on {show_date(one.due_on)}. Note what has happened, or set another day.",
            submission=one.submission,
            urgency=Urgency.NOW,
        )
        for one in overdue_of(session, [letter], now=now)
    ]


def course_needs(session: Session, letter: LetterRow) -> list[Need]:
    """The next step of the course of a sealed letter."""
    if letter.state == LetterState.RESOLVED:
        return []
    rows = submissions_of(session, letter)
    needs = [_to_send(row) for row in rows if row.state == CourseState.PLANNED]
    if letter.state == LetterState.SEALED:
        return needs or [Need("Send the letter to the journal, and record it", "submit", "Download the PDF and hand it in.")]
    if any(row.state not in {*ENDED, CourseState.PLANNED} for row in rows):
        needs.append(Need("Record what the journal has answered", "course", "Receipt, decision or publication, each with its day."))
    return needs or [Need("Every submission has ended: the course can be ended", "course", "Or add another venue.")]


def _to_send(row: SubmissionRow) -> Need:
    what = f"Send the letter to {row.journal}, and record it"
    return Need(what, "submission", "Hand it in there, then note the day.", submission=row.reference)
