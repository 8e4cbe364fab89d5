"""What each worker does again and again beside its jobs: gives signs of life, takes over from the dead, ticks, tidies."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dbos import DBOS
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from webapp.clock import Clock
from webapp.jobs.presence import Presence
from webapp.jobs.workflows import JobFailed, Workflows, guarded
from webapp.log import note
from webapp.mail.connection import LONGEST_ATTEMPT
from webapp.persistence.database import transaction
from webapp.persistence.queue import CODES_QUEUE
from webapp.services import delivery, workers
from webapp.settings import Settings

_LOOK_EVERY, _BEAT_EVERY, _TIDY_EVERY = 2.0, 10.0, 3_600.0
_TICK_EVERY, _TICK_IN_REHEARSAL = 60.0, 2.0
_JUMP = timedelta(minutes=1)
_KEEP_FINISHED = timedelta(days=7)


@dataclass
class _Round:
    every: float
    act: Callable[[], None]
    # By the clock that only goes forward: a cron would stand still for as long as the machine's clock was set back.
    next_at: float = 0.0


class Rounds:
    def __init__(self, settings: Settings, engine: Engine, workflows: Workflows, presence: Presence) -> None:
        self._engine, self._workflows, self._presence = engine, workflows, presence
        self._steadiness = Steadiness(settings.clock)
        self._rounds = [
            _Round(_BEAT_EVERY, self._beat),
            _Round(_LOOK_EVERY, self._take_over),
            _Round(_LOOK_EVERY, self._take_up_again),
            _Round(_TICK_IN_REHEARSAL if settings.is_rehearsal else _TICK_EVERY, self._tick),
            _Round(_TIDY_EVERY, self._tidy),
        ]

    def go(self, stop: threading.Event) -> None:
        """Until told to stop. Raises WorkerLost; whatever else fails is logged, and tried again the next time."""
        while not stop.is_set():
            for one in self._rounds:
                if time.monotonic() >= one.next_at:
                    one.next_at = time.monotonic() + one.every
                    self._presence.check()
                    self._do(one.act)
            stop.wait(0.5)

    def _do(self, act: Callable[[], None]) -> None:
        try:
            guarded(act)()
        except JobFailed as error:
            note("round.failed", level=logging.WARNING, worker=self._presence.name, reason=str(error))

    def _beat(self) -> None:
        with Session(self._engine) as session, transaction(session):
            # The machine's own time: whoever looks asks whether a process lives, not what day it is in a rehearsal.
            workers.note_worker(session, self._presence.name, now=datetime.now(UTC))

    def _tick(self) -> None:
        self._workflows.tick_step(is_steady=self._steadiness.is_steady)

    def _take_over(self) -> None:
        for name in self._others():
            if self._presence.take_over(name):
                try:
                    self._go_on_with(name)
                finally:
                    self._presence.let_go(name)

    def _others(self) -> list[str]:
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        with Session(self._engine) as session:
            known = workers.worker_names(session)
        return sorted({one.executor_id for one in pending if one.executor_id}.union(known) - {self._presence.name})

    def _go_on_with(self, name: str) -> None:
        """What a dead worker had begun is begun again, by whoever is free."""
        jobs = [one.workflow_id for one in DBOS.list_workflows(status="PENDING", executor_id=name, load_input=False, load_output=False)]
        with Session(self._engine) as session, transaction(session):
            again = delivery.note_lost(session, jobs)
            if again == jobs:
                workers.forget_worker(session, name)
        if again:
            # In the queue that is looked at most often: somebody has waited long enough.
            DBOS.resume_workflows(again, queue_name=CODES_QUEUE)
            note("worker.taken_over", level=logging.WARNING, worker=name, attempts=len(again))

    def _take_up_again(self) -> None:
        """What the job engine could not write down, as on a full disk, counts as under way, and nobody is at it."""
        ours = DBOS.list_workflows(status="PENDING", executor_id=self._presence.name, load_input=False, load_output=False)
        again = self._workflows.under_way.forsaken(one.workflow_id for one in ours)
        if again:
            DBOS.resume_workflows(again, queue_name=CODES_QUEUE)
            note("worker.taken_up_again", level=logging.WARNING, worker=self._presence.name, attempts=len(again))

    def _tidy(self) -> None:
        self._workflows.sweep_step()
        delete_finished_jobs()


class Steadiness:
    """Whether the clock has gone evenly for as long as the longest attempt to send.

    After a jump an attempt that is under way looks as if it had been lost hours ago, and would be made a second time beside itself.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._began = self._beginning()
        self._jumped_at: float | None = None

    def is_steady(self) -> bool:
        began = self._beginning()
        if abs(began - self._began) > _JUMP:
            self._began, self._jumped_at = began, self._monotonic()
        return self._jumped_at is None or self._monotonic() - self._jumped_at > LONGEST_ATTEMPT

    def _beginning(self) -> datetime:
        """The same instant at every call, while the clock goes evenly."""
        return self._clock.now() - timedelta(seconds=self._monotonic())


def delete_finished_jobs() -> None:
    """Removes the job engine's own rows of finished work after a week; the outbox keeps what people read."""
    # The job engine's own time, not the clock of letters: its rows are never about a deadline.
    before = (datetime.now(UTC) - _KEEP_FINISHED).isoformat()
    finished = DBOS.list_workflows(end_time=before, status=["SUCCESS", "ERROR"], limit=5_000, load_input=False, load_output=False)
    if finished:
        DBOS.delete_workflows([one.workflow_id for one in finished])
