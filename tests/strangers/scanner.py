"""A mail scanner at its worst: a real browser that opens a link, waits, presses every button and sends every form, empty and filled."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Error, Page

from tests.counts import IS_ASSURE

_PAGES_OF_ONE_LINK = 40 if IS_ASSURE else 16
# Empty forms are refused: where time is short, only filled ones are sent.
_FILLED = (False, True) if IS_ASSURE else (True,)
_NAVIGATES_WITHIN = 1_500
# Pressed last: behind it, there is nothing more to press.
_WAYS_OUT = ("Leave", "Sign out")

_BUTTONS = """() => [...document.querySelectorAll("button, input[type=submit]")].map((one) => (one.innerText || one.value).trim())"""
_LINKS = """() => [...document.querySelectorAll("a[href]")].map((one) => one.href)"""
_FILL = """() => {
  for (const one of document.querySelectorAll("input, textarea, select")) {
    if (one.type === "hidden" || one.type === "submit" || one.type === "file") continue;
    if (one.type === "checkbox" || one.type === "radio") one.checked = true;
    else if (one.tagName === "SELECT") one.selectedIndex = one.options.length - 1;
    else if (one.type === "date") one.value = "2026-03-01";
    else one.value = "test";
  }
}"""
_PRESS = """(number) => {
  const button = document.querySelectorAll("button, input[type=submit]")[number];
  if (button.form) button.form.noValidate = true;
  button.click();
}"""


@dataclass
class Scanner:
    """What it has done is counted, so that a test can say that it did anything at all."""

    chromium: Browser
    base: str
    waits: float
    has_done: Callable[[], bool] = lambda: False
    """Whether it has done what it was sent for, and may stop."""
    pages: int = 0
    presses: int = 0
    pressed: set[str] = field(default_factory=set)
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    def scan(self, link: str) -> None:
        """Everything that can be reached from this link in a fresh context, and last the way out."""
        self._seen.clear()
        context = self.chromium.new_context()
        page = context.new_page()
        page.goto(link)
        page.wait_for_timeout(self.waits * 1000)
        self._explore(page, link)
        self._leave(page)
        context.close()

    def _explore(self, page: Page, address: str) -> None:
        """Presses every button of the page, empty and filled, goes on wherever that leads, and then along the links."""
        if self.has_done() or len(self._seen) > _PAGES_OF_ONE_LINK or not address.startswith(f"{self.base}/") or not _open(page, address):
            return
        buttons, links = page.evaluate(_BUTTONS), page.evaluate(_LINKS)
        # One address can be several pages: what waits for its code is another thing each time.
        if (address, *buttons) in self._seen:
            return
        self._seen.add((address, *buttons))
        self.pages += 1
        for number, words in enumerate(buttons):
            for is_filled in _FILLED:
                if not words.startswith(_WAYS_OUT) and _open(page, address) and page.evaluate(_BUTTONS) == buttons:
                    self._press(page, number, words, is_filled=is_filled)
                    self._explore(page, _plain(page.url))
        known = {one[0] for one in self._seen}
        for link in dict.fromkeys(map(_plain, links)):
            if link not in known and "/static/" not in link:
                self._explore(page, link)

    def _press(self, page: Page, number: int, words: str, *, is_filled: bool) -> None:
        if is_filled:
            page.evaluate(_FILL)
        with suppress(Error), page.expect_navigation(timeout=_NAVIGATES_WITHIN):
            page.evaluate(_PRESS, number)
        self.presses += 1
        self.pressed.add(words)

    def _leave(self, page: Page) -> None:
        for number, words in enumerate(page.evaluate(_BUTTONS)):
            if words.startswith(_WAYS_OUT):
                self._press(page, number, words, is_filled=True)
                return


def _plain(address: str) -> str:
    return address.partition("#")[0]


def _open(page: Page, address: str) -> bool:
    """Whether there is a page; a file that is downloaded is none."""
    try:
        answer = page.goto(address)
    except Error:
        return False
    return answer is not None
