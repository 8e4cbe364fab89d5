"""A list of the largest roster beside one of an ordinary: looking at its rows, and the transaction behind which everybody waits."""

import time
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import factories
from tests.bench import figures
from tests.bench.figures import Samples
from tests.databases import SqliteDatabases
from tests.factories import KEYRING, NOW, settings_for
from tests.workbooks import workbook
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.society import SocietyFacts
from webapp.persistence.database import make_engine, transaction
from webapp.rendering.workbook import as_list
from webapp.services import letters, roster, roster_import, societies
from webapp.services.roster_check import RosterPreview
from webapp.services.roster_import import Reading

_SIZES = ((34, figures.LOOK_AT_LIST, figures.IMPORT), (1000, figures.LOOK_AT_LIST_1000, figures.IMPORT_1000))
# What the names of a list are held against.
_DIRECTORY = 1_000


def measure_importing(folder: Path, rounds: int, samples: Samples) -> None:
    """Processor time: a workbook opened, its rows held against a directory of 1,000 societies, and each stored with its events."""
    (folder / "template").mkdir(parents=True)
    engine = make_engine(settings_for(folder, SqliteDatabases(folder / "template").fresh(folder)))
    try:
        with Session(engine) as session, transaction(session):
            actor = factories.staff_actor(session)
            for number in range(_DIRECTORY):
                societies.add_entry(session, COMMAND, SocietyFacts(f"College {number * 7919} of Rest"), now=NOW)
        for turn in range(rounds + 1):
            for size, look, store in _SIZES:
                looked, stored = _import_ms(engine, actor, turn, size)
                if turn:  # the first builds statements, and fills caches
                    samples.add(look, looked)
                    samples.add(store, stored)
    finally:
        engine.dispose()


def _import_ms(engine: Engine, actor: Actor, turn: int, size: int) -> tuple[float, float]:
    file = workbook([["Society", "Contact", "E-mail"], *(_row(turn, size, number) for number in range(size))])
    with Session(engine) as session, transaction(session):
        letter = letters.create_letter(session, actor, factories.prepared(title=f"A letter of {size}"), now=NOW)
    start = time.process_time()
    with Session(engine) as session:
        preview: RosterPreview = roster_import.preview_list(session, actor, letter, Reading(as_list(file)))
    looked = time.process_time() - start
    assert preview.problem_count == 0
    start = time.process_time()
    with Session(engine) as session, transaction(session):
        roster.import_roster(session, actor, letter, preview, KEYRING, now=NOW)
    return looked * 1000, (time.process_time() - start) * 1000


def _row(turn: int, size: int, number: int) -> list[str]:
    name = f"Society {(turn * 1_000 + number) * 104_729 + size} for the Study of Sleep"
    return [name, f"Person {number}", f"office@s{turn}-{size}-{number}.example.org"]
