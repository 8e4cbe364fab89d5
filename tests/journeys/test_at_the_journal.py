"""The second life of a letter, on the pattern of a real case: at three journals, before the signatories, and in public."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.counts import IS_ASSURE

from .chrome import Person
from .client import HttpBrowser
from .conftest import NewPerson
from .season.post import Post
from .season.rooms import signature
from .second_life.desk import Desk, see_at_both_widths
from .second_life.numbers import Numbers
from .second_life.outside import Outside
from .second_life.story import (
    AFFIRMS,
    ARTICLE,
    LATE,
    LEADS,
    LETTER,
    OBJECTS,
    OPENED,
    RESPONSE,
    WITHDRAWS,
    Place,
    second_life,
    short_form,
    shortened,
)
from .server import Server, running_server
from .walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.journey]

SIGNED = 34 if IS_ASSURE else 6


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server(OPENED) as server:
        yield server


PUBLIC = datetime(2025, 3, 20, 9, tzinfo=UTC)
HELD_UNTIL = datetime(2025, 3, 28, 12, tzinfo=UTC)
ASKED_UNTIL = datetime(2025, 3, 29, 12, tzinfo=UTC)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=UTC)


def test_letter_lives_on_at_three_journals_and_in_public(server: Server, new_person: NewPerson) -> None:
    letter, sealed = sealed_letter(server)
    desk, reader = Desk(server, new_person(1280, folder="second-life"), Post(server), letter), new_person(1280, folder="second-life-reader")
    room, phone = new_person(1280, folder="second-life-room"), new_person(360, folder="second-life-room-360")
    plan(desk)
    send_to_all_three(desk)
    say_when_it_is_public(desk)
    is_public_to_the_second(desk, reader)
    journal_prints_it(desk)
    one_withdraws_after_the_seal(desk, phone)
    two_join(desk)
    journal_asks_for_a_shorter_text(desk)
    one_objects_and_one_affirms(desk, room, phone)
    addendum_is_issued(desk)
    shorter_text_is_printed(desk)
    journal_declines_and_others_report(desk)
    one_article_is_corrected(desk)
    everybody_reads_one_number(desk, reader, room)
    nothing_sealed_has_changed(desk, reader, sealed)


def sealed_letter(server: Server) -> tuple[str, bytes]:
    """By the forms, without pictures: other journeys look at these pages."""
    story = second_life(SIGNED)
    walk = Walk(server, story, print, HttpBrowser(server.base))
    walk.sign_in()
    walk.make_letter()
    add_short_form(walk)
    for place, text in ((RESPONSE, "Rapid response"), (LETTER, "Statement"), (ARTICLE, "Statement")):
        choose_venue(walk, place, text)
    walk.fill_roster()
    walk.open_sign_on()
    walk.answer()
    walk.close()
    assert len(walk.seal()) == SIGNED
    return walk.letter, walk.desk.download(f"/letters/{walk.letter}/documents/letter.pdf").data


def add_short_form(walk: Walk) -> None:
    walk.desk.get(f"/letters/{walk.letter}")
    walk.desk.follow("Text")
    walk.desk.press("Add a short form", name="Rapid response")
    walk.desk.press("Save the text", body=short_form(walk.story))


def choose_venue(walk: Walk, place: Place, text: str) -> None:
    walk.desk.get("/venues/new")
    walk.desk.press(
        "Add the venue", journal=place.journal, route=place.route, words=str(place.words), statements=place.asks, note="Told by its office."
    )
    walk.desk.get(f"/letters/{walk.letter}/venues")
    page = walk.desk.page
    slug = next(e.get("value") for e in page.all("option") if page.words(e) == place.name)
    walk.desk.press(f"Choose this venue for {text}", venue=slug)


def plan(desk: Desk) -> None:
    desk.at(at(3, 18, 13))
    desk.go("/submissions")
    desk.see("journals-proposed")
    desk.press("Plan these 3 submissions")
    desk.see("journals-planned")
    desk.person.follow(RESPONSE.journal)
    desk.see("submission-planned")
    desk.person.follow("What goes there: the package")
    desk.see("package")
    copy_a_box(desk.person)
    desk.person.press("It was shown nowhere")


def copy_a_box(person: Person) -> None:
    """What the button copies is what the box shows, as the journal’s form will get it."""
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.page.locator(".box", has=person.page.get_by_label("How many have signed", exact=True)).get_by_role("button").click()
    expect(person.page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    assert person.page.evaluate("navigator.clipboard.readText()") == f"{SIGNED} societies have signed this letter."


def send_to_all_three(desk: Desk) -> None:
    """Each later one is told of the ones before (ICMJE)."""
    desk.at(at(3, 19, 9))
    desk.note(RESPONSE.journal, "Submitted", number="TJCM-RR-0815")
    desk.see("submitted")
    for place in (LETTER, ARTICLE):
        desk.go("/submissions")
        desk.person.follow(place.journal)
        desk.person.follow("What goes there: the package")
        assert f"{RESPONSE.journal}" in desk.person.page.get_by_role("region", name="Where else has it been shown?").inner_text()
        desk.person.press("It was shown nowhere else")
        desk.note(place.journal, "Submitted")
    desk.see("submitted-elsewhere")
    desk.note(RESPONSE.journal, "Receipt acknowledged")
    desk.go("/submissions")
    desk.see("journals-submitted")


def say_when_it_is_public(desk: Desk) -> None:
    desk.go("/publication")
    desk.see("publication")
    desk.person.page.get_by_label("Day and time", exact=True).fill(f"{PUBLIC:%Y-%m-%dT%H:%M}")
    desk.press("Go on to review")
    desk.see("publication-review")
    desk.press("Make the letter public at that moment")
    desk.see("publication-announced")
    desk.person.follow("See what the societies will share")
    desk.see("share-preview")


def is_public_to_the_second(desk: Desk, reader: Person) -> None:
    """R18: up to the instant every address answers as for a letter that never was."""
    desk.server.move_clock(PUBLIC - timedelta(seconds=30))
    outside = Outside(desk.server.base)
    assert outside.differences(desk.letter) == []
    desk.server.move_clock(PUBLIC)
    assert len(outside.differences(desk.letter)) == len(outside.addresses(desk.letter))
    reader.go("/")
    see_at_both_widths(reader, "front")
    reader.follow("One clock")
    see_at_both_widths(reader, "public")


def journal_prints_it(desk: Desk) -> None:
    desk.at(at(3, 24, 9))
    desk.note(RESPONSE.journal, "Published", link="https://tarnbeck-journal.example.org/rapid-responses/815")
    desk.see("published")


def one_withdraws_after_the_seal(desk: Desk, person: Person) -> None:
    desk.at(at(3, 25, 9))
    enter(person, desk.post, WITHDRAWS)
    person.see("room-after-the-seal")
    person.follow("Withdraw the answer")
    person.fill("Reason", "Our new council does not stand behind the word “retraction”.")
    person.press("Go on to review")
    person.fill("Code", desk.post.code(WITHDRAWS))
    person.press("Withdraw the answer of")
    person.see("withdrawn")
    desk.go("/after")
    desk.see("after-withdrawal")
    desk.press("Issue the erratum about")
    assert "Erratum 1" in desk.person.text


def two_join(desk: Desk) -> None:
    desk.person.follow("Hold the letter open")
    desk.person.page.get_by_label("Open until").fill(f"{HELD_UNTIL:%Y-%m-%dT%H:%M}")
    desk.person.tick("Write to the societies that can still join")
    desk.see("hold-open")
    desk.press("Hold the letter open")
    desk.see("held-open")
    for email in LATE:
        join(desk, email)


def join(desk: Desk, email: str) -> None:
    room = HttpBrowser(desk.server.base)
    room.get(desk.post.link(email))
    room.press("Open the letter")
    room.follow("Sign now for")
    room.press("Go on to review", **signature("Dr Late Comer", date(2025, 3, 24)))
    room.press("Sign for", code=desk.post.code(email))
    assert room.page.heading.endswith("has signed")


def enter(person: Person, post: Post, email: str) -> None:
    # The codes of last week were for the signature.
    post.forget_codes(email)
    person.go(post.link(email))
    person.press("Open the letter")


def journal_asks_for_a_shorter_text(desk: Desk) -> None:
    """By mandate, objection and affirmation, to a list of its own."""
    desk.at(at(3, 26, 9))
    desk.note(LETTER.journal, "The journal asks for a revision")
    desk.see("revision-asked")
    desk.person.follow("Begin a changed text")
    assert desk.person.page.get_by_label("Journal that asks").input_value() == LETTER.journal
    desk.see("changed-texts")
    desk.person.fill("What it has asked for", "Leave out where you agree: 900 words are ours at the most, and it answers nobody.")
    desk.choose("Begin from", "the statement")
    desk.press("Begin the changed text")
    whole = desk.person.page.get_by_label("The text as changed").input_value()
    desk.person.fill("The text as changed", shortened(whole))
    desk.press("Save the text")
    desk.see("changed-text-written")
    desk.person.follow("Put it to the signatories")
    desk.person.tick("Editorial")
    desk.person.page.get_by_label("Societies may object or affirm until").fill(f"{ASKED_UNTIL:%Y-%m-%dT%H:%M}")
    desk.person.tick("I have read the text")
    desk.see("changed-text-put")
    desk.press("Put it to the signatories")
    desk.see("changed-text-asking")


def one_objects_and_one_affirms(desk: Desk, objector: Person, affirmer: Person) -> None:
    for person, email, act, button in (
        (objector, OBJECTS, "Object to the text", "Object for"),
        (affirmer, AFFIRMS, "Affirm the text", "Affirm for"),
    ):
        enter(person, desk.post, email)
        person.see("room-with-a-change")
        person.follow("See what is changed")
        person.see("change")
        person.follow(act)
        person.fill("Who decided", "the board")
        person.tick("I am authorised by")
        person.see("say")
        person.press("Go on to review")
        person.see("review")
        person.fill("Code", desk.post.code(email))
        person.press(button)
        assert "It is stored" in person.text
        person.see("said")


def addendum_is_issued(desk: Desk) -> None:
    desk.at(HELD_UNTIL + timedelta(seconds=40))
    desk.go("/after")
    desk.wait_for(desk.person.page.get_by_role("button", name="Issue the addendum"))
    desk.see("addendum-closed")
    desk.press("Issue the addendum")
    desk.wait_for(desk.person.page.get_by_role("link", name="Addendum 1 (PDF)"))
    desk.see("addendum-issued")


def shorter_text_is_printed(desk: Desk) -> None:
    desk.at(ASKED_UNTIL + timedelta(seconds=40))
    desk.go("/new-texts")
    desk.person.follow("Changed text 1")
    desk.wait_for(desk.person.page.get_by_role("button", name="Make the documents"))
    desk.see("changed-text-fixed")
    desk.press("Make the documents")
    desk.wait_for(desk.person.page.get_by_role("heading", name="Documents"))
    desk.see("changed-text-made")
    desk.person.follow("The submission to")
    desk.see("changed-text-may-go")
    desk.person.follow("Let it go to this journal")
    desk.press("Keep these facts")
    desk.person.follow("see its package")
    assert "What goes there: Changed text 1" in desk.person.text
    desk.see("package-of-the-changed-text")
    desk.note(LETTER.journal, "Revision submitted")
    desk.at(at(4, 10, 9))
    desk.note(LETTER.journal, "Accepted")
    desk.note(LETTER.journal, "Published", link="https://annals.example.org/2025/ward/41")
    desk.see("revision-published")


def journal_declines_and_others_report(desk: Desk) -> None:
    desk.at(at(4, 18, 9))
    desk.note(ARTICLE.journal, "Declined")
    desk.see("declined")
    desk.go("/correspondence")
    desk.see("correspondence-empty")
    desk.person.follow("Enter something")
    desk.person.tick("reported: somebody else")
    desk.person.fill("Subject", "“No further action on the guideline”")
    desk.person.page.get_by_label("Day and time", exact=True).fill("2025-04-17T15:00")
    desk.person.fill("What it says", "A spokesman of the journal has told us that it plans no further action.")
    desk.person.fill("Reported by", "The Ward Gazette")
    desk.person.fill("Where it can be read", "https://ward-gazette.example.net/2025/04/quiet-hour")
    desk.see("report")
    desk.press("Look at it first")
    desk.see("report-looked-at")
    desk.press("Keep it")
    desk.see("report-kept")
    desk.person.follow("Release it")
    desk.person.tick("everybody")
    desk.person.fill("Summary", "The Ward Gazette reports that the journal plans no further action.")
    desk.see("report-release")
    desk.press("Release it")
    desk.go("/correspondence")
    desk.see("correspondence")


def one_article_is_corrected(desk: Desk) -> None:
    desk.at(at(4, 22, 9))
    desk.go("/submissions")
    with desk.person.page.expect_navigation():
        desk.person.page.get_by_role("link", name=re.compile("Note what became of it.*Oakhanger")).click()
    desk.choose("What became of it", "Correction")
    desk.person.fill("Where it can be read", "https://doi.org/10.5555/tjcm.2025.0188")
    desk.press("Note what became of it")
    desk.see("journals-at-the-end")
    desk.go("/news")
    desk.see("news")
    desk.person.follow("Tell the signatories of event")
    assert desk.person.page.get_by_label("Subject").input_value().startswith("Correction: Oakhanger")
    desk.person.fill("What has happened", "The review has been corrected. The guideline stands on it, and stays as it was.")
    desk.press("Look at it first")
    desk.see("news-looked-at")
    desk.press("Send to all of them")
    desk.see("news-told")


def everybody_reads_one_number(desk: Desk, reader: Person, room: Person) -> None:
    """R5, and what each society says of it in its own words."""
    enter(room, desk.post, LEADS)
    room.see("room-at-the-end")
    numbers = Numbers(desk, room.text)
    assert set(numbers.told().values()) == {SIGNED}, numbers.told()
    assert numbers.without_what_came_since() == []
    room.follow("Share the letter")
    assert f"The Marrowby Society for Convalescent Medicine and {SIGNED - 1} others have signed" in room.text
    assert "(1 has since withdrawn; 2 have joined since)" in room.text
    see_at_both_widths(room, "share")
    for path, name in ((f"/p/{desk.letter}", "public-at-the-end"), (f"/embed/{desk.letter}", "embed")):
        reader.go(path)
        see_at_both_widths(reader, name)


def nothing_sealed_has_changed(desk: Desk, reader: Person, sealed: bytes) -> None:
    """R11; whoever holds the file sees it on the page that checks files, hashed in the browser."""
    content = Outside(desk.server.base).read(f"/p/{desk.letter}/files/letter.pdf")
    assert content == sealed
    reader.go(f"/check/{desk.letter}")
    reader.page.get_by_label("The file", exact=True).set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    reader.press("Check it")
    assert reader.heading == "Checked: genuine"
    see_at_both_widths(reader, "checked")
    assert desk.server.command("verify")
    assert desk.server.problems() == []
