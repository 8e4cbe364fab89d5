"""A passage marked in a real browser, by mouse, finger or keyboard, or typed without script: the place that was meant is kept."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from .chrome import Person
from .client import HttpBrowser
from .conftest import NewPerson
from .server import Server
from .stories import short
from .walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.journey]

TITLE = "A letter whose passages are marked"
DUNES = "anna@dunes.example.org"
ROSTER = f"society,contact,email\nSociety of the Dunes,Anna Sørensen,{DUNES}\n"
STATEMENT = """# To the Editor

The guideline lets patients rest for **seven days** after a fracture [@vale2026]. This *will do harm*. Walking is safe.

Three trials say so[^1].

| Trial | Deaths |
| --- | --- |
| Moss | 12 of 200 |
| Reed | 12 of 180 |

- Walking is safe.
- Resting is not.

[^1]: Walking is safe in all of them.
"""
BIBTEX = "@article{vale2026, title={Quiet hours}, author={Vale, Ada}, journal={Journal of Ferns}, year={2026}}"

PLACE = """([words, nth, looks]) => {
    const texts = document.createTreeWalker(document.querySelector("[data-passages]"), NodeFilter.SHOW_TEXT);
    for (let node, seen = 0; (node = texts.nextNode()); ) {
        const at = node.data.indexOf(words);
        if (at < 0 || seen++ !== nth) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + words.length);
        if (looks) node.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
        const [first, last] = [range.getClientRects()[0], [...range.getClientRects()].at(-1)];
        return { left: first.left + 1, right: last.right - 1, top: first.top + first.height / 2, bottom: last.top + last.height / 2 };
    }
}"""
# As the handles of a finger leave it, of which a browser without a screen has none.
HANDLES = """(words) => {
    const texts = document.createTreeWalker(document.querySelector("[data-passages]"), NodeFilter.SHOW_TEXT);
    for (let node; (node = texts.nextNode()); ) {
        const at = node.data.indexOf(words);
        if (at >= 0) return getSelection().setBaseAndExtent(node, at, node, at + words.length);
    }
}"""
MARKED = "Comment on the marked words"


@dataclass
class Room:
    """A revision that circulates: the link of its one society, and the coordinator by the pages alone."""

    link: str
    desk: HttpBrowser
    letter: str

    def entered_by(self, person: Person) -> Person:
        person.go(self.link)
        person.press("Open the letter")
        return person

    def is_marked(self, before: str, words: str) -> bool:
        """Whether these words, after those, are marked in the text beside the comments."""
        html = self.desk.get(f"/letters/{self.letter}/comments").html
        pieces = re.split(r"<mark[^>]*>|</mark>", html[html.index('class="letter-text"') :])
        text = [" ".join(re.sub("<[^>]*>", " ", piece).split()) for piece in pieces]
        return any(one.endswith(before) and mark == words for one, mark in zip(text[::2], text[1::2], strict=False))


@pytest.fixture(scope="module")
def room(server: Server) -> Room:
    desk = HttpBrowser(server.base)
    desk.get(server.sign_in_address())
    desk.press("Sign in")
    story = replace(short(TITLE, ROSTER, server.now()), statement=STATEMENT, references=BIBTEX)
    walk = Walk(server, story, print, desk)
    walk.make_letter()
    walk.fill_roster()
    desk.get(f"/letters/{walk.letter}/revisions/new")
    desk.press("Make revision", note="For comment")
    desk.get(f"/letters/{walk.letter}/circulate")
    until = (story.deadline_local - timedelta(minutes=5)).isoformat(timespec="minutes")
    walk.press_and_prove("Send the revision out", until=until)
    found = re.search(r"https?://\S+/i/\S+", walk.post.text(DUNES, "What does"))
    assert found, "no link in the mail"
    return Room(found[0], desk, walk.letter)


def pull(person: Person, first: str, last: str, nth: int = 0) -> None:
    """The mouse is pulled from the one word to the other."""
    page = person.page
    begin, end = page.evaluate(PLACE, [first, nth, True]), page.evaluate(PLACE, [last, nth, False])
    page.mouse.move(begin["left"], begin["top"])
    page.mouse.down()
    page.mouse.move(begin["left"] + 20, begin["top"], steps=3)
    page.mouse.move(end["right"], end["bottom"], steps=5)
    page.mouse.up()


def taken(person: Person) -> str:
    return person.page.locator("textarea[name=quote]").input_value()


def say(person: Person, remark: str) -> None:
    person.fill("What you think of it", remark)
    person.press("Send the comment")
    expect(person.page.locator("li.comment").filter(has_text=remark)).to_be_visible()


def test_words_marked_by_mouse_are_the_passage(new_person: NewPerson, room: Room) -> None:
    person = room.entered_by(new_person(1280, folder="passage"))
    for first, last, words in (
        ("fracture", "This", "fracture.1 This"),
        ("This ", "harm", "This will do harm"),
        ("Walking is safe.", "Three trials", "Walking is safe. Three trials"),
        ("12 of 200", "12 of 180", "12 of 200 Reed 12 of 180"),
    ):
        pull(person, first, last)
        person.press(MARKED)
        assert taken(person) == words
        person.page.go_back()
    pull(person, "Walking is safe", "Walking is safe", 1)
    person.see("marked-by-mouse")
    person.press(MARKED)
    say(person, "Of walking, in the list.")
    assert room.is_marked("Reed 12 of 180", "Walking is safe")
    room.desk.follow("Statement")
    body = room.desk.page.value("body")
    room.desk.press("Save the text", body=body.replace("The guideline lets", "Walking is safe. The guideline lets"))
    assert room.is_marked("Reed 12 of 180", "Walking is safe"), "carried to the text as it goes on"


def test_words_marked_by_finger_or_keyboard_are_the_passage(new_person: NewPerson, room: Room) -> None:
    person = room.entered_by(new_person(360, folder="passage", touch=True))
    person.page.evaluate(HANDLES, "will do harm")
    # A tap takes the mark away before it presses.
    person.page.evaluate("addEventListener('touchstart', () => getSelection().removeAllRanges(), { capture: true })")
    with person.page.expect_navigation():
        person.page.get_by_role("button", name=MARKED).tap()
    assert taken(person) == "will do harm"
    person.see("marked-by-finger")
    person.page.go_back()
    person.page.evaluate(HANDLES, "Resting")
    person.page.get_by_role("link", name="Comment on “Walking is safe. Resting").focus()
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    assert taken(person) == "Resting"
    person.page.get_by_label("Your wording").fill("Staying in bed")
    assert person.page.get_by_label("Yes, the wording below").is_checked()
    say(person, "A word.")
    assert room.is_marked("", "Resting")


def test_without_script_a_part_of_the_offered_passage_is_found_in_it(new_person: NewPerson, room: Room) -> None:
    person = room.entered_by(new_person(360, folder="passage", script=False))
    person.follow("Comment on “The guideline")
    person.page.locator("textarea[name=quote]").fill("Walking is safe")
    say(person, "Of walking, above.")
    assert room.is_marked("do harm .", "Walking is safe")
    person.follow("Comment on the whole text")
    person.page.locator("textarea[name=quote]").fill("Walking is safe")
    person.fill("What you think of it", "Somewhere.")
    person.press("Send the comment")
    assert "stand in the text more than once" in person.text
    person.see("more-than-once")
