"""The letter as one HTML file: valid, whole in itself, and in the order and language of the letter."""

import itertools
import re
from collections import Counter
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from tests.hostile.words import statement
from webapp.domain.document import LetterDocument, Letterhead, Picture, Proof
from webapp.domain.layout import Grouping, Layout
from webapp.rendering.letter_page import letter_page

from .letters import AUDIT, AWKWARD_NAMES, DIGEST, SMITH, letter
from .test_letter_jats import BARE
from .test_letter_text import MARKDOWN

FULL = letter(
    statement=f"To the Editor,\n\n{MARKDOWN}",
    references=(SMITH, AUDIT),
    layout=Layout(grouping=Grouping.COUNTRY, accent="#123456"),
    letterhead=Letterhead(("12 Example Street",), "https://www.example.org/", "logo"),
    pictures={"logo": Picture("image/png", b"drawn", 60, 30)},
    proof=Proof("https://example.org/check/x", "a" * 64, 41, "{}"),
)


def parsed(document: LetterDocument) -> Element:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root: Any = parser.parse(letter_page(document))
    assert parser.errors == []
    return root  # type: ignore[no-any-return]


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(FULL, id="everything"),
        pytest.param(BARE, id="nothing but words"),
        pytest.param(letter(statement=statement("http://127.0.0.1:9"), references=({**AUDIT, "id": "vale2026"},)), id="hostile"),
    ],
)
def test_file_is_valid_with_one_h1_unique_ids_and_headings_without_gaps(document: LetterDocument) -> None:
    root = parsed(document)
    assert [words(one) for one in root.iter("h1")] == [document.title] == [words(one) for one in root.iter("title")]
    assert [one for one, count in Counter(e.get("id") for e in root.iter() if e.get("id")).items() if count > 1] == []
    levels = [int(str(one.tag)[1]) for one in root.iter() if re.fullmatch("h[1-6]", str(one.tag))]
    assert all(deeper <= level + 1 for level, deeper in itertools.pairwise(levels))


def test_nothing_empty_stands_where_nothing_was_given() -> None:
    empty = [one.tag for one in parsed(BARE).iter() if one.tag in {"p", "li", "ul", "dl", "dd", "section"} and not words(one)]
    assert empty == []


def test_landmarks_language_and_way_to_the_text() -> None:
    root = parsed(replace(FULL, language="de-AT"))
    assert root.get("lang") == "de-AT"
    assert [len(list(root.iter(tag))) for tag in ("header", "main", "footer")] == [1, 1, 1]
    skip = next(root.iter("a"))
    assert (skip.get("href"), words(skip)) == ("#text", "Zum Text des Briefes")
    assert any(one.get("id") == "text" for one in root.iter("div"))


def test_file_needs_no_other() -> None:
    root = parsed(FULL)
    assert [one.tag for one in root.iter() if one.tag in {"script", "link", "iframe", "object", "embed", "form"}] == []
    assert [str(one.get("src"))[:22] for one in root.iter("img")] == ["data:image/png;base64,"]
    assert "url(" not in letter_page(FULL) and "@import" not in letter_page(FULL)
    assert "border-color: #123456" in letter_page(FULL)


def test_logos_are_there_only_where_the_letter_shows_them() -> None:
    lines = tuple(replace(one, logo="logo") for one in letter().signatories)
    shown = replace(FULL, signatories=lines, layout=Layout(shows_logos=True))
    assert len(list(parsed(shown).iter("img"))) == 1 + len(lines)
    assert len(list(parsed(replace(shown, layout=Layout())).iter("img"))) == 1
    assert len(list(parsed(replace(shown, pictures={})).iter("img"))) == 0


def test_list_is_a_list_for_each_group_under_its_heading() -> None:
    section = next(one for one in parsed(FULL).iter("section") if one.get("aria-labelledby") == "signatories")
    assert sum(len(list(one)) for one in section.iter("ul")) == len(AWKWARD_NAMES)
    assert len(list(section.iter("h3"))) >= len(list(section.iter("ul"))) - 1
    turned = {words(one) for one in section.iter("span") if one.get("dir") == "rtl"}
    assert turned == {"الجمعية السعودية لأمراض وزراعة الكلى", "האיגוד הישראלי לנפרולוגיה"}


def test_foot_says_how_it_is_checked() -> None:
    foot = next(parsed(FULL).iter("footer"))
    assert DIGEST in words(foot) and "a" * 64 in words(foot)
    assert [one.get("href") for one in foot.iter("a")] == ["https://example.org/check/x"]
    assert list(next(parsed(letter()).iter("footer")).iter("a")) == []


def test_draft_says_so_first() -> None:
    notice = next(one for one in parsed(letter(is_draft=True, draft_for="Gullhaven")).iter("p"))
    assert words(notice) == "Draft, revision 3, not for distribution · Copy for Gullhaven"


def test_page_of_a_language_from_the_right_runs_from_there() -> None:
    assert parsed(letter(language="ar")).get("dir") == "rtl"
    assert parsed(letter()).get("dir") is None
