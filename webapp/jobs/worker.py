"""The worker process: the job engine with its queues, and the rounds beside them."""

import logging.config
import signal
import threading
from contextlib import suppress

from dbos import DBOS
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.jobs.presence import be_present
from webapp.jobs.rounds import Rounds
from webapp.jobs.workflows import Workflows
from webapp.log import configuration
from webapp.persistence.database import DatabaseBusy, make_engine, make_job_engine, transaction
from webapp.persistence.queue import CLOCK_QUEUE, CODES_QUEUE, DOCUMENTS_QUEUE, JOBS_VERSION, MAIL_QUEUE
from webapp.services.workers import forget_worker
from webapp.settings import Settings

# Earlier versions let the job engine call these by the machine's clock.
_FORMER_SCHEDULES = ("tick", "sweep")


def run_worker(settings: Settings) -> None:
    """Works until it is told to stop.

    What was under way when a worker died is taken up again by the next to start, or within seconds by another that lives.
    Raises WorkerRunningError where there may be one only; DatabaseUnreachable before the work begins, and WorkerLost in it, after
    either of which only a new process can go on.
    """
    logging.config.dictConfig(configuration(settings.log_level))
    engine = make_engine(settings)
    presence = be_present(settings, engine)
    workflows = Workflows(settings, engine)
    _launch(engine, workflows, presence.name)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    Rounds(settings, engine, workflows, presence).go(stop)
    workflows.end()
    DBOS.destroy()
    _take_leave(engine, presence.name)
    engine.dispose()
    presence.leave()


def _take_leave(engine: Engine, name: str) -> None:
    """So that nobody takes its last sign of life for one of a worker that lives."""
    # Without a database there is nobody to tell, and the sign grows old by itself.
    with suppress(DatabaseBusy, SQLAlchemyError), Session(engine) as session, transaction(session):
        forget_worker(session, name)


def _launch(engine: Engine, workflows: Workflows, name: str) -> None:
    DBOS(
        config={
            "name": "undersigned",
            "system_database_engine": make_job_engine(engine.url),
            "application_version": JOBS_VERSION,
            "executor_id": name,
            "log_level": "WARNING",
        }
    )
    workflows.register()
    DBOS.launch()
    DBOS.register_queue(CODES_QUEUE, worker_concurrency=10, polling_interval_sec=0.2)
    DBOS.register_queue(MAIL_QUEUE, worker_concurrency=10, polling_interval_sec=0.5)
    DBOS.register_queue(CLOCK_QUEUE, worker_concurrency=1, polling_interval_sec=1.0)
    # One at a time: each has the press to itself, and somebody waits for it at a screen.
    DBOS.register_queue(DOCUMENTS_QUEUE, worker_concurrency=1, polling_interval_sec=0.5)
    for schedule in _FORMER_SCHEDULES:
        DBOS.delete_schedule(schedule)
