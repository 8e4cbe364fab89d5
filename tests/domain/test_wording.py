"""Counts in words: one place, so that no two documents differ (R5)."""

import pytest

from webapp.domain.wording import COLLECTIVE_NOUNS, count_phrase, noun_for, signed_sentence


@pytest.mark.parametrize(
    ("count", "phrase", "sentence"),
    [
        (1, "1 society", "1 society has signed this letter."),
        (2, "2 societies", "2 societies have signed this letter."),
        (34, "34 societies", "34 societies have signed this letter."),
        (1000, "1000 societies", "1000 societies have signed this letter."),
    ],
    ids=["one is singular", "two are plural", "thirty-four", "a thousand"],
)
def test_r5_number_is_said_in_one_way(count: int, phrase: str, sentence: str) -> None:
    assert count_phrase(count, "societies") == phrase
    assert signed_sentence(count, "societies") == sentence


def test_nobody_is_said_in_words() -> None:
    assert count_phrase(0, "colleges") == "no colleges"
    assert signed_sentence(0, "colleges") == "No college has signed this letter yet."


@pytest.mark.parametrize(("plural", "singular"), COLLECTIVE_NOUNS.items())
def test_every_collective_noun_has_its_singular(plural: str, singular: str) -> None:
    assert noun_for(1, plural) == singular
    assert noun_for(0, plural) == noun_for(2, plural) == plural


@pytest.mark.parametrize("count", [0, 1, 34])
def test_signed_is_never_called_approved(count: int) -> None:
    assert "approved" not in signed_sentence(count, "societies")
