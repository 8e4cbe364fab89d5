"""The letter for a web form: what stands there, and that nothing stands there that a form would spoil."""

import unicodedata

import pytest

from webapp.domain.document import Proof
from webapp.domain.layout import Grouping, Layout
from webapp.rendering.letter_text import letter_text
from webapp.rendering.plain_lines import plain_text
from webapp.rendering.text import statement_html
from webapp.rendering.words import words_for

from .letters import AUDIT, DIGEST, SMITH, letter

MARKDOWN = (
    "# One & two\n\nHello [@smith2024; @audit2023] x^2^ 10^a^ H~2~O. A note[^a] and e.g. *this* [link](https://example.org/a?b&c), "
    "[write](mailto:office@example.org) or https://example.org [bad](javascript:alert(1)).\n\n- a\n- b\n\n    more\n\n    - c\n\n"
    "3. x\n4. y\n\n> quoted\n\n| A | B |\n|--|--:|\n| 1 | 2 |\n\n: The cap\n\n    code <b>\n    two\n\n---\n\none\\\ntwo\n\n"
    "[^a]: Note *text* [@smith2024].\n"
)


def plain(markdown: str, style: str = "nlm-citation-sequence-superscript") -> str:
    return plain_text(statement_html(markdown, [SMITH, AUDIT], style=style), is_numbered=style != "apa")


def test_every_sort_of_block_is_a_line_or_lines() -> None:
    assert plain(MARKDOWN).split("\n\n") == [
        "One & two",
        (
            "Hello[1,2] x² 10^a H₂O. A note[a] and e.g. this link (https://example.org/a?b&c), write (office@example.org) "
            "or https://example.org bad."
        ),
        "- a\n- b\n    more\n    - c",
        "3. x\n4. y",
        "    quoted",
        "The cap\nA | B\n1 | 2",
        "code <b>\ntwo",
        "* * *",
        "one\ntwo",
        "Notes",
        "a. Note text.[1]",
        "References",
        (
            "1. Smith A. A trial of something. Example J Med. 2024;7:1–9. doi:10.5555/ejm.2024.1\n"
            "2. Audit Collaborative. An audit of care. Audit Collaborative; 2023."
        ),
    ]


@pytest.mark.parametrize(
    ("style", "cited"),
    [("bmj", "found [2]."), ("american-medical-association", "found.[2]"), ("apa", "found (Audit Collaborative, 2023).")],
)
def test_citations_stand_as_the_style_has_them_with_raised_ones_in_brackets(style: str, cited: str) -> None:
    assert cited in plain("We write [@smith2024].\n\nIt was found [@audit2023].", style)


def test_list_without_numbers_has_none() -> None:
    assert plain("One [@smith2024].", "apa").endswith(
        "\n\nReferences\n\nSmith, A. (2024). A trial of something. Example J Med, 7, 1–9. https://doi.org/10.5555/ejm.2024.1"
    )


def test_nothing_is_invisible_and_lines_end_alike() -> None:
    text = letter_text(letter(statement=f"{letter().statement}\n\ne.g. this\u00a0one\u00ad\u200b and\ufeff that.\n"))
    assert {one for one in text if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"} or (one.isspace() and one not in " \n")} == {"\n"}
    assert text.endswith(".\n") and not any(line != line.rstrip() for line in text.splitlines())


def test_paragraph_is_one_line_however_long() -> None:
    assert max(map(len, letter_text(letter()).splitlines())) > 800


def test_each_signatory_is_a_line_and_each_group_has_its_heading() -> None:
    text = letter_text(letter(layout=Layout(grouping=Grouping.COUNTRY), proof=Proof("https://example.org/check/x", "a" * 64, 41, "{}")))
    roll = text.partition("signed this letter.\n\n")[2].partition("\n\nHow to check this letter")[0]
    assert "\n\nPortugal\n\nAcadémie française de néphrologie · Prof Tomáš Okafor · President\n" in roll
    assert "simple electronic signatures and nothing more" in text
    assert DIGEST in text and "a" * 64 in text and "https://example.org/check/x" in text


def test_nothing_empty_stands_where_nothing_was_given() -> None:
    bare = letter(authors=(), signatories=(), targets=(), references=(), statement="Short.", ask="", addressee=(), journal="")
    assert "\n\n\n" not in letter_text(bare) and not letter_text(bare).startswith("\n")


def test_draft_says_so_first_and_for_whom() -> None:
    text = letter_text(letter(is_draft=True, is_demonstration=True, draft_for="Gullhaven Society"))
    assert text.startswith("Draft, revision 3, not for distribution · Copy for Gullhaven Society · Demonstration\n\n")
    assert "raft" not in letter_text(letter())


@pytest.mark.parametrize(("language", "words"), [("de", "Unterzeichnende"), ("fr", "Signataires"), ("es", "Firmantes")])
def test_fixed_words_are_in_the_language_of_the_letter(language: str, words: str) -> None:
    assert words_for(language).gettext("Signatories") == words
    text = letter_text(letter(language=language, proof=Proof("https://example.org/check/x", "a" * 64, 41, "{}")))
    for english in ("Signatories", "References", "Request", "Reference US", "The digest stands", "The signatures are", "entries"):
        assert english not in text
