"""What `check` prints, and its exit code."""

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.cli.conftest import Command, command_in
from tests.factories import settings_for
from webapp.persistence.database import opened_session, transaction
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
    shown = command_in(folder)("check", exit_code=1).stdout
    assert "PROBLEM  Database       There is no database yet" in shown
    assert "→ Make one with: undersigned run" in shown
    assert shown.endswith("\n2 things are in need of attention.\n")
    assert not (folder / "undersigned.db").exists()


def test_document_for_machines_has_every_finding(folder: Path) -> None:
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
