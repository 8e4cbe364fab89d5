import html
import re
from functools import cache

import pytest

from tests.rendering.fifteen import FIFTEEN
from webapp.domain.errors import InvalidInput
from webapp.rendering.styles import STYLES
from webapp.rendering.text import statement_html

CITING = " ".join(f"Point [@{item['id']}]." for item in FIFTEEN)

# How each journal’s own instructions have an article of many authors, one of a person and a group, and a chapter.
EXPECTED = {
    "nlm-citation-sequence-superscript": (
        "Fennimore-Oake IR, van der Zilverbeek HJ, Tsukigawa R, Oduyami FT, Sørhavn L, Achterkamp B, et al. The quiet hour",
        "Oduyami FT, Brindlemoor Sleep Group. Day sleep and night sleep. Brindlemoor J Sleep. 2024 Feb;9(2 Suppl 1):S101–9.",
        "Wexholme U. Changing places. In: Dunmere A, Brightwater S, editors. Essays for slow readers.",
    ),
    "bmj": (
        "Fennimore-Oake IR, van der Zilverbeek H-J, Tsukigawa R, et al. The quiet hour",
        "Oduyami FT, Brindlemoor Sleep Group. Day sleep and night sleep. Brindlemoor J Sleep. 2024;9:S101–9.",
        "Wexholme U. Changing places. In: Dunmere A, Brightwater S, eds. Essays for slow readers. Dunmere: Dunmere & Sons 2014:23–41.",
    ),
    "american-medical-association": (
        "Fennimore-Oake IR, van der Zilverbeek HJ, Tsukigawa R, et al. The quiet hour",
        "Oduyami FT, Brindlemoor Sleep Group. Day sleep and night sleep. Brindlemoor J Sleep. 2024;9(2 Suppl 1):S101-S109.",
        "Wexholme U. Changing places. In: Dunmere A, Brightwater S, eds. Essays for Slow Readers. Dunmere & Sons; 2014:23-41.",
    ),
    "the-lancet": (
        "Fennimore-Oake IR, van der Zilverbeek H-J, Tsukigawa R, et al. The quiet hour",
        "Oduyami FT, Brindlemoor Sleep Group. Day sleep and night sleep. Brindlemoor J Sleep 2024; 9: S101–9.",
        "Wexholme U. Changing places. In: Dunmere A, Brightwater S, eds. Essays for slow readers. Dunmere: Dunmere & Sons, 2014: 23–41.",
    ),
    "the-new-england-journal-of-medicine": (
        "Fennimore-Oake IR, van der Zilverbeek H-J, Tsukigawa R, et al. The quiet hour",
        "Oduyami FT, Brindlemoor Sleep Group. Day sleep and night sleep. Brindlemoor J Sleep 2024;9(2 Suppl 1):S101–9.",
        "Wexholme U. Changing places. In: Dunmere A, Brightwater S, editors. Essays for slow readers.",
    ),
    "nature": (
        "Fennimore-Oake, I. R. et al. The quiet hour",
        "Oduyami, F. T. & Brindlemoor Sleep Group. Day sleep and night sleep. Brindlemoor J Sleep 9, S101–S109 (2024).",
        "Wexholme, U. Changing places. in Essays for slow readers (eds Dunmere, A. & Brightwater, S.) 23–41",
    ),
    "apa": (
        "Fennimore-Oake, I. R., van der Zilverbeek, H.-J., Tsukigawa, R., Oduyami, F. T., Sørhavn, L., Achterkamp, B., Lanternmouth,",
        "Oduyami, F. T., & Brindlemoor Sleep Group. (2024). Day sleep and night sleep. Brindlemoor Journal of Sleep at Large, 9(2 Suppl 1)",
        "Wexholme, U. (2014). Changing places. In A. Dunmere & S. Brightwater (Eds), Essays for slow readers (pp. 23–41). Dunmere & Sons.",
    ),
}
EXPECTED["nlm-citation-sequence"] = EXPECTED["nlm-citation-sequence-superscript"]


@cache
def listed(style: str) -> dict[str, str]:
    """The words of each entry of the list, by its key."""
    found = re.findall(r'<li id="ref-([^"]+)">(.*?)</li>', statement_html(CITING, FIFTEEN, style=style), re.DOTALL)
    return {key: " ".join(html.unescape(re.sub(r"<[^>]+>", "", words)).split()) for key, words in found}


def test_every_style_has_its_expected_entries() -> None:
    assert EXPECTED.keys() == STYLES.keys()


@pytest.mark.parametrize("style", STYLES)
def test_style_sets_all_fifteen_references(style: str) -> None:
    entries = listed(style)
    keys = [item["id"] for item in FIFTEEN]
    assert sorted(entries) == sorted(keys)
    assert (list(entries) == keys) == STYLES[style].is_numbered
    for key, beginning in zip(("fennimore2026", "oduyami2024", "wexholme2014"), EXPECTED[style], strict=True):
        assert entries[key].startswith(beginning)


@pytest.mark.parametrize("style", STYLES)
def test_group_is_printed_whole_in_every_style(style: str) -> None:
    entries = listed(style)
    for item in FIFTEEN:
        # A list of many authors is cut, and the group at its end with it.
        for group in [name["literal"] for name in item.get("author", [])[:3] if "literal" in name]:
            assert group in entries[item["id"]]


@pytest.mark.parametrize("style", STYLES)
def test_no_style_prints_a_stop_twice_or_a_label_before_its_name(style: str) -> None:
    for words in listed(style).values():
        assert ".." not in words
        assert not re.search(r"al\.\.|\. \.|,,|In, ed", words)


def test_style_of_numbers_in_brackets_has_no_superscript() -> None:
    assert "<sup>" not in statement_html("One [@fennimore2026].", FIFTEEN, style="bmj")
    assert "One [<a" in statement_html("One [@fennimore2026].", FIFTEEN, style="bmj")
    assert "One.<sup>" in statement_html("One [@fennimore2026].", FIFTEEN, style="the-lancet")


def test_style_that_is_not_shipped_is_refused() -> None:
    with pytest.raises(InvalidInput, match="styles in the list"):
        statement_html("One.", [], style="../../../etc/passwd")


@pytest.mark.parametrize("style", STYLES)
def test_style_is_a_file_with_its_licence(style: str) -> None:
    text = STYLES[style].file.read_text(encoding="utf-8")
    assert "creativecommons.org/licenses/by-sa/3.0/" in text
    assert 'rel="independent-parent"' not in text
