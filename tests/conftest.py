"""What tests share: a migrated database to copy, a session that is rolled back, the application, a checking browser."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

# The PostgreSQL wheel warns where there is no runtime folder, as in a container.
os.environ.setdefault("XDG_RUNTIME_DIR", mkdtemp(prefix="undersigned-run-"))

from tests.factories import NOW, FakeClock, settings_for
from webapp.persistence.database import make_engine
from webapp.persistence.migrate import prepare
from webapp.settings import Settings


@pytest.fixture(scope="session")
def database_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database: made once, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    engine = make_engine(settings_for(folder))
    prepare(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return folder / "undersigned.db"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def settings(tmp_path: Path, database_template: Path, clock: FakeClock) -> Settings:
    shutil.copy(database_template, tmp_path / "undersigned.db")
    return replace(settings_for(tmp_path), clock=clock)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = make_engine(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose changes are rolled back at the end."""
    with Session(engine) as session:
        yield session
        session.rollback()
