"""F20 on a disk that is really full: what cannot be stored is refused, what was acknowledged is there, and no restart is needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.full_disk import MEGABYTES, Seen
from tests.faults.site import REAL
from webapp.rendering.environment import ROOT

pytestmark = [pytest.mark.assure, pytest.mark.enable_socket]
_ON_ITS_DISK = 'mount -t tmpfs -o "size=$1m,mode=1777" disk "$2" && shift 2 && exec "$@"'
_STRIKES = 4


def on_a_disk_of_its_own(folder: Path, application: str = REAL, *, plant: str = "", strikes: int) -> Seen:
    disk = folder / "disk"
    disk.mkdir()
    apart = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    mounted = ["sh", "-c", _ON_ITS_DISK, "sh", str(MEGABYTES), str(disk)]
    command = [*apart, *mounted, sys.executable, "-m", "tests.faults.full_disk", str(disk), application, plant, str(strikes)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    seen = Seen(**json.loads(done.stdout.splitlines()[-1]))
    print(application, plant, seen)
    return seen


def test_f20_full_disk_is_said_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    seen = on_a_disk_of_its_own(tmp_path, strikes=_STRIKES)
    assert seen.problems == []
    assert seen.surprises == []
    assert seen.put_off["Nothing can be stored just now"] > _STRIKES, "the full disk has to hit somebody"
    assert seen.put_off.keys() <= {"Nothing can be stored just now", "The database is busy"}
    assert all("disk" in found for found in seen.wrong_when_full)
    assert seen.wrong_at_last == []
    assert seen.unreadable == []
    assert set(seen.uploads) == {"503 Nothing can be stored just now"}
    assert (seen.restarts, seen.worker_lives) == (0, True)
    assert seen.mail.keys() <= {"sent", "useless"}
    assert (seen.twice, seen.to_leave_again) == (0, 0), "R16: though it could not be written down at once that it had left"


def test_f20_answer_given_before_it_is_stored_is_noticed(tmp_path: Path) -> None:
    """The control: on a disk that is full the commit fails that was taken for granted."""
    seen = on_a_disk_of_its_own(tmp_path, "tests.faults.planted:answers_too_early", strikes=1)
    assert any("was acknowledged and is not there" in one for one in seen.problems)


@pytest.mark.sqlite
def test_r16_worker_that_forgets_what_it_could_not_write_down_is_noticed(tmp_path: Path) -> None:
    """The control: it would send again, ten minutes later, what has left."""
    seen = on_a_disk_of_its_own(tmp_path, plant="forget", strikes=2)
    assert seen.to_leave_again > 0
    assert "queued" in seen.mail
