"""The letter on paper: its head, its list, its annex, its last page, on every sheet and in every language, read back from the PDF."""

import io
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pikepdf
import pytest

from webapp.domain.document import AuthorityLine, LetterDocument, Letterhead, SignatoryLine
from webapp.domain.errors import InvalidInput, RenderingFailed
from webapp.domain.layout import Acronyms, Grouping, Layout, Paper
from webapp.rendering.checking import code_of
from webapp.rendering.conformity import elements, problems
from webapp.rendering.letter import letter_html
from webapp.rendering.pdf import letter_pdf
from webapp.rendering.press import PRESS, RenderLimits
from webapp.rendering.watermarks import DRAWINGS, drawings

from .letters import letter, signatories
from .logos import logo
from .pdf_text import RIGHT_TO_LEFT, drawn, squeezed, text_of
from .pictured import ALL, PROOF, with_logos

MILLIMETRE = 72 / 25.4
GERMAN = SignatoryLine("Gesellschaft A", "Dr. Ida Holm", "Vorsitzende", "Germany", society_kind="Medicine")
FRENCH = SignatoryLine("Société B", None, None, "France", society_kind="Nursing")
SECOND = SignatoryLine("Gesellschaft C", None, None, "Germany", society_kind="Medicine", acronym="GC")
NOWHERE = SignatoryLine("World Council D", None, None, None)
LEAD = SignatoryLine("American Example Society", None, None, "United States", acronym="AES", is_lead=True)


@cache
def printed(name: str) -> bytes:
    return letter_pdf(ALL[name]())


def _short(**changes: Any) -> LetterDocument:
    return letter(**{"statement": "Short.", "references": (), "authors": (), "signatories": (GERMAN, SECOND), **changes})


def _roll(html: str) -> list[str]:
    """Headings and names in their order."""
    return re.findall(r'<h3 class="group"[^>]*>([^<]+)|<span class="name"[^>]*>([^<]+)', html.partition('class="signatories"')[2])  # type: ignore[return-value]


def _listed(document: LetterDocument) -> list[str]:
    return [f"# {heading}" if heading else name for heading, name in _roll(letter_html(document))]


# Every variant that is looked at


@pytest.mark.parametrize("name", ALL)
def test_variant_passes_the_gate(name: str) -> None:
    assert problems(printed(name)) == []


@pytest.mark.parametrize("name", ALL)
def test_names_of_a_variant_are_read_back_in_their_order(name: str) -> None:
    with pikepdf.open(io.BytesIO(printed(name))) as pdf:
        assert len([one for one in elements(pdf) if one.get("/S") == "/LI"]) >= len(ALL[name]().signatories)
    text = drawn(text_of(printed(name), "-raw"))
    # Names written from the right are drawn in another order than they are said; they have tests of their own.
    names = [one.printed_name for one in ALL[name]().signatories if not RIGHT_TO_LEFT.search(one.printed_name)]
    places = [text.rfind(drawn(one)) for one in names]
    assert -1 not in places
    assert places == sorted(places)


def test_links_of_a_sealed_letter_lead_where_they_say() -> None:
    with pikepdf.open(io.BytesIO(printed("logos"))) as pdf:
        links = [one for page in pdf.pages for one in page.obj.get("/Annots", []) if "/A" in one and "/URI" in one.A]
        addresses = {str(one.A.URI) for one in links}
        assert all(str(one.Contents) for one in links)
    document = with_logos()
    assert {PROOF.address, document.letterhead.website, *(f"https://doi.org/{one.doi}" for one in document.targets)} <= addresses


# Letterhead


def test_head_has_name_address_site_and_logo_with_its_name() -> None:
    sha256, picture = logo(1, "AES")
    head = Letterhead(("1 Example Street", "Leeds <LS1>"), "https://example.org/", sha256)
    html = letter_html(_short(letterhead=head, pictures={sha256: picture}))
    assert f'<img src="asset:picture/{sha256}"' in html
    assert 'alt="Logo of American Example Society"' in html
    assert "Leeds &lt;LS1&gt;" in html
    assert '<a href="https://example.org/">example.org</a>' in html


def test_head_logo_that_did_not_come_along_is_left_out() -> None:
    assert "<img" not in letter_html(_short(letterhead=Letterhead(logo="ab" * 32)))


@pytest.mark.parametrize(("accent", "printed_as"), [("#1f5a7a", "#1f5a7a"), ("#ffff00", "#8a1c2b"), ("red;}</style>", "#8a1c2b")])
def test_colour_is_that_of_the_layout_where_it_can_be_read(accent: str, printed_as: str) -> None:
    html = letter_html(_short(layout=Layout(accent=accent)))
    assert f"--accent: {printed_as};" in html
    assert html.count("</style>") == 1


@pytest.mark.parametrize(("paper", "width", "height"), [(Paper.A4, 210, 297), (Paper.LETTER, 215.9, 279.4)])
def test_sheet_has_its_size_and_the_column_of_the_text_its_width(paper: Paper, width: float, height: float) -> None:
    pdf = letter_pdf(_short(layout=Layout(paper=paper)))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        box = [float(number) / MILLIMETRE for number in opened.pages[0].MediaBox]
    assert box[2:] == pytest.approx([width, height], abs=0.1)
    # Both signatories stand in one row.
    tops = re.findall(r'yMin="([\d.]+)"[^>]*>Gesellschaft<', text_of(pdf, "-bbox"))
    assert len(tops) == 2
    assert tops[0] == tops[1]


@pytest.mark.parametrize(
    ("changes", "drawing"),
    [
        ({"is_draft": True}, "draft.svg"),
        ({"is_draft": True, "language": "de-AT"}, "draft-de.svg"),
        ({"is_demonstration": True, "language": "fr"}, "demonstration-fr.svg"),
        ({"is_draft": True, "is_demonstration": True, "language": "ar"}, "draft.svg"),
        ({}, ""),
    ],
)
def test_what_shows_through_is_in_the_language_of_the_letter(changes: dict[str, Any], drawing: str) -> None:
    assert re.findall(r"asset:(\S+\.svg)", letter_html(_short(**changes))) == ([drawing] if drawing else [])
    assert not drawing or problems(letter_pdf(_short(**changes))) == []


def test_what_shows_through_is_in_the_file_once_and_drawn_on_every_page() -> None:
    with pikepdf.open(io.BytesIO(letter_pdf(letter(statement="A line of its own.\n\n" * 120, is_draft=True)))) as pdf:
        assert len(pdf.pages) > 2
        shown = [shown_through(page) for page in pdf.pages]
        assert [len(one) for one in shown] == [1] * len(shown)
        assert len(set.union(*shown)) == 1
        second = pdf.pages[1]
        kept = [one for one in pikepdf.parse_content_stream(second) if str(one.operator) != "Do"]
        second.Contents = pdf.make_stream(pikepdf.unparse_content_stream(kept))
        assert shown_through(second) == set(), "the control: a page on which it is not drawn"


def test_what_shows_through_pages_of_two_sizes_is_there_in_two() -> None:
    """A later page gets the drawing in its own size, not in that of the first."""
    pages = "@page { size: A4; background: url(asset:draft.svg) center / contain no-repeat } @page wide { size: A5 } section { page: wide }"
    html = letter_html(letter()).replace("</head>", f"<style>{pages}</style></head>", 1)
    html = html.replace("</body>", "<section><h2>One more</h2></section><p>And back.</p></body>")
    with pikepdf.open(io.BytesIO(PRESS.pdf(html, RenderLimits()))) as pdf:
        by_size: dict[tuple[int, int], set[tuple[int, int]]] = {}
        for page in pdf.pages:
            width, height = (round(float(side)) for side in list(page.mediabox)[2:])
            by_size.setdefault((width, height), set()).update(shown_through(page))
        assert [len(drawings) for drawings in by_size.values()] == [1, 1]
        assert len(set.union(*by_size.values())) == 2


def shown_through(page: Any) -> set[tuple[int, int]]:
    """The forms that the forms of this page draw, by their numbers in the file."""
    return {inner.objgen for form in drawn_forms(page) for inner in drawn_forms(form)}


def drawn_forms(place: Any) -> list[Any]:
    names = [one.operands[0] for one in pikepdf.parse_content_stream(place) if str(one.operator) == "Do"]
    return [form for form in (place.Resources.XObject[name] for name in names) if form.Subtype == "/Form"]


def test_drawings_are_those_of_the_recipe() -> None:
    assert {file.stem: file.read_text(encoding="utf-8") for file in DRAWINGS.glob("*.svg")} == drawings()


# The list


def test_list_is_headed_by_country_which_is_then_not_repeated() -> None:
    grouped = _short(signatories=(FRENCH, GERMAN, SECOND, NOWHERE), layout=Layout(grouping=Grouping.COUNTRY))
    assert _listed(grouped) == ["# France", "Société B", "# Germany", "Gesellschaft A", "Gesellschaft C", "# Others", "World Council D"]
    assert '<span class="country">' not in letter_html(grouped)


def test_list_is_headed_by_kind_and_keeps_the_countries() -> None:
    grouped = _short(signatories=(GERMAN, SECOND, FRENCH), layout=Layout(grouping=Grouping.KIND))
    assert _listed(grouped) == ["# Medicine", "Gesellschaft A", "Gesellschaft C", "# Nursing", "Société B"]
    assert letter_html(grouped).count('<span class="country">') == 3


def test_lead_society_stands_above_the_first_heading() -> None:
    layout = Layout(grouping=Grouping.COUNTRY, is_lead_first=True)
    assert _listed(_short(signatories=(LEAD, FRENCH), layout=layout)) == ["American Example Society", "# France", "Société B"]


@pytest.mark.parametrize(
    ("style", "names"),
    [
        (Acronyms.NONE, ["American Example Society", "Gesellschaft C"]),
        (Acronyms.AFTER, ["American Example Society (AES)", "Gesellschaft C (GC)"]),
        (Acronyms.BEFORE, ["AES – American Example Society", "GC – Gesellschaft C"]),
    ],
)
def test_acronyms_have_one_style(style: Acronyms, names: list[str]) -> None:
    assert _listed(_short(signatories=(LEAD, SECOND), layout=Layout(acronyms=style))) == names


def test_headings_of_the_list_are_one_level_below_its_own() -> None:
    pdf = letter_pdf(_short(signatories=(FRENCH, GERMAN), layout=Layout(grouping=Grouping.COUNTRY)))
    assert problems(pdf) == []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        kinds = [str(one.get("/S")) for one in elements(opened)]
    assert [kind for kind in kinds if kind.startswith("/H")] == ["/H1", "/H2", "/H3", "/H3", "/H2"]


def test_logo_is_shown_and_not_heard() -> None:
    """Beside the name, a figure with the name as its alternative text would be the name once more."""
    shown = printed("logos")
    with pikepdf.open(io.BytesIO(shown)) as pdf:
        drawings = b"".join(one.read_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Form")
        figures = [str(one.Alt) for one in elements(pdf) if one.get("/S") == "/Figure"]
    assert figures == [
        "Logo of The Marrowby Society for Convalescent Medicine",
        "QR code: the address at which this letter is checked",
    ]
    assert b"0.541176 0.427451 0.101961 rg" in drawings, "the colour of one of the logos"


def test_logo_is_as_loud_as_every_other() -> None:
    sizes = re.findall(r"background-size: ([\d.]+)mm ([\d.]+)mm", letter_html(with_logos()))
    assert len(sizes) == sum(bool(one.logo) for one in with_logos().signatories)
    assert all(0 < float(across) <= 16 and 0 < float(high) <= 12 and float(across) * float(high) <= 105.5 for across, high in sizes)


# The annex and the last page


def test_annex_says_who_what_and_how_in_a_regular_table() -> None:
    line = AuthorityLine("Gesellschaft A", "Dr. Ida Holm", "Vorsitzende", "board", None, "By a minute of its board")
    html = letter_html(_short(authority=(line, AuthorityLine("Gesellschaft C", "", "", "", None, "")), language="de"))
    table = html.partition('<table class="authority">')[2].partition("</table>")[0]
    assert [len(re.findall(r"<t[hd]\b", row)) for row in table.split("<tr>")[1:]] == [4, 4, 4]
    assert "Durch ein Protokoll des Vorstands" in table
    assert table.count("–") == 3


def test_letter_without_an_annex_has_none() -> None:
    assert "annex" not in letter_html(_short())


def test_last_page_of_a_sealed_letter_says_how_it_is_checked() -> None:
    text = " ".join(text_of(letter_pdf(_short(proof=PROOF))).split())
    for words in (PROOF.address, PROOF.record_head, "214 entries before the seal", letter().digest, "2 societies", "revision 3"):
        assert words in text
    assert "simple electronic signatures and nothing more" in text
    assert "About this document" not in text


def test_code_holds_the_address_and_is_always_the_same() -> None:
    sha256, picture = code_of(PROOF.address)
    assert code_of.__wrapped__(PROOF.address)[0] == sha256
    assert picture.width == picture.height
    assert code_of("https://letters.example.org/check/OTHER")[0] != sha256


def test_draft_and_final_letter_have_no_last_page() -> None:
    assert "How to check" not in letter_html(_short()) + letter_html(_short(is_draft=True))


# What breaks careless renderers


def test_paragraph_of_a_thousand_words_goes_on_over_the_page() -> None:
    words = " ".join(f"word{number}" for number in range(1_000))
    pdf = letter_pdf(_short(statement=words))
    assert problems(pdf) == []
    text = text_of(pdf)
    assert [one for one in (f"word{number}" for number in range(1_000)) if not re.search(rf"\b{one}\b", text)] == []


def _table(columns: int, word: str) -> str:
    rows = ([f"{word}{number}" for number in range(columns)], ["---"] * columns, [f"v{number}" for number in range(columns)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def test_table_wider_than_the_page_stays_on_it_whole() -> None:
    pdf = letter_pdf(_short(statement=f"Before.\n\n{_table(18, 'Spaltenüberschrift')}\n\nAfter."))
    assert problems(pdf) == []
    rights = [float(right) for right in re.findall(r'xMax="([\d.]+)"', text_of(pdf, "-bbox"))]
    assert max(rights) <= (210 - 35) * MILLIMETRE
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert [str(one.get("/S")) for one in elements(opened)].count("/TH") == 18
    between = squeezed(text_of(pdf, "-raw")).partition("Before.")[2].partition("After.")[0]
    assert sorted(between) == sorted(squeezed(_table(18, "Spaltenüberschrift").replace("|", "").replace("-", "")))


def test_table_left_as_it_is_would_leave_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.rendering.letter.with_wide_tables_marked", lambda statement: statement)
    pdf = letter_pdf(_short(statement=_table(18, "Spaltenüberschrift")))
    assert "v17" not in text_of(pdf)


def test_table_of_the_usual_size_is_set_as_usual() -> None:
    assert "wide" not in letter_html(_short(statement=_table(5, "Outcome")))


def test_table_that_no_paper_holds_ends_in_a_sentence() -> None:
    with pytest.raises(InvalidInput, match="A table has 25 columns, and no more than 24"):
        letter_pdf(_short(statement=_table(25, "x")))


def test_ten_right_to_left_names_in_a_row_keep_their_order() -> None:
    names = tuple(f"جمعية {word} الطبية" for word in ("الأولى", "الثانية", "الثالثة", "الرابعة", "الخامسة"))
    names += tuple(f"האיגוד {word}" for word in ("הראשון", "השני", "השלישי", "הרביעי", "החמישי"))
    pdf = letter_pdf(_short(signatories=signatories(names)))
    assert problems(pdf) == []
    text = squeezed(text_of(pdf))
    assert [name for name in names if text.count(squeezed(name)) != 1] == []


def test_emoji_in_a_name_ends_in_a_sentence_that_names_it() -> None:
    with pytest.raises(RenderingFailed, match=r"Society “Kidney 🙂 Care” has a character that the fonts cannot print: “🙂”"):
        letter_pdf(_short(signatories=signatories(("Kidney 🙂 Care",))))


@pytest.mark.parametrize("where", ["letterhead", "authority", "draft_for", "society_kind"])
def test_character_without_a_font_is_found_wherever_it_is_printed(where: str) -> None:
    places: dict[str, dict[str, Any]] = {
        "letterhead": {"letterhead": Letterhead(("Street 🙂",))},
        "authority": {"authority": (AuthorityLine("A", "🙂", "", "", None, ""),)},
        "draft_for": {"draft_for": "🙂", "is_draft": True},
        "society_kind": {"signatories": (replace(GERMAN, society_kind="🙂"),)},
    }
    with pytest.raises(RenderingFailed, match="🙂"):
        letter_pdf(_short(**places[where]))


@pytest.mark.parametrize(
    "name",
    [
        "भारतीय नेफ्रोलॉजी सोसायटी",
        "निद्रापुर स्वास्थ्यलाभ चिकित्सा परिषद्",
        "हिन्दी कर्म समिति",
        "สมาคมที่น้ำ",
        "日本しずけさ医学会",
        "대한휴식의학회",
    ],
)
def test_name_in_a_script_of_its_own_is_read_back_whole(name: str) -> None:
    pdf = letter_pdf(_short(signatories=signatories((name,))))
    assert squeezed(text_of(pdf)).count(squeezed(name)) == 1


@pytest.mark.parametrize(
    ("name", "language", "family"),
    [
        ("日本しずけさ医学会", "en-GB", "Japanese"),
        ("中华医学会", "en-GB", "Han"),
        ("대한휴식의학회 大韓", "en-GB", "Korean"),
        ("日本医学会", "ja", "Japanese"),
        ("大韓醫學會", "ko", "Korean"),
    ],
)
def test_chinese_signs_have_the_shapes_of_their_language(name: str, language: str, family: str) -> None:
    document = _short(language=language, signatories=(SignatoryLine(name, None, None, None),))
    pages = io.BytesIO(letter_pdf(document))
    with pikepdf.open(pages) as pdf:
        fonts = {str(one.BaseFont).partition("+")[2] for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/BaseFont" in one}
    assert fonts & {"Letter-Han", "Letter-Japanese", "Letter-Korean"} == {f"Letter-{family}"}


# Written from the right


@pytest.mark.parametrize("changes", [{}, {"is_draft": True, "draft_for": "جمعية"}, {"proof": PROOF}], ids=["final", "draft", "sealed"])
def test_letter_written_from_the_right_is_turned_over_and_passes_the_gate(changes: dict[str, Any]) -> None:
    document = _short(language="ar", title="رسالة مشتركة", statement="السادة المحررين،\n\n- واحد\n\n> اقتباس", **changes)
    pdf = letter_pdf(document)
    assert problems(pdf) == []
    place = re.search(r'xMin="([\d.]+)"[^>]*>Page<', text_of(pdf, "-bbox"))
    assert place is not None
    assert float(place[1]) < 105 * MILLIMETRE, "the number of the page stands on the other side"


def test_words_of_another_direction_say_so_in_such_a_letter_alone() -> None:
    assert 'dir="ltr"' in letter_html(_short(language="he", title="מכתב"))
    assert 'dir="ltr"' not in letter_html(_short(title="מכתב"))
