"""What is forked shares what is loaded, and nothing else: no open file, no thread, no signal, no unfinished business."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.forking import Life
from webapp.rendering.environment import ROOT
from webapp.serving import SHARED

_STARTER = """
import os, signal, sys
from webapp.forking import ENDING, Born, begin_life, live

def start():
    for name in ("database", "lock"):
        os.set_inheritable(os.open(name, os.O_CREAT | os.O_RDWR), True)
    handed = os.open("handed", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(handed, True)
    for number in ENDING:
        signal.signal(number, lambda *_: print("the handler of the parent"))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    print("begun")
    try:
        life = begin_life(["told", str(handed)], keeps=(handed,))
        life.wait()
        print("ended with", life.code, life.has_ended())
        return 0
    except Exception:
        print("what the parent does when it fails")

try:
    sys.exit(start())
except Born as born:
    arguments = born.arguments
live(arguments)
"""

_TOLD = """
import atexit, os, signal, sys, threading, time
atexit.register(lambda: print("a farewell"))
threading.Thread(target=lambda: (time.sleep(0.3), print("a thread that ends"))).start()
open_files = [int(name) for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + name)]
print("told", *(["the file"] if sys.argv[1:] == [str(open_files[-1])] else sys.argv), "and has open", len(open_files))
heard = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
print(*(getattr(one, "name", "the parent’s") for one in heard), len(signal.pthread_sigmask(0, [])))
print("leads a session" if os.getsid(0) == os.getpid() else "follows", repr(sys.stdin.read()))
sys.exit(7)
"""


def run(folder: Path, script: str, **modules: str) -> str:
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "main.py").write_text(script)
    python = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PYTHONUNBUFFERED": ""}
    environment = {**os.environ, **python, "UNDERSIGNED_DATA": str(folder)}
    command = [sys.executable, "main.py"]
    done = subprocess.run(command, cwd=folder, env=environment, input="typed", capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


def test_forked_process_has_nothing_open_hears_signals_anew_and_ends_in_good_order(tmp_path: Path) -> None:
    """SQLite forbids a connection to cross a fork, and a lock on a file would outlive whoever took it."""
    assert run(tmp_path, _STARTER, told=_TOLD).splitlines() == [
        "begun",
        "told the file and has open 4",
        "SIG_DFL SIG_DFL SIG_IGN 0",
        "leads a session ''",
        "a thread that ends",
        "a farewell",
        "ended with 7 True",
    ]


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("        _leave(parent, keeps)\n", ["told the file and has open 6", "the parent’s the parent’s SIG_IGN 0", "follows 'typed'"]),
        ("        signal.pthread_sigmask(signal.SIG_SETMASK, heard)\n        raise", ["SIG_DFL SIG_DFL SIG_IGN 3"]),
        ("    sys.stdout.flush()\n", ["begun", "begun"]),
    ],
    ids=["nothing is left behind", "signals stay blocked", "what is to be written is copied"],
)
def test_control_each_part_is_missed(tmp_path: Path, line: str, seen: list[str]) -> None:
    source = (ROOT / "webapp" / "forking.py").read_text()
    assert line in source
    planted = source.replace(line, "        raise" if line.endswith("raise") else "")
    said = run(tmp_path, _STARTER.replace("webapp.forking", "planted"), told=_TOLD, planted=planted).splitlines()
    assert [one for one in said if one in seen] == seen


_LOADED = """
import os
import threading
from webapp.caretaker import load
before = set(os.listdir("/proc/self/fd"))
load({!r})
print(len(os.listdir("/proc/self/task")), threading.active_count(), len(set(os.listdir("/proc/self/fd")) - before))
"""


def test_what_is_loaded_before_the_fork_has_nothing_open_and_no_thread(tmp_path: Path) -> None:
    assert run(tmp_path, _LOADED.format(SHARED)) == "1 1 0\n"
    assert not list(tmp_path.rglob("*.db"))


def test_control_thread_and_file_of_a_module_are_seen(tmp_path: Path) -> None:
    opening = "import os, threading\nbegin = lambda: os.open('busy', os.O_CREAT)\n"
    busy = f"{opening}threading.Thread(target=threading.Event().wait, daemon=True).start()"
    assert run(tmp_path, _LOADED.format(["busy:begin"]), busy=busy) == "2 2 1\n"


def test_signal_that_ended_it_is_told() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    life = Life(process.pid)
    try:
        assert not life.has_ended()
    finally:
        os.kill(process.pid, signal.SIGKILL)
        life.wait()
    process.returncode = life.code
    assert (life.code, life.has_ended()) == (-signal.SIGKILL, True)
