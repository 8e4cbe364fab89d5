"""What tests share: a migrated database to copy, a session that is rolled back, the application, a checking browser."""

import gc
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import hypothesis
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

# The PostgreSQL wheel warns where there is no runtime folder, as in a container.
os.environ.setdefault("XDG_RUNTIME_DIR", mkdtemp(prefix="undersigned-run-"))

from tests.browser import Browser
from tests.counts import IS_ASSURE
from tests.databases import IS_POSTGRESQL, Databases, SqliteDatabases, databases_in, do_not_wait_for_the_disk
from tests.factories import NOW, FakeClock, settings_for
from tests.postman import Postman
from webapp.app import create_app
from webapp.persistence.database import make_engine
from webapp.settings import Settings

# `make assure` looks at ten times as many examples; the tests are the same.
hypothesis.settings.register_profile("test", max_examples=100, deadline=None)
hypothesis.settings.register_profile("assure", max_examples=1000, deadline=None)
hypothesis.settings.load_profile("assure" if IS_ASSURE else "test")


# Of those that take a minute and more, by their files; what stands last is every other journey.
LONGEST = ("test_season", "test_scanner", "test_backup_page", "test_demo_walk", "every other")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs strace or namespaces runs under `make assure` alone. Journeys come first: begun last, one keeps all waiting."""
    left_out = set() if IS_ASSURE else {item for item in items if item.get_closest_marker("assure")} | _twice_the_same(items)
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=_begins_at)


def _twice_the_same(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """What SQLite is asked about in each of many cases, PostgreSQL is asked about in every third, by name, and in the first: the statements
    are the same."""
    cases = defaultdict(list)
    for item in items if IS_POSTGRESQL else ():
        if "tests/services/" in item.nodeid:
            cases[item.nodeid.partition("[")[0]].append(item)
    return {item for found in cases.values() for place, item in enumerate(sorted(found, key=_name)) if place % 3}


def _name(item: pytest.Item) -> str:
    return item.nodeid


def _begins_at(item: pytest.Item) -> int:
    """The longest first, then the other journeys, then everything else."""
    if not item.get_closest_marker("journey"):
        return len(LONGEST)
    return next((place for place, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST) - 1)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not look through it again and again, nor after every few objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Makes migrated, empty databases: migrated once, copied for each test."""
    with databases_in(tmp_path_factory.mktemp("template")) as databases:
        yield databases


@pytest.fixture(scope="session")
def database_template(databases: Databases) -> Path:
    """The SQLite file that is copied, for tests about one file."""
    assert isinstance(databases, SqliteDatabases)
    return databases.template


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def settings(tmp_path: Path, databases: Databases, clock: FakeClock) -> Settings:
    return replace(settings_for(tmp_path, databases.fresh(tmp_path)), clock=clock)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = make_engine(settings)
    do_not_wait_for_the_disk(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose changes are rolled back at the end."""
    with Session(engine) as session:
        yield session
        session.rollback()


@pytest.fixture(scope="session")
def shared_engine(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Engine]:
    """One engine for all tests that leave nothing behind: it keeps the SQL that it has compiled."""
    folder = tmp_path_factory.mktemp("shared")
    engine = make_engine(settings_for(folder, databases.fresh(folder)))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(shared_engine: Engine) -> Iterator[Connection]:
    """A connection whose one transaction is rolled back at the end."""
    with shared_engine.connect() as connection:
        outermost = connection.begin()
        yield connection
        outermost.rollback()


class Store:
    """Each use is a transaction as the edge opens it: kept when it returns, undone when it raises; all undone at the end of the test."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        with Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session, session.begin():
            yield session


@pytest.fixture
def store(connection: Connection) -> Store:
    return Store(connection)


@pytest.fixture
def mail(settings: Settings, engine: Engine) -> Postman:
    return Postman(settings, engine)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The real application on the test's own database."""
    app = create_app(settings)
    # Each test makes its own application; the templates are the same, and compiled once.
    app.jinja_env.bytecode_cache = compiled_templates
    with app.app_context():
        do_not_wait_for_the_disk(app.extensions["sqlalchemy"].engine)
    yield app
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)
