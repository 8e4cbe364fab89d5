"""The texts of a package at the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.factories import letter_sealed, letter_submitted, settings_for, staff_actor
from webapp.persistence.database import opened_session, transaction


@pytest.fixture
def sent(undersigned: Command, folder: Path) -> str:
    """The reference of a letter that is at a journal."""
    with opened_session(settings_for(folder)) as session, transaction(session):
        return letter_submitted(session, staff_actor(session))


def test_package_is_printed_with_what_is_missing_and_every_text(undersigned: Command, sent: str) -> None:
    shown = undersigned("package", sent).stdout
    assert "MISSING  Nobody has said yet whether the text has been shown elsewhere." in shown
    assert "--- Text (text)\nTo the Editor," in shown
    assert "--- Covering letter (covering-letter), as it is proposed" in shown
    facts = json.loads(undersigned("package", sent, "--json").stdout)
    assert facts["verdict"].startswith("Not ready") and facts["is_sealed"]
    assert undersigned("package", sent, facts["submission"], "--box", "signatories").stdout == "Gullhaven, Society of\n"


def test_package_that_is_not_there_is_refused_in_a_sentence(undersigned: Command, folder: Path, sent: str) -> None:
    assert "There is no letter nobody" in undersigned("package", "nobody", exit_code=1).stderr
    assert f"undersigned package {sent} " in undersigned("package", sent, "another", exit_code=1).stderr
    assert "There is no box “gossip”" in undersigned("package", sent, "--box", "gossip", exit_code=1).stderr
    with opened_session(settings_for(folder)) as session, transaction(session):
        sealed = letter_sealed(session, staff_actor(session))
    assert "has no submission yet" in undersigned("package", sealed, exit_code=1).stderr
