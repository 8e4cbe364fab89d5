"""Whether what was written for the submissions of a letter is what its record tells (R17)."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.cope import claims_digest
from webapp.domain.record import RecordedEvent
from webapp.domain.shown import showing_digest
from webapp.persistence.tables import LetterRow, PackageRow, ShownRow, SubmissionRow
from webapp.services.claims import claims_of
from webapp.services.covering_letters import statements_digest, words_digest

Found = tuple[str, int | None]

_PARTS = {
    "covering_letter": "the covering letter",
    "statements": "what is answered to the statements",
    "places": "what was said of other places",
}


def package_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    """Sentences, each with the number of the event that it hangs on."""
    yield from _part_problems(session, letter, events)
    yield from _claim_problems(session, letter, events)
    yield from _showing_problems(session, letter, events)


def _part_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    told = {(event.public["submission"], event.public["part"]): event for event in events if event.kind == "package.kept"}
    rows = session.execute(
        select(PackageRow, SubmissionRow.reference)
        .join(SubmissionRow, SubmissionRow.id == PackageRow.submission_id)
        .where(PackageRow.letter_id == letter.id)
    )
    held: dict[tuple[str, str], str] = {}
    for row, submission in rows:
        held[submission, "covering_letter"] = words_digest(row.covering_letter)
        held[submission, "statements"] = statements_digest(row.statements)
        held[submission, "places"] = row.shown_digest
    nothing = {"covering_letter": words_digest(""), "statements": statements_digest({}), "places": ""}
    for submission, part in sorted(told.keys() | held.keys()):
        event = told.get((submission, part))
        if held.get((submission, part), nothing[part]) != (event.public["sha256"] if event else nothing[part]):
            sentence = f"{_PARTS[part]} of the submission {submission} is not what its record tells."
            yield sentence, event.sequence if event else None


def _claim_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    claims = claims_of(session, letter)
    event = next((one for one in reversed(events) if one.kind == "claims.mapped"), None)
    told = (event.public["claims"], event.public["sha256"]) if event else (0, claims_digest(()))
    if (len(claims), claims_digest(claims)) != told:
        yield "its claims are not those of its record.", event.sequence if event else None


def _showing_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[Found]:
    told = {event.public["showing"]: event for event in events if event.kind == "showing.noted"}
    struck = {event.public["showing"] for event in events if event.kind == "showing.struck"}
    for row in session.scalars(select(ShownRow).where(ShownRow.letter_id == letter.id).order_by(ShownRow.id)):
        event = told.pop(row.reference, None)
        if event is None:
            yield f"a place where its text was shown ({row.reference}) is there that its record does not tell of.", None
            continue
        if showing_digest(row.shown_as, row.place, row.address, row.shown_on) != event.public["sha256"]:
            yield f"where its text was shown is not what event {event.sequence} tells.", event.sequence
        if (row.struck_at is not None) != (row.reference in struck):
            yield f"whether the place of event {event.sequence} was struck is not what its record tells.", event.sequence
    for event in told.values():
        yield f"the place of which event {event.sequence} tells is not there.", event.sequence
