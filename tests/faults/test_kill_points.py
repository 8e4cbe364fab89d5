"""G1, F02, F03: the web worker killed at every write, sync and send of one answer; and nothing is said before it is kept."""

from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.databases import IS_POSTGRESQL, Databases
from tests.faults.books import audit
from tests.faults.people import Waiting, prepare, send
from tests.faults.site import Kind, Site, site_at
from tests.faults.traced import is_kept_before_it_is_said, points, traced

pytestmark = pytest.mark.assure

_WITH_WHEEL, _WITHOUT = "webapp.app:create_app", "tests.faults.planted:without_the_wheel"
DRIVERS = {"PostgreSQL": _WITH_WHEEL} if IS_POSTGRESQL else {"write-ahead log": _WITH_WHEEL, "truncated journal": _WITHOUT}


def warm(site: Site, one: Waiting) -> None:
    """The first request of a life opens connections and files; the next ones do what every answer does."""
    for _ in range(2):
        assert send(site.address, f"/room/{one.invitation}", one.cookie).status == 200


def press(site: Site, one: Waiting) -> bool:
    """Whether it was acknowledged."""
    with suppress(OSError, HTTPException):
        return send(site.address, one.path, one.cookie, one.form).status == 303
    return False


def serving_one(folder: Path, databases: Databases, application: str) -> tuple[str, Kind]:
    return databases.fresh(folder), Kind(application, workers=1, threads=1)


@pytest.mark.parametrize("driver", DRIVERS)
def test_r8_worker_killed_at_every_call_of_an_answer(tmp_path: Path, databases: Databases, driver: str) -> None:
    url, kind = serving_one(tmp_path, databases, DRIVERS[driver])
    acknowledged: dict[str, str] = {}
    died = 0
    with site_at(tmp_path, url, kind) as site:
        (first,), _fresh = prepare(site.settings, 1)
        site.start()
        warm(site, first)
        with traced(site, tmp_path / "calls"):
            assert press(site, first)
        acknowledged[first.nonce] = first.invitation
        found = points(tmp_path / "calls")
        waiting, _fresh = prepare(site.settings, len(found))
        for (name, number), one in zip(found, waiting, strict=True):
            warm(site, one)
            with traced(site, tmp_path / "killed", "-e", f"inject={name}:signal=SIGKILL:when={number}"):
                told = press(site, one)
            died += not told
            site.kill()
            site.start()
            # What was told is kept, and asked again with the same nonce it is said again.
            assert press(site, one)
            acknowledged[one.nonce] = one.invitation
        site.kill()
        books = audit(site.settings, acknowledged)
    print(driver, f"{died} deaths at {len(found)} calls;", books)
    assert died >= len(found) // 2, "death has to come before the answer"
    assert books.problems == []


def kept_before_said(folder: Path, databases: Databases, application: str, *, times: int) -> int:
    url, kind = serving_one(folder, databases, application)
    kept = 0
    with site_at(folder, url, kind) as site:
        waiting, _fresh = prepare(site.settings, times)
        site.start()
        warm(site, waiting[0])
        for number, one in enumerate(waiting):
            log = folder / f"calls-{number}"
            with traced(site, log):
                assert press(site, one)
            kept += is_kept_before_it_is_said(log)
    print(application, f"{kept} of {times} were kept before they were said")
    return kept


if not IS_POSTGRESQL:

    @pytest.mark.parametrize("driver", DRIVERS)
    def test_f03_answer_is_on_the_disk_before_it_is_said(tmp_path: Path, databases: Databases, driver: str) -> None:
        assert kept_before_said(tmp_path, databases, DRIVERS[driver], times=100) == 100

    def test_f03_database_that_does_not_wait_for_the_disk_is_noticed(tmp_path: Path, databases: Databases) -> None:
        """The control: with synchronous=NORMAL a write-ahead log is synced later."""
        assert kept_before_said(tmp_path, databases, "tests.faults.planted:does_not_wait_for_the_disk", times=10) == 0
