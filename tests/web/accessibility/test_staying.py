"""A page warns five minutes before it closes, any key keeps it open, and typing keeps it open unasked (WCAG 2.2.1)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.chromium import open_chromium
from tests.web.accessibility.screen import Screen, screen_in
from tests.web.world import Person, World

pytestmark = pytest.mark.browser

WARNING = "This page closes in 5 minutes"


class Server:
    """Says whether somebody is still let in, and counts how often it was asked."""

    def __init__(self, page: Page) -> None:
        self.asked, self.is_open = 0, True
        page.route("**/room/*", self.answer)
        page.route("**/letters", self.answer)

    def answer(self, route: Route) -> None:
        assert route.request.method == "HEAD"
        self.asked += 1
        if self.is_open:
            route.fulfill(status=200)
        else:
            route.fulfill(status=404)


@pytest.fixture
def server(screen: Screen) -> Server:
    """With a clock that stands until the test moves it."""
    screen.page.clock.install()
    return Server(screen.page)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


# A window for each test: its clock, once installed, stays.
@pytest.fixture
def screen(chromium: Browser) -> Iterator[Screen]:
    with screen_in(chromium) as screen:
        yield screen


def minutes(screen: Screen, number: int) -> None:
    for _ in range(number):
        screen.page.clock.run_for(60_000)


def told(screen: Screen) -> str:
    return screen.page.locator("[data-stay]").inner_text()


@pytest.mark.parametrize(("person", "address"), [(Person.REPRESENTATIVE, "room"), (Person.COORDINATOR, "desk")])
def test_page_warns_before_it_closes_and_any_key_keeps_it_open(
    readers: World, screen: Screen, server: Server, person: Person, address: str
) -> None:
    path = f"/room/{readers.facts.invitation}/sign" if address == "room" else "/letters/new"
    screen.show(readers.browser(person).get(path).html, 320)
    minutes(screen, 54)
    assert told(screen) == "" and server.asked == 0
    minutes(screen, 2)
    assert WARNING in told(screen)
    before = screen.page.evaluate("document.activeElement.tagName")
    screen.page.keyboard.press("Shift")
    expect(screen.page.locator("[data-stay]")).to_be_empty()
    assert server.asked == 1
    # The warning has taken the focus from nobody.
    assert screen.page.evaluate("document.activeElement.tagName") == before


def test_page_can_be_kept_open_ten_times_and_more(readers: World, screen: Screen, server: Server) -> None:
    screen.show(readers.browser(Person.REPRESENTATIVE).get(f"/room/{readers.facts.invitation}/sign").html, 320)
    for time in range(1, 12):
        minutes(screen, 56)
        assert WARNING in told(screen)
        screen.page.get_by_role("button", name="Stay on this page").click()
        expect(screen.page.locator("[data-stay]")).to_be_empty()
        assert server.asked == time


def test_typing_keeps_the_page_open_unasked(readers: World, screen: Screen, server: Server) -> None:
    screen.show(readers.browser(Person.REPRESENTATIVE).get(f"/room/{readers.facts.invitation}/sign").html, 320)
    for _ in range(12):
        screen.page.get_by_label("Office", exact=True).press("x")
        minutes(screen, 10)
        assert told(screen) == ""
    assert server.asked >= 10


def test_page_that_has_closed_says_so_and_that_nothing_typed_is_lost(readers: World, screen: Screen, server: Server) -> None:
    screen.show(readers.browser(Person.REPRESENTATIVE).get(f"/room/{readers.facts.invitation}/sign").html, 320)
    minutes(screen, 61)
    assert told(screen).startswith("This page has closed.") and "shown again" in told(screen)
    assert server.asked == 0


def test_page_that_was_closed_elsewhere_says_so(readers: World, screen: Screen, server: Server) -> None:
    screen.show(readers.browser(Person.REPRESENTATIVE).get(f"/room/{readers.facts.invitation}/sign").html, 320)
    minutes(screen, 56)
    server.is_open = False
    screen.page.get_by_role("button", name="Stay on this page").click()
    screen.page.get_by_text("This page has closed.").wait_for()


def test_head_of_the_page_that_is_asked_keeps_the_session(world: World) -> None:
    """What the script asks for is what the server takes for use; without it the room shuts."""
    for asks in (True, False):
        browser = world.browser(Person.REPRESENTATIVE)
        room = f"/room/{world.facts.invitation}"
        world.clock.move(minutes=50)
        if asks:
            assert browser.ask(room, "HEAD").status_code == 200
        world.clock.move(minutes=50)
        assert browser.ask(room).status_code == (200 if asks else 404)


def test_warning_is_accessible(readers: World, screen: Screen, server: Server) -> None:
    screen.show(readers.browser(Person.REPRESENTATIVE).get(f"/room/{readers.facts.invitation}/sign").html, 320)
    minutes(screen, 56)
    screen.page.clock.resume()
    for scheme in ("light", "dark"):
        screen.turn(320, scheme)
        # The form begins at a field further down; over what has been scrolled below it, axe cannot tell the warning's contrast.
        screen.page.evaluate("scrollTo(0, 0)")
        given = screen.axe()
        assert (given.violations, given.incomplete, screen.look("reflow")) == ([], [], [])
