"""A person without a mouse: Tab to a control by its name, then Space, Enter, an arrow, or typing. Every stop on the way is looked at."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

# From the top of the page to the field that is farthest from it.
_MOST_TABS = 80

_WATCH = """(() => {
  const element = document.activeElement;
  const words = (text) => (text ?? "").replace(/\\s+/g, " ").trim();
  const name = words(element.labels?.length ? element.labels[0].innerText : element.getAttribute("aria-label") ?? element.innerText);
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
_PLACE = """(() => {
  const element = document.activeElement;
  if (element.matches("h1")) return "heading";
  if (element.matches("[data-error-summary]")) return "error summary";
  return element.matches("[role=status]") ? "status" : element.tagName.toLowerCase();
})()"""


@dataclass
class Keyboard:
    """`presses` counts every key but the words themselves; `to_typing` those among them that only lead to the field typed in next."""

    page: Page
    presses: int = 0
    to_typing: int = 0
    visited: list[str] = field(default_factory=list)

    def to(self, name: str) -> None:
        for _ in range(_MOST_TABS):
            self.key("Tab")
            stop = self.page.evaluate(_WATCH)
            if stop["isBody"]:
                continue
            self.visited.append(stop["name"])
            assert stop["isSeen"], f"the focus cannot be seen on “{stop['name']}”"
            assert stop["goesOn"], f"the focus jumps back to “{stop['name']}”"
            if stop["name"].startswith(name):
                return
        raise AssertionError(f"the keyboard does not come to “{name}” within {_MOST_TABS} stops: {self.visited[-20:]}")

    def key(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def type(self, name: str, text: str) -> None:
        before = self.presses
        self.to(name)
        self.to_typing += min(1, self.presses - before)
        self.page.keyboard.type(text)

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
        assert self.page.evaluate(_PLACE) in {"heading", "error summary", "status"}, (
            f"after “{name}” the focus is on {self.page.evaluate(_PLACE)}"
        )

    def first_stop(self) -> str:
        self.key("Tab")
        name: str = self.page.evaluate(_WATCH)["name"]
        return name
