"""Making the demonstration letter."""

from pathlib import Path

from tests.cli.conftest import Command, command_in
from tests.factories import COORDINATOR, STRANGER


def test_demonstration_names_its_letter_and_its_owner(folder: Path) -> None:
    made = command_in(folder)("demo").stdout
    reference = made.split()[4].rstrip(":")
    assert f"http://127.0.0.1:8000/letters/{reference}" in made
    assert f"undersigned sign-in-link {COORDINATOR}" in made
    assert f"{reference}  signing, 22 of 36 signed" in command_in(folder)("letter", "list").stdout


def test_second_demonstration_is_refused(demonstrated: Command, demonstration: str) -> None:
    refused = demonstrated("demo", exit_code=1)
    assert demonstration in refused.stderr
    assert "--again" in refused.stderr


def test_second_demonstration_is_made_when_asked_for(demonstrated: Command) -> None:
    demonstrated("demo", "--again")
    assert demonstrated("letter", "list").stdout.count("22 of 36 signed") == 2


def test_demonstration_whose_deadline_has_passed_can_be_made_beside_it(demonstrated: Command) -> None:
    demonstrated("demo", "--closed")
    letters = demonstrated("letter", "list").stdout
    assert (letters.count("signing, 22 of 36 signed"), letters.count("closed, 22 of 36 signed")) == (1, 1)
    assert "all fits" in demonstrated("verify").stdout


def test_demonstration_belongs_to_the_oldest_account(undersigned: Command) -> None:
    undersigned("staff", "add", STRANGER)
    undersigned("staff", "add", COORDINATOR)
    assert f"It belongs to {STRANGER}." in undersigned("demo").stdout


def test_demonstration_belongs_to_the_account_that_is_named(undersigned: Command) -> None:
    undersigned("staff", "add", STRANGER)
    undersigned("staff", "add", COORDINATOR)
    assert f"It belongs to {COORDINATOR}." in undersigned("demo", "--staff", COORDINATOR).stdout


def test_unknown_owner_is_refused(undersigned: Command) -> None:
    assert f"undersigned staff add {STRANGER}" in undersigned("demo", "--staff", STRANGER, exit_code=1).stderr
    assert undersigned("letter", "list").stdout == ""


def test_demonstration_is_not_made_where_mail_leaves(undersigned: Command) -> None:
    refused = undersigned("demo", exit_code=1, UNDERSIGNED_SMTP_HOST="mail.example.org")
    assert "invented addresses" in refused.stderr
