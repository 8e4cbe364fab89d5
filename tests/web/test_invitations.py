"""The pages of invitations: who was sent what, a second look before anything leaves, the words with their preview."""

import pytest

from tests.browser import Browser
from tests.factories import ANNA, COORDINATOR
from tests.web.world import Person, World


@pytest.fixture
def desk(world: World) -> Browser:
    return world.browser(Person.COORDINATOR)


@pytest.fixture
def here(world: World) -> str:
    return f"/letters/{world.facts.letters['signing']}/invitations"


def marks(desk: Browser, here: str) -> list[str]:
    return [field.get("value", "") for field in desk.get(here).all("input") if field.get("name") == "who"]


def test_those_who_are_ticked_are_seen_once_more_and_then_sent_a_new_link(world: World, desk: Browser, here: str) -> None:
    room = world.browser(Person.REPRESENTATIVE)
    chosen = marks(desk, here)
    assert len(chosen) == 2
    desk.press("Send to those I have ticked", who=chosen[0])
    assert desk.page.heading == "Review the invitations"
    assert "Invited once more: 1" in desk.page.text and "the old one is dead" in desk.page.text.lower()
    desk.press("Send to 1 person")
    assert "1 person is being sent an invitation." in desk.page.text
    room.get(f"/room/{world.facts.invitation}", status=404)
    Browser(world.app).get(f"/i/{world.facts.anna}", status=404)
    world.open_letter(Browser(world.app), world.mail.link(ANNA).rpartition("/")[2])


def test_all_that_fit_can_be_sent_at_once_and_sending_asks_for_proof(world: World, here: str) -> None:
    desk = Browser(world.app)
    world.sign_in(desk, COORDINATOR, is_proved=False)
    desk.get(here)
    button = next(one for one in desk.page.all("button") if one.get("name") == "all")
    desk.press("Send to all 2", all=button.get("value"))
    desk.press("Send to 2 people", status=403)
    assert desk.page.heading == "Confirm that it is you"
    assert "Sent a new link; the old one is dead" in desk.page.text


def test_nobody_ticked_is_said(desk: Browser, here: str) -> None:
    desk.get(here)
    desk.press("Send to those I have ticked", status=422)
    assert "Choose at least one representative." in desk.page.text


def test_words_are_previewed_as_somebody_reads_them_before_they_are_saved(desk: Browser, here: str) -> None:
    desk.get(f"{here}/text")
    desk.press("Preview", words="Dear {name} of {society}", preview="1")
    assert "Dear Anna Berg of Gullhaven, Society of" in desk.page.text
    desk.get(f"{here}/text")
    assert "Dear {name} of {society}" not in desk.page.text, "nothing was saved"
    desk.press("Save the invitation", words="Dear {nobody}", status=422)
    assert "Nothing stands for {nobody}. You can write {name}" in desk.page.text
    assert desk.page.value("words") == "Dear {nobody}", "what was typed is kept"
    desk.press("Save the invitation", words="Dear {name}")
    assert "The invitation is saved." in desk.page.text
    desk.press("Save, and mail it to me as a test", words="Dear {name}, once more", test="1")
    assert desk.page.value("words") == "Dear {name}, once more", "what was tested is what was typed"
    assert f"A test mail is on its way to {COORDINATOR}." in desk.page.text


def test_words_that_a_colleague_has_changed_meanwhile_are_kept(world: World, desk: Browser, here: str) -> None:
    other = world.browser(Person.COLLEAGUE)
    desk.get(f"{here}/text")
    other.get(f"{here}/text")
    other.press("Save the invitation", words="Dear {name}, other words")
    desk.press("Save the invitation", words="Dear {name}, my words", status=409)
    assert "Somebody has changed the invitation" in desk.page.text
    assert desk.page.value("words") == "Dear {name}, my words"
    assert "Dear {name}, other words" in desk.page.text
    desk.press("Save the invitation")
    assert "The invitation is saved." in desk.page.text


def test_saved_invitation_is_shown_as_a_mail_program_would_with_nothing_that_runs(desk: Browser, here: str) -> None:
    answer = desk.ask(f"{here}/text/as-html", "GET")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert "Dear Anna Berg" in answer.get_data(as_text=True)


def test_reader_sees_who_was_invited_and_can_send_nothing(world: World, here: str) -> None:
    reader = world.browser(Person.READER)
    page = reader.get(here)
    assert not [field for field in page.all("input") if field.get("name") == "who"]
    assert "Send to" not in page.text


def test_form_that_came_without_its_edition_saves_nothing(desk: Browser, here: str) -> None:
    desk.get(f"{here}/text")
    desk.press("Save the invitation", status=422, without=("edition",), words="Dear {name}")
    assert "Load the page again" in desk.page.text
    assert desk.page.value("words") == "Dear {name}"


def test_more_than_can_be_sent_to_at_once_is_said(desk: Browser, here: str) -> None:
    chosen = marks(desk, here)
    desk.press("Send to those I have ticked", who=chosen[0])
    desk.press("Send to 1 person", marks="x" * 200_001, status=422)
    assert "Narrow the list, and send in parts." in desk.page.text
