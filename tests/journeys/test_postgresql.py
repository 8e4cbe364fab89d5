"""The same application on PostgreSQL: web and two workers, the second as on a machine of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import create_database, postgresql_server
from tests.mail_faults.house import eventually
from webapp.persistence.database import opened_session
from webapp.rendering.environment import ROOT
from webapp.services.workers import worker_names
from webapp.settings import load_settings

from .demo import perform_on
from .server import Server, running_server
from .stories import demonstration, few

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]


def workers(server: Server) -> set[str]:
    with opened_session(load_settings(server.environment)) as session:
        return set(worker_names(session))


def test_letter_is_invited_signed_closed_and_sealed_on_postgresql_with_two_workers(tmp_path: Path) -> None:
    with postgresql_server() as address, running_server(settings={"DATABASE_URL": create_database(address)}) as server:
        (first,) = workers(server)
        second = start_worker(server, tmp_path / "second.log")
        try:
            eventually(lambda: len(workers(server)) == 2, "both workers live")
            story = few(demonstration(server.now()), 3)
            outcome = perform_on(server, story, tmp_path, print)
            assert outcome.signed_on_index == "3 of 3"
            assert len(workers(server)) == 2 and first in workers(server)
            assert second.poll() is None, (tmp_path / "second.log").read_text()
        finally:
            os.killpg(second.pid, signal.SIGKILL)
            second.wait()


def start_worker(server: Server, log: Path) -> subprocess.Popen[bytes]:
    """As on another machine: a data folder of its own, the same key and the same database."""
    command = [str(Path(sys.executable).with_name("undersigned")), "work"]
    key = (server.folder / "data" / "secret-key").read_text()
    environment = {**server.environment, "UNDERSIGNED_DATA": str(log.with_suffix(".data")), "UNDERSIGNED_SECRET_KEY": key}
    with log.open("wb") as file:
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=file, stderr=file, start_new_session=True)
