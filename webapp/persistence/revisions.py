"""Which revision a database is at, and which this code needs; read without Alembic, for only who migrates has to load it."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"


def revision_of(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def is_known(revision: str) -> bool:
    """Whether this code has heard of the revision; a newer version's is unknown to an older one."""
    return revision in _revisions()


def head_revision() -> str:
    """The revision that this code needs."""
    return _revisions()[-1]


@cache
def _revisions() -> tuple[str, ...]:
    """First to last: they are linear, and the name of each file begins with its number."""
    found = sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
    if not found:
        raise RuntimeError("the package has lost its migrations")
    return tuple(found)
