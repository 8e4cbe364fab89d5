"""The workflows by name. A workflow here is one attempt at one thing; what must be tried again is written in the rows."""

import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dbos import DBOS
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from webapp.mail.transport import transport_for
from webapp.persistence.database import transaction
from webapp.persistence.outbox import SEND_WORKFLOW
from webapp.services import delivery, installation, sign_on, tick
from webapp.services.sign_on import CLOSE_WORKFLOW
from webapp.settings import Settings


class Workflows:
    """Holds what every workflow needs: the settings and the application's own engine."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._transport = transport_for(settings, engine)
        self.tick: Callable[[datetime, Any], None]
        self.sweep: Callable[[datetime, Any], None]

    def register(self) -> None:
        """Tells the job engine the workflows; their names are part of the queued jobs and stay as they are."""
        claim = _step("claim_message", self.claim_message)
        send_claimed = _step("send_claimed", self.send_claimed)
        close = _step("close_if_due", self.close_if_due)
        tick_step = _step("tick_step", self.tick_step)
        sweep_step = _step("sweep_step", self.sweep_step)

        @DBOS.workflow(name=SEND_WORKFLOW)
        def send_message(outbox_id: int, attempt: int) -> None:
            # Two steps: a worker that dies while sending comes back with its claim, and sends the same message again at once.
            if claim(outbox_id, attempt):
                send_claimed(outbox_id)

        @DBOS.workflow(name=CLOSE_WORKFLOW)
        def close_letter(letter_id: int) -> None:
            close(letter_id)

        @DBOS.workflow(name="tick")
        def tick_workflow(_scheduled: datetime, _context: Any) -> None:
            tick_step()

        @DBOS.workflow(name="sweep")
        def sweep_workflow(_scheduled: datetime, _context: Any) -> None:
            sweep_step()

        self.tick, self.sweep = tick_workflow, sweep_workflow

    def claim_message(self, outbox_id: int, attempt: int) -> bool:
        with Session(self._engine) as session, transaction(session):
            return installation.may_send(session) and delivery.claim_message(session, outbox_id, attempt, now=self._settings.clock.now())

    def send_claimed(self, outbox_id: int) -> None:
        """Reads, sends with no transaction open, and notes what became of it."""
        clock = self._settings.clock
        with Session(self._engine) as session:
            envelope = delivery.prepare_message(session, outbox_id, self._settings, now=clock.now())
        sent = delivery.send(self._transport, envelope)
        with Session(self._engine) as session, transaction(session):
            delivery.note_result(session, outbox_id, sent, now=clock.now())

    def close_if_due(self, letter_id: int) -> None:
        with Session(self._engine) as session, transaction(session):
            if installation.may_write(session):
                sign_on.close_if_due(session, letter_id, now=self._settings.clock.now())

    def tick_step(self) -> None:
        """Closes letters whose job was lost or came too early, and queues what is due again."""
        now = self._settings.clock.now()
        with Session(self._engine) as session:
            due = sign_on.letters_due(session, now=now)
        for letter_id in due:
            self.close_if_due(letter_id)
        with Session(self._engine) as session, transaction(session):
            if installation.may_send(session):
                delivery.enqueue_due(session, now=now)

    def sweep_step(self) -> None:
        with Session(self._engine) as session, transaction(session):
            if installation.may_write(session):
                tick.sweep_doors(session, now=self._settings.clock.now())


class JobFailed(Exception):
    """A step failed; says which error and where, and nothing that the error quotes (R19)."""


def _step(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
    """The act as a step of a workflow. The job engine marks the function that it is given, which a bound method does not allow."""

    @DBOS.step(name=name)
    def step(*arguments: Any) -> Any:
        try:
            return act(*arguments)
        except Exception as error:  # noqa: BLE001 - the job engine logs and stores what it catches, with addresses and links in it
            where = traceback.extract_tb(error.__traceback__)[-1]
            raise JobFailed(f"{type(error).__name__} in {where.name}, line {where.lineno}") from None

    return step
