"""A person without a mouse: Tab to a control by its name, then Space, Enter, an arrow, or typing. Every stop on the way is looked at."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

# From the top of the page to the field that is farthest from it.
_MOST_TABS = 80

_NAMED = """
  const element = document.activeElement;
  const words = (text) => (text ?? "").replace(/\\s+/g, " ").trim();
  const name = words(element.labels?.length ? element.labels[0].innerText : element.getAttribute("aria-label") ?? element.innerText);
"""
_NAME = f"(() => {{{_NAMED} return element.matches('a, input, textarea') ? name : ''; }})()"
_WATCH = (
    f"(() => {{{_NAMED}"
    """
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const before = window.stoppedAt;
  // At its end the page begins again with the skip link.
  const goesOn = !before?.isConnected || element.matches(".skip") || before === element || before.contains(element)
    || Boolean(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
  window.stoppedAt = element;
  // A date field is several stops, and each of its parts draws a ring of its own.
  const isSeen = before === element || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2);
  return { name, isBody: element === document.body, isSeen, goesOn };
})()"""
)
_PLACE = """(() => {
  const element = document.activeElement;
  if (element.matches("h1")) return "heading";
  if (element.matches("[data-error-summary]")) return "error summary";
  if (element.matches("[autocomplete=one-time-code]")) return "code";
  return element.matches("[role=status]") ? "status" : element.tagName.toLowerCase();
})()"""


@dataclass
class Keyboard:
    """`presses` counts every key but the words themselves."""

    page: Page
    presses: int = 0
    is_placed: bool = False
    visited: list[str] = field(default_factory=list)

    def to(self, name: str) -> None:
        """No key at all where the page itself has put the focus there, after Enter."""
        if self.is_placed and self.page.evaluate(_NAME).startswith(name):
            self._stop()
            return
        for _ in range(_MOST_TABS):
            self.key("Tab")
            if self._stop()["name"].startswith(name):
                return
        raise AssertionError(f"the keyboard does not come to “{name}” within {_MOST_TABS} stops: {self.visited[-20:]}")

    def _stop(self) -> dict[str, Any]:
        stop: dict[str, Any] = self.page.evaluate(_WATCH)
        if stop["isBody"]:
            return {"name": ""}
        self.visited.append(stop["name"])
        assert stop["isSeen"], f"the focus cannot be seen on “{stop['name']}”"
        assert stop["goesOn"], f"the focus jumps back to “{stop['name']}”"
        return stop

    def key(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.is_placed = key == "Enter"
        self.presses += 1

    def type(self, name: str, text: str) -> None:
        self.to(name)
        self.page.keyboard.type(text)
        self.is_placed = False

    def tick(self, name: str) -> None:
        self.to(name)
        self.key("Space")

    def follow(self, name: str) -> None:
        """A link to another page."""
        self.to(name)
        with self.page.expect_navigation():
            self.key("Enter")

    def act(self, name: str = "") -> None:
        """A button, or Enter where the focus is: what was done, or what is wrong, has the focus afterwards."""
        if name:
            self.to(name)
        with self.page.expect_navigation():
            self.key("Enter")
        assert self.page.evaluate(_PLACE) in {"heading", "error summary", "status", "code"}, (
            f"after “{name}” the focus is on {self.page.evaluate(_PLACE)}"
        )

    def first_stop(self) -> str:
        self.key("Tab")
        name: str = self.page.evaluate(_WATCH)["name"]
        return name
