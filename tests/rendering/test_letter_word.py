"""The sealed letter in Word: its styles, lists, links, sheet and properties, and nothing that acts."""

import io
import re
import zipfile
import zlib
from dataclasses import replace
from struct import pack
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.hostile.checks import word_problems
from webapp.domain.document import Letterhead, Picture, Proof
from webapp.domain.layout import Acronyms, Grouping, Layout, Paper
from webapp.rendering.letter_word import letter_word
from webapp.rendering.word import read_word

from .letters import AUDIT, AWKWARD_NAMES, DIGEST, SMITH, letter, signatories
from .test_letter_jats import BARE
from .test_letter_text import MARKDOWN

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VALUE = f"{W}val"


def blue_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x20\x40\x80" * width) * height
    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


FULL = letter(
    statement=f"To the Editor,\n\n{MARKDOWN}",
    references=(SMITH, AUDIT),
    layout=Layout(paper=Paper.LETTER, grouping=Grouping.COUNTRY, acronyms=Acronyms.AFTER),
    letterhead=Letterhead(("12 Example Street", "London"), "www.example.org", "logo"),
    pictures={"logo": Picture("image/png", blue_png(60, 30), 60, 30)},
    proof=Proof("https://example.org/check/x", "a" * 64, 41, "{}"),
)
SHORT = letter(statement="Short.", references=())


def part(file: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(file)).read(name).decode()


def paragraphs(file: bytes) -> list[tuple[str, str]]:
    """The style and the words of each, in their order."""
    found = []
    for one in ElementTree.fromstring(part(file, "word/document.xml")).iter(f"{W}p"):
        style = one.find(f"{W}pPr/{W}pStyle")
        words = "".join("\n" if inner.tag == f"{W}br" else inner.text or "" for inner in one.iter() if inner.tag in {f"{W}t", f"{W}br"})
        found.append((style.get(VALUE, "") if style is not None else "", words))
    return found


def styled(file: bytes, style: str) -> list[str]:
    return [words for kind, words in paragraphs(file) if kind == style]


@pytest.fixture(scope="module")
def full() -> bytes:
    return letter_word(FULL)


def test_same_letter_is_the_same_file(full: bytes) -> None:
    assert letter_word(FULL) == full


def test_every_part_of_the_letter_has_its_style(full: bytes) -> None:
    kinds = {kind for kind, _words in paragraphs(full)}
    assert kinds >= {"Title", "Heading1", "Heading2", "Subject", "Addressee", "Letterhead", "BlockText", "TableCaption", "Compact"}
    assert kinds >= {"Signatory", "Signed", "Bibliography", "Verification", "SourceCode", "BodyText"}
    defined = set(re.findall(r'w:styleId="(\w+)"', part(full, "word/styles.xml")))
    assert kinds - {""} <= defined


def test_head_says_who_to_whom_and_about_what(full: bytes) -> None:
    assert styled(full, "LeadSociety") == ["American Example Society"]
    assert styled(full, "Letterhead")[1:] == ["12 Example Street", "London", "www.example.org"]
    assert styled(full, "Dated") == ["28 April 2026 · Reference US-2026-0417"]
    assert styled(full, "Addressee") == ["Dr Margaret Whitlow\nEditor-in-Chief\nExample Journal of Medicine"]
    assert styled(full, "Title") == [letter().title]
    assert styled(full, "Subject")[0].startswith("In response toModelling study. Smith A.")


def test_signatories_are_one_numbered_list_through_all_groups(full: bytes) -> None:
    root = ElementTree.fromstring(part(full, "word/document.xml"))
    listed = [one for one in root.iter(f"{W}p") if (style := one.find(f"{W}pPr/{W}pStyle")) is not None and style.get(VALUE) == "Signatory"]
    assert len(listed) == len(AWKWARD_NAMES)
    numbering = part(full, "word/numbering.xml")
    assert all(one.find(f"{W}pPr/{W}numPr/{W}numId") is not None for one in listed)
    assert 'w:hanging="600"' in numbering and 'w:left="720" w:hanging="360"' not in numbering
    # Each group goes on counting where the one before has ended.
    assert {int(first) for first in re.findall(r'w:startOverride w:val="(\d+)"', numbering)} >= {1, 2, 5, 6}
    assert [words.partition("\n")[0] for words in styled(full, "Signatory")] == list(AWKWARD_NAMES)
    assert "24 societies have signed this letter." in styled(full, "Signed")


def test_right_to_left_name_is_set_from_the_right(full: bytes) -> None:
    rows = [one for one in re.findall(r"<w:p>.*?</w:p>", part(full, "word/document.xml"), re.DOTALL) if "האיגוד" in one]
    assert len(rows) == 1 and "<w:bidi" in rows[0] and "<w:rtl" in rows[0]


def test_citations_lead_to_entries_with_their_numbers(full: bytes) -> None:
    document = part(full, "word/document.xml")
    cited = set(re.findall(r'<w:hyperlink w:anchor="(ref-[^"]*)"', document))
    assert cited == {"ref-smith2024", "ref-audit2023"} <= set(re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]*)"', document))
    assert [words.partition("S")[0].partition("A")[0] for words in styled(full, "Bibliography")] == ["1.", "2."]


def test_notes_are_footnotes_with_letters_for_raised_numbers_are_citations(full: bytes) -> None:
    assert ">Note<" in part(full, "word/footnotes.xml")
    assert '<w:numFmt w:val="lowerLetter" />' in part(full, "word/document.xml")


def test_table_has_a_row_that_is_its_head_on_every_page(full: bytes) -> None:
    assert part(full, "word/document.xml").count("<w:tblHeader") == 1


@pytest.mark.parametrize(("paper", "width", "height"), [(Paper.A4, 11906, 16838), (Paper.LETTER, 12240, 15840)])
def test_sheet_is_the_letters(paper: Paper, width: int, height: int) -> None:
    document = part(letter_word(replace(SHORT, layout=Layout(paper=paper))), "word/document.xml")
    assert f'<w:pgSz w:h="{height}" w:w="{width}" />' in document


def test_pages_have_the_short_title_and_their_number(full: bytes) -> None:
    title = "Annual kidney testing should not be withdrawn on modelled evidence alone, and neither should any other test"
    header = part(letter_word(replace(SHORT, title=title)), "word/header1.xml")
    assert "Annual kidney testing should not be withdrawn on modelled evidence alone, and…" in header
    footer = part(full, "word/footer1.xml")
    assert re.findall(r"<w:instrText[^>]*> (\w+) </w:instrText>", footer) == ["PAGE", "NUMPAGES"]
    assert f"SHA-256 {DIGEST[:8]}…{DIGEST[-8:]}" in footer


def test_properties_are_title_lead_society_language_and_day(full: bytes) -> None:
    core = part(full, "docProps/core.xml")
    for words in (
        letter().title,
        "<dc:creator>American Example Society<",
        "<dc:language>en-GB<",
        ">2026-04-28T00:00:00Z</dcterms:modified>",
    ):
        assert words in core
    assert '<w:lang w:val="en-GB" />' in part(full, "word/styles.xml")
    assert "Microsoft" not in part(full, "docProps/app.xml")


def test_verification_names_digest_head_and_address(full: bytes) -> None:
    words = " ".join(styled(full, "Verification"))
    assert DIGEST in words and "a" * 64 in words and "https://example.org/check/x" in words


def test_nothing_in_it_acts_and_nothing_outside_is_fetched(full: bytes) -> None:
    assert [one for one in word_problems(full) if not one.startswith(("a field PAGE", "a field NUMPAGES", "an element drawing"))] == []


def test_logo_is_in_the_file_once_with_words_for_it(full: bytes) -> None:
    document = part(full, "word/document.xml")
    assert document.count("<pic:pic") == 1 and 'descr="Logo of American Example Society"' in document and "base64" not in document


def test_logo_that_is_a_drawing_is_in_the_file_as_a_picture() -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 30"><rect width="60" height="30" fill="#204080"/></svg>'
    file = letter_word(replace(FULL, pictures={"logo": Picture("image/svg+xml", drawing, 60, 30)}))
    (name,) = [one for one in zipfile.ZipFile(io.BytesIO(file)).namelist() if "/media/" in one]
    assert name.endswith(".png") and zipfile.ZipFile(io.BytesIO(file)).read(name).startswith(b"\x89PNG")
    assert file == letter_word(replace(FULL, pictures={"logo": Picture("image/svg+xml", drawing, 60, 30)}))


def test_nothing_empty_stands_where_nothing_was_given() -> None:
    assert [style for style, words in paragraphs(letter_word(BARE)) if not words.strip()] == []


def test_draft_says_so_first_and_on_every_page() -> None:
    draft = letter_word(replace(SHORT, is_draft=True, is_demonstration=True, draft_for="Gullhaven Society"))
    notice = "Draft, revision 3, not for distribution · Copy for Gullhaven Society · Demonstration"
    assert styled(draft, "Notice") == [notice]
    assert notice in part(draft, "word/header1.xml")
    assert "raft" not in part(letter_word(SHORT), "word/header1.xml")


@pytest.mark.parametrize("typed", ["<w:br/>", "</w:t>", "]]>", "{=openxml}", "{{ 7 * 7 }}", "a  b", "*a* _b_ [^1]", "&amp;"])
def test_r15_typed_words_are_the_same_words_in_the_file(typed: str) -> None:
    file = letter_word(replace(SHORT, title=typed, lead_society=typed, signatories=signatories((typed,)), ask=typed))
    assert (styled(file, "Title"), styled(file, "LeadSociety")) == ([typed], [typed])
    assert styled(file, "Signatory") == [typed]
    assert word_problems(file) == ["a field PAGE ", "a field NUMPAGES "] * 2


def test_another_reader_finds_the_text_and_opens_it_clean(full: bytes) -> None:
    back: Any = read_word(full)
    assert (back.suggestions, back.comments) == ((), ())
    for words in (letter().title, "## Portugal", "# References", "Kidney Research"):
        assert words in back.text
