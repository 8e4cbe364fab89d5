"""`python -m webapp.jobs`: the worker process by itself."""

import sys

from webapp.jobs.worker import WorkerRunningError, run_worker
from webapp.settings import SettingsError, load_settings

if __name__ == "__main__":
    try:
        run_worker(load_settings())
    except (WorkerRunningError, SettingsError) as error:
        sys.exit(str(error))
