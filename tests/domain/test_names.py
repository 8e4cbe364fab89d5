"""Names as given (R15), or refused: nothing hidden, nothing repaired."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.errors import InvalidInput
from webapp.domain.names import (
    bounded_line,
    bounded_text,
    clean_line,
    clean_text,
    comparison_key,
    default_sort_name,
    lookalike_key,
    mixed_words,
    without_word_marks,
)

AS_GIVEN = [
    "American Society of Interventional Pain Physicians (ASIPP)",
    "Society for Pain, Spine, and Rehabilitation",
    "eMedicine society [formerly THE Pain Group]",
    "IASP",
    "ÖGARI – Österreichische Gesellschaft",
    "Société Française d’Anesthésie et de Réanimation",
    "O'Brien & Sons' Society <Dublin>",
    "Ассоциация «Боль»",
    "日本ペインクリニック学会",
    "대한통증학회",
    "الجمعية السعودية للألم",
    "האיגוד הישראלי לכאב",
    "สมาคมการศึกษาเรื่องความปวดแห่งประเทศไทย",
    "क्षेत्रीय पीड़ा संघ",
    "Hội Gây mê Hồi sức Việt Nam",
    "=SUM(A1:A9) Society",
    "{{ 7 * 7 }} Society",
    "Straße der Schmerzmedizin e. V.",
    "Two  spaces",
    "葛\U000e0100城 学会",
]


@pytest.mark.parametrize("name", AS_GIVEN)
def test_r15_name_is_kept_exactly_as_given(name: str) -> None:
    assert clean_line(name) == name


@pytest.mark.parametrize("name", ["می\u200cخواهم", "ක්\u200dෂ", "👩\u200d⚕ Society"], ids=["Persian", "Sinhala", "a joined sign"])
def test_joiners_are_kept_where_scripts_need_them(name: str) -> None:
    assert clean_line(name) == name


STRAY = {
    "in a word": "Pa\u200din",
    "after a space": "Pain \u200dSociety",
    "at the end": "Pain\u200c",
    "Japanese": "日\u200d本",
    "Russian": "Боль\u200c",
    "after a mark": "ab\u0301\u200d",
    "before the first letter": "\u200dمی",
    "a form of a Latin letter": "Pa\ufe0fin",
    "a form of a Cyrillic letter": "Боль\U000e0100",
}


def test_t23_mark_that_would_fall_on_what_stands_before_the_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match="begins with a mark"):
        clean_line(" \u0301Pain Society")


@pytest.mark.parametrize("name", STRAY.values(), ids=STRAY.keys())
def test_t23_joiner_or_selector_that_does_nothing_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="invisible"):
        clean_line(name)


@pytest.mark.parametrize(
    "name", ["葛\U000e0100城", "❤\ufe0f Society", "1\ufe0f\u20e3", "ᠮᠣᠩ\u180bᠭᠣᠯ", "نمی\u200cدانم", "क्\u200dष", "👩🏽\u200d⚕\ufe0f"]
)
def test_joiner_or_selector_that_does_something_is_kept(name: str) -> None:
    assert clean_line(name) == name


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("Раin Society", ["Раin"]),
        ("Pain Sοciety", ["Sοciety"]),
        ("Российское общество боли", []),
        ("Ассоциация Pain & Spine", []),
        ("日本ペインPain学会", []),
        ("Société d’Étude de la Douleur", []),
        ("α-Klotho Society", []),
        ("µ-Opioid Society", []),
        ("P2X3 Society", []),
    ],
)
def test_t23_words_of_two_scripts_that_look_alike_are_found(name: str, mixed: list[str]) -> None:
    assert mixed_words(name) == mixed


@pytest.mark.parametrize("twin", ["Раin Sосiеtу", "PΑΙΝ SΟCΙΕΤΥ", "pain society"])
def test_t23_name_in_letters_of_another_script_is_found_to_look_the_same(twin: str) -> None:
    assert lookalike_key(twin) == lookalike_key("Pain Society") == "pain society"
    assert clean_line(twin) == twin


def test_two_ways_to_write_one_letter_give_one_name() -> None:
    assert clean_line("Socie\u0301te\u0301") == clean_line("Soci\u00e9t\u00e9") == "Soci\u00e9t\u00e9"


def test_space_around_a_name_is_dropped_and_space_within_is_kept() -> None:
    assert clean_line("  A\u00a0B  C\n") == "A\u00a0B  C"


INVISIBLE = {
    "left-to-right embedding": "\u202a",
    "right-to-left embedding": "\u202b",
    "pop directional formatting": "\u202c",
    "left-to-right override": "\u202d",
    "right-to-left override": "\u202e",
    "left-to-right isolate": "\u2066",
    "right-to-left isolate": "\u2067",
    "first strong isolate": "\u2068",
    "pop directional isolate": "\u2069",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "Arabic letter mark": "\u061c",
    "zero-width space": "\u200b",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "Mongolian vowel separator": "\u180e",
    "interlinear annotation": "\ufff9",
    "tag letter": "\U000e0041",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "NUL": "\0",
    "bell": "\a",
    "tab": "\t",
    "escape": "\x1b",
    "delete": "\x7f",
    "next line": "\x85",
    "private use": "\ue000",
    "unassigned": "\u0378",
    "noncharacter": "\ufffe",
    "lone surrogate": "\ud800",
    "Hangul filler": "\u3164",
    "halfwidth Hangul filler": "\uffa0",
    "Hangul leading filler": "\u115f",
    "Hangul vowel filler": "\u1160",
    "empty Braille cell": "\u2800",
    "grapheme joiner": "\u034f",
}


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE.keys())
def test_name_with_an_unseen_character_is_refused(character: str) -> None:
    with pytest.raises(InvalidInput, match=f"U\\+{ord(character):04X}") as refused:
        clean_line(f"Pain{character}Society", field="printed_name", what="The name")
    assert refused.value.field == "printed_name"
    assert str(refused.value).startswith("The name ")


@pytest.mark.parametrize("character", [c for c in INVISIBLE.values() if c != "\t"], ids=[n for n in INVISIBLE if n != "tab"])
def test_text_with_an_unseen_character_is_refused(character: str) -> None:
    with pytest.raises(InvalidInput):
        clean_text(f"First\nPain{character}Society")


@pytest.mark.parametrize("name", ["\u200d", "\u200c \u200d", " \u200d "], ids=["a joiner", "joiners and space", "space and a joiner"])
def test_name_of_which_nothing_is_seen_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="nothing that can be seen"):
        clean_line(name)


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
def test_name_on_two_lines_is_refused(line_end: str) -> None:
    with pytest.raises(InvalidInput, match="one line"):
        clean_line(f"Pain{line_end}Society")


MARKS = "\u0316\u0317\u0318\u0319\u031c"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a" + MARKS, id="five marks on one letter"),
        pytest.param("Z" + MARKS * 40, id="two hundred marks on one letter"),
        pytest.param("a" + "\u200d".join(MARKS), id="marks with joiners between them"),
        pytest.param("a" + MARKS[:4] + "\u200c" + MARKS[:4], id="four marks, a joiner, four more"),
        pytest.param(MARKS, id="marks on no letter"),
        pytest.param("a" + "\u20dd" * 5, id="circles around one letter"),
        pytest.param("a" + MARKS[:3], id="three borrowed marks on one letter"),
        pytest.param("ש" + MARKS[:3], id="three borrowed marks on a Hebrew letter"),
        pytest.param("ש" + "\u05c1\u05bc\u05b8\u0591\u05bd", id="five marks of its own script on a Hebrew letter"),
    ],
)
def test_piled_marks_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="more marks"):
        clean_line(name)


MARKED = {
    "two": "a" + MARKS[:2],
    "two on each letter": ("a" + MARKS[:2]) * 9,
    "Hebrew": "שָׁלוֹם",
    "Hebrew with an accent": "שּׁ\u05b8\u0591ם",
    "Lithuanian": "i̇̀ Lietuvos",
    "Yoruba": "Ẹgbẹ́ Oníṣègùn",
    "Hindi": "क़ेंद्र",
    "Burmese": "ကြွို့",
    "Tibetan": "བསྒྲུབས",
    "Arabic": "مُحَمَّدٌ",
    "Thai": "ที่นี่",
    "Vietnamese": "Hiệp hội",
    "Greek": "ᾧ",
}


@pytest.mark.parametrize("name", MARKED.values(), ids=MARKED.keys())
def test_marks_that_a_script_uses_are_kept(name: str) -> None:
    assert clean_line(name) == unicodedata.normalize("NFC", name)


def test_lines_of_a_text_are_kept_with_plain_line_ends() -> None:
    assert clean_text(" First\r\nsecond\rthird\n\n\tfourth \n") == "First\nsecond\nthird\n\n\tfourth"


@pytest.mark.parametrize("bounded", [bounded_line, bounded_text])
def test_what_is_longer_than_its_limit_is_refused_with_both_numbers(bounded: Callable[..., str]) -> None:
    assert bounded(" 1234\u0065\u0301 ", 5, field="office", what="The office") == "1234\u00e9"
    with pytest.raises(InvalidInput, match="The office has 6 characters; 5 is the most") as refused:
        bounded("123456", 5, field="office", what="The office")
    assert refused.value.field == "office"


def test_empty_line_and_text_stay_empty() -> None:
    assert clean_line(" \n ") == clean_text("\r\n") == ""


@settings(deadline=None)
@given(st.text(max_size=30))
def test_r15_what_is_taken_is_only_normalised_and_trimmed_and_stays_so(typed: str) -> None:
    try:
        taken = clean_line(typed)
    except InvalidInput:
        return
    assert taken == unicodedata.normalize("NFC", typed).strip()
    assert clean_line(taken) == taken
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} for character in taken)


@pytest.mark.parametrize(
    ("name", "sorted_under"),
    [
        ("The Harrowmere Society", "Harrowmere Society"),
        ("THE Society", "Society"),
        ("the Society", "Society"),
        ("The  Society", "Society"),
        ("The\u00a0Society", "Society"),
        ("Theatre Society", "Theatre Society"),
        ("Society of The North", "Society of The North"),
        ("The", "The"),
        ("The The", "The"),
        ("Thé Society", "Thé Society"),
        ("A Society", "A Society"),
        ("", ""),
    ],
)
def test_r15_leading_the_is_ignored_in_sorting(name: str, sorted_under: str) -> None:
    assert default_sort_name(name) == sorted_under


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pain Society", "PAIN  society"),
        ("Ｐａｉｎ Society", "Pain Society"),
        ("Pain\u00a0Society", "Pain Society"),
        ("Straße", "STRASSE"),
        ("Socie\u0301te\u0301", "Soci\u00e9t\u00e9"),
    ],
    ids=["case and spaces", "full width", "no-break space", "sharp s", "two ways to write é"],
)
def test_r15_names_that_are_the_same_to_a_reader_are_compared_as_the_same(one: str, other: str) -> None:
    assert comparison_key(one) == comparison_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Pain Society", "The Pain Society"), ("Société", "Societe"), ("Pain Society", "Pain Society (PS)"), ("Раin Society", "Pain Society")],
    ids=["with The", "without accents", "with brackets", "Cyrillic look-alikes"],
)
def test_r15_names_that_are_only_similar_are_never_taken_for_one(one: str, other: str) -> None:
    assert comparison_key(one) != comparison_key(other)


def test_text_from_a_word_processor_loses_what_its_author_never_saw() -> None:
    assert without_word_marks("\ufeffpain\u00adful evi\u200bdence\n\uf0b7\tone") == "painful evidence\n-\tone"
