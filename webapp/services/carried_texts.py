"""The texts that go to journals: which of them a submission can carry, what each is called, and its digest."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.new_text import NewTextState
from webapp.persistence.tables import LetterRow, NewTextRow, SubmissionRow, SubmissionStepRow

_LISTED = (NewTextState.FIXED, NewTextState.MADE)
"""Its list is fixed: before that nobody knows who stands behind it."""


@dataclass(frozen=True)
class Sent:
    """What went with one step: the reference of a text, and its digest; empty where none went."""

    text: str = ""
    digest: str = ""


def texts_to_carry(session: Session, letter: LetterRow, submission: str = "") -> dict[str, str]:
    """The names of the texts that this submission can carry, by reference: the letter’s, and each that was changed for it or for none."""
    changed = [row for row in changed_texts(session, letter) if row.state in _LISTED and row.submission in {"", submission}]
    return {text.reference: text.name for text in letter.texts} | {row.reference: title_of(row) for row in changed}


def names_of_texts(session: Session, letter: LetterRow) -> Mapping[str, str]:
    """Of every text that a submission of the letter may ever have carried."""
    return {text.reference: text.name for text in letter.texts} | {row.reference: title_of(row) for row in changed_texts(session, letter)}


def title_of(row: NewTextRow) -> str:
    return f"Changed text {row.number}, for {row.journal}"


def changed_texts(session: Session, letter: LetterRow) -> list[NewTextRow]:
    """In the order in which they were begun."""
    return list(session.scalars(select(NewTextRow).where(NewTextRow.letter_id == letter.id).order_by(NewTextRow.number)))


def changed_text_of(session: Session, letter: LetterRow, text: str) -> NewTextRow | None:
    """The changed text that this is, where its list is fixed; None for a text of the letter."""
    query = select(NewTextRow).where(NewTextRow.letter_id == letter.id, NewTextRow.reference == text, NewTextRow.state.in_(_LISTED))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def sent_as(session: Session, letter: LetterRow, text: str) -> Sent:
    """The text as it would go now; its digest is empty for one that was not put in force with what the societies signed."""
    changed = changed_text_of(session, letter, text)
    if changed is not None:
        return Sent(text, changed.put.digest if changed.put else "")
    return Sent(text, sealed_digest(letter, text))


def sealed_digest(letter: LetterRow, text: str) -> str:
    """Of one of the letter’s texts as it was sealed; by default of the statement."""
    revision = letter.revision_in_force
    if revision is None:
        return ""
    is_statement = text in {"", letter.statement.reference}
    return next((str(one["digest"]) for one in revision.texts if one["reference"] == text), revision.digest if is_statement else "")


def is_carried(session: Session, letter: LetterRow, text: str) -> bool:
    """Whether a submission carries this text, or has carried it to its journal."""
    here = select(SubmissionRow.id).where(SubmissionRow.letter_id == letter.id)
    gone = here.join(SubmissionStepRow, SubmissionStepRow.submission_id == SubmissionRow.id).where(SubmissionStepRow.sent_text == text)
    return any(session.scalar(query.limit(1)) is not None for query in (here.where(SubmissionRow.text == text), gone))
