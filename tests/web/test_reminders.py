"""The pages of reminders: at the desk, and where somebody stops them (R6, R7, R14, RFC 8058)."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.dump import changed, dump
from tests.factories import ANNA, KEYRING, letter_row
from tests.web.world import Person, World
from webapp.persistence.database import transaction
from webapp.persistence.tables import HeldReminderRow, OutboxRow, ReminderPlanRow, RepresentativeRow
from webapp.persistence.tables.message import MessageState

DAY_BEFORE = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def asked(world: World) -> World:
    """Everything that was put has left."""
    with Session(world.engine) as session, transaction(session):
        session.execute(update(OutboxRow).values(state=MessageState.SENT, sent_at=OutboxRow.queued_at))
    return world


@pytest.fixture
def desk(asked: World) -> Browser:
    asked.clock.at = DAY_BEFORE
    return asked.browser(Person.COORDINATOR)


def letter(world: World, part: str = "") -> str:
    return f"/letters/{world.facts.letters['signing']}{part}"


def stop(world: World) -> str:
    return f"/stop/{KEYRING.stop_link(world.facts.representative, 1)}"


def has_stopped(world: World) -> bool:
    with Session(world.engine) as session:
        query = select(RepresentativeRow.reminders_stopped_at).where(RepresentativeRow.reference == world.facts.representative)
        return session.scalars(query).one() is not None


def test_front_page_says_what_goes_out_by_tomorrow_and_leads_there(asked: World, desk: Browser) -> None:
    page = desk.get(letter(asked))
    assert "2 reminders go out by tomorrow" in page.text
    page = desk.follow("2 reminders go out by tomorrow")
    assert page.heading == "Reminders to the societies"
    assert "Tomorrow 2 reminders leave, if nobody answers before." in page.text
    assert "Tomorrow, Saturday, 7 March 2026 (below) 2 0" in page.text


def test_one_or_all_of_a_day_or_all_to_a_society_are_held_back_and_let_go(asked: World, desk: Browser) -> None:
    desk.get(letter(asked, "/reminders"))
    page = desk.press("This one, Bruno Wirth")
    assert "1 reminder is held back." in page.text
    page = desk.press("Hold back all of this day")
    assert "Tomorrow, Saturday, 7 March 2026 (below) 0 2" in page.text
    page = desk.press("Let all of this day go")
    assert "2 reminders are let go again." in page.text
    page = desk.press("All to this society")
    assert "Gullhaven, Society of is not reminded until you let it go again." in page.text
    assert "None leaves within the next two weeks." in page.text
    page = desk.press("Remind it again")
    assert "Tomorrow 2 reminders leave" in page.text


def test_second_press_on_what_is_held_says_so(asked: World, desk: Browser) -> None:
    page = desk.get(letter(asked, "/reminders"))
    sent = page.values(page.form("This one, Anna Berg"))
    for words in ("1 reminder is held back.", "There was nothing left to hold back."):
        assert words in desk.post(letter(asked, "/reminders/hold"), sent).text
    with Session(asked.engine) as session:
        assert len(session.scalars(select(HeldReminderRow)).all()) == 1


def test_plan_is_kept_and_what_cannot_be_taken_loses_nothing(asked: World, desk: Browser) -> None:
    desk.get(letter(asked, "/reminders/plan"))
    page = desk.press("Keep this plan", status=422, days_before="soon", kinds=["silent", "affirm"])
    assert "Give whole numbers of days" in page.text
    assert page.value("days_before") == "soon"
    assert {one.get("value") for one in page.all("input") if one.get("checked") is not None} == {"silent", "affirm"}
    page = desk.press("Keep this plan", days_before="5, 2", kinds=["not_opened", "silent"], is_paused="y")
    assert "Reminders are paused" in page.text
    with Session(asked.engine) as session:
        row = session.get_one(ReminderPlanRow, letter_row(session, asked.facts.letters["signing"]).id)
        assert (row.days_before, row.kinds, row.is_paused) == ([5, 2], ["not_opened", "silent"], True)


def test_day_or_page_that_is_none_shows_the_first(asked: World, desk: Browser) -> None:
    for query in ("?day=never", "?day=2026-03-09", "?page=99", "?page=x", "?page=99999999999"):
        assert "Tomorrow, Saturday, 7 March 2026 (below)" in desk.get(letter(asked, f"/reminders{query}")).text


def test_r6_opening_the_link_changes_nothing(readers: World) -> None:
    before = dump(readers.engine)
    for method in ("GET", "HEAD", "OPTIONS"):
        assert Browser(readers.app).ask(stop(readers), method).status_code == 200
    assert changed(before, dump(readers.engine)) == set()


def test_rfc_8058_one_press_without_cookie_or_token_stops_reminders_and_nothing_else(asked: World) -> None:
    before = dump(asked.engine)
    for _again in range(2):
        answer = Browser(asked.app).ask(stop(asked), "POST", data=ONE_CLICK)
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    assert has_stopped(asked)
    assert changed(before, dump(asked.engine)) == {"representative", "event"}


@pytest.mark.parametrize("sent", [{}, {"List-Unsubscribe": "one-click"}, {"word": "reminders"}, {"code": "ABCD-EFGH", "wants": "no"}])
def test_r7_any_other_press_changes_nothing(readers: World, sent: dict[str, str]) -> None:
    before = dump(readers.engine)
    assert Browser(readers.app).ask(stop(readers), "POST", data=sent).status_code == 422
    assert changed(before, dump(readers.engine)) == set()


def test_t07_press_caused_by_another_site_is_refused(readers: World) -> None:
    browser = Browser(readers.app)
    for headers in ({"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.ask(stop(readers), "POST", data=ONE_CLICK, headers=headers).status_code == 403


def test_r7_from_the_page_it_takes_the_word_and_the_code(asked: World) -> None:
    browser = Browser(asked.app)
    browser.get(stop(asked))
    assert "Type the word" in browser.press("Mail me the code", status=422, word="test").text
    browser.press("Mail me the code", word=" Reminders ")
    page = browser.press("Stop the reminders", status=422, code="0000-0000")
    assert "4 tries" in page.text
    page = browser.press("Stop the reminders", code=asked.mail.code(ANNA))
    assert (has_stopped(asked), page.heading) == (True, "You get no reminders – The quiet hour deserves a fair trial")
    browser.press("Mail me the code", word="reminders")
    page = browser.press("Remind me again", code=asked.mail.code(ANNA))
    assert (has_stopped(asked), page.heading) == (False, "Reminders – The quiet hour deserves a fair trial")


def test_room_leads_to_the_same_page(asked: World) -> None:
    browser = asked.browser(Person.REPRESENTATIVE)
    browser.get(f"/room/{asked.facts.invitation}")
    assert browser.page.link("Reminders that you get") == stop(asked)


def test_r14_dead_links_all_show_the_one_page(asked: World) -> None:
    right = stop(asked)
    dead = (right[:-1], "/stop/unknown", "/stop/a.b", "/stop/%00", "/stop/’", "/i/lost")
    pages = [Browser(asked.app).get(one, status=404).html for one in dead]
    assert len({re.sub(r'value="[^"]*"', "", page) for page in pages}) == 1
