"""The application with a door open on purpose."""

import sys
from typing import Any

from flask import Response, request

from webapp.app import create_app
from webapp.services import answers, doors


def asks_for_no_code() -> Any:
    """Whatever is typed is taken for the code."""
    answers.use_code = lambda *_arguments, **_named: None  # type: ignore[assignment]
    return create_app()


def takes_every_browser_for_the_one_that_asked() -> Any:
    """One press on a mailed sign-in link is enough, wherever it is pressed."""
    doors._is_known = lambda *_arguments: True
    return create_app()


def answers_to_every_name() -> Any:
    """No list of the hosts that are ours."""
    app = create_app()
    app.config["TRUSTED_HOSTS"] = None
    return app


def writes_down_every_address() -> Any:
    """As a careless log of requests would."""
    app = create_app()
    app.after_request(_write_down)
    return app


def _write_down(response: Response) -> Response:
    print("asked for", request.full_path, file=sys.stderr, flush=True)
    return response
