"""An installation of its own for faults: its database, its socket, and a web server that can be killed and forked again."""

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

from tests.factories import KEYRING, settings_for
from tests.forked import begin
from webapp.clock import SystemClock
from webapp.domain.links import Links
from webapp.settings import Settings

REAL = "webapp.app:create_app"
_PATIENCE = 60.0
KEY = "a key for tests only, of more than thirty-two bytes"


@dataclass
class Site:
    """Stopped at first. The socket is ours and outlives each server, so a client that comes in between waits."""

    settings: Settings
    listening: socket.socket
    nursery: TextIO
    hands: int
    lives: int = 0
    pid: int | None = None

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.listening.getsockname()
        return host, port

    @property
    def base(self) -> str:
        return "http://{}:{}".format(*self.address)

    def start(self) -> None:
        assert self.pid is None, "one life at a time"
        self.nursery.write("another\n")
        self.nursery.flush()
        self.pid = int(self.nursery.readline())
        self.lives += 1

    def kill(self) -> None:
        """Master and workers at one stroke, wherever they are."""
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.pid = None

    def workers(self) -> list[int]:
        """The process ids of the web server's workers, once all of them are there."""
        latest = time.monotonic() + _PATIENCE
        while len(children := Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()) < self.hands:
            assert time.monotonic() < latest, f"{len(children)} of {self.hands} workers"
            time.sleep(0.01)
        return [int(pid) for pid in children]


@dataclass(frozen=True)
class Kind:
    """What is served, and with how many hands."""

    application: str = REAL
    workers: int = 2
    threads: int = 4
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the processes are told beside the usual: how wide a planted gap is, which driver is missing."""


@contextmanager
def site_at(folder: Path, database_url: str, kind: Kind | None = None) -> Iterator[Site]:
    """An installation on a migrated database; nothing of it is left running."""
    kind = kind or Kind()
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        base = "http://{}:{}".format(*listening.getsockname())
        settings = replace(settings_for(folder, database_url), clock=SystemClock(), links=Links(base))
        assert settings.keyring == KEYRING
        with _nursery(settings, listening, kind) as nursery:
            site = Site(settings, listening, nursery, kind.workers)
            try:
                yield site
            finally:
                site.kill()


@contextmanager
def _nursery(settings: Settings, listening: socket.socket, kind: Kind) -> Iterator[TextIO]:
    """Says a process id for each line that it is given."""
    number = listening.fileno()
    words = ["tests.faults.nursery", str(number), kind.application, str(kind.workers), str(kind.threads)]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_")}
    environment = {
        **ours,
        "UNDERSIGNED_DATA": str(settings.data_folder),
        "UNDERSIGNED_BASE_URL": settings.links.base,
        "UNDERSIGNED_SECRET_KEY": KEY,
        "DATABASE_URL": settings.database_url.replace("sqlite:///", "sqlite:////").replace("sqlite://////", "sqlite:////"),
        "PYTHONWARNINGS": "ignore",
        **kind.environment,
    }
    mine, its = socket.socketpair()
    with mine, its, (settings.data_folder / "server.log").open("ab") as log:
        nursery = begin(words, env=environment, files=[its.fileno(), its.fileno(), log.fileno()], keeps=[number])
        its.close()
        try:
            with mine.makefile("rw") as talk:
                yield talk
        finally:
            nursery.kill()
            nursery.wait()
