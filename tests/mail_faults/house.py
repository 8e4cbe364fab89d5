"""An installation with its own database, real worker processes and a letter whose society has mail to come."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from tests.databases import migrated_file
from tests.dump import dump, unpacked
from tests.factories import KEYRING, letter_in_draft, representative, staff_actor
from tests.forked import Forked, begin
from webapp.persistence import outbox
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.migrate import prepare
from webapp.persistence.outbox import Due
from webapp.persistence.tables import Base, OutboxRow, RepresentativeRow
from webapp.settings import Settings, load_settings

PATIENCE = 90.0


def eventually(is_so: Callable[[], object], what: str) -> None:
    latest = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < latest, f"it never came to pass: {what}"
        time.sleep(0.06)


@dataclass
class House:
    folder: Path
    environment: dict[str, str]
    processes: list[Forked] = field(default_factory=list)

    @cached_property
    def settings(self) -> Settings:
        return load_settings(self.environment)

    @cached_property
    def engine(self) -> Engine:
        return make_engine(self.settings)

    @cached_property
    def person(self) -> int:
        """Somebody who may be written to."""
        with Session(self.engine) as session, transaction(session):
            return representative(session, letter_in_draft(session, staff_actor(session))).id

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"

    def queue(self, *reasons: str, person: int | None = None) -> list[str]:
        """One message for each reason, each to an address of its own; returns their references."""
        parameters = {"representative": person or self.person}
        due = [Due(reason, f"{reason}@example.org", parameters) for reason in reasons]
        with Session(self.engine) as session, transaction(session):
            return [row.reference for row in outbox.put_all(session, "invitation", due, now=datetime.now(UTC))]

    def start(self, *words: str, **extra: str) -> Forked:
        """A worker, or this module with its arguments."""
        with self.log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            files = [nothing.fileno(), log.fileno(), log.fileno()]
            process = begin(words or ("webapp.jobs",), env={**self.environment, **extra}, files=files, is_leader=True)
        self.processes.append(process)
        return process

    def states(self) -> dict[str, int]:
        with Session(self.engine) as session:
            rows = session.scalars(select(OutboxRow.state)).all()
        return {state: rows.count(state) for state in set(rows)}

    def is_drained(self) -> bool:
        return not {"queued", "uncertain"} & self.states().keys()

    def row(self, reference: str) -> OutboxRow:
        with Session(self.engine) as session:
            return session.scalars(select(OutboxRow).where(OutboxRow.reference == reference)).one()

    def scalar(self, question: str) -> object:
        with self.engine.connect() as connection:
            return connection.execute(text(question)).scalar()

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.engine.dispose()


@contextmanager
def house(folder: Path, port: int, **settings: str) -> Iterator[House]:
    """Its mail leaves through this port of this machine."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_") and name != "DATABASE_URL"}
    smtp = {"UNDERSIGNED_SMTP_HOST": "127.0.0.1", "UNDERSIGNED_SMTP_PORT": str(port), "UNDERSIGNED_SMTP_SECURITY": "none"}
    data = {"UNDERSIGNED_DATA": str(folder / "data"), "UNDERSIGNED_SECRET_KEY": KEYRING.key.decode(), "UNDERSIGNED_LOG": "info"}
    made = House(folder, {**ours, **smtp, **data, "PYTHONWARNINGS": "ignore", **settings})
    # `made.engine` has made the folder.
    if made.engine.dialect.name == "sqlite":
        Path(made.engine.url.database or "").write_bytes(migrated_file())
    else:
        prepare(made.engine)
    try:
        yield made
    except BaseException:
        print(f"--- the workers' log\n{made.log.read_text(errors='replace')[-6000:] if made.log.exists() else ''}")
        raise
    finally:
        made.end()


# The job engine's own, which has them in a schema of their own on PostgreSQL.
_OURS = Base.metadata.tables.keys() | {"alembic_version"}


def personal_things(made: House) -> list[str]:
    """What must stand in no table of the job engine and in no log line (R19): each that stands there."""
    with Session(made.engine) as session:
        person = session.get_one(RepresentativeRow, made.person)
        secrets = {KEYRING.personal_link(person.reference, person.link_generation), person.email, person.name}
        secrets |= set(session.scalars(select(OutboxRow.to_address)).all())
    told = unpacked({name: rows for name, rows in dump(made.engine).items() if name not in _OURS})
    assert OutboxRow.__tablename__ not in told and outbox.SEND_WORKFLOW in told
    told += made.log.read_text(errors="replace")
    return sorted(one for one in {*secrets, "example.org", "127.0.0.1"} if one in told)
