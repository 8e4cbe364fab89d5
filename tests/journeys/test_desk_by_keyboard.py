"""A coordinator's whole course by the keyboard alone: from signing in to the sealed file and its lists."""

import re
import time
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from .chrome import Person
from .client import HttpBrowser
from .conftest import NewPerson
from .keyboard import Keyboard
from .server import COORDINATOR, Server
from .walk import Post

pytestmark = [pytest.mark.browser, pytest.mark.journey]

ADDRESS = "info@fjallgrynna.example.net"
SOCIETY = "Fjällgrynna Förening"
ROSTER = f"society,contact,email\n{SOCIETY},Åsa Björkenstam-Nyhed,{ADDRESS}\n"
TITLE = "A letter that no mouse has touched"
ANSWER = {
    "officer": "Östen Åkervind",
    "office": "Ordförande",
    "decided_by": "the board",
    "decided_on": "2026-03-03",
    "competing_interests": "None",
    "is_authorised": "y",
}


@pytest.fixture
def desk(server: Server) -> HttpBrowser:
    """Another window of the same coordinator, in which the mail is read."""
    desk = HttpBrowser(server.base)
    desk.get(server.sign_in_address())
    desk.press("Sign in")
    return desk


def test_coordinator_carries_a_letter_by_keyboard_alone(new_person: NewPerson, server: Server, desk: HttpBrowser) -> None:
    person: Person = new_person(1280, folder="desk-by-keyboard")
    keyboard = Keyboard(person.page)
    deadline = (server.now() + timedelta(minutes=40)).replace(second=0, microsecond=0)
    person.go(server.sign_in_address())
    assert keyboard.first_stop() == "Skip to the content"
    keyboard.follow("Sign in")
    write(keyboard, deadline)
    import_roster(keyboard)
    keyboard.follow("Overview")
    keyboard.follow("Open sign-on")
    keyboard.tick("I have read the statement")
    done_when_proved(keyboard, person, desk, "Freeze the text and invite")
    assert "Sign-on is open" in person.text

    society_signs(HttpBrowser(server.base), Post(desk, TITLE))
    person.page.reload()
    keyboard.follow("Close sign-on early")
    keyboard.act("Close sign-on now")
    server.move_clock(server.now() + timedelta(seconds=31))
    person.page.reload()
    keyboard.follow("Seal the letter")
    done_when_proved(keyboard, person, desk, "Seal the letter, signed by 1 society")
    person.page.wait_for_url("**/documents", timeout=90_000)
    assert "The letter is sealed" in person.text
    for link, beginning in (("The letter (PDF)", b"%PDF"), ("Signatories (CSV)", "\ufeff".encode())):
        assert exported(keyboard, person, link).startswith(beginning)
    person.see("sealed")


def write(keyboard: Keyboard, deadline: datetime) -> None:
    keyboard.follow("Begin a new letter")
    for label, text in (
        ("Title", TITLE),
        ("Lead society", "The Marrowby Society"),
        ("Address for questions", "office@marrowby.example.org"),
        ("Journal", "The Tarnbeck Journal of Convalescent Medicine"),
        ("Addressee", "The Editor-in-Chief"),
        ("Citation", "Fennimore-Oake IR. The quiet hour. Tarnbeck J Convalesc Med 2026;58(10):701–714."),
        ("Statement", "To the Editor,\n\nWe, the undersigned, disagree."),
        ("Sign-on closes at", f"{deadline:%m%d%Y}"),
    ):
        keyboard.type(label, text)
    keyboard.key("ArrowRight")
    keyboard.page.keyboard.type(f"{deadline:%I%M%p}")
    keyboard.tick("This letter is a demonstration")
    keyboard.act("Save the draft")
    assert keyboard.page.locator("[data-error-summary]").count() == 0, keyboard.page.locator("[data-error-summary]").inner_text()


def import_roster(keyboard: Keyboard) -> None:
    keyboard.follow("Roster")
    keyboard.follow("Import a list")
    keyboard.type("Or paste the list", ROSTER)
    with_preview = keyboard.page
    keyboard.to("Show what would be added")
    with with_preview.expect_navigation():
        keyboard.key("Enter")
    keyboard.act("Add 1 society to the roster")


def done_when_proved(keyboard: Keyboard, person: Person, desk: HttpBrowser, button: str) -> None:
    """Presses the button; where the desk asks for a code first, it is typed from the mail."""
    known = codes(desk)
    keyboard.to(button)
    with keyboard.page.expect_navigation():
        keyboard.key("Enter")
    if person.heading == "Confirm that it is you":
        end = time.monotonic() + 60
        while not (fresh := codes(desk) - known):
            assert time.monotonic() < end, "no code has come"
            time.sleep(0.2)
        keyboard.type("Code", fresh.pop())
        keyboard.act()
    assert keyboard.page.evaluate("document.activeElement.matches('[role=status]')")


def codes(desk: HttpBrowser) -> set[str]:
    """The codes that the coordinator has been mailed."""
    desk.get(f"/mailbox?{urlencode({'q': COORDINATOR})}")
    found = set()
    for address in [e.get("href") or "" for e in desk.page.all("a") if "code" in desk.page.words(e)]:
        desk.get(address)
        found |= set(re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", desk.page.words(desk.page.all("pre")[0])))
    return found


def society_signs(browser: HttpBrowser, post: Post) -> None:
    browser.get(post.link(ADDRESS))
    browser.press("Open the letter")
    browser.follow("Sign now")
    browser.press("Go on to review", **ANSWER)
    browser.press("Sign for", code=post.code(ADDRESS))


def exported(keyboard: Keyboard, person: Person, link: str) -> bytes:
    """What the link leads to: found with the Tab key, and asked for as Enter would."""
    keyboard.to(link)
    address = person.page.evaluate("document.activeElement.href")
    return person.page.request.get(address).body()
