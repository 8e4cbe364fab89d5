"""A representative's part in other hands: without script, and by the keyboard alone."""

import pytest

from .chrome import Person
from .client import HttpBrowser
from .conftest import NewPerson
from .keyboard import Keyboard
from .server import Server
from .stories import short
from .walk import Post, Walk

pytestmark = [pytest.mark.browser, pytest.mark.journey]

SOCIETY = "Fjällgrynna Förening för Återhämtning & Vila"
ADDRESS = "info@fjallgrynna.example.net"
ROSTER = f"society,contact,email,country\n{SOCIETY},Åsa Björkenstam-Nyhed,{ADDRESS},SE\n"


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


# From the end of the text to the receipt, besides the words themselves.
MOST_KEYS = 12


def test_representative_signs_and_withdraws_by_keyboard_alone(new_person: NewPerson, post: Post) -> None:
    person: Person = new_person(1280, folder="by-keyboard")
    keyboard = Keyboard(person.page)
    person.go(post.link(ADDRESS))
    assert keyboard.first_stop() == "Skip to the content"
    keyboard.follow("Open the letter")
    assert keyboard.first_stop() == "Skip to the content"
    keyboard.to("Skip to your society’s answer")
    keyboard.key("Enter")
    before = keyboard.presses
    keyboard.follow("Sign now for")
    keyboard.type("Officer who signs", "Östen Åkervind")
    keyboard.type("Office", "Ordförande")
    keyboard.tick("The officer agrees")
    keyboard.type("Who decided", "the board")
    # The same in the order of day and month and in that of month and day.
    keyboard.type("On which day", "03032026")
    keyboard.type("Competing interests", "None")
    assert not person.page.get_by_label("I am authorised by").is_checked()
    keyboard.tick("I am authorised by")
    person.see("sign")
    keyboard.act()
    assert person.heading == "Review and confirm"
    assert "Östen Åkervind, Ordförande" in person.text
    assert "3 March 2026" in person.text
    assert "Ask us each time" in person.text
    code = post.code(ADDRESS)
    keyboard.type("Code", code)
    person.see("review")
    keyboard.act()
    assert person.heading == f"{SOCIETY} has signed"
    person.see("receipt")
    keys = keyboard.presses - before
    print(f"{keys} keys after the text besides the words themselves")
    assert keys <= MOST_KEYS
    keyboard.follow("Back to the letter")
    keyboard.follow("Withdraw the answer")
    keyboard.act("Go on to review")
    keyboard.type("Code", post.code(ADDRESS))
    keyboard.act()
    assert person.heading == "The answer is withdrawn"
    person.see("withdrawn")


def test_refused_form_has_the_focus_on_its_errors_and_each_leads_to_its_field(new_person: NewPerson, post: Post) -> None:
    person: Person = new_person(360, folder="refused-by-keyboard")
    keyboard = Keyboard(person.page)
    person.go(post.link(ADDRESS))
    keyboard.follow("Open the letter")
    keyboard.follow("Sign now for")
    keyboard.act("Go on to review")
    assert person.page.title().startswith("6 errors – Sign for")
    keyboard.to("Give the officer’s office")
    keyboard.key("Enter")
    person.page.keyboard.type("President")
    assert person.page.get_by_label("Office", exact=True).input_value() == "President"
