"""The course at the journals in plain words, for strangers: what happened and when, and never what stays with the coordinators."""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from webapp.domain.course import STEPS, StepKind
from webapp.domain.fate import FATES
from webapp.domain.public_letter import CourseStep, PublicItem
from webapp.persistence.tables import LetterRow, SubmissionRow, SubmissionStepRow, TargetFateRow, TargetRow
from webapp.services.released import released_items


def public_course(session: Session, letter: LetterRow) -> list[CourseStep]:
    """In the order in which it happened. Notes, manuscript numbers, contacts and proofs are the coordinators’; so is what is planned."""
    return sorted([*_steps(session, letter), *_fates(session, letter)], key=attrgetter("on", "noted_at"))


def _steps(session: Session, letter: LetterRow) -> Iterator[CourseStep]:
    query = select(SubmissionRow).where(SubmissionRow.letter_id == letter.id).options(selectinload(SubmissionRow.steps))
    for row in session.scalars(query):
        standing = [step for step in row.steps if step.struck_at is None and step.kind != StepKind.NOTED]
        # What was planned and given up before it was sent has never happened.
        if any(step.kind == StepKind.SUBMITTED for step in standing):
            yield from (_step(row, step) for step in standing)


def _step(row: SubmissionRow, step: SubmissionStepRow) -> CourseStep:
    return CourseStep(step.reference, row.journal, step.kind, STEPS[step.kind], step.happened_on, step.noted_at, step.link)


def _fates(session: Session, letter: LetterRow) -> Iterator[CourseStep]:
    query = select(TargetFateRow, TargetRow.citation).outerjoin(TargetRow, TargetRow.id == TargetFateRow.target_id)
    for row, citation in session.execute(query.where(TargetFateRow.letter_id == letter.id, TargetFateRow.struck_at.is_(None))):
        # A citation ends with a full stop, and what became of the article is said after a colon.
        about = (citation or letter.journal).rstrip(".")
        yield CourseStep(row.reference, about, row.kind, FATES[row.kind], row.happened_on, row.noted_at, row.link)


def public_correspondence(session: Session, letter: LetterRow, released_at: datetime | None) -> list[PublicItem]:
    """What was released to everybody, the oldest first; what waits, or is for the signatories alone, is not here (R19).

    Nor is what was struck before `released_at`, from when the letter is public: no stranger has ever read it (R18).
    """
    query = select(SubmissionRow.reference, SubmissionRow.journal).where(SubmissionRow.letter_id == letter.id)
    journals = {row.reference: row.journal for row in session.execute(query)}
    return [
        PublicItem(
            reference=one.reference,
            about=journals.get(one.submission, ""),
            kind=one.direction,
            words=one.says,
            on=one.on,
            noted_at=one.noted_at,
            summary=one.summary,
            text=one.text,
            link=one.link,
            is_struck=one.is_struck,
        )
        for one in released_items(session, letter)
        if not one.is_struck or (released_at is not None and one.noted_at >= released_at)
    ]
