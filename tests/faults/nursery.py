"""Forks web servers: `python -m tests.faults.nursery FD APPLICATION WORKERS THREADS`.

Starts one for each line that it reads, and says its process id.
"""

import ctypes
import importlib
import os
import signal
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from webapp import serving

# Imported here, so that no life has to: these take longer than everything else in a start.
importlib.import_module("webapp.app")
importlib.import_module(serving.worker_class.rpartition(".")[0])

_PR_SET_PDEATHSIG = 1


class _Life(BaseApplication):  # type: ignore[misc]
    """As `undersigned run` starts its web server, without its second of imports."""

    def __init__(self, application: Any, options: dict[str, Any]) -> None:
        self.application, self.options = application, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self.application


def _open_database(worker: Any) -> None:
    if isinstance(worker.wsgi, Flask):  # some of the planted ones are wrapped
        serving.post_worker_init(worker)


def main(socket: str, application: str, workers: str, threads: str) -> None:
    module, _, name = application.partition(":")
    # Made once: no connection is open in it that two lives could share.
    made = getattr(importlib.import_module(module), name)()
    options = {
        "bind": [f"fd://{socket}"],
        "workers": int(workers),
        "threads": int(threads),
        "worker_class": serving.worker_class,
        "loglevel": "critical",
        "control_socket_disable": True,
        "post_worker_init": _open_database,
    }
    # The kernel clears away what has been killed.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            # Also when the test itself was killed: nothing of it goes on.
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            _Life(made, options).run()
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
