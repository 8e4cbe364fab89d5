"""Letters listed, and one of them as files."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.factories import FAKE_PDF, letter_sealed, settings_for, staff_actor
from webapp.persistence.database import opened_session, transaction


@pytest.fixture
def sealed(undersigned: Command, folder: Path) -> str:
    """The reference of a sealed letter."""
    with opened_session(settings_for(folder)) as session, transaction(session):
        return letter_sealed(session, staff_actor(session))


def test_letter_is_listed_with_state_count_and_deadline(demonstrated: Command) -> None:
    (line,) = demonstrated("letter", "list").stdout.splitlines()
    assert "signing, 22 of 36 signed, until " in line
    assert "17:00 Europe/Berlin: The quiet hour on convalescent wards" in line


def test_list_for_machines_has_the_facts_of_each_letter(demonstrated: Command, demonstration: str) -> None:
    (line,) = json.loads(demonstrated("letter", "list", "--json").stdout)["letters"]
    assert (line["reference"], line["state"], line["signed"], line["invited"]) == (demonstration, "signing", 22, 36)
    assert set(line) == {"reference", "title", "state", "lead_society", "signed", "invited", "deadline", "is_demonstration"}
    assert line["is_demonstration"] is True


def test_empty_list_is_no_error(undersigned: Command) -> None:
    assert undersigned("letter", "list").stderr == "There is no letter yet.\n"
    assert json.loads(undersigned("letter", "list", "--json").stdout) == {"letters": []}


def test_draft_is_exported_as_three_files_and_called_a_draft(demonstrated: Command, demonstration: str, tmp_path: Path) -> None:
    out = tmp_path / "a" / "new folder"
    shown = demonstrated("letter", "export", demonstration, "--out", str(out)).stdout.splitlines()
    names = [f"letter-{demonstration}-draft.pdf", "signatories.csv", "signatories.json"]
    assert shown == [str(out / name) for name in names]
    assert sorted(path.name for path in out.iterdir()) == names
    assert (out / names[0]).read_bytes().startswith(b"%PDF-")
    assert len(list(csv.reader(io.StringIO((out / names[1]).read_text())))) == 1 + 22
    assert json.loads((out / names[2]).read_text())["count"] == 22


def test_sealed_letter_is_exported_as_the_very_file(undersigned: Command, sealed: str, tmp_path: Path) -> None:
    shown = json.loads(undersigned("letter", "export", sealed, "--out", str(tmp_path), "--json").stdout)
    names = [f"letter-{sealed}.pdf", "signatories.csv", "signatories.json"]
    assert shown == {"letter": sealed, "is_sealed": True, "files": [str(tmp_path / name) for name in names]}
    assert (tmp_path / names[0]).read_bytes() == FAKE_PDF


def test_export_replaces_what_was_exported_before(undersigned: Command, sealed: str, tmp_path: Path) -> None:
    (tmp_path / "signatories.csv").write_text("old")
    undersigned("letter", "export", sealed, "--out", str(tmp_path))
    assert "Gullhaven" in (tmp_path / "signatories.csv").read_text()


def test_unknown_letter_writes_nothing(undersigned: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused = undersigned("letter", "export", "../../etc", "--out", str(out), exit_code=1)
    assert "undersigned letter list" in refused.stderr
    assert not out.exists()


def test_folder_that_is_a_file_is_wrong_usage(undersigned: Command, sealed: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    undersigned("letter", "export", sealed, "--out", str(tmp_path / "file"), exit_code=2)


def test_folder_that_cannot_be_made_is_refused(undersigned: Command, sealed: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = undersigned("letter", "export", sealed, "--out", str(tmp_path / "file" / "below"), exit_code=1)
    assert "Nothing could be written to" in refused.stderr


def test_failed_export_leaves_no_half_of_a_file(undersigned: Command, sealed: str, tmp_path: Path) -> None:
    # A folder stands where a file should go, so the second of the three fails.
    (tmp_path / "signatories.csv").mkdir()
    undersigned("letter", "export", sealed, "--out", str(tmp_path), exit_code=1)
    assert {path.name for path in tmp_path.iterdir() if path.name != "data"} <= {f"letter-{sealed}.pdf", "signatories.csv"}
