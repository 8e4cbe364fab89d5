"""A time that the clocks show twice, or never, is asked about on the form on which it was typed, and nothing typed is lost (F11)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser import Browser, Page
from tests.dump import unchanged
from tests.factories import COORDINATOR, letter_row
from tests.web.world import Person, World
from webapp.persistence.tables import CirculationRow

TWICE, SKIPPED = "2026-10-25T02:30", "2026-03-29T02:30"
SUMMER, WINTER = "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"
BEFORE, AFTER = "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00"


@pytest.fixture
def desk(world: World) -> Browser:
    return world.browser(Person.COORDINATOR)


def address(world: World, state: str, part: str) -> str:
    return f"/letters/{world.facts.letters[state]}{part}"


def deadline(world: World, state: str) -> datetime | None:
    with Session(world.engine) as session:
        return letter_row(session, world.facts.letters[state]).deadline


def choices(page: Page) -> list[tuple[str, str]]:
    """Value and words of each choice that is offered."""
    words = {label.get("for"): page.words(label) for label in page.all("label")}
    return [(one.get("value", ""), words[one.get("id")]) for one in page.all("input") if (one.get("name") or "").endswith("-reading")]


def marked(page: Page) -> list[str]:
    inputs = [one for one in page.all("input") if (one.get("name") or "").endswith("-reading")]
    return [one.get("value", "") for one in inputs if one.get("checked") is not None]


@pytest.mark.parametrize(
    ("chosen", "instant"),
    [(SUMMER, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)), (WINTER, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))],
    ids=["the first", "the second"],
)
def test_f11_deadline_that_is_shown_twice_is_asked_about_and_kept(world: World, desk: Browser, chosen: str, instant: datetime) -> None:
    desk.get(address(world, "drafting", "/edit"))
    with unchanged(world.engine):
        page = desk.press("Save the facts", status=422, deadline_local=TWICE, title="A title that was typed")
    assert "the clocks show 02:30 twice" in page.text
    assert choices(page) == [
        (SUMMER, "25 October 2026, 02:30, UTC+02:00, which is 00:30 UTC"),
        (WINTER, "25 October 2026, 02:30, UTC+01:00, which is 01:30 UTC"),
    ]
    assert (page.value("deadline_local"), page.value("title"), marked(page)) == (TWICE, "A title that was typed", [])
    page = desk.press("Save the facts", **{"deadline_local-reading": chosen})
    assert "The facts are saved." in page.text
    assert deadline(world, "drafting") == instant
    page = desk.get(address(world, "drafting", "/edit"))
    assert (page.value("deadline_local"), marked(page)) == (TWICE, [chosen])
    desk.press("Save the facts", title="Another title")
    assert deadline(world, "drafting") == instant, "saving something else asks nothing and moves nothing"


def test_f11_first_reading_can_be_changed_for_the_second_on_the_form_that_shows_both(world: World, desk: Browser) -> None:
    desk.get(address(world, "drafting", "/edit"))
    desk.press("Save the facts", status=422, deadline_local=TWICE)
    desk.press("Save the facts", **{"deadline_local-reading": SUMMER})
    desk.get(address(world, "drafting", "/edit"))
    desk.press("Save the facts", **{"deadline_local-reading": WINTER})
    assert deadline(world, "drafting") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("chosen", "instant"),
    [(BEFORE, datetime(2026, 3, 29, 0, 59, tzinfo=UTC)), (AFTER, datetime(2026, 3, 29, 1, 0, tzinfo=UTC))],
    ids=["the last minute before", "the first after"],
)
def test_f11_deadline_that_is_skipped_is_answered_with_the_nearest_times(
    world: World, desk: Browser, chosen: str, instant: datetime
) -> None:
    desk.get(address(world, "drafting", "/edit"))
    page = desk.press("Save the facts", status=422, deadline_local=SKIPPED)
    assert "the clocks skip 02:30" in page.text
    assert [value for value, _words in choices(page)] == [BEFORE, AFTER]
    desk.press("Save the facts", **{"deadline_local-reading": chosen})
    assert deadline(world, "drafting") == instant
    assert choices(desk.get(address(world, "drafting", "/edit"))) == [], "the time that was taken comes once"


def test_f11_choice_stays_while_something_else_on_the_form_is_wrong(world: World, desk: Browser) -> None:
    desk.get(address(world, "drafting", "/edit"))
    desk.press("Save the facts", status=422, deadline_local=TWICE)
    page = desk.press("Save the facts", status=422, title="", **{"deadline_local-reading": WINTER})
    assert marked(page) == [WINTER]
    desk.press("Save the facts", title="A title")
    assert deadline(world, "drafting") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_f11_choice_of_another_time_is_forgotten(world: World, desk: Browser) -> None:
    """Whoever chooses, and then types another time after all, means the time that was typed."""
    desk.get(address(world, "drafting", "/edit"))
    desk.press("Save the facts", status=422, deadline_local=TWICE)
    desk.press("Save the facts", deadline_local="2026-10-25T04:30", **{"deadline_local-reading": SUMMER})
    assert deadline(world, "drafting") == datetime(2026, 10, 25, 3, 30, tzinfo=UTC)


def test_f11_choice_in_another_zone_is_refused_and_the_time_can_be_sent_again(world: World, desk: Browser) -> None:
    desk.get(address(world, "drafting", "/edit"))
    desk.press("Save the facts", status=422, deadline_local=TWICE)
    changed = {"deadline_local-reading": SUMMER, "deadline_zone": "Asia/Kathmandu"}
    page = desk.press("Save the facts", status=422, **changed)
    assert "never show that time so" in page.text
    desk.press("Save the facts")
    assert deadline(world, "drafting") == datetime(2026, 10, 24, 20, 45, tzinfo=UTC)


FORGED = ["2026-10-25T02:30:00+05:00", "2026-10-25T02:30:00", "2026-10-25T02:30:00+01:00\n", "x", "", "9999-12-31T23:59:00-14:00", "\x00"]


@pytest.mark.parametrize("sent", FORGED, ids=repr)
def test_f11_forged_choice_stores_nothing(world: World, desk: Browser, sent: str) -> None:
    desk.get(address(world, "drafting", "/edit"))
    desk.press("Save the facts", status=422, deadline_local=TWICE)
    forged = {"deadline_local-reading": sent, "deadline_local-readings": f"{sent} {sent}"}
    with unchanged(world.engine):
        desk.press("Save the facts", status=422, **forged)


def test_f11_new_deadline_is_asked_about_before_its_review_and_kept_through_it(world: World, desk: Browser) -> None:
    desk.get(address(world, "signing", "/deadline"))
    page = desk.press("Go on to review", status=422, deadline_local=TWICE)
    assert [value for value, _words in choices(page)] == [SUMMER, WINTER]
    page = desk.press("Go on to review", **{"deadline_local-reading": WINTER})
    assert "25 October 2026, 02:30 Europe/Berlin (01:30 UTC)" in page.text
    page = desk.press("Choose another deadline", change="1")
    assert marked(page) == [WINTER]
    desk.press("Go on to review")
    desk.press("Move the deadline and tell")
    assert deadline(world, "signing") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_f11_comments_due_is_asked_about(world: World, desk: Browser) -> None:
    desk.get(address(world, "drafting", "/circulate"))
    page = desk.press("Send the revision out", status=422, until=SKIPPED, message="Is it fair?")
    assert [value for value, _words in choices(page)] == [BEFORE, AFTER]
    assert page.value("message") == "Is it fair?"
    desk.press("Send the revision out", **{"until-reading": AFTER})
    with Session(world.engine) as session:
        row = session.scalars(select(CirculationRow).order_by(CirculationRow.id.desc()).limit(1)).one()
        assert row.until == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_f11_page_that_asks_who_is_there_says_which_moment_was_chosen_and_keeps_it(world: World) -> None:
    browser = Browser(world.app)
    world.sign_in(browser, is_proved=False)
    browser.get(address(world, "drafting", "/circulate"))
    world.prove(browser)
    browser.press("Send the revision out", status=422, until=TWICE)
    world.clock.move(minutes=16)
    page = browser.press("Send the revision out", status=403, **{"until-reading": WINTER})
    assert "2026-10-25 02:30 Europe/Berlin (UTC+01:00)" in page.text
    browser.press("Confirm and send the revision out", proof_code=world.mail.code(COORDINATOR))
    with Session(world.engine) as session:
        row = session.scalars(select(CirculationRow).order_by(CirculationRow.id.desc()).limit(1)).one()
        assert row.until == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_f11_moment_until_which_a_society_may_object_is_asked_about(world: World, desk: Browser) -> None:
    desk.get(address(world, "signing", "/deadline"))
    desk.press("Go on to review", deadline_local="2026-04-14T17:00")
    desk.press("Move the deadline and tell")
    desk.get(address(world, "signing", "/change"))
    typed: dict[str, Any] = {"change": "editorial", "is_fit": "y", "object_until": SKIPPED}
    page = desk.press("in force and tell everyone", status=422, **typed)
    assert [value for value, _words in choices(page)] == [BEFORE, AFTER]
    desk.press("in force and tell everyone", **{"object_until-reading": BEFORE})
    with Session(world.engine) as session:
        assert letter_row(session, world.facts.letters["signing"]).freezings[-1].object_until == datetime(2026, 3, 29, 0, 59, tzinfo=UTC)


def test_f11_time_that_comes_once_is_asked_about_nowhere(world: World, desk: Browser) -> None:
    for state, part in (("drafting", "/edit"), ("signing", "/deadline"), ("drafting", "/circulate"), ("signing", "/change")):
        assert choices(desk.get(address(world, state, part))) == []
