"""What every command has in common: help, exit codes, refusals in a sentence."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command, command_in
from webapp.cli import main
from webapp.persistence.database import make_engine
from webapp.settings import load_settings

READING = [["staff", "list"], ["sign-in-link", "a@example.org"], ["letter", "list"], ["roster", "list", "abc"], ["work"]]


def stamp(folder: Path, revision: str) -> None:
    engine = make_engine(load_settings({"UNDERSIGNED_DATA": str(folder)}))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    engine.dispose()


def test_help_names_every_command_and_the_exit_codes(undersigned: Command) -> None:
    shown = undersigned("--help").stdout
    assert all(name in shown for name in main.commands)
    assert "Exit codes: 0 done; 1 refused, with a sentence that says why; 2 wrong usage." in shown


def test_every_command_explains_itself(undersigned: Command) -> None:
    for name in main.commands:
        assert len(undersigned(name, "--help").stdout.splitlines()) > 4, name


@pytest.mark.parametrize("arguments", [["nonsense"], ["run", "--port", "70000"], ["letter", "export", "abc"], ["roster", "import"]])
def test_wrong_usage_is_exit_code_two(undersigned: Command, arguments: list[str]) -> None:
    assert "Usage: " in undersigned(*arguments, exit_code=2).stderr


@pytest.mark.parametrize("arguments", READING, ids=lambda words: words[0])
def test_reading_makes_no_database(folder: Path, arguments: list[str]) -> None:
    refused = command_in(folder)(*arguments, exit_code=1)
    assert "There is no database yet" in refused.stderr
    assert "undersigned run" in refused.stderr
    assert not (folder / "undersigned.db").exists()


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
