"""Invitations to the largest roster beside those to an ordinary one: the transaction that sends them, behind which everybody waits."""

import time
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import factories
from tests.bench import figures
from tests.bench.figures import Samples
from tests.bench.letters import imported_letter
from tests.databases import SqliteDatabases
from tests.factories import KEYRING, NOW, settings_for
from webapp.domain.actor import Actor
from webapp.persistence.database import make_engine, transaction
from webapp.services import invitations

_SIZES = ((34, figures.SEND), (1000, figures.SEND_1000))


def measure_sending(folder: Path, rounds: int, samples: Samples) -> None:
    """Processor time of the whole act: a new link, an event, a message and a job for each."""
    folder.mkdir()
    template = folder / "template"
    template.mkdir()
    engine = make_engine(settings_for(folder, SqliteDatabases(template).fresh(folder)))
    try:
        with Session(engine) as session, transaction(session):
            actor = factories.staff_actor(session)
            letters = [(imported_letter(session, actor, size), name) for size, name in _SIZES]
        for letter, _name in letters:
            _send_ms(engine, actor, letter)  # the first invitation, and the statements that it builds
        for _round in range(rounds):
            for letter, name in letters:
                samples.add(name, _send_ms(engine, actor, letter))
    finally:
        engine.dispose()


def _send_ms(engine: Engine, actor: Actor, letter: str) -> float:
    with Session(engine) as session:
        marks = invitations.list_invitations(session, actor, letter).all_marks
    with Session(engine) as session:
        start = time.process_time()
        with transaction(session):
            invitations.send(session, actor, letter, marks, KEYRING, now=NOW)
        return (time.process_time() - start) * 1000
