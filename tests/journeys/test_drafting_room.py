"""The drafting room in a real browser: a Word file comes in, is cited, cut to a limit, commented on, frozen, changed and affirmed."""

import re
from dataclasses import dataclass
from datetime import timedelta

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
    comments_until: str

    def link(self, address: str, words: str) -> str:
        """The personal link in the newest message about this letter whose subject holds the words."""
        found = re.search(r"https?://\S+/i/\S+", self.post.text(address, words))
        assert found, f"no link in the mail to {address}"
        return found[0]

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
    story = short(TITLE, ROSTER, server.now())
    walk = Walk(server, story, print, desk)
    walk.make_letter()
    walk.fill_roster()
    person = new_person(1280, folder="drafting-room")
    person.go(server.sign_in_address())
    person.press("Sign in")
    person.follow(TITLE)
    return Room(person, walk.post, (story.deadline_local - timedelta(minutes=20)).isoformat(timespec="minutes"))


def tab(person: Person, name: str) -> None:
    """One of the parts of the text; the statement is itself one."""
    with person.page.expect_navigation():
        person.page.get_by_label("This letter").get_by_role("link", name="Text").click()
    if name != "Text":
        with person.page.expect_navigation():
            person.page.get_by_label("The text", exact=True).get_by_role("link", name=name).click()


def write(person: Person, body: str) -> None:
    tab(person, "Text")
    plain = person.page.get_by_role("button", name="Write in Markdown")
    if plain.is_visible():
        plain.click()
    person.page.locator("textarea[name=body]").fill(body)
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


def revise(person: Person, note: str, change: str = "") -> None:
    tab(person, "Revisions")
    person.follow("Make a revision")
    person.page.locator("input[name=note]").fill(note)
    if change:
        person.tick(change)
    person.press("Make revision")


def circulate(room: Room) -> None:
    person = room.person
    person.follow("Overview")
    person.follow("Send")
    person.fill("Comments are taken until", room.comments_until)
    room.press_and_prove("Send the revision out")


def comment_on(room: Room, society: Person, address: str, *, remark: str, wording: str = "", is_blocking: bool = False) -> None:
    society.go(room.link(address, "What does"))
    society.press("Open the letter")
    society.follow("Comment on “We ask")
    society.fill("What you think of it", remark)
    if wording:
        society.page.locator("textarea[name=quote]").fill("retraction")
        society.tick("Yes, the wording below")
        society.fill("Your wording for the passage", wording)
    if is_blocking:
        society.tick("We cannot sign without this")
    society.see("comment")
    society.press("Send the comment")
    assert remark in society.text
    society.see("commented")


def sign(room: Room, society: Person, address: str) -> None:
    society.follow("Sign now for")
    society.fill("Officer who signs", "Anna Sørensen")
    society.page.get_by_label("Office", exact=True).fill("President")
    society.fill("Who decided", "the board")
    society.page.get_by_label("On which day").fill("2026-03-01")
    society.fill("Competing interests", "None")
    society.tick("I am authorised by")
    society.press("Go on to review")
    society.fill("Code", room.post.code(address))
    society.press("Sign for")


def answer_comments(person: Person, address: str) -> None:
    """What must be met is accepted, and its wording goes into the text by one press."""
    person.go(f"{address}/comments")
    person.see("comments")
    blocking = person.page.locator("li.comment").filter(has_text="cannot sign without this")
    blocking.locator("summary").click()
    blocking.locator("input[value=accepted]").check()
    blocking.locator("textarea[name=reason]").fill("A correction is what we want.")
    with person.page.expect_navigation():
        blocking.get_by_role("button", name="Answer the comment").click()
    person.press("Put the wording into the text")
    assert "Its wording is in the text." in person.text
    person.see("wording-applied")


def open_sign_on(room: Room, address: str) -> None:
    """With what is not answered, and why."""
    person = room.person
    person.go(f"{address}/open")
    person.tick("I have read the statement")
    person.page.locator("textarea[name=reason_unanswered]").fill("They are remarks for ourselves.")
    person.see("opening")
    room.press_and_prove("Freeze the text and invite")


def change(room: Room) -> None:
    """A change of substance while sign-on is open."""
    person = room.person
    write(person, "The guideline rests on few trials of quiet hours [@vale2026].\n\nWe ask for its correction, and soon.")
    revise(person, "A correction, and soon", "Substantive")
    person.follow("Overview")
    person.follow("Put revision")
    person.tick("Substantive")
    person.tick("I have read the text")
    person.page.locator("textarea[name=reason_unanswered]").fill("They are remarks for ourselves.")
    person.see("change")
    room.press_and_prove("Put revision")


def affirm(room: Room, society: Person, address: str) -> None:
    society.follow("Affirm the signature")
    society.tick("I am authorised by")
    society.press("Go on and affirm")
    society.fill("Code", room.post.code(address))
    society.press("Affirm for")
    society.see("affirmed")


def test_letter_is_written_together_from_a_word_file_to_its_affirmation(room: Room, new_person: NewPerson) -> None:
    person = room.person
    bring_in(person)
    cite(person)
    meet_the_limit(person)
    revise(person, "As cut for the journal", "Substantive")
    person.see("revised")
    circulate(room)
    dunes, reeds = new_person(360, folder="drafting-room"), new_person(1280, folder="drafting-room")
    comment_on(room, dunes, DUNES, remark="A correction would do.", wording="correction", is_blocking=True)
    comment_on(room, reeds, REEDS, remark="Very clear.")
    address = re.sub(r"(/letters/[^/]+).*", r"\1", person.page.url)
    answer_comments(person, address)
    revise(person, "A correction, as one society asks", "Substantive")
    open_sign_on(room, address)
    dunes.go(room.link(DUNES, "Will "))
    dunes.press("Open the letter")
    sign(room, dunes, DUNES)
    change(room)
    dunes.go(room.link(DUNES, "Please affirm"))
    dunes.press("Open the letter")
    assert "is to be affirmed" in dunes.text
    dunes.see("to-be-affirmed")
    affirm(room, dunes, DUNES)
    person.follow("Overview")
    assert "1" in person.page.locator(".count").first.inner_text()
    person.see("affirmed")
