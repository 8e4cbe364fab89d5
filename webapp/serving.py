"""How gunicorn serves the application: two processes of four threads. Used by `run` and `serve`, by the load test and the faults."""

import os
from logging.config import dictConfig

from webapp.log import configuration, level_from

worker_class = "gthread"
workers = 2
threads = 4
# It would be a second door to the server, in a folder that may not be ours.
control_socket_disable = True
loglevel = "warning"

APPLICATION = "webapp.app:create_app()"
WEB_COMMAND = ("-m", "gunicorn", "-c", "python:webapp.serving", APPLICATION)
"""For this Python; what follows (where to listen) is the caller's."""


def on_starting(_server: object) -> None:
    """gunicorn’s hook. Not its setting for this: that would switch on its access log, which holds the addresses of links."""
    dictConfig(configuration(level_from(os.environ)))


on_reload = on_starting
