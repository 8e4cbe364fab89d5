"""Reading the local mailbox, which stands in for a mail server on an installation that has none."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.errors import NotFound
from webapp.persistence.tables import MailboxRow

_MOST = 200


@dataclass(frozen=True)
class MessageView:
    reference: str
    to_address: str
    subject: str
    text: str
    calendar: str
    arrived_at: ShownInstant


def list_messages(session: Session, search: str = "") -> list[MessageView]:
    """The newest messages first, narrowed to those whose address or subject holds the words."""
    query = select(MailboxRow).order_by(MailboxRow.id.desc()).limit(_MOST)
    if words := search.strip():
        query = query.where(MailboxRow.to_address.icontains(words, autoescape=True) | MailboxRow.subject.icontains(words, autoescape=True))
    return [_view(row) for row in session.scalars(query)]


def read_message(session: Session, reference: str) -> MessageView:
    row = session.scalars(select(MailboxRow).where(MailboxRow.reference == reference)).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)


def _view(row: MailboxRow) -> MessageView:
    arrived: datetime = row.arrived_at
    return MessageView(row.reference, row.to_address, row.subject, row.text, row.calendar, show_instant(arrived, "UTC"))
