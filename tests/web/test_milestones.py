"""The page of milestones, and that what does not go together is said where it is set."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.factories import letter_row
from tests.web.world import Person, World
from webapp.persistence.database import transaction


@pytest.fixture
def desk(world: World) -> Browser:
    return world.browser(Person.COORDINATOR)


def letter(world: World, state: str, part: str = "") -> str:
    return f"/letters/{world.facts.letters[state]}{part}"


def test_front_page_leads_to_all_milestones(world: World, desk: Browser) -> None:
    page = desk.get(letter(world, "circulating"))
    assert "Sign-on deadline 14 March 2026, 17:00 Europe/Berlin (16:00 UTC)" in page.text
    page = desk.follow("All milestones")
    for words in (
        "Comments due on revision 1",
        "Sign-on deadline",
        "Submission to Journal",
        "End of the window of BC Medical Journal, letter",
    ):
        assert words in page.text
    assert page.link("In the facts").endswith("/edit")


def test_submission_before_the_deadline_is_said_as_it_is_set_and_on_the_front_page(world: World, desk: Browser) -> None:
    desk.get(letter(world, "signing", "/milestones"))
    page = desk.press("Keep this day", submission_target="2026-03-10")
    sentence = "The letter is to be submitted on 10 March 2026, and sign-on is still open then"
    assert page.text.count(sentence) == 1
    assert sentence in desk.get(letter(world, "signing")).text
    desk.get(letter(world, "signing", "/milestones"))
    page = desk.press("Keep this day", submission_target="")
    assert sentence not in page.text


def test_day_that_is_none_is_refused_and_kept(world: World, desk: Browser) -> None:
    desk.get(letter(world, "signing", "/milestones"))
    page = desk.press("Keep this day", status=422, submission_target="2026-02-30")
    assert "Give a day that is in the calendar" in page.text
    assert page.value("submission_target") == "2026-02-30"


def test_deadline_after_the_window_is_said_when_the_facts_are_saved_and_they_are_saved(world: World, desk: Browser) -> None:
    with Session(world.engine) as session, transaction(session):
        for text in letter_row(session, world.facts.letters["drafting"]).texts:
            for one in text.venues:
                one.window_starts_on = date(2026, 2, 1)
    desk.get(letter(world, "drafting", "/edit"))
    page = desk.press("Save the facts", deadline_local="2027-03-14T17:00", submission_target="2027-03-20")
    assert "The facts are saved." in page.text
    assert "and the window of BC Medical Journal, letter ends before that" in page.text
    assert page.text.count("14 March 2027, 17:00 Europe/Berlin") > 1


def test_window_that_has_ended_is_said_as_its_start_is_set(world: World, desk: Browser) -> None:
    desk.get(letter(world, "drafting", "/venues"))
    page = desk.press("Keep this day for BC Medical Journal, letter", window_starts_on="2025-01-01")
    assert "The window of BC Medical Journal, letter ended on" in page.text


def test_comments_due_after_the_deadline_are_said_as_the_revision_is_sent(world: World, desk: Browser) -> None:
    desk.get(letter(world, "drafting", "/circulate"))
    page = desk.press("Send the revision out", until="2026-03-20T17:00")
    assert "Comments are taken until 20 March 2026, 17:00 Europe/Berlin (16:00 UTC), and sign-on closes before that" in page.text


def test_reader_is_offered_nothing_to_set(world: World) -> None:
    reader = world.browser(Person.READER)
    page = reader.get(letter(world, "signing", "/milestones"))
    assert "Keep this day" not in page.text
    assert "Move it later" not in page.text
    assert "On the roster" not in page.text or page.link("On the roster")
