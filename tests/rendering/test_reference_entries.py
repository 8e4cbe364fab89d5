import html

import pytest

from tests.rendering.fifteen import FIFTEEN
from webapp.rendering.reference_entries import set_references
from webapp.rendering.styles import STYLES
from webapp.rendering.text import citations


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        pytest.param("One [@a]. Two [@b; see @a, p. 3].", ("a", "b", "a"), id="in their order, and again"),
        pytest.param("As @a says [-@b].", ("a", "b"), id="in the sentence, and without the author"),
        pytest.param("> *One [@a]*\n\n1. - two [@b]\n\n|x|\n|-|\n|[@c]|\n\n## Four [@d]", ("a", "b", "c", "d"), id="anywhere in a text"),
        pytest.param("Follow \\@a, `[@b]` and\n\n```\n[@c]\n```\n", (), id="neither escaped nor in code"),
        pytest.param("Write to office@example.org.", (), id="no address of mail"),
        pytest.param("[see [@a]](https://example.org/@b)", ("a",), id="in the words of a link, not in its address"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_citations_are_what_the_converter_takes_for_them(text: str, keys: tuple[str, ...]) -> None:
    assert citations(text) == keys


def test_deeply_nested_text_is_read() -> None:
    assert citations("> " * 400 + "[@a]") == ("a",)


@pytest.mark.parametrize("style", STYLES)
def test_every_reference_is_set_by_its_key(style: str) -> None:
    entries = set_references(FIFTEEN, style=style)
    assert sorted(entries) == sorted(item["id"] for item in FIFTEEN)
    assert (list(entries) == [item["id"] for item in FIFTEEN]) == STYLES[style].is_numbered


def test_no_references_need_no_converter() -> None:
    assert set_references([]) == {}


@pytest.mark.parametrize("field", ["title", "container-title", "page", "URL", "DOI"])
def test_markup_in_a_field_comes_out_harmless(field: str) -> None:
    hostile = {**FIFTEEN[0], field: '<script>alert(1)</script><img src=x onerror="y"> javascript:alert(1)'}
    words = set_references([hostile], style="apa")["fennimore2026"]
    assert "<script" not in words
    assert "<img" not in words
    assert 'href="javascript' not in words
    if field == "title":
        assert "<script>" in html.unescape(words)


def test_reference_is_found_by_a_key_that_html_writes_otherwise() -> None:
    assert list(set_references([{**FIFTEEN[0], "id": "vale&berg2026"}])) == ["vale&berg2026"]
