"""The drafting room in a real browser: a Word file comes in, is cited, cut to a limit, commented on, frozen, changed and affirmed."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.rendering.word_files import comment, commented, inserted, paragraph, run, word_file

from .chrome import Person
from .client import HttpBrowser
from .conftest import NewPerson
from .server import Server
from .stories import short
from .walk import Post, Walk

pytestmark = [pytest.mark.browser, pytest.mark.journey]

TITLE = "A letter that is written together"
DUNES, REEDS = "anna@dunes.example.org", "bo@reeds.example.org"
ROSTER = f"society,contact,email\nSociety of the Dunes,Anna Sørensen,{DUNES}\nSociety of the Reeds,Bo Lindqvist,{REEDS}\n"
WORD = word_file(
    paragraph(run("To the Editor"), style="Heading1"),
    paragraph(run("The guideline rests on "), inserted("very "), run("few trials of quiet hours.")),
    paragraph(commented(1, run("We ask for its retraction.")), run(" Nothing else will do for any society of the shore.")),
    comments=comment(1, "Is a correction not enough?"),
)
LONG = (
    "# To the Editor",
    "The guideline rests on few trials of quiet hours [@vale2026].",
    "We ask for its retraction. Nothing else will do.",
)
BIBTEX = "@article{vale2026, title={Quiet hours}, author={Vale, Ada}, journal={Journal of Ferns}, year={2026}}"


@dataclass
class Room:
    """The coordinator at a window, and the mail of the letter."""

    person: Person
    post: Post

    def press_and_prove(self, button: str) -> None:
        self.post.forget_staff_codes()
        self.person.press(button)
        if self.person.page.get_by_label("Code").count():
            self.person.fill("Code", self.post.staff_code())
            self.person.press("Confirm and")


@pytest.fixture
def room(new_person: NewPerson, server: Server) -> Room:
    """A letter with two societies on its roster, open before the coordinator."""
    desk = HttpBrowser(server.base)
    desk.get(server.sign_in_address())
    desk.press("Sign in")
    desk.get("/venues/new")
    desk.press("Add the venue", journal="Journal of Reeds", route="letter", words="18", source="https://reeds.example.org/letters")
    walk = Walk(server, short(TITLE, ROSTER, server.now()), print, desk)
    walk.make_letter()
    walk.fill_roster()
    person = new_person(1280, folder="drafting-room")
    person.go(server.sign_in_address())
    person.press("Sign in")
    person.follow(TITLE)
    return Room(person, walk.post)


def tab(person: Person, name: str) -> None:
    """One of the parts of the text; the statement is itself one."""
    with person.page.expect_navigation():
        person.page.get_by_label("This letter").get_by_role("link", name="Text").click()
    if name != "Text":
        with person.page.expect_navigation():
            person.page.get_by_label("The text", exact=True).get_by_role("link", name=name).click()


def write(person: Person, body: str) -> None:
    tab(person, "Text")
    person.page.get_by_label("Text", exact=True).fill(body)
    person.press("Save the text")


def bring_in(person: Person) -> None:
    tab(person, "Text")
    person.follow("Import a Word file")
    person.page.locator("input[type=file]").set_input_files({"name": "letter.docx", "mimeType": "application/zip", "buffer": WORD})
    person.press("Show what it would bring")
    assert "1 tracked change, as a suggestion" in person.text and "Is a correction not enough?" in person.text
    person.see("brought")
    person.press("Replace the text by this")
    assert "few trials" in person.text


def cite(person: Person) -> None:
    tab(person, "References")
    person.follow("Import references")
    person.page.locator("textarea[name=references_typed]").fill(BIBTEX)
    person.press("Show what would change")
    person.press("Store these references")
    person.see("references")
    write(person, "\n\n".join(LONG))
    expect(person.page.locator(".letter-text").get_by_text("Vale A. Quiet hours")).to_be_visible()


def meet_the_limit(person: Person) -> None:
    tab(person, "Venues")
    person.page.get_by_label("Venue").first.select_option(label="Journal of Reeds, letter")
    person.press("Choose this venue")
    assert "of 18 words:" in person.text, "crossed"
    person.see("limit-crossed")
    write(person, "The guideline rests on few trials of quiet hours [@vale2026].\n\nWe ask for its retraction.")
    tab(person, "Venues")
    assert "of 18 words;" in person.text, "met"


def test_letter_is_written_together_from_a_word_file_to_its_affirmation(room: Room) -> None:
    person = room.person
    bring_in(person)
    cite(person)
    meet_the_limit(person)
