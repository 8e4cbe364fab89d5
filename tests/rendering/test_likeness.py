"""The judge of whether the formatted editor may open a text: it forgives how the source is broken, and nothing that a reader sees."""

import pytest

from webapp.rendering.likeness import reads_the_same

SAME = [
    ("Two\nlines.", "Two lines."),
    ("* one\n* two", "- one\n- two"),
    ("_weak_ and __strong__", "*weak* and **strong**"),
    ("| a | b |\n|---|---|\n| 1 | 2 |", "|a|b|\n|------|-|\n|1|2|"),
]
# What an editor that does not know the dialect would do to a text.
CHANGED = [
    ("5 \\* 6 \\* 7", "5 * 6* 7*"),
    ("As shown [@vale2026].", "As shown \\[@vale2026\\]."),
    ("A note.[^1]\n\n[^1]: Its words.", "A note."),
    ("H~2~O", "H2O"),
    ("7. seven", "1. seven"),
    ("- one\n- two", "- one\n\n- two"),
    ("[a](https://example.org 'Title')", "[a](https://example.org)"),
    ("a\\\nb", "a b"),
    ("x" * 100_001, "x" * 100_001),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_other_source_of_the_same_text_is_the_same(one: str, other: str) -> None:
    assert reads_the_same(one, other)


@pytest.mark.parametrize(("one", "other"), CHANGED, ids=range(len(CHANGED)))
def test_whatever_a_reader_would_see_or_a_text_would_lose_is_a_change(one: str, other: str) -> None:
    assert not reads_the_same(one, other)
