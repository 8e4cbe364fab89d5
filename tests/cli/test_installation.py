"""`undersigned mail` and `undersigned resume`."""

import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from tests.cli.conftest import Command
from tests.factories import NOW, settings_for
from webapp.persistence.database import make_engine, opened_session, transaction
from webapp.processes import program
from webapp.services import installation, workers
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
    assert shown.endswith(f"\nTo let it leave: {program()} mail resume\n")
    assert "held already" in demonstrated("mail", "hold", exit_code=1).stderr
    assert f"{waiting['waiting']} messages are due" in demonstrated("mail", "resume").stdout
    assert "not held" in demonstrated("mail", "resume", exit_code=1).stderr


def test_mail_that_nobody_sends_is_not_said_to_leave(demonstrated: Command, folder: Path) -> None:
    number = json.loads(demonstrated("mail", "status", "--json").stdout)["waiting"]
    shown = demonstrated("mail", "status").stdout
    assert shown.startswith(f"Mail is not held; {number} messages are waiting to be sent.\n")
    assert "No worker runs to send them." in shown
    with opened_session(settings_for(folder)) as session, transaction(session):
        workers.note_worker(session, "this-machine:1", now=datetime.now(UTC))
    assert "No worker" not in demonstrated("mail", "status").stdout


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
    assert demonstrated("mail", "status").stdout == "Mail is not held; 0 messages are waiting to be sent.\n"
