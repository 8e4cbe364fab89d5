import io
from dataclasses import replace
from datetime import date

import pikepdf
import pytest

from tests.hostile_names import taken_names
from webapp.domain.comment import DispositionLine
from webapp.domain.errors import RenderingFailed
from webapp.rendering import dispositions
from webapp.rendering.conformity import elements, problems
from webapp.rendering.dispositions import MOST_CHARACTERS, MOST_LINES, DispositionsDocument, dispositions_pdf, file_names, parts_of

from .letters import AWKWARD_NAMES
from .pdf_text import pages_of, squeezed, text_of

LONG = "We read the trials again and came to another view of them. " * 67 + "Here the remark ends."
PLAIN = DispositionLine(1, "Society of the Marshes", "Statement", 2, "we disagree", "Is it fair?", None, False, "accepted", "It was not.")
LINES = (
    PLAIN,
    replace(PLAIN, number=2, quote="", remark=LONG, is_blocking=True, disposition="declined", reason=LONG),
    replace(PLAIN, number=3, society=AWKWARD_NAMES[9], remark="One.\nشكرا لكم\n\nThree.", wording="we doubt", disposition="partly"),
    replace(PLAIN, number=4, remark="", wording="", disposition="", reason=""),
)
DOCUMENT = DispositionsDocument("Annual testing & care", "en", "Gullhaven, Society of", "US-2026-0417", date(2026, 5, 4), 3, LINES)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return dispositions_pdf(DOCUMENT)


def test_table_keeps_every_rule(pdf: bytes) -> None:
    assert problems(pdf) == []


def test_head_says_which_letter_which_revision_when_and_how_many_of_each(pdf: bytes) -> None:
    text = " ".join(text_of(pdf).split())
    for words in (
        *("Table of dispositions", "Annual testing & care", "Gullhaven, Society of", "US-2026-0417, revision 3", "May 4, 2026"),
        "4 comments: 1 accepted, 1 partly accepted, 1 declined, 1 not answered yet.",
        "1 comes from a society that cannot sign without what it asks.",
    ):
        assert words in text


def test_remark_and_reason_of_four_thousand_characters_go_on_over_the_page_and_lose_no_word(pdf: bytes) -> None:
    text = text_of(pdf, "-raw")
    assert all(text.split().count(word) == 2 * times for word, times in (("trials", 67), ("another", 67), ("ends.", 1)))
    assert len(pages_of(pdf)) > 1
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert all(float(page.MediaBox[2]) > float(page.MediaBox[3]) for page in opened.pages)


def test_comment_without_passage_remark_or_answer_says_so(pdf: bytes) -> None:
    text = " ".join(text_of(pdf, "-raw").split())
    for words in ("On the whole text", "Suggests to take the passage out.", "Not answered yet", "Cannot sign without this."):
        assert words in text
    assert "Suggested wording: we doubt" in text


def test_every_cell_names_the_heads_of_its_row_and_column(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        kinds = [str(one.get("/S")) for one in elements(opened)]
        heads = {bytes(one.ID) for one in elements(opened) if one.get("/S") == "/TH"}
        named = [[bytes(one) for one in cell.A.Headers] for cell in elements(opened) if cell.get("/S") == "/TD"]
    # The press makes a table of each page, with the heads of the columns above it.
    assert kinds.count("/Table") == len(pages_of(pdf))
    assert len(named) >= 3 * len(LINES)
    assert all(len(names) == 2 and set(names) <= heads for names in named)


def test_same_table_is_the_same_bytes(pdf: bytes) -> None:
    assert dispositions_pdf(DOCUMENT) == pdf


def test_hostile_names_and_remarks_are_words_and_keep_every_rule() -> None:
    names = [*taken_names(20), "</li></ul><script>alert(1)</script>", "{{ 7 * 7 }}"]
    lines = [replace(PLAIN, number=n, society=name, text=name, quote=name, remark=name, reason=name) for n, name in enumerate(names, 1)]
    made = dispositions_pdf(replace(DOCUMENT, title=names[0], lead_society=names[1], lines=lines))
    assert problems(made) == []
    text = squeezed(text_of(made, "-raw"))
    assert all(words in text for words in ("<script>alert(1)</script>", "7*7"))


def test_sign_that_no_font_holds_stands_as_its_number_and_does_not_stop_the_table() -> None:
    made = dispositions_pdf(replace(DOCUMENT, lines=[replace(PLAIN, society="A \U0001f9b4", remark="Broken \U0001f9b4\ufe0f")]))
    text = " ".join(text_of(made).split())
    assert "Broken [U+1F9B4]" in text
    assert "A sign that cannot be printed here stands as its number in Unicode, such as [U+1F9B4]." in text


def test_table_with_ordinary_signs_says_nothing_of_numbers(pdf: bytes) -> None:
    assert "Unicode" not in text_of(pdf)


def test_sign_that_is_not_replaced_stops_the_press(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispositions, "printable", str)
    with pytest.raises(RenderingFailed, match="BONE"):
        dispositions_pdf(replace(DOCUMENT, lines=[replace(PLAIN, remark="Broken \U0001f9b4")]))


def test_long_table_is_several_files_with_every_comment_once() -> None:
    lines = [replace(PLAIN, number=n) for n in range(1, 2 * MOST_LINES + 2)]
    parts = parts_of(lines)
    assert [one for part in parts for one in part] == lines
    assert [len(part) for part in parts] == [MOST_LINES, MOST_LINES, 1]
    assert file_names(lines) == ["Comments 1 to 250 as PDF", "Comments 251 to 500 as PDF", "Comment 501 as PDF"]


def test_long_remarks_fill_a_file_sooner() -> None:
    lines = [replace(PLAIN, number=n, remark="x" * 4_000) for n in range(1, 201)]
    parts = parts_of(lines)
    assert [one for part in parts for one in part] == lines
    assert len(parts) > 3
    assert all(sum(len(one.remark) for one in part) <= MOST_CHARACTERS for part in parts)


def test_short_table_is_one_file_and_an_empty_one_is_none() -> None:
    assert file_names(LINES) == ["The table as PDF"]
    assert file_names([]) == []


def test_part_has_its_own_comments_and_the_counts_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispositions, "MOST_LINES", 3)
    html = dispositions.dispositions_html(replace(DOCUMENT, part=2))
    assert "Table of dispositions, comment 4" in html
    assert "4 comments: 1 accepted" in html
    assert "Is it fair?" not in html
