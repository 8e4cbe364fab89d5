"""`undersigned mail` and `undersigned resume`."""

import json
from pathlib import Path

from sqlalchemy.orm import Session

from tests.cli.conftest import Command
from tests.factories import NOW
from webapp.persistence.database import make_engine, transaction
from webapp.services import installation
from webapp.settings import load_settings


def stop(folder: Path) -> None:
    engine = make_engine(load_settings({"UNDERSIGNED_DATA": str(folder)}))
    with Session(engine) as session, transaction(session):
        installation.make_read_only(session, "It was restored.", now=NOW, backup_made_at=NOW)
    engine.dispose()


def test_t47_mail_is_held_shown_and_released(demonstrated: Command) -> None:
    waiting = json.loads(demonstrated("mail", "status", "--json").stdout)
    assert (waiting["is_held"], waiting["since"]) == (False, None)
    assert waiting["waiting"] > 30
    assert "No mail leaves any more" in demonstrated("mail", "hold", "--reason", "A wrong roster").stdout
    shown = demonstrated("mail", "status").stdout
    assert "(A wrong roster)" in shown
    assert shown.endswith("To let it leave: undersigned mail resume\n")
    assert "held already" in demonstrated("mail", "hold", exit_code=1).stderr
    assert f"{waiting['waiting']} messages are due" in demonstrated("mail", "resume").stdout
    assert "not held" in demonstrated("mail", "resume", exit_code=1).stderr


def test_resume_needs_something_to_resume(undersigned: Command) -> None:
    assert "Nothing has to be resumed" in undersigned("resume", exit_code=1).stderr


def test_read_only_installation_is_resumed_by_a_person(demonstrated: Command, folder: Path) -> None:
    stop(folder)
    assert "undersigned resume" in demonstrated("mail", "status").stdout
    assert "can only be read" in demonstrated("demo", "--again", exit_code=1).stderr
    assert demonstrated("staff", "add", "somebody@example.org").stdout
    said = demonstrated("resume").stdout
    assert "The record of 1 letter says that it was restored." in said
    assert "messages are not sent" in said
    assert "0 messages are on the way" in demonstrated("mail", "status").stdout
