from typing import Any

import pytest

from webapp.domain.document import TargetLine
from webapp.domain.reference_list import CitingText, Known, ReferenceLine, Weight, review_references

VALE: dict[str, Any] = {
    "id": "vale2026",
    "type": "article-journal",
    "title": "The quiet hour and length of stay on convalescent wards",
    "author": [{"family": "Vale", "given": "Ada"}],
    "issued": {"date-parts": [[2026]]},
    "DOI": "10.5555/vale.1",
}
REST: dict[str, Any] = {**VALE, "id": "rest2024", "title": "Rest", "author": [{"literal": "Rest Group"}], "DOI": "10.5555/rest.2"}
STATEMENT = CitingText("the statement", ("rest2024", "vale2026", "rest2024"))
SHORT = CitingText("the short form", ("vale2026", "gone2020"))


def sentences(line: ReferenceLine) -> str:
    return " ".join(finding.sentence for finding in line.findings)


def of(item: dict[str, Any], **known: Known) -> ReferenceLine:
    return review_references([item], [], known={name.replace("_", ":"): one for name, one in known.items()}).lines[0]


def test_references_stand_in_the_order_of_citation_then_the_rest() -> None:
    unused = {**REST, "id": "unused", "DOI": "", "title": "Another"}
    lines = review_references([VALE, unused, REST], [STATEMENT, SHORT]).lines
    assert [(line.key, line.number) for line in lines] == [("rest2024", 1), ("vale2026", 2), ("unused", None)]
    assert lines[0].cited == (("the statement", 2),)
    assert lines[1].cited == (("the statement", 1), ("the short form", 1))
    assert not lines[2].is_cited


def test_what_only_a_short_form_cites_has_no_number_in_the_statement() -> None:
    found = review_references([VALE], [CitingText("the statement", ()), SHORT])
    assert found.lines[0].number is None
    assert found.lines[0].is_cited
    assert found.uncited == 0


def test_cited_and_missing_is_named_with_its_text() -> None:
    assert review_references([VALE, REST], [STATEMENT, SHORT]).missing == (("gone2020", ("the short form",)),)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"DOI": "10.5555/VALE.1", "title": "Something else", "author": []}, "the same DOI"),
        ({"DOI": "", "title": "The quiet hour, and length-of-stay on convalescent wards."}, "and nearly the same title"),
        ({"DOI": "", "author": [{"family": "VALE", "given": "A"}]}, "the same first author and year"),
    ],
)
def test_same_work_twice_is_said_at_both_and_never_merged(change: dict[str, Any], says: str) -> None:
    found = review_references([VALE, {**VALE, "id": "again", **change}], [])
    assert [line.key for line in found.lines] == ["vale2026", "again"]
    for line, other in zip(found.lines, ("again", "vale2026"), strict=True):
        assert f"the same work as @{other}: the same" in sentences(line)
        assert says in sentences(line)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "The loud hour and what became of it"},
        {"issued": {"date-parts": [[2025]]}},
        {"author": [{"family": "Marrow", "given": "Ada"}]},
    ],
)
def test_another_work_is_not_taken_for_the_same(change: dict[str, Any]) -> None:
    """The control of the test before."""
    found = review_references([VALE, {**VALE, "id": "again", "DOI": "", **change}], [])
    assert all("same work" not in sentences(line) for line in found.lines)


def test_malformed_identifiers_are_named() -> None:
    line = of({**VALE, "DOI": "doi.example.org/vale", "PMID": "PMC12"})
    assert "“doi.example.org/vale” is not a DOI" in sentences(line)
    assert "“PMC12” is not a PubMed number" in sentences(line)
    assert {finding.weight for finding in line.findings} == {Weight.WRONG}
    assert of(VALE).findings == ()


def test_retraction_is_said_with_its_source() -> None:
    known = Known("Vale", VALE["title"], "2026", ("It was retracted on 5 March 2026",), is_retracted=True, source="Crossref")
    (finding,) = review_references([VALE], [], known={"10.5555/vale.1": known}).lines[0].findings
    assert finding.sentence == "It was retracted on 5 March 2026 (Crossref)."
    assert finding.weight == Weight.WRONG


def test_pubmed_is_believed_where_crossref_has_not_heard_of_it() -> None:
    item = {**VALE, "PMID": "7"}
    heard = Known("Vale", VALE["title"], "2026", ("It was retracted",), is_retracted=True, source="PubMed")
    known = {"10.5555/vale.1": Known("Vale", VALE["title"], "2026", source="Crossref"), "pmid:7": heard}
    assert "It was retracted (PubMed)." in sentences(review_references([item], [], known=known).lines[0])


def test_record_of_another_work_is_doubted() -> None:
    other = Known("Marrow", "Fish", "2001", source="Crossref")
    assert "Crossref has Marrow as its first author, not Vale" in sentences(
        review_references([VALE], [], known={"10.5555/vale.1": other}).lines[0]
    )
    title = Known("Vale", "Fish in ponds", "2001", source="Crossref")
    assert "another title" in sentences(review_references([VALE], [], known={"10.5555/vale.1": title}).lines[0])


def target(citation: str) -> TargetLine:
    return TargetLine("trial", citation, "10.5555/VALE.1", None)


def test_author_of_a_target_who_does_not_fit_its_doi_is_doubted() -> None:
    wrong = target("Marrow B, Thorn C. The quiet hour. Journal of Invented Medicine 2026")
    (finding,) = review_references([VALE], [], [wrong]).targets
    assert "does not name Vale, the first author by the reference with that DOI" in finding.sentence
    known = {"10.5555/vale.1": Known("Vale", VALE["title"], "2026", source="Crossref")}
    (finding,) = review_references([], [], [wrong], known).targets
    assert "by Crossref" in finding.sentence


def test_author_of_a_target_who_fits_is_not_doubted() -> None:
    assert review_references([VALE], [], [target("Vale A et al. The quiet hour. 2026")]).targets == ()


def test_retracted_target_is_said() -> None:
    known = {"10.5555/vale.1": Known("Vale", "", "2026", ("It was retracted",), is_retracted=True, source="Crossref")}
    (finding,) = review_references([], [], [target("Vale A. The quiet hour")], known).targets
    assert "It was retracted (Crossref)." in finding.sentence


def test_one_work_two_hundred_times_over_is_said_in_a_few_lines_each() -> None:
    lines = review_references([{**VALE, "id": f"vale{number}"} for number in range(200)], []).lines
    twins = [[one.sentence for one in line.findings if "same" in one.sentence] for line in lines]
    assert {len(one) for one in twins} == {6}
    assert all(one[-1] == "The same is true of 194 more." for one in twins)
