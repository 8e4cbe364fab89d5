"""Where an account is signed in: listed, and ended by a press (T09)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.browser import Browser
from tests.dump import dump, unchanged
from tests.web.test_access import token_of
from tests.web.world import ACCOUNTS, Person, World
from webapp.domain import limits
from webapp.domain.tokens import hash_token
from webapp.persistence.tables import RepresentativeRow, WebSessionRow


@pytest.fixture
def two(world: World) -> tuple[Browser, Browser]:
    """Two browsers of one person; the second came a minute later."""
    first = world.browser(Person.OWNER)
    world.clock.move(minutes=1)
    return first, world.browser(Person.OWNER)


def is_in(browser: Browser) -> bool:
    return browser.get("/letters").heading == "Letters"


def test_live_sessions_are_listed_with_their_times_and_which_is_here(world: World, two: tuple[Browser, Browser]) -> None:
    page = two[0].get("/stays")
    assert page.text.count("2 March 2026") == 4
    assert page.text.count("this browser") == 1
    world.clock.move(minutes=59)
    world.clock.move(seconds=30)
    two[1].get("/letters")
    world.clock.move(minutes=2)
    page = two[1].get("/stays")
    assert page.text.count("Sign out here") == 1, "a session that has ended is listed no more"
    assert "Sign it out signed in since" not in page.text


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def test_each_session_says_which_browser_it_is_and_keeps_no_header(world: World) -> None:
    browser = Browser(world.app)
    browser.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    world.sign_in(browser)
    here = next(one for one in browser.get("/stays").all("tr") if "this browser" in browser.page.words(one))
    assert browser.page.words(here).startswith("Firefox on Linux")
    assert not any("Gecko" in str(row) for rows in dump(world.engine).values() for row in rows)


def test_session_from_before_says_that_nobody_knows(world: World, two: tuple[Browser, Browser]) -> None:
    with world.engine.begin() as connection:
        connection.execute(update(WebSessionRow).values(device=None))
    assert two[0].get("/stays").text.count("Kind not known") == 2


def test_other_session_is_ended_by_a_press(two: tuple[Browser, Browser]) -> None:
    two[1].get("/stays")
    two[1].press("Sign it out")
    assert "You are signed out there" in two[1].page.text
    assert (is_in(two[0]), is_in(two[1])) == (False, True)


def test_all_others_are_ended_by_one_press(world: World, two: tuple[Browser, Browser]) -> None:
    third, stranger = world.browser(Person.OWNER), world.browser(Person.STRANGER)
    third.get("/stays")
    third.press("Sign out everywhere but here")
    assert [is_in(browser) for browser in (*two, third, stranger)] == [False, False, True, True]


def test_own_session_is_ended_like_signing_out(two: tuple[Browser, Browser]) -> None:
    two[0].get("/stays")
    two[0].press("Sign out here")
    assert "You are signed out here" in two[0].page.text
    assert (is_in(two[0]), is_in(two[1])) == (False, True)


@pytest.mark.parametrize("person", [Person.STRANGER, Person.ADMINISTRATOR])
def test_session_of_somebody_else_is_not_there(world: World, two: tuple[Browser, Browser], person: Person) -> None:
    other = world.browser(person)
    token = token_of(other)
    for stay in (world.stay_of(two[0]), "nobody’s"):
        with unchanged(world.engine):
            other.post(f"/stays/{stay}/end", {"csrf_token": token}, status=404)
    assert is_in(two[0])


def test_closed_account_is_out_of_every_browser(world: World, two: tuple[Browser, Browser]) -> None:
    drafter = world.browser(Person.DRAFTER)
    administrator = world.browser(Person.ADMINISTRATOR)
    administrator.get("/staff")
    administrator.press(f"Close the account {ACCOUNTS[Person.DRAFTER]}")
    assert not is_in(drafter)
    assert is_in(two[0])


# T09: a session that was ended while a request of its own was under way stays dead.


def end_while_asking(world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch, address: str, key: str) -> int:
    """The session's row goes while the page is being made, after it was found and before it is marked as used."""
    with browser.client.session_transaction() as kept:
        token = kept["desk"] if key == "desk" else dict(kept["rooms"])[world.facts.invitation]

    def ended(*_given: Any, **_more: Any) -> bool:
        with world.engine.begin() as connection:
            connection.execute(delete(WebSessionRow).where(WebSessionRow.token_hash == hash_token(token)))
        return True

    world.clock.move(minutes=2)
    with monkeypatch.context() as during:
        during.setattr("webapp.services.doors.needs_touch", ended)
        return browser.ask(address).status_code


def test_t09_session_that_is_ended_during_a_request_stays_dead(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser(Person.OWNER)
    stay = world.stay_of(browser)
    assert end_while_asking(world, browser, monkeypatch, "/letters", "desk") in {200, 302}
    assert not is_in(browser)
    with world.engine.connect() as connection:
        assert connection.execute(select(WebSessionRow).where(WebSessionRow.reference == stay)).all() == []


def test_t09_stay_of_a_representative_ends_with_the_link(world: World) -> None:
    anna = world.browser(Person.REPRESENTATIVE)
    with world.engine.begin() as connection:
        connection.execute(update(RepresentativeRow).values(revoked_at=world.clock.now()))
    anna.get(f"/room/{world.facts.invitation}", status=404)


def test_t09_session_for_one_purpose_is_none_for_another(world: World) -> None:
    staff, anna = world.browser(Person.OWNER), world.browser(Person.REPRESENTATIVE)
    with staff.client.session_transaction() as kept:
        desk = kept["desk"]
    with anna.client.session_transaction() as kept:
        room = dict(kept["rooms"])[world.facts.invitation]
    thief = Browser(world.app)
    for token in (desk, room, "", "x"):
        with thief.client.session_transaction() as kept:
            kept["desk"] = room
            kept["rooms"] = [(world.facts.invitation, desk), (world.facts.otto_invitation, room)]
            kept["other"] = token
        assert not is_in(thief)
        for invitation in (world.facts.invitation, world.facts.otto_invitation):
            thief.get(f"/room/{invitation}", status=404)


@pytest.mark.parametrize(("uses", "is_open"), [(23, True), (24, False)])
def test_t09_session_ends_after_twelve_hours_however_much_it_is_used(world: World, uses: int, is_open: bool) -> None:
    browser = world.browser(Person.OWNER)
    for _ in range(uses - 1):
        world.clock.move(minutes=30)
        browser.get("/stays")
    world.clock.move(minutes=30)
    assert is_in(browser) is is_open
    assert timedelta(minutes=30) * 24 == limits.DESK_LONGEST
