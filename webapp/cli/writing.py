"""How a command changes a letter."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from webapp.cli.refusal import Refusal
from webapp.domain.errors import ReadOnly
from webapp.persistence.database import transaction
from webapp.services import installation


@contextmanager
def writing(session: Any) -> Iterator[Any]:
    """A write transaction for a change to letters. Refusal where the installation can only be read."""
    with transaction(session):
        try:
            installation.refuse_if_read_only(session)
        except ReadOnly as error:
            raise Refusal("The installation can only be read for now. To use it again: undersigned resume") from error
        yield session
