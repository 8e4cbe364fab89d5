"""What every command has in common: help, exit codes, refusals in a sentence."""

import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from tests.cli.conftest import Command, command_in
from tests.factories import KEYRING
from webapp import cli
from webapp.cli import main
from webapp.persistence.database import make_engine
from webapp.processes import COMMANDS, as_typed, program
from webapp.settings import load_settings

# Where there is no installation, these say so, and make nothing.
READING = [
    ["check"],
    ["check", "--deploy"],
    ["staff", "list"],
    ["staff", "remove", "a@example.org"],
    ["sign-in-link", "a@example.org"],
    ["letter", "list"],
    ["letter", "export", "abc", "--out", "files"],
    ["letter", "bundle", "abc", "--out", "bundle.zip"],
    ["letter", "course", "abc"],
    ["package", "abc"],
    ["public", "list"],
    ["public", "show", "abc"],
    ["roster", "list", "abc"],
    ["roster", "import", "abc", "-"],
    ["society", "list"],
    ["venue", "list"],
    ["mail", "status"],
    ["mail", "hold"],
    ["mail", "resume"],
    ["backup", "file.backup"],
    ["move", "postgresql://host/name"],
    ["resume"],
    ["verify"],
]
# The processes of a site share a key that any of them may be the first to need.
MAKING = {("run",), ("serve",), ("work",), ("migrate",), ("demo",), ("restore",), ("staff", "add")}


def every_command() -> dict[str, click.Command]:
    context = click.Context(main)
    return {name: command for name in main.list_commands(context) if (command := main.get_command(context, name))}


def stamp(folder: Path, revision: str) -> None:
    engine = make_engine(load_settings({"UNDERSIGNED_DATA": str(folder)}))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    engine.dispose()


def test_help_names_every_command_and_the_exit_codes(undersigned: Command) -> None:
    shown = undersigned("--help").stdout
    assert all(name in shown for name in COMMANDS)
    assert "Exit codes: 0 done; 1 refused, with a sentence that says why; 2 wrong usage." in shown


def test_every_command_explains_itself(undersigned: Command) -> None:
    for name in COMMANDS:
        assert len(undersigned(name, "--help").stdout.splitlines()) > 4, name


@pytest.mark.parametrize("arguments", [["nonsense"], ["run", "--port", "70000"], ["letter", "export", "abc"], ["roster", "import"]])
def test_wrong_usage_is_exit_code_two(undersigned: Command, arguments: list[str]) -> None:
    assert "Usage: " in undersigned(*arguments, exit_code=2).stderr


@pytest.mark.parametrize("key", [KEYRING.key.decode(), ""], ids=["key from the environment", "no key"])
@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_reading_makes_nothing_where_there_is_nothing(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], key: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = command_in(folder)(*arguments, exit_code=1, UNDERSIGNED_SECRET_KEY=key).output
    assert f"There is no installation here: {folder} holds no database." in said
    assert f"Begin one with: {program()} run." in said
    assert list(tmp_path.iterdir()) == []


def test_every_command_makes_an_installation_or_needs_one() -> None:
    leaves = {
        (name, *inner)
        for name, command in every_command().items()
        for inner in ([(one,) for one in command.commands] if isinstance(command, click.Group) else [()])
    }
    assert {tuple(arguments)[: 2 if tuple(arguments[:2]) in leaves else 1] for arguments in READING} | MAKING == leaves


@pytest.mark.parametrize("arguments", [["letter", "list"], ["verify"], ["check"]], ids=" ".join)
def test_missing_key_is_never_made_anew_by_reading(undersigned: Command, folder: Path, arguments: list[str]) -> None:
    said = undersigned(*arguments, exit_code=1, UNDERSIGNED_SECRET_KEY="").output
    assert f"The secret key is missing from {folder}" in said
    assert [path.name for path in folder.iterdir()] == ["undersigned.db"]


@pytest.fixture
def unknown_program() -> Iterator[None]:
    """How the command is spelled is found out once for each process: anew here, and anew by whoever comes after."""
    program.cache_clear()
    yield
    program.cache_clear()


@pytest.mark.usefixtures("unknown_program")
def test_command_is_spelled_so_that_it_works_as_typed(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typed once more from where it was printed: in the checkout, beside it, and with the command on the path."""
    own = Path(sys.executable).with_name("undersigned")
    for here, path in ((own.parents[2], "/usr/bin:/bin"), (tmp_path, "/usr/bin:/bin"), (tmp_path, f"{own.parent}:/usr/bin:/bin")):
        monkeypatch.chdir(here)
        monkeypatch.setenv("PATH", path)
        program.cache_clear()
        said = command_in(folder)("staff", "list", exit_code=1).stderr
        typed = said.partition("Begin one with: ")[2].partition(" run.")[0]
        done = subprocess.run(f"{typed} --version", shell=True, capture_output=True, text=True, check=True, cwd=here, env={"PATH": path})
        assert "undersigned" in done.stdout


def test_every_command_of_a_file_is_one_of_the_program() -> None:
    """None is forgotten where they are listed: a command that hangs on no group is loaded by its name."""
    files = [import_module(f"webapp.cli.{one.name}") for one in pkgutil.iter_modules(cli.__path__)]
    made = {command for file in files for command in vars(file).values() if isinstance(command, click.Command)}
    inner = {one for command in made if isinstance(command, click.Group) for one in command.commands.values()}
    assert made - inner == set(every_command().values())


def test_version_is_said_without_loading_what_a_command_needs() -> None:
    look = "import sys; from webapp.cli import main; main({}, standalone_mode=False); print('sqlalchemy' in sys.modules)"
    for words, is_loaded in ((["--version"], "False"), (["staff", "--help"], "True")):
        done = subprocess.run([sys.executable, "-c", look.format(words)], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == is_loaded, words


def test_every_command_is_known_by_name_where_sentences_are_spelled() -> None:
    assert {command.name for command in every_command().values()} == set(COMMANDS)
    assert as_typed("We, the undersigned societies") == "We, the undersigned societies"
    assert as_typed("Either: undersigned mail resume") == f"Either: {program()} mail resume"
    assert as_typed(f"{program()} check") == f"{program()} check"


def test_wrong_setting_is_named(undersigned: Command) -> None:
    refused = undersigned("letter", "list", exit_code=1, UNDERSIGNED_BASE_URL="letters.example.org")
    assert "UNDERSIGNED_BASE_URL" in refused.stderr


def test_file_that_is_no_database_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "undersigned.db").write_bytes(b"a shopping list, twice as long as any header of a database would be" * 20)
    refused = command_in(folder)("letter", "list", exit_code=1)
    assert refused.stderr == "The database cannot be used: file is not a database.\n"


def test_database_of_a_newer_version_is_left_alone(undersigned: Command, folder: Path) -> None:
    stamp(folder, "9999_from_the_future")
    for arguments in (["letter", "list"], ["staff", "add", "a@example.org"], ["demo"]):
        assert "newer version" in undersigned(*arguments, exit_code=1).stderr


def test_database_of_an_older_version_is_not_used(undersigned: Command, folder: Path) -> None:
    stamp(folder, "0001")
    assert "older version" in undersigned("letter", "list", exit_code=1).stderr
