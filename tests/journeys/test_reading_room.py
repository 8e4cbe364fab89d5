"""A representative's part in other hands: without script, and by the keyboard alone."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from .chrome import Person
from .client import HttpBrowser
from .conftest import NewPerson
from .server import Server
from .stories import short
from .walk import Post, Walk

pytestmark = [pytest.mark.browser, pytest.mark.journey]

SOCIETY = "Fjällgrynna Förening för Återhämtning & Vila"
ADDRESS = "info@fjallgrynna.example.net"
ROSTER = f"society,contact,email,country\n{SOCIETY},Åsa Björkenstam-Nyhed,{ADDRESS},SE\n"
# From the top of the page to the field that is farthest from it.
_MOST_TABS = 60


@pytest.fixture(scope="module")
def desk(server: Server) -> HttpBrowser:
    """One for all letters: the first asks for a code, and the mailbox gives out five an hour."""
    desk = HttpBrowser(server.base)
    desk.get(server.sign_in_address())
    desk.press("Sign in")
    return desk


@pytest.fixture
def post(server: Server, desk: HttpBrowser, request: pytest.FixtureRequest) -> Post:
    """The mail of a letter that is open for signing; its title holds one long word, which may widen no page."""
    walk = Walk(server, short(f"A letter for {request.node.name}", ROSTER, server.now()), print, desk)
    walk.make_letter()
    walk.fill_roster()
    walk.open_sign_on()
    return walk.post


def test_representative_signs_and_withdraws_without_script(new_person: NewPerson, post: Post) -> None:
    person: Person = new_person(360, folder="without-script", script=False)
    person.go(post.link(ADDRESS))
    person.see("door")
    person.press("Open the letter")
    person.see("reading-room")
    person.follow("Sign now for")
    person.press("Go on to review")
    assert "Name the officer" in person.text
    person.see("sign-refused")
    person.fill("Officer who signs", "Östen Åkervind")
    person.page.get_by_label("Office", exact=True).fill("Ordförande")
    person.fill("Who decided", "the board")
    person.fill("On which day", "2026-03-01")
    person.fill("Competing interests", "None")
    person.tick("Ask us each time")
    person.tick("I am authorised by")
    person.see("sign")
    person.press("Go on to review")
    assert "no, the society alone" in person.text
    person.see("review")
    person.fill("Code", post.code(ADDRESS))
    person.press("Sign for")
    assert person.heading == f"{SOCIETY} has signed"
    person.see("receipt")
    person.follow("Back to the letter")
    person.follow("Withdraw the answer")
    person.press("Go on to review")
    person.fill("Code", post.code(ADDRESS))
    person.press("Withdraw the answer of")
    assert person.heading == "The answer is withdrawn"
    person.see("withdrawn")


@dataclass
class Keyboard:
    """A person without a mouse: Tab to a control by its name, then Space, Enter or typing."""

    page: Page
    presses: int = 0

    def to(self, name: str) -> None:
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            self.presses += 1
            if self.page.evaluate(_NAME_OF_FOCUS).startswith(name):
                assert self.page.evaluate("document.activeElement.matches(':focus-visible')")
                return
        raise AssertionError(f"the keyboard does not come to “{name}” within {_MOST_TABS} stops")

    def key(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def type(self, name: str, text: str) -> None:
        self.to(name)
        self.page.keyboard.type(text)

    def enter(self, name: str) -> None:
        self.to(name)
        with self.page.expect_navigation():
            self.key("Enter")


_NAME_OF_FOCUS = """(() => {
  const { labels, innerText } = document.activeElement;
  return (labels?.length ? labels[0].innerText : innerText ?? "").trim();
})()"""


def test_representative_signs_by_keyboard_alone(new_person: NewPerson, post: Post) -> None:
    person: Person = new_person(1280, folder="by-keyboard")
    keyboard = Keyboard(person.page)
    person.go(post.link(ADDRESS))
    keyboard.key("Tab")
    assert person.page.evaluate(_NAME_OF_FOCUS) == "Skip to the content"
    keyboard.enter("Open the letter")
    keyboard.enter("Sign now for")
    keyboard.type("Officer who signs", "Östen Åkervind")
    keyboard.type("Office", "Ordförande")
    keyboard.to("The officer agrees")
    keyboard.key("Space")
    keyboard.type("Who decided", "the board")
    # The same in the order of day and month and in that of month and day.
    keyboard.type("On which day", "03032026")
    keyboard.type("Competing interests", "None")
    keyboard.to("The lead society may")
    keyboard.key("ArrowDown")
    keyboard.to("I am authorised by")
    keyboard.key("Space")
    person.see("sign")
    keyboard.enter("Go on to review")
    assert "Östen Åkervind, Ordförande" in person.text
    assert "3 March 2026" in person.text
    assert "Ask us each time" in person.text
    keyboard.type("Code", post.code(ADDRESS))
    person.see("review")
    keyboard.enter("Sign for")
    assert person.heading == f"{SOCIETY} has signed"
    person.see("receipt")
    print(f"{keyboard.presses} keys besides the words themselves")
