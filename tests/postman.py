"""The mail of a test: delivers the outbox as the worker would, and reads the local mailbox."""

import re

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from webapp.jobs.workflows import Workflows
from webapp.persistence.tables import MailboxRow, OutboxRow
from webapp.persistence.tables.message import MessageState
from webapp.settings import Settings

_LINK = re.compile(r"https?://\S+/(?:i|sign-in)/\S+")
_CODE = re.compile(r"^ {4}(\w{4}-\w{4})$", re.MULTILINE)


class Postman:
    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._engine = engine
        self.workflows = Workflows(settings, engine)

    def deliver(self) -> int:
        """Sends what is queued; returns how many attempts were made."""
        with Session(self._engine) as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.state == MessageState.QUEUED).order_by(OutboxRow.id))
            queued = [(row.id, row.attempts) for row in rows]
        for outbox_id, attempt in queued:
            self.attempt(outbox_id, attempt)
        return len(queued)

    def attempt(self, outbox_id: int, attempt: int) -> None:
        """What the worker's workflow does."""
        if self.workflows.claim_message(outbox_id, attempt):
            self.workflows.send_claimed(outbox_id)

    def messages(self, to: str | None = None) -> list[MailboxRow]:
        self.deliver()
        with Session(self._engine) as session:
            rows = session.scalars(select(MailboxRow).order_by(MailboxRow.id)).all()
        return [row for row in rows if to in {None, row.to_address}]

    def newest(self, to: str) -> MailboxRow:
        return self.messages(to)[-1]

    def link(self, to: str) -> str:
        """The newest personal or sign-in link that this address was sent."""
        found = [match[0] for one in self.messages(to) if (match := _LINK.search(one.text))]
        assert found, f"no link was sent to {to}"
        return found[-1]

    def code(self, to: str) -> str:
        """The newest code that this address was sent."""
        found = [match[1] for one in self.messages(to) if (match := _CODE.search(one.text))]
        assert found, f"no code was sent to {to}"
        return found[-1]
