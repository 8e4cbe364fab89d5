"""F19–F21: the database locked, read-only or without room: people are told in words, nothing is stored, reading goes on."""

import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from tests.bench.people import hidden_fields, typed
from tests.counts import IS_ASSURE
from tests.databases import IS_POSTGRESQL, Databases
from tests.dump import unchanged
from tests.faults.books import audit
from tests.faults.people import Reply, Waiting, heading, prepare, send
from tests.faults.site import Kind, Site, site_at
from webapp.persistence.database import engine_options
from webapp.persistence.turn import take_turn

# Ten seconds are what the application waits; `make test` has it wait for less, and looks at the same things.
_PATIENCE = 10.0 if IS_ASSURE else 1.5
_OFFICER = "Professor Wilhelmina Quill"


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[tuple[Site, list[Waiting]]]:
    folder = tmp_path_factory.mktemp("troubled")
    kind = Kind("tests.faults.planted:that_can_be_troubled", environment={"PATIENCE": str(_PATIENCE)})
    with site_at(folder, databases.fresh(folder), kind) as site:
        waiting, _fresh = prepare(site.settings, 16)
        site.start()
        _have_each_process_read(site, waiting[-1])
        yield site, waiting


def _have_each_process_read(site: Site, one: Waiting) -> None:
    """Trouble comes to a site that serves: what is set for the first time takes a file, for which a full disk has no room."""
    unread = {str(pid) for pid in site.workers()}
    while unread:
        unread -= {send(site.address, f"/room/{one.invitation}/sign", one.cookie).process}


@pytest.fixture
def engine(troubled: tuple[Site, list[Waiting]]) -> Iterator[Engine]:
    """The test’s own way to the database, which is not the application’s."""
    url = troubled[0].settings.database_url
    engine = create_engine(url, **engine_options(url))
    yield engine
    engine.dispose()


def press(site: Site, one: Waiting) -> Reply:
    return send(site.address, one.path, one.cookie, one.form)


def fill_in(site: Site, one: Waiting) -> Reply:
    """The form once more, with something in it that nobody wants to type twice."""
    room = f"/room/{one.invitation}/sign"
    hidden = hidden_fields(send(site.address, room, one.cookie).text)
    return send(site.address, room, one.cookie, {**hidden, **typed("A society of patience"), "officer": _OFFICER})


@contextmanager
def somebody_else_writes(site: Site, engine: Engine) -> Iterator[None]:
    """Another program, or the job engine: it has the database’s own lock."""
    with engine.connect() as connection:
        if IS_POSTGRESQL:
            connection.exec_driver_sql("SELECT id FROM letter FOR UPDATE")
        else:
            connection.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS x (y)")
            connection.exec_driver_sql("DELETE FROM mailbox")
        try:
            yield
        finally:
            connection.rollback()


@contextmanager
def a_writer_hangs(site: Site, engine: Engine) -> Iterator[None]:
    """One of our own, whose turn does not end."""
    turn = take_turn(Path(engine.url.database or ""), patience=5)
    try:
        yield
    finally:
        turn.give_back()


Holder = Callable[[Site, Engine], AbstractContextManager[None]]
HOLDERS: list[Holder] = [somebody_else_writes] if IS_POSTGRESQL else [somebody_else_writes, a_writer_hangs]


@pytest.mark.parametrize("holds", HOLDERS)
def test_f19_database_that_is_locked_for_a_moment_is_waited_for(
    troubled: tuple[Site, list[Waiting]], engine: Engine, holds: Holder
) -> None:
    site, waiting = troubled
    with ThreadPoolExecutor(1) as pool:
        with holds(site, engine):
            pressed = pool.submit(press, site, waiting.pop())
            time.sleep(0.5)
            assert not pressed.done()
        assert pressed.result().status == 303


@pytest.mark.parametrize("holds", HOLDERS)
def test_f19_database_that_stays_locked_is_said_to_be_busy(troubled: tuple[Site, list[Waiting]], engine: Engine, holds: Holder) -> None:
    site, waiting = troubled
    one = waiting.pop()
    with unchanged(engine), holds(site, engine), ThreadPoolExecutor(6) as pool:
        # More than one process has hands: whoever waits behind somebody that waits is told as soon.
        sent = [pool.submit(fill_in, site, one) for _ in range(5)]
        for each in sent:
            page = each.result()
            assert (page.status, heading(page.text), page.retry_after) == (503, "The database is busy", "10")
            assert "Nothing was stored" in page.text
            assert _OFFICER in page.text
        assert send(site.address, f"/room/{one.invitation}", one.cookie).status == 200
    assert press(site, one).status == 303
    assert audit(site.settings, {one.nonce: one.invitation}).problems == []


def test_writer_that_does_not_wait_is_noticed(tmp_path: Path, databases: Databases) -> None:
    """The control: without patience the moment above is a refusal."""
    kind = Kind("tests.faults.planted:that_can_be_troubled", environment={"PATIENCE": "0.01"})
    with site_at(tmp_path, databases.fresh(tmp_path), kind) as site:
        waiting, _fresh = prepare(site.settings, 1)
        site.start()
        engine = create_engine(site.settings.database_url, **engine_options(site.settings.database_url))
        with somebody_else_writes(site, engine):
            assert press(site, waiting[0]).status == 503
        engine.dispose()


@contextmanager
def nothing_may_be_written(site: Site) -> Iterator[None]:
    mark = site.settings.data_folder / "read-only"
    mark.touch()
    try:
        yield
    finally:
        mark.unlink()


@contextmanager
def no_file_may_grow(site: Site) -> Iterator[None]:
    """What a full disk does to a write, without a disk that is full."""
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    for pid in site.workers():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in site.workers():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


TROUBLES = [nothing_may_be_written] if IS_POSTGRESQL else [nothing_may_be_written, no_file_may_grow]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_f20_f21_what_cannot_be_stored_is_refused_in_words_and_reading_goes_on(
    troubled: tuple[Site, list[Waiting]], engine: Engine, trouble: Callable[[Site], AbstractContextManager[None]]
) -> None:
    site, waiting = troubled
    one = waiting.pop()
    life = site.lives
    with unchanged(engine), trouble(site):
        for act in (fill_in, press):
            page = act(site, one)
            assert (page.status, heading(page.text), page.retry_after) == (503, "Nothing can be stored just now", "10")
        assert _OFFICER in fill_in(site, one).text
        for address in (f"/room/{one.invitation}", f"/room/{one.invitation}/sign", "/sign-in", "/static/css/base.css"):
            assert send(site.address, address, one.cookie).status == 200
    assert press(site, one).status == 303
    assert site.lives == life, "it recovers without a restart"
    assert audit(site.settings, {one.nonce: one.invitation}).problems == []
