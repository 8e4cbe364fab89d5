"""What is forked from the loaded program is as if begun anew: its own files, words and end."""

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.forked import Forked, begin


def told(folder: Path, *words: str, typed: str = "", **extra: str) -> Forked:
    (folder / "in").write_text(typed)
    with (folder / "in").open("rb") as file, (folder / "out").open("wb") as out:
        return begin(words, env={**os.environ, **extra}, files=[file.fileno(), out.fileno(), out.fileno()], is_leader=True)


def test_it_reads_writes_and_ends_as_it_would_by_itself(tmp_path: Path) -> None:
    assert told(tmp_path, "json.tool", "--compact", typed='{"a": 1 }').wait(60) == 0
    assert (tmp_path / "out").read_text() == '{"a":1}\n'
    assert told(tmp_path, "json.tool", typed="no list").wait(60) == 1
    assert "Expecting value" in (tmp_path / "out").read_text()
    assert told(tmp_path, "there.is.none").wait(60) == 1


def test_it_lives_until_it_is_told_and_says_how_it_ended(tmp_path: Path) -> None:
    living = told(tmp_path, "http.server", "--bind", "127.0.0.1", "0", TZ="Asia/Kathmandu")
    with pytest.raises(subprocess.TimeoutExpired):
        living.wait(0.2)
    assert living.poll() is None and os.getsid(living.pid) == living.pid != os.getsid(0)
    os.killpg(living.pid, signal.SIGKILL)
    assert living.wait(60) == -signal.SIGKILL == living.poll()
    living.terminate()


def test_several_threads_learn_how_it_ended(tmp_path: Path) -> None:
    living = told(tmp_path, "http.server", "--bind", "127.0.0.1", "0")
    with ThreadPoolExecutor(8) as threads:
        ends = [threads.submit(living.wait, 60) for _ in range(8)]
        living.kill()
        assert {end.result() for end in ends} == {-signal.SIGKILL}
