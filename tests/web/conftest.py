"""The world, made once and copied for each test that changes it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

from tests.factories import FAKE_PDF, NOW, FakeClock, settings_for
from tests.web.world import Facts, World, seed
from webapp.app import create_app
from webapp.domain.document import LetterDocument
from webapp.persistence.database import make_engine, transaction
from webapp.web.views import documents


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, database_template: Path) -> tuple[Path, Facts]:
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(database_template, folder / "undersigned.db")
    engine = make_engine(settings_for(folder))
    with Session(engine) as session, transaction(session):
        facts = seed(session)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return folder / "undersigned.db", facts


def open_world(folder: Path, seeded: tuple[Path, Facts], templates: FileSystemBytecodeCache, **changes: Any) -> Iterator[World]:
    shutil.copy(seeded[0], folder / "undersigned.db")
    clock = FakeClock(NOW)
    settings = replace(settings_for(folder), clock=clock, **changes)
    app, engine = create_app(settings), make_engine(settings)
    app.jinja_env.bytecode_cache = templates
    yield World(app, engine, seeded[1], clock)
    engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def world(
    tmp_path: Path, seeded: tuple[Path, Facts], compiled_templates: FileSystemBytecodeCache, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The world for one test. The press is a fake: what it prints is the business of tests/rendering."""
    monkeypatch.setattr(documents, "letter_pdf", _fake_pdf)
    yield from open_world(tmp_path, seeded, compiled_templates)


@pytest.fixture(scope="module")
def readers(
    tmp_path_factory: pytest.TempPathFactory, seeded: tuple[Path, Facts], compiled_templates: FileSystemBytecodeCache
) -> Iterator[World]:
    """One world for tests that change nothing in it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(documents, "letter_pdf", _fake_pdf)
        yield from open_world(tmp_path_factory.mktemp("readers"), seeded, compiled_templates)


def _fake_pdf(_document: LetterDocument) -> bytes:
    return FAKE_PDF
