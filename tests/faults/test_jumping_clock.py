"""F10 with a machine's clock that is really set: back an hour, onto a change of zone, on a day and back, past the deadline and back."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.jumping_clock import OFFSET_FILE, Seen
from tests.faults.site import REAL
from webapp.rendering.environment import ROOT

pytestmark = [pytest.mark.assure, pytest.mark.sqlite, pytest.mark.enable_socket]


def by_a_clock_of_its_own(folder: Path, application: str = REAL) -> Seen:
    offset, site = folder / "offset", folder / "site"
    offset.write_text("+0")
    site.mkdir()
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    assert libraries, "libfaketime is missing: make assure installs it"
    environment = {
        **os.environ,
        "LD_PRELOAD": str(libraries[0]),
        OFFSET_FILE: str(offset),
        # Each process looks once a second; at every call it would take most of the processor.
        "FAKETIME_CACHE_DURATION": "1",
        # What counts seconds goes on as it does on a machine whose clock is set.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": str(ROOT / "tests" / "faults" / "faketime"),
        "PYTHONWARNINGS": "ignore",
        "TZ": "Europe/Berlin",
    }
    command = [sys.executable, "-m", "tests.faults.jumping_clock", str(site), application]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    seen = Seen(**json.loads(done.stdout.splitlines()[-1]))
    print(application, seen)
    return seen


def test_f10_jumps_of_the_clock_lose_nothing_double_nothing_and_revive_nothing(tmp_path: Path) -> None:
    seen = by_a_clock_of_its_own(tmp_path)
    assert seen.problems == []
    assert seen.surprises == []
    assert seen.told_to_begin_again, "the jumps have to hit somebody"
    assert seen.outlived == []
    assert (seen.late, seen.stored_late, seen.state) == ([409, 409], False, "closed"), "R9"
    # For a second the processes see different clocks, and one of them may go back once more.
    assert seen.backwards == 0 and seen.regressed >= 2, "R17: the record goes forward, and says where the clock did not"
    assert seen.mail.keys() <= {"sent", "useless"}
    assert (seen.twice, seen.to_leave_again) == (0, 0), "R16"
    assert (seen.restarts, seen.worker_lives) == (0, True)


def test_f10_site_that_trusts_its_clock_is_noticed(tmp_path: Path) -> None:
    """The control: a letter that has closed takes answers again, and its record does not say why."""
    seen = by_a_clock_of_its_own(tmp_path, "tests.faults.planted:trusts_its_clock")
    assert (seen.late, seen.regressed) == ([409, 303], 0)
