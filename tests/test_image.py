"""The image, built from its own Dockerfile and run, without a container engine: buildah works in a folder of its own."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.cli.test_serve import conditions
from tests.ports import free_port
from webapp.rendering.environment import ROOT

pytestmark = [pytest.mark.assure, pytest.mark.enable_socket]
PATIENCE = 60.0


ENVIRONMENT = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}


def call(*words: str) -> str:
    done = subprocess.run(words, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout.strip()


def make_debian(folder: Path) -> None:
    """A bare Debian, in place of the image of that name, which a registry would have; this machine's own way to packages goes with it."""
    call("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(folder))
    # The authorities that this machine trusts as well: a newer list of Debian's, made inside, holds only those that have their own file.
    for kept in ("etc/apt/apt.conf.d", "etc/apt/sources.list.d", "usr/local/share/ca-certificates"):
        if Path("/", kept).is_dir():
            shutil.copytree(Path("/", kept), folder / kept, dirs_exist_ok=True)
    for kept in ("etc/ssl/certs/ca-certificates.crt", "etc/pip.conf", "etc/resolv.conf", "etc/hosts"):
        if Path("/", kept).is_file():
            shutil.copy(Path("/", kept), folder / kept)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("image") / "debian"
    make_debian(folder)
    base = call("buildah", "from", "scratch")
    call("buildah", "add", "--quiet", base, str(folder), "/")
    call("buildah", "commit", "--quiet", base, "docker.io/library/debian:bookworm-slim")
    call("buildah", "rm", base)
    shutil.rmtree(folder)
    call("buildah", "bud", "--pull=never", "--network", "host", "--tag", "undersigned-under-test", ".")
    container = call("buildah", "from", "--pull=never", "localhost/undersigned-under-test")
    yield container
    call("buildah", "rm", container)
    call("buildah", "rmi", "localhost/undersigned-under-test", "docker.io/library/debian:bookworm-slim")


def run(image: str, *words: str) -> str:
    return call("buildah", "run", "--network", "host", image, "--", *words)


def test_image_holds_a_whole_site(image: str) -> None:
    assert "uid=10001(undersigned)" in run(image, "id")
    assert run(image, "undersigned", "migrate") == "The database is up to date."
    assert "22 of 36 signed" in run(image, "sh", "-c", "undersigned demo >/dev/null && undersigned letter list")
    refused = "! touch /app/webapp/x 2>/dev/null && ! test -w /venv && echo refused"
    assert run(image, "sh", "-c", refused) == "refused"
    found = run(image, "sh", "-c", "undersigned check || true")
    assert [line for line in found.splitlines() if line.startswith("PROBLEM") and "Worker" not in line] == []


def test_image_serves_and_works(image: str) -> None:
    port = free_port()
    inside = f"undersigned migrate && (undersigned work & exec undersigned serve --host 127.0.0.1 --port {port})"
    words = ["buildah", "run", "--network", "host", image, "--", "sh", "-c", inside]
    site = subprocess.Popen(
        words, cwd=ROOT, env={**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}, start_new_session=True
    )
    try:
        latest = time.monotonic() + PATIENCE
        while not all(found := conditions(port).values() or [False]):
            assert time.monotonic() < latest and site.poll() is None, found
            time.sleep(0.5)
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        for pid in _below(site.pid):
            os.kill(pid, 15)
        site.wait(PATIENCE)


def _below(parent: int) -> list[int]:
    """The processes that this one has started, the youngest first: a chroot has no process tree of its own."""
    children = [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return [pid for child in children for pid in (*_below(child), child)]
