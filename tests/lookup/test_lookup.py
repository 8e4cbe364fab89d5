import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from tests.lookup.register import (
    DOI,
    PMID,
    RETRACTED_DOI,
    RETRACTED_PMID,
    Register,
    answer,
    dripping,
    register,
    silent,
)
from webapp.domain.errors import LookUpFailed
from webapp.lookup import crossref, fetching, pubmed
from webapp.lookup.crossref import check_dois, find_by_doi
from webapp.lookup.pubmed import check_pmids, find_by_pmid
from webapp.rendering.references import parse_references
from webapp.settings import LookUp

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def held() -> Iterator[Register]:
    with register() as held:
        yield held


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossref, "_SECONDS", 0.4)
    monkeypatch.setattr(pubmed, "_SECONDS", 0.4)


def test_crossref_gives_the_reference(held: Register) -> None:
    record = find_by_doi(DOI, held.look_up)
    assert record.item == {
        "type": "article-journal",
        "title": "The quiet hour & length of stay: a <i>cluster</i>-randomised alert(1)trial",
        "author": [{"family": "Fennimore-Oake", "given": "Isolde R"}, {"literal": "Quiet Hour Group"}],
        "container-title": "The Tarnbeck Journal of Convalescent Medicine",
        "container-title-short": "Tarnbeck J Convalesc Med",
        "volume": "58",
        "issue": "10",
        "page": "701-714",
        "issued": {"date-parts": [[2024, 3, 5]]},
        "DOI": DOI,
    }
    assert record.notices == ()


def test_crossref_says_what_was_retracted_and_corrected(held: Register) -> None:
    record = find_by_doi(RETRACTED_DOI, held.look_up)
    assert record.is_retracted
    assert record.notices == (
        "It was retracted on 6 February 2021, see 10.5555/ejm.2021.77",
        "It was corrected in 2020, see 10.5555/ejm.2020.10",
    )


def test_pubmed_gives_the_reference(held: Register) -> None:
    record = find_by_pmid(PMID, held.look_up)
    assert (record.item["title"], record.item["DOI"], record.item["PMID"]) == ("The quiet hour and length of stay", DOI, PMID)
    assert record.item["author"] == [{"family": "Fennimore-Oake", "given": "Isolde R"}, {"literal": "Quiet Hour Group"}]
    assert record.notices == ()


def test_pubmed_says_what_was_retracted_and_corrected(held: Register) -> None:
    record = find_by_pmid(RETRACTED_PMID, held.look_up)
    assert record.is_retracted
    assert record.notices[0].startswith("It was retracted, see Tarnbeck J Convalesc Med. 2021 Feb;55(2):99")
    assert record.notices[1].startswith("It was corrected, see Tarnbeck J Convalesc Med. 2020 Dec")


def test_many_are_checked_with_few_questions(held: Register) -> None:
    dois = [f"10.5555/none.{number}" for number in range(79)]
    assert check_dois([DOI.upper(), *dois, RETRACTED_DOI, "10.5555/a,b"], held.look_up).keys() == {DOI, RETRACTED_DOI}
    assert check_pmids([PMID, "7", RETRACTED_PMID], held.look_up).keys() == {PMID, RETRACTED_PMID}
    assert len(held.asked) == 4


def test_register_is_told_who_asks(held: Register) -> None:
    find_by_doi(DOI, held.look_up)
    find_by_pmid(PMID, held.look_up)
    assert all("office@example.org" in agent for agent in held.agents)
    assert "mailto=office%40example.org" in held.asked[0]
    assert "email=office%40example.org" in held.asked[1]


def test_r20_doi_cannot_leave_its_place_in_the_address(held: Register) -> None:
    for typed in ("10.5555/../../admin?x=1#y", "10.5555/a@evil.example/", "10.5555/%2e%2e/", "10.5555/\\evil"):
        with pytest.raises(LookUpFailed, match="does not know"):
            find_by_doi(typed, held.look_up)
    for asked in held.asked:
        assert asked.startswith("/works/10.5555%2F")
        assert asked.count("/") == 2
        assert asked.count("?") == 1


def says(status: int, body: str, **headers: str):
    def instead(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, status, body, **headers)

    return instead


ANSWERS = {
    "it is asked too often": (says(429, "slow down", **{"Retry-After": "60"}), "asked too often"),
    "it is broken": (says(500, "oh"), "no answer just now"),
    "it is being mended": (says(503, "<html>maintenance</html>"), "no answer just now"),
    "it sends us elsewhere": (says(302, "", Location="http://127.0.0.1:1/else"), "no answer just now"),
    "half a JSON": (says(200, '{"status":"ok","message":{"DOI"'), "cannot be read|no record"),
    "a page instead": (says(200, "<html>sign in</html>"), "cannot be read|no record"),
    "nothing": (says(200, ""), "cannot be read|no record"),
    "a list": (says(200, '{"message": [1]}'), "no record"),
    "JSON without an end": (says(200, "[" * 100_000), "cannot be read|does not know"),
    "bytes that are no text": (lambda handler: handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n\xff\xfe\xfd"), "cannot be read"),
    "no HTTP": (lambda handler: handler.wfile.write(b"220 mail.example.org ESMTP\r\n"), "cannot be reached|cannot be read|no record"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_whatever_a_register_answers_is_a_sentence(held: Register, name: str) -> None:
    held.instead, sentence = ANSWERS[name]
    with pytest.raises(LookUpFailed, match=sentence):
        find_by_doi(DOI, held.look_up)
    if name not in {"a list", "JSON without an end"}:
        with pytest.raises(LookUpFailed, match=sentence):
            find_by_pmid(PMID, held.look_up)
    assert all(asked.startswith(("/works/", "/entrez/")) for asked in held.asked)


def test_unknown_works_are_sentences(held: Register) -> None:
    with pytest.raises(LookUpFailed, match=r"does not know the DOI 10\.5555/none"):
        find_by_doi("10.5555/none", held.look_up)
    with pytest.raises(LookUpFailed, match="does not know the number 7"):
        find_by_pmid("7", held.look_up)


def test_answer_about_another_work_is_refused(held: Register) -> None:
    held.instead = says(200, '{"message": {"DOI": "10.5555/other", "title": ["Another"]}}')
    with pytest.raises(LookUpFailed, match="another work"):
        find_by_doi(DOI, held.look_up)


def test_wrong_shapes_inside_a_record_are_left_out(held: Register) -> None:
    work = {
        "DOI": DOI,
        "title": ["A"],
        "author": [7, {"given": "X"}, {"family": 5}],
        "issued": {"date-parts": [[None]]},
        "updated-by": ["x", {"type": ["y"], "updated": {"date-parts": [["2020", 99]]}}],
        "page": 7,
        "container-title": "no list",
    }
    held.instead = says(200, json.dumps({"message": work}))
    record = find_by_doi(DOI, held.look_up)
    assert record.item == {"type": "article-journal", "title": "A", "DOI": DOI}
    assert len(record.notices) == 1


@pytest.mark.parametrize("parts", [[10**30], [2026, 10**30], [2026, 3, -(10**30)]])
def test_day_beyond_every_calendar_is_left_out(held: Register, parts: list[int]) -> None:
    held.instead = says(200, json.dumps({"message": {"DOI": DOI, "title": ["A"], "issued": {"date-parts": [parts]}}}))
    assert find_by_doi(DOI, held.look_up).item.get("issued") in (None, {"date-parts": [[2026]]})


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", [silent, dripping])
def test_slow_register_is_a_sentence(held: Register, kind) -> None:
    held.instead = kind(held)
    began = time.monotonic()
    with pytest.raises(LookUpFailed, match=r"did not answer within|too slowly"):
        find_by_doi(DOI, held.look_up)
    # Thirty seconds is what either would have gone on for.
    assert time.monotonic() - began < 15


def test_huge_answer_is_a_sentence(held: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_MOST_BYTES", 1_000)
    held.instead = says(200, " " * 100_000)
    with pytest.raises(LookUpFailed, match="more than a reference can be"):
        find_by_doi(DOI, held.look_up)


def test_register_that_is_away_is_a_sentence() -> None:
    with pytest.raises(LookUpFailed, match="cannot be reached"):
        find_by_doi(DOI, LookUp("office@example.org", crossref="http://127.0.0.1:9"))


@pytest.mark.usefixtures("impatient")
def test_only_a_few_look_ups_are_under_way_at_once(held: Register) -> None:
    held.instead = silent(held)
    for _ in range(3):
        with pytest.raises(LookUpFailed, match="did not answer"):
            find_by_doi(DOI, held.look_up)
    with pytest.raises(LookUpFailed, match="Several look-ups are under way"):
        find_by_doi(DOI, held.look_up)
    held.over.set()
    wait_for_places()


def wait_for_places() -> None:
    """What was let go ends by itself; the next test begins with all places free."""
    until = time.monotonic() + 20
    while fetching._places._value < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert fetching._places._value == 3


@pytest.fixture(autouse=True)
def free_places() -> Iterator[None]:
    wait_for_places()
    yield


def test_what_is_found_can_be_stored(held: Register) -> None:
    items = [{**find_by_doi(DOI, held.look_up).item, "id": "a"}, {**find_by_pmid(PMID, held.look_up).item, "id": "b"}]
    assert list(parse_references(json.dumps(items))) == items
