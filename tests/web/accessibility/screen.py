"""Debian's Chromium, showing pages that the test's application has made, with the real style sheets, fonts and scripts."""

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.chromium import open_chromium
from webapp.rendering.environment import ROOT, STATIC
from webapp.web.security import POLICY

HERE = Path(__file__).parent
AXE = ROOT / "tests" / "vendor" / "axe-core-4.14.1" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
HEIGHTS = {320: 640, 1280: 900}
_MOST_STOPS = 250

# `label-content-name-mismatch` (WCAG 2.5.3) is an experiment of axe's, so no tag names it.
_RUN = """(tags) => axe.run(document, {
  runOnly: { type: "tag", values: tags }, resultTypes: ["violations", "incomplete"],
  rules: { "label-content-name-mismatch": { enabled: true } },
}).then(({ violations, incomplete }) => {
  const told = (list) => list.flatMap(({ id, help, nodes }) => nodes.map((node) => ({
    rule: id, help, where: String(node.target), html: node.html.slice(0, 200),
    why: [...node.any, ...node.all, ...node.none].map(({ message }) => message).join(" "),
  })));
  return { violations: told(violations), incomplete: told(incomplete) };
})"""


@dataclass(frozen=True)
class Finding:
    """One thing that axe says about one element."""

    rule: str
    help: str
    where: str
    why: str
    html: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.help}\n    {self.where}\n    {self.why}\n    {self.html}"


@dataclass(frozen=True)
class Findings:
    violations: list[Finding]
    incomplete: list[Finding]


class _Pages(BaseHTTPRequestHandler):
    """Answers with the page that is kept under an address, and with our own static files."""

    protocol_version = "HTTP/1.1"
    kept: ClassVar[dict[str, tuple[str, str]]] = {}

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            self._answer(file.read_bytes(), mimetypes.guess_type(file.name)[0] or "font/ttf", "max-age=3600")
        elif path in self.kept:
            html, policy = self.kept[path]
            self._answer(html.encode(), "text/html; charset=utf-8", "no-store", policy)
        else:
            self.send_error(404)

    def _answer(self, content: bytes, kind: str, caching: str, policy: str = POLICY) -> None:
        self.send_response(200)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(content))), ("Cache-Control", caching)):
            self.send_header(name, value)
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that its base class gives
        """Says nothing."""


@dataclass
class Screen:
    """One window. What is shown stays there while its width and its colours are changed."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)

    def show(self, html: str, width: int, *, policy: str = POLICY) -> None:
        self.problems.clear()
        self.turn(width, "light")
        _Pages.kept["/page"] = html, policy
        self.page.goto(f"{self.base}/page", wait_until="load")
        self.page.evaluate("document.fonts.ready.then(() => true)")
        assert not self.problems, self.problems

    def turn(self, width: int, scheme: str, forced: str = "none") -> None:
        """Another width, other colours."""
        self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        self.page.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion="reduce")  # type: ignore[arg-type]

    def axe(self) -> Findings:
        found = self.page.evaluate(_RUN, list(TAGS))
        return Findings(*([Finding(**one) for one in found[kind]] for kind in ("violations", "incomplete")))

    def look(self, what: str) -> list[str]:
        found: list[str] = self.page.evaluate(f"look.{what}()")
        return found

    def tour(self) -> list[str]:
        """Every stop of the Tab key, from the top of the page until the focus leaves it."""
        self.page.evaluate("look.start()")
        found: list[str] = []
        for _ in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate("look.stop()")
            found += stop["found"]
            if stop["end"]:
                # Where the tour begins again it ends on the skip link, which lies over the page while it has the focus.
                self.page.evaluate("look.start()")
                return found
        return [*found, f"the focus does not leave the page within {_MOST_STOPS} stops"]


@contextmanager
def open_screen() -> Iterator[Screen]:
    with open_chromium() as browser, screen_in(browser) as screen:
        yield screen


@contextmanager
def screen_in(browser: Browser) -> Iterator[Screen]:
    """A window of its own in a browser that is open already."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(locale="en-GB")
    try:
        screen = Screen(context.new_page(), f"http://127.0.0.1:{server.server_port}")
        for script in (AXE, HERE / "look.js"):
            screen.page.add_init_script(path=script)
        screen.page.on("pageerror", lambda error: screen.problems.append(f"error in a script: {error}"))
        yield screen
    finally:
        context.close()
        server.shutdown()
        server.server_close()
