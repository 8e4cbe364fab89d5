"""The caretaker by itself: what it loads, and what it does when there is nothing to look after."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from webapp.caretaker import Charge
from webapp.rendering.environment import ROOT

_LOADED = "import sys{}; print(*{{name.partition('.')[0] for name in sys.modules}} - set(sys.stdlib_module_names))"


def loaded(*modules: str) -> set[str]:
    script = _LOADED.format("".join(f", {name}" for name in modules))
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_caretaker_by_itself_loads_hardly_more_than_the_standard_library() -> None:
    """What the parts of the site need comes with its charge, once, for all of them."""
    # What a package has installed to run at every start is no choice of ours.
    assert loaded("webapp.caretaker") - loaded() == {"webapp", "setproctitle"}


def test_control_what_it_loads_besides_is_seen() -> None:
    assert "click" in loaded("webapp.caretaker", "webapp.cli.run")


@pytest.mark.enable_socket
def test_web_server_that_does_not_start_ends_it_with_a_sentence(tmp_path: Path) -> None:
    mark = tmp_path / "running"
    mark.write_text("http://127.0.0.1:8000")
    with mark.open("a") as held, socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
        listening.close()
        (tmp_path / "failing.py").write_text("raise SystemExit(3)")
        (tmp_path / "waiting.py").write_text("import time; time.sleep(60)")
        charge = Charge([], ["failing"], ["waiting"], held.fileno(), address, held.fileno(), "Ready.")
        reading, writing = os.pipe()
        os.write(writing, json.dumps(asdict(charge)).encode())
        os.close(writing)
        command = [sys.executable, "-m", "webapp.caretaker", str(reading)]
        files, environment = (reading, held.fileno()), {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, pass_fds=files, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        os.close(reading)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The web server could not be started;")
    assert mark.read_text() == ""
