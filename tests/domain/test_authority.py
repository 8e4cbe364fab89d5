"""What a letter asks for before it takes somebody’s word for a society’s, and what settles it."""

import pytest

from webapp.domain.answer import StandingFacts
from webapp.domain.authority import clean_rule, is_at_domain, recorded_phrase, settled_by_code, settled_by_coordinator, settled_by_record
from webapp.domain.errors import InvalidInput
from webapp.domain.stage import doubt_about

AT_HOME, ELSEWHERE, DOMAINS = "anna@gullhaven.example.org", "anna@post.example.net", ("gullhaven.example.org",)


@pytest.mark.parametrize(
    ("rule", "address", "settled"),
    [
        pytest.param(["code"], ELSEWHERE, "code", id="by default the code to the registered address is enough"),
        pytest.param(["own_domain"], AT_HOME, "own_domain", id="an address at the society’s own domain"),
        pytest.param(["own_domain"], ELSEWHERE, "open", id="the code does not settle it where its address is elsewhere"),
        pytest.param(["code", "own_domain"], AT_HOME, "own_domain", id="the better of the two is told"),
        pytest.param(["code", "own_domain"], ELSEWHERE, "code", id="where either is enough the code is"),
        pytest.param(["official"], AT_HOME, "open", id="a confirmation that is asked for is waited for"),
        pytest.param(["word"], AT_HOME, "open", id="the coordinator’s word is never there by itself"),
    ],
)
def test_r4_letter_decides_what_the_code_settles(rule: list[str], address: str, settled: str) -> None:
    assert settled_by_code(rule, address, DOMAINS) == settled


def test_unknown_domains_leave_the_check_open() -> None:
    assert settled_by_code(["own_domain"], AT_HOME, ()) == settled_by_code(["own_domain"], AT_HOME, ("",)) == "open"


@pytest.mark.parametrize(
    ("address", "is_at"),
    [
        ("a@gullhaven.example.org", True),
        ("a@GULLHAVEN.example.org", True),
        ("a@mail.gullhaven.example.org", True),
        ("a@notgullhaven.example.org", False),
        ("a@gullhaven.example.org.example.net", False),
        ("gullhaven.example.org@example.net", False),
    ],
)
def test_address_is_at_a_domain_and_not_merely_like_one(address: str, is_at: bool) -> None:
    assert is_at_domain(address, DOMAINS) is is_at


def test_r12_proof_stands_in_for_the_code_and_for_nothing_more() -> None:
    assert (settled_by_record(["code"]), settled_by_record(["own_domain", "official"])) == ("proof", "open")


@pytest.mark.parametrize(
    ("rule", "source", "offered"),
    [
        (["code"], "room", ["code", "refused"]),
        (["own_domain", "official"], "room", ["refused"]),
        (["official", "minute", "word"], "phone", ["minute", "word", "refused"]),
        (["code"], "paper", ["proof", "refused"]),
    ],
)
def test_coordinator_settles_only_by_what_the_letter_takes(rule: list[str], source: str, offered: list[str]) -> None:
    assert settled_by_coordinator(rule, source, ELSEWHERE, DOMAINS) == offered


def test_rule_holds_what_is_known_and_is_never_empty() -> None:
    assert clean_rule(["word", "code", "magic"]) == ["code", "word"]
    with pytest.raises(InvalidInput):
        clean_rule(["magic"])


def test_r12_only_what_was_recorded_is_marked() -> None:
    assert recorded_phrase("room") == ""
    assert recorded_phrase("phone") == "recorded by the coordinator from a phone call"


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (StandingFacts("sign", True, "", "code"), None),
        (StandingFacts("sign", True, "", "open"), "to be checked"),
        (StandingFacts("decline", True, "", "open"), None),
        (StandingFacts("decline", True, "", "proof", is_confirmed=False), "to be checked"),
        (StandingFacts("sign", True, "", "refused", is_confirmed=False), "not counted"),
        (StandingFacts("decline", True, "", "code", is_disputed=True), "disputed"),
        (StandingFacts("sign", False, "", "code", is_disputed=True), None),
    ],
)
def test_stage_names_the_doubt_about_a_standing_answer(facts: StandingFacts, stage: str | None) -> None:
    assert doubt_about(facts) == stage
