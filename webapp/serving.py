"""How gunicorn serves the application: eight threads, in one process or in two. Used by `run` and `serve`, the load test and the faults."""

import gc
import os
from collections.abc import Mapping
from importlib import import_module
from logging.config import dictConfig
from typing import Any

from webapp.log import configuration, level_from


def hands(environ: Mapping[str, str]) -> tuple[int, int]:
    """Processes, and threads of each. On SQLite, where whoever writes waits for all others, a crowd is answered no sooner by a second
    process, which takes 70 MB; with a server of its own for the database it is."""
    return (2, 4) if environ.get("DATABASE_URL", "").startswith("postgres") else (1, 8)


worker_class = "webapp.patience.Worker"
workers, threads = hands(os.environ)
# It would be a second door to the server, in a folder that may not be ours.
control_socket_disable = True
loglevel = "warning"

# The application is loaded once, and its processes share what they do not change.
preload_app = True

SPARING = {"MALLOC_ARENA_MAX": "2", "SPT_NOENV": "1"}
"""For every process. By itself glibc keeps memory for each thread apart, and what a thread once needed it keeps; and the name of a
process is written over its environment."""

APPLICATION = "webapp.app:prepared_app()"
WEB_COMMAND = ("gunicorn", "-c", "python:webapp.serving", APPLICATION)
"""A module and what it is told; what follows (where to listen) is the caller's."""

SHARED = ("webapp.app:prepared_app", "webapp.jobs.worker", "gunicorn.app.wsgiapp", worker_class.rpartition(".")[0])
"""What web server and worker need, where both are forked from one process. The less the web server prepares for itself, the less of
what both share does it write to."""


def on_starting(_server: object) -> None:
    """gunicorn’s hook. Not its setting for this: that would switch on its access log, which holds the addresses of links."""
    dictConfig(configuration(level_from(os.environ)))


on_reload = on_starting


def when_ready(_server: object) -> None:
    """Before the first process is forked, with all loaded that each of them would load for itself."""
    # One for all: by itself each process would start its own with the first document.
    import_module("webapp.rendering.press").PRESS.start()
    # What the collector does not look through it does not write to, and what nobody writes to stays shared.
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """In each process, before its first request: a database that is open can still be read when the disk has no room to open it."""
    import_module("webapp.app").open_database(worker.wsgi)
