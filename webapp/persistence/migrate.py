"""Creating the database and bringing it up to date: our tables by Alembic, the job engine's by the job engine."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from dbos import DBOS
from sqlalchemy import Connection, Engine, inspect

from webapp.persistence.tables import Base


def is_ours(name: str | None, kind: str) -> bool:
    """Whether a table is the application's own; the job engine keeps its tables beside them."""
    return kind != "table" or name in Base.metadata.tables


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings, made in code: there is no file to lose."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Brings our tables up to the revision."""
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)
        connection.commit()


def prepare(engine: Engine) -> None:
    """An empty or older database becomes one that this code can use; one that is up to date is left alone."""
    if not inspect(engine).has_table("dbos_migrations", schema=_job_schema(engine)):
        # The job engine opens the file with Python's own SQLite. Beside a connection of ours, a second SQLite in one process would
        # take itself for the last one out and remove the write-ahead log from under us.
        engine.dispose()
        # Only for a database without them: later versions are brought in by the worker, with the application's own driver.
        DBOS.migrate(engine.url.render_as_string(hide_password=False))
    upgrade(engine)


def _job_schema(engine: Engine) -> str | None:
    return None if engine.dialect.name == "sqlite" else "dbos"


def downgrade(engine: Engine, revision: str) -> None:
    """Takes our tables down to the revision."""
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), revision)
        connection.commit()


def revision_of(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this code has heard of the revision; a newer version's is unknown to an older one."""
    return any(one.revision == revision for one in _scripts().walk_revisions())


def head_revision() -> str:
    """The revision that this code needs."""
    head = _scripts().get_current_head()
    if head is None:
        raise RuntimeError("the package has lost its migrations")
    return head


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent / "migrations"))
