"""The worker process: its queues, its schedule, its heartbeat."""

import fcntl
import logging.config
import signal
import socket
import threading
from datetime import UTC, datetime, timedelta
from typing import TextIO

from dbos import DBOS
from sqlalchemy import Engine

from webapp.jobs.workflows import Workflows
from webapp.log import configuration
from webapp.persistence.database import make_engine, make_job_engine
from webapp.persistence.queue import CLOCK_QUEUE, CODES_QUEUE, JOBS_VERSION, MAIL_QUEUE
from webapp.settings import Settings

EVERY_MINUTE = "0 * * * * *"
EVERY_TWO_SECONDS = "*/2 * * * * *"
EVERY_NIGHT = "0 20 3 * * *"
_HEARTBEAT_SECONDS = 5
_KEEP_FINISHED = timedelta(days=7)
_SWEEP_EVERY = timedelta(hours=1)


def run_worker(settings: Settings) -> None:
    """Works until it is told to stop; raises WorkerRunningError where another does.

    A message that was under way when the process died is taken up again at the next start.
    """
    logging.config.dictConfig(configuration(settings.log_level))
    held = _alone(settings)
    engine = make_engine(settings)
    _launch(settings, engine)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    next_sweep = datetime.now(UTC)
    while not stop.wait(_HEARTBEAT_SECONDS):
        settings.worker_heartbeat.touch()
        if datetime.now(UTC) >= next_sweep:
            delete_finished_jobs()
            next_sweep = datetime.now(UTC) + _SWEEP_EVERY
    DBOS.destroy()
    engine.dispose()
    held.close()


class WorkerRunningError(Exception):
    """Another worker serves this data folder; two would take up what the other has begun."""


def _alone(settings: Settings) -> TextIO:
    held = (settings.data_folder / "worker").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise WorkerRunningError(f"A worker is running already with this data ({settings.data_folder}).") from None
    return held


def _launch(settings: Settings, engine: Engine) -> None:
    DBOS(
        config={
            "name": "undersigned",
            "system_database_engine": make_job_engine(engine.url),
            "application_version": JOBS_VERSION,
            # The job engine takes up again only what its own name had begun; one worker a host keeps one name.
            "executor_id": socket.gethostname(),
            "log_level": "WARNING",
            "scheduler_polling_interval_sec": 1.0,
        }
    )
    workflows = Workflows(settings, engine)
    workflows.register()
    settings.worker_heartbeat.touch()
    DBOS.launch()
    DBOS.register_queue(CODES_QUEUE, worker_concurrency=10, polling_interval_sec=0.2)
    DBOS.register_queue(MAIL_QUEUE, worker_concurrency=10, polling_interval_sec=0.5)
    DBOS.register_queue(CLOCK_QUEUE, worker_concurrency=1, polling_interval_sec=1.0)
    tick = EVERY_TWO_SECONDS if settings.is_rehearsal else EVERY_MINUTE
    DBOS.apply_schedules(
        [
            {"schedule_name": "tick", "workflow_fn": workflows.tick, "schedule": tick, "context": None},
            {"schedule_name": "sweep", "workflow_fn": workflows.sweep, "schedule": EVERY_NIGHT, "context": None},
        ]
    )


def delete_finished_jobs() -> None:
    """Removes the job engine's own rows of finished work after a week; the outbox keeps what people read."""
    # The job engine's own time, not the clock of letters: its rows are never about a deadline.
    before = (datetime.now(UTC) - _KEEP_FINISHED).isoformat()
    finished = DBOS.list_workflows(end_time=before, status=["SUCCESS", "ERROR"], limit=5_000, load_input=False, load_output=False)
    if finished:
        DBOS.delete_workflows([one.workflow_id for one in finished])
