from collections.abc import Callable

import html5lib
import pytest
from hypothesis import given, settings

from tests.counts import times
from webapp.rendering.redline import Redline, State, accepted, redline, rejected
from webapp.rendering.redline import comparison as comparing
from webapp.rendering.redline.blocks import plain_text, read_blocks
from webapp.rendering.redline.page import redline_html

from .redline_texts import Edit, edits, shown


def of(old: str, new: str) -> Redline:
    return redline(f"<p>{old}</p>", f"<p>{new}</p>")


def marked(found: Redline) -> list[tuple[str, str]]:
    """What is not merely kept: its fate and its words."""
    segments = [one for passage in found.passages for cell in passage.cells for one in cell.segments]
    return [(one.state.value, "".join(run.text for run in one.runs)) for one in segments if one.state != State.KEPT]


def check_both_sides(edit: Edit) -> None:
    found = redline(edit.old, edit.new)
    assert accepted(found) == read_blocks(edit.new)
    assert rejected(found) == read_blocks(edit.old)
    assert plain_text(accepted(found)) == plain_text(read_blocks(edit.new))
    assert plain_text(rejected(found)) == plain_text(read_blocks(edit.old))
    assert found.is_same == (read_blocks(edit.old) == read_blocks(edit.new))


def check_page(edit: Edit) -> None:
    found = redline(edit.old, edit.new)
    text = html5lib.parseFragment(redline_html(found), namespaceHTMLElements=False)
    html = html5lib.serialize(text.find(".//div[@class='redline__text letter-text']"), omit_optional_tags=False)
    assert shown(html, without="del") == shown(edit.new)
    # A list of references in another order is shown in the new one.
    assert sorted(shown(html, without="ins", is_old=True)) == sorted(shown(edit.old))


@settings(max_examples=times(1000), deadline=None)
@given(edits())
def test_accept_side_is_the_new_text_and_reject_side_the_old_for_random_edits(edit: Edit) -> None:
    check_both_sides(edit)


@settings(max_examples=times(500), deadline=None)
@given(edits())
def test_page_without_deletions_is_the_new_text_and_without_insertions_the_old(edit: Edit) -> None:
    check_page(edit)


def _lose_a_word(pieces: list[object]) -> list[object]:
    return pieces[1:]


@pytest.mark.parametrize("check", [check_both_sides, check_page])
def test_comparison_that_loses_a_word_is_seen(check: Callable[[Edit], None], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = comparing.compare
    monkeypatch.setattr(comparing, "compare", lambda old, new: _lose_a_word(whole(old, new)))  # the negative control of the two above
    with pytest.raises(AssertionError):
        check(Edit("<p>We ask for a correction.</p>", "<p>We ask for a retraction.</p>"))
