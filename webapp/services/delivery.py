"""One attempt to send one message of the outbox: words, links and codes are made now, and never stored."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.answer import MANDATES, AnswerKind
from webapp.domain.deadline import show_date, show_instant
from webapp.domain.letter import ASKS
from webapp.domain.links import Links
from webapp.domain.tokens import Keyring
from webapp.mail import messages
from webapp.mail.message import MailForm, UnsafeMessage
from webapp.mail.transport import Envelope, PermanentFailure, TemporaryFailure, Transport
from webapp.persistence import outbox
from webapp.persistence.tables import (
    AnswerRow,
    CodeRow,
    EventRow,
    LetterRow,
    OutboxRow,
    RepresentativeRow,
    RevisionRow,
    SignInLinkRow,
)
from webapp.persistence.tables.message import MessageState

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_MOST_AT_ONCE = 500


class Result(Enum):
    LEFT = "left"
    LATER = "later"
    NEVER = "never"
    USELESS = "useless"


@dataclass(frozen=True)
class Sent:
    """What became of one attempt, and why it failed, without any address (R19)."""

    result: Result
    why: str = ""


class Office(Protocol):
    """What sending needs to know of the installation."""

    @property
    def links(self) -> Links: ...
    @property
    def keyring(self) -> Keyring: ...


def claim_message(session: Session, outbox_id: int, attempt: int, *, now: datetime) -> bool:
    """Whether this attempt may go on: each number is claimed once, so that no two attempts send one message at a time (R16)."""
    row = session.scalars(select(OutboxRow).where(OutboxRow.id == outbox_id).with_for_update()).one_or_none()
    if row is None or row.state != MessageState.QUEUED or row.attempts != attempt:
        return False
    row.attempts, row.next_attempt_at = attempt + 1, now + outbox.LOST_AFTER
    return True


def prepare_message(session: Session, outbox_id: int, office: Office, *, now: datetime) -> Envelope | None:
    """The message to send now; None where it has left already, or where it would be of no use any more."""
    row = session.get(OutboxRow, outbox_id)
    if row is None or row.state != MessageState.QUEUED:
        return None
    form = _compose(session, row, office, now=now)
    return Envelope(form, row.to_address, row.reference, now) if form else None


def send(transport: Transport, envelope: Envelope | None) -> Sent:
    """Tries once to send. No session is open meanwhile: a slow mail server holds up nobody's answer."""
    if envelope is None:
        return Sent(Result.USELESS, "no longer of use")
    try:
        transport.send(envelope)
    except TemporaryFailure as failure:
        return Sent(Result.LATER, str(failure))
    except (PermanentFailure, UnsafeMessage) as failure:
        return Sent(Result.NEVER, str(failure))
    return Sent(Result.LEFT)


def note_result(session: Session, outbox_id: int, sent: Sent, *, now: datetime) -> None:
    """Keeps what became of the attempt.

    A crash between the mail server's word and this note means a second copy with the same Message-ID, never a lost one (R16).
    """
    row = session.get_one(OutboxRow, outbox_id)
    if row.state != MessageState.QUEUED:
        return
    row.last_error = sent.why
    if sent.result is Result.LEFT:
        row.state, row.sent_at = MessageState.SENT, now
    elif sent.result is Result.LATER and now - row.queued_at < limits.MAIL_HORIZON:
        row.next_attempt_at = now + min(_FIRST_WAIT * 2 ** min(max(row.attempts - 1, 0), 10), _LONGEST_WAIT)
    else:
        row.state = MessageState.FAILED


def enqueue_due(session: Session, *, now: datetime) -> int:
    """Queues the next attempt of every message whose time has come, or whose attempt was lost with its worker; returns how many."""
    due = select(OutboxRow).where(OutboxRow.state == MessageState.QUEUED, OutboxRow.next_attempt_at <= now)
    rows = list(session.scalars(due.order_by(OutboxRow.id).limit(_MOST_AT_ONCE).with_for_update(skip_locked=True)))
    for row in rows:
        # Only what was tried can have failed: after days without a worker, everything that waits is still sent.
        if row.attempts and now - row.queued_at >= limits.MAIL_HORIZON:
            row.state, row.last_error = MessageState.FAILED, row.last_error or "no attempt came to an end"
            continue
        if row.attempts and not row.last_error:
            # The attempt left no trace: its worker died, or the message cannot be made. The next has a number of its own.
            row.last_error = "the last attempt did not come to an end"
        row.next_attempt_at = now + outbox.LOST_AFTER
        outbox.enqueue_attempt(session, row)
    return len(rows)


def _compose(session: Session, row: OutboxRow, office: Office, *, now: datetime) -> MailForm | None:
    if row.kind == "sign_in":
        link = session.get(SignInLinkRow, row.parameters["sign_in_link"])
        if link is None or link.used_at is not None or now >= link.expires_at:
            return None
        minutes = int(limits.SIGN_IN_LINK_LIFE.total_seconds() // 60)
        return messages.sign_in(office.links, office.keyring.sign_in_link(link.reference), minutes)
    representative = session.get_one(RepresentativeRow, row.parameters["representative"])
    if representative.revoked_at is not None:
        return None
    letter = session.get_one(LetterRow, representative.invitation.letter_id)
    facts = _letter_facts(letter)
    place = messages.PlaceFacts(representative.name, representative.invitation.society.printed_name)
    if row.kind == "code":
        one = session.get_one(CodeRow, row.parameters["code"])
        if one.used_at is not None or now >= one.expires_at:
            return None
        minutes = int(limits.CODE_LIFE.total_seconds() // 60)
        return messages.code(office.keyring.code(one.reference), minutes, facts, place)
    if row.kind == "letter_cancelled":
        event = session.get_one(EventRow, (letter.id, row.parameters["event"]))
        return messages.letter_cancelled(facts, place, _reason(event))
    if row.kind == "name_corrected":
        return messages.name_corrected(facts, place, _answer_facts(session, row, letter))
    token = office.keyring.personal_link(representative.reference, representative.link_generation)
    if row.kind in {"receipt", "withdrawal_receipt"}:
        answer = _answer_facts(session, row, letter)
        compose = messages.receipt if row.kind == "receipt" else messages.withdrawal_receipt
        return compose(office.links, token, facts, place, answer)
    return _LINK_MESSAGES[row.kind](office.links, token, facts, place)


_LINK_MESSAGES = {
    "invitation": messages.invitation,
    "new_link": messages.new_link,
    "deadline_moved": messages.deadline_moved,
}


def _reason(event: EventRow) -> str:
    return str(json.loads(event.public).get("reason", ""))


def _letter_facts(letter: LetterRow) -> messages.LetterFacts:
    return messages.LetterFacts(
        title=letter.title,
        lead_society=letter.lead_society,
        contact_email=letter.contact_email,
        journal=letter.journal,
        ask=ASKS[letter.ask],
        collective_noun=letter.collective_noun,
        deadline=str(show_instant(letter.deadline, letter.deadline_zone)) if letter.deadline else "",
        is_demonstration=letter.is_demonstration,
    )


def _answer_facts(session: Session, row: OutboxRow, letter: LetterRow) -> messages.AnswerFacts:
    answer = session.get_one(AnswerRow, row.parameters["answer"])
    revision = session.scalars(select(RevisionRow).where(RevisionRow.letter_id == letter.id, RevisionRow.digest == answer.digest)).one()
    return messages.AnswerFacts(
        kind=answer.kind,
        printed_name=answer.printed_name,
        officer=answer.officer,
        office=answer.office,
        consent_to_print=answer.consent_to_print,
        decided_by=answer.decided_by,
        decided_on=show_date(answer.decided_on) if answer.decided_on else "",
        mandate=MANDATES.get(answer.mandate, ""),
        competing_interests=answer.competing_interests,
        reason=answer.reason,
        authority_sentence=answer.authority_sentence,
        received_at=str(show_instant(answer.received_at, letter.deadline_zone)),
        given_by=answer.representative.name,
        digest=answer.digest,
        record_sequence=answer.record_sequence,
        record_hash=answer.record_hash,
        statement=revision.statement if answer.kind == AnswerKind.SIGN else "",
    )
