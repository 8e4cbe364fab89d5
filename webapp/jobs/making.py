"""One making of documents by a worker: taken up, told step by step, tried again where the database was busy, and ended in one way."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from webapp.domain.errors import DomainError, NotAllowed, NotFound, RenderingFailed
from webapp.log import note
from webapp.persistence.database import DatabaseBusy, DatabaseRefuses, transaction
from webapp.services import installation, sealing
from webapp.settings import Settings

_TRIES = 3
TRY_AGAIN_AFTER = 1.0
NO_ROOM = "There is no room to store the documents, or the disk cannot be written to. Whoever runs this site can make room."
NOT_THEIRS = "Whoever pressed the button may no longer do that on this letter."
FAULT = "The software has met a fault of its own while it made the documents. Tell whoever runs this site."


class Superseded(Exception):
    """Nobody waits for this any more: it has ended, or was asked for again, or nothing may be changed for now."""


@dataclass
class Making:
    """What every job of the documents queue has in common."""

    settings: Settings
    engine: Engine
    is_ending: threading.Event = field(default_factory=threading.Event)

    def carry_out(self, letter_id: int, job: str, steps: int, work: Callable[[sealing.Asked], None]) -> None:
        """Ends in one of two ways: `work` has stored all there is to store, or nothing is stored and the row says why."""
        try:
            self._when_free(letter_id, job, steps, work)
        except DatabaseRefuses:
            self._give_up(letter_id, job, NO_ROOM, "DatabaseRefuses")
        except (NotAllowed, NotFound) as error:
            self._give_up(letter_id, job, NOT_THEIRS, type(error).__name__)
        except DomainError as error:
            # What a document was refused for says which check it was, without quoting anything.
            self._give_up(letter_id, job, str(error), getattr(error, "check", type(error).__name__))
        except DatabaseBusy:
            raise
        except Exception as error:
            self._give_up(letter_id, job, FAULT, type(error).__name__)
            raise

    def _when_free(self, letter_id: int, job: str, steps: int, work: Callable[[sealing.Asked], None]) -> None:
        """Once more where the database was busy, or its server was begun again."""
        has_begun = False
        while True:
            try:
                asked = self._taken_up(letter_id, job, steps, is_again=has_begun)
                has_begun = True
                return work(asked)
            except Superseded:
                return None
            except DatabaseRefuses:
                raise
            except DatabaseBusy:
                if self.is_ending.wait(TRY_AGAIN_AFTER):
                    raise

    def _taken_up(self, letter_id: int, job: str, steps: int, *, is_again: bool) -> sealing.Asked:
        with Session(self.engine) as session, transaction(session):
            if not installation.may_write(session):
                raise Superseded
            asked = sealing.take_up(session, letter_id, job, steps=steps, is_again=is_again, now=self.now())
        if asked is None:
            raise Superseded
        return asked

    def tell(self, letter_id: int, job: str, step: str, done: int) -> None:
        with Session(self.engine) as session, transaction(session):
            if not sealing.note_step(session, letter_id, job, step, done, now=self.now()):
                raise Superseded

    def made(self, tell: Callable[[], None], make: Callable[[], bytes]) -> bytes:
        """A renderer that was killed, or that a busy machine has starved, is tried again; what it refuses, it refuses each time."""
        for left in reversed(range(_TRIES)):
            tell()
            try:
                return make()
            except RenderingFailed:
                if not left:
                    raise
        raise AssertionError("There is always a last try.")

    def end(self, session: Session, letter_id: int, job: str) -> None:
        """First of all in the transaction that stores: two workers may have got here, and the row is held against the second."""
        if not installation.may_write(session) or not sealing.end(session, letter_id, job, now=self.now()):
            raise Superseded

    def _give_up(self, letter_id: int, job: str, why: str, kind: str) -> None:
        # Never the sentence: it may quote a name or a text (R19).
        note("letter.not_sealed", level=logging.ERROR, reason=kind)
        while not self._is_noted(letter_id, job, why):
            if self.is_ending.wait(TRY_AGAIN_AFTER):
                raise DatabaseBusy("The worker ends, and why nothing was stored could not be stored.")

    def _is_noted(self, letter_id: int, job: str, why: str) -> bool:
        try:
            with Session(self.engine) as session, transaction(session):
                sealing.end(session, letter_id, job, why, now=self.now())
        except DatabaseBusy:
            return False
        return True

    def now(self) -> datetime:
        return self.settings.clock.now()
