"""A text as a Word file: what goes out comes back the same, and a reference manager could go on with its citations."""

import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import times
from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput
from webapp.domain.imported import ImportedComment, Passage
from webapp.rendering.styles import STYLES
from webapp.rendering.text import statement_html
from webapp.rendering.word import read_word
from webapp.rendering.word_writing import write_word

from .letters import AUDIT, SMITH, STATEMENT

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
REFERENCES = [SMITH, AUDIT]


def written(text: str, **options: object) -> bytes:
    return write_word(text, REFERENCES, **{"title": "A letter", "made_at": NOW, **options})  # type: ignore[arg-type]


def page(text: str, references: Sequence[CslItem]) -> list[str]:
    """Its lines. Of a table whose source is wide pandoc says how wide the columns are, which leaves empty lines where it is taken out."""
    return [line for line in statement_html(text, references).splitlines() if line]


def part(file: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(file)).read(name).decode()


_WORDS = st.sampled_from(
    [
        *("alpha", "beta", "gamma", "dose", "care", "the", "94%", "41–68%", "“quoted”", "it’s", "Sørensen", "日本"),
        *("\\*", "\\#", "1\\.", "\\[x\\]", "\\@home", "a\\_b", "\\`", "\\<b\\>", "\\\\", "\\|", "5 \\> 4"),
        *("R\\&D", "\\&amp;", "\\$5", "\\^1", "\\~"),
        *("…", "-", "e.g.", "x=1", "(so)", "https://example.org/a_b?c=d&e"),
    ]
)  # fmt: skip
_INLINES = st.one_of(
    _WORDS,
    _WORDS,
    st.sampled_from(
        ["*one two*", "**bold**", "***both***", "H~2~O", "10^3^", "`code *x*`", "**a *b* c**", "[a link](https://example.org/b)"]
    ),
    st.sampled_from(
        [
            "cited [@smith2024]",
            "cited [@audit2023; @smith2024]",
            "cited [@smith2024, p. 3]",
            "cited [see @audit2023]",
            "line\\\nbreak",
            "note[^a]",
            "*it*[^b]",
        ]
    ),
)
_LINE = st.lists(_INLINES, min_size=1, max_size=8).map(lambda words: "Word " + " ".join(words))
_FLAT = _LINE.map(lambda line: line.replace("\\\n", " "))


def _indented(blocks: str, by: str) -> str:
    return "\n".join(f"{by}{line}" if line else line for line in blocks.split("\n"))


@st.composite
def _list(draw: st.DrawFn, depth: int = 0) -> str:
    """Tight or loose, as a whole: in Word the spacing belongs to the paragraph."""
    is_numbered, is_loose = draw(st.booleans()), draw(st.booleans())
    start = draw(st.integers(1, 9))
    items = []
    for number, line in enumerate(draw(st.lists(_FLAT, min_size=2, max_size=3)), start):
        sign = f"{number}." if is_numbered else "-"
        inner = _indented(draw(_list(depth + 1)), "    ") if depth < 2 and draw(st.integers(0, 3)) == 0 else ""
        items.append(f"{sign:<4}{line}" + (f"\n{'' if not is_loose else chr(10)}{inner}" if inner else ""))
    return ("\n\n" if is_loose else "\n").join(items)


_TABLE = st.lists(st.tuples(_FLAT, _FLAT), min_size=1, max_size=3).map(
    lambda rows: "| A | *B* |\n|:--|--:|\n" + "\n".join(f"| {left} | {right} |" for left, right in rows) + "\n\n: The caption"
)
_BLOCKS = st.one_of(
    _LINE,
    _LINE,
    st.tuples(st.integers(1, 4), _FLAT).map(lambda heading: f"{'#' * heading[0]} {heading[1]}"),
    _list(),
    _LINE.map(lambda line: _indented(line, "> ")),
    _TABLE,
    st.just("    code  *as it is*\n    <b>"),
    st.just("---"),
)
# Between two lists, or a list and code, Markdown cannot part them but by words.
_TEXTS = st.lists(_BLOCKS, min_size=1, max_size=6).map(
    lambda blocks: "\n\nAnd.\n\n".join(blocks) + "\n\n[^a]: A note, *with* [@smith2024].\n\n[^b]: Another.\n\n    In two paragraphs.\n"
)


@settings(max_examples=times(50), deadline=None)
@given(_TEXTS)
def test_text_comes_back_from_word_as_it_went(text: str) -> None:
    """As it is read: equal in HTML, with citations and list; and the text that came back goes and comes unchanged."""
    back = read_word(written(text))
    assert page(back.text, back.references) == page(text, REFERENCES)
    assert read_word(written(back.text)).text == back.text
    assert (back.suggestions, back.comments, back.left_out) == ((), (), ())


def test_whole_letter_comes_back_as_it_went() -> None:
    back = read_word(written(STATEMENT))
    assert statement_html(back.text, back.references) == statement_html(STATEMENT, REFERENCES)


def test_second_paragraph_of_an_item_stays_in_it() -> None:
    text = "1.  One.\n\n    More of one.\n\n    - Inner.\n\n      More of inner.\n\n2.  Two.\n"
    assert read_word(written(text)).text == text.replace("    - Inner.\n\n      More", "    - Inner.\n\n      More")


@pytest.mark.parametrize(
    ("text", "back"),
    [
        pytest.param("> Said.\n>\n> - a\n> - b\n", "> Said.\n\n- a\n- b\n", id="a list in a quotation stands after it"),
        pytest.param(
            "- a\n\n    - b\n\n    Of a.\n", "- a\n\n  - b\n\n    Of a.\n", id="what follows an inner list belongs to its last item"
        ),
        pytest.param("As @smith2024 say.\n", "As[@smith2024] say.\n", id="a citation in the running text is one in brackets"),
    ],
)
def test_what_word_cannot_hold_is_known(text: str, back: str) -> None:
    assert read_word(written(text)).text == back


@pytest.mark.parametrize("style", STYLES)
def test_citations_come_back_whatever_the_style(style: str) -> None:
    text = "One.[@smith2024] Two.[@audit2023; @smith2024]\n"
    back = read_word(written(text, style=style))
    assert statement_html(back.text, back.references, style=style) == statement_html(text, REFERENCES, style=style)
    assert {item["id"] for item in back.references} == {"smith2024", "audit2023"}


def test_title_stands_above_the_text_and_the_ask_below_it() -> None:
    file = written("Words.", ask="A correction & a reply", title="Care <first>")
    assert read_word(file).title == "Care <first>"
    assert read_word(file).text == "Words.\n"
    assert re.findall(r'w:pStyle w:val="(\w+)"', part(file, "word/document.xml")) == ["Title", "Subtitle", "FirstParagraph"]
    assert "A correction &amp; a reply" in part(file, "word/document.xml")


def test_citations_are_fields_that_a_reference_manager_knows() -> None:
    document = part(written("One [@smith2024]."), "word/document.xml")
    instruction = re.findall(r"<w:instrText[^>]*> ADDIN ZOTERO_ITEM CSL_CITATION (.*?) </w:instrText>", document)[0]
    (cited,) = json.loads(instruction.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))["citationItems"]
    assert cited["itemData"] == SMITH
    assert "ADDIN ZOTERO_BIBL" in document


def test_comments_stand_on_their_passages() -> None:
    text = "First **so** it is.\n\n- so it\n- and so it was\n"
    comments = [
        ImportedComment("Bo Lindqvist", NOW, Passage("so it", "First ", " is."), "Which?\nThis?"),
        ImportedComment("Anna Sørensen", None, Passage("so", "and ", " it was"), "And that?"),
        ImportedComment("Cy Ng", NOW, Passage("gone", "", ""), "Where is it?"),
    ]
    back = read_word(written(text, comments=comments)).comments
    assert [(one.author, one.made_at, one.passage.quote, one.remark) for one in back] == [
        ("Cy Ng", NOW, "First", "On “gone”: Where is it?"),
        ("Bo Lindqvist", NOW, "so it", "Which?\nThis?"),
        ("Anna Sørensen", None, "so", "And that?"),
    ]
    assert back[2].passage.before == "and "


def test_same_text_is_the_same_file() -> None:
    assert written("Words [@smith2024].") == written("Words [@smith2024].")


def test_missing_citation_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="@gone2024"):
        written("One [@gone2024].")


@pytest.mark.parametrize("typed", ["<w:br/>", "`<w:br/>`{=openxml}", "</w:t>", "]]>", "{=openxml}"])
def test_typed_xml_is_words_in_the_file(typed: str) -> None:
    back = read_word(written(f"A {typed} b", title=typed, ask=typed))
    assert back.title == typed
    assert statement_html(back.text, []) == statement_html(f"A {typed} b", [])


def test_file_looks_as_ours_do() -> None:
    styles = part(written("# One\n\nWords."), "word/styles.xml")
    assert 'w:styleId="Heading1"' in styles
    assert "Garamond" in styles


_LINKS = [
    "javascript:alert(1)",
    "JaVa:x",
    "file:///etc/x",
    "\\\\\\\\host\\\\share",
    "//host/x",
    "/desk",
    "data:text/html,x",
    "smb://host/x",
    "#x",
]


@pytest.mark.parametrize("address", _LINKS)
@pytest.mark.parametrize("text", ["*[press]({})*", "Note[^a]\n\n[^a]: [press]({})", "|a|\n|-|\n|**[press]({})**|", "> 1. [press]({})"])
def test_link_of_the_file_leads_to_the_web_or_a_mailbox_or_nowhere(text: str, address: str) -> None:
    file = written(text.format(address))
    body = part(file, "word/document.xml") + part(file, "word/footnotes.xml")
    assert "press" in body and "w:hyperlink" not in body
    names = [name for name in zipfile.ZipFile(io.BytesIO(file)).namelist() if name.endswith(".rels")]
    assert not any("External" in part(file, name) for name in names)


def test_link_of_a_reference_leads_no_other_way() -> None:
    file = write_word("One [@smith2024].", [{**SMITH, "URL": "file:///etc/x", "DOI": ""}], title="A letter", made_at=NOW)
    assert "External" not in part(file, "word/_rels/document.xml.rels")


def test_honest_link_stays_in_the_file() -> None:
    rels = part(written("[a](https://example.org/b) [c](mailto:office@example.org)"), "word/_rels/document.xml.rels")
    assert re.findall(r'Target="([^"]*)" TargetMode="External"', rels) == ["https://example.org/b", "mailto:office@example.org"]
