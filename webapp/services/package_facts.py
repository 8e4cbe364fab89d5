"""From rows to the facts of one package: the text that the venue gets, whoever signed it, and what each of them stated."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.document_kind import DocumentKind
from webapp.domain.links import Links
from webapp.domain.package import PackageFacts, SealedAs
from webapp.domain.text import TextKind, style_of
from webapp.domain.venue import Venue
from webapp.persistence.tables import (
    AnswerRow,
    DocumentRow,
    EventRow,
    LetterRow,
    NewTextRow,
    NewTextSignatoryRow,
    PackageRow,
    SealedSignatoryRow,
    SubmissionRow,
)
from webapp.services.carried_texts import changed_text_of, title_of
from webapp.services.claims import claims_of
from webapp.services.documents import letter_document, listed_answers
from webapp.services.elsewhere import Elsewhere, shown_elsewhere
from webapp.services.later_files import day_of
from webapp.services.new_text_files import documents_of, new_text_document
from webapp.services.venues import venues_by_slug


@dataclass(frozen=True)
class Gathered:
    """The facts, and how they stand."""

    facts: PackageFacts
    text: str
    """The reference of the text."""
    text_name: str
    is_text_chosen: bool
    is_frozen: bool
    """The text is the one that was frozen with what the societies signed, or one that was changed for the journal and has its list."""
    elsewhere: Elsewhere
    changed: NewTextRow | None = None
    """The changed text that it is; None for a text of the letter."""


def gather(session: Session, letter: LetterRow, submission: SubmissionRow, links: Links, *, now: datetime) -> Gathered:
    """For one submission, as things are now."""
    changed = changed_text_of(session, letter, submission.text)
    if changed is not None and changed.put is not None:
        return _gather_changed(session, letter, submission, changed, links, now=now)
    text = next((one for one in letter.texts if one.reference == submission.text), letter.statement)
    whole = letter_document(session, letter, dated=letter.sealed_at or now, is_draft=letter.sealed_at is None)
    frozen = letter.revision_in_force
    kept = next((one for one in frozen.texts if one["reference"] == text.reference), None) if frozen else None
    given = replace(
        whole,
        statement=kept["body"] if kept else text.body,
        references=tuple(frozen.references if frozen and kept else letter.references),
        style=style_of(kept) if kept else text.style,
        pictures={},
    )
    elsewhere = shown_elsewhere(session, letter, submission, links, now=now)
    facts = PackageFacts(
        **_around(session, letter, submission, elsewhere),
        letter=given,
        interests=_interests(session, letter),
        sealed=sealed_as(session, letter),
        is_short_form=text.kind == TextKind.SHORT_FORM,
    )
    is_chosen = any(one.reference == submission.text for one in letter.texts)
    return Gathered(facts, text.reference, kept["name"] if kept else text.name, is_chosen, kept is not None, elsewhere)


def _gather_changed(
    session: Session, letter: LetterRow, submission: SubmissionRow, changed: NewTextRow, links: Links, *, now: datetime
) -> Gathered:
    """Of a text that the journal wanted changed: its own words, its own list, and what those on that list stated (R5)."""
    elsewhere = shown_elsewhere(session, letter, submission, links, now=now)
    facts = PackageFacts(
        **_around(session, letter, submission, elsewhere),
        letter=replace(new_text_document(session, letter, changed, links, dated=changed.fixed_at or now), pictures={}),
        interests=_interests_of_changed(session, changed),
        sealed=_made_as(session, letter, changed),
    )
    return Gathered(facts, changed.reference, title_of(changed), True, True, elsewhere, changed)


def _around(session: Session, letter: LetterRow, submission: SubmissionRow, elsewhere: Elsewhere) -> dict[str, Any]:
    """What is the same whichever text goes there."""
    venue, row = submission_venue(session, submission), session.get(PackageRow, submission.id)
    answered = row.statements if row else {}
    return {
        "venue": venue,
        "contact": letter.contact_email,
        "claims": claims_of(session, letter),
        "disclosure": elsewhere.disclosure,
        "statements": tuple((asked, answered.get(asked, "")) for asked in venue.statements or ()),
    }


def submission_venue(session: Session, submission: SubmissionRow) -> Venue:
    """The venue as it is known here; of a journal that was typed by hand nothing is known but its name."""
    known = venues_by_slug(session, [submission.venue]) if submission.venue else {}
    return known.get(submission.venue) or Venue("", submission.journal, submission.route_words)


def sealed_as(session: Session, letter: LetterRow) -> SealedAs | None:
    """None before the seal."""
    if letter.sealed_at is None:
        return None
    file = select(DocumentRow.sha256).where(DocumentRow.letter_id == letter.id, DocumentRow.kind == DocumentKind.LETTER)
    event = select(EventRow.sequence, EventRow.hash).where(EventRow.letter_id == letter.id, EventRow.kind == "letter.sealed")
    place = session.execute(event).one()
    day = letter.sealed_at.astimezone(ZoneInfo(letter.deadline_zone)).date()
    return SealedAs(day, session.scalars(file).one(), place.sequence, place.hash)


def _made_as(session: Session, letter: LetterRow, changed: NewTextRow) -> SealedAs | None:
    """What a journal is told of a changed text: the day on which its list was fixed, its PDF once there is one, its place in the record."""
    files = {one.kind: one.sha256 for one in documents_of(session, changed)}
    told = select(EventRow).where(EventRow.letter_id == letter.id, EventRow.kind.in_(("new_text.fixed", "new_text.made")))
    event = session.scalars(told.where(EventRow.public.contains(changed.reference)).order_by(EventRow.sequence.desc()).limit(1)).first()
    if changed.fixed_at is None or event is None:
        return None
    return SealedAs(day_of(letter, changed.fixed_at), files.get(DocumentKind.LETTER, ""), event.sequence, event.hash)


def _interests_of_changed(session: Session, changed: NewTextRow) -> tuple[tuple[str, str], ...]:
    """What each on its list stated when it signed the letter, in the order of that list."""
    query = (
        select(NewTextSignatoryRow.printed_name, AnswerRow.competing_interests)
        .join(AnswerRow, AnswerRow.id == NewTextSignatoryRow.answer_id)
        .where(NewTextSignatoryRow.new_text_id == changed.id)
        .order_by(NewTextSignatoryRow.position)
    )
    return tuple((name, stated) for name, stated in session.execute(query))


def _interests(session: Session, letter: LetterRow) -> tuple[tuple[str, str], ...]:
    """What each signatory stated, in the order of the list; after the seal the sealed signatories alone."""
    if letter.sealed_at is None:
        return tuple((line.printed_name, answer.competing_interests) for answer, line in listed_answers(session, letter))
    query = (
        select(SealedSignatoryRow.printed_name, AnswerRow.competing_interests)
        .join(AnswerRow, AnswerRow.id == SealedSignatoryRow.answer_id)
        .where(SealedSignatoryRow.letter_id == letter.id)
        .order_by(SealedSignatoryRow.position)
    )
    return tuple((name, stated) for name, stated in session.execute(query))
