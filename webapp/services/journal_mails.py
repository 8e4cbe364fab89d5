"""A mail to a journal: it leaves once, when as many coordinators as must have approved that very text and that very address (R16)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.correspondence import Direction, JournalMailState, Way, approvals_needed, mail_digest
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, WrongState
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.permission import Permission
from webapp.domain.received_file import kind_of
from webapp.persistence import outbox
from webapp.persistence.record import actor_words, append_event
from webapp.persistence.tables import (
    CorrespondenceFileRow,
    CorrespondenceRow,
    JournalMailApprovalRow,
    JournalMailRow,
    LetterRow,
    StaffRow,
)
from webapp.services.coordinators import who_may
from webapp.services.correspondence import keep_item, load_sealed
from webapp.services.doors import clean_address
from webapp.services.journal_mail_files import MadeFile, attached, digests_of, keep_made, offered_files, package_names
from webapp.services.references import new_reference
from webapp.services.submissions import submissions_of

JOURNAL_MAIL = "journal_mail"
_CHANGED = "Somebody has changed this mail since the page was opened. What you typed is below; look at what stands now first."
_NOT_THAT = "The mail is no longer the one that you read. Read it as it stands now, then approve it."


@dataclass(frozen=True)
class Written:
    """What somebody has typed; `edition` is that of the mail on the page, 0 for a new one."""

    to_address: str
    subject: str
    body: str
    attachments: tuple[str, ...] = ()
    edition: int = 0
    submission: str = ""
    """The reference of the submission to which it belongs; empty for none."""
    made: tuple[MadeFile, ...] = ()
    """What the package of that submission has made of those."""


def write_mail(session: Session, actor: Actor, reference: str, given: Written, *, now: datetime) -> str:
    """A new mail, which nobody has approved yet; returns its reference."""
    letter = load_sealed(session, actor, reference, for_update=True)
    here = select(func.count()).select_from(JournalMailRow).where(JournalMailRow.letter_id == letter.id)
    if (session.scalar(here) or 0) >= limits.JOURNAL_MAILS:
        raise InvalidInput(f"{limits.JOURNAL_MAILS} mails are the most of one letter.")
    row = JournalMailRow(
        reference=new_reference(),
        letter_id=letter.id,
        state=JournalMailState.WRITTEN,
        made_at=now,
        made_by=actor_words(actor),
    )
    _fill(session, letter, row, given)
    session.add(row)
    session.flush()
    append_event(session, letter, actor, "journal_mail.written", _public(row), now=now, private={"digest": row.digest})
    return row.reference


def change_mail(session: Session, actor: Actor, reference: str, mail: str, given: Written, *, now: datetime) -> None:
    """Other words, another address or other files: what was approved before is approved no more. Raises Conflict for an old page."""
    letter, row = _held(session, actor, reference, mail)
    if given.edition != row.edition:
        raise Conflict(_CHANGED)
    before = row.digest, row.submission
    _fill(session, letter, row, given)
    if (row.digest, row.submission) == before:
        return
    row.edition += 1
    session.execute(delete(JournalMailApprovalRow).where(JournalMailApprovalRow.journal_mail_id == row.id))
    append_event(session, letter, actor, "journal_mail.changed", _public(row), now=now, private={"digest": row.digest})


def approve_mail(session: Session, actor: Actor, reference: str, mail: str, digest: str, *, now: datetime) -> None:
    """One coordinator's word for the mail that they have read. Twice by one is one. Raises Conflict where it is another by now."""
    letter, row = _held(session, actor, reference, mail)
    if digest != row.digest:
        raise Conflict(_NOT_THAT)
    staff = session.scalars(select(StaffRow.id).where(StaffRow.reference == actor.reference)).one_or_none()
    if staff is None:
        raise NotAllowed("A mail to a journal is approved by a coordinator at the desk.")
    if session.get(JournalMailApprovalRow, (row.id, staff)) is not None:
        return
    session.add(JournalMailApprovalRow(journal_mail_id=row.id, staff_id=staff, digest=digest, approved_at=now))
    append_event(session, letter, actor, "journal_mail.approved", {"mail": row.reference}, now=now, private={"digest": digest})


def send_mail(session: Session, actor: Actor, reference: str, mail: str, digest: str, *, now: datetime) -> None:
    """Puts it into the post and into the correspondence, in one transaction. Raises Conflict where it is not approved as it stands."""
    letter, row = _held(session, actor, reference, mail)
    if digest != row.digest or _digest(session, letter, row) != row.digest:
        raise Conflict(_NOT_THAT)
    needed, given = approvals_needed(len(who_may(session, letter.id, Permission.KEEP_COURSE))), len(approved_by(session, row))
    if given < needed:
        raise Conflict(f"{given} of {needed} coordinators {'has' if given == 1 else 'have'} approved this mail as it stands.")
    item = _as_item(session, actor, letter, row, now=now)
    row.state, row.sent_at, row.correspondence_id = JournalMailState.SENT, now, item.id
    session.flush()
    public = {"mail": row.reference, "item": item.reference, "approvals": given}
    append_event(session, letter, actor, "journal_mail.sent", public, now=now, private={"digest": row.digest})
    outbox.put(session, JOURNAL_MAIL, reason_of(row), row.to_address, now=now, letter_id=letter.id, journal_mail=row.id)


def drop_mail(session: Session, actor: Actor, reference: str, mail: str, *, now: datetime) -> None:
    """It is not sent. Its words stay."""
    letter, row = _held(session, actor, reference, mail)
    row.state = JournalMailState.DROPPED
    append_event(session, letter, actor, "journal_mail.dropped", {"mail": row.reference}, now=now)


def _public(row: JournalMailRow) -> dict[str, str]:
    return {"mail": row.reference, "submission": row.submission}


def reason_of(row: JournalMailRow) -> str:
    return f"{JOURNAL_MAIL}:{row.reference}"


def approved_by(session: Session, row: JournalMailRow) -> list[str]:
    """Addresses of those who have approved it as it stands, and who may still do so."""
    may = who_may(session, row.letter_id, Permission.KEEP_COURSE)
    query = select(JournalMailApprovalRow).where(JournalMailApprovalRow.journal_mail_id == row.id)
    rows = session.scalars(query.order_by(JournalMailApprovalRow.approved_at).execution_options(populate_existing=True))
    return [one.staff.email for one in rows if one.digest == row.digest and one.staff.reference in may]


def find_mail(session: Session, letter: LetterRow, mail: str) -> JournalMailRow:
    """Raises NotFound."""
    query = select(JournalMailRow).where(JournalMailRow.letter_id == letter.id, JournalMailRow.reference == mail)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _held(session: Session, actor: Actor, reference: str, mail: str) -> tuple[LetterRow, JournalMailRow]:
    letter = load_sealed(session, actor, reference, for_update=True)
    row = find_mail(session, letter, mail)
    if row.state == JournalMailState.SENT:
        raise WrongState("This mail has been sent. It leaves once; write another one if something is to be added.")
    if row.state == JournalMailState.DROPPED:
        raise WrongState("This mail was put aside. Write another one.")
    return letter, row


def _fill(session: Session, letter: LetterRow, row: JournalMailRow, given: Written) -> None:
    row.to_address = clean_address(given.to_address, field="to_address")
    row.subject = bounded_line(given.subject, limits.MAIL_SUBJECT, field="subject", what="The subject")
    row.body = bounded_text(given.body, limits.JOURNAL_MAIL, field="body", what="The text")
    if not row.subject or not row.body:
        raise InvalidInput("A mail to a journal has a subject and a text.", field="body" if row.subject else "subject")
    row.submission = given.submission
    if given.submission and given.submission not in {one.reference for one in submissions_of(session, letter)}:
        raise InvalidInput("Choose a submission of this letter, or none.", field="submission")
    offered, made = offered_files(session, letter, given.submission), {one.name for one in given.made}
    if not set(given.attachments) <= {name for name in offered if name in made or name not in package_names(letter)}:
        raise InvalidInput("Choose from the files that stand here: those of another submission do not go along.", field="attachments")
    row.attachments = [name for name in offered if name in given.attachments]
    keep_made(row, given.made)
    if sum(len(content) for _name, content in attached(session, letter, row)) > limits.JOURNAL_MAIL_BYTES:
        raise InvalidInput("The files have more than 10 MB together; many mail servers refuse that.", field="attachments")
    row.digest = _digest(session, letter, row)
    row.edition = row.edition or 1


def _digest(session: Session, letter: LetterRow, row: JournalMailRow) -> str:
    known = digests_of(session, letter, row)
    return mail_digest(row.to_address, row.subject, row.body, [(name, known.get(name, "")) for name in row.attachments])


def _as_item(session: Session, actor: Actor, letter: LetterRow, row: JournalMailRow, *, now: datetime) -> CorrespondenceRow:
    item = CorrespondenceRow(
        reference=new_reference(),
        letter_id=letter.id,
        submission=row.submission,
        # The database itself refuses a second one (R16).
        nonce=reason_of(row),
        direction=Direction.OUT,
        way=Way.SENT,
        sender=f"{letter.lead_society} <{letter.contact_email}>",
        recipient=row.to_address,
        subject=row.subject,
        text=row.body,
        happened_at=now,
        zone=letter.deadline_zone,
        reported_by="",
        link="",
        remarks=[],
        entered_at=now,
        entered_by=actor_words(actor),
        files=[
            CorrespondenceFileRow(
                reference=new_reference(),
                position=position,
                name=name,
                media_type=kind_of(content),
                sha256=hashlib.sha256(content).hexdigest(),
                size=len(content),
                content=content,
            )
            for position, (name, content) in enumerate(attached(session, letter, row), 1)
        ],
    )
    keep_item(session, actor, letter, item, now=now)
    return item
