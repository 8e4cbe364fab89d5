"""Each condition is broken in turn, and is named to this machine alone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.dump import dump
from tests.factories import NOW, SEALABLE
from tests.web.world import World
from webapp.persistence.database import transaction
from webapp.services import installation, readiness, workers
from webapp.web.views import health

LATER = SEALABLE + timedelta(days=2)
CONDITIONS = ["database", "schema", "outbox", "clock", "write", "disk", "worker", "key", "in_use", "mail"]


@pytest.fixture
def working(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An installation with a worker, and nothing kept of an earlier look; nothing is kept of this one either, nor its key."""
    monkeypatch.setattr(health, "_LOOK_EVERY_SECONDS", 0.0)
    world.app.extensions.pop(health._LAST, None)
    with Session(world.engine) as session, transaction(session):
        workers.note_worker(session, "this-machine:1", now=datetime.now(UTC))
    world.mail.deliver()
    # Some of the letters have gone on to be sealed, and their record with them.
    world.clock.at = LATER
    yield world
    # The application and its folder outlive the test.
    world.app.extensions.pop(health._LAST, None)
    world.app.config["UNDERSIGNED"].secret_key_file.unlink(missing_ok=True)


def asked(app: Flask, **headers: str) -> tuple[int, dict[str, bool]]:
    answer = app.test_client().get("/readyz", headers={name.replace("_", "-"): value for name, value in headers.items()})
    return answer.status_code, (answer.get_json() or {}).get("conditions", {}) if answer.is_json else {}


def sql(statement: str) -> Callable[[World, pytest.MonkeyPatch], None]:
    def act(world: World, _patch: pytest.MonkeyPatch) -> None:
        with world.engine.begin() as connection:
            connection.execute(text(statement))

    return act


def disk(world: World, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(readiness.shutil, "disk_usage", lambda _folder: (100_000_000_000, 0, 4_000_000_000))


def busy(world: World, patch: pytest.MonkeyPatch) -> None:
    def refuse(_session: object) -> None:
        raise readiness.DatabaseBusy

    patch.setattr(readiness, "begin_write", refuse)


def back(world: World, _patch: pytest.MonkeyPatch) -> None:
    world.clock.at = NOW - timedelta(days=1)


def late(world: World, patch: pytest.MonkeyPatch) -> None:
    sql("UPDATE outbox SET state = 'queued'")(world, patch)
    world.clock.at = LATER + timedelta(days=1)


def no_worker(world: World, patch: pytest.MonkeyPatch) -> None:
    sql("DELETE FROM worker")(world, patch)


def other_key(world: World, _patch: pytest.MonkeyPatch) -> None:
    world.app.config["UNDERSIGNED"].secret_key_file.write_bytes(b"another key, of another installation")


def held(world: World, _patch: pytest.MonkeyPatch) -> None:
    with Session(world.engine) as session, transaction(session):
        installation.hold_mail(session, "A wrong roster.", now=LATER)


FAULTS: list[tuple[str, Callable[[World, pytest.MonkeyPatch], None]]] = [
    ("schema", sql("UPDATE alembic_version SET version_num = '0000'")),
    ("outbox", late),
    ("clock", back),
    ("write", busy),
    ("disk", disk),
    ("worker", no_worker),
    ("key", other_key),
    ("mail", held),
]


def test_installation_that_works_is_ready(working: World) -> None:
    assert asked(working.app) == (200, dict.fromkeys(CONDITIONS, True))


@pytest.mark.parametrize(("name", "break_it"), FAULTS, ids=[name for name, _ in FAULTS])
def test_broken_condition_is_named(working: World, monkeypatch: pytest.MonkeyPatch, name: str, break_it: Callable[..., None]) -> None:
    break_it(working, monkeypatch)
    status, found = asked(working.app)
    assert (status, [one for one, is_met in found.items() if not is_met]) == (503, [name])


def test_restored_installation_that_nobody_has_resumed_is_not_in_use(working: World) -> None:
    with Session(working.engine) as session, transaction(session):
        installation.make_read_only(session, "It was restored.", now=LATER, backup_made_at=NOW)
    status, found = asked(working.app)
    assert (status, [name for name, is_met in found.items() if not is_met]) == (503, ["in_use", "mail"])


def test_database_that_is_gone_is_not_ready_and_the_process_still_lives(working: World) -> None:
    sql("DROP TABLE web_session")(working, pytest.MonkeyPatch())
    sql("ALTER TABLE staff RENAME TO gone")(working, pytest.MonkeyPatch())
    status, found = asked(working.app)
    assert (status, found["database"], found["write"], found["schema"]) == (503, False, False, True)
    assert working.app.test_client().get("/healthz").text == "alive\n"


@pytest.mark.parametrize("headers", [{"X_Forwarded_For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}, {"Via": "1.1 proxy"}])
def test_stranger_learns_only_whether_it_is_ready(working: World, headers: dict[str, str]) -> None:
    no_worker(working, pytest.MonkeyPatch())
    assert asked(working.app, **headers) == (503, {})
    answer = working.app.test_client().get("/readyz", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert (answer.status_code, answer.text) == (503, "not ready\n")


def test_r6_looking_changes_nothing(working: World) -> None:
    before = dump(working.engine)
    assert asked(working.app)[0] == 200
    assert dump(working.engine) == before


def test_stranger_who_asks_often_takes_no_turn_among_the_writers(working: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(health, "_LOOK_EVERY_SECONDS", 60.0)
    monkeypatch.setattr(health, "conditions", lambda *_values, **_times: looks.append(1) or (readiness.Condition("database", True),))
    for _ in range(50):
        assert asked(working.app)[0] == 200
    assert looks == [1]


def test_watcher_may_ask_at_this_machine_s_own_name(working: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _own, *usual = working.app.config["TRUSTED_HOSTS"]
    monkeypatch.setitem(working.app.config, "TRUSTED_HOSTS", ["letters.example.org", *usual])
    for host in ("localhost:8000", "127.0.0.1:8000", "letters.example.org"):
        assert working.app.test_client().get("/healthz", base_url=f"http://{host}").status_code == 200


def test_room_on_disk_is_an_amount_and_a_share() -> None:
    assert readiness.has_room(1_000_000_000, 500_000_000)
    assert not readiness.has_room(1_000_000_000, 499_999_999)
    assert not readiness.has_room(20_000_000_000, 999_999_999)
    assert readiness.has_room(20_000_000_000, 1_000_000_000)
