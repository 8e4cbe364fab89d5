"""Coming in, staying, and leaving: links once, sessions for a while, each tab on its own letter."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.dump import dump
from tests.factories import ANNA, COORDINATOR, DEADLINE, NOW, OTTO
from tests.web.test_access import token_of
from tests.web.world import Person, World
from webapp.persistence.database import transaction

S = timedelta(seconds=1)


def test_staff_sign_in_by_a_mailed_link(world: World) -> None:
    browser = Browser(world.app)
    browser.get("/")
    browser.follow("Sign in to the desk")
    assert "If the address belongs to somebody on the staff" in browser.press("Send me a link", email=COORDINATOR).text
    browser.get(world.mail.link(COORDINATOR))
    assert browser.press("Sign in").heading == "Letters"


def mailed_link(world: World, browser: Browser) -> str:
    browser.get("/sign-in")
    browser.press("Send me a link", email=COORDINATOR)
    return world.mail.link(COORDINATOR)


def test_r6_mailed_link_asks_another_browser_for_its_address_and_does_not_say_it(world: World) -> None:
    asked, other = Browser(world.app), Browser(world.app)
    link = mailed_link(world, asked)
    pages = [other.get(link), other.press("Sign in", status=422), other.press("Sign in", status=422, email="test@example.org")]
    assert all("another browser than the one that asked" in page.text and COORDINATOR not in page.html for page in pages)
    assert pages[-1].value("email") == "test@example.org"
    assert "not mailed to that address" in pages[-1].text
    assert other.get("/letters").heading == "Sign in to the desk"
    other.get(link)
    assert other.press("Sign in", email=f" {COORDINATOR.upper()}").heading == "Letters"
    asked.get(link, status=404)


def test_mailed_link_asks_the_browser_that_asked_for_nothing_however_often_it_has_asked(world: World) -> None:
    browser = Browser(world.app)
    links = [mailed_link(world, browser) for _ in range(2)]
    assert len(set(links)) == 2
    for link in links:
        assert "another browser" not in browser.get(link).text
    browser.get(links[0])
    assert browser.press("Sign in").heading == "Letters"


def test_browser_that_has_asked_for_another_address_is_another_browser_all_the_same(world: World) -> None:
    asked, other = Browser(world.app), Browser(world.app)
    link = mailed_link(world, asked)
    other.get("/sign-in")
    other.press("Send me a link", email="nobody@example.org")
    assert "another browser than the one that asked" in other.get(link).text
    other.press("Sign in", status=422)


def test_page_that_was_open_before_coming_in_asks_for_the_address_then(world: World) -> None:
    browser = Browser(world.app)
    link = mailed_link(world, browser)
    browser.get(link)
    page = browser.page
    world.sign_in(browser)
    token = token_of(browser)
    browser.page = page
    assert "another browser" in browser.press("Sign in", status=422, csrf_token=token).text


def test_r14_asking_for_a_link_says_the_same_whoever_asks(world: World) -> None:
    pages = []
    for email in (COORDINATOR, "nobody@example.org"):
        browser = Browser(world.app)
        browser.get("/sign-in")
        pages.append(browser.press("Send me a link", email=email).html)
    assert pages[0] == pages[1]
    pages = []
    for email in (ANNA, OTTO, "nobody@example.org"):
        browser = Browser(world.app)
        browser.get("/i/lost", status=404)
        pages.append(browser.press("Send me my link", email=email).html)
    assert len(set(pages)) == 1


def test_link_signs_in_once_and_by_its_button_only(world: World) -> None:
    token = world.sign_in_token()
    for _ in range(3):
        assert Browser(world.app).get(f"/sign-in/{token}").heading == "Sign in to Undersigned"
    first, second = Browser(world.app), Browser(world.app)
    first.get(f"/sign-in/{token}")
    second.get(f"/sign-in/{token}")
    assert first.press("Sign in").heading == "Letters"
    assert second.press("Sign in", status=404).heading == "This sign-in link does not work"
    assert second.get("/letters").heading == "Sign in to the desk"


@pytest.mark.sqlite
@pytest.mark.parametrize("person", [Person.COORDINATOR, Person.REPRESENTATIVE])
def test_page_that_only_reads_does_not_wait_for_those_who_write(world: World, person: Person) -> None:
    browser, page = world.browser(person), "/letters" if person == Person.COORDINATOR else f"/room/{world.facts.invitation}"
    world.clock.move(minutes=2)
    with Session(world.engine) as writer, transaction(writer):
        before = dump(world.engine)["web_session"]
        browser.get(page)
        assert dump(world.engine)["web_session"] == before
    browser.get(page)
    assert dump(world.engine)["web_session"] != before


@pytest.mark.parametrize(("after", "status"), [(-S, 200), (timedelta(0), 404), (S, 404)], ids=["14:59", "15:00", "15:01"])
def test_link_lives_fifteen_minutes(world: World, after: timedelta, status: int) -> None:
    token = world.sign_in_token()
    world.clock.at = NOW + timedelta(minutes=15) + after
    Browser(world.app).get(f"/sign-in/{token}", status=status)


def test_desk_is_shut_after_an_hour_without_use_and_nothing_typed_is_lost(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    browser.get("/letters/new")
    world.clock.move(minutes=60)
    page = browser.press("Save the draft", status=403, title="A title that took an hour")
    assert page.heading == "You are signed out"
    assert "A title that took an hour" in page.html
    assert page.response.headers["Cache-Control"] == "no-store"
    assert browser.get("/letters").heading == "Sign in to the desk"


def test_desk_that_is_used_stays_open_for_twelve_hours(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    for _ in range(23):
        world.clock.move(minutes=30)
        assert browser.get("/letters").heading == "Letters"
    world.clock.move(minutes=30)
    assert browser.get("/letters").heading == "Sign in to the desk"


def test_signing_out_ends_every_tab_and_a_stolen_cookie(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    stolen = browser.client.get_cookie("undersigned")
    assert stolen is not None
    browser.get("/letters")
    browser.press("Sign out")
    thief = Browser(world.app)
    thief.client.set_cookie("undersigned", stolen.value)
    assert thief.get("/letters").heading == "Sign in to the desk"


def test_cookie_that_was_set_before_coming_in_does_not_survive_it(world: World) -> None:
    browser = Browser(world.app)
    browser.get("/sign-in")
    before = browser.client.get_cookie("undersigned")
    world.sign_in(browser)
    after = browser.client.get_cookie("undersigned")
    assert before is not None and after is not None and before.value != after.value
    victim = Browser(world.app)
    victim.client.set_cookie("undersigned", before.value)
    assert victim.get("/letters").heading == "Sign in to the desk"


@pytest.mark.parametrize("value", ["", "x", "x.y.z", "eyJkZXNrIjoiYSJ9.x.y", "é" * 200])
def test_forged_cookie_is_no_session(readers: World, value: str) -> None:
    browser = Browser(readers.app)
    browser.client.set_cookie("undersigned", value)
    assert browser.get("/letters").heading == "Sign in to the desk"


def test_room_is_shut_after_an_hour_and_nothing_typed_is_lost(world: World) -> None:
    browser = world.browser(Person.REPRESENTATIVE)
    browser.get(f"/room/{world.facts.invitation}/decline")
    world.clock.move(minutes=60)
    before = dump(world.engine)
    page = browser.press("Go on to review", status=404, reason="A reason that took an hour", is_authorised="y")
    assert page.heading == "This page is closed"
    assert "A reason that took an hour" in page.html
    assert dump(world.engine) == before


def test_leaving_the_room_ends_it(world: World) -> None:
    browser = world.browser(Person.REPRESENTATIVE)
    assert browser.press("Leave").heading == "You have left the letter"
    browser.get(f"/room/{world.facts.invitation}", status=404)


def test_each_tab_stays_on_its_own_letter(world: World) -> None:
    browser = world.browser(Person.REPRESENTATIVE)
    world.open_letter(browser, world.facts.otto)
    assert "For Society of the Marshes" in browser.page.text
    assert "For Gullhaven, Society of" in browser.get(f"/room/{world.facts.invitation}").text


def test_room_of_one_letter_cannot_touch_another(world: World) -> None:
    anna, before = world.browser(Person.REPRESENTATIVE), dump(world.engine)
    token = anna.get(f"/room/{world.facts.invitation}/decline").value("csrf_token")
    typed = {"csrf_token": token, "nonce": "x" * 20, "digest": "0" * 64, "is_authorised": "y", "reason": "No."}
    for invitation in (world.facts.otto_invitation, world.values("closed")["invitation"]):
        for act in ("decline", "sign", "withdraw", "review", "code", "board", "leave"):
            anna.post(f"/room/{invitation}/{act}", typed, status=404)
    assert dump(world.engine) == before


def test_staff_who_open_a_personal_link_keep_their_desk(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    world.open_letter(browser, world.facts.anna)
    assert browser.get("/letters").heading == "Letters"
    assert browser.get(f"/room/{world.facts.invitation}").status == 200


def test_coordinator_who_is_shut_out_of_a_letter_is_shut_out_at_once(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM letter_grant"))
    browser.get(f"/letters/{world.facts.letters['signing']}", status=404)


def test_r14_replaced_link_shuts_the_room_that_it_opened_and_the_new_one_opens_it(world: World) -> None:
    anna, staff = world.browser(Person.REPRESENTATIVE), world.browser(Person.COORDINATOR)
    staff.get(f"/letters/{world.facts.letters['signing']}/roster")
    staff.press("Replace the link of Anna Berg")
    anna.get(f"/room/{world.facts.invitation}", status=404)
    assert anna.get(f"/i/{world.facts.anna}", status=404).heading == "This link does not open a letter"
    anna.get(world.mail.link(ANNA))
    assert anna.press("Open the letter").status == 200


def test_r14_every_dead_link_shows_the_same_page(world: World) -> None:
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE representative SET revoked_at = added_at WHERE email = :anna"), {"anna": ANNA})
    pages = [Browser(world.app).get(f"/i/{token}", status=404).html for token in (world.facts.anna, "lost", "x" * 2000, "%00", "’")]
    assert len({re.sub(r'value="[^"]*"', "", page) for page in pages}) == 1


def test_link_opens_the_letter_after_the_deadline_to_read(world: World) -> None:
    world.clock.at = DEADLINE + timedelta(days=1)
    browser = Browser(world.app)
    world.open_letter(browser, world.facts.anna)
    assert "Sign-on has closed" in browser.page.text
    assert "office@marrowby.example.org" in browser.page.text


def test_browser_holds_eight_rooms_and_forgets_the_oldest(world: World) -> None:
    browser = Browser(world.app)
    token_of(browser)
    with browser.client.session_transaction() as kept:
        kept["rooms"] = [(f"room{number}", "t") for number in range(8)]
    world.open_letter(browser, world.facts.anna)
    with browser.client.session_transaction() as kept:
        assert [room for room, _token in kept["rooms"]] == [*(f"room{number}" for number in range(1, 8)), world.facts.invitation]
