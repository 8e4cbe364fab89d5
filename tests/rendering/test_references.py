import json

import pytest

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.rendering.text import parse_references, statement_html

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
    assert (item["container-title"], item["volume"], item["issue"], item["page"]) == ("Example J Med", "7", "2", "1-9")
    assert item["issued"] == {"date-parts": [[2024, 3, 5]]}
    assert item["DOI"] == "10.5555/ejm.2024.1"


@pytest.mark.parametrize("wrapped", [False, True])
def test_csl_json_is_taken(wrapped: bool) -> None:
    items = [{"id": 5, "title": "A trial", "type": "book"}, {"id": "b c", "title": "Another"}]
    found = parse_references(json.dumps({"items": items} if wrapped else items))
    assert [item["id"] for item in found] == ["5", "b-c"]
    assert found[1]["type"] == "article-journal"


@pytest.mark.parametrize(("typed", "key"), [(BIBTEX, "smith2024"), (RIS, "Smith_World_2024"), (NBIB, "pmid12345678")])
def test_what_is_parsed_can_be_cited(typed: str, key: str) -> None:
    assert f'id="ref-{key}"' in statement_html(f"One [@{key}].", parse_references(typed))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("Smith A. A trial. 2024.", "in no form that is known here", id="plain prose"),
        pytest.param("@article{a, title={X", "BibTeX cannot be read near line 1", id="an open bracket"),
        pytest.param("TY  - JOUR\nnothing more", "RIS", id="RIS without an end"),
        pytest.param('[{"id": "a"', "JSON cannot be read", id="half a JSON"),
        pytest.param("[" * 100_000, "JSON cannot be read", id="JSON nested for ever"),
        pytest.param("[1, 2]", "not a list of CSL items", id="JSON of something else"),
        pytest.param("{}", "not a list of CSL items", id="an empty object"),
        pytest.param('[{"title": "Nameless"}]', "“Nameless” has no key", id="no key"),
        pytest.param('[{"id": "a]b", "title": "x"}]', "“a]b” cannot be cited", id="a key that ends the citation"),
        pytest.param('[{"id": "a", "title": "x"}, {"id": "a", "title": "y"}]', "Two references have the key “a”", id="a key used twice"),
        pytest.param("x" * (limits.REFERENCES_TYPED + 1), "more than 400,000 characters", id="too long"),
        pytest.param('[{"id": "a", "title": "x", "volume": NaN}]', "NaN is not a value of JSON", id="not a number"),
        pytest.param('[{"id": "a", "title": "x", "volume": -Infinity}]', "-Infinity is not a value of JSON", id="minus infinity"),
        pytest.param('[{"id": "a", "title": "x", "volume": 1e999}]', "a number that is too large", id="a number beyond all numbers"),
        pytest.param('[{"id": "a", "title": "x", "volume": ' + "7" * 5_000 + "}]", "too many digits", id="a number of 5,000 digits"),
        pytest.param('[{"id": "a", "title": "bone \\ud83d"}]', r"cannot be stored \(U\+D83D\)", id="half a character"),
        pytest.param('[{"id": "a", "title": "x", "\\ud83d": "y"}]', r"cannot be stored \(U\+D83D\)", id="half a character as a name"),
        pytest.param('[{"id": "a", "title": "x\\u0000y"}]', r"cannot be stored \(U\+0000\)", id="a NUL in an escape"),
        pytest.param("@article{a, title={x\0y}}", r"cannot be stored \(U\+0000\)", id="a NUL in BibTeX"),
        pytest.param('[{"id": "a", "title": "x", "note": ' + "[" * 600 + "]" * 600 + "}]", "nested too deeply", id="600 brackets"),
        pytest.param(json.dumps([{"id": f"a{n}", "title": "x"} for n in range(201)]), "There are 201 references", id="too many"),
    ],
)
def test_unusable_references_are_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as refusal:
        parse_references(typed)
    assert refusal.value.field == "references_typed"


def test_reference_file_cannot_include_another() -> None:
    hostile = "@article{a, title={\\input{/etc/passwd}}, author={Smith, Anna}}"
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
