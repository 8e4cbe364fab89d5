"""The README's pictures, of the demonstration: `python -m tests.journeys.pictures` makes them again in docs/pictures."""

import re

from playwright.sync_api import Browser, Page

from tests.chromium import open_chromium
from tests.journeys.server import Server, running_server
from webapp.rendering.environment import ROOT

PICTURES = ROOT / "docs" / "pictures"
_DESK = {"width": 1280, "height": 1000}
_PHONE = {"width": 390, "height": 844}


def make_pictures() -> None:
    """Dashboard, reading room and drafting room, from one fresh demonstration."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running_server() as server, open_chromium() as browser:
        server.command("demo")
        desk = browser.new_page(viewport=_DESK)
        _sign_in(desk, server)
        desk.screenshot(path=PICTURES / "dashboard.png")
        _reading_room(browser, desk, server)
        for width in (1280, 360):
            _drafting_room(browser, server, width)


def _sign_in(desk: Page, server: Server) -> None:
    desk.goto(server.sign_in_address())
    desk.get_by_role("button", name="Sign in").click()
    desk.locator(".entry__title a").first.click()
    desk.get_by_role("heading", level=1).wait_for()


def _drafting_room(browser: Browser, server: Server, width: int) -> None:
    """The text, its references and its limits, as a coordinator sees them on a desk and on a phone."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    _sign_in(page, server)
    page.get_by_label("This letter").get_by_role("link", name="Text").click()
    for name in ("Statement", "References", "Venues", "Revisions"):
        page.get_by_label("The text", exact=True).get_by_role("link", name=name).click()
        page.get_by_role("heading", level=1).wait_for()
        page.screenshot(path=PICTURES / f"{name.lower()}-{width}.png")


def _reading_room(browser: Browser, desk: Page, server: Server) -> None:
    desk.goto(f"{server.base}/mailbox?q=Will+")
    desk.locator(".entry__title a").first.click()
    link = re.search(r"http://\S+/i/\S+", desk.inner_text("pre"))
    assert link is not None
    phone = browser.new_page(viewport=_PHONE, device_scale_factor=2)
    phone.goto(link[0])
    phone.get_by_role("button", name="Open the letter").click()
    phone.get_by_role("heading", level=1).wait_for()
    phone.screenshot(path=PICTURES / "reading-room.png")


if __name__ == "__main__":
    make_pictures()
