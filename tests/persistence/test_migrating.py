"""F31: a full database goes up and down with every head and count as it was; whatever breaks a migration leaves it whole."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, func, inspect, select
from sqlalchemy.orm import Session

from tests.counts import IS_ASSURE, times
from tests.factories import KEYRING, NOW, entry, letter_in_draft, letter_sealed, settings_for, sign, staff_actor
from webapp.domain.roster import RosterEntry
from webapp.persistence import migrate, revisions
from webapp.persistence.database import engine_options, make_engine, transaction
from webapp.persistence.record import record_heads
from webapp.persistence.tables import Base
from webapp.rendering.environment import ROOT
from webapp.services import sign_on
from webapp.services.roster import import_roster, preview_roster
from webapp.services.verification import verify
from webapp.settings import Settings

_SOCIETIES = times(1_000)
_KILLS = times(100)
# Every statement under `make assure`, every tenth in `make test`.
_STEP = 1 if IS_ASSURE else 10
FIRST = "0001"


@dataclass(frozen=True)
class Held:
    """What no migration may touch."""

    rows: dict[str, int]
    heads: list[tuple[str, int, str]]


def held(engine: Engine) -> Held:
    with engine.connect() as connection:
        tables = [table for name, table in sorted(Base.metadata.tables.items()) if name in first_tables()]
        rows = {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
        return Held(rows, record_heads(connection))


@cache
def first_tables() -> frozenset[str]:
    """Those of the first revision: a later one makes its own anew."""
    with TemporaryDirectory() as folder:
        engine = make_engine(settings_for(Path(folder)))
        migrate.upgrade(engine, FIRST)
        found = frozenset(inspect(engine).get_table_names())
        engine.dispose()
    return found


def revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return revisions.revision_of(connection)


def fill(engine: Engine, societies: int) -> Engine:
    """A letter that so many societies have signed, and another that is sealed."""
    with Session(engine) as session, transaction(session):
        actor = staff_actor(session)
        letter_sealed(session, actor)
        letter = letter_in_draft(session, actor)
        people = [entry(f"Society number {number}", f"office-{number}@example.org") for number in range(societies)]
        import_roster(session, actor, letter, preview_roster(session, actor, letter, _csv(people)), KEYRING, now=NOW)
        sign_on.open_sign_on(session, actor, letter, is_fit=True, now=NOW)
        for one in people:
            sign(session, letter, one.email, printed_name=one.society)
    return engine


@pytest.fixture
def filled(engine: Engine) -> Engine:
    return fill(engine, 3)


def _csv(entries: list[RosterEntry]) -> bytes:
    return "\n".join(["society,contact,email", *(f"{one.society},{one.contact},{one.email}" for one in entries)]).encode()


def test_f31_every_step_down_and_up_keeps_heads_and_counts(engine: Engine) -> None:
    full = fill(engine, _SOCIETIES)
    before = held(full)
    assert before.rows["answer"] == _SOCIETIES + 1
    steps = []
    while revision(full) != FIRST:
        migrate.downgrade(full, "-1")
        steps.append(revision(full))
        assert held(full) == before, steps
    for step in reversed(steps[:-1]):
        migrate.upgrade(full, step or "")
        assert held(full) == before, step
    migrate.upgrade(full)
    assert held(full) == before
    with Session(full) as session:
        assert verify(session).problems == ()


# Something breaks at each statement in turn.


class Broken(Exception):
    """The fault of a test."""


@contextmanager
def breaking_at(engine: Engine, number: int) -> Iterator[list[str]]:
    """The statement of this number fails; yields those that were begun."""
    begun: list[str] = []

    def before(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        begun.append(statement)
        if len(begun) == number:
            raise Broken

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield begun
    finally:
        event.remove(engine, "before_cursor_execute", before)


def outcomes(engine: Engine, migrating: Engine) -> set[tuple[str | None, bool]]:
    """For a fault at each statement of the way up: the revision after it, and whether the tables are those of that revision."""
    found, number = set(), 1 - _STEP
    tables = set(inspect(engine).get_table_names())
    while True:
        number += _STEP
        with breaking_at(migrating, number) as begun:
            try:
                migrate.upgrade(migrating)
            except Broken:
                migrating.dispose()
            else:
                return found
        assert len(begun) >= number
        found.add((revision(engine), set(inspect(engine).get_table_names()) == tables))


def test_f31_migration_that_breaks_at_any_statement_is_rolled_back_whole(filled: Engine) -> None:
    before = held(filled)
    migrate.downgrade(filled, FIRST)
    assert outcomes(filled, filled) == {(FIRST, True)}
    assert held(filled) == before
    assert revision(filled) == revisions.head_revision()


@pytest.mark.sqlite
def test_control_without_our_own_begin_half_a_migration_would_stay(filled: Engine, settings: Settings) -> None:
    migrate.downgrade(filled, FIRST)
    bare = create_engine(settings.database_url, **engine_options(settings.database_url), isolation_level="AUTOCOMMIT")
    try:
        with breaking_at(bare, 12), pytest.raises(Broken):
            migrate.upgrade(bare)
        assert set(inspect(filled).get_table_names()) & {"rate_limit", "installation"}
    finally:
        bare.dispose()


# The process is killed while it goes up and down.

_CHILD = """
import os, sys
from pathlib import Path
from tests.factories import settings_for
from webapp.persistence import migrate
from webapp.persistence.database import make_engine
for _line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        engine = make_engine(settings_for(Path("/nonexistent"), sys.argv[1]))
        while True:
            migrate.downgrade(engine, sys.argv[2])
            migrate.upgrade(engine)
    print(pid, flush=True)
    os.waitpid(pid, 0)
    print("dead", flush=True)
"""


@contextmanager
def migrating(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", _CHILD, settings.database_url, FIRST]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def kill_once(process: "subprocess.Popen[str]", seconds: float) -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("another\n")
    process.stdin.flush()
    pid = int(process.stdout.readline())
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    assert process.stdout.readline() == "dead\n"


def test_f31_migration_that_is_killed_is_rolled_back_or_done(filled: Engine, settings: Settings) -> None:
    before, chance, seen = held(filled), random.Random(31), set()
    filled.dispose()
    with migrating(settings) as process:
        for _ in range(_KILLS):
            kill_once(process, chance.uniform(0.05, 0.6))
            seen.add(revision(filled))
            assert held(filled) == before
            migrate.upgrade(filled)
            assert held(filled) == before
            filled.dispose()
    assert seen <= {FIRST, revisions.head_revision()}
    with Session(filled) as session:
        assert verify(session).problems == ()
