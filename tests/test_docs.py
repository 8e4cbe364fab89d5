"""The pages for those who run and judge the software name what is there."""

import re
from pathlib import Path

import pytest

from webapp.rendering.environment import ROOT

PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "SECURITY.md"]


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    named = set(re.findall(r"\b((?:tests|webapp|docs|templates|static)/[\w./-]*\w)", text))
    linked = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target} - {""}
    assert {one for one in named if not (ROOT / one).exists()} == set()
    assert {one for one in linked if not (page.parent / one).exists()} == set()


def test_control_page_that_names_a_lost_file_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("See `tests/faults/test_lost.py` and [this](lost.md).")
    with pytest.raises(AssertionError, match="test_lost"):
        test_every_file_that_a_page_names_is_there(page)


def test_every_test_file_of_the_assurance_page_is_there() -> None:
    """Also those that a row names shortly, after an ellipsis."""
    names = set(re.findall(r"\btest_\w+\.py", (ROOT / "docs" / "assurance.md").read_text()))
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert names - there == set()
