"""The meters beside the editor follow what is typed, in a real browser under the site's own policy; a crossed limit is saved."""

import pytest
from playwright.sync_api import expect

from .client import HttpBrowser
from .conftest import NewPerson
from .server import Server

pytestmark = [pytest.mark.browser, pytest.mark.journey]

LETTER = {
    "title": "A letter that grows while it is measured",
    "lead_society": "The Marrowby Society",
    "contact_email": "office@marrowby.example.org",
    "journal": "Journal of Ferns",
    "addressee": "The Editor-in-Chief",
    "statement": "Seven words stand here before any other.",
}


def test_meter_follows_the_typing_and_a_crossed_limit_is_no_lock(new_person: NewPerson, server: Server) -> None:
    desk = HttpBrowser(server.base)
    desk.get(server.sign_in_address())
    desk.press("Sign in")
    desk.get("/venues/new")
    desk.press("Add the venue", journal="Journal of Ferns", route="letter", words="9", source="https://ferns.example.org/letters")
    desk.get("/letters/new")
    desk.press("Save the draft", **LETTER)
    person = new_person(360, folder="live-meters")
    person.go(server.sign_in_address())
    person.press("Sign in")
    person.page.get_by_role("link", name=LETTER["title"]).click()
    person.page.get_by_label("This letter").get_by_role("link", name="Text").click()
    person.page.get_by_label("The text").get_by_role("link", name="Venues").click()
    person.page.get_by_label("Venue").select_option(label="Journal of Ferns, letter")
    person.press("Choose this venue")
    person.page.get_by_label("This letter").get_by_role("link", name="Text").click()
    expect(person.page.get_by_text("7 of 9 words; 2 left.")).to_be_visible()
    person.page.get_by_role("button", name="Write in Markdown").click()
    person.page.get_by_label("Text", exact=True).press_sequentially("Three more words. ")
    expect(person.page.get_by_text("10 of 9 words: 1 too many.")).to_be_visible()
    person.see("crossed")
    person.press("Save the text")
    expect(person.page.get_by_text("10 of 9 words: 1 too many.")).to_be_visible()
    person.see("saved")
