"""Several workers on one PostgreSQL: each message once, and what a worker that never comes back had begun goes on (F09, R16)."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.orm import Session

from tests.counts import times
from tests.databases import create_database, postgresql_server
from webapp.jobs.presence import be_present
from webapp.jobs.worker import _take_leave
from webapp.jobs.workflows import Workflows
from webapp.persistence.database import transaction
from webapp.persistence.tables import OutboxRow

from .house import House, eventually, house, personal_things
from .sink import Sink, sink_at

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]

MOST_AT_ONCE = 10
"""What one worker sends at a time, and so the most that it can leave half done."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgresql_server() as address:
        yield address


@contextmanager
def shared(folder: Path, server: str) -> Iterator[tuple[House, Sink]]:
    """In a rehearsal, so that every worker ticks every two seconds."""
    with sink_at() as sink, house(folder, sink.port, DATABASE_URL=create_database(server), UNDERSIGNED_CLOCK=str(folder / "clock")) as made:
        yield made, sink


def names(made: House) -> set[str]:
    with made.engine.connect() as connection:
        return set(connection.execute(text("SELECT name FROM worker")).scalars())


def test_r16_three_workers_send_each_message_once(tmp_path: Path, server: str) -> None:
    with shared(tmp_path, server) as (made, sink):
        references = made.queue(*(f"reason-{n}" for n in range(times(1000))))
        workers = [made.start() for _ in range(3)]
        eventually(made.is_drained, "drained")
        eventually(lambda: len(names(made)) == len(workers), "all three have given a sign of life")
        assert made.states() == {"sent": len(references)}
        assert sorted(sink.copies().values()) == [1] * len(references)
        assert made.scalar("SELECT count(DISTINCT executor_id) FROM dbos.workflow_status WHERE name = 'send_message'") > 1
        assert personal_things(made) == []


def test_r16_what_a_worker_that_never_comes_back_had_begun_is_sent_by_the_other(tmp_path: Path, server: str) -> None:
    with shared(tmp_path, server) as (made, sink):
        dying, living = made.start(), made.start()
        eventually(lambda: len(names(made)) == 2, "both live")
        held = {"count": 0}

        def keep_waiting(step: str, _recipient: str) -> None:
            # The mail server is slow until the worker has died in the middle of its messages.
            if step == "GIVEN" and dying.poll() is None:
                held["count"] += 1
                eventually(lambda: dying.poll() is not None, "it has been killed")

        sink.script = keep_waiting
        references = made.queue(*(f"reason-{n}" for n in range(times(400))))
        eventually(lambda: held["count"] > MOST_AT_ONCE, "both are in the middle of their messages")
        os.kill(dying.pid, signal.SIGKILL)
        dying.wait()
        eventually(made.is_drained, "drained")
        assert living.poll() is None
        assert made.states() == {"sent": len(references)}
        assert len(sink.copies()) == len(references)
        assert sum(sink.copies().values()) <= len(references) + MOST_AT_ONCE
        eventually(lambda: len(names(made)) == 1, "the dead is forgotten")
        assert "worker.taken_over" in made.log.read_text()
        unfinished = "SELECT count(*) FROM dbos.workflow_status WHERE status IN ('PENDING', 'ENQUEUED')"
        eventually(lambda: made.scalar(unfinished) == 0, "every job has come to an end")


def test_worker_that_loses_its_lock_begins_anew_under_another_name(tmp_path: Path, server: str) -> None:
    with shared(tmp_path, server) as (made, sink):
        worker = made.start()
        eventually(lambda: names(made), "it lives")
        (first,) = names(made)
        here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
        made.scalar(f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = {here}")
        eventually(lambda: names(made) and names(made) != {first}, "it has another name")
        eventually(lambda: len(names(made)) == 1, "the former is forgotten")
        made.queue("after")
        eventually(made.is_drained, "drained")
        assert worker.poll() is None
        assert list(sink.copies().values()) == [1]


def test_worker_that_is_stopped_takes_its_leave_and_one_that_is_killed_does_not(tmp_path: Path, server: str) -> None:
    with shared(tmp_path, server) as (made, _sink):
        for number, left in ((signal.SIGTERM, 0), (signal.SIGKILL, 1)):
            worker = made.start()
            eventually(lambda: names(made), "it lives")
            os.kill(worker.pid, number)
            worker.wait()
            assert len(names(made)) == left


def test_worker_that_is_stopped_without_a_database_still_ends(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'none' / 'undersigned.db'}")
    _take_leave(engine, "this-machine:1")


def test_control_without_its_lock_a_living_worker_would_be_taken_for_dead(tmp_path: Path, server: str) -> None:
    with shared(tmp_path, server) as (made, _sink):
        one, other = (be_present(made.settings, made.engine) for _ in range(2))
        assert not other.take_over(one.name)
        one.leave()
        eventually(lambda: other.take_over(one.name), "the server has seen that it left")
        other.leave()


def test_r16_ticks_at_one_time_queue_each_message_once(tmp_path: Path, server: str) -> None:
    with shared(tmp_path, server) as (made, _sink):
        references = made.queue(*(f"reason-{n}" for n in range(times(500))))
        with Session(made.engine) as session, transaction(session):
            session.execute(update(OutboxRow).values(next_attempt_at=datetime.now(UTC) - timedelta(minutes=1)))
        ticking = [Workflows(made.settings, made.engine) for _ in range(3)]
        with ThreadPoolExecutor(len(ticking)) as pool:
            for done in [pool.submit(one.tick_step) for one in ticking]:
                done.result()
        jobs = made.scalar("SELECT count(*) FROM dbos.workflow_status WHERE name = 'send_message'")
        assert jobs == 2 * len(references), "one when it was put, and one of the three ticks"
        with Session(made.engine) as session:
            assert len(session.scalars(select(OutboxRow.id)).all()) == len(references)
