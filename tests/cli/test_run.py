"""`undersigned run` as a person has it: it starts, it heals, and it leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.conftest import Command, command_in
from tests.factories import COORDINATOR, KEYRING, STRANGER
from webapp.cli.run import _furnish
from webapp.persistence.database import opened_session, transaction
from webapp.services import installation
from webapp.settings import load_settings

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
PATIENCE = 120.0


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    folder: Path
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def base(self) -> str:
        found = re.search(r"Undersigned is ready: (http://\S+)", self.said)
        return found[1] if found else ""

    def get(self, path: str) -> int:
        connection = HTTPConnection(urlsplit(self.base).netloc, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def processes(self, word: str = "") -> set[int]:
        """Every process of this installation, by its environment, whoever its parent is now."""
        return {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and self._is_ours(path, word)}

    def _is_ours(self, path: Path, word: str) -> bool:
        try:
            environment, arguments = ((path / name).read_bytes() for name in ("environ", "cmdline"))
        except OSError:
            return False
        return f"UNDERSIGNED_DATA={self.folder}\0".encode() in environment and word.encode() in arguments


def shared_mb(pid: int) -> float:
    """What was loaded before the fork, and is still the same page for several processes."""
    found = re.search(r"^Shared_Dirty:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024 / 1e6


def eventually(is_so: Callable[[], object]) -> None:
    latest = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < latest, "it never came to pass"
        time.sleep(0.1)


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def running(folder: Path, *options: str, waits_for: str = "") -> Iterator[Running]:
    """Waits until it is ready, or only until this process of it is there."""
    output = folder.with_name("output")
    ours = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_") and name != "DATABASE_URL"}
    command = [str(Path(sys.executable).with_name("undersigned")), "run", "--port", "0", *options]
    with output.open("wb") as file:
        environment = {**ours, "UNDERSIGNED_DATA": str(folder)}
        # What a shell starts in the background does not hear Ctrl-C, and hands that down.
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file, cwd=folder.parent, preexec_fn=_hear_interrupts)
    site = Running(process, folder, output)
    try:
        eventually(lambda: "Stop with Ctrl-C" in site.said or (waits_for and site.processes(waits_for)) or process.poll() is not None)
        assert process.poll() is None, site.said
        yield site
    finally:
        process.kill()
        process.wait()
        for pid in site.processes():
            os.kill(pid, signal.SIGKILL)


def test_it_starts_heals_and_ends(folder: Path) -> None:
    with running(folder) as site:
        assert site.get("/") == 200
        assert re.search(rf"Sign in as {COORDINATOR}, once, within 15 minutes:\n  {re.escape(site.base)}/sign-in/\S+\n", site.said)
        assert f"kept for you at {site.base}/mailbox" in site.said
        assert "22 of 36 signed" in command_in(folder)("letter", "list").stdout

        (worker,) = site.processes("webapp.jobs")
        # The control: this process has loaded all for itself.
        assert shared_mb(worker) > 20 > shared_mb(os.getpid())
        os.kill(worker, signal.SIGKILL)
        eventually(lambda: site.processes("webapp.jobs") - {worker})
        assert "The worker has ended (signal 9) and is started again." in site.said

        web = min(site.processes("gunicorn"))
        os.kill(web, signal.SIGKILL)
        eventually(lambda: "The web server has ended (signal 9)" in site.said)
        assert site.get("/") == 200

        refused = command_in(folder)("run", exit_code=1).stderr
        assert refused == f"Undersigned is running already with this data ({folder}): {site.base}\n"

        site.process.terminate()
        assert site.process.wait(PATIENCE) == 0
        assert site.said.endswith("Undersigned has stopped.\n")
        # What is forked leaves without the farewell of what forked it.
        assert site.said.count("Undersigned has stopped.") == 1
        assert site.processes() == set()


def test_nothing_goes_on_when_it_is_killed_outright(folder: Path) -> None:
    with running(folder, "--no-demo", "--staff", STRANGER) as site:
        assert f"Sign in as {STRANGER}" in site.said
        assert command_in(folder)("letter", "list").stdout == ""
        site.process.kill()
        eventually(lambda: not site.processes())


def test_signal_before_it_is_ready_ends_it_too(folder: Path) -> None:
    with running(folder, "--no-demo", waits_for="webapp.jobs") as site:
        site.process.send_signal(signal.SIGINT)
        assert site.process.wait(PATIENCE) == 0
        assert site.processes() == set()


def test_public_site_is_not_given_an_account_by_itself(folder: Path) -> None:
    public = {"UNDERSIGNED_BASE_URL": "https://letters.example.org", "UNDERSIGNED_SMTP_HOST": "mail.example.org"}
    refused = command_in(folder)("run", "--port", "0", exit_code=1, **public)
    assert "undersigned run --staff" in refused.stderr


def test_wrong_address_of_staff_starts_nothing(undersigned: Command) -> None:
    assert "is not an e-mail address" in undersigned("run", "--port", "0", "--staff", "me", exit_code=1).stderr


@pytest.mark.parametrize("is_stopped", [True, False], ids=["read-only", "control"])
def test_demonstration_is_not_made_while_all_can_only_be_read(undersigned: Command, folder: Path, is_stopped: bool) -> None:
    undersigned("staff", "add", COORDINATOR)
    settings = load_settings({"UNDERSIGNED_DATA": str(folder), "UNDERSIGNED_SECRET_KEY": KEYRING.key.decode()})
    if is_stopped:
        with opened_session(settings) as session, transaction(session):
            installation.make_read_only(session, "It was restored.", now=settings.clock.now())
    _furnish(settings, None, wants_demo=True)
    assert (undersigned("letter", "list").stdout == "") is is_stopped
