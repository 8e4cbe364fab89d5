"""Accounts and their one-time links."""

import fcntl
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, command_in
from tests.factories import COORDINATOR, STRANGER
from webapp.persistence.database import opened_session, transaction
from webapp.services.doors import use_sign_in_link
from webapp.settings import load_settings


def test_added_account_is_listed(undersigned: Command) -> None:
    assert "is now on the staff" in undersigned("staff", "add", COORDINATOR).stdout
    assert undersigned("staff", "list").stdout.startswith(f"{COORDINATOR}  since 20")


def test_account_is_added_once(undersigned: Command) -> None:
    undersigned("staff", "add", COORDINATOR)
    assert "was already on the staff" in undersigned("staff", "add", COORDINATOR.upper()).stdout
    assert len(json.loads(undersigned("staff", "list", "--json").stdout)["staff"]) == 1


def test_first_account_makes_the_database(folder: Path) -> None:
    command_in(folder)("staff", "add", COORDINATOR)
    assert (folder / "undersigned.db").exists()


def test_list_for_machines_has_address_and_day(undersigned: Command) -> None:
    undersigned("staff", "add", COORDINATOR)
    (line,) = json.loads(undersigned("staff", "list", "--json").stdout)["staff"]
    assert set(line) == {"email", "added_at", "is_administrator"}
    assert line["email"] == COORDINATOR


def test_empty_list_says_how_to_add(undersigned: Command) -> None:
    listed = undersigned("staff", "list")
    assert listed.stdout == ""
    assert "undersigned staff add" in listed.stderr


def test_what_is_no_address_is_refused(undersigned: Command) -> None:
    assert "is not an e-mail address" in undersigned("staff", "add", "coordinator", exit_code=1).stderr


def test_link_stands_alone_on_its_line_and_opens_the_desk_once(undersigned: Command, folder: Path) -> None:
    undersigned("staff", "add", COORDINATOR)
    made = undersigned("sign-in-link", COORDINATOR)
    address, token = made.stdout.strip().rsplit("/", 1)
    assert address == "http://127.0.0.1:8000/sign-in"
    assert "within 15 minutes" in made.stderr
    settings = load_settings({"UNDERSIGNED_DATA": str(folder)})
    with opened_session(settings) as session, transaction(session):
        assert use_sign_in_link(session, token, now=settings.clock.now())


def test_link_begins_with_the_address_of_the_site(undersigned: Command) -> None:
    undersigned("staff", "add", COORDINATOR)
    made = undersigned("sign-in-link", COORDINATOR, UNDERSIGNED_BASE_URL="http://localhost:9000")
    assert made.stdout.startswith("http://localhost:9000/sign-in/")


def test_link_begins_with_the_address_of_the_site_that_runs_and_of_no_other(undersigned: Command, folder: Path) -> None:
    undersigned("staff", "add", COORDINATOR)
    with (folder / "running").open("w") as mark:
        mark.write("http://127.0.0.1:8017")
        mark.flush()
        # Whoever wrote it has died, and another program may listen there by now.
        assert undersigned("sign-in-link", COORDINATOR).stdout.startswith("http://127.0.0.1:8000/sign-in/")
        fcntl.flock(mark, fcntl.LOCK_EX)
        assert undersigned("sign-in-link", COORDINATOR).stdout.startswith("http://127.0.0.1:8017/sign-in/")


@pytest.mark.parametrize("email", [STRANGER, "not an address"])
def test_stranger_gets_no_link_but_the_way_to_one(undersigned: Command, email: str) -> None:
    assert f"undersigned staff add {email}" in undersigned("sign-in-link", email, exit_code=1).stderr


def listed(undersigned: Command) -> dict[str, bool]:
    return {line["email"]: line["is_administrator"] for line in json.loads(undersigned("staff", "list", "--json").stdout)["staff"]}


def test_first_account_is_the_administrator_and_others_are_by_asking(undersigned: Command) -> None:
    undersigned("staff", "add", COORDINATOR)
    undersigned("staff", "add", STRANGER)
    assert listed(undersigned) == {COORDINATOR: True, STRANGER: False}
    undersigned("staff", "add", STRANGER, "--administrator")
    assert listed(undersigned) == {COORDINATOR: True, STRANGER: True}
    assert undersigned("staff", "list").stdout.count("administrator") == 2


def test_removed_account_gets_no_link(undersigned: Command) -> None:
    for email in (COORDINATOR, STRANGER):
        undersigned("staff", "add", email)
    undersigned("staff", "remove", STRANGER)
    assert listed(undersigned) == {COORDINATOR: True}
    undersigned("sign-in-link", STRANGER, exit_code=1)
    assert "Nobody on the staff" in undersigned("staff", "remove", STRANGER, exit_code=1).stderr
    assert "At least one account" in undersigned("staff", "remove", COORDINATOR, exit_code=1).stderr


def test_only_owner_is_removed_when_the_letters_are_handed_on(demonstrated: Command, demonstration: str) -> None:
    demonstrated("staff", "add", STRANGER, "--administrator")
    assert f"undersigned staff remove {COORDINATOR} --letters-to" in demonstrated("staff", "remove", COORDINATOR, exit_code=1).stderr
    demonstrated("staff", "remove", COORDINATOR, "--letters-to", STRANGER)
    assert listed(demonstrated) == {STRANGER: True}
