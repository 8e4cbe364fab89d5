"""`python -m webapp.jobs`: the worker process by itself."""

from webapp.jobs.worker import run_worker
from webapp.settings import load_settings

if __name__ == "__main__":
    run_worker(load_settings())
