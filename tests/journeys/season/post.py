"""Everybody’s mail, as the local mailbox keeps it; each message is read once."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from tests.journeys.server import Server
from webapp.persistence.database import opened_session
from webapp.persistence.tables import AnswerRow, MailboxRow, OutboxRow, RepresentativeRow
from webapp.settings import load_settings

_MAIL_TAKES = 60.0
_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_LINK = re.compile(r"https?://\S+/i/[\w-]+")


@dataclass(frozen=True)
class Mail:
    number: int
    to: str
    subject: str
    text: str
    arrived_at: datetime


@dataclass
class Post:
    server: Server
    read: set[int] = field(default_factory=set)

    def all(self) -> list[Mail]:
        with opened_session(load_settings(self.server.environment)) as session:
            rows = session.scalars(select(MailboxRow).order_by(MailboxRow.id))
            return [Mail(row.id, row.to_address, row.subject, row.text, row.arrived_at) for row in rows]

    def reminders(self) -> list[tuple[str, datetime]]:
        """To whom a reminder was sent, and when, in the order of sending."""
        with opened_session(load_settings(self.server.environment)) as session:
            sent = select(OutboxRow.to_address, OutboxRow.sent_at).where(OutboxRow.kind == "reminder", OutboxRow.sent_at.is_not(None))
            return [(to, at) for to, at in session.execute(sent.order_by(OutboxRow.sent_at)) if at is not None]

    def answered(self) -> dict[str, datetime]:
        """When each representative first answered with more than a condition."""
        said = select(RepresentativeRow.email, func.min(AnswerRow.received_at)).join(AnswerRow.representative)
        with opened_session(load_settings(self.server.environment)) as session:
            first = session.execute(said.where(AnswerRow.kind != "sign_if").group_by(RepresentativeRow.email))
            return dict(map(tuple, first))

    def left(self) -> int:
        """How many messages have left."""
        with opened_session(load_settings(self.server.environment)) as session:
            return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.sent_at.is_not(None))) or 0

    def _unread(self, to: str, words: str) -> Iterator[Mail]:
        return (mail for mail in reversed(self.all()) if mail.to == to and words in mail.subject and mail.number not in self.read)

    def next(self, to: str, words: str) -> Mail:
        """The newest unread message to this address whose subject holds the words, as soon as it has arrived."""
        end = time.monotonic() + _MAIL_TAKES
        while time.monotonic() < end:
            found = next(self._unread(to, words), None)
            if found is not None:
                self.read.add(found.number)
                return found
            time.sleep(0.1)
        raise AssertionError(f"no mail “{words}” for {to}; there are {[mail.subject for mail in self.all() if mail.to == to]}")

    def code(self, to: str) -> str:
        found = _CODE.search(self.next(to, "is your code for").text)
        assert found, f"no code in the mail to {to}"
        return found[0]

    def staff_code(self, to: str) -> str:
        found = _CODE.search(self.next(to, "is your code for the desk").text)
        assert found, f"no code in the mail to {to}"
        return found[0]

    def forget_codes(self, to: str) -> None:
        """Those that are there already were meant for other acts."""
        self.read.update(mail.number for mail in self._unread(to, "is your code for"))

    def link(self, to: str) -> str:
        """The personal link in the newest message that has one, read or not."""
        end = time.monotonic() + _MAIL_TAKES
        while time.monotonic() < end:
            found = next((_LINK.search(mail.text) for mail in reversed(self.all()) if mail.to == to and _LINK.search(mail.text)), None)
            if found:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no link in any mail to {to}")

    def disown(self, to: str) -> str:
        """Where the newest receipt lets whoever got it say that the answer was not theirs."""
        found = re.search(r"Say so here, at any time:\s+(\S+)", self.next(to, "Receipt: ").text)
        assert found, f"no way to disown the answer in the receipt of {to}"
        return found[1]

    def wait_for(self, words: str, count: int) -> list[Mail]:
        """As many messages with these words in their subjects, as soon as they have arrived."""
        end = time.monotonic() + _MAIL_TAKES
        while len(found := [mail for mail in self.all() if words in mail.subject]) < count:
            assert time.monotonic() < end, f"only {len(found)} of {count} messages “{words}” have arrived"
            time.sleep(0.2)
        return found
