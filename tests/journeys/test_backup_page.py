"""G12: what docs/backup.md says is what these tests type, word for word, beside a site that goes on."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.databases import create_database, postgresql_server
from tests.factories import entry, letter_in_signing, representative, staff_actor
from tests.journeys.client import HttpBrowser
from tests.journeys.server import COORDINATOR, running_server
from webapp.domain.tokens import Keyring
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.record import record_heads
from webapp.persistence.tables import MailboxRow, RepresentativeRow
from webapp.rendering.environment import ROOT
from webapp.services import roster
from webapp.settings import load_settings

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]

PAGE = (ROOT / "docs" / "backup.md").read_text()
COMMANDS = Path(sys.executable).parent
READ_ONLY = "This can only be read for now"
PATIENCE = 60.0


def section(title: str) -> str:
    """What stands under this heading."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/backup.md has no section “{title}”"
    return found[1]


def blocks(title: str, language: str = "sh") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)


class Machine:
    """Somewhere with a shell, a data folder and the two folders that are kept elsewhere."""

    def __init__(self, kept: Path, environment: dict[str, str]) -> None:
        self.data = Path(environment["UNDERSIGNED_DATA"])
        self.environment = {**environment, "BACKUPS": str(kept / "backups"), "KEYS": str(kept / "keys")}
        self.environment["PATH"] = f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"
        for name in ("BACKUPS", "KEYS"):
            Path(self.environment[name]).mkdir(parents=True, exist_ok=True)

    def type(self, script: str) -> str:
        done = subprocess.run(["sh", "-eu"], input=script, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout


def fresh_machine(folder: Path, kept: Path, **settings: str) -> Machine:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_") and name != "DATABASE_URL"}
    return Machine(kept, {**ours, "UNDERSIGNED_DATA": str(folder / "data"), "PYTHONWARNINGS": "ignore", **settings})


def heads(machine: Machine) -> list[tuple[str, int, str]]:
    engine = make_engine(load_settings(machine.environment))
    with engine.connect() as connection:
        found = record_heads(connection)
    engine.dispose()
    return found


def seed(machine: Machine) -> None:
    settings = load_settings(machine.environment)
    engine = make_engine(settings)
    with Session(engine) as session, transaction(session):
        now = settings.clock.now()
        actor = staff_actor(session)
        letter = letter_in_signing(session, actor, entry(), deadline_local=now.replace(tzinfo=None, year=now.year + 1))
        # The factories make links with a key of their own; this one is made with the key of the site.
        roster.replace_link(session, actor, letter, representative(session, letter).reference, settings.keyring, now=now)
    engine.dispose()


def token_of(machine: Machine) -> str:
    """Anna's personal link as her mailbox has it."""
    settings = load_settings(machine.environment)
    engine = make_engine(settings)
    with Session(engine) as session:
        anna = session.scalars(select(RepresentativeRow)).one()
        token = Keyring((machine.data / "secret-key").read_bytes()).personal_link(anna.reference, anna.link_generation)
    engine.dispose()
    return token


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgresql_server() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.assure)])
def address(request: pytest.FixtureRequest) -> list[str]:
    """Empty databases for two machines: none to be named, or two on a server."""
    if request.param == "sqlite":
        return []
    server = request.getfixturevalue("postgresql")
    return [create_database(server), create_database(server)]


def test_g12_page_is_followed_from_the_running_site_to_a_fresh_machine(address: list[str], tmp_path: Path) -> None:
    with running_server(settings={"DATABASE_URL": address[0]} if address else {}) as server:
        first = Machine(tmp_path / "kept", server.environment)
        # So that an invitation waits in the backup.
        first.type("undersigned mail hold")
        seed(first)
        link = token_of(first)
        for script in (*blocks("Keep the key, once"), *blocks("Make a backup"), nightly()):
            first.type(script)
        before = heads(first)
    assert len(list((tmp_path / "kept" / "backups").iterdir())) == 2

    second = fresh_machine(tmp_path / "second", tmp_path / "kept", **({"DATABASE_URL": address[1]} if address else {}))
    restore, resume = blocks("Restore on a fresh machine")
    assert "all fits" in second.type(restore)
    assert heads(second) == before
    with running_server(settings=second.environment) as server:
        browser = HttpBrowser(server.base)
        assert READ_ONLY in browser.get(f"/i/{link}").text
        assert READ_ONLY in browser.press("Open the letter", status=503).text
        assert "2 messages are not sent" in second.type(resume)
        browser.get(f"/i/{link}")
        assert READ_ONLY not in browser.press("Open the letter").text
        _is_silent_but_for_what_is_new(second, HttpBrowser(server.base))
        assert "all fits" in second.type("undersigned verify")


def _is_silent_but_for_what_is_new(machine: Machine, browser: HttpBrowser) -> None:
    browser.get("/sign-in")
    browser.press("Send me a link", email=COORDINATOR)
    end = time.monotonic() + PATIENCE
    while not (arrived := mailbox(machine)) and time.monotonic() < end:
        time.sleep(0.2)
    assert arrived == [COORDINATOR], "what was asked for now has come, and what had waited before has not"


def mailbox(machine: Machine) -> list[str]:
    engine = make_engine(load_settings(machine.environment))
    with Session(engine) as session:
        found = list(session.scalars(select(MailboxRow.to_address)))
    engine.dispose()
    return found


def nightly() -> str:
    """The command of the crontab, in which a percent sign is written with a backslash."""
    (line,) = blocks("Make a backup", "cron")
    # The second at which the last one was made has passed.
    return "sleep 1; " + line.split(maxsplit=5)[5].replace("\\%", "%")


# What the command does is tried each time in tests/cli/test_backup.py.
@pytest.mark.assure
def test_f30_page_is_followed_to_postgresql_and_mail_is_stopped(tmp_path: Path, postgresql: str) -> None:
    machine = fresh_machine(tmp_path, tmp_path / "kept")
    machine.type("undersigned demo")
    before = heads(machine)
    (mail,) = blocks("Stop all mail")
    assert "A wrong roster was read in" in machine.type(mail)
    machine.environment["NEW_DATABASE"] = create_database(postgresql).replace("postgresql+psycopg", "postgresql")
    (move,) = blocks("Move to PostgreSQL")
    assert "all fits" in machine.type(move)
    machine.environment["DATABASE_URL"] = machine.environment["NEW_DATABASE"]
    assert heads(machine) == before


def test_timer_of_the_page_makes_a_backup_too(tmp_path: Path) -> None:
    machine = fresh_machine(tmp_path, tmp_path / "kept")
    machine.type("undersigned staff add somebody@example.org")
    (units,) = blocks("Make a backup", "ini")
    command = re.search(r"^ExecStart=/bin/sh -c '(.*)'$", units, re.MULTILINE)
    assert command
    machine.type(command[1].replace("%%", "%"))
    assert len(list((tmp_path / "kept" / "backups").iterdir())) == 1


def test_every_command_of_the_page_is_typed_by_a_test() -> None:
    typed = ["Keep the key, once", "Make a backup", "Restore on a fresh machine", "Move to PostgreSQL", "Stop all mail"]
    assert PAGE.count("```") == 2 * sum(len(blocks(title, language)) for title in typed for language in ("sh", "cron", "ini"))
