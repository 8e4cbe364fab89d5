"""The application with a door open on purpose."""

from typing import Any

from webapp.app import create_app
from webapp.services import answers


def asks_for_no_code() -> Any:
    """Whatever is typed is taken for the code."""
    answers.use_code = lambda *_arguments, **_named: None  # type: ignore[assignment]
    return create_app()
