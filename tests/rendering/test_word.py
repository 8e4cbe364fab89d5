"""What a Word file becomes: structure without style, changes as suggestions, comments on their passages."""

import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from webapp.domain.errors import InvalidInput
from webapp.domain.imported import ImportedComment, ImportedSuggestion, Passage, WordImport
from webapp.rendering import program
from webapp.rendering.pandoc import convert_file
from webapp.rendering.text import statement_html
from webapp.rendering.word import read_word

from .letters import AUDIT, SMITH
from .word_files import (
    BY_BO,
    IMAGE,
    STYLES_XML,
    TEXT_BOX,
    cited,
    comment,
    commented,
    deleted,
    field,
    inserted,
    item,
    mark,
    paragraph,
    run,
    table,
    word_file,
)

BOLD, ITALIC = "<w:b/>", "<w:i/>"


def imported(*body: str, comments: str = "", **options: object) -> WordImport:
    return read_word(word_file(*body, comments=comments, **options))  # type: ignore[arg-type]


def changes(*body: str) -> list[tuple[str, str]]:
    return [(one.passage.quote, one.wording) for one in imported(*body).suggestions]


def test_structure_is_kept_and_style_is_not() -> None:
    read = imported(
        paragraph(run("Letter"), style="Title"),
        paragraph(run("One"), style="Heading2"),
        paragraph(run("Bold", BOLD), run(" and "), run("italic", ITALIC), run(" and H"), run("2", '<w:vertAlign w:val="subscript"/>')),
        paragraph(),
        paragraph(run("Red", '<w:color w:val="FF0000"/><w:sz w:val="48"/><w:u w:val="single"/>')),
        item("first"),
        item("deep", level=1),
        item("one", numbering=2),
        item("two", numbering=2),
        table((paragraph(run("A")), paragraph(run("B"))), (paragraph(run("1")), paragraph(run("2")))),
    )
    assert read.title == "Letter"
    assert read.text == (
        "# One\n\n**Bold** and *italic* and H~2~\n\nRed\n\n"
        "- first\n\n  - deep\n\n1.  one\n\n2.  two\n\n| A   | B   |\n|-----|-----|\n| 1   | 2   |\n"
    )
    assert read.left_out == ()


def test_paragraph_without_a_sign_belongs_to_the_item_before() -> None:
    styled = '<w:style w:type="paragraph" w:styleId="ListParagraph"><w:name w:val="List Paragraph"/></w:style>'
    styles = {"word/styles.xml": STYLES_XML.replace("</w:styles>", f"{styled}</w:styles>")}
    signed = item("one").replace("<w:pPr>", '<w:pPr><w:pStyle w:val="ListParagraph"/>')
    file = word_file(signed, paragraph(run("more of one"), style="ListParagraph"), signed, paragraph(run("After.")), more=styles)
    assert read_word(file).text == "- one\n\n  more of one\n\n- one\n\nAfter.\n"


def test_notes_and_links_come_along() -> None:
    note = f'<w:footnote w:id="2">{paragraph(run("A note."))}</w:footnote>'
    read = imported(
        paragraph(run("Words"), '<w:r><w:footnoteReference w:id="2"/></w:r>', f'<w:hyperlink r:id="h">{run("link")}</w:hyperlink>'),
        footnotes=note,
        links={"h": "https://example.org/a?b=c&d"},
    )
    assert read.text == "Words[^1][link](https://example.org/a?b=c&d)\n\n[^1]: A note.\n"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "\\\\server\\share", "data:text/html,x", "ftp://example.org"]
)
def test_link_to_anywhere_else_is_words_only(address: str) -> None:
    linked = paragraph(f'<w:hyperlink r:id="h">{run("link")}</w:hyperlink>', field(f' HYPERLINK "{address}" ', run(" field")))
    assert imported(linked, links={"h": address}).text == "link field\n"


def test_headings_begin_at_the_top_and_never_skip() -> None:
    body = [
        paragraph(run(words), style=style) for words, style in (("A", "Heading2"), ("B", "Heading3"), ("C", "Heading1"), ("D", "Heading3"))
    ]
    assert imported(*body).text == "# A\n\n## B\n\n# C\n\n## D\n"


def test_what_is_left_out_is_named() -> None:
    formula = "<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>"
    contents = paragraph(run("One 3"), style="Toc1")
    read = imported(paragraph(run("Words"), IMAGE, IMAGE), paragraph(run("More"), TEXT_BOX, formula), contents)
    assert read.text == "Words\n\nMorex\n"
    assert read.left_out == ("1 formula, kept as plain letters", "2 images", "1 table of contents", "1 text box")


def test_what_is_typed_in_word_is_words_here_whatever_it_means_in_markdown() -> None:
    typed = "# *a* [b](c) `d` | 1. @smith2024 [^1] <b> \\ x^2^ -- \"q\" 'q' $5 ![i](j) &amp; — “q”…"
    html = statement_html(imported(paragraph(run(typed))).text, [])
    expected = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html == f"<p>{expected}</p>\n"


def test_merged_cells_and_paragraphs_in_cells_become_plain_cells() -> None:
    wide = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + paragraph(run("wide"))
    body = table((paragraph(run("a")) + paragraph(run("b")), paragraph(run("c")))).replace(
        "</w:tbl>", f"<w:tr><w:tc>{wide}</w:tc></w:tr></w:tbl>"
    )
    read = imported(body)
    assert read.text == "| a b  | c   |\n|------|-----|\n| wide |     |\n"
    assert read.left_out == ("1 merged cell of a table: the words stand in the first of what was merged",)


def test_change_is_a_suggestion_on_the_words_it_touches() -> None:
    read = imported(paragraph(run("It was tw"), deleted("o"), inserted("elve"), run(" years.")))
    assert read.text == "It was two years.\n"
    assert read.suggestions == (
        ImportedSuggestion(
            "Anna Sørensen", datetime(2026, 3, 1, 10, tzinfo=UTC), Passage("two", before="It was ", after=" years."), wording="twelve"
        ),
    )


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([run("A "), inserted("very "), run("good end")], [("A", "A very")], id="an insertion stands with the word before"),
        pytest.param([inserted("Very "), run("good end")], [("good", "Very good")], id="at the beginning, with the word after"),
        pytest.param([run("A "), deleted("very "), run("good end")], [("A very", "A")], id="a deletion leaves the word before"),
        pytest.param([deleted("old "), inserted("new "), run("end")], [("old", "new")], id="out and in is one replacement"),
        pytest.param([deleted("old", BY_BO), inserted("new"), run(" end")], [("old", "new")], id="by two people too"),
        pytest.param([deleted("All of it.")], [("All of it.", "")], id="a whole paragraph can go"),
        pytest.param([run("a "), f"<w:ins {BY_BO}>{deleted('brief')}</w:ins>", run("end")], [], id="in and out again is nothing"),
        pytest.param([run("a"), inserted("b"), run("c "), inserted("d"), run("e")], [("ac", "abc"), ("e", "de")], id="two words are two"),
        pytest.param([run("a"), inserted("b"), run("c"), deleted("d"), run("e")], [("acde", "abce")], id="one word is one"),
    ],
)
def test_changes_are_read_in_whole_words(runs: list[str], expected: list[tuple[str, str]]) -> None:
    assert changes(paragraph(*runs)) == expected


def test_new_paragraphs_are_proposed_after_the_one_before() -> None:
    new = [paragraph(inserted(words), properties=mark("ins")) for words in ("New one.", "New two.")]
    assert changes(*new, paragraph(run("First."))) == [("First.", "New one.\n\nNew two.\n\nFirst.")]
    assert changes(paragraph(run("First here.")), *new, paragraph(run("Last."))) == [("here.", "here.\n\nNew one.\n\nNew two.")]


def test_paragraph_that_was_parted_is_whole_again() -> None:
    read = imported(paragraph(run("One half"), properties=mark("ins")), paragraph(run("and another.")))
    assert read.text == "One half and another.\n"
    assert [(one.passage.quote, one.wording) for one in read.suggestions] == [("half and", "half\n\nand")]


def test_new_list_item_leaves_no_empty_one() -> None:
    new = item("new").replace("<w:r>", "<w:ins " + BY_BO + "><w:r>").replace("</w:r>", "</w:r></w:ins>")
    assert imported(item("old"), new).text == "- old\n"


def test_joined_paragraphs_are_a_comment() -> None:
    read = imported(paragraph(run("One."), properties=mark("del")), paragraph(run("Two.")))
    assert [(one.passage.quote, one.remark) for one in read.comments] == [("One.", "Join this paragraph with the next.")]
    assert read.text == "One.\n\nTwo.\n"


def test_text_that_is_all_inserted_is_the_text() -> None:
    read = imported(paragraph(inserted("All new."), properties=mark("ins")))
    assert (read.text, read.suggestions) == ("All new.\n", ())


def test_comment_has_its_passage_author_and_moment() -> None:
    body = paragraph(run("We write "), commented(1, run("with care")), run(" to you."))
    (one,) = imported(body, comments=comment(1, "Too soft.", "Say more.")).comments
    passage = Passage("with care", before="We write ", after=" to you.")
    assert one == ImportedComment("Bo Lindqvist", datetime(2026, 3, 2, 11, 30, tzinfo=UTC), passage, "Too soft.\nSay more.")


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        pytest.param(paragraph(run("At a point"), '<w:r><w:commentReference w:id="1"/></w:r>', run(" here")), "point", id="on a place"),
        pytest.param(
            paragraph('<w:commentRangeStart w:id="1"/>', run("One")) + paragraph(run("two"), '<w:commentRangeEnd w:id="1"/>'),
            "One",
            id="over two paragraphs: the first",
        ),
        pytest.param(paragraph(run("Old "), commented(1, inserted("new"))), "Old", id="on what is only proposed"),
        pytest.param(table((paragraph(commented(1, run("cell"))),)), "cell", id="in a table"),
    ],
)
def test_comment_is_never_lost(body: str, quote: str) -> None:
    assert [one.passage.quote for one in imported(body, comments=comment(1, "Why?")).comments] == [quote]


def test_citations_of_a_reference_manager_are_citations() -> None:
    read = imported(paragraph(run("Shown."), cited(SMITH), run(" Again."), cited(AUDIT, SMITH)))
    assert read.text == "Shown.[@smith2024] Again.[@audit2023; @smith2024]\n"
    assert {item["id"]: item["title"] for item in read.references} == {"smith2024": SMITH["title"], "audit2023": AUDIT["title"]}
    assert "An audit of care" in statement_html(read.text, read.references)


def test_citations_typed_as_numbers_stay_what_they_are() -> None:
    read = imported(paragraph(run("Shown."), run("1,2", '<w:vertAlign w:val="superscript"/>'), run(" And [3].")))
    assert read.text == "Shown.^1,2^ And \\[3\\].\n"
    assert read.references == ()


def test_rejecting_and_accepting_is_what_the_converter_does() -> None:
    """Our text is pandoc’s with all changes rejected, and with every suggestion taken it is pandoc’s with all accepted."""
    body = (
        paragraph(run("One tw"), deleted("o"), inserted("elve"), run(" three."), inserted(" Four."))
        + paragraph(run("Here "), deleted("is "), inserted("was "), run("a "), inserted("long "), run("story."))
        + paragraph(inserted("Begun "), run("and"), deleted(" not"), run(" ended"))
    )
    file = word_file(body)
    read = read_word(file)
    plain = {
        how: convert_file(file, ["--from=docx", "--to=plain", "--wrap=none", f"--track-changes={how}"])[0].decode()
        for how in ("accept", "reject")
    }
    assert read.text == plain["reject"]
    taken = read.text
    for one in reversed(read.suggestions):
        place = taken.rindex(one.passage.before + one.passage.quote + one.passage.after[:1]) + len(one.passage.before)
        taken = taken[:place] + one.wording + taken[place + len(one.passage.quote) :]
    assert taken == plain["accept"]


def test_text_that_is_too_long_is_refused_with_its_limit() -> None:
    with pytest.raises(InvalidInput, match="100,000 characters"):
        imported(paragraph(run("word " * 21_000)))


def test_file_without_words_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no words"):
        imported(paragraph(), paragraph(IMAGE))


def test_thousands_of_comments_are_refused_in_a_sentence() -> None:
    many = range(1, 2_002)
    with pytest.raises(InvalidInput, match="2,000 changes and comments"):
        imported(*(paragraph(commented(number, run("a"))) for number in many), comments="".join(comment(number, "Why?") for number in many))


def test_opener_is_given_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSIGNED_EXAMPLE_SECRET", "s3cret")
    environments = []
    run_it = subprocess.run

    def watched(*arguments: Any, **options: Any) -> Any:
        environments.append(options["env"])
        return run_it(*arguments, **options)

    monkeypatch.setattr(program.subprocess, "run", watched)
    assert imported(paragraph(run("Words"))).text == "Words\n"
    assert len(environments) == 3
    assert "s3cret" not in str(environments)
