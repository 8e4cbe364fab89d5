"""`undersigned verify FILE`: whatever somebody holds, in the words of the page; exit code 0 only if all is genuine."""

import json
import shutil
from pathlib import Path

import pytest

from tests.bundles import Case, case_in, packed, replaced
from tests.cli.conftest import Command, command_in
from tests.factories import FAKE_PDF, settings_for


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, database_template: Path) -> tuple[Path, Case]:
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(database_template, folder / "undersigned.db")
    return folder, case_in(settings_for(folder))


@pytest.fixture
def undersigned(house: tuple[Path, Case]) -> Command:
    return command_in(house[0])


@pytest.fixture
def case(house: tuple[Path, Case]) -> Case:
    return house[1]


def written(folder: Path, **files: bytes) -> list[str]:
    paths = []
    for name, content in files.items():
        paths.append(str(folder / name.replace("_", ".")))
        Path(paths[-1]).write_bytes(content)
    return paths


def test_genuine_files_and_receipts_are_said_to_be(undersigned: Command, case: Case, tmp_path: Path) -> None:
    receipt = case.receipt(next(iter(case.receipts)))
    files = written(tmp_path, letter_pdf=FAKE_PDF, receipt_eml=receipt, bundle_zip=packed(case.files))
    said = undersigned("verify", *files).stdout
    assert "letter.pdf: This file is genuine: it is as it was sealed, to the last byte." in said
    assert "receipt.eml: This receipt is genuine" in said
    assert "bundle.zip: This bundle is genuine" in said
    assert "Signed by 2: the record replays to this number and to these names." in said


def test_one_file_that_is_not_makes_it_1_and_says_why(undersigned: Command, case: Case, tmp_path: Path) -> None:
    changed = packed(replaced(case.files, "statement.md", lambda text: text + b"."))
    files = written(tmp_path, letter_pdf=FAKE_PDF, other_pdf=FAKE_PDF + b" ", bundle_zip=changed)
    said = undersigned("verify", *files, exit_code=1).stdout
    assert "other.pdf: This file is not known here. It may have been changed" in said
    assert "bundle.zip: This bundle is not as it was sealed." in said
    assert "FAILED  texts/statement.md is not as it was when the letter was sealed." in said


def test_machines_are_told_the_same(undersigned: Command, tmp_path: Path) -> None:
    files = written(tmp_path, letter_pdf=FAKE_PDF, other_pdf=b"%PDF-1.7 another")
    shown = json.loads(undersigned("verify", "--json", *files, exit_code=1).stdout)["files"]
    assert [one["verdict"] for one in shown] == ["genuine", "unknown"]


def test_file_that_is_not_there_and_two_letters_are_refused_in_words(undersigned: Command, tmp_path: Path) -> None:
    assert "cannot be read" in undersigned("verify", str(tmp_path / "none.pdf"), exit_code=1).output
    assert "Name one letter, or files that are there, and not both." in undersigned("verify", "one", "two", exit_code=1).output


def test_bundle_is_written_and_is_the_one_that_was_sealed(undersigned: Command, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "made" / "bundle.zip"
    said = undersigned("letter", "bundle", case.content.reference, "--out", str(path)).stdout
    assert said.strip() == str(path)
    assert path.read_bytes() == case.bundle
    assert "bundle.zip: This file is genuine" in undersigned("verify", str(path)).stdout


def test_bundle_of_no_letter_is_refused_in_words(undersigned: Command, tmp_path: Path) -> None:
    assert "There is no letter" in undersigned("letter", "bundle", "nothing", "--out", str(tmp_path / "b.zip"), exit_code=1).stderr


def test_letter_that_is_not_sealed_has_no_bundle_and_says_so(demonstrated: Command, demonstration: str, tmp_path: Path) -> None:
    said = demonstrated("letter", "bundle", demonstration, "--out", str(tmp_path / "b.zip"), exit_code=1).stderr
    assert "it is made when the letter is sealed" in said
    assert not (tmp_path / "b.zip").exists()
