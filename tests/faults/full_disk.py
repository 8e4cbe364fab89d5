"""A whole site on a disk of its own that is filled up while people sign: `python -m tests.faults.full_disk DISK APPLICATION PLANT STRIKES`.

APPLICATION may have a fault, and so may the worker (PLANT). Run by itself because a disk that nobody else sees needs a mount
namespace, and a process has only one. Prints what was seen, as JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.databases import IS_POSTGRESQL, Databases, databases_in
from tests.faults.campaign import strike
from tests.faults.people import heading, send
from tests.faults.site import REAL, Kind, Site, site_at
from tests.mail_faults.house import House, house
from tests.mail_faults.sink import Sink, sink_at
from webapp.persistence.database import make_engine
from webapp.persistence.tables import OutboxRow
from webapp.persistence.tables.message import WAITING

# Readiness wants half a gigabyte free, and has to be content before the disk is full.
MEGABYTES = 700
_TO_TAKE = 100_000
_ANSWERS_A_STRIKE = 30
# So that there is still somebody to sign when the disk is full.
_BREATH = 0.2
_FULL_FOR = 3.0
_PATIENCE = 60.0


@dataclass
class Seen:
    acknowledged: int = 0
    put_off: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    wrong_when_full: list[list[str]] = field(default_factory=list)
    """In the eyes of `/readyz`, each time."""
    wrong_at_last: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """What could not be read while the disk was full."""
    uploads: list[str] = field(default_factory=list)
    """What was said to a file that is too large to be held in memory."""
    restarts: int = 0
    mail: dict[str, int] = field(default_factory=dict)
    """How many messages are in which state."""
    twice: int = 0
    to_leave_again: int = 0
    """Messages that the mail server has taken, and of which the outbox does not know."""
    worker_lives: bool = False


class Disk:
    """Made no larger than what is on it, and then taken to the last byte; and made large again."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._ballast = folder, folder / "ballast"

    @contextmanager
    def filled(self) -> Iterator[None]:
        # Refused where more has been written since one looked.
        while not self._resize(f"{self._used() + _TO_TAKE}"):
            pass
        self.take_what_is_left()
        try:
            yield
        finally:
            assert self._resize(f"{MEGABYTES}m")
            self._ballast.unlink()

    def _used(self) -> int:
        room = os.statvfs(self._folder)
        return (room.f_blocks - room.f_bfree) * room.f_frsize

    def _resize(self, size: str) -> bool:
        # Half a gigabyte of zeros would take seconds, in which everybody has signed.
        return subprocess.run(["mount", "-o", f"remount,size={size}", self._folder], check=False, stderr=subprocess.DEVNULL).returncode == 0

    def take_what_is_left(self) -> None:
        """Down to the last page, for others may have given something back meanwhile."""
        with self._ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(512))


def wrong(site: Site) -> list[str]:
    return [name for name, is_met in json.loads(send(site.address, "/readyz").text)["conditions"].items() if not is_met]


def until(site: Site, is_so: Callable[[list[str]], bool]) -> list[str]:
    """What is wrong, once that is so; or after a while, whatever it is."""
    latest = time.monotonic() + _PATIENCE
    while not is_so(found := wrong(site)) and time.monotonic() < latest:
        time.sleep(0.1)
    return found


def strikes(site: Site, disk: Disk, seen: Seen) -> None:
    workers = site.workers()
    _leave_no_room_in_the_log(site)
    with disk.filled():
        seen.wrong_when_full.append(until(site, lambda found: "disk" in found))
        latest = time.monotonic() + _FULL_FOR
        while time.monotonic() < latest:
            disk.take_what_is_left()
            time.sleep(0.1)
        seen.uploads.append(_upload(site))
        seen.unreadable += [path for path in ("/healthz", "/sign-in", "/static/css/base.css") if send(site.address, path).status != 200]
    seen.restarts += workers != site.workers()


def _upload(site: Site) -> str:
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="letter.docx"\r\n\r\n' + bytes(800_000) + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Sec-Fetch-Site": "same-origin"}
    with closing(HTTPConnection(*site.address, timeout=_PATIENCE)) as connection:
        connection.request("POST", "/sign-in", part, headers)
        answer = connection.getresponse()
        return f"{answer.status} {heading(answer.read().decode())}"


def _leave_no_room_in_the_log(site: Site) -> None:
    """SQLite writes again over what it has written before, and so would find room for a while."""
    engine = make_engine(site.settings)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _wait_for_the_mail(made: House) -> None:
    latest = time.monotonic() + _PATIENCE
    while not made.is_drained() and time.monotonic() < latest:
        time.sleep(0.1)


def mail_of(made: House, sink: Sink, seen: Seen) -> None:
    """What is of no use any more, as a code after its answer, may fail; all else has left."""
    with Session(made.engine) as session:
        rows = session.scalars(select(OutboxRow)).all()
    waiting = {row.reference for row in rows if row.state in WAITING}
    copies = {message_id.strip("<>").split("@")[0]: count for message_id, count in sink.copies().items()}
    seen.twice = sum(count > 1 for count in copies.values())
    seen.to_leave_again = len(waiting & copies.keys())
    seen.mail = dict(Counter(row.state if row.last_error != "no longer of use" else "useless" for row in rows))


def run(folder: Path, application: str, plant: str, times: int) -> Seen:
    seen = Seen()
    # Beside the disk only what the test itself writes.
    with TemporaryDirectory() as beside, _databases(folder, Path(beside)) as databases, sink_at() as sink:
        url = databases.fresh(folder)
        with (
            site_at(folder, url, Kind(application, environment={"TMPDIR": str(folder)})) as site,
            _worker(Path(beside), folder, url, sink.port) as made,
        ):
            worker = made.start("tests.mail_faults.mortal_worker", beside, UNDERSIGNED_TEST_PLANT=plant)
            disk, is_real = Disk(folder), application == REAL

            def fault(site: Site) -> None:
                strikes(site, disk, seen)
                if len(seen.wrong_when_full) == times:
                    seen.wrong_at_last = until(site, lambda found: not found)

            newcomers = 0.3 if is_real else 0.0
            outcome = strike(site, times, fault, seed=20, most=_ANSWERS_A_STRIKE, newcomers=newcomers, breath=_BREATH, is_mailed=True)
            _wait_for_the_mail(made)
            seen.acknowledged, seen.put_off, seen.surprises = outcome.acknowledged, dict(outcome.put_off), outcome.surprises
            seen.problems, seen.worker_lives = outcome.books.problems, worker.poll() is None
            mail_of(made, sink, seen)
    return seen


@contextmanager
def _databases(folder: Path, beside: Path) -> Iterator[Databases]:
    """A server of PostgreSQL has its files on the disk as well."""
    tempfile.tempdir = str(folder) if IS_POSTGRESQL else None
    with databases_in(beside, is_durable=True) as databases:
        tempfile.tempdir = None
        yield databases


@contextmanager
def _worker(beside: Path, folder: Path, url: str, port: int) -> Iterator[House]:
    # In a rehearsal, so that it ticks every two seconds.
    told = {"UNDERSIGNED_DATA": str(folder), "DATABASE_URL": url, "UNDERSIGNED_CLOCK": str(folder / "clock")}
    with house(beside, port, **told) as made:
        yield made


if __name__ == "__main__":
    print(json.dumps(asdict(run(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))))
