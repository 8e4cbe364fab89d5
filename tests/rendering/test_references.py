import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import times
from tests.rendering.fifteen import FIFTEEN
from webapp.domain import limits
from webapp.domain.errors import BrokenReferences, InvalidInput
from webapp.rendering.references import WRITERS, parse_references
from webapp.rendering.text import statement_html

BIBTEX = """@article{smith2024, title={A trial of {COVID}}, author={Smith, Anna and {World Health Organization}},
 journal={Example J Med}, year=2024, volume=7, pages={1--9}, doi={10.5555/ejm.2024.1}}"""

RIS = """TY  - JOUR
AU  - Smith, Anna
AU  - World Health Organization
TI  - A trial
JO  - Example J Med
PY  - 2024
DO  - https://doi.org/10.5555/ejm.2024.1
ER  -
"""

NBIB = """PMID- 12345678
OWN - NLM
DP  - 2024 Mar 5
TI  - A trial of something that is long enough to be
      continued.
PG  - 1-9
LID - 10.5555/ejm.2024.1 [doi]
FAU - Smith, Anna B
AU  - Smith AB
CN  - Trial Group
TA  - Example J Med
JT  - Example journal of medicine
VI  - 7
IP  - 2
"""


def test_no_text_is_no_references() -> None:
    assert parse_references(" \n\t") == ()


def test_bibtex_is_taken() -> None:
    (item,) = parse_references(BIBTEX)
    assert (item["id"], item["DOI"], item["title"]) == ("smith2024", "10.5555/ejm.2024.1", "A trial of COVID")
    assert item["author"] == [{"family": "Smith", "given": "Anna"}, {"literal": "World Health Organization"}]


def test_ris_is_taken_and_a_body_stays_a_body() -> None:
    (item,) = parse_references(RIS)
    assert item["author"] == [{"family": "Smith", "given": "Anna"}, {"literal": "World Health Organization"}]
    assert item["DOI"] == "10.5555/ejm.2024.1"


def test_pubmed_is_taken() -> None:
    (item,) = parse_references(NBIB)
    assert item["id"] == "pmid12345678"
    assert item["title"] == "A trial of something that is long enough to be continued"
    assert item["author"] == [{"family": "Smith", "given": "Anna B"}, {"literal": "Trial Group"}]
    assert (item["container-title"], item["container-title-short"]) == ("Example journal of medicine", "Example J Med")
    assert (item["volume"], item["issue"], item["page"]) == ("7", "2", "1-9")
    assert item["issued"] == {"date-parts": [[2024, 3, 5]]}
    assert item["DOI"] == "10.5555/ejm.2024.1"


@pytest.mark.parametrize("wrapped", [False, True])
def test_csl_json_is_taken(wrapped: bool) -> None:
    items = [{"id": 5, "title": "A trial", "type": "book"}, {"id": "b c", "title": "Another"}]
    found = parse_references(json.dumps({"items": items} if wrapped else items))
    assert [item["id"] for item in found] == ["5", "b-c"]
    assert found[1]["type"] == "article-journal"


@pytest.mark.parametrize(("typed", "key"), [(BIBTEX, "smith2024"), (RIS, "smith2024"), (NBIB, "pmid12345678")])
def test_what_is_parsed_can_be_cited(typed: str, key: str) -> None:
    assert f'id="ref-{key}"' in statement_html(f"One [@{key}].", parse_references(typed))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("Smith A. A trial. 2024.", "in no form that is known here", id="plain prose"),
        pytest.param("x" * (limits.REFERENCES_TYPED + 1), "more than 400,000 characters", id="too long"),
        pytest.param('[{"id": "a", "title": "x", "volume": NaN}]', "NaN is not a value of JSON", id="not a number"),
        pytest.param('[{"id": "a", "title": "x", "volume": -Infinity}]', "-Infinity is not a value of JSON", id="minus infinity"),
        pytest.param('[{"id": "a", "title": "x", "note": 1e999}]', "a number that is too large", id="a number beyond all numbers"),
        pytest.param('[{"id": "a", "title": "x", "volume": ' + "7" * 5_000 + "}]", "too many digits", id="a number of 5,000 digits"),
        pytest.param('[{"id": "a", "title": "bone \\ud83d"}]', r"cannot be stored \(U\+D83D\)", id="half a character"),
        pytest.param('[{"id": "a", "title": "x", "\\ud83d": "y"}]', r"cannot be stored \(U\+D83D\)", id="half a character as a name"),
        pytest.param('[{"id": "a", "title": "x\\u0000y"}]', r"cannot be stored \(U\+0000\)", id="a NUL in an escape"),
        pytest.param("@article{a, title={x\u202ey}}", r"Entry a holds an invisible character \(U\+202E\)", id="an override"),
        pytest.param('[{"id": "a", "title": "x\\u2066y"}]', r"Entry a holds an invisible character \(U\+2066\)", id="an isolate"),
        pytest.param("@article{a, title={x\0y}}", r"cannot be stored \(U\+0000\)", id="a NUL in BibTeX"),
        pytest.param('[{"id": "a", "title": "x", "note": ' + "[" * 600 + "]" * 600 + "}]", "nested too deeply", id="600 brackets"),
        pytest.param(json.dumps([{"id": f"a{n}", "title": "x"} for n in range(201)]), "There are 201 references", id="too many"),
        pytest.param(json.dumps([{"title": "x"}] * 14_000), "There are 14000 references", id="thousands without a key"),
        pytest.param("".join(f"@book{{a{n}, title={{x}}}}\n" for n in range(201)), "There are 201 references", id="too many in BibTeX"),
        pytest.param("TY  - BOOK\nTI  - x\nER  - \n" * 201, "There are 201 references", id="too many in RIS"),
        pytest.param("PMID- 1\nTI  - x\n" + "      y\n" * 45_000 + "x", "Line 45003, entry pmid1", id="an .nbib that goes on and on"),
        pytest.param("TY  - BOOK\nTI  - x\n" * 19_000, "19000 of 19000 references cannot be read", id="RIS without any end"),
        pytest.param("@a{}\n" * 79_000, "79000 of 79000 references cannot be read", id="BibTeX of nothing but faults"),
        pytest.param("@book{a, title={" + "{" * 190_000 + "}" * 190_000 + "}}", "more than 100 braces are open at once", id="deep braces"),
        pytest.param("@book{a, title={" + "\\'" * 190_000 + "}}", "more than 10,000 commands of LaTeX", id="nothing but commands"),
        pytest.param('{"id":' * 60_000, "nested too deeply", id="objects in objects"),
    ],
)
def test_unusable_references_are_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as refusal:
        parse_references(typed)
    assert refusal.value.field == "references_typed"


def test_reference_file_cannot_include_another() -> None:
    hostile = "@article{a, title={A trial \\input{/etc/passwd}}, author={Smith, Anna}}"
    assert "root:" not in json.dumps(parse_references(hostile))


def test_editor_of_a_book_stands_before_the_word() -> None:
    chapter = {
        "id": "wex2014",
        "type": "chapter",
        "title": "Changing places",
        "author": [{"family": "Wexholme", "given": "U"}],
        "editor": [{"family": "Dunmere", "given": "A"}],
        "container-title": "Essays for Slow Readers",
        "issued": {"date-parts": [[2014]]},
    }
    assert "In: Dunmere A, editor. Essays for Slow Readers" in statement_html("One [@wex2014].", parse_references(json.dumps([chapter])))


BROKEN = {
    "an open brace": (
        "@article{good, title={A}, year=2024}\n@article{vale, title={B,\n year=2024}\n\n@book{next, title={C}}\n",
        ["Line 2, entry vale: a brace that is opened here is not closed."],
    ),
    "an open brace inside": ("@article{vale,\n title={B,\n year=2024\n}\n", ["Line 1, entry vale: a brace"]),
    "an open quotation": ('@article{vale,\n title="B,\n year=2024\n}\n', ["Line 2, entry vale: a quotation mark"]),
    "no sign of equality": ("@article{vale,\n title={B},\n year 2024\n}\n", ["Line 3, entry vale: there is no “=” behind “year”."]),
    "no comma": ("@article{vale,\n title={B}\n year=2024\n}\n", ["Line 3, entry vale: there is no comma behind what “title” says."]),
    "no value": ("@article{vale,\n title={B},\n year=,\n}\n", ["Line 3, entry vale: nothing stands behind “year =”."]),
    "no title in BibTeX": ("@article{vale,\n year=2024}\n", ["Line 1, entry vale: there is no title."]),
    "no comma behind the key": ("@article{vale title={B}}\n", ["Line 1: there is no key"]),
    "a parenthesis": ("@article(vale, title={B}\n", ["Line 1, entry vale: the bracket that closes it is missing."]),
    "keys used twice": (
        "@article{vale, title={A}}\n\n@article{vale, title={B}}\n",
        ["Line 3, entry vale: Two references have the key “vale”; the other begins in line 1."],
    ),
    "RIS without an end": ("TY  - JOUR\nTI  - A\n\nTY  - JOUR\nID  - vale\nTI  - B\nER  - \n", ["Line 1: the RIS line “ER  - ”"]),
    "RIS without a title": ("TY  - JOUR\nID  - vale\nAU  - Vale, A\nER  - \n", ["Line 1, entry vale: there is no title (TI)."]),
    "RIS without a beginning": ("TY  - JOUR\nTI  - A\nER  - \n\nTI  - B\nER  - \n", ["Line 5: this stands before the “TY  - ”"]),
    "nbib without a title": ("PMID- 1\nAU  - Vale A\n\nPMID- 2\nTI  - B\n", ["Line 1, entry pmid1: there is no title (TI)."]),
    "nbib that is cut": ("PMID- 1\nTI  - A\nhalf a line\n", ["Line 3, entry pmid1: “half a line” is neither a field"]),
    "half a JSON": ('[\n{"id": "vale",\n "title": "A"\n', ["Line 4, entry vale: the JSON cannot be read"]),
    "JSON without a comma": ('[{"id": "vale", "title": "A"}\n{"id": "b"}]', ["Line 2: the JSON cannot be read: a comma or the “]”"]),
    "JSON nested for ever": ("[" * 100_000, ["Line 1: the JSON cannot be read (nested too deeply)."]),
    "JSON of something else": ("[1,\n2]", ["Line 1: this is not a CSL item", "Line 2: this is not a CSL item"]),
    "an empty object": ("{}", ["Line 1: there is no title."]),
    "authors that are no list": (
        '[{"id": "vale", "title": "A", "author": "Vale"},\n{"id": "b", "title": "B"},\n{"id": "c", "title": "C", "issued": "2024"}]',
        ["Line 1, entry vale: “author” is not a list of names", "Line 3, entry c: “issued” is not a date"],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_references_name_line_and_entry(name: str) -> None:
    typed, expected = BROKEN[name]
    with pytest.raises(BrokenReferences) as refusal:
        parse_references(typed)
    assert len(refusal.value.sentences) == len(expected)
    for sentence, beginning in zip(refusal.value.sentences, expected, strict=True):
        assert sentence.startswith(beginning)


@pytest.mark.parametrize("name", [name for name in BROKEN if BROKEN[name][0][0] in "@TP"])
def test_line_that_is_named_moves_with_what_stands_before_it(name: str) -> None:
    """The control: a line that were made up would stay where it is."""
    typed, _expected = BROKEN[name]
    before = {"@": "@book{before, title={Before}}\n\n\n", "T": "TY  - BOOK\nTI  - Before\nER  - \n", "P": "PMID- 9\nTI  - B\n\n"}[typed[0]]
    lines = [_lines_named(typed), _lines_named(before + typed)]
    assert lines[1] == [line + 3 for line in lines[0]]


def _lines_named(typed: str) -> list[int]:
    with pytest.raises(BrokenReferences) as refusal:
        parse_references(typed)
    return [int(re.findall(r"[Ll]ine (\d+)", sentence)[0]) for sentence in refusal.value.sentences]


def test_every_broken_entry_is_named_up_to_ten() -> None:
    typed = "".join(f"@article{{a{number}, year=2024}}\n@article{{good{number}, title={{A}}}}\n" for number in range(12))
    with pytest.raises(BrokenReferences, match="12 of 24 references cannot be read, so nothing is stored") as refusal:
        parse_references(typed)
    assert [sentence.partition(":")[0] for sentence in refusal.value.sentences[:2]] == ["Line 1, entry a0", "Line 3, entry a1"]
    assert refusal.value.sentences[10:] == ("2 more entries cannot be read.",)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        pytest.param("@article{, title={The quiet hour}, author={Vale, A}, year=2026}", ["vale2026"], id="BibTeX without a key"),
        pytest.param('[{"id": "http://example.org/items/7", "title": "A day"}]', ["a"], id="an address as a key"),
        pytest.param('[{"title": "Nameless"}, {"title": "Nameless"}]', ["nameless", "namelessb"], id="none at all"),
        pytest.param(
            '[{"title": "x", "author": [{"family": "Müßig"}], "issued": {"date-parts": [[2024]]}}, {"id": "mussig2024", "title": "y"}]',
            ["mussig2024b", "mussig2024"],
            id="a made key takes none that is given",
        ),
        pytest.param("TY  - JOUR\nTI  - 数\nER  - ", ["reference"], id="nothing to make a key of"),
    ],
)
def test_key_is_made_where_none_can_be_cited(typed: str, keys: list[str]) -> None:
    assert [item["id"] for item in parse_references(typed)] == keys


def test_made_key_is_none_of_those_already_there() -> None:
    (item,) = parse_references(RIS, taken=["smith2024", "smith2024b"])
    assert item["id"] == "smith2024c"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("TY  - JOUR\nTI  - A\nAU  - World Alliance for Rest\nER  - ", {"literal": "World Alliance for Rest"}),
        ("TY  - JOUR\nTI  - A\nAU  - Institute of Rest, Sleep and Quiet\nER  - ", {"literal": "Institute of Rest, Sleep and Quiet"}),
        ("TY  - JOUR\nTI  - A\nAU  - Institute of Rest, Sleep,\nER  - ", {"literal": "Institute of Rest, Sleep"}),
        ("PMID- 1\nTI  - A\nCN  - World Alliance for Rest\n", {"literal": "World Alliance for Rest"}),
        ("@article{a, title={A}, author={{World Alliance for Rest}}}", {"literal": "World Alliance for Rest"}),
        ("@article{a, title={A}, author={{Rest and Quiet}}}", {"literal": "Rest and Quiet"}),
        ('[{"title": "A", "author": [{"literal": "World Alliance for Rest"}]}]', {"literal": "World Alliance for Rest"}),
    ],
)
def test_group_stays_a_group(typed: str, name: dict[str, str]) -> None:
    (item,) = parse_references(typed)
    assert item["author"] == [name]


@pytest.mark.parametrize("line", ["", ",", " , "])
def test_author_without_a_name_is_none(line: str) -> None:
    (item,) = parse_references(f"TY  - JOUR\nTI  - A\nAU  - {line}\nAU  - Vale, A\nER  - ")
    assert item["author"] == [{"family": "Vale", "given": "A"}]


def test_pubmed_keeps_persons_and_groups_in_their_order() -> None:
    (item,) = parse_references("PMID- 1\nTI  - A\nFAU - Vale, Ada\nAU  - Vale A\nCN  - Rest Group\nFAU - van der Berg, Jan\n")
    berg = {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"}
    assert item["author"] == [{"family": "Vale", "given": "Ada"}, {"literal": "Rest Group"}, berg]


def test_titles_keep_their_capitals() -> None:
    (item,) = parse_references("@article{a, title={Schlaf und Stille in der Genesung bei Morbus Marrowby}}")
    assert item["title"] == "Schlaf und Stille in der Genesung bei Morbus Marrowby"


@pytest.mark.parametrize("form", WRITERS)
def test_fifteen_references_come_back_from_every_form_as_they_were(form: str) -> None:
    assert parse_references(WRITERS[form][0](FIFTEEN)) == FIFTEEN


@pytest.mark.parametrize("form", WRITERS)
def test_what_is_written_is_the_same_when_it_is_written_again(form: str) -> None:
    write = WRITERS[form][0]
    assert write(parse_references(write(FIFTEEN))) == write(FIFTEEN)


def test_same_reference_in_four_forms_is_the_same_reference() -> None:
    nbib = (
        "PMID- 90000001\nTI  - A trial.\nFAU - van der Berg, Jan\nCN  - Rest Group\nJT  - Example Journal\nTA  - Ex J\nVI  - 7\nIP  - 2\n"
    )
    nbib += "PG  - 1-9\nDP  - 2024 Mar 5\nLID - 10.5555/a.1 [doi]\n"
    items = parse_references(nbib)
    for write, _kind in WRITERS.values():
        assert parse_references(write(items)) == items


@pytest.mark.parametrize("form", WRITERS)
def test_line_end_in_a_field_does_not_end_the_entry(form: str) -> None:
    hostile = {"id": "a", "type": "book", "title": "One\n@book{two, title={Two}\nER  - \nTY  - BOOK", "URL": "https://example.org/\n@x{"}
    items = parse_references(WRITERS[form][0]([hostile]))
    assert [item["id"] for item in items] == ["a"]


_LETTERS = st.sampled_from([*"abcdXYZé ßø 123&%$#_{}~^\\\"'`-–<>/:;.,()[]@!?*+=|", "--", "``", "''", "\\input", "</b>", "{=html}"])
_WORDS = st.lists(_LETTERS, min_size=1, max_size=20).map(lambda letters: " ".join("".join(letters).split()))
_TITLES = _WORDS.map(lambda words: f"A{words}z")
_FAMILIES = st.text("abcéøßXYZ-' ", min_size=1, max_size=12).map(lambda name: f"V{' '.join(name.split())}".rstrip(" -'"))
_PERSONS = st.fixed_dictionaries(
    {"family": _FAMILIES, "given": st.text("ABCéö. ", min_size=1, max_size=8).map(lambda one: " ".join(f"A{one}".split()))}
)
_BODIES = st.fixed_dictionaries({"literal": _FAMILIES.map(lambda name: f"Society of {name}, Rest and Quiet")})
_DAYS = st.tuples(st.integers(1800, 2100), st.integers(1, 12), st.integers(1, 31)).flatmap(
    lambda day: st.sampled_from([day[:1], day[:2], day])
)
_ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.just("article-journal"),
            "title": _TITLES,
            "author": st.lists(_PERSONS | _BODIES, min_size=1, max_size=8),
            "container-title": _TITLES,
            "volume": st.integers(1, 999).map(str),
            "page": st.sampled_from(["1", "1-9", "e12", "S1-S9", "12-8"]),
            "issued": _DAYS.map(lambda day: {"date-parts": [list(day)]}),
            "DOI": st.text("abcXYZ019.-_()/:;<>", min_size=1, max_size=20).map(lambda end: f"10.5555/{end}z"),
            "PMID": st.integers(1, 99_999_999).map(str),
        }
    ),
    min_size=4,
    max_size=12,
).map(lambda items: tuple({**item, "id": f"k{number}"} for number, item in enumerate(items)))


@pytest.mark.parametrize("form", WRITERS)
def test_any_references_come_back_from_every_form_as_they_were(form: str) -> None:
    write = WRITERS[form][0]

    @settings(max_examples=times(200), deadline=None)
    @given(_ITEMS)
    def check(items: tuple[dict[str, object], ...]) -> None:
        assert parse_references(write(items)) == items

    check()


@settings(max_examples=times(300), deadline=None)
@given(st.sampled_from([WRITERS[form][0](FIFTEEN[:4]) for form in WRITERS]), st.data())
def test_damaged_file_is_read_or_refused_with_a_sentence(whole: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(whole)))
    damage = data.draw(st.sampled_from(["", "{", "}", '"', ",", "=", "\\", "@", "\n", "TY  - ", "[", "]", "PMID- "]))
    try:
        items = parse_references(whole[:start] + damage + whole[start + data.draw(st.integers(0, 40)) :])
    except InvalidInput as refusal:
        assert str(refusal)[-1] in ".?!"
    else:
        assert all(item["title"] for item in items)
