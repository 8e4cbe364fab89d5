"""Starting a server, waiting until it answers, and ending it with everything it has started."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from webapp.rendering.environment import ROOT

_STARTS_WITHIN = 90.0
_STOPS_WITHIN = 40.0
# As `undersigned run` starts its own on SQLite, without what is done there for our application alone.
_GUNICORN = ["-m", "gunicorn", "--preload", "-w", "1", "-k", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "warning"]


def bare_server(port: int) -> list[str]:
    return [sys.executable, *_GUNICORN, "--bind", f"127.0.0.1:{port}", "tests.bench.bare:create_app()"]


def site(port: int) -> list[str]:
    """The real thing: web server, worker, and whatever they start."""
    return [str(Path(sys.executable).with_name("undersigned")), "run", "--no-demo", "--port", str(port)]


@contextmanager
def serving(command: Sequence[str], environment: Mapping[str, str], port: int, log: Path) -> Iterator[int]:
    """The process id of the running server; shows its log where it fails."""
    with log.open("wb") as words:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=words, stderr=subprocess.STDOUT)
    try:
        _wait_until_it_answers(process, port)
        yield process.pid
    except BaseException:
        print(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}", file=sys.stderr)
        raise
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOPS_WITHIN)
        process.kill()
        process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    latest = time.monotonic() + _STARTS_WITHIN
    while not _answers(port):
        assert process.poll() is None, "the server ended while it was starting"
        assert time.monotonic() < latest, "the server does not answer"
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 400
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
