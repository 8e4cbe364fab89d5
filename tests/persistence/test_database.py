"""Transactions and instants: all or nothing, busy in time, and never without a zone."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from tests.databases import WORKFLOWS
from tests.dump import dump, unchanged
from tests.factories import NOW, letter_in_draft, settings_for, staff_actor
from webapp.persistence import database
from webapp.persistence.database import DatabaseBusy, begin_write, make_engine, make_job_engine, transaction
from webapp.persistence.tables import MailboxRow, OutboxRow, StaffRow
from webapp.settings import Settings


def staff(at: datetime = NOW, email: str = "a@example.org") -> StaffRow:
    return StaffRow(reference=email, email=email, added_at=at)


def test_transaction_that_returns_is_kept(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        session.add(staff())
    with Session(engine) as session:
        assert session.query(StaffRow).one().added_at == NOW


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_transaction_that_raises_is_undone_whole(engine: Engine, error: type[BaseException]) -> None:
    def fail(session: Session) -> None:
        letter_in_draft(session, staff_actor(session))
        session.flush()
        raise error

    with unchanged(engine), pytest.raises(error), Session(engine) as session, transaction(session):
        fail(session)


def test_r16_message_and_its_job_are_undone_with_the_change_that_caused_them(engine: Engine) -> None:
    from tests.factories import letter_in_signing  # noqa: PLC0415 - the one test that needs it

    def fail(session: Session) -> None:
        letter_in_signing(session, staff_actor(session))
        assert session.query(OutboxRow).count() == 1
        assert session.execute(text(f"SELECT count(*) FROM {WORKFLOWS}")).scalar()
        raise ConnectionError

    with unchanged(engine), pytest.raises(ConnectionError), Session(engine) as session, transaction(session):
        fail(session)


def test_writer_reads_anew_behind_the_lock(engine: Engine) -> None:
    with Session(engine) as first, transaction(first):
        first.add(staff())
    with Session(engine) as reader:
        row = reader.query(StaffRow).one()
        with Session(engine) as other, transaction(other):
            other.query(StaffRow).one().email = "changed@example.org"
        with transaction(reader):
            assert row.email == "changed@example.org"


@pytest.fixture
def impatient(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Another process on the same database, which waits for a tenth of a second."""
    monkeypatch.setattr(database, "_WAIT_SECONDS", 0.1)
    url = engine.url.render_as_string(hide_password=False)
    other = make_engine(replace(settings_for(tmp_path), database_url=url))
    with other.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=100")
    yield other
    other.dispose()


@pytest.mark.sqlite
def test_database_that_another_writes_to_is_busy_and_nothing_is_stored(engine: Engine, impatient: Engine) -> None:
    with engine.connect() as holder:
        holder.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS x (y)")
        holder.exec_driver_sql("DELETE FROM mailbox")
        with pytest.raises(DatabaseBusy), Session(impatient) as session, transaction(session):
            session.add(staff())
        holder.rollback()
    with Session(impatient) as session, transaction(session):
        session.add(staff())


@pytest.mark.sqlite
def test_write_that_does_not_wait_is_refused_at_once_while_another_writes(engine: Engine) -> None:
    with Session(engine) as writer, Session(engine) as hurried:
        with transaction(writer):
            writer.add(staff())
            with pytest.raises(DatabaseBusy), transaction(hurried, waits=False):
                pass
        with transaction(hurried, waits=False):
            hurried.query(StaffRow).one().email = "changed@example.org"


@pytest.mark.sqlite
def test_write_that_does_not_wait_gives_way_to_a_writer_without_our_queue(engine: Engine, tmp_path: Path) -> None:
    """The job engine writes the same file and knows nothing of the flock."""
    job_engine = make_job_engine(engine.url)
    with job_engine.connect() as job, Session(engine) as hurried:
        job.exec_driver_sql("DELETE FROM mailbox")
        with pytest.raises(DatabaseBusy), transaction(hurried, waits=False):
            pass
        assert hurried.scalar(text("PRAGMA busy_timeout")) == 10_000
    job_engine.dispose()


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (10.0, ["BEGIN IMMEDIATE"]),
        (4.5, ["PRAGMA busy_timeout=4500", "BEGIN IMMEDIATE", "PRAGMA busy_timeout=10000"]),
        (0.0, ["PRAGMA busy_timeout=0", "BEGIN IMMEDIATE", "PRAGMA busy_timeout=10000"]),
    ],
    ids=["not waited yet", "waited for its turn", "does not wait"],
)
def test_what_was_waited_for_the_turn_is_no_longer_there_for_another_lock(left: float, said: list[str]) -> None:
    driver = Mock()
    database._begin_immediate(driver, left)
    assert [call.args[0] for call in driver.execute.call_args_list] == said


def test_write_that_finds_no_connection_free_is_told_that_the_database_is_busy(settings: Settings) -> None:
    """How long one waits for a connection is counted by the machine's clock: a jump ends the wait at once."""
    options = {**database.engine_options(settings.database_url), "pool_size": 1, "max_overflow": 0, "pool_timeout": 0}
    one = create_engine(settings.database_url, **options)
    database.prepare_engine(one)
    with one.connect(), pytest.raises(DatabaseBusy), Session(one) as session, transaction(session):
        pass
    one.dispose()


def test_lock_is_given_back_after_every_end(engine: Engine) -> None:
    for _ in range(3):
        with pytest.raises(IntegrityError), Session(engine) as session, transaction(session):
            session.add_all([staff(), staff()])
            session.flush()
    done = threading.Event()

    def write() -> None:
        with Session(engine) as session, transaction(session):
            session.add(staff())
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join(5)
    assert done.is_set()


def test_many_writers_lose_nothing(engine: Engine) -> None:
    def write(number: int) -> None:
        for turn in range(5):
            with Session(engine) as session, transaction(session):
                session.add(staff(email=f"p{number}-{turn}@example.org"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(dump(engine)["staff"]) == 30


def test_write_begins_after_what_was_read_is_let_go(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(text("SELECT 1"))
        begin_write(session)
        assert session.in_transaction()


# Instants


@pytest.mark.parametrize(
    "given",
    [NOW, NOW.astimezone(timezone(timedelta(hours=13, minutes=45))), NOW.replace(microsecond=1), datetime(9999, 1, 1, tzinfo=UTC)],
    ids=["UTC", "another zone", "a microsecond", "far away"],
)
def test_r10_instant_comes_back_as_the_same_instant_in_utc(engine: Engine, given: datetime) -> None:
    with Session(engine) as session, transaction(session):
        session.add(staff(given))
    with Session(engine) as session:
        kept = session.query(StaffRow).one().added_at
        assert kept == given
        assert kept.tzinfo is UTC


def test_r10_instant_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="an instant needs a zone"), Session(engine) as session, transaction(session):
        session.add(staff(NOW.replace(tzinfo=None)))


def test_database_keeps_its_references_whole(engine: Engine) -> None:
    with pytest.raises(IntegrityError), Session(engine) as session, transaction(session):
        session.execute(text("INSERT INTO letter_grant (staff_id, letter_id, role) VALUES (1, 1, 'owner')"))


CHECKS = [
    "INSERT INTO web_session (token_hash, reference, began_at, seen_at) VALUES ('x', 'y', '2026-03-02', '2026-03-02')",
    "UPDATE letter SET state = 'printed'",
    "UPDATE letter SET state = 'signing', deadline = NULL",
    "UPDATE letter SET state = 'closed'",
    "UPDATE letter SET ask = 'surrender'",
    "UPDATE letter_grant SET role = 'king'",
    "UPDATE staff SET is_administrator = true, closed_at = '2026-03-02'",
]


@pytest.mark.parametrize("statement", CHECKS)
def test_database_refuses_what_must_never_be(engine: Engine, statement: str) -> None:
    with Session(engine) as session, transaction(session):
        letter_in_draft(session, staff_actor(session))
    with unchanged(engine), pytest.raises(IntegrityError), Session(engine) as session, transaction(session):
        session.execute(text(statement))


def test_mailbox_takes_one_identity_once(engine: Engine) -> None:
    row = {"reference": "x", "to_address": "a@example.org", "subject": "s", "text": "t", "html": "h", "arrived_at": NOW}
    with pytest.raises(IntegrityError), Session(engine) as session, transaction(session):
        session.add_all([MailboxRow(**row), MailboxRow(**row)])


@pytest.mark.sqlite
def test_sqlite_keeps_what_it_has_acknowledged(settings: Settings) -> None:
    engine = make_engine(settings)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() in {"wal", "truncate"}
    assert inspect(engine).has_table("letter")
    engine.dispose()
