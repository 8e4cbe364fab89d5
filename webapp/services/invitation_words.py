"""The words of a letter’s invitation: the coordinators’ own, or those that we bring along."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict
from webapp.domain.letter import Action, move_for
from webapp.domain.mail_text import SUBJECT, WORDS, clean_subject, clean_words, fill
from webapp.domain.permission import Permission
from webapp.mail.messages import InvitationWords, LetterFacts, PlaceFacts
from webapp.persistence.record import append_event
from webapp.persistence.tables import InvitationTextRow
from webapp.services.access import load_letter

CHANGED_SINCE = "Somebody has changed the invitation since you opened this page. What you typed is still below: compare, then save again."


@dataclass(frozen=True)
class InvitationText:
    """With its placeholders. `edition` tells whether somebody has written meanwhile; 0 where nobody ever has."""

    subject: str
    words: str
    edition: int


def text_of(session: Session, letter_id: int) -> InvitationText:
    """An empty part stands for the one that we bring along."""
    row = session.get(InvitationTextRow, letter_id)
    return InvitationText(row.subject or SUBJECT, row.words or WORDS, row.edition) if row else InvitationText(SUBJECT, WORDS, 0)


def filled(text: InvitationText, letter: LetterFacts, place: PlaceFacts) -> InvitationWords:
    values = {
        "name": place.name,
        "society": place.society,
        "title": letter.title,
        "journal": letter.journal,
        "ask": letter.ask,
        "societies": letter.collective_noun,
        "deadline": letter.deadline,
        "lead society": letter.lead_society,
        "contact": letter.contact_email,
    }
    return InvitationWords(fill(text.subject, values), fill(text.words, values))


def write_text(session: Session, actor: Actor, reference: str, text: InvitationText, *, now: datetime) -> None:
    """Keeps the words for every invitation that is sent from now on; the same words once more change nothing.

    Raises InvalidInput for a placeholder that stands for nothing, Conflict where somebody has written since this edition.
    """
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    move = move_for(letter.state, Action.WRITE_INVITATION)
    subject, words = clean_subject(text.subject), clean_words(text.words)
    row = session.get(InvitationTextRow, letter.id)
    if row is not None and (row.subject, row.words) == (subject, words):
        return
    if (row.edition if row else 0) != text.edition:
        raise Conflict(CHANGED_SINCE)
    row = row or InvitationTextRow(letter_id=letter.id)
    row.subject, row.words, row.edition = subject, words, text.edition + 1
    session.add(row)
    private = {"subject": subject, "words": words}
    append_event(session, letter, actor, move.event, {"edition": row.edition}, now=now, private=private)
