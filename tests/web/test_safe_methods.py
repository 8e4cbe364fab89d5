"""R6: GET, HEAD and OPTIONS change nothing but sessions and rate limits, whoever asks and for whatever.

`make test` gets every page of a letter in each state as owner and as representative, and as everybody else in one; by the two other
methods it asks in one state. `make assure` asks in each state by all three, as everybody, and looks at the tables after every page.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from tests.browser import Browser
from tests.counts import IS_ASSURE
from tests.dump import Dump, changed, dump
from tests.web.world import Person, World
from webapp.persistence.database import transaction
from webapp.persistence.tables import SocietyRow
from webapp.web.transaction import reading

METHODS = ("GET", "HEAD", "OPTIONS")
STATES = ("drafting", "signing", "closed", "sealed", "submitted")
IN_EVERY_STATE = {Person.OWNER, Person.REPRESENTATIVE}
# So many pages are read before the tables are looked at.
AT_ONCE = 1 if IS_ASSURE else 10
# The tables that a page may touch by being read: when a session was last seen, and who opened a link that leads nowhere.
SESSIONS, LIMITS = {"web_session"}, {"rate_limit"}


def rules(app: Flask) -> list[str]:
    """Every address that the application answers, with one HTTP method of the safe ones or with several."""
    return sorted({rule.rule for rule in app.url_map.iter_rules()})


def addresses(world: World, rule: str) -> Iterator[str]:
    """The address for the letter in each state; rules without a letter have one only."""
    built = set()
    for state in STATES:
        address = rule
        for name, value in ((name, str(value)) for name, value in world.values(state).items()):
            address = address.replace(f"<path:{name}>", value).replace(f"<{name}>", value)
        built.add(address)
    yield from sorted(built)


# What readers, drafters and coordinators are shown, owners are too.
@pytest.mark.parametrize("person", [one for one in Person if one not in {Person.READER, Person.DRAFTER, Person.COLLEAGUE}])
def test_r6_safe_methods_change_nothing_but_sessions_and_limits(readers: World, person: Person) -> None:
    with readers.engine.begin() as connection:
        connection.execute(text("DELETE FROM rate_limit"))
    browser = readers.browser(person)
    before, all_rules = dump(readers.engine), rules(readers.app)
    for first in range(0, len(all_rules), AT_ONCE):
        some = all_rules[first : first + AT_ONCE]
        for rule in some:
            read(readers, browser, rule, in_every_state=IS_ASSURE or person in IN_EVERY_STATE)
        after = dump(readers.engine)
        assert told(before, after) == set(), some
        before = after


def told(before: Dump, after: Dump) -> set[str]:
    """The tables that differ, and that reading may not touch."""
    return changed(before, after) - SESSIONS - LIMITS


def read(world: World, browser: Browser, rule: str, *, in_every_state: bool = True) -> None:
    for number, address in enumerate(addresses(world, rule)):
        if number and not in_every_state:
            return
        for method in METHODS if IS_ASSURE or number == 0 else ["GET"]:
            answer = browser.ask(address, method)
            # No worker runs beside these tests, and only that page says so.
            assert answer.status_code < 500 or address == "/readyz", f"{method} {address}"


def test_r6_live_sign_in_link_is_not_used_up_by_reading_it(readers: World) -> None:
    token, browser = readers.sign_in_token(), Browser(readers.app)
    before = dump(readers.engine)
    for _ in range(20):
        for method in METHODS:
            assert browser.ask(f"/sign-in/{token}", method).status_code == 200
    assert dump(readers.engine) == before


def test_r6_control_page_that_writes_is_found(fresh_world: World) -> None:
    def writes() -> str:
        with transaction(reading()) as session:
            session.query(SocietyRow).update({"acronym": "written by a GET"})
        return "read"

    writes.access = "public"  # type: ignore[attr-defined]
    fresh_world.app.add_url_rule("/planted", "planted", writes)
    before = dump(fresh_world.engine)
    read(fresh_world, Browser(fresh_world.app), "/planted")
    assert told(before, dump(fresh_world.engine)) == {"society"}


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "Mozilla/5.0 (scanner)"}], ids=["plain", "prefetch", "agent"]
)
def test_r6_personal_link_sets_no_cookie_and_opens_nothing_however_often_it_is_read(readers: World, headers: dict[str, str]) -> None:
    browser, before = Browser(readers.app), dump(readers.engine)
    for address in (f"/i/{readers.facts.anna}", f"/i/{readers.facts.otto}"):
        for method in METHODS * 4:
            answer = browser.ask(address, method, headers=headers)
            assert "Set-Cookie" not in answer.headers
    assert dump(readers.engine) == before


def test_r6_dead_link_stores_nothing_but_that_it_was_tried_however_often_it_is_read(world: World) -> None:
    browser, before = Browser(world.app), dump(world.engine)
    for address in ("/i/lost", "/i/" + "x" * 3000, "/sign-in/lost"):
        for method in METHODS * 4:
            assert browser.ask(address, method).status_code == (200 if method == "OPTIONS" else 404)
    assert changed(before, dump(world.engine)) == LIMITS


def test_r6_reading_room_says_opened_only_after_the_button(world: World) -> None:
    browser = Browser(world.app)
    browser.get(f"/i/{world.facts.anna}")
    events = len(dump(world.engine)["event"])
    browser.press("Open the letter")
    assert len(dump(world.engine)["event"]) == events + 1


def test_r6_session_is_marked_as_seen_by_reading(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    before = dump(world.engine)
    world.clock.move(minutes=2)
    browser.get("/letters")
    assert changed(before, dump(world.engine)) == SESSIONS
