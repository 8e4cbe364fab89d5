"""Passages of a converted text: its words, its blocks, and marks that change nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rendering.passages import Mark, marked_html, passages, plain_text
from webapp.rendering.text import statement_html

MARKDOWN = """To the Editor,

We *disagree* & say so.

- one
- two <https://a.example.org/?a=1&b=2>

> A quote.
>
> Of two paragraphs.

| a | b |
|---|---|
| 1 | 2 |

## Why

1 < 2
"""


@pytest.fixture(scope="module")
def html() -> str:
    return statement_html(MARKDOWN, [])


def test_passages_are_the_outermost_blocks_and_together_the_whole(html: str) -> None:
    parts = passages(html)
    assert [part.text.split()[0] for part in parts] == ["To", "We", "one", "A", "a", "Why", "1"]
    assert "".join(part.html for part in parts).strip() == html.strip()
    assert parts[-1].text == "1 < 2"


def test_words_of_blocks_do_not_run_together(html: str) -> None:
    assert "Editor,\n" in plain_text(html)
    assert plain_text(html).split()[:6] == ["To", "the", "Editor,", "We", "disagree", "&"]


def test_mark_across_markup_keeps_the_markup(html: str) -> None:
    start = plain_text(html).index("We")
    shown = marked_html(html, [Mark(start, start + len("We disagree &"), "one")])
    assert '<mark id="one">We </mark><em><mark>disagree</mark></em><mark> &amp;</mark> say so.' in shown


@given(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 40)), max_size=5))
def test_marks_change_no_word(spans: list[tuple[int, int]]) -> None:
    html = statement_html(MARKDOWN, [])
    shown = marked_html(html, [Mark(start, start + length, f"m{number}") for number, (start, length) in enumerate(spans)])
    bare = shown
    for number in range(len(spans)):
        bare = bare.replace(f'<mark id="m{number}">', "")
    assert bare.replace("<mark>", "").replace("</mark>", "") == html
