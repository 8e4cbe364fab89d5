"""Letters listed, and one of them as files."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.factories import FAKE_PDF, letter_sealed, letter_submitted, settings_for, staff_actor
from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.persistence.database import opened_session, transaction
from webapp.rendering.documents import KINDS_MADE, LISTS


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


def named(reference: str, *, is_draft: bool, kinds: Iterable[DocumentKind] = KINDS_MADE) -> list[str]:
    end = "-draft" if is_draft else ""
    return [FILE_KINDS[kind].name if kind in LISTS else f"letter-{reference}{end}.{FILE_KINDS[kind].suffix}" for kind in kinds]


def test_draft_is_exported_in_every_form_and_called_a_draft(demonstrated: Command, demonstration: str, tmp_path: Path) -> None:
    out = tmp_path / "a" / "new folder"
    shown = demonstrated("letter", "export", demonstration, "--out", str(out)).stdout.splitlines()
    names = named(demonstration, is_draft=True)
    assert shown == [str(out / name) for name in names]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert (out / names[0]).read_bytes().startswith(b"%PDF-")
    assert len(list(csv.reader(io.StringIO((out / "signatories.csv").read_text())))) == 1 + 22
    assert json.loads((out / "signatories.json").read_text())["count"] == 22


def test_only_what_was_asked_for_is_exported(demonstrated: Command, demonstration: str, tmp_path: Path) -> None:
    shown = demonstrated("letter", "export", demonstration, "--out", str(tmp_path / "out"), "--kind", "signatories-csv").stdout
    assert shown.splitlines() == [str(tmp_path / "out" / "signatories.csv")]
    refused = demonstrated("letter", "export", demonstration, "--out", str(tmp_path), "--kind", "odt", exit_code=2)
    assert "signatories-csv" in refused.stderr


def test_sealed_letter_is_exported_as_the_very_files(undersigned: Command, sealed: str, tmp_path: Path) -> None:
    """The lists are made where an older seal has not made them; nothing else ever is."""
    shown = json.loads(undersigned("letter", "export", sealed, "--out", str(tmp_path), "--json").stdout)
    stored = named(sealed, is_draft=False, kinds=[DocumentKind.LETTER, DocumentKind.TEXT])
    assert (shown["letter"], shown["is_sealed"]) == (sealed, True)
    assert {Path(path).name for path in shown["files"]} == {*stored, *(FILE_KINDS[kind].name for kind in LISTS)}
    assert (tmp_path / stored[0]).read_bytes() == FAKE_PDF
    assert (tmp_path / stored[1]).read_bytes() == b"Dear Editor"


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
    # A folder stands where a file should go, so one of them fails.
    (tmp_path / "signatories.csv").mkdir()
    undersigned("letter", "export", sealed, "--out", str(tmp_path), exit_code=1)
    assert {path.name for path in tmp_path.iterdir() if path.name != "data"} <= {*named(sealed, is_draft=False)}


def test_course_is_told_by_journal_with_what_is_due_and_what_became_of_the_articles(undersigned: Command, folder: Path) -> None:
    with opened_session(settings_for(folder)) as session, transaction(session):
        reference = letter_submitted(session, staff_actor(session))
    (line, article) = undersigned("letter", "course", reference).stdout.splitlines()
    assert "Journal of Invented Medicine, Rapid response or online comment: submitted since 14 March 2026" in line
    assert "Acknowledgement expected" in line and article.endswith(": nothing yet")
    told = json.loads(undersigned("letter", "course", reference, "--json").stdout)
    assert [(one["state"], one["since"], one["manuscript_number"]) for one in told["submissions"]] == [("submitted", "2026-03-14", "JIM-1")]
    assert [one["fates"] for one in told["articles"]] == [[]]
