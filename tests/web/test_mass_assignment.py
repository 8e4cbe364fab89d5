"""Forms are lists of what is taken: whatever else is posted changes nothing (T11)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from tests.dump import unchanged
from tests.factories import ANNA, STRANGER
from tests.web.conftest import Seeded, put_back
from tests.web.matrix import DRAFT, SOCIETY
from tests.web.test_access import token_of
from tests.web.world import SIGN, Person, World

# The names of columns and of what the code calls things: none of them is a field of the forms below.
INTERNAL = {
    "id": "1",
    "reference": "chosen-by-a-stranger",
    "state": "sealed",
    "kind": "decline",
    "act": "withdraw",
    "is_standing": "y",
    "authority": "coordinator",
    "authority_sentence": "I am the king.",
    "received_at": "2020-01-01T00:00",
    "given_at": "2020-01-01T00:00",
    "added_at": "2020-01-01T00:00",
    "created_at": "2020-01-01T00:00",
    "invited_at": "2020-01-01T00:00",
    "opened_at": "2020-01-01T00:00",
    "closed_at": "2020-01-01T00:00",
    "sealed_at": "2020-01-01T00:00",
    "proved_at": "2020-01-01T00:00",
    "record_sequence": "99",
    "record_hash": "0" * 64,
    "link_hash": "0" * 64,
    "token_hash": "0" * 64,
    "code_hash": "0" * 64,
    "link_generation": "7",
    "letter_id": "1",
    "invitation_id": "1",
    "representative_id": "1",
    "society_id": "1",
    "staff_id": "1",
    "web_session_id": "1",
    "replaces_id": "1",
    "is_administrator": "y",
    "deadline_version": "9",
    "edition_number": "9",
    "tries": "-9",
    "language": "tlh",
}
TABLES = ("answer", "letter", "invitation", "representative", "society", "letter_grant", "staff", "target", "author", "revision")
# Different each time, whoever types.
RANDOM = {"reference", "nonce", "record_hash", "link_hash", "sort_key"}


def stored(world: World) -> dict[str, list[dict[str, Any]]]:
    with world.engine.connect() as connection:
        return {table: [_kept(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()] for table in TABLES}


def _kept(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in RANDOM}


def sign(world: World, more: dict[str, str], query: str) -> None:
    browser = world.browser(Person.REPRESENTATIVE)
    room = f"/room/{world.facts.invitation}"
    page = browser.get(f"{room}/sign")
    hidden = page.values(page.form("Go on to review"))
    # What the form names itself is left as it is: the stranger adds, and does not type in the society's place.
    browser.client.post(f"{room}/sign{query}", data={**more, **hidden, **SIGN})
    page = browser.get(f"{room}/review")
    browser.client.post(f"{room}/review{query}", data={**more, **page.values(page.form("Sign for")), "code": world.mail.code(ANNA)})


def post_as(person: Person, path: Callable[[World], str], typed: dict[str, str]) -> Callable[[World, dict[str, str], str], None]:
    def act(world: World, more: dict[str, str], query: str) -> None:
        browser = world.browser(person)
        answer = browser.client.post(path(world) + query, data={**more, **typed, "csrf_token": token_of(browser)})
        assert answer.status_code == 303, answer.text

    return act


ACTS: dict[str, Callable[[World, dict[str, str], str], None]] = {
    "a signature": sign,
    "a draft": post_as(Person.OWNER, lambda _world: "/letters/new", DRAFT),
    "a society": post_as(Person.OWNER, lambda world: f"/letters/{world.facts.letters['signing']}/roster/add", SOCIETY),
    "a person": post_as(
        Person.OWNER, lambda world: f"/letters/{world.facts.letters['signing']}/people/add", {"email": STRANGER, "role": "reader"}
    ),
    "an account": post_as(Person.ADMINISTRATOR, lambda _world: "/staff/add", {"email": "new@example.org"}),
    "a cancelled letter": post_as(Person.OWNER, lambda world: f"/letters/{world.facts.letters['signing']}/cancel", {"reason": "No."}),
}


@pytest.mark.sqlite
@pytest.mark.parametrize("where", ["in the form", "in the address"])
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_t11_thirty_internal_names_change_nothing_of_what_is_stored(
    world: World, seeded: Seeded, act: Callable[[World, dict[str, str], str], None], where: str
) -> None:
    assert len(INTERNAL) >= 30
    before = stored(world)
    act(world, {}, "")
    honest = stored(world)
    assert honest != before
    put_back(seeded, world)
    act(world, INTERNAL if where == "in the form" else {}, "" if where == "in the form" else f"?{urlencode(INTERNAL)}")
    assert stored(world) == honest


@pytest.mark.sqlite
def test_t11_control_another_value_of_a_real_field_is_seen(world: World, seeded: Seeded) -> None:
    ACTS["a cancelled letter"](world, {}, "")
    honest = stored(world)
    put_back(seeded, world)
    post_as(Person.OWNER, lambda _world: "/letters/new", {**DRAFT, "ask": "retraction"})(world, {}, "")
    assert stored(world) != honest


def test_t11_repeated_field_counts_once_and_json_is_no_form(world: World) -> None:
    browser = world.browser(Person.ADMINISTRATOR)
    token = token_of(browser)
    with unchanged(world.engine):
        answer = browser.ask("/staff/add", "POST", json={"csrf_token": token, "email": "json@example.org"})
        assert answer.status_code == 400
    typed = {"csrf_token": token, "email": ["first@example.org", "second@example.org"]}
    assert browser.ask("/staff/add", "POST", data=typed).status_code == 303
    assert "first@example.org" in browser.get("/staff").text
    assert "second@example.org" not in browser.page.text
