"""A passage is found again where it stands, and not where it does not: the text quote of the Web Annotation Data Model."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.passage import context_of, place_of, places_meant

TEXT = "We disagree with the trial.\n\nThe trial was small. The trial was short.\n\nWe ask for a correction."


def found(quote: str, prefix: str = "", suffix: str = "", text: str = TEXT) -> str | None:
    span = place_of(quote, prefix, suffix, text)
    return text[span[0] : span[1]] if span else None


def test_passage_that_stands_once_is_found_whatever_surrounds_it() -> None:
    assert found("was short", "quite other words ", " and others") == "was short"


def test_of_a_repeated_passage_the_one_with_the_same_surroundings_is_found() -> None:
    start = TEXT.index("The trial was short")
    assert place_of("The trial", "was small. ", " was short", TEXT) == (start, start + len("The trial"))
    first = TEXT.index("The trial")
    assert place_of("The trial", "with the trial.\n\n", " was small", TEXT) == (first, first + len("The trial"))


def test_half_of_the_surroundings_is_enough() -> None:
    start = TEXT.index("The trial was short")
    assert place_of("The trial", "", " was short", TEXT) == (start, start + len("The trial"))


def test_repeated_passage_whose_surroundings_are_all_gone_is_not_guessed_at() -> None:
    assert found("The trial", "xxxx", "yyyy") is None
    assert found("The trial") == "The trial"


def test_passage_that_is_gone_is_not_found() -> None:
    assert found("was large", "The trial ", ".") is None
    assert found("") is None


def test_whole_paragraph_is_found_across_spaces_and_line_breaks() -> None:
    assert found("The trial was small.   The\ttrial\nwas short.") == "The trial was small. The trial was short."
    assert found("trial. The trial was small") == "trial.\n\nThe trial was small"


@pytest.mark.parametrize("words", ["naïve Ångström", "Việt ngữ", "한국어 학회", "שָׁלוֹם עולם", "الجمعية الطبية"])
def test_composed_and_decomposed_letters_are_the_same(words: str) -> None:
    for of_text in ("NFC", "NFD"):
        for of_quote in ("NFC", "NFD"):
            text = unicodedata.normalize(of_text, f"Before. {words} after.")
            quote = unicodedata.normalize(of_quote, words)
            assert found(quote, text=text) == unicodedata.normalize(of_text, words)


def test_mark_is_never_cut_off_its_letter() -> None:
    text = unicodedata.normalize("NFD", "Gullhavené")
    assert found("Gullhaven", text=text) == "Gullhaven"
    assert found("Gullhavene", text=text) is None


@given(st.text("ab \n", max_size=60), st.data())
def test_every_passage_is_found_with_its_own_surroundings(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if not text[start:end].strip():
        return
    span = place_of(text[start:end], *context_of(text, (start, end)), text)
    assert span is not None
    assert "".join(text[span[0] : span[1]].split()) == "".join(text[start:end].split())


def meant(quote: str, offered: str = "", prefix: str = "", suffix: str = "") -> list[int]:
    return [start for start, _ in places_meant(quote, prefix, suffix, TEXT, offered=offered)]


def test_part_of_an_offered_passage_is_meant_where_that_passage_stands() -> None:
    offered = "The trial was small. The trial was short."
    assert meant("The trial was short", offered, "the trial.", "We ask") == [TEXT.index("The trial was short")]
    assert meant("trial", "We disagree with the trial.", suffix="The trial") == [TEXT.index("trial")]
    assert len(meant("The trial", offered, "the trial.", "We ask")) == 2, "nobody knows which"


def test_words_that_were_not_offered_are_looked_for_in_the_whole_text() -> None:
    assert meant("We ask for a correction", "We disagree with the trial.") == [TEXT.index("We ask")]
    assert meant("with the trial. The trial was small", "The trial was small.", "the trial.") == [TEXT.index("with the trial")]
    assert meant("words that nobody wrote", "We disagree with the trial.") == []


def test_repeated_words_without_surroundings_are_not_guessed_at() -> None:
    assert len(meant("was")) == 2
    assert meant("was", suffix=" short") == [TEXT.index("was short")]
