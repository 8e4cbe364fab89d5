import re
from collections.abc import Callable

import html5lib
import nh3
import pytest
from hypothesis import given, settings

from tests.counts import times
from webapp.rendering.redline import ChangeKind, Redline, State, accepted, redline, rejected
from webapp.rendering.redline import comparison as comparing
from webapp.rendering.redline.blocks import plain_text, read_blocks
from webapp.rendering.redline.page import redline_html
from webapp.rendering.text import statement_html

from .letters import AUDIT, SMITH, STATEMENT
from .redline_texts import Edit, edits, shown
from .test_text import ALLOWED


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


WORDS = (
    ("a word replaced", "eleven million", "twelve million", [("deleted", "eleven"), ("inserted", "twelve")]),
    ("a word inserted", "We sign.", "We all sign.", [("inserted", " all")]),
    ("a word deleted", "The big cat", "The cat", [("deleted", " big")]),
    ("a word before the first", "the cat", "Then the cat", [("inserted", "Then ")]),
    ("a comma", "one, two", "one two", [("deleted", ",")]),
    (
        "a short word between two changes goes with them",
        "we do not believe it",
        "we will not accept it",
        [("deleted", "do not believe"), ("inserted", "will not accept")],
    ),
    ("a range is one number", "41–68% of 1.73 m", "41–69% of 1.73 m", [("deleted", "41–68"), ("inserted", "41–69")]),
    ("combining signs stay", "une e\u0301tude", "une e\u0300tude", [("deleted", "e\u0301tude"), ("inserted", "e\u0300tude")]),
    ("conjuncts stay whole", "जाँच क्षेत्र में", "जाँच क्षत्रिय में", [("deleted", "क्षेत्र"), ("inserted", "क्षत्रिय")]),
    ("right to left", "الجمعية السعودية لأمراض", "الجمعية المصرية لأمراض", [("deleted", "السعودية"), ("inserted", "المصرية")]),
    ("signs without spaces", "中华医学会肾脏病学分会", "中华医学会心脏病学分会", [("deleted", "肾"), ("inserted", "心")]),
    ("emphasis taken away", "a <em>fair</em> test", "a fair test", [("deleted", "fair"), ("inserted", "fair")]),
    ("a line break", "one<br>two", "one two", [("deleted", "\n"), ("inserted", " ")]),
)


@pytest.mark.parametrize(("old", "new", "fates"), [pytest.param(*case, id=name) for name, *case in WORDS])
def test_words_are_told_by_their_fate(old: str, new: str, fates: list[tuple[str, str]]) -> None:
    assert marked(of(old, new)) == fates


def test_changed_link_is_a_change_though_its_words_are_the_same() -> None:
    found = of('<a href="https://example.org/1">here</a>', '<a href="https://example.org/2">here</a>')
    assert [change.kind for change in found.changes] == [ChangeKind.LINK]
    assert "[link: was https://example.org/1, is https://example.org/2]" in redline_html(found)


def test_changed_emphasis_is_a_change_of_form() -> None:
    assert [change.kind for change in of("<em>a</em> b", "a b").changes] == [ChangeKind.FORM]


LONG = "<p>One passage that is long enough to be known again.</p>"
OTHER = "<p>Something else entirely stands here.</p><p>Third things, of which nobody spoke.</p>"


def test_moved_paragraph_is_one_change_in_two_places() -> None:
    found = redline(LONG + OTHER, OTHER + LONG)
    assert [passage.state for passage in found.passages] == [State.MOVED_FROM, State.KEPT, State.KEPT, State.MOVED_TO]
    assert (found.counts.moved, found.counts.insertions, found.counts.deletions) == (1, 0, 0)
    html = redline_html(found)
    assert 'id="change-1"><span class="redline__label"><a href="#change-1-there">Moved from here</a>:</span>' in html
    assert 'id="change-1-there"><span class="redline__label"><a href="#change-1">Moved to here</a>:</span>' in html


def test_passage_that_moved_and_changed_shows_both() -> None:
    found = redline(LONG + OTHER, OTHER + LONG.replace("long", "short"))
    assert (found.counts.moved, found.counts.insertions, found.counts.deletions) == (1, 1, 1)
    assert [change.kind for change in found.changes] == [ChangeKind.MOVED, ChangeKind.REPLACED]


def test_paragraphs_that_moved_together_are_one_passage() -> None:
    both = LONG + "<p>And what follows it goes along with it.</p>"
    assert redline(both + OTHER * 2, OTHER * 2 + both).counts.moved == 1


def test_short_line_elsewhere_is_not_called_moved() -> None:
    assert redline("<p>Yes.</p>" + OTHER, OTHER + "<p>Yes.</p>").counts.moved == 0


def test_paragraph_that_became_a_heading_is_another() -> None:
    found = redline("<p>The comparator</p>", "<h2>The comparator</h2>")
    assert [passage.state for passage in found.passages] == [State.DELETED, State.INSERTED]


def test_deleted_item_stands_in_its_list_and_takes_no_number() -> None:
    found = redline_html(redline("<ol><li>one</li><li>two</li><li>three</li></ol>", "<ol><li>one</li><li>three</li></ol>"))
    assert found.count("<ol") == 1
    assert re.findall(r"<li[^>]*>", found) == ["<li>", '<li class="redline__gone">', "<li>"]


def test_list_that_a_deleted_paragraph_cuts_in_two_goes_on_counting() -> None:
    old = "<ol><li>one</li></ol><p>Something between the two of them.</p><ol><li>two</li></ol>"
    html = redline_html(redline(old, "<ol><li>one</li><li>two</li></ol>"))
    assert shown(html, without="del")[-2:] == ["one", "two"]
    assert "<ol>" in html


TABLE = "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody>{}</tbody></table>"


def test_rows_of_one_table_stay_in_one_table() -> None:
    rows = [f"<tr><td>Outcome {name}</td><td>{number}%</td></tr>" for name, number in (("first", 1), ("second", 2), ("third", 3))]
    old, new = TABLE.format("".join(rows)), TABLE.format(rows[0] + rows[2].replace("3%", "4%"))
    html = redline_html(redline(old, new))
    assert html.count("<table>") == html.count("<thead>") == html.count("<tbody>") == 1
    assert shown(html, without="del")[-6:] == ["a", "b", "Outcome first", "1%", "Outcome third", "4%"]


def test_table_with_another_number_of_columns_is_another_table() -> None:
    wide = "<table><thead><tr><th>a</th><th>b</th><th>c</th></tr></thead><tbody><tr><td>1</td><td>2</td><td>3</td></tr></tbody></table>"
    html = redline_html(redline(TABLE.format("<tr><td>1</td><td>2</td></tr>"), wide))
    assert html.count("<table>") == html.count("<thead>") == 2


@pytest.mark.parametrize(
    ("old", "new", "insertions", "deletions"),
    [
        ("", "", 0, 0),
        ("", "<p>Words.</p>", 1, 0),
        ("<p>Words.</p>", "", 0, 1),
        ("<p>Yes</p>", "<p>No</p>", 1, 1),
        ("<ul><li></li></ul>", "", 0, 1),
    ],
)
def test_empty_text_and_single_words_are_compared_too(old: str, new: str, insertions: int, deletions: int) -> None:
    found = redline(old, new)
    assert (found.counts.insertions, found.counts.deletions) == (insertions, deletions)
    assert accepted(found) == read_blocks(new)
    assert rejected(found) == read_blocks(old)


def test_same_text_has_no_changes() -> None:
    html = statement_html(STATEMENT, [SMITH, AUDIT])
    found = redline(html, html)
    assert found.is_same
    assert found.changes == ()
    assert "No changes." in redline_html(found)


def _cited(count: int, *, first: str = "") -> str:
    keys = [*([first] if first else []), *(f"key{number}" for number in range(count))]
    references = [{**SMITH, "id": key, "title": f"A trial of {key}", "DOI": ""} for key in keys]
    return statement_html("".join(f"A sentence about {key} [@{key}].\n\n" for key in keys), references)


def test_two_hundred_citations_renumbered_by_one_are_told_once_and_are_no_changes() -> None:
    found = redline(_cited(199), _cited(199, first="newest"))
    assert (found.counts.insertions, found.counts.deletions, found.counts.moved, found.counts.renumbered) == (2, 0, 0, 199)
    html = redline_html(found)
    assert "199 citations have a new number, because they are counted in order" in html
    assert html.count("dotted beneath") == 1
    assert (
        '<span class="redline__renumbered"><sup><a href="#change-ref-key0">2</a></sup><span class="visually-hidden"> (was 1)</span></span>'
        in html
    )


def test_references_in_another_order_are_not_shown_as_moved() -> None:
    one, two = [
        statement_html(f"First [@{a}]. Then [@{b}].", [SMITH, AUDIT]) for a, b in (("smith2024", "audit2023"), ("audit2023", "smith2024"))
    ]
    found = redline(one, two)
    assert found.counts.moved == 0
    assert accepted(found) == read_blocks(two)
    assert rejected(found) == read_blocks(one)
    assert redline_html(found).count("A trial of something") == 1


def test_other_reference_under_the_same_number_is_a_change() -> None:
    one, two = (statement_html(f"First [@{key}].", [SMITH, AUDIT]) for key in ("smith2024", "audit2023"))
    assert redline(one, two).changes[0].kind == ChangeKind.REPLACED


def test_note_before_the_others_changes_only_their_letters() -> None:
    old, new = "Some words of ours[^a].\n\n[^a]: A note.\n", "Some[^b] words of ours[^a].\n\n[^a]: A note.\n\n[^b]: Of other words.\n"
    found = redline(statement_html(old, []), statement_html(new, []))
    assert found.counts.relettered == 1
    assert "1 note has a new letter" in redline_html(found)


def test_changes_lead_to_the_next_and_back() -> None:
    html = redline_html(of("one two three four five", "1 two three four 5 six seven"), prefix="c")
    ids = re.findall(r'id="(c-[^"]+)"', html)
    assert ids == ["c-summary", "c-1", "c-2"]
    assert set(re.findall(r'href="#([^"]+)"', html)) == set(ids)
    assert '<a href="#c-1">First change</a> <a href="#c-2">Last change</a>' in html


def test_ids_are_the_same_for_the_same_texts_and_each_is_there_once() -> None:
    old, new = statement_html(STATEMENT, [SMITH, AUDIT]), statement_html(STATEMENT.replace("care", "thought"), [SMITH, AUDIT])
    html = redline_html(redline(old, new))
    assert redline_html(redline(old, new)) == html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) > 3


TAGS = ALLOWED | {"ins", "del", "span", "div"}
GIVEN = {"*": {"class", "id", "lang", "dir"}, "a": {"href"}, "ol": {"start", "type"}}


@settings(max_examples=times(300), deadline=None)
@given(edits())
def test_page_passes_the_cleaner_unchanged(edit: Edit) -> None:
    html = redline_html(redline(edit.old, edit.new))
    cleaned = nh3.clean(html, tags=TAGS, attributes=GIVEN, link_rel=None)
    assert html5lib.serialize(html5lib.parseFragment(cleaned)) == html5lib.serialize(html5lib.parseFragment(html))


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b>', "a &lt;b&gt; c", "</ins></del>"])
def test_what_was_typed_is_text_in_the_redline(typed: str) -> None:
    html = redline_html(redline(statement_html("Nothing here.", []), statement_html(f"Nothing {typed} here.", [])))
    assert not {"script", "img", "b"} & set(re.findall(r"<(\w+)", html))
    assert html5lib.parseFragment(html) is not None


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "/desk"])
def test_link_to_elsewhere_never_becomes_one(address: str) -> None:
    # The converter takes these out already; the redline does not rely on it.
    assert "href" not in redline_html(redline("", f'<p><a href="{address}">x</a></p>')).partition("redline__text")[2].replace('href="#', "")


def test_listener_hears_what_is_inserted_deleted_and_moved() -> None:
    html = redline_html(redline(LONG + OTHER, OTHER.replace("else", "new") + LONG))
    for words in ("inserted: ", "deleted: ", "Moved from here", "Moved to here"):
        assert words in html


def test_words_of_ours_are_english_in_a_text_that_is_not() -> None:
    html = redline_html(of("un mot", "un autre mot"), language="fr")
    assert '<div class="redline__text letter-text" lang="fr">' in html
    assert '<span class="visually-hidden" lang="en"> inserted: </span>' in html


def test_right_to_left_paragraph_is_marked_as_one() -> None:
    assert '<p dir="rtl">' in redline_html(of("شكرا لكم", "شكرا جزيلا لكم"))


LARGE = times(9_000)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("<p>a</p>" * LARGE, "<p>a</p><p>b</p>" * (LARGE // 2), id="one letter, again and again"),
        pytest.param(f"<p>{'a b ' * LARGE}</p>", f"<p>{'b b a ' * LARGE}</p>", id="one paragraph without a landmark"),
        pytest.param(f"<p>{'研究' * LARGE}</p>", f"<p>{'研究' * (LARGE - 9)}日</p>", id="signs without spaces"),
        pytest.param("<ul><li>x" * 300 + "</li></ul>" * 300, "<ul><li>y" * 300 + "</li></ul>" * 300, id="lists within lists"),
    ],
)
def test_large_and_monotonous_text_keeps_both_sides(old: str, new: str) -> None:
    found = redline(old, new)
    assert accepted(found) == read_blocks(new)
    assert rejected(found) == read_blocks(old)
    assert "redline__summary" in redline_html(found)


def test_short_line_between_two_that_stayed_is_compared_word_by_word() -> None:
    around = "<p>Before it.</p><p>{}</p><p>And after.</p>"
    found = redline(around.format("We sign."), around.format("First of all, we do. We sign."))
    assert marked(found) == [("inserted", "First of all, we do. ")]
