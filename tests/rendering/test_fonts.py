import unicodedata

import pytest

from webapp.domain.errors import RenderingFailed
from webapp.rendering.coverage import coverage, twins
from webapp.rendering.fonts import COVERAGE, FOLDER, FONT_FILES, TWINS, describe_character, uncovered_characters, without_twins
from webapp.rendering.letter import uncovered_in_document
from webapp.rendering.pdf import letter_pdf

from .letters import AWKWARD_NAMES, SMITH, letter, signatories


@pytest.mark.parametrize("name", AWKWARD_NAMES)
def test_every_awkward_name_can_be_printed(name: str) -> None:
    assert uncovered_characters(name) == []


def test_what_is_written_down_is_what_the_fonts_hold() -> None:
    assert (COVERAGE.read_text(), TWINS.read_text()) == (coverage(), twins()), "write it again: python -m webapp.rendering.coverage"


@pytest.mark.parametrize("alike", ["〜～~", "Δ∆", "・‧", "–‒", "…⋯", "①➀1", "⼀一", "ΩΩ"])
def test_characters_that_share_a_sign_are_the_same_for_whoever_reads(alike: str) -> None:
    assert len({without_twins(one) for one in alike}) == 1


@pytest.mark.parametrize("apart", ["–—-", "〜–", "aаα", "0Oo", "l1I", '“”"', "日曰"])
def test_control_characters_with_signs_of_their_own_stay_apart(apart: str) -> None:
    assert len({without_twins(one) for one in apart}) == len(apart)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(0x00A0, 0x024F, id="Latin with every diacritic"),
        pytest.param(0x1EA0, 0x1EF9, id="Vietnamese"),
        pytest.param(0x0388, 0x03CE, id="Greek"),
        pytest.param(0x0400, 0x045F, id="Cyrillic"),
        pytest.param(0x0621, 0x064A, id="Arabic"),
        pytest.param(0x05D0, 0x05EA, id="Hebrew"),
        pytest.param(0x0904, 0x0939, id="Devanagari"),
        pytest.param(0x0E01, 0x0E3A, id="Thai"),
        pytest.param(0x4E00, 0x9FA5, id="Chinese"),
        pytest.param(0x3041, 0x3096, id="Japanese"),
        pytest.param(0x30A1, 0x30FA, id="Japanese, angular"),
        pytest.param(0xAC00, 0xD7A3, id="Korean"),
    ],
)
def test_script_is_covered_whole(first: int, last: int) -> None:
    assigned = [chr(code) for code in range(first, last + 1) if unicodedata.category(chr(code)) != "Cn"]
    assert uncovered_characters("".join(assigned)) == []


def test_uncovered_characters_are_told_once_in_order() -> None:
    assert uncovered_characters("b🦴a🙂🦴 Ա") == ["🦴", "🙂", "Ա"]


def test_joiners_selectors_and_spaces_are_never_missed() -> None:
    assert uncovered_characters("a\u200d\u0301\ufe0f\U000e0100 \u00ad\n\u2003") == []


@pytest.mark.parametrize("mark", ["\u1ab0", "\u0f71", "\u20d0", "\u0605"], ids=["Latin", "Tibetan", "of symbols", "before a number"])
def test_mark_that_no_font_holds_is_missed(mark: str) -> None:
    assert uncovered_characters(f"Anna a{mark}x") == [mark]
    with pytest.raises(RenderingFailed):
        letter_pdf(letter(signatories=signatories((f"Anna a{mark}x",))))


def test_whatever_is_not_missed_is_set_on_a_letter_of_any_script() -> None:
    characters = (chr(code) for code in range(0x20, 0xE0200) if unicodedata.category(chr(code)) in {"Mn", "Mc", "Me", "Cf", "Zs"})
    few = [one for one in characters if not uncovered_characters(one)]
    assert len(few) > 500
    for base in "a中ש":
        assert letter_pdf(letter(signatories=signatories((" ".join(f"{base}{one}" for one in few),))))


def test_line_separator_is_missed_because_it_is_set_as_a_box() -> None:
    assert uncovered_characters("a\u2028b") == ["\u2028"]


def test_character_is_described_by_sign_code_and_name() -> None:
    assert describe_character("🦴") == "“🦴” (U+1F9B4, BONE)"
    assert describe_character("\ue000") == "“\ue000” (U+E000)"


def test_place_of_an_uncovered_character_is_named() -> None:
    document = letter(title="Bones 🦴", signatories=signatories(("Good", "Bad 🙂")))
    assert uncovered_in_document(document) == [("The title", ["🦴"]), ("Society “Bad 🙂”", ["🙂"])]


def test_abstract_of_a_reference_is_not_printed_and_may_hold_anything() -> None:
    assert uncovered_in_document(letter(references=({**SMITH, "abstract": "🦴"},))) == []
    assert uncovered_in_document(letter(references=({**SMITH, "title": "🦴"},))) == [("Reference “smith2024”", ["🦴"])]


def test_letter_with_an_uncovered_character_is_not_printed() -> None:
    with pytest.raises(RenderingFailed, match=r"Society “Bad 🦴” .* “🦴” \(U\+1F9B4, BONE\)"):
        letter_pdf(letter(signatories=signatories(("Bad 🦴",))))


def test_every_font_has_its_licence_beside_it() -> None:
    for font in FONT_FILES:
        licence = FOLDER / f"{font.name.partition('_')[0]}-OFL.txt"
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text(encoding="utf-8")
