"""The command as somebody would type it, on a data folder of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.factories import KEYRING
from webapp.cli import main

Command = Callable[..., Result]

# What the person at this machine may have set must not reach a test.
UNSET: dict[str, str | None] = dict.fromkeys(
    ("DATABASE_URL", "UNDERSIGNED_BASE_URL", "UNDERSIGNED_CLOCK", "UNDERSIGNED_LOG", "UNDERSIGNED_MAIL_FROM", "UNDERSIGNED_SMTP_HOST")
)

# These say at length what is wrong.
REPORTING = {"check", "import", "verify"}


def command_in(folder: Path) -> Command:
    """Runs the command on this data folder and expects an exit code, 0 if none is named."""

    def run(*arguments: str, exit_code: int = 0, **environment: str) -> Result:
        env = {**UNSET, "UNDERSIGNED_DATA": str(folder), "UNDERSIGNED_SECRET_KEY": KEYRING.key.decode(), **environment}
        result = CliRunner().invoke(main, list(arguments), env=env)
        assert result.exit_code == exit_code, result.output
        assert "Traceback" not in result.output
        if exit_code == 1 and not REPORTING & set(arguments):
            assert result.stderr.count("\n") == 1, "a refusal is one sentence on one line"
            assert result.stdout == ""
        return result

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder without a database."""
    return tmp_path / "data"


@pytest.fixture
def undersigned(folder: Path, database_template: Path) -> Command:
    """The command on an empty database."""
    folder.mkdir()
    shutil.copy(database_template, folder / "undersigned.db")
    return command_in(folder)


@pytest.fixture(scope="session")
def demonstration_template(tmp_path_factory: pytest.TempPathFactory, database_template: Path) -> Path:
    """A database with the demonstration letter: made once, copied for each test."""
    folder = tmp_path_factory.mktemp("demonstration")
    shutil.copy(database_template, folder / "undersigned.db")
    command_in(folder)("demo")
    return folder / "undersigned.db"


@pytest.fixture
def demonstrated(folder: Path, demonstration_template: Path) -> Command:
    """The command on a database with the demonstration letter."""
    folder.mkdir()
    shutil.copy(demonstration_template, folder / "undersigned.db")
    return command_in(folder)


@pytest.fixture
def demonstration(demonstrated: Command) -> str:
    """The reference of the demonstration letter."""
    return demonstrated("letter", "list").stdout.split()[0]
