"""The mails to a journal as the desk shows them: who has approved, who must, and what became of those that left."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.correspondence import JournalMailState, approvals_needed
from webapp.domain.course import StepKind, find_move
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.document_kind import FILE_KINDS
from webapp.domain.letter import AFTER_THE_SEAL, Action
from webapp.domain.letter import find_move as find_letter_move
from webapp.domain.links import Links
from webapp.domain.permission import Permission
from webapp.persistence.tables import CorrespondenceRow, JournalMailRow, LetterRow, OutboxRow, StaffRow, SubmissionRow
from webapp.persistence.tables.message import MessageState
from webapp.services.access import load_letter
from webapp.services.coordinators import who_may
from webapp.services.correspondence import load_sealed
from webapp.services.journal_mail_files import attached_file, digests_of, file_of_text, offered_files
from webapp.services.journal_mails import JOURNAL_MAIL, Written, approved_by, find_mail, reason_of
from webapp.services.later_files import day_of
from webapp.services.need import Need, Urgency
from webapp.services.package import read_covering_letter
from webapp.services.submissions import Step, find_submission, standing_steps

_DELIVERY = {
    MessageState.QUEUED: "waits to leave",
    MessageState.UNCERTAIN: "not known whether it arrived",
    MessageState.SENT: "taken by the mail server",
    MessageState.FAILED: "could not be delivered",
}
_STATES = {JournalMailState.WRITTEN: "being approved", JournalMailState.DROPPED: "put aside", JournalMailState.SENT: "sent"}
_APPROVED = "approved, and not sent yet"


_MADE_AS = {"docx": "Word", "txt": "plain text"}
_ADDRESS = re.compile(r"[^\s<>,;:()\"]+@[^\s<>,;:()\"]+")


@dataclass(frozen=True)
class AttachedFile:
    name: str
    sha256: str
    is_sealed: bool
    """Of the sealed letter; else of a changed text, or made for this mail."""


@dataclass(frozen=True)
class MailView:
    """One mail to a journal."""

    reference: str
    submission: str
    """To which it belongs; empty for none."""
    about: str
    """The journal of that submission."""
    to_address: str
    answers_to: str
    subject: str
    body: str
    files: tuple[AttachedFile, ...]
    digest: str
    edition: int
    state: str
    says: str
    approved: tuple[str, ...]
    needed: int
    has_approved: bool
    """Whoever looks at the page has approved it as it stands."""
    can_send: bool
    sent_at: ShownInstant | None
    left_at: datetime | None
    is_in_doubt: bool
    has_failed: bool
    why: str
    """What the mail server said where it did not take the mail."""
    item: str
    """The item of the correspondence that it became."""


def list_mails(session: Session, actor: Actor, reference: str) -> list[MailView]:
    """The newest first."""
    letter = load_sealed(session, actor, reference)
    rows = session.scalars(select(JournalMailRow).where(JournalMailRow.letter_id == letter.id).order_by(JournalMailRow.id.desc()))
    return [_view(session, actor, letter, row) for row in rows]


def show_mail(session: Session, actor: Actor, reference: str, mail: str) -> MailView:
    """Raises NotFound."""
    letter = load_sealed(session, actor, reference)
    return _view(session, actor, letter, find_mail(session, letter, mail))


def offered_documents(session: Session, actor: Actor, reference: str, submission: str = "") -> dict[str, str]:
    """The names of what can go along, each with what it is, and what goes to this submission’s journal first. Raises NotFound."""
    letter = load_sealed(session, actor, reference)
    words = {facts.name: facts.words for facts in FILE_KINDS.values()}
    words |= {f"text-{letter.reference}.{suffix}": f"The text by itself, as {what}" for suffix, what in _MADE_AS.items()}
    words |= {f"covering-letter-{letter.reference}.{suffix}": f"The covering letter, as {what}" for suffix, what in _MADE_AS.items()}
    return {name: words.get(name, "Of the changed text") for name in offered_files(session, letter, submission)}


def propose_mail(session: Session, actor: Actor, reference: str, submission: str, links: Links, *, now: datetime) -> Written:
    """A mail to the journal of this submission: to its contact, with its number, and with the covering letter as it stands."""
    letter = load_sealed(session, actor, reference)
    row = find_submission(session, letter, submission)
    address = _ADDRESS.search(row.contact)
    subject = f"{row.manuscript_number}: {letter.title}" if row.manuscript_number else letter.title
    words = read_covering_letter(session, actor, reference, submission, links, now=now).words
    files = tuple(name for name in (file_of_text(session, letter, submission),) if name)
    return Written(address[0] if address else "", subject[: limits.MAIL_SUBJECT], words, files, submission=submission)


@dataclass(frozen=True)
class SubmissionMail:
    """A mail of one submission, as the page of that submission leads to it."""

    mail: MailView
    may_be_noted: bool
    """It has left since the last step, and can be noted as the step “submitted”: by a person, for a mail alone moves no course."""


def mails_of(session: Session, actor: Actor, reference: str, submission: str) -> list[SubmissionMail]:
    """Those that belong to this submission, the newest first; none before the seal."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    if letter.state not in AFTER_THE_SEAL:
        return []
    row = find_submission(session, letter, submission)
    mine = [one for one in list_mails(session, actor, reference) if one.submission == submission]
    return [SubmissionMail(one, _may_be_noted(letter, row, one)) for one in mine]


def _may_be_noted(letter: LetterRow, row: SubmissionRow, mail: MailView) -> bool:
    if mail.left_at is None or mail.has_failed or find_move(row.state, StepKind.SUBMITTED) is None:
        return False
    last = standing_steps(row)[-1:]
    return find_letter_move(letter.state, Action.KEEP_COURSE) is not None and (not last or mail.left_at >= last[0].noted_at)


def step_of_mail(session: Session, actor: Actor, reference: str, submission: str, mail: str) -> Step | None:
    """What can be noted of it; None where it is none of this submission’s, or nothing of it can be noted."""
    found = next((one for one in mails_of(session, actor, reference, submission) if one.mail.reference == mail and one.may_be_noted), None)
    if found is None or found.mail.left_at is None:
        return None
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    return Step(StepKind.SUBMITTED, day_of(letter, found.mail.left_at), f"By mail to {found.mail.to_address}: {found.mail.subject}")


def read_attached(session: Session, actor: Actor, reference: str, mail: str, name: str) -> bytes:
    """A file of it, as it goes along. Raises NotFound."""
    letter = load_sealed(session, actor, reference)
    return attached_file(session, letter, find_mail(session, letter, mail), name)


def _view(session: Session, actor: Actor, letter: LetterRow, row: JournalMailRow) -> MailView:
    known, sealed = digests_of(session, letter, row), set(offered_files(session, letter, ""))
    about = select(SubmissionRow.journal).where(SubmissionRow.letter_id == letter.id, SubmissionRow.reference == row.submission)
    approved = approved_by(session, row)
    needed = approvals_needed(len(who_may(session, letter.id, Permission.KEEP_COURSE)))
    mine = session.scalar(select(StaffRow.email).where(StaffRow.reference == actor.reference))
    message = session.scalars(select(OutboxRow).where(OutboxRow.reason == reason_of(row))).one_or_none()
    can_send = row.state == JournalMailState.WRITTEN and len(approved) >= needed
    return MailView(
        reference=row.reference,
        submission=row.submission,
        about=session.scalar(about) or "" if row.submission else "",
        to_address=row.to_address,
        answers_to=letter.contact_email,
        subject=row.subject,
        body=row.body,
        files=tuple(AttachedFile(name, known.get(name, ""), name in sealed) for name in row.attachments),
        digest=row.digest,
        edition=row.edition,
        state=row.state,
        says=_DELIVERY[MessageState(message.state)] if message else _APPROVED if can_send else _STATES[JournalMailState(row.state)],
        approved=tuple(approved),
        needed=needed,
        has_approved=mine in approved,
        can_send=can_send,
        sent_at=show_instant(row.sent_at, letter.deadline_zone) if row.sent_at else None,
        left_at=row.sent_at,
        is_in_doubt=message is not None and message.state == MessageState.UNCERTAIN,
        has_failed=message is not None and message.state == MessageState.FAILED,
        why=message.last_error if message else "",
        item=session.scalar(select(CorrespondenceRow.reference).where(CorrespondenceRow.id == row.correspondence_id)) or "",
    )


def mail_needs(session: Session, letter: LetterRow) -> list[Need]:
    """Mails to a journal that wait for somebody: for an approval, or for a word on what became of them."""
    if letter.state not in AFTER_THE_SEAL:
        return []
    lost = select(OutboxRow.id).where(OutboxRow.letter_id == letter.id, OutboxRow.kind == JOURNAL_MAIL)
    lost = lost.where(OutboxRow.state.in_((MessageState.UNCERTAIN, MessageState.FAILED)))
    waiting = select(JournalMailRow.id).where(JournalMailRow.letter_id == letter.id, JournalMailRow.state == JournalMailState.WRITTEN)
    needs = []
    if session.scalar(lost.limit(1)) is not None:
        ask = "Ask the journal before anything is sent again."
        needs.append(Need("A mail to the journal may not have arrived", "journal_mails", ask, urgency=Urgency.NOW))
    if session.scalar(waiting.limit(1)) is not None:
        needs.append(Need("A mail to the journal waits to be approved and sent", "journal_mails", "Read it as it would leave."))
    return needs
