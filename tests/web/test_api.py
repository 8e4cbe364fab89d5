"""The interface for programs: as its description promises, open to every site, and the same facts as everywhere (R5, R18)."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.browser import Browser
from tests.counts import times
from tests.web.world import World
from webapp.domain import limits
from webapp.domain.links import Links
from webapp.domain.rate import Limit
from webapp.web import openapi, published

PATHS = sorted(openapi.description(Links("http://localhost"))["paths"])
DESCRIPTION = "/api/v1/openapi.json"


def facts(world: World, address: str) -> dict[str, Any]:
    answer = Browser(world.app).ask(f"/api/v1{address}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    found: dict[str, Any] = answer.get_json()
    return found


def explore(world: World, path: str) -> None:
    """Asks in every way that the description allows, and in some that it does not, and holds each answer against it."""
    operation = schemathesis.openapi.from_wsgi(DESCRIPTION, world.app)[path]["GET"]
    letters = st.sampled_from([world.facts.letters["sealed"], world.facts.letters["submitted"], world.facts.letters["closed"], ""])

    @settings(
        max_examples=times(60),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), letter=letters)
    def ask(case: schemathesis.Case, letter: str) -> None:
        if letter and "letter" in case.path_parameters:
            case.path_parameters["letter"] = letter
        case.call_and_validate()

    ask()


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_one_that_the_description_promises(world: World, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(published, "PUBLIC_MISSES", Limit("public misses of a network", 100_000, limits.AN_HOUR))
    explore(world, path)


def test_control_an_answer_that_the_description_does_not_promise_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "_KEPT", published.Kept())
    monkeypatch.setattr("webapp.rendering.public_json.course_facts", lambda letter: {"letter": letter.reference, "course": "well"})
    with pytest.raises(BaseException, match=r"course|schema"):
        explore(world, "/letters/{letter}/course")


def test_description_names_every_route_and_no_other(world: World) -> None:
    rules = {
        rule.rule.removeprefix("/api/v1").replace("<published>", "{letter}").replace("<language>", "{language}")
        for rule in world.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    assert rules == set(PATHS)


def test_lists_are_narrowed_by_words_and_country_and_their_number_stays(world: World) -> None:
    address = f"/letters/{world.facts.letters['sealed']}/signatories"
    everyone = facts(world, address)
    assert (everyone["signed"], len(everyone["signatories"])) == (1, 1)
    assert [one["printed_name"] for one in facts(world, f"{address}?q=GULLHAVEN")["signatories"]] == ["Gullhaven, Society of"]
    nobody = facts(world, f"{address}?q=nobody")
    assert (nobody["signed"], nobody["signatories"]) == (1, [])


@pytest.mark.parametrize("query", ["country=Germany", "country=de", "q=" + "x" * 201])
def test_query_that_cannot_be_taken_is_refused_with_a_sentence(world: World, query: str) -> None:
    answer = Browser(world.app).ask(f"/api/v1/letters/{world.facts.letters['sealed']}/signatories?{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert answer.get_json(force=True)["detail"].endswith((".", "DE."))


@pytest.mark.parametrize(
    ("address", "method", "status"), [("/nothing", "GET", 404), ("/letters/none", "GET", 404), ("/letters", "PUT", 405)]
)
def test_refusal_is_a_problem_that_programs_can_read(world: World, address: str, method: str, status: int) -> None:
    answer = Browser(world.app).ask(f"/api/v1{address}", method)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.get_json(force=True)["status"] == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_embedded_list_is_the_same_as_that_of_the_interface(world: World) -> None:
    letter = world.facts.letters["sealed"]
    assert Browser(world.app).ask(f"/embed/{letter}/signatories.json").get_json() == facts(world, f"/letters/{letter}/signatories")


def test_embedded_page_has_no_script_form_or_picture_and_leads_out_of_its_frame(world: World) -> None:
    page = Browser(world.app).get(f"/embed/{world.facts.letters['sealed']}")
    assert [e.tag for tag in ("script", "form", "img", "iframe") for e in page.all(tag)] == []
    assert page.all("base")[0].get("target") == "_blank"
    assert "Gullhaven, Society of" in page.text
