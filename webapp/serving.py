"""How gunicorn serves the application: two processes of four threads. Used by `run` and `serve`, by the load test and the faults."""

import os

from webapp.log import configuration, level_from

worker_class = "gthread"
workers = 2
threads = 4
# It would be a second door to the server, in a folder that may not be ours.
control_socket_disable = True
logconfig_dict = configuration(level_from(os.environ))
loglevel = "warning"

APPLICATION = "webapp.app:create_app()"
WEB_COMMAND = ("-m", "gunicorn", "-c", "python:webapp.serving", APPLICATION)
"""For this Python; what follows (where to listen) is the caller's."""
