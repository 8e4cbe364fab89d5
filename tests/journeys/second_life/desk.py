"""The coordinator’s browser after the seal: each page is looked at in a wide window and in a narrow one."""

import re
import time
from dataclasses import dataclass
from datetime import datetime

from playwright.sync_api import Locator, ViewportSize

from tests.journeys.chrome import Person
from tests.journeys.season.post import Post
from tests.journeys.server import COORDINATOR, Server

NARROW: ViewportSize = {"width": 360, "height": 740}


@dataclass
class Desk:
    """`letter` is the reference."""

    server: Server
    person: Person
    post: Post
    letter: str

    def at(self, moment: datetime) -> None:
        """The clock moves on, and the coordinator signs in anew."""
        self.server.move_clock(moment)
        self.person.sign_in(self.server)

    def go(self, path: str = "") -> None:
        self.person.go(f"/letters/{self.letter}{path}")

    def see(self, name: str) -> None:
        see_at_both_widths(self.person, name)

    def press(self, button: str) -> None:
        """Where it is asked once more who is there, with the code that has come."""
        self.post.forget_codes(COORDINATOR)
        self.person.press(button)
        if self.person.heading == "Confirm that it is you":
            self.person.fill("Code", self.post.staff_code(COORDINATOR))
            self.person.press("Confirm and")

    def choose(self, label: str, option: str) -> None:
        """The option that begins with these words."""
        field = self.person.page.get_by_label(label, exact=True)
        field.wait_for()
        words = next(one for one in field.locator("option").all_inner_texts() if one.startswith(option))
        field.select_option(label=words)

    def note(self, journal: str, what: str, **typed: str) -> None:
        """Something has happened at a journal."""
        self.go("/submissions")
        self.person.follow(journal)
        self.choose("What happened", what)
        self.person.page.locator("summary", has_text="Number, link").click()
        for label, words in typed.items():
            self.person.page.get_by_label(_LABELS[label], exact=False).first.fill(words)
        self.person.press("Note this")
        assert not self.person.page.locator("[data-error-summary]").count(), self.person.text

    def wait_for(self, what: Locator) -> None:
        """The worker does it: the page is loaded again until it shows."""
        end = time.monotonic() + 60
        while not what.count():
            assert time.monotonic() < end, self.person.text
            time.sleep(0.3)
            self.person.page.reload()

    def number(self) -> int:
        self.go()
        found = re.search(r"\d+", self.person.page.locator(".count__number").inner_text())
        assert found, self.person.text
        return int(found[0])


def see_at_both_widths(person: Person, name: str) -> None:
    """The page that is open, as a window on a desk and as a phone shows it."""
    person.see(name)
    wide = person.page.viewport_size
    assert wide
    person.page.set_viewport_size(NARROW)
    person.see(f"{name}-{NARROW['width']}")
    person.page.set_viewport_size(wide)


_LABELS = {"number": "Manuscript number", "link": "Where everybody can see it"}
