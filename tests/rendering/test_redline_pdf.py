import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from webapp.domain.errors import RenderingFailed
from webapp.rendering.conformity import elements, problems
from webapp.rendering.redline import redline, redline_pdf
from webapp.rendering.text import statement_html

from .letters import AUDIT, SMITH, STATEMENT
from .pdf_text import text_of
from .test_redline_word import DOCUMENT

LIST = "\n\n1. one of them\n2. two of them\n   - and a nested one\n3. three\n"
OLD = STATEMENT + LIST + "\n> A quote.\n\n| a | b |\n|---|---|\n| first | 1 |\n| second | 2 |\n\n`x = 1`\n\nشكرا لكم على وقتكم\n"
NEW = (
    STATEMENT.replace("with **care**", "with great *care*").replace("any audit", "an audit")
    + LIST.replace("2. two of them\n   - and a nested one\n", "")
    + "\n> A quote.\n\n| a | b |\n|---|---|\n| first | 1 |\n| third | 3 |\n\n`x = 2`\n\nشكرا جزيلا لكم على وقتكم\n"
)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return made(OLD, NEW)


def made(old: str, new: str) -> bytes:
    return redline_pdf(redline(statement_html(old, [SMITH, AUDIT]), statement_html(new, [SMITH, AUDIT])), DOCUMENT)


def test_redline_keeps_every_rule(pdf: bytes) -> None:
    assert problems(pdf) == []


@pytest.mark.parametrize(("old", "new"), [("", ""), ("", "Words."), ("Words.", "Others entirely.")])
def test_redline_of_next_to_nothing_keeps_every_rule(old: str, new: str) -> None:
    assert problems(made(old, new)) == []


def test_moved_passage_and_table_of_another_width_keep_every_rule() -> None:
    wide = "\n\n| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n"
    one, two = "A passage that is long enough to be known.", "And another that says other things altogether."
    pdf = made(f"{one}\n\n{two}\n\nLast.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", f"{two}\n\nLast.\n\n{one}{wide}")
    assert problems(pdf) == []
    assert all(words in text_of(pdf) for words in ("Moved from here", "Moved to here"))


def test_head_says_what_is_compared_when_and_how_much_changed(pdf: bytes) -> None:
    text = " ".join(text_of(pdf).split())
    for words in (
        "Changes from revision 3 to revision 4",
        "Annual testing & care",
        "US-2026-0417",
        "4 May 2026",
        "insertions",
        "deletions",
    ):
        assert words in text


def test_listener_hears_what_was_inserted_and_deleted(pdf: bytes) -> None:
    raw = text_of(pdf, "-raw")
    assert "deleted: two of them" in raw
    assert "inserted: " in raw


def test_changes_are_tagged_as_a_document_not_as_pictures(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        kinds = {str(one.get("/S")) for one in elements(opened)}
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TR", "/BlockQuote"} <= kinds


def test_same_redline_is_the_same_bytes(pdf: bytes) -> None:
    assert made(OLD, NEW) == pdf


def test_character_without_a_sign_is_named() -> None:
    with pytest.raises(RenderingFailed, match="BONE"):
        made("Words.", "Words \U0001f9b4.")
    with pytest.raises(RenderingFailed, match="BONE"):
        redline_pdf(redline("", ""), replace(DOCUMENT, title="A \U0001f9b4"))


def test_qpdf_finds_no_fault(pdf: bytes, tmp_path: Path) -> None:
    file = tmp_path / "redline.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
