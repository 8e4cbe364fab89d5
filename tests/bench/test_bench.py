"""The bench works; how fast anything is, no test says."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import figures
from tests.bench.figures import FIGURES
from tests.bench.setting import BROWSERS
from webapp.rendering.environment import ROOT

pytestmark = pytest.mark.journey


@pytest.mark.assure
def test_quick_run_writes_every_figure_beside_what_it_is_a_ratio_to(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    command = [sys.executable, "-m", "tests.bench", "--quick", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(out.read_text())
    # There are two builds of Debian’s Chromium, and a machine may have one of them.
    missing = tuple(name for name, program in BROWSERS.items() if shutil.which(program) is None)
    expected = [(one.name, one.unit, one.ratio_to) for one in FIGURES if not one.name.startswith(tuple(f"{name}, " for name in missing))]
    assert [(row["name"], row["unit"], row["ratio_to"]) for row in rows] == expected
    errors = {figures.burst(figures.ERRORS, database) for database in (figures.SQLITE, figures.POSTGRESQL)}
    assert [row["value"] for row in rows if row["name"] in errors] == [0, 0]
    assert [row["name"] for row in rows if not row["value"] > 0 and row["name"] not in errors] == []
    assert [row["name"] for row in rows if row["ratio_to"] and not row["ratio"] > 0] == []
    assert all(row["ratio"] is None for row in rows if row["ratio_to"] is None)
    assert all(row["name"] in done.stdout for row in rows)
