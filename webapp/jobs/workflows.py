"""The workflows by name. A workflow here is one attempt at one thing; what must be tried again is written in the rows."""

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dbos import DBOS
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from webapp.jobs.later import LaterJob
from webapp.jobs.new_text import NewTextJob
from webapp.jobs.sealing import SealingJob
from webapp.jobs.underway import UnderWay
from webapp.log import note
from webapp.mail.transport import transport_for
from webapp.persistence.database import DatabaseBusy, transaction
from webapp.persistence.outbox import SEND_WORKFLOW
from webapp.services import addenda, delivery, installation, new_text_list, post_uploads, reminders, sign_on, society_logo, tick
from webapp.services.later_making import LATER_WORKFLOW
from webapp.services.new_text import FIX_WORKFLOW
from webapp.services.new_text_files import MAKE_WORKFLOW
from webapp.services.sealing import SEAL_WORKFLOW
from webapp.services.sign_on import CLOSE_WORKFLOW
from webapp.settings import Settings

_TRY_AGAIN_AFTER = 1.0


class Workflows:
    """Holds what every workflow needs: the settings and the application's own engine."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._transport = transport_for(settings, engine)
        self.under_way = UnderWay()
        self._is_ending = threading.Event()
        self.sealing = SealingJob(settings, engine, self._is_ending)
        self.later = LaterJob(settings, engine, self._is_ending)
        self.new_text = NewTextJob(settings, engine, self._is_ending)

    def register(self) -> None:
        """Tells the job engine the workflows; their names are part of the queued jobs and stay as they are."""
        claim = _step("claim_message", self.claim_message)
        send_claimed = _step("send_claimed", self.send_claimed)
        note_broken = _step("note_broken", self.note_broken)
        self._register_clock()
        self._register_documents()
        tick_step = _step("tick_step", self.tick_step)
        sweep_step = _step("sweep_step", self.sweep_step)

        @DBOS.workflow(name=SEND_WORKFLOW)
        def send_message(outbox_id: int, attempt: int) -> None:
            # Two steps: a worker that dies while sending comes back with its claim, and sends the same message again at once.
            with self.under_way.doing(DBOS.workflow_id or "") as is_alone:
                if is_alone and claim(outbox_id, attempt, DBOS.workflow_id):
                    try:
                        send_claimed(outbox_id, DBOS.workflow_id)
                    except JobFailed as error:
                        note_broken(outbox_id, str(error))
                        raise

        # These two are no longer queued; what an earlier version has queued still runs.
        @DBOS.workflow(name="tick")
        def tick_workflow(_scheduled: datetime, _context: Any) -> None:
            tick_step()

        @DBOS.workflow(name="sweep")
        def sweep_workflow(_scheduled: datetime, _context: Any) -> None:
            sweep_step()

    def _register_clock(self) -> None:
        """What makes an end visible that the clock has decided."""
        close = _step("close_if_due", self.close_if_due)
        close_joining = _step("close_addendum_if_due", self.close_addendum_if_due)
        fix_lists = _step("fix_new_texts_if_due", self.fix_new_texts_if_due)

        @DBOS.workflow(name=CLOSE_WORKFLOW)
        def close_letter(letter_id: int) -> None:
            close(letter_id)

        @DBOS.workflow(name=addenda.CLOSE_WORKFLOW)
        def close_addendum(letter_id: int) -> None:
            close_joining(letter_id)

        @DBOS.workflow(name=FIX_WORKFLOW)
        def fix_new_texts(letter_id: int) -> None:
            fix_lists(letter_id)

    def _register_documents(self) -> None:
        make_new = _step("make_new_text", self.new_text.make)
        seal, make_later = _step("seal", self.sealing.seal), _step("make_later", self.later.make)

        @DBOS.workflow(name=SEAL_WORKFLOW)
        def seal_letter(letter_id: int, job: str, seen: str = "") -> None:
            # One step: what was made before a death is made again in seconds, and is the same.
            with self.under_way.doing(DBOS.workflow_id or "") as is_alone:
                if is_alone:
                    seal(letter_id, job, seen)

        @DBOS.workflow(name=LATER_WORKFLOW)
        def make_after_seal(letter_id: int, job: str, seen: str) -> None:
            with self.under_way.doing(DBOS.workflow_id or "") as is_alone:
                if is_alone:
                    make_later(letter_id, job, seen)

        @DBOS.workflow(name=MAKE_WORKFLOW)
        def make_new_text(new_text_id: int, job: str) -> None:
            with self.under_way.doing(DBOS.workflow_id or "") as is_alone:
                if is_alone:
                    make_new(new_text_id, job)

    def claim_message(self, outbox_id: int, attempt: int, job: str = "") -> bool:
        with Session(self._engine) as session, transaction(session):
            now = self._settings.clock.now()
            return installation.may_send(session) and delivery.claim_message(session, outbox_id, attempt, now=now, job=job)

    def send_claimed(self, outbox_id: int, job: str = "") -> None:
        """Reads, sends with no transaction open, and notes what became of it, for however long that cannot be stored."""
        clock = self._settings.clock
        with Session(self._engine) as session:
            # Asked again: the claim may be from before a restore, and this the first thing that is done after it.
            if not installation.may_send(session) or not delivery.is_under_way(session, outbox_id, job):
                return
            envelope = delivery.prepare_message(session, outbox_id, self._settings, now=clock.now())
        if delivery.leaves_once(envelope) and not self._begin(outbox_id):
            return
        sent, at = delivery.send(self._transport, envelope), clock.now()
        # With a disk that is full, or a server that restarts: what has left would leave again if that were forgotten (R16).
        while not self._is_noted(outbox_id, sent, at):
            if self._is_ending.wait(_TRY_AGAIN_AFTER):
                raise DatabaseBusy("The worker ends, and what became of a message could not be stored.")

    def _begin(self, outbox_id: int) -> bool:
        with Session(self._engine) as session, transaction(session):
            return delivery.begin(session, outbox_id)

    def _is_noted(self, outbox_id: int, sent: delivery.Sent, at: datetime) -> bool:
        try:
            with Session(self._engine) as session, transaction(session):
                delivery.note_result(session, outbox_id, sent, now=at)
        except DatabaseBusy:
            return False
        return True

    def end(self) -> None:
        """What waits for the database waits no longer."""
        self._is_ending.set()

    def remind(self, letter_id: int) -> None:
        with Session(self._engine) as session:
            if not reminders.is_due(session, letter_id, now=self._settings.clock.now()):
                return
        with Session(self._engine) as session, transaction(session):
            # While mail is held nothing is put: what is late by then comes once, and not as often as it was held.
            if installation.may_send(session):
                reminders.put_due(session, letter_id, now=self._settings.clock.now())

    def note_broken(self, outbox_id: int, why: str) -> None:
        with Session(self._engine) as session, transaction(session):
            delivery.note_broken(session, outbox_id, why, now=self._settings.clock.now())

    def close_if_due(self, letter_id: int) -> None:
        with Session(self._engine) as session, transaction(session):
            if installation.may_write(session):
                sign_on.close_if_due(session, letter_id, now=self._settings.clock.now())

    def close_addendum_if_due(self, letter_id: int) -> None:
        with Session(self._engine) as session, transaction(session):
            if installation.may_write(session):
                addenda.close_if_due(session, letter_id, now=self._settings.clock.now())

    def fix_new_texts_if_due(self, letter_id: int) -> None:
        with Session(self._engine) as session, transaction(session):
            if installation.may_write(session):
                new_text_list.fix_if_due(session, letter_id, now=self._settings.clock.now())

    def tick_step(self, *, is_steady: Callable[[], bool] = lambda: True) -> None:
        """Closes what is due, reminds, queues what is due again, and ends what is over. Several workers may do so at one time.

        `is_steady` says whether the clock has not jumped of late.
        """
        now = self._settings.clock.now()
        with Session(self._engine) as session:
            due = [(self.close_if_due, letter_id) for letter_id in sign_on.letters_due(session, now=now)]
            due += [(self.close_addendum_if_due, letter_id) for letter_id in addenda.letters_due(session, now=now)]
            due += [(self.fix_new_texts_if_due, letter_id) for letter_id in new_text_list.letters_due(session, now=now)]
        for close, letter_id in due:
            try:
                guarded(close)(letter_id)
            except JobFailed as error:
                # One letter that cannot be closed holds up neither the others nor the mail.
                note("letter.not_closed", level=logging.ERROR, reason=str(error))
        self._remind_all()
        with Session(self._engine) as session, transaction(session):
            if installation.may_send(session):
                # Asked behind the lock, and the time first: a jump while one waited for one's turn would pass for an even clock.
                present = self._settings.clock.now()
                delivery.enqueue_due(session, now=present, is_steady=is_steady())
        with Session(self._engine) as session, transaction(session):
            if installation.may_write(session):
                # Asked anew: whoever has come while the reminders were put would seem to be from the future.
                tick.end_what_is_over(session, now=self._settings.clock.now())

    def _remind_all(self) -> None:
        with Session(self._engine) as session:
            waiting = reminders.letters_that_wait(session) if installation.may_send(session) else []
        for letter_id in waiting:
            try:
                guarded(self.remind)(letter_id)
            except JobFailed as error:
                # The other letters, and the rest of the mail, leave all the same.
                note("letter.not_reminded", level=logging.ERROR, reason=str(error))

    def sweep_step(self) -> None:
        with Session(self._engine) as session, transaction(session):
            if installation.may_write(session):
                tick.sweep_doors(session, now=self._settings.clock.now())
                society_logo.sweep_uploads(session, now=self._settings.clock.now())
                post_uploads.sweep_uploads(session, now=self._settings.clock.now())


class JobFailed(Exception):
    """A step failed; says which error and where, and nothing that the error quotes (R19)."""


def guarded(act: Callable[..., Any]) -> Callable[..., Any]:
    """The act, which fails with JobFailed alone."""

    def guard(*arguments: Any) -> Any:
        try:
            return act(*arguments)
        except Exception as error:  # noqa: BLE001 - the job engine logs and stores what it catches, with addresses and links in it
            where = traceback.extract_tb(error.__traceback__)[-1]
            raise JobFailed(f"{type(error).__name__} in {where.name}, line {where.lineno}") from None

    return guard


def _step(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
    """The act as a step of a workflow. The job engine marks the function that it is given, which a bound method does not allow."""
    step: Callable[..., Any] = DBOS.step(name=name)(guarded(act))
    return step
