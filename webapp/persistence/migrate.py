"""Creating the database and bringing it up to date: our tables by Alembic, the job engine's by the job engine."""

from alembic import command
from alembic.config import Config
from dbos import DBOS
from sqlalchemy import Connection, Engine, inspect

from webapp.persistence.revisions import MIGRATIONS
from webapp.persistence.tables import Base


def is_ours(name: str | None, kind: str) -> bool:
    """Whether a table is the application's own; the job engine keeps its tables beside them."""
    return kind != "table" or name in Base.metadata.tables


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings, made in code: there is no file to lose."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
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
