"""The changed texts of one submission, as its page leads to them: on their way, and ready to go there."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.domain.deadline import show_instant
from webapp.domain.new_text import OPEN_STATES, NewTextState
from webapp.domain.wording import count_phrase
from webapp.persistence.tables import LetterRow, NewTextRow, SubmissionRow
from webapp.services.carried_texts import changed_texts, title_of
from webapp.services.submissions import TEXT_IS_OPEN


@dataclass(frozen=True)
class ChangedText:
    """A text that this journal wants changed, as the page of its submission leads to it."""

    reference: str
    title: str
    state_words: str
    """“before the signatories until …”, “its list is fixed: 2 societies”."""
    is_open: bool
    """It is on its way; no other is begun meanwhile."""
    may_be_carried: bool
    """It can be chosen as the text that goes there next."""


def changed_for(session: Session, letter: LetterRow, row: SubmissionRow) -> tuple[ChangedText, ...]:
    """Those that were begun for this submission, the newest first; without those that were abandoned."""
    rows = [one for one in changed_texts(session, letter) if one.submission == row.reference and one.state != NewTextState.ABANDONED]
    return tuple(_line(letter, row, one) for one in reversed(rows))


def _line(letter: LetterRow, row: SubmissionRow, text: NewTextRow) -> ChangedText:
    listed = count_phrase(len(text.signatories), letter.collective_noun)
    words = {
        NewTextState.DRAFTING: "being written",
        NewTextState.ASKING: f"before the signatories until {show_instant(text.put.until, text.put.zone)}" if text.put else "",
        NewTextState.FIXED: f"its list is fixed, with {listed}; its documents are not made yet",
        NewTextState.MADE: f"its list is fixed, with {listed}, and its documents are made",
    }
    may_be_carried = text.fixed_at is not None and row.text != text.reference and row.state in TEXT_IS_OPEN
    state = NewTextState(text.state)
    return ChangedText(text.reference, title_of(text), words[state], state in OPEN_STATES, may_be_carried and bool(text.signatories))
