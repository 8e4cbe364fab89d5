"""`python -m webapp.jobs`: the worker process by itself."""

import logging
import signal
import sys
import time

from webapp.jobs.presence import WorkerLost, WorkerRunningError
from webapp.jobs.worker import run_worker
from webapp.log import note
from webapp.persistence.database import DatabaseUnreachable
from webapp.processes import become
from webapp.settings import SettingsError, load_settings

_BREATH = 2.0


def begin_anew() -> None:
    """As a new process with a new name, without a word to the threads of this one: what they hold may be another's by now."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    time.sleep(_BREATH)
    become("webapp.jobs")


if __name__ == "__main__":
    try:
        run_worker(load_settings())
    except (WorkerRunningError, SettingsError) as error:
        sys.exit(str(error))
    except (WorkerLost, DatabaseUnreachable) as error:
        note("worker.begins_anew", level=logging.WARNING, reason=type(error).__name__)
        begin_anew()
