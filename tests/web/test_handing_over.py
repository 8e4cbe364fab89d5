"""Leaving a letter to others in the reading room, and what the desk sees of it and does about it."""

import pytest

from tests.browser import Browser
from tests.factories import ANNA, BRUNO, COORDINATOR
from tests.web.world import Person, World

OTTO = "otto@ferns.example.org"
COLLEAGUE = {"name": "Otto Lind", "email": OTTO, "reason": "I have left the board."}


@pytest.fixture
def anna(world: World) -> Browser:
    return world.browser(Person.REPRESENTATIVE)


@pytest.fixture
def desk(world: World) -> Browser:
    return world.browser(Person.COORDINATOR)


def people(world: World) -> str:
    return f"/letters/{world.facts.letters['signing']}/roster/{world.facts.invitation}/representatives"


def test_representative_hands_over_and_the_colleague_answers(world: World, anna: Browser, desk: Browser) -> None:
    anna.follow("Hand over to a colleague")
    anna.press("Go on to review", **COLLEAGUE)
    assert anna.page.heading == "Review before you leave the letter"
    assert OTTO in anna.page.text and "I have left the board." in anna.page.text
    code = world.mail.code(ANNA)
    assert OTTO not in [one.to_address for one in world.mail.messages()], "no link before the code"
    anna.press("Hand over to Otto Lind", code=code)
    assert anna.page.heading == "The letter is handed over"
    anna.get(f"/room/{world.facts.invitation}", status=404)
    Browser(world.app).get(f"/i/{world.facts.anna}", status=404)
    otto = Browser(world.app)
    world.open_letter(otto, world.mail.link(OTTO).rpartition("/")[2])
    assert otto.page.heading == "The quiet hour deserves a fair trial"
    told = world.mail.newest(COORDINATOR)
    assert told.subject.startswith("Gullhaven, Society of hands over")
    desk.get(people(world))
    assert "handed over to a colleague; after that came Otto Lind" in desk.page.text and "I have left the board." in desk.page.text


def test_wrong_code_keeps_what_was_typed_and_the_address_is_changed_once_more(world: World, anna: Browser) -> None:
    anna.follow("Hand over to a colleague")
    anna.press("Go on to review", **{**COLLEAGUE, "email": "otto@gmail.com"})
    assert "gmail.com is a free mail service" in anna.page.text
    anna.press("Hand over to Otto Lind", code="AAAA-AAAA", status=422)
    assert "tries left" in anna.page.text or "try left" in anna.page.text
    anna.follow("Change")
    assert (anna.page.value("name"), anna.page.value("email")) == ("Otto Lind", "otto@gmail.com")
    anna.press("Go on to review", email=OTTO)
    anna.press("Send a new code")
    anna.press("Hand over to Otto Lind", code=world.mail.code(ANNA))
    assert anna.page.heading == "The letter is handed over"


def test_r19_address_of_a_colleague_who_has_a_link_is_refused_without_naming_anybody(anna: Browser) -> None:
    anna.follow("Hand over to a colleague")
    anna.press("Go on to review", status=422, **{**COLLEAGUE, "email": BRUNO})
    assert "represents the society on this letter already" in anna.page.text
    assert "Bruno" not in anna.page.text
    assert anna.page.value("reason") == "I have left the board."


def test_not_us_reaches_the_front_page_and_the_address_is_corrected(world: World, anna: Browser, desk: Browser) -> None:
    anna.follow("Say that this has reached the wrong place")
    anna.press("Go on to review", which="wrong_person", reason="Ask Otto Lind.")
    anna.press("Tell the coordinators, and end my link", code=world.mail.code(ANNA))
    assert anna.page.heading == "Thank you for telling us"
    desk.get(f"/letters/{world.facts.letters['signing']}")
    desk.follow("somebody there says that the letter has reached the wrong place")
    assert "The society is the right one, but I am not the right person. Ask Otto Lind." in desk.page.text
    desk.get(people(world) + f"/correct?who={world.facts.representative}")
    assert desk.page.value("email") == ANNA
    desk.press("Correct the address", name="Otto Lind", email=ANNA, status=422)
    assert "registered already" in desk.page.text
    desk.press("Correct the address", name="Otto Lind", email="otto@gmail.com", status=422)
    assert "gmail.com is a free mail service" in desk.page.text
    desk.press("Correct the address", is_sure="y")
    assert "The address is corrected" in desk.page.text
    assert world.mail.messages("otto@gmail.com")
    assert "wrong place" not in desk.get(f"/letters/{world.facts.letters['signing']}").text


def test_address_is_corrected_only_by_somebody_who_has_just_proved_who_they_are(world: World) -> None:
    desk = Browser(world.app)
    world.sign_in(desk, COORDINATOR, is_proved=False)
    desk.get(people(world) + "/correct")
    desk.press("Correct the address", status=403, email=OTTO)
    assert desk.page.heading == "Confirm that it is you"
    assert ANNA in desk.page.text and OTTO in desk.page.text
    desk.press("Confirm and correct the address", proof_code=world.mail.code(COORDINATOR))
    assert "The address is corrected" in desk.page.text


def test_coordinator_leaves_it_at_that(world: World, anna: Browser, desk: Browser) -> None:
    anna.follow("Say that this has reached the wrong place")
    anna.press("Go on to review", which="not_concerned", reason="It is another field.")
    anna.press("Tell the coordinators, and end my link", code=world.mail.code(ANNA))
    desk.get(people(world))
    desk.press("Leave it at that")
    assert "You left it at that" in desk.page.text
    assert "wrong place" not in desk.get(f"/letters/{world.facts.letters['signing']}").text


def test_reader_sees_who_stands_for_a_society_and_corrects_nothing(world: World) -> None:
    reader = world.browser(Person.READER)
    assert "Correct the address" not in reader.get(people(world)).text
