import io
import re
import subprocess
from pathlib import Path

import pikepdf
import pypdf
import pytest

from webapp.domain.document import AuthorLine
from webapp.domain.wording import signed_sentence
from webapp.rendering.conformity import elements
from webapp.rendering.environment import ROOT
from webapp.rendering.letter import letter_html
from webapp.rendering.pdf import letter_pdf
from webapp.rendering.press import Press, RenderLimits

from .letters import AWKWARD_NAMES, DIGEST, letter, signatories
from .pdf_text import RIGHT_TO_LEFT, drawn, pages_of, squeezed, text_of

MILLIMETRE = 72 / 25.4


def roll_of(pdf: bytes) -> str:
    """The list of signatories in the file's own order, without heads, feet and numbers of other lists."""
    margins = re.compile(rf"^(\d+\.|SHA-256 \S+ Page \d+ of \d+|{re.escape(letter().title)})$", re.MULTILINE)
    return margins.sub("", "".join(pages_of(pdf))).rpartition("signed this letter.")[2].partition("About this document")[0]


def test_every_signatory_is_printed_once_and_in_order(final_pdf: bytes) -> None:
    roll = drawn(roll_of(final_pdf))
    places = [roll.find(drawn(name)) for name in AWKWARD_NAMES]
    assert -1 not in places
    assert places == sorted(places)
    assert [roll.count(drawn(name)) for name in AWKWARD_NAMES] == [1] * len(AWKWARD_NAMES)


def test_nothing_else_is_in_the_list(final_pdf: bytes) -> None:
    rest = drawn(roll_of(final_pdf))
    for one in signatories():
        for words in (one.printed_name, f"{one.officer}, {one.office}" if one.officer else "", one.country or ""):
            rest = rest.replace(drawn(words), "", 1)
    assert rest == ""


@pytest.mark.parametrize("name", [name for name in AWKWARD_NAMES if RIGHT_TO_LEFT.match(name)])
def test_right_to_left_name_is_read_back_in_its_order(name: str, final_pdf: bytes) -> None:
    assert squeezed(text_of(final_pdf)).count(squeezed(name)) == 1


def test_two_readers_agree_on_the_names(final_pdf: bytes) -> None:
    text = squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(final_pdf)).pages))
    left_to_right = [name for name in AWKWARD_NAMES if not RIGHT_TO_LEFT.search(name)]
    assert [name for name in left_to_right if squeezed(name) not in text] == []


def test_list_of_signatories_is_tagged_as_a_list_with_as_many_items(final_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(final_pdf)) as pdf:
        kinds = [str(one.get("/S")) for one in elements(pdf)]
    after_last_heading_but_one = kinds[[place for place, kind in enumerate(kinds) if kind == "/H2"][-2] :]
    # WeasyPrint begins a new list on each page.
    assert after_last_heading_but_one.count("/LI") == len(AWKWARD_NAMES)


@pytest.mark.parametrize("count", [0, 1, 2, 34])
def test_sentence_has_the_count_of_the_list(count: int) -> None:
    names = tuple(f"Society {place}" for place in range(count))
    html = letter_html(letter(statement="Short.", signatories=signatories(names)))
    assert f'<p class="signed">{signed_sentence(count, "societies")}</p>' in html
    assert html.count('<span class="name">Society') == count


def test_sentence_is_printed(final_pdf: bytes) -> None:
    assert f"{len(AWKWARD_NAMES)} societies have signed this letter." in text_of(final_pdf)


def test_more_than_300_are_one_line_each() -> None:
    html = letter_html(letter(statement="Short.", signatories=signatories(tuple(f"Society {place}" for place in range(301)))))
    assert html.count("<li>Society") == 301
    assert "<li>Society 1 · Prof Tomáš Okafor · President · Portugal</li>" in html


def test_every_page_has_number_and_short_digest(final_pdf: bytes) -> None:
    pages = pages_of(final_pdf)
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert f"SHA-256 {DIGEST[:8]}…{DIGEST[-8:]}" in page


def test_last_page_has_the_whole_digest_and_the_revision(final_pdf: bytes) -> None:
    assert DIGEST in pages_of(final_pdf)[-1]
    assert "revision 3" in pages_of(final_pdf)[-1]


def test_every_page_of_a_draft_says_so(draft_pdf: bytes) -> None:
    assert all("Draft, revision 3, not for distribution · Demonstration" in page for page in pages_of(draft_pdf))


def test_draft_says_so_to_those_who_listen(draft_pdf: bytes) -> None:
    assert '<p class="notice">Draft, revision 3, not for distribution</p>' in letter_html(letter(is_draft=True))
    assert '<p class="notice">Draft, not for distribution</p>' in letter_html(letter(is_draft=True, revision_number=0))


def test_draft_names_the_society_that_it_is_for() -> None:
    html = letter_html(letter(is_draft=True, draft_for="Kidney Research <b>& Care</b>"))
    assert "Draft, revision 3, not for distribution · Copy for Kidney Research &lt;b&gt;&amp; Care&lt;/b&gt;" in html


def test_final_letter_says_nothing_of_drafts(final_pdf: bytes) -> None:
    assert "raft" not in text_of(final_pdf)
    assert "emonstration" not in text_of(final_pdf)


def test_first_page_says_who_to_whom_about_what(final_pdf: bytes) -> None:
    first = " ".join(pages_of(final_pdf)[0].split())
    for words in ("American Example Society", "28 April 2026", "US-2026-0417", "Dr Margaret Whitlow", "Example Journal of Medicine"):
        assert words in first
    assert "In response to Modelling study. Smith A. A trial of something." in first
    assert "Request A correction of the study" in first


def test_doi_of_a_target_is_a_link(final_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(final_pdf)) as pdf:
        addresses = {str(one.A.URI) for page in pdf.pages for one in page.obj.get("/Annots", []) if "/A" in one and "/URI" in one.A}
    assert "https://doi.org/10.5555/ejm.2024.1" in addresses


def test_bookmarks_are_the_headings(final_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(final_pdf)) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [letter().title]
        under = [item.title for item in outline.root[0].children]
    assert under == [*(f"Point {n}" for n in range(1, 6)), "References", "Authors", "Signatories", "About this document"]


def test_same_letter_is_the_same_bytes(final_pdf: bytes) -> None:
    assert letter_pdf(letter()) == final_pdf


def test_another_process_makes_the_same_bytes(final_pdf: bytes) -> None:
    press = Press()
    try:
        assert press.pdf(letter_html(letter()), RenderLimits()) == final_pdf
    finally:
        press.close()


@pytest.mark.parametrize(
    ("author", "printed"),
    [
        pytest.param(AuthorLine("Ida Holm", "", None, False, ""), "Ida Holm", id="a name alone"),
        pytest.param(AuthorLine("Ida Holm", "Leeds", None, False, ""), "Ida Holm, Leeds", id="with an affiliation"),
        pytest.param(
            AuthorLine("Ida Holm", "", None, True, "None."), "Ida Holm (corresponding author). Competing interests: None.", id="without"
        ),
        pytest.param(
            AuthorLine("Ida Holm", "", "0000-0002-1825-0097", False, ""), "Ida Holm. ORCID 0000-0002-1825-0097", id="with an ORCID iD"
        ),
    ],
)
def test_of_an_author_only_what_was_given_is_printed(author: AuthorLine, printed: str) -> None:
    html = letter_html(letter(authors=(author,)))
    line = html.partition("<h2>Authors</h2>")[2].partition("</p>")[0]
    assert re.sub(r"<[^>]+>", "", line).strip() == printed


def test_metadata_are_title_author_language_and_date(final_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(final_pdf)) as pdf:
        assert set(pdf.docinfo.keys()) == {"/Title", "/Author", "/CreationDate", "/ModDate"}
        assert str(pdf.Root.Lang) == "en-GB"
        xmp = pdf.Root.Metadata.read_bytes().decode()
    tags = set(re.findall(r"<((?:dc|xmp|pdf|pdfaid|pdfuaid|xmpMM):\w+)", xmp))
    dublin_core = {"dc:format", "dc:title", "dc:creator", "dc:language"}
    assert tags == dublin_core | {"xmp:CreateDate", "xmp:ModifyDate", "pdfaid:part", "pdfaid:conformance", "pdfuaid:part"}
    assert "American Example Society" in xmp


def test_metadata_hold_what_was_typed_as_text() -> None:
    title = 'A <b>"title"</b> & more'
    with pikepdf.open(io.BytesIO(letter_pdf(letter(title=title, statement="Short.", signatories=())))) as pdf:
        assert str(pdf.docinfo["/Title"]) == title
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == title


def test_file_tells_nothing_of_the_machine(final_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(final_pdf)) as pdf:
        streams = b"".join(one.read_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") != "/Image")
    for secret in (str(ROOT), str(Path.home()), "WeasyPrint", "/tmp", "asset:"):
        assert secret.encode() not in streams + final_pdf


def test_no_font_of_the_machine_steps_in(final_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(final_pdf)) as pdf:
        names = {str(one.BaseFont).partition("+")[2] for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/BaseFont" in one}
    assert all(name.startswith("Letter-") for name in names), names


def _words(pdf: bytes) -> list[tuple[int, float, float, float]]:
    """Page, left, right and bottom of every word, in points."""
    found, page = [], 0
    for line in text_of(pdf, "-bbox").splitlines():
        page += line.strip().startswith("<page ")
        if place := re.search(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="([\d.]+)"', line):
            found.append((page, *(float(number) for number in place.groups())))
    return found


def test_nothing_leaves_the_text_column(final_pdf: bytes) -> None:
    words = _words(final_pdf)
    assert min(left for _, left, _, _ in words) > 36.5 * MILLIMETRE
    assert max(right for _, _, right, _ in words) < (210 - 35) * MILLIMETRE


def test_no_page_but_the_last_leaves_a_third_blank(final_pdf: bytes) -> None:
    foot = 270 * MILLIMETRE
    lowest: dict[int, float] = {}
    for page, _, _, bottom in _words(final_pdf):
        if bottom < foot:
            lowest[page] = max(bottom, lowest.get(page, 0))
    assert [page for page, bottom in list(lowest.items())[:-1] if bottom < 200 * MILLIMETRE] == []


@pytest.mark.parametrize("which", ["final_pdf", "draft_pdf"])
def test_qpdf_finds_no_fault(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(request.getfixturevalue(which))
    done = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "No syntax or stream encoding errors found" in done.stdout


@pytest.mark.parametrize("mark", ["> ", "- ", "1. "])
def test_what_stands_thirty_deep_is_still_on_the_paper(mark: str) -> None:
    deep = "> " * 30 + "thirty deep" if mark == "> " else "\n".join(f"{'    ' * depth}{mark}level {depth}x" for depth in range(30))
    words = ["thirty deep"] if mark == "> " else [f"level {depth}x" for depth in range(30)]
    printed = text_of(letter_pdf(letter(statement=f"To the Editor,\n\n{deep}\n", references=(), signatories=())))
    assert [one for one in words if one not in printed] == []
