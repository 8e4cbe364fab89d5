"""Each word of a text is counted once, in the part to which it belongs."""

import pytest

from webapp.domain.document import AuthorLine
from webapp.domain.errors import InvalidInput
from webapp.domain.venue import Part
from webapp.rendering.counts import count_text, count_words
from webapp.rendering.text import word_count

from .letters import AUDIT, SMITH

WHOLE = """
# Two words

A body *with* H~2~O, “quoted words”, a [link](https://example.org/not/counted) and `code` [@smith2024; @audit2023, p. 3].

> A quote of five words. [@smith2024]

| one | two |
|-----|-----|
| three four | five |

: A caption

1. First point
2. Second point
"""


def test_words_are_counted_in_their_part() -> None:
    counts = count_text(WHOLE, [SMITH, AUDIT])
    assert {part: number for part, number in counts.words.items() if number} == {
        Part.HEADINGS: 2,
        Part.BODY: 14,
        Part.QUOTES: 5,
        Part.TABLES: 7,
    }
    assert (counts.references, counts.tables, counts.figures) == (2, 1, 0)


def test_parts_of_the_text_add_up_to_its_words() -> None:
    assert count_text(WHOLE, []).words_against(None) == word_count(WHOLE)


def test_what_is_in_a_table_or_quote_belongs_to_it_alone() -> None:
    counts = count_text("> # Heading in a quote\n>\n> | cell |\n> |---|\n> | two cells |\n", [])
    assert {part: number for part, number in counts.words.items() if number} == {Part.HEADINGS: 4, Part.TABLES: 3}


def test_note_is_counted_apart_and_parts_no_word() -> None:
    noted = "A text[^1]s end.[^2]\n\n[^1]: Three words here.\n\n[^2]: A note.\n\n    > A quote in it.\n"
    counts = count_text(noted, [])
    assert {part: number for part, number in counts.words.items() if number} == {Part.BODY: 3, Part.FOOTNOTES: 9}
    assert counts.words_against(None) == word_count(noted)
    assert counts.words[Part.BODY] == word_count(noted, notes=False)


def test_reference_counts_once_however_often_it_is_cited_and_while_it_is_missing() -> None:
    assert count_text("One [@smith2024]. Two [@smith2024; @gone2024].", [SMITH]).references == 2


def test_uncited_reference_is_not_counted() -> None:
    assert count_text("Nothing is cited.", [SMITH, AUDIT], with_references=True).references == 0


def test_words_of_the_references_are_counted_where_a_journal_counts_them() -> None:
    without, with_them = (count_text(WHOLE, [SMITH, AUDIT], with_references=wanted) for wanted in (False, True))
    assert without.words[Part.REFERENCES] == 0
    # Smith A. A trial of something. Example J Med. 2024;7:1-9. doi:… / Audit Collaborative. An audit of care. Audit Collaborative; 2023.
    assert with_them.words[Part.REFERENCES] == 20
    assert count_text("[@gone2024]", [SMITH], with_references=True).words[Part.REFERENCES] == 0


def test_title_and_authors_are_counted_apart() -> None:
    authors = [AuthorLine("Nora Berg", "Marrowby Institute", None, is_corresponding=True, competing_interests="None at all.")]
    counts = count_text("Words.", [], title="A title", authors=authors)
    assert (counts.words[Part.TITLE], counts.words[Part.AUTHORS], counts.authors) == (2, 4, 1)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", 0), (" – \n", 0), ("one – two", 2), ("p<0.05", 1), ("12/34", 1), ("naïve Ärzte", 2), ("中华医学会", 1), ("...", 0)],
)
def test_word_is_what_stands_between_spaces_and_can_be_read(typed: str, words: int) -> None:
    assert count_words(typed) == words
    assert count_text(typed, []).words_against(None) == words


@pytest.mark.parametrize("typed", ["> " * 3000 + "x", "x" * 100_001], ids=["nested deeply", "too long"])
def test_text_that_cannot_be_counted_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        count_text(typed, [])
    assert refusal.value.field == "statement"


def test_one_reading_is_never_changed_by_the_next() -> None:
    first = count_text(WHOLE, [], title="A title")
    second = count_text(WHOLE, [])
    assert first.words[Part.TITLE] == 2
    assert second.words[Part.TITLE] == 0
