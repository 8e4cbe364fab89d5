import re
from collections.abc import Callable

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.errors import InvalidInput
from webapp.rendering import pandoc
from webapp.rendering.counts import count_text
from webapp.rendering.text import citations, statement_html, word_count

from .letters import AUDIT, SMITH, UNCITED

ALLOWED = {
    "p", "br", "h2", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre", "sup", "sub", "blockquote", "ul", "ol", "li", "a",
    "section", "table", "caption", "thead", "tbody", "tr", "th", "td", "hr",
}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "levels"),
    [
        pytest.param("# One\n\n# Two", [2, 2], id="the top heading is a second level: the document has its own first"),
        pytest.param("## One\n\n### Two", [2, 3], id="a statement that begins lower begins at the same level"),
        pytest.param("# One\n\n#### Two\n\n# Three", [2, 3, 2], id="a skipped level closes up"),
        pytest.param("### One\n\n# Two\n\n###### Three", [2, 2, 3], id="a higher heading later is no higher than the first"),
    ],
)
def test_headings_begin_at_two_and_never_skip(typed: str, levels: list[int]) -> None:
    assert [int(level) for level in re.findall(r"<h(\d)>", statement_html(typed, []))] == levels


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "<b onclick=x>bold</b>", "<iframe src=x></iframe>", "a <! b"])
def test_typed_html_is_shown_and_never_an_element(typed: str) -> None:
    html = statement_html(typed, [])
    assert set(re.findall(r"<([a-z0-9]+)", html)) == {"p"}
    assert html5lib.parseFragment(html)[0].text.strip() == typed


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "/desk", "//evil.example", "#top"]
)
def test_link_leads_to_the_web_or_a_mailbox_or_nowhere(address: str) -> None:
    assert "href" not in statement_html(f"[press]({address})", [])


@pytest.mark.parametrize("address", ["https://example.org/a_b?c=d", "http://example.org", "mailto:office@example.org"])
def test_honest_link_stays(address: str) -> None:
    assert f'href="{address}"' in statement_html(f"[press]({address})", [])


def test_citations_are_numbered_in_order_after_the_full_stop() -> None:
    html = statement_html("First [@audit2023]. Then [@smith2024; @audit2023].", [SMITH, AUDIT, UNCITED])
    assert 'First.<sup><a href="#ref-audit2023" role="doc-biblioref">1</a></sup>' in html
    assert re.findall(r'<li id="ref-(\w+)">', html) == ["audit2023", "smith2024"]
    assert '<section class="references">' in html
    assert 'href="https://doi.org/10.5555/ejm.2024.1"' in html


def test_missing_citation_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match=r"@gone2024, @lost2024, which are not among the references") as refusal:
        statement_html("One [@gone2024], [@smith2024], [@lost2024; @gone2024].", [SMITH])
    assert refusal.value.field == "statement"


def test_citation_without_any_reference_is_refused() -> None:
    with pytest.raises(InvalidInput, match="@gone2024"):
        statement_html("One [@gone2024].", [])


def test_escaped_at_sign_is_no_citation() -> None:
    assert "@society" in statement_html(r"Follow \@society.", [])


def test_notes_are_lettered_after_the_text_and_before_the_references() -> None:
    typed = "# A[^z]\n\nOne [@smith2024].[^x]\n\n[^x]: A *note*.\n\n[^z]: Two\n\n    paragraphs.\n"
    html = statement_html(typed, [SMITH])
    assert re.findall(r'<a href="#(note-\d)" role="doc-noteref">(\w)</a>', html) == [("note-1", "a"), ("note-2", "b")]
    assert re.findall(r'<li id="(note-\d)">', html) == ["note-1", "note-2"]
    assert html.index("One.") < html.index('<section class="notes">') < html.index('<section class="references">')
    assert '<ol type="a">' in html
    assert "A <em>note</em>." in html


def test_notes_beyond_z_go_on_with_two_letters() -> None:
    typed = "".join(f"Word[^{n}] " for n in range(28)) + "".join(f"\n\n[^{n}]: Note." for n in range(28))
    assert re.findall(r">(\w+)</a>", statement_html(typed, []))[24:] == ["y", "z", "aa", "ab"]


def test_heading_in_a_note_is_no_part_of_the_outline() -> None:
    html = statement_html("# A[^x]\n\n[^x]: One.\n\n    #### Deep\n", [])
    assert re.findall(r"<h(\d)", html) == ["2", "2"]
    assert "<strong>Deep</strong>" in html


def test_note_cannot_bring_markup_or_script() -> None:
    html = statement_html("One.[^x]\n\n[^x]: <script>x</script> [l](javascript:x)\n", [])
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_image_is_refused_and_named() -> None:
    with pytest.raises(InvalidInput, match="the image “a chart”"):
        statement_html("![a chart](http://127.0.0.1/x.png)", [])


def test_dollars_and_backslashes_are_what_they_are() -> None:
    assert statement_html("From $5 to $6 and \\input{x}.", []).strip() == "<p>From $5 to $6 and \\input{x}.</p>"


def test_statement_cannot_name_a_file_to_read() -> None:
    html = statement_html("---\nbibliography: /etc/passwd\nnocite: '@*'\n---\n\nWords.", [])
    assert "root:" not in html
    assert "Words." in html


def test_reference_cannot_bring_markup_or_script() -> None:
    hostile = {**SMITH, "title": "<script>x</script> <i>good</i>", "URL": "javascript:alert(1)", "DOI": ""}
    html = statement_html("One [@smith2024].", [hostile])
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_statement_beyond_100_kb_is_refused() -> None:
    with pytest.raises(InvalidInput, match="100 kB"):
        statement_html("word " * 20_001, [])


def test_conversion_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "_SECONDS", 0.001)
    with pytest.raises(InvalidInput, match="takes too long"):
        statement_html("Words that no other test has converted before.", [])


def test_text_that_took_too_long_is_not_tried_again_at_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = "Words whose conversion is never waited for twice."
    runs = _counted(monkeypatch)
    monkeypatch.setattr(pandoc, "_given_up", {})
    monkeypatch.setattr(pandoc, "_SECONDS", 0.001)
    for convert in (lambda: statement_html(typed, []), lambda: word_count(typed), lambda: citations(typed), lambda: count_text(typed, [])):
        with pytest.raises(InvalidInput, match="takes too long"):
            convert()
    assert len(runs) == 1
    # The machine may only have been busy.
    monkeypatch.setattr(pandoc, "_SECONDS", 10)
    monkeypatch.setattr(pandoc.time, "monotonic", lambda: max(pandoc._given_up.values()))
    assert typed in statement_html(typed, [])


def test_refusal_of_a_text_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = _counted(monkeypatch)
    for _ in range(3):
        with pytest.raises(InvalidInput, match="@nowhere1999"):
            statement_html("Only here is this cited [@nowhere1999].", [])
    assert len(runs) == 1


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    runs: list[object] = []
    convert_file = pandoc.convert_file
    monkeypatch.setattr(pandoc, "convert_file", lambda *given, **more: (runs.append(given), convert_file(*given, **more))[1])
    return runs


@pytest.mark.parametrize("typed", ["[" * 20_000, "[a " * 11, "![" * 12, "[" * 11 + "a" + "]" * 11])
@pytest.mark.parametrize("convert", [lambda typed: statement_html(typed, []), word_count, citations, lambda typed: count_text(typed, [])])
def test_brackets_without_end_never_reach_the_converter(
    convert: Callable[[str], object], typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = _counted(monkeypatch)
    with pytest.raises(InvalidInput, match="square brackets") as refusal:
        convert(typed)
    assert refusal.value.field == "statement"
    assert not runs


@pytest.mark.parametrize("typed", ["[a] " * 200, "\\[ " * 200, "in [0, 1)\n\n" * 30], ids=["closed", "escaped", "of many paragraphs"])
def test_honest_brackets_are_set(typed: str) -> None:
    assert statement_html(typed, [])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("Three plain words.", 3, id="words"),
        pytest.param("Cited [@nobody2024] and [@a; @b] again.", 3, id="citation marks are no words"),
        pytest.param("# A heading\n\nand *emph*asis", 4, id="headings count, marks inside a word do not split it"),
        pytest.param("1. one\n2. two\n\n- three", 3, id="list numbers do not count"),
        pytest.param("|a|b|\n|-|-|\n|c d|e|", 5, id="cells are apart"),
        pytest.param("A dash – and 94% of [them](https://example.org/x/y)", 6, id="a dash is no word, an address does not count"),
    ],
)
def test_words_are_counted_as_a_journal_counts(typed: str, words: int) -> None:
    assert word_count(typed) == words


@pytest.mark.parametrize(("notes", "words"), [(True, 4), (False, 2)])
def test_notes_count_or_not(notes: bool, words: int) -> None:
    assert word_count("Two words.[^x]\n\n[^x]: Two more.\n", notes=notes) == words


def test_references_do_not_count() -> None:
    assert word_count("One [@smith2024].") == 1


_MARKS = st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            "[",
            "](",
            ")",
            "javascript:x",
            "#",
            "\n",
            "`",
            "*",
            "@",
            "![",
            '"',
            "onerror=",
            "<img src=x>",
            "|",
            "$",
            "&lt;",
            "word ",
            "{=html}",
            "\\",
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=30, deadline=None)
@given(_MARKS)
def test_whatever_is_typed_only_known_elements_come_out(typed: str) -> None:
    try:
        html = statement_html(typed, [])
    except InvalidInput:
        return
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        assert element.tag in ALLOWED | {"DOCUMENT_FRAGMENT"}
        assert set(element.attrib) <= {"href", "role", "start", "id", "class"}
        assert not element.get("href", "").lower().startswith(("javascript", "data", "/"))
