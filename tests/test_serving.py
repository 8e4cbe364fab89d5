"""What the web server’s processes share: loaded before the fork, and nothing of it may be a connection."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import settings_for
from webapp import serving
from webapp.app import create_app, open_database, warm_up
from webapp.settings import Settings


def test_application_that_is_loaded_before_the_fork_has_nothing_open(tmp_path: Path) -> None:
    """SQLite forbids a connection to cross a fork, and a PostgreSQL connection would be spoken to by two."""
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - the names alone, without looking where they lead
    app = create_app(settings_for(tmp_path))
    warm_up(app)
    assert serving.preload_app
    with app.app_context():
        pool = app.extensions["sqlalchemy"].engine.pool
    assert pool.checkedin() + pool.checkedout() == 0
    assert not (tmp_path / "undersigned.db").exists()
    assert len(os.listdir("/proc/self/fd")) <= len(before)  # noqa: PTH208 - as above


@pytest.mark.parametrize(
    ("environment", "processes"),
    [({}, 1), ({"DATABASE_URL": "sqlite:////srv/undersigned.db"}, 1), ({"DATABASE_URL": "postgresql://ours@db.example.org/letters"}, 2)],
)
def test_second_process_serves_only_beside_a_server_of_the_database(environment: dict[str, str], processes: int) -> None:
    found, threads = serving.hands(environment)
    assert (found, found * threads) == (processes, 8)


def test_pages_are_opened_though_no_file_can_be_written_beside_them(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, data_folder=tmp_path / "on a full disk"))
    open_database(app)
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    assert engine.pool.checkedin() == 1
    engine.dispose()


def test_application_does_not_load_what_only_migrating_and_printing_need() -> None:
    """Each is a tenth of the memory of a web process: what migrates is the command, and what prints is the press."""
    script = "import sys, webapp.app; print(*({'alembic', 'mako', 'weasyprint', 'pydyf', 'fontTools'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
