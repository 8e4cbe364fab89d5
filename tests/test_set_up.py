"""What a stranger meets first: the Makefile, the bootstrap, the locks, and the top of the tree."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests import assure

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", ".ci/uv.lock", ".ci/bench.lock")
TOP_LEVEL = {
    ".ci", ".dockerignore", ".gitignore", "CHANGELOG.md", "Dockerfile", "LICENSE", "Makefile", "README.md",
    "SECURITY.md", "compose.yaml", "docs", "pyproject.toml", "requirements-dev.lock", "requirements.lock", "static",
    "templates", "tests", "webapp",
}  # fmt: skip
# Behind a letter or a dot it is the path of a page, not of a disk.
HOME = re.compile(rb"(?<![\w.~})-])/(?:home/[a-z]|Users/[A-Za-z]|root/)")

Machine = Callable[..., subprocess.CompletedProcess[str]]


def tracked_files() -> list[Path]:
    # The owner of the checkout may be another than the user of the tests, as in a container.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def is_text(path: Path) -> bool:
    return b"\0" not in path.read_bytes()


def makefile_targets() -> dict[str, list[str]]:
    rules = re.findall(r"^([\w./$()]+):(?!=)([^#\n]*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return {target: needed.split() for target, needed in rules}


def public_targets() -> set[str]:
    return set(makefile_targets()[".PHONY"])


def everything_needed(target: str) -> Iterator[str]:
    for needed in makefile_targets().get(target, []):
        yield needed
        yield from everything_needed(needed)


def locked(name: str) -> dict[str, str]:
    """Each requirement of a lock file, by its name and version, with all of its lines."""
    entries = re.split(r"^(?=[^\s#])", (ROOT / name).read_text(), flags=re.MULTILINE)
    return {entry.split()[0]: entry for entry in entries if entry.strip() and not entry.startswith("#")}


def names(requirements: Iterable[str]) -> set[str]:
    return {re.split(r"[^\w-]", requirement)[0] for requirement in requirements}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with a shell and Python and little else: runs the bootstrap there, as root or as somebody."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "env", "dirname", "mkdir", "grep", "tail", "sed"):
        (programs / name).symlink_to(str(shutil.which(name)))

    def program(name: str, script: str) -> None:
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)

    def bootstrap(*, uid: int, python: str = sys.executable, mode: str = "dev") -> subprocess.CompletedProcess[str]:
        program("id", f"echo {uid}")
        program("apt-get", "echo asked >>apt; echo 'E: Failed to fetch http://mirror.example/x'; exit 100")
        program("old-python", "exit 1")
        return subprocess.run(
            ["sh", ".ci/bootstrap", mode],
            cwd=tmp_path,
            env={"PATH": str(programs), "PYTHON": python},
            capture_output=True,
            text=True,
        )

    return bootstrap


def test_make_alone_lists_every_public_target() -> None:
    # Under "make test" the outer make would speak through these.
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    shown = subprocess.run(["make"], cwd=ROOT, env=quiet, capture_output=True, text=True, check=True).stdout
    lines = re.findall(r"^make (\w+)\t+\S.*$", shown, re.MULTILINE)
    assert sorted(lines) == sorted(public_targets())
    assert len(shown.splitlines()) == len(lines)


@pytest.mark.parametrize("target", sorted(public_targets() - {"help", "clean"}))
def test_target_sets_up_what_it_needs(target: str) -> None:
    assert "$(SET_UP)" in everything_needed(target)


def test_clean_leaves_the_data() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nclean:")[2].partition("\n\n")[0]
    assert "instance" not in "\n".join(line for line in recipe.splitlines() if line.startswith("\t"))


def test_the_check_is_make_test_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    lines = [line for line in script.read_text().splitlines() if not line.startswith("#")]
    assert lines == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]
    assert os.access(script, os.X_OK)


def test_bootstrap_is_a_plain_shell_script() -> None:
    shell = shutil.which("dash") or "sh"
    subprocess.run([shell, "-n", ".ci/bootstrap"], cwd=ROOT, check=True)


def test_old_python_is_refused_in_a_sentence(machine: Machine) -> None:
    answer = machine(uid=0, python="old-python")
    assert answer.returncode == 1
    assert answer.stderr == "Python 3.11 or newer is needed, and PYTHON=old-python is not one.\n"


def test_user_without_rights_is_told_what_to_install(machine: Machine, tmp_path: Path) -> None:
    answer = machine(uid=1000)
    assert answer.returncode == 1
    assert re.fullmatch(r'Please ask an administrator for "apt-get install .*", then repeat this\.\n', answer.stderr)
    assert {"chromium-headless-shell", "qpdf", "poppler-utils", "git"} <= set(re.split(r'[\s"]+', answer.stderr))
    assert not (tmp_path / "apt").exists()


@pytest.mark.parametrize(
    ("mode", "needed"), [("dev", set()), ("bench", {"wrk", "chromium"}), ("assure", {"strace", "util-linux", "mount", "faketime"})]
)
def test_what_only_one_target_needs_is_asked_for_by_that_target_alone(machine: Machine, mode: str, needed: set[str]) -> None:
    asked = set(re.split(r'[\s"]+', machine(uid=1000, mode=mode).stderr))
    assert asked & {"wrk", "chromium", "strace", "util-linux", "mount", "faketime"} == needed
    assert "chromium-headless-shell" in asked


def test_everything_is_assured_twice_on_each_database() -> None:
    assert "$(BIN)/python -m tests.assure" in (ROOT / "Makefile").read_text()
    asked = Counter((part.database, path) for part in assure.parts() for path in part.paths)
    assert set(asked.values()) == {2}
    for file in (ROOT / "tests").rglob("test_*.py"):
        assert sum(file.is_relative_to(path) for database, path in asked if database == assure.SQLITE) == 1, file
    assert {Path(path).name for database, path in asked if database == assure.POSTGRESQL} == set(assure.ON_BOTH)


def test_part_that_fails_keeps_no_other_from_being_assured() -> None:
    chosen, ran, said = list(assure.parts()), list[assure.Part](), list[str]()

    def run(part: assure.Part) -> int:
        ran.append(part)
        return 1 if part == chosen[3] else 0

    assert assure.carry_out(chosen, run, said.append) == [chosen[3]]
    assert ran == chosen
    assert [number for number, line in enumerate(said) if "FAILED" in line] == [7]


def test_failed_installer_does_not_name_its_host(machine: Machine, tmp_path: Path) -> None:
    answer = machine(uid=0)
    assert answer.returncode == 1
    assert "E: Failed to fetch http://(registry)/x" in answer.stderr
    assert "chromium-headless-shell" in answer.stderr
    assert "mirror.example" not in answer.stdout + answer.stderr
    assert (tmp_path / "apt").exists()


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_and_hashes_every_requirement(name: str) -> None:
    entries = locked(name)
    assert entries
    loose = [pin for pin, lines in entries.items() if "==" not in pin or "--hash=sha256:" not in lines]
    assert loose == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)


def test_both_locks_agree() -> None:
    assert set(locked("requirements.lock")) <= set(locked("requirements-dev.lock"))


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert names(project["dependencies"]) <= names(locked("requirements.lock"))
    assert names(project["optional-dependencies"]["dev"]) <= names(locked("requirements-dev.lock"))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_holds_what_builds_the_project(name: str) -> None:
    # The set-up builds without isolation, so that no download goes without a hash.
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert names(required) <= names(locked(name))


def test_top_level_stays_small() -> None:
    entries = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    assert entries - TOP_LEVEL == set()


def test_no_file_holds_a_path_of_somebodys_home() -> None:
    holding = [str(path.relative_to(ROOT)) for path in tracked_files() if is_text(path) and HOME.search(path.read_bytes())]
    assert holding == []
