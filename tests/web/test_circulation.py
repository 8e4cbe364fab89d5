"""Sending a revision out at the desk, and commenting in the room, by the pages alone."""

from datetime import timedelta

from tests.browser import Browser
from tests.factories import ANNA, COMMENTS_UNTIL, KEYRING
from tests.web.world import Person, World

P = Person


def at(world: World, state: str, part: str = "") -> str:
    return f"/letters/{world.facts.letters[state]}{part}"


def room(world: World, part: str = "") -> str:
    return f"/room/{world.values('circulating')['invitation']}{part}"


def anna(world: World) -> Browser:
    browser = Browser(world.app)
    world.open_letter(browser, KEYRING.personal_link(world.values("circulating")["representative"], 1))
    return browser


def test_draft_is_sent_out_and_the_mail_leads_into_the_room(world: World) -> None:
    desk = world.browser(P.OWNER)
    desk.get(at(world, "drafting", "/circulate"))
    page = desk.press("Send the revision out", until="2026-03-09T17:00", message="Please read closely.")
    assert "on its way" in page.text
    mail = world.mail.newest(ANNA)
    assert "9 March 2026, 17:00 Europe/Berlin (16:00 UTC)" in mail.text and "Please read closely." in mail.text
    browser = Browser(world.app)
    assert "comment on the draft" in browser.get(f"/i/{world.mail.link(ANNA).rpartition('/')[2]}").text
    page = browser.press("Open the letter")
    assert "Please read closely." in page.text and "Sign now" not in page.text


def test_sending_out_asks_for_proof(world: World) -> None:
    desk = Browser(world.app)
    world.sign_in(desk, is_proved=False)
    desk.get(at(world, "drafting", "/circulate"))
    page = desk.press("Send the revision out", status=403, until="2026-03-09T17:00")
    assert "Confirm and send the revision out" in page.text


def test_moment_that_has_passed_is_refused_and_nothing_typed_is_lost(world: World) -> None:
    desk = world.browser(P.OWNER)
    desk.get(at(world, "drafting", "/circulate"))
    page = desk.press("Send the revision out", status=422, until="2026-03-01T17:00", message="Please read closely.")
    assert "That moment has passed" in page.text and "Please read closely." in page.text


def test_passage_is_chosen_without_script_and_narrowed_by_typing(world: World) -> None:
    browser = anna(world)
    page = browser.get(room(world))
    assert "on “We, the undersigned, disagree" in page.text
    page = browser.get(room(world, "/comment?passage=1"))
    assert "We, the undersigned, disagree" in page.text
    page = browser.press("Send the comment", quote="the undersigned", remark="Who are they?", suggests="remark")
    assert "Who are they?" in page.text


def test_wording_without_words_is_refused_and_what_was_typed_is_kept(world: World) -> None:
    browser = anna(world)
    browser.get(room(world, "/comment?passage=1"))
    page = browser.press("Send the comment", status=422, remark="Kept remark", suggests="wording")
    assert "Write the wording" in page.text and "Kept remark" in page.text


def test_late_comment_is_refused_with_a_sentence_and_what_was_typed_is_kept(world: World) -> None:
    world.clock.at = COMMENTS_UNTIL - timedelta(minutes=1)
    browser = anna(world)
    browser.get(room(world, "/comment?passage=1"))
    world.clock.at = COMMENTS_UNTIL
    page = browser.press("Send the comment", status=409, remark="Too late, but kept", suggests="remark")
    assert "has passed" in page.text and "Too late, but kept" in page.text


def test_comment_is_taken_back(world: World) -> None:
    browser = anna(world)
    browser.get(room(world))
    page = browser.press("Take it back")
    assert "is taken back" in page.text and "None yet." in page.text
