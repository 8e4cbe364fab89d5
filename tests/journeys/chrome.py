"""A person at Debian's Chromium: everything that goes wrong behind a page is collected, and each page is looked at."""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.counts import IS_ASSURE
from tests.journeys.server import Server

# Pictures are for people to look at, and a page takes longer to paint and to pack than to check: `PICTURES=1 make test` makes them too.
MAKES_PICTURES = IS_ASSURE or bool(os.environ.get("PICTURES"))
# Chromium tells the console of every answer that is not 200; that a form is refused is part of the story.
_REFUSED = "Failed to load resource: the server responded with a status of 4"
_TELL = """
addEventListener("securitypolicyviolation", (event) => reportViolation(`${event.violatedDirective}: ${event.blockedURI}`));
"""


@dataclass
class Gallery:
    """Numbered pictures of what was seen, in the order of the story."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.png"):
            old.unlink()

    def next(self, name: str) -> Path:
        return self.folder / f"{next(self.numbers):02}-{name}.png"


class Person:
    """One person in a browser of their own."""

    def __init__(self, context: BrowserContext, base: str, gallery: Gallery) -> None:
        self.context = context
        self.base = base
        self.gallery = gallery
        self.problems: list[str] = []
        context.set_default_timeout(15_000)
        context.expose_binding("reportViolation", lambda _source, what: self.problems.append(f"CSP violation: {what}"))
        context.add_init_script(_TELL)
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"error in a script: {error}"))
        self.page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_REFUSED):
            self.problems.append(f"console: {message.text}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((f"{self.base}/", "data:", "blob:")):
            self.problems.append(f"request to another place: {request.url}")

    def see(self, name: str) -> None:
        """Looks at the page: nothing is wrong behind it, it does not scroll sideways, and a picture of it may be kept."""
        assert not self.problems, f"{name}: {self.problems}"
        content, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if MAKES_PICTURES:
            self.page.screenshot(path=self.gallery.next(name), full_page=True)
        assert content <= window, f"{name}: the page is {content} pixels wide in a window of {window}"

    def go(self, address: str) -> None:
        self.page.goto(address if address.startswith("http") else self.base + address)

    def sign_in(self, server: Server) -> None:
        """Again where a tick that had read the clock before it was moved has ended what seemed to begin in the future."""
        for _ in range(3):
            self.go(server.sign_in_address())
            self.press("Sign in")
            if self.heading == "Letters":
                return
        raise AssertionError(f"nobody is signed in: {self.text}")

    def press(self, button: str) -> None:
        """Presses a button that leads to another page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).click()

    def follow(self, words: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=words).first.click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)

    def tick(self, words: str) -> None:
        self.page.get_by_label(words).check()

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()
