"""What is pasted keeps its structure and loses its style; hostile HTML comes out as words."""

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import times
from webapp.domain.errors import InvalidInput
from webapp.rendering import paste
from webapp.rendering.paste import clean_pasted
from webapp.rendering.text import statement_html

_SIGN = "<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>{}<span>&nbsp; </span></span></span><![endif]>"
FROM_WORD = (
    "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><style>p.MsoNormal{color:red}</style></head><body><!--StartFragment-->"
    "<p class=MsoNormal><b><span lang=EN-GB style='font-size:12pt'>Bold</span></b> and plain<o:p></o:p></p>"
    f"<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>{_SIGN.format('·')}first<o:p></o:p></p>"
    f"<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'>{_SIGN.format('1.')}inner</p>"
    f"<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>{_SIGN.format('·')}second</p>"
    "<h2>Heading</h2><table class=MsoTableGrid><tr><td><p>A</p></td><td><p>B</p></td></tr></table><!--EndFragment--></body></html>"
)
FROM_GOOGLE = (
    '<meta charset="utf-8"><b style="font-weight:normal" id="docs-internal-guid-x"><p><span style="font-weight:400">Plain </span>'
    '<span style="font-weight:700">bold</span><span style="font-style:italic"> slanted</span></p></b>'
)


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        pytest.param("only words", "only words\n", id="words"),
        pytest.param("", "", id="nothing"),
        pytest.param("<p style='color:red;font-size:40px' class=x id=y>red</p>", "red\n", id="no style"),
        pytest.param("<h3>A</h3><p>b</p><h5>C</h5>", "# A\n\nb\n\n## C\n", id="headings begin at the top, without gaps"),
        pytest.param("<ul><li>a<ol start=3><li>b</ol></ul>", "- a\n  3.  b\n", id="lists"),
        pytest.param("a<br><i>b</i> H<sub>2</sub>O x<sup>2</sup>", "a\\\n*b* H~2~O x^2^\n", id="lines and letters"),
        pytest.param(
            "<table><tr><td><b>A</b></td><td><b>B</b> <b>C</b></td></tr><tr><td>1</td><td>2</td></tr></table>",
            "| A   | B C |\n|-----|-----|\n| 1   | 2   |\n",
            id="a first row in bold is one of headings",
        ),
        pytest.param(
            "<table><tr><td><b>A</b></td><td>B</td></tr><tr><td><hr></td><td>2</td></tr></table>",
            "|       |     |\n|-------|-----|\n| **A** | B   |\n|       | 2   |\n",
            id="another is not",
        ),
        pytest.param("<a href='https://example.org/?a=1&amp;b=2'>c</a>", "[c](https://example.org/?a=1&b=2)\n", id="a link to the web"),
        pytest.param("<p>1. no list</p><p># no heading</p>", "1\\. no list\n\n\\# no heading\n", id="what Markdown would take for more"),
        pytest.param("<p>cite @smith2024 [^1]</p>", "cite \\@smith2024 \\[\\^1\\]\n", id="no citation and no note"),
        pytest.param(
            FROM_WORD,
            "**Bold** and plain\n\n- first\n  1.  inner\n- second\n\n# Heading\n\n|     |     |\n|-----|-----|\n| A   | B   |\n",
            id="from Word",
        ),
        pytest.param(FROM_GOOGLE, "Plain **bold** *slanted*\n", id="from Google Docs"),
    ],
)
def test_structure_is_kept_and_style_is_not(pasted: str, expected: str) -> None:
    assert clean_pasted(pasted) == expected


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=http://127.0.0.1:1/x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>words</a>",
        "<a href='/desk'>words</a>",
        "<iframe src=x></iframe><object data=x></object><embed src=x>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><style><img src onerror=x></style></mtext></math>",
        "<p onclick=x style='background:url(http://127.0.0.1:1/x)'>words</p>",
        "<!--[if gte mso 9]><xml>x</xml><![endif]-->words",
        "<form action=/desk><input name=a value=b><button>words</button></form>",
        "<base href='http://127.0.0.1:1/'><link rel=stylesheet href=x>",
    ],
)
def test_hostile_html_comes_out_as_words_or_not_at_all(hostile: str) -> None:
    assert clean_pasted(f"before {hostile} after").split() in (["before", "after"], ["before", "words", "after"])


@pytest.mark.parametrize(
    ("pasted", "reason"),
    [
        pytest.param("x" * 1_000_001, "too much", id="more than a megabyte"),
        pytest.param("word " * 30_000, "too much", id="more than a text"),
        pytest.param("<p>x" * 60_000, "too much", id="paragraphs without end"),
        pytest.param("<div>" * 20_000, "too deeply", id="levels without end"),
        pytest.param("<b>" * 20_000, "too deeply", id="emphasis without end"),
        pytest.param("<table><tr><td>" * 400, "too deeply", id="tables in tables"),
    ],
)
def test_what_no_text_can_be_is_refused_in_a_sentence(pasted: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the converter is not asked, for it would take its time."""
    monkeypatch.setattr(paste, "convert", None)
    with pytest.raises(InvalidInput, match=reason):
        clean_pasted(pasted)


_PIECES = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<ul><li>",
            "</ul>",
            "<table><tr><td>",
            "</table>",
            "<script>",
            "</script>",
            "<a href='javascript:x'>",
            "<img src=x onerror=y>",
            "&lt;script&gt;",
            "<span style='mso-list:Ignore'>",
            "<p style='mso-list:l0 level3 lfo1'>",
            "words ",
            "<!--",
            "-->",
            "<h4>",
            "<pre>",
            "<",
            "\"'>",
            "<svg>",
            "`",
            "[a](javascript:x)",
            "<br>",
            "</div>",
            "\0",
            "<blockquote>",
            "* ",
            "# ",
        ]
    ),
    max_size=25,
).map("".join)


@settings(max_examples=times(300), deadline=None)
@given(_PIECES)
def test_whatever_is_pasted_only_known_elements_come_of_it(pasted: str) -> None:
    try:
        html = statement_html(clean_pasted(pasted), [])
    except InvalidInput:
        return
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        assert element.tag not in {"script", "img", "iframe", "svg", "style"}
        assert set(element.attrib) <= {"href", "start", "class", "type", "id", "role"}
        assert not element.get("href", "").lower().startswith("javascript")


def test_styles_for_other_scripts_that_word_writes_beside_its_emphasis_are_not_taken_for_it() -> None:
    html = "<p><b style='mso-bidi-font-weight:normal'>Nobody</b> was <span style='mso-bidi-font-style:italic'>asked</span>.</p>"
    assert clean_pasted(html) == "**Nobody** was asked.\n"
