"""Strangers at the door: guesses are counted by network, and what waits behind the door changes no word of the answer."""

from collections import Counter
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.dump import changed, dump
from tests.factories import ANNA, COORDINATOR
from tests.web.world import Person, World
from webapp.domain.limits import LINK_MISSES_IN_TEN_MINUTES, WRONG_CODES_AN_HOUR

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.7"


def ask(browser: Browser, address: str, method: str = "GET", *, network: str = HERE, **request: Any) -> TestResponse:
    return browser.ask(address, method, environ_base={"REMOTE_ADDR": network}, **request)


def guess(world: World, path: str, count: int, *, network: str = HERE) -> list[int]:
    browser = Browser(world.app)
    return [ask(browser, f"/{path}/guess-{number}", network=network).status_code for number in range(count)]


@pytest.mark.parametrize("path", ["i", "sign-in"])
def test_t04_thirty_guesses_from_one_network_are_404_and_the_next_are_429(world: World, path: str) -> None:
    assert guess(world, path, 100) == [404] * LINK_MISSES_IN_TEN_MINUTES + [429] * (100 - LINK_MISSES_IN_TEN_MINUTES)


def test_t04_another_network_is_let_through_and_so_is_the_same_one_ten_minutes_later(world: World) -> None:
    guess(world, "i", 31)
    link = f"/i/{world.facts.anna}"
    assert ask(Browser(world.app), link).status_code == 429
    assert ask(Browser(world.app), link, network=ELSEWHERE).status_code == 200
    assert ask(Browser(world.app), "/i/lost", network=ELSEWHERE).status_code == 404
    world.clock.move(minutes=10)
    assert ask(Browser(world.app), link).status_code == 200


def test_t04_neighbours_of_one_network_are_counted_together(world: World) -> None:
    for number in range(1, 32):
        assert guess(world, "i", 1, network=f"192.0.2.{number}") == [404 if number < 31 else 429]


def test_t04_guesses_by_the_button_count_as_guesses_by_the_page(world: World) -> None:
    browser = Browser(world.app)
    statuses = [ask(browser, f"/i/guess-{number}", "POST").status_code for number in range(31)]
    assert statuses == [404] * 30 + [429]
    assert ask(browser, f"/i/{world.facts.anna}", "POST").status_code == 429


def test_t04_wrong_address_for_a_sign_in_link_is_a_guess_and_does_not_use_it_up(world: World) -> None:
    asked, other = Browser(world.app), Browser(world.app)
    asked.get("/sign-in")
    asked.press("Send me a link", email=COORDINATOR)
    link = world.mail.link(COORDINATOR)
    other.get(link)
    wrong = {**other.page.values(other.page.form("Sign in")), "email": "test@example.org"}
    path = link.removeprefix("http://127.0.0.1:8000")
    statuses = [ask(other, path, "POST", data=wrong).status_code for _ in range(LINK_MISSES_IN_TEN_MINUTES + 3)]
    assert statuses == [422] * LINK_MISSES_IN_TEN_MINUTES + [429] * 3
    assert ask(other, path, "POST", data={**wrong, "email": COORDINATOR}).status_code == 429
    assert ask(other, path, "POST", data={**wrong, "email": COORDINATOR}, network=ELSEWHERE).status_code == 303


def test_beyond_the_limit_the_words_are_the_same_for_what_exists_and_what_does_not(world: World) -> None:
    guess(world, "i", 30)
    guess(world, "sign-in", 30)
    for path, live in (("i", world.facts.anna), ("sign-in", world.sign_in_token())):
        one, other = (ask(Browser(world.app), f"/{path}/{token}") for token in (live, "lost"))
        assert (one.status_code, one.data) == (other.status_code, other.data)
        assert one.headers["Retry-After"] == "600"
        assert b"Wait 10 minutes" in one.data


def test_one_who_is_refused_costs_no_write(world: World) -> None:
    guess(world, "i", 30)
    before = dump(world.engine)
    guess(world, "i", 20)
    assert dump(world.engine) == before


def test_open_room_and_desk_stay_open_to_a_network_that_guesses(world: World) -> None:
    anna, staff = world.browser(Person.REPRESENTATIVE), world.browser(Person.COORDINATOR)
    guess(world, "i", 40, network="127.0.0.1")
    guess(world, "sign-in", 40, network="127.0.0.1")
    assert anna.get(f"/room/{world.facts.invitation}").status == 200
    assert staff.get("/letters").status == 200


def test_link_and_sign_in_are_answered_the_same_beyond_every_limit(world: World) -> None:
    for address, field, email in (("/i/lost", "Send me my link", ANNA), ("/sign-in", "Send me a link", COORDINATOR)):
        pages = set()
        for _ in range(15):
            world.clock.move(seconds=1)
            browser = Browser(world.app)
            browser.get(address, status=404 if "lost" in address else 200)
            pages.add(browser.press(field, email=email).html)
        assert len(pages) == 1
    links = Counter(one.subject for one in world.mail.messages(ANNA) if one.subject.startswith("Your link"))
    assert len(links) > 1 and set(links.values()) == {3}  # Anna is invited to several letters
    assert len(world.mail.messages(COORDINATOR)) == 3


def wrong_codes(world: World, browser: Browser, count: int) -> list[int]:
    """Answers prepared and codes guessed as a stranger would who has the link."""
    statuses = []
    for _ in range(count):
        browser.get(f"/room/{world.facts.invitation}/review")
        form = browser.page.values(browser.page.form("Decline for"))
        answer = browser.ask(f"/room/{world.facts.invitation}/review", "POST", data={**form, "code": "0000-0000"})
        statuses.append(answer.status_code)
    return statuses


def test_wrong_codes_are_counted_by_network_beside_the_tries_of_each_code(world: World) -> None:
    browser = world.browser(Person.REPRESENTATIVE)
    browser.get(f"/room/{world.facts.invitation}/decline")
    browser.press("Go on to review", reason="Not ours.", is_authorised="y")
    assert set(wrong_codes(world, browser, WRONG_CODES_AN_HOUR)) == {422}
    before = dump(world.engine)
    assert wrong_codes(world, browser, 3) == [429] * 3
    assert changed(before, dump(world.engine)) == set()


def test_stranger_who_uses_up_the_codes_of_one_stay_leaves_some_for_the_person(world: World) -> None:
    stays = [world.browser(Person.REPRESENTATIVE) for _ in range(4)]
    given = []
    for browser in stays:
        browser.get(f"/room/{world.facts.invitation}/decline")
        page = browser.press("Go on to review", status=200 if len(given) < 3 else 422, reason="Not ours.", is_authorised="y")
        given.append(page.status)
        for _ in range(4 if page.status == 200 else 0):
            assert "A new code is on its way" in browser.press("Send a new code").text
        if page.status == 200:
            assert "codes have been sent within the hour" in browser.press("Send a new code").text
    assert given == [200, 200, 200, 422]
