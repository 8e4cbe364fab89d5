"""The world, made once and copied for each test that changes it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from tests.databases import Databases, do_not_wait_for_the_disk
from tests.factories import FAKE_PDF, NOW, FakeClock, settings_for
from tests.postman import Postman
from tests.web.world import Facts, World, seed
from webapp.app import create_app
from webapp.jobs import later, sealing
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.sqlite import sqlite_module
from webapp.services import bundle
from webapp.web import published
from webapp.web.views import after, comments, dispositions, documents, revisions


@dataclass(frozen=True)
class Seeded:
    """The world's database, which nobody has open, and the names of what is in it."""

    address: str
    facts: Facts
    databases: Databases
    templates: FileSystemBytecodeCache

    def open(self, folder: Path, **changes: Any) -> Iterator[World]:
        clock = FakeClock(NOW)
        settings = replace(settings_for(folder, self.databases.fresh(folder, self.address)), clock=clock, **changes)
        app, engine = create_app(settings), make_engine(settings)
        app.jinja_env.bytecode_cache = self.templates
        with app.app_context():
            for one in (engine, app.extensions["sqlalchemy"].engine):
                do_not_wait_for_the_disk(one)
        yield World(app, engine, self.facts, clock, Postman(settings, engine))
        engine.dispose()
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, databases: Databases, compiled_templates: FileSystemBytecodeCache) -> Seeded:
    folder = tmp_path_factory.mktemp("world")
    settings = settings_for(folder, databases.fresh(folder))
    engine = make_engine(settings)
    with Session(engine) as session, transaction(session):
        facts = seed(session)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return Seeded(settings.database_url, facts, databases, compiled_templates)


@pytest.fixture(scope="session")
def lasting(tmp_path_factory: pytest.TempPathFactory, seeded: Seeded) -> Iterator[World]:
    """A world whose database is put back before each test: its application and its SQL are made once."""
    yield from seeded.open(tmp_path_factory.mktemp("lasting"))


@pytest.fixture
def world(tmp_path: Path, seeded: Seeded, lasting: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world for one test. The press is a fake: what it prints is the business of tests/rendering."""
    make_no_files(monkeypatch)
    yield from untouched(seeded, lasting, tmp_path)


def untouched(seeded: Seeded, lasting: World, folder: Path) -> Iterator[World]:
    """The world as it was seeded: the lasting one put back, or, where that cannot be, another."""
    # What another test asked for as a stranger is not kept for this one: its page would be served and not made.
    published._KEPT = published.Kept()
    if lasting.engine.dialect.name != "sqlite":
        yield from seeded.open(folder)
        return
    put_back(seeded, lasting)
    yield lasting


def put_back(seeded: Seeded, world: World) -> None:
    """The world as it was seeded; for SQLite alone."""
    world.clock.at = NOW
    driver = sqlite_module()
    with closing(driver.connect(make_url(seeded.address).database)) as kept, closing(driver.connect(world.engine.url.database)) as used:
        kept.backup(used)


@pytest.fixture
def fresh_world(tmp_path: Path, seeded: Seeded) -> Iterator[World]:
    """A world with an application of its own, for a test that changes the application."""
    yield from seeded.open(tmp_path)


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory, seeded: Seeded) -> Iterator[World]:
    """One world for tests that change nothing in it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_no_files(monkeypatch)
        yield from seeded.open(tmp_path_factory.mktemp("readers"))


def make_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    made = (
        (documents, "kept_draft"),
        (sealing, "make_document"),
        (sealing, "proofread"),
        (later, "addendum_pdf"),
        (after, "erratum_pdf"),
        (later, "edition_pdf"),
        (revisions, "redline_pdf"),
        (revisions, "redline_docx"),
        (dispositions, "dispositions_pdf"),
        (comments, "pdf_of_dispositions"),
    )
    for module, name in made:
        monkeypatch.setattr(module, name, _fake_file)
    # A bundle of such files could not pass its own check.
    monkeypatch.setattr(bundle, "check_bundle", lambda _made: [])


def _fake_file(*_what: object, **_how: object) -> bytes:
    return FAKE_PDF
