"""The parts by themselves, as several processes or machines have them: the database once, then pages and worker."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.cli.conftest import Command, command_in
from tests.ports import free_port
from webapp.persistence.sqlite import sqlite_module

PATIENCE = 120.0


def test_parts_refuse_to_start_without_a_database(folder: Path) -> None:
    for part in ("serve", "work"):
        assert "There is no database yet" in command_in(folder)(part, exit_code=1).stderr
        assert not (folder / "undersigned.db").exists()


def test_database_is_made_once(folder: Path) -> None:
    assert command_in(folder)("migrate").stdout == "The database is up to date.\n"
    first = (folder / "undersigned.db").read_bytes()
    command_in(folder)("migrate")
    assert (folder / "undersigned.db").read_bytes() == first


def test_newer_database_is_left_alone(undersigned: Command, folder: Path, database_template: Path) -> None:
    engine = sqlite_module().connect(str(folder / "undersigned.db"))
    engine.execute("UPDATE alembic_version SET version_num = '9999'")
    engine.commit()
    engine.close()
    assert "newer version" in undersigned("migrate", exit_code=1).stderr


@contextmanager
def part(folder: Path, log: Path, *words: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_") and name != "DATABASE_URL"}
    environment = {**ours, "UNDERSIGNED_DATA": str(folder), "UNDERSIGNED_LOG": "info", **settings}
    with log.open("wb") as file:
        command = [str(Path(sys.executable).with_name("undersigned")), *words]
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file, cwd=folder.parent)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


def conditions(port: int) -> dict[str, bool]:
    """What /readyz says; nothing as long as nobody listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        found: dict[str, bool] = json.loads(connection.getresponse().read())["conditions"]
        return found
    except OSError:
        return {}
    finally:
        connection.close()


@pytest.mark.journey
@pytest.mark.enable_socket
def test_pages_and_worker_by_themselves_are_a_site_that_logs_only_our_lines(folder: Path, tmp_path: Path) -> None:
    command_in(folder)("migrate")
    # The key of the test belongs to the commands in this process; the parts make and share their own.
    port, logs = free_port(), (tmp_path / "web.log", tmp_path / "worker.log")
    latest = time.monotonic() + PATIENCE
    with part(folder, logs[0], "serve", "--port", str(port)) as web, part(folder, logs[1], "work") as worker:
        while not all(found := conditions(port).values() or [False]):
            assert time.monotonic() < latest, (found, logs[0].read_text(), logs[1].read_text())
            assert web.poll() is None and worker.poll() is None
            time.sleep(0.2)
        goal = f"sqlite:///{tmp_path / 'elsewhere.db'}"
        assert "undersigned serve" in command_in(folder)("move", goal, exit_code=1).stderr
        web.terminate()
        web.wait(PATIENCE)
        assert "undersigned work" in command_in(folder)("move", goal, exit_code=1).stderr
        assert "The worker runs." in command_in(folder)("check").stdout
    assert "No worker runs" in command_in(folder)("check", exit_code=1).stdout
    assert (web.returncode, worker.returncode) == (0, 0)
    lines = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    assert {line["event"] for line in lines} == {"request"}
    assert {"/readyz"} == {line["rule"] for line in lines if line["event"] == "request"}
