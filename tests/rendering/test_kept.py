"""Drafts are printed once: by the digest of all that goes into them, never half, and within bounds."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from webapp.domain.document import LetterDocument, Picture
from webapp.domain.layout import Layout, Paper
from webapp.rendering import kept
from webapp.rendering.kept import FOLDER, digest_of, kept_draft

from .letters import letter

DRAFT = letter(is_draft=True)


class Printer:
    """Counts what it prints; each time it says something else."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, _document: LetterDocument) -> bytes:
        self.times += 1
        return b"%PDF number " + str(self.times).encode()


@pytest.fixture
def printer() -> Printer:
    return Printer()


def files(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).iterdir())


def test_same_draft_is_printed_once(tmp_path: Path, printer: Printer) -> None:
    first = kept_draft(tmp_path, DRAFT, printer)
    assert kept_draft(tmp_path, replace(DRAFT), printer) == first
    assert printer.times == 1
    assert oct((tmp_path / FOLDER).stat().st_mode)[-3:] == "700"


OTHERS: list[Callable[[LetterDocument], LetterDocument]] = [
    lambda one: replace(one, statement=one.statement + "."),
    lambda one: replace(one, signatories=one.signatories[1:]),
    lambda one: replace(one, signatories=(replace(one.signatories[0], officer="Another"), *one.signatories[1:])),
    lambda one: replace(one, layout=Layout(paper=Paper.LETTER)),
    lambda one: replace(one, draft_for="Gullhaven"),
    lambda one: replace(one, pictures={"a": Picture("image/png", b"one", 1, 1)}),
    lambda one: replace(one, is_demonstration=True),
]


@pytest.mark.parametrize("place", range(len(OTHERS)))
def test_any_other_draft_is_printed_anew(tmp_path: Path, printer: Printer, place: int) -> None:
    kept_draft(tmp_path, DRAFT, printer)
    kept_draft(tmp_path, OTHERS[place](DRAFT), printer)
    assert printer.times == 2


def test_another_picture_under_the_same_name_is_another_draft() -> None:
    one, other = (replace(DRAFT, pictures={"a": Picture("image/png", content, 1, 1)}) for content in (b"one", b"two"))
    assert digest_of(one) != digest_of(other)


def test_another_press_prints_anew(tmp_path: Path, printer: Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_draft(tmp_path, DRAFT, printer)
    monkeypatch.setattr(kept, "_press_digest", lambda: "of another version")
    kept_draft(tmp_path, DRAFT, printer)
    assert printer.times == 2


def test_half_a_file_is_never_handed_out(tmp_path: Path, printer: Printer) -> None:
    """As after a loss of power: the name is there, and what it names is not whole."""
    kept_draft(tmp_path, DRAFT, printer)
    (file,) = files(tmp_path)
    for left in (file.read_bytes()[:-1], b"", file.read_bytes()[:10]):
        file.write_bytes(left)
        assert kept_draft(tmp_path, DRAFT, printer) == b"%PDF number " + str(printer.times).encode()
    assert printer.times == 4


def test_control_file_without_its_hash_is_handed_out_broken(tmp_path: Path, printer: Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_read", lambda file: file.read_bytes() if file.exists() else None)
    kept_draft(tmp_path, DRAFT, printer)
    (file,) = files(tmp_path)
    file.write_bytes(b"half")
    assert kept_draft(tmp_path, DRAFT, printer) == b"half"


def test_folder_stays_within_its_bounds_and_keeps_what_was_looked_at_last(
    tmp_path: Path, printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 140)
    drafts = [letter(title=f"Draft {number}") for number in range(4)]
    for age, draft in enumerate(drafts[:3]):
        kept_draft(tmp_path, draft, printer)
        file = tmp_path / FOLDER / digest_of(draft)
        os.utime(file, (age, age))
    kept_draft(tmp_path, drafts[0], printer)
    kept_draft(tmp_path, drafts[3], printer)
    assert {file.name for file in files(tmp_path)} == {digest_of(one) for one in (drafts[0], drafts[2], drafts[3])}
    assert printer.times == 4


def test_full_disk_prints_each_time_and_leaves_nothing_behind(tmp_path: Path, printer: Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_what: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept.Path, "replace", no_room)
    assert [kept_draft(tmp_path, DRAFT, printer) for _time in range(2)] == [b"%PDF number 1", b"%PDF number 2"]
    assert files(tmp_path) == []
