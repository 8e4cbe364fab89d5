"""What `check` prints, and its exit code."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Command, command_in
from tests.factories import settings_for
from webapp.persistence.database import opened_session, transaction
from webapp.processes import program
from webapp.services import workers

NAMES = [
    "Python",
    "PDF libraries",
    "Pandoc",
    "Fonts",
    "Database",
    "Secret key",
    "Data folder",
    "Worker",
    "In use",
    "Address",
    "Mail",
    "Clock",
]


def test_installation_that_works_is_exit_code_zero(undersigned: Command, folder: Path) -> None:
    with opened_session(settings_for(folder)) as session, transaction(session):
        workers.note_worker(session, "this-machine:1", now=datetime.now(UTC))
    shown = undersigned("check").stdout
    assert shown.endswith("\nNothing is in need of attention.\n")
    assert "PROBLEM" not in shown


def test_problems_are_named_with_what_to_do(folder: Path) -> None:
    folder.mkdir()
    (folder / "undersigned.db").touch()
    shown = command_in(folder)("check", exit_code=1).stdout
    assert "PROBLEM  Database       There is no database yet" in shown
    assert f"→ Make one with: {program()} run" in shown
    assert shown.endswith("\n2 things are in need of attention.\n")


@pytest.mark.parametrize("options", [(), ("--deploy",)])
def test_where_nothing_is_installed_only_the_machine_is_looked_at(folder: Path, options: tuple[str, ...]) -> None:
    shown = command_in(folder)("check", *options, exit_code=1).stdout
    assert f"PROBLEM  Installation   There is no installation here: {folder} holds no database.\n" in shown
    assert f"→ Begin one with: {program()} run. If yours is elsewhere, set UNDERSIGNED_DATA to its folder." in shown
    assert "ok       Fonts" in shown
    assert shown.endswith("\n1 thing is in need of attention.\n")
    assert not folder.exists()


def test_document_for_machines_has_every_finding(folder: Path) -> None:
    folder.mkdir()
    (folder / "undersigned.db").touch()
    document = json.loads(command_in(folder)("check", "--json", exit_code=1).stdout)
    assert document["is_fine"] is False
    assert [one["name"] for one in document["findings"]] == NAMES
    assert all(set(one) == {"name", "is_fine", "sentence", "advice"} for one in document["findings"])
    assert [one["name"] for one in document["findings"] if not one["is_fine"]] == ["Database", "Worker"]


def test_wrong_setting_is_a_finding_too(undersigned: Command) -> None:
    document = json.loads(undersigned("check", "--json", exit_code=1, UNDERSIGNED_BASE_URL="letters.example.org").stdout)
    assert [one["name"] for one in document["findings"]] == ["Settings"]
    assert "UNDERSIGNED_BASE_URL" in document["findings"][0]["sentence"]


def test_installation_that_waits_for_a_person_is_a_problem(undersigned: Command) -> None:
    def said() -> str:
        document = json.loads(undersigned("check", "--json", exit_code=1).stdout)
        return next(one["sentence"] for one in document["findings"] if one["name"] == "In use")

    assert said() == "Answers are taken, and mail is not held."
    undersigned("mail", "hold", "--reason", "A wrong roster.")
    assert said().endswith("so nobody gets a link or a code. A wrong roster.")


def test_check_before_a_public_site_looks_further(undersigned: Command) -> None:
    document = json.loads(undersigned("check", "--deploy", "--json", exit_code=1, GUNICORN_CMD_ARGS="--access-logfile -").stdout)
    found = {one["name"]: one["sentence"] for one in document["findings"] if not one["is_fine"]}
    assert found["Public address"] == "http://127.0.0.1:8000 opens on this machine only."
    assert "GUNICORN_CMD_ARGS" in found["Environment"]


def test_check_before_a_public_site_says_nothing_twice(undersigned: Command) -> None:
    said = json.loads(undersigned("check", "--deploy", "--json", exit_code=1).stdout)["findings"]
    names = [one["name"] for one in said]
    assert "Public address" in names and "Address" not in names
    assert "Public mail" in names and "Mail" not in names
    assert len([one for one in said if "No mail leaves this machine" in one["sentence"]]) == 1


def test_check_before_a_public_site_still_looks_at_its_mail_server(undersigned: Command) -> None:
    smtp = {"UNDERSIGNED_SMTP_HOST": "mail.marrowby.org", "UNDERSIGNED_SMTP_SECURITY": "none"}
    said = json.loads(undersigned("check", "--deploy", "--json", exit_code=1, **smtp).stdout)["findings"]
    assert "unencrypted" in next(one["sentence"] for one in said if one["name"] == "Mail")


@pytest.mark.parametrize("options", [(), ("--deploy",)])
def test_check_of_an_empty_folder_makes_nothing_in_it(folder: Path, options: tuple[str, ...]) -> None:
    folder.mkdir()
    command_in(folder)("check", *options, exit_code=1)
    assert list(folder.iterdir()) == []
