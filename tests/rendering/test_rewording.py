"""A suggested wording goes into the source only where the result reads as it was suggested."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import REFERENCES
from webapp.domain.errors import InvalidInput
from webapp.domain.passage import context_of, fold
from webapp.rendering.passages import plain_text
from webapp.rendering.rewording import reword
from webapp.rendering.text import statement_html

CITED = json.loads(REFERENCES)
BODY = """To the Editor,

We "disagree" -- firmly -- with the trial [@vale2026]. The trial is *small*.

- The trial is short.
- The trial is
  old.
"""


def words(body: str) -> str:
    return plain_text(statement_html(body, CITED))


def test_typographic_signs_are_found_as_they_were_typed() -> None:
    made = reword(BODY, CITED, ("“disagree” – firmly –", "", ""), "differ")
    assert "We differ with the trial [@vale2026]" in made.body
    assert made.body[: made.at] + made.before + made.body[made.at + len(made.after) :] == BODY


def test_the_place_that_was_meant_is_changed_among_several() -> None:
    made = reword(BODY, CITED, ("The trial", "is small.", " is short"), "It")
    assert "- It is short." in made.body and made.body.count("The trial") == 2


def test_words_across_a_line_of_the_source_are_found() -> None:
    assert "- Gone.\n" in reword(BODY, CITED, ("The trial is old", "", ""), "Gone").body


def test_passage_is_taken_out_with_its_space() -> None:
    assert "with trial [@vale2026]" in reword(BODY, CITED, ("the", "firmly – with ", " trial"), "").body


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [
        ("The trial is small", "emphasis, a link, a citation"),
        ("with the trial.1", "emphasis, a link, a citation"),
        ("nobody wrote this", "any more"),
    ],
)
def test_passage_with_markup_or_none_is_left_to_the_hand(quote: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=f"{sentence}.*by hand"):
        reword(BODY, CITED, (quote, "", ""), "Better")


@pytest.mark.parametrize("wording", ["1. First", "- A list", "https://example.org/a_b_c", "*not* emphasis", "[@nobody]", "a\\b | c # d"])
def test_wording_is_plain_words_or_refused(wording: str) -> None:
    try:
        made = reword(BODY, CITED, ("To the Editor,", "", ""), wording)
    except InvalidInput as error:
        assert "by hand" in str(error)
    else:
        assert fold(wording).text in fold(words(made.body)).text and "<em>not" not in statement_html(made.body, CITED)


@given(st.data(), st.text("abc *_[]<>@#-.\"'\\", max_size=12))
def test_every_passage_reads_as_suggested_or_is_refused(data: st.DataObject, wording: str) -> None:
    text = words(BODY).partition("References")[0]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if not text[start:end].strip():
        return
    try:
        made = reword(BODY, CITED, (text[start:end], *context_of(text, (start, end))), wording)
    except InvalidInput as error:
        assert "by hand" in str(error)
        return
    assert made.body[: made.at] + made.before + made.body[made.at + len(made.after) :] == BODY
