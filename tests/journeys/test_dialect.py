"""From Markdown to the formatted editor and back, in a real browser: the server’s converter reads both the same, or the text is refused."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from webapp.rendering.likeness import reads_the_same

from .server import Server

pytestmark = [pytest.mark.browser, pytest.mark.journey]

TEXTS = [
    "Plain words.",
    "Two\nlines of one paragraph.\n\nAnd another.",
    "# One\n\n## Two\n\n###### Six\n\nWords.",
    "One\n===\n\nTwo\n---\n\nWords.",
    "*Weak*, _weak_, **strong**, __strong__, ***both***, un*believ*able, snake_case_name.",
    "*A phrase with **strong words** inside*, and **strong with *weak* inside**.",
    "Code: `a*b_c`, ``with ` tick``.",
    "- one\n- two\n- three",
    "* one\n* two",
    "- one\n\n- two\n\n  with more",
    "- one\n  - deeper\n    - deepest\n- two",
    "1. one\n2. two\n3. three",
    "7. seven\n8. eight",
    "1. one\n   - inside\n2. two\n\n   more",
    "A list:\n- one\n- two",
    "> Quoted.\n>\n> Twice.",
    "> - a list\n> - in a quotation",
    "- > quoted in a list",
    "[words](https://example.org/a_b) and [titled](https://example.org 'A title').",
    "<https://example.org/~x> and https://example.org/a_b~c?d=1&e=2 as it is.",
    "[mail](mailto:office@example.org) and office@example.org.",
    "[a][b] by reference.\n\n[b]: https://example.org",
    "As shown [@vale2026].",
    "As shown [@vale2026; @sombra2022], [see @vale2026, p. 3; also @sombra2022].",
    "As @vale2026 says, and @vale2026 [p. 3] again [-@vale2026].",
    "Known [@doi:10.5555/x.1] or [@{key with}].",
    "Not cited: office@example.org, \\@vale2026.",
    "A note.[^1]\n\n[^1]: Its words.",
    "Notes[^a] and[^b].\n\n[^b]: The second, *weak*.\n\n[^a]: The first\n\n    in two paragraphs.\n\nAfter them.",
    "Not a note [^9].",
    "H~2~O and x^2^, 10^−3^ and n^th^.",
    "a\\\nb",
    "a  \nb",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "| a | b | c |\n|:--|:-:|--:|\n| *1* | [@vale2026] | 2 \\| 3 |\n\n: A caption",
    "Table: A caption\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "| | |\n|---|---|\n| 1 | 2 |",
    "```\ncode *as it is*\n```",
    "    code by four spaces",
    "Before\n\n---\n\nafter.",
    "Signs: \\* \\_ \\` \\# \\[ \\] \\< \\> \\~ \\^ \\\\ \\| $5 & \\&amp; &amp; 5 < 6 > 4.",
    "\\# no heading\n\n\\- no list\n\n1\\. no list\n\n\\> no quotation",
    "“Quoted”, \"straight\", 'single', it's – dashes -- and --- and dots...",
    "Non\\ breaking and non\u00a0breaking.",
    "Ünïcödé, 漢字, العربية, עברית, 😀.",
    "<script>alert(1)</script> and <b>bold</b> and <!-- none -->",
    "[a](javascript:alert(1)) and <javascript:alert(1)>",
    "5 * 6 * 7, 2^10, ~5, a_b, _a",
    "A line that ends with a backslash \\\\",
    "- [ ] not a task",
    "1) one\n2) two",
    "Term\n:   no definition",
    "A.  letter list\n\ni. roman",
    "# Heading with [@vale2026] and *more*\n\nText",
    "![A picture](picture.png)",
    "[^1]\n\n[^1]: a\n    - b\n    - c",
    "- one\n\n\n- two\n\ntext\n\n1. x\n\n       code",
    "+ plus\n+ list",
    "&copy; &nbsp; &#169;",
    "Trailing *emphasis *here and ** there",
    "",
]
# What the formatted editor has no form for, or reads otherwise than the converter: it stays closed, and says so.
REFUSED = ["![A picture](picture.png)", "1) one\n2) two", "Term\n:   no definition", "Trailing *emphasis *here and ** there"]


@pytest.fixture(scope="module")
def page(chromium: Browser, server: Server) -> Iterator[Page]:
    page = chromium.new_page()
    page.goto(f"{server.base}/")
    yield page
    page.close()


ROUND_TRIP = """async (text) => {
    const { parse, write } = await import("/static/js/dialect.js");
    try { return write(parse(text)); } catch (error) { return null; }
}"""


def back(page: Page, text: str) -> str | None:
    came: str | None = page.evaluate(ROUND_TRIP, text)
    return came


def test_texts_come_back_as_the_converter_reads_them(page: Page) -> None:
    came = {text: back(page, text) for text in TEXTS}
    changed = {text: one for text, one in came.items() if one is None or not reads_the_same(text, one)}
    for text, one in changed.items():
        print(repr(text), "->", repr(one))
    assert set(changed) == set(REFUSED)
