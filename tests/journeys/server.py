"""The real server for journeys: web and worker as child processes, a folder of their own, a clock that can be moved."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.databases import migrated_file
from tests.ports import free_port
from webapp.persistence.database import opened_session, transaction
from webapp.rendering.environment import ROOT
from webapp.services.doors import make_sign_in_link
from webapp.services.workers import worker_seen_at
from webapp.settings import load_settings

COORDINATOR = "coordinator@example.org"
_STARTS_WITHIN = 90.0
_STOPS_WITHIN = 30.0
_COMMAND = str(Path(sys.executable).with_name("undersigned"))


@dataclass(frozen=True)
class Server:
    """A running installation on this machine; `folder` holds its database, its clock and its log, and goes when it stops."""

    base: str
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the installation is told beside its address, data folder and clock."""

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def environment(self) -> dict[str, str]:
        """What the processes of this installation are told; nothing of the caller's own settings reaches them."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_") and name != "DATABASE_URL"}
        return {
            **ours,
            "UNDERSIGNED_DATA": str(self.folder / "data"),
            "UNDERSIGNED_BASE_URL": self.base,
            "UNDERSIGNED_CLOCK": str(self._clock),
            "PYTHONWARNINGS": "ignore",
            **self.settings,
        }

    @property
    def _clock(self) -> Path:
        return self.folder / "clock"

    def now(self) -> datetime:
        """What the installation takes for the present."""
        return datetime.now(UTC) + timedelta(seconds=float(self._clock.read_text()))

    def move_clock(self, to: datetime) -> None:
        # Written beside and moved into place: the processes read the file at any moment.
        fresh = self.folder / "clock.fresh"
        fresh.write_text(str((to - datetime.now(UTC)).total_seconds()))
        fresh.replace(self._clock)

    def command(self, *words: str) -> str:
        """What the `undersigned` command prints when it is called on this machine."""
        done = subprocess.run([_COMMAND, *words], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"undersigned {' '.join(words)} failed:\n{done.stdout}{done.stderr}"
        return done.stdout

    def problems(self) -> list[str]:
        """What `undersigned check` finds wrong, but for the clock, which is moved here on purpose."""
        words = [_COMMAND, "check", "--json"]
        done = subprocess.run(words, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        wrong = [one for one in json.loads(done.stdout)["findings"] if not one["is_fine"]]
        return [one["sentence"] for one in wrong if one["name"] != "Clock"]

    def sign_in_address(self, account: str = COORDINATOR) -> str:
        """A fresh one-time link for the coordinator, as whoever owns the machine gets it."""
        # As the command does, which tests/cli types; to start it each time would take half a minute of all journeys.
        settings = load_settings(self.environment)
        with opened_session(settings) as session, transaction(session):
            token = make_sign_in_link(session, account, settings.keyring, now=settings.clock.now())
        return settings.links.sign_in(token)


@contextmanager
def running_server(starts_at: datetime | None = None, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Starts the installation, waits until it answers, and leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="undersigned-journey-") as folder:
        port = free_port()
        server = Server(f"http://127.0.0.1:{port}", Path(folder), settings or {})
        server.move_clock(starts_at or datetime.now(UTC))
        if "DATABASE_URL" not in server.environment:
            # How the program makes its database is tried in tests/cli/test_run.py; here it would take a second of each start.
            data = Path(server.environment["UNDERSIGNED_DATA"])
            data.mkdir(mode=0o700, exist_ok=True)
            if not (data / "undersigned.db").exists():
                (data / "undersigned.db").write_bytes(migrated_file())
        process = _start(server, [_COMMAND, "run", "--no-demo"])
        try:
            _wait_until_it_answers(server, process, port)
            yield server
        except BaseException:
            _show_log(server)
            raise
        finally:
            _stop(process)


def _start(server: Server, command: Sequence[str]) -> subprocess.Popen[bytes]:
    with server.log.open("wb") as log:
        return subprocess.Popen(command, env=server.environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)


def _wait_until_it_answers(server: Server, process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended while it was starting"
        if _answers(port) and _works(server):
            return
        time.sleep(0.1)
    raise AssertionError(f"the server does not answer after {_STARTS_WITHIN:.0f} seconds")


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, HTTPException):
        connection.request("GET", "/robots.txt")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status == 200
    connection.close()
    return False


def _works(server: Server) -> bool:
    """Whether a worker has given its first sign of life."""
    with opened_session(load_settings(server.environment)) as session:
        return worker_seen_at(session) is not None


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _show_log(server: Server) -> None:
    with suppress(FileNotFoundError):
        print(f"--- the server's log\n{server.log.read_text(errors='replace')[-6000:]}")
