"""G3, T02: a mail scanner in a real browser, which presses everything, answers nothing; and the person's link still works."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.counts import IS_ASSURE
from tests.databases import Databases
from tests.factories import ANNA, BRUNO, COORDINATOR
from tests.faults.site import Kind
from tests.journeys.client import HttpBrowser
from tests.strangers.house import House, house_at
from tests.strangers.scanner import Scanner

pytestmark = [pytest.mark.browser, pytest.mark.journey]

_WAITS = 5 if IS_ASSURE else 0.5


def scan_everything(house: House, chromium: Browser) -> Scanner:
    """Each link of each mail; in `make test`, the society that has not answered and one that has."""
    scanner = Scanner(chromium, house.base, _WAITS)
    links = house.mailed_addresses()
    for link in links if IS_ASSURE else [house.links[ANNA], house.links[BRUNO]]:
        scanner.scan(link)
    for link in set(house.mailed_addresses()) - set(links):  # in what it has caused itself
        scanner.scan(link)
    print(f"{scanner.pages} pages, {scanner.presses} presses: {sorted(scanner.pressed)}")
    return scanner


def test_g3_scanner_that_presses_everything_answers_nothing_and_the_link_still_works(
    tmp_path: Path, databases: Databases, chromium: Browser
) -> None:
    with house_at(tmp_path, databases) as house:
        before = house.standing()
        assert sorted(before.values()) == ["decline", "sign"]
        scanner = scan_everything(house, chromium)
        assert "Open the letter" in scanner.pressed and scanner.presses > 20
        assert any("Sign for" in words for words in scanner.pressed), "it has to reach the last button"
        assert house.standing() == before
        assert (house.count("answer"), house.count("answer", "withdrawn_at IS NOT NULL")) == (2, 0)
        assert house.count("representative", "revoked_at IS NOT NULL") == 0
        assert "Mail me the code" in scanner.pressed, "it has been where reminders are stopped"
        assert house.count("representative", "reminders_stopped_at IS NOT NULL") == 0
        assert house.sign_as_anna() == "Gullhaven, Society of has signed"


def test_g3_control_without_codes_the_scanner_signs(tmp_path: Path, databases: Databases, chromium: Browser) -> None:
    with house_at(tmp_path, databases, Kind("tests.strangers.planted:asks_for_no_code")) as house:
        before = house.count("answer")
        scanner = Scanner(chromium, house.base, _WAITS, lambda: house.count("answer") > before)
        scanner.scan(house.links[ANNA])
        assert house.count("answer") > before


def desks(house: House) -> tuple[int, int]:
    """Sessions at the desk, and sign-in links that have been used."""
    return house.count("web_session", "staff_id IS NOT NULL"), house.count("sign_in_link", "used_at IS NOT NULL")


def test_g3_scanner_of_the_staffs_mail_gets_no_desk_and_both_links_still_work(
    tmp_path: Path, databases: Databases, chromium: Browser
) -> None:
    with house_at(tmp_path, databases) as house:
        asked, other = HttpBrowser(house.base), HttpBrowser(house.base)
        links = [house.ask_to_sign_in(asked) for _ in range(2)]
        assert set(links) <= set(house.mailed_addresses())
        scanner = Scanner(chromium, house.base, _WAITS)
        for link in links:
            scanner.scan(link)
        assert "Sign in" in scanner.pressed and scanner.presses >= 4
        assert desks(house) == (0, 0)
        asked.get(links[0])
        assert asked.press("Sign in").heading == "Letters"
        other.get(links[1])
        assert other.press("Sign in", email=COORDINATOR).heading == "Letters"
        assert desks(house) == (2, 2)


def test_g3_control_where_one_press_is_enough_the_scanner_sits_at_the_desk(tmp_path: Path, databases: Databases, chromium: Browser) -> None:
    with house_at(tmp_path, databases, Kind("tests.strangers.planted:takes_every_browser_for_the_one_that_asked")) as house:
        link = house.ask_to_sign_in(HttpBrowser(house.base))
        context = chromium.new_context()
        page = context.new_page()
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()
        assert desks(house) == (1, 1)
        context.close()
