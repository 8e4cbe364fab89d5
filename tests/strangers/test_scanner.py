"""G3, T02: a mail scanner in a real browser, which presses everything, answers nothing; and the person's link still works."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.counts import IS_ASSURE
from tests.databases import Databases
from tests.factories import ANNA, BRUNO
from tests.faults.site import Kind
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
        assert house.sign_as_anna() == "Gullhaven, Society of has signed"


def test_g3_control_without_codes_the_scanner_signs(tmp_path: Path, databases: Databases, chromium: Browser) -> None:
    with house_at(tmp_path, databases, Kind("tests.strangers.planted:asks_for_no_code")) as house:
        before = house.count("answer")
        scanner = Scanner(chromium, house.base, _WAITS)
        scanner.scan(house.links[ANNA])
        assert house.count("answer") > before
