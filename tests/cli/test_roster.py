"""Rosters from a spreadsheet, and the list of who is where."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.factories import ANNA, BRUNO, letter_in_draft, settings_for, staff_actor
from tests.workbooks import workbook
from webapp.persistence.database import opened_session, transaction

HEADER = "society,contact,email,country\n"
GOOD = HEADER + f'Marshes Institute,Otto Fen,otto@marshes.example.org,DE\n"Gullhaven, Society of",Bruno Lee,{BRUNO},\n'
DOUBTFUL = HEADER + "Gullhaven Society of,Carla,carla@gmail.com,\n"
WRONG = HEADER + "Marshes Institute,Otto Fen,otto@marshes.example.org,DE\nNameless,,nobody,Atlantis\n"


@pytest.fixture
def letter(undersigned: Command, folder: Path) -> str:
    """The reference of a draft with one society, represented by Anna."""
    with opened_session(settings_for(folder)) as session, transaction(session):
        return letter_in_draft(session, staff_actor(session))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "roster.csv"


def societies(undersigned: Command, letter: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(undersigned("roster", "list", letter, "--json").stdout)["societies"]
    return found


def test_import_adds_every_society(undersigned: Command, letter: str, file: Path) -> None:
    file.write_text(GOOD)
    shown = undersigned("roster", "import", letter, str(file), "--accept-doubts").stdout
    assert shown.splitlines()[-1] == "1 society and 1 further representative added."
    assert [one["society"] for one in societies(undersigned, letter)] == ["Gullhaven, Society of", "Marshes Institute"]


def test_dry_run_shows_the_same_and_stores_nothing(undersigned: Command, letter: str, file: Path) -> None:
    file.write_text(GOOD)
    shown = undersigned("roster", "import", letter, str(file), "--dry-run").stdout
    assert shown.splitlines()[-1] == "1 society and 1 further representative would be added; nothing was stored."
    assert len(societies(undersigned, letter)) == 1


def test_doubtful_rows_are_shown(undersigned: Command, letter: str, file: Path) -> None:
    file.write_text(DOUBTFUL)
    shown = undersigned("roster", "import", letter, str(file), exit_code=1).stdout
    assert "Row 2, Gullhaven Society of: The name looks like “Gullhaven, Society of”." in shown
    assert "gmail.com is a free mail service" in shown
    assert shown.splitlines()[-1] == "Look at the doubtful row above, then run it again with --accept-doubts."
    assert len(societies(undersigned, letter)) == 1
    undersigned("roster", "import", letter, str(file), "--accept-doubts")
    assert len(societies(undersigned, letter)) == 2


def test_workbook_with_other_headings_is_imported_and_the_match_remembered(undersigned: Command, letter: str, file: Path) -> None:
    file.write_bytes(workbook([["Who", "Whom", "Mail"], ["Marshes Institute", "Otto Fen", "otto@marshes.example.org"]]))
    assert "Missing: society, contact" in undersigned("roster", "import", letter, str(file), exit_code=1).stderr
    undersigned("roster", "import", letter, str(file), "--column", "society=Nobody", exit_code=2)
    named = ["--column", "society=Who", "--column", "contact=Whom"]
    shown = undersigned("roster", "import", letter, str(file), *named, "--dry-run").stdout
    assert "1 society would be added" in shown
    undersigned("roster", "import", letter, str(file), *named)
    shown = undersigned("roster", "import", letter, str(file), "--dry-run", exit_code=1).stdout
    assert "is given twice" in shown
    assert "Marshes Institute" in undersigned("society", "list").stdout
    known = json.loads(undersigned("society", "list", "--json").stdout)["societies"]
    assert [one["domains"] for one in known] == [[], []]


def test_other_encoding_is_taken_by_its_name(undersigned: Command, letter: str, file: Path) -> None:
    file.write_bytes("society,contact,email\nÉtude Société,Otto,otto@marshes.example.org\n".encode("mac_roman"))
    undersigned("roster", "import", letter, str(file), "--encoding", "mac_roman")
    assert "Étude Société" in [one["society"] for one in societies(undersigned, letter)]


def test_one_wrong_row_stores_nothing(undersigned: Command, letter: str, file: Path) -> None:
    file.write_text(WRONG)
    refused = undersigned("roster", "import", letter, str(file), exit_code=1)
    assert refused.stdout == ""
    assert "Nothing was stored. Row 3: Please give the contact’s name." in refused.stderr
    assert len(societies(undersigned, letter)) == 1


def test_dry_run_with_a_wrong_row_is_exit_code_one(undersigned: Command, letter: str, file: Path) -> None:
    file.write_text(WRONG)
    shown = undersigned("roster", "import", letter, str(file), "--dry-run", exit_code=1).stdout
    assert "Row 3, Nameless: “Atlantis” is not a country code" in shown
    assert shown.splitlines()[-1] == "Nothing can be stored before 1 row is put right."


def test_import_for_machines_has_every_row(undersigned: Command, letter: str, file: Path) -> None:
    file.write_text(GOOD)
    document = json.loads(undersigned("roster", "import", letter, str(file), "--json", "--accept-doubts").stdout)
    assert (document["letter"], document["is_stored"], document["societies"]) == (letter, True, 1)
    assert [(row["row"], row["email"], row["joins"]) for row in document["rows"]] == [
        (2, "otto@marshes.example.org", False),
        (3, BRUNO, True),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "There is no society in this list"),
        (b"colour,size\nA,B\n", "must name the columns society, contact and email"),
        (b"society,contact,email\n", "There is no society in this list"),
        (b"x" * 1_500_000, "larger than 1 MB"),
        (b"\xef\xbb\xbf" + HEADER.encode() + b"\xe9t\xe9,A,a@b.org,\n", "Row 2 is not in UTF-8"),
    ],
)
def test_file_that_is_no_roster_is_refused(undersigned: Command, letter: str, file: Path, content: bytes, sentence: str) -> None:
    file.write_bytes(content)
    assert sentence in undersigned("roster", "import", letter, str(file), exit_code=1).stderr


def test_missing_file_is_wrong_usage(undersigned: Command, letter: str, file: Path) -> None:
    undersigned("roster", "import", letter, str(file), exit_code=2)


def test_unknown_letter_is_refused(undersigned: Command, file: Path) -> None:
    file.write_text(GOOD)
    for arguments in (["import", "nosuchlett", str(file)], ["list", "nosuchlett"]):
        assert "There is no letter nosuchlett." in undersigned("roster", *arguments, exit_code=1).stderr


def test_list_shows_stage_society_and_addresses(undersigned: Command, letter: str) -> None:
    assert undersigned("roster", "list", letter).stdout == f"on the list  Gullhaven, Society of: Anna Berg <{ANNA}>\n"


def test_list_for_machines_has_every_stage(demonstrated: Command, demonstration: str) -> None:
    found = societies(demonstrated, demonstration)
    assert len(found) == 36
    (waiting,) = [one for one in found if one["society"] == "Hội Y học Nghỉ dưỡng Vịnh Mây"]
    assert (waiting["stage"], waiting["officer"]) == ("with the board", None)
    assert date.fromisoformat(waiting["board_meets_on"])
