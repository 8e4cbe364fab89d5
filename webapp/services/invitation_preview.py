"""An invitation as a chosen recipient will read it, on the page or mailed to whoever writes it; never with a real link (R19)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput, TooMany
from webapp.domain.links import Links
from webapp.domain.mail_text import SUBJECT, WORDS, clean_subject, clean_words
from webapp.domain.permission import Permission
from webapp.domain.rate import TEST_MAILS
from webapp.domain.tokens import Keyring
from webapp.mail import messages
from webapp.mail.message import MailForm
from webapp.persistence import outbox
from webapp.persistence.tables import InvitationRow, LetterRow, RepresentativeRow, StaffRow
from webapp.services.access import load_letter
from webapp.services.composing import as_if_to
from webapp.services.documents import sort_key
from webapp.services.invitation_words import InvitationText, filled, text_of
from webapp.services.limits import count


@dataclass(frozen=True)
class Recipient:
    reference: str
    words: str


@dataclass(frozen=True)
class Preview:
    form: MailForm
    to: str
    """Who reads it so; empty where nobody is on the roster yet."""


def recipients(session: Session, actor: Actor, reference: str) -> list[Recipient]:
    """Whoever can be chosen, by society."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    query = (
        select(RepresentativeRow).join(InvitationRow).options(joinedload(RepresentativeRow.invitation).joinedload(InvitationRow.society))
    )
    rows = session.scalars(query.where(InvitationRow.letter_id == letter.id, RepresentativeRow.revoked_at.is_(None))).all()
    in_order = sorted(rows, key=lambda row: (sort_key(row.invitation.society.printed_name, row.invitation.society.sort_name), row.id))
    return [Recipient(row.reference, f"{row.invitation.society.printed_name}: {row.name}") for row in in_order]


def text_for(session: Session, actor: Actor, reference: str) -> InvitationText:
    return text_of(session, load_letter(session, actor, reference, Permission.INVITE).id)


def preview(session: Session, actor: Actor, reference: str, text: InvitationText, recipient: str, links: Links) -> Preview:
    """Stores nothing. Raises InvalidInput for a placeholder that stands for nothing."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    subject, words = clean_subject(text.subject) or SUBJECT, clean_words(text.words) or WORDS
    one = _chosen(session, letter, recipient)
    to = as_if_to(letter, one, links)
    form = messages.invitation(to, filled(InvitationText(subject, words, text.edition), to.letter, to.place))
    return Preview(form, f"{one.name}, {one.invitation.society.printed_name}" if one else "")


def mail_test(session: Session, actor: Actor, reference: str, recipient: str, nonce: str, keyring: Keyring, *, now: datetime) -> str:
    """Mails the saved words, as this recipient would read them, to whoever asks; returns the address. The same form twice is one message.

    Raises TooMany after ten in an hour.
    """
    letter = load_letter(session, actor, reference, Permission.INVITE)
    staff = session.scalars(select(StaffRow).where(StaffRow.reference == actor.reference)).one()
    if not nonce or ":" in nonce:
        raise InvalidInput("Load the page again.")
    if not count(session, TEST_MAILS, staff.reference, keyring, now=now):
        raise TooMany(f"{TEST_MAILS.most} test mails have been sent to you within the hour. Please look for the newest one.")
    one = _chosen(session, letter, recipient)
    parameters = {"letter": letter.id, "representative": one.id if one else 0}
    reason = f"invitation_test:{nonce}:{staff.reference}"
    outbox.put(session, "invitation_test", reason, staff.email, now=now, letter_id=letter.id, **parameters)
    return staff.email


def _chosen(session: Session, letter: LetterRow, recipient: str) -> RepresentativeRow | None:
    """The one who is named, else the first of the roster; nobody of another letter."""
    query = (
        select(RepresentativeRow).join(InvitationRow).where(InvitationRow.letter_id == letter.id, RepresentativeRow.revoked_at.is_(None))
    )
    named = session.scalars(query.where(RepresentativeRow.reference == recipient)).one_or_none()
    return named or session.scalars(query.order_by(RepresentativeRow.id).limit(1)).first()
