"""Whether every letter's record is whole and tells what the tables say: each thing that does not fit, in a sentence (R17)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from email import message_from_bytes, policy

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.record import TAKEN_BACK, RecordedEvent, Replayed, faults, private_commitment, replay
from webapp.persistence.record import load_events, load_private
from webapp.persistence.tables import (
    AnswerRow,
    CommentRow,
    DocumentRow,
    EventRow,
    GrantRow,
    InvitationRow,
    LetterRow,
    StaffRow,
)
from webapp.services.verified_answers import answer_problems
from webapp.services.verified_ask_rounds import ask_round_problems
from webapp.services.verified_authority import authority_problems
from webapp.services.verified_bundle import bundle_problems
from webapp.services.verified_changes import change_problems
from webapp.services.verified_comments import comment_problems
from webapp.services.verified_correspondence import correspondence_problems
from webapp.services.verified_course import course_problems
from webapp.services.verified_journal_mails import journal_mail_problems
from webapp.services.verified_later import later_problems
from webapp.services.verified_layout import layout_problems
from webapp.services.verified_new_text import new_text_problems
from webapp.services.verified_news import news_problems
from webapp.services.verified_package import package_problems
from webapp.services.verified_public import public_problems
from webapp.services.verified_publication import publication_problems
from webapp.services.verified_reminders import reminder_problems
from webapp.services.verified_roster import roster_problems
from webapp.services.verified_sent import sent_problems
from webapp.services.verified_talks import talk_problems
from webapp.services.verified_text import text_problems
from webapp.services.verified_translations import translation_problems


@dataclass(frozen=True)
class Problem:
    """Something that does not fit; `event` is the number of the event that it hangs on, if it hangs on one."""

    letter: str
    sentence: str
    event: int | None = None

    def __str__(self) -> str:
        return f"Letter {self.letter}: {self.sentence}" if self.letter else self.sentence


@dataclass(frozen=True)
class Verified:
    """What was looked at and what was found."""

    letters: int
    events: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Head:
    """A place in the record as a receipt quotes it: nobody can take it back from whom it was mailed to."""

    number: int
    hash: str


def verify(session: Session, reference: str | None = None) -> Verified:
    """Replays the record of every letter, or of one. Raises NotFound where there is no such letter."""
    query = select(LetterRow).order_by(LetterRow.id)
    letters = session.scalars(query.where(LetterRow.reference == reference) if reference else query).all()
    if reference and not letters:
        raise NotFound
    count = 0
    problems: list[Problem] = []
    for letter in letters:
        events = readable_events(session, letter.id)
        problems.extend(chain_problems(session, letter.id, letter.reference, events))
        if events is not None:
            count += len(events)
            problems.extend(_content_problems(session, letter, events))
    return Verified(len(letters), count, tuple(problems))


def _content_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> list[Problem]:
    """Whether the tables say what the record tells; a record that was changed may tell nothing that can be compared."""
    try:
        found = [
            *_state_problems(session, letter, events),
            *answer_problems(session, letter, events),
            *text_problems(session, letter, events),
            *bundle_problems(session, letter, events),
            *change_problems(session, letter, events),
            *comment_problems(session, letter, events),
            *talk_problems(session, letter, events),
            *authority_problems(session, letter, events),
            *roster_problems(session, letter, events),
            *reminder_problems(session, letter, events),
            *layout_problems(session, letter, events),
            *later_problems(session, letter, events),
            *publication_problems(session, letter, events),
            *public_problems(session, letter, events),
            *correspondence_problems(session, letter, events),
            *package_problems(session, letter, events),
            *new_text_problems(session, letter, events),
            *journal_mail_problems(session, letter, events),
            *course_problems(session, letter, events),
            *sent_problems(session, letter, events),
            *news_problems(session, letter, events),
            *ask_round_problems(session, letter, events),
            *translation_problems(session, letter, events),
        ]
    except (KeyError, TypeError, ValueError, AttributeError):
        found = [("its record cannot be compared with what the database holds.", None)]
    return [Problem(letter.reference, sentence, event) for sentence, event in found]


def readable_events(session: Session, letter_id: int) -> list[RecordedEvent] | None:
    """None where what stands in the table is no event any more."""
    try:
        return load_events(session, letter_id)
    except (ValueError, TypeError):
        return None


def chain_problems(session: Session, letter_id: int, reference: str, events: list[RecordedEvent] | None) -> Iterator[Problem]:
    """Whether the events are chained, and whether the private parts that are still there are those that were recorded."""
    if events is None:
        yield Problem(reference, "its record cannot be read.")
        return
    for fault in faults(reference, events):
        yield Problem(reference, f"event {fault.sequence} {fault.what}.", fault.sequence)
    if not events:
        yield Problem(reference, "its record is empty.")
    for sequence, commitment, private, salt in load_private(session, letter_id):
        if private is not None and not _is_committed(private, salt, commitment):
            yield Problem(reference, f"the private part of event {sequence} is not the one that was recorded.", sequence)


def _is_committed(private: str, salt: bytes | None, commitment: str | None) -> bool:
    try:
        return salt is not None and private_commitment(json.loads(private), salt) == commitment
    except ValueError:
        return False


def _state_problems(session: Session, letter: LetterRow, events: list[RecordedEvent]) -> Iterator[tuple[str, int | None]]:
    told = replay(events)
    present = present_state(session, letter)
    if not told.people:
        # Handed over by the command before records told of people; since then there is always an owner.
        told.people = present.people
    for one in fields(Replayed):
        if getattr(told, one.name) != getattr(present, one.name):
            words = one.name.replace("_", " ")
            yield f"what the database holds as its {words} is not what its record tells.", None


def present_state(session: Session, letter: LetterRow) -> Replayed:
    """The state that replaying the record must give, read from the tables."""
    invitations = session.scalars(select(InvitationRow).where(InvitationRow.letter_id == letter.id))
    standing = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True)))
    people = select(StaffRow.reference, GrantRow.role).join(GrantRow, GrantRow.staff_id == StaffRow.id)
    people = people.where(GrantRow.letter_id == letter.id)
    sealed_as = select(DocumentRow.sha256).where(DocumentRow.letter_id == letter.id, DocumentRow.kind == DocumentKind.LETTER)
    return Replayed(
        state=letter.state,
        title=letter.title,
        deadline=letter.deadline.isoformat() if letter.deadline else None,
        digest=letter.revision_in_force.digest if letter.revision_in_force else None,
        revisions={row.number: row.digest for row in letter.revisions},
        societies={row.society.reference for row in invitations},
        standing={row.invitation.society.reference: row.kind for row in standing},
        comments=_comments(session, letter),
        document_sha256=session.scalar(sealed_as),
        people={row.reference: row.role for row in session.execute(people)},
    )


def _comments(session: Session, letter: LetterRow) -> dict[str, str]:
    held = select(CommentRow.reference, CommentRow.taken_back_at, CommentRow.disposition).where(CommentRow.letter_id == letter.id)
    return {row.reference: TAKEN_BACK if row.taken_back_at else row.disposition for row in session.execute(held)}


def head_problem(session: Session, head: Head) -> Problem | None:
    """None where the place that a receipt quotes is on the record of some letter."""
    number = session.scalar(select(EventRow.sequence).where(EventRow.hash == head.hash))
    if number == head.number:
        return None
    if number is not None:
        return Problem("", f"Receipt of event {head.number}: its hash is that of event {number}.", head.number)
    sentence = f"Receipt of event {head.number} is on no record here: history was rolled back or rewritten, or it was given elsewhere."
    return Problem("", sentence, head.number)


def read_head(typed: str) -> Head:
    """From “12:hash”, as it can be typed."""
    found = re.fullmatch(r"\s*([0-9]{1,9})\s*[:,]\s*([0-9a-f]{64})\s*", typed)
    if found is None:
        raise InvalidInput("A place in the record is written as the number of the event, a colon, and its hash of 64 characters.")
    return Head(int(found[1]), found[2])


def read_receipt(mail: bytes) -> Head:
    """From a receipt, as a mail program saves it or as its text alone."""
    body = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    texts = [body.get_content() if body else "", mail.decode("utf-8", "replace")]
    found = next((match for one in texts if (match := re.search(r"\bevent ([0-9]{1,9}),\s+([0-9a-f]{64})\b", one))), None)
    if found is None:
        raise InvalidInput("This is no receipt: it quotes no event of a record.")
    return Head(int(found[1]), found[2])
