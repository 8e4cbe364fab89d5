"""A letter at its journals as a coordinator meets it: noted in one go, what was typed kept when somebody else was first."""

from tests.factories import SEALABLE
from tests.web.world import Person, World


def address(world: World) -> str:
    return f"/letters/{world.facts.letters['submitted']}/submissions/{world.values('submitted')['submission']}"


def test_second_of_two_coordinators_gets_a_sentence_and_keeps_what_was_typed(world: World) -> None:
    world.clock.at = SEALABLE
    colleague = world.browser(Person.COLLEAGUE)
    desk, page = world.browser(Person.COORDINATOR), address(world)
    desk.get(page)
    colleague.get(page)
    colleague.press("Note this", kind="acknowledged")
    desk.press("Note this", status=409, kind="declined", note="Their mail of this morning.", manuscript_number="JIM/7")
    assert "Somebody else has changed this submission" in desk.page.text
    assert (desk.page.value("note"), desk.page.value("manuscript_number"), desk.page.value("kind")) == (
        "Their mail of this morning.",
        "JIM/7",
        "declined",
    )
    assert "receipt acknowledged" in desk.page.text
    desk.press("Note this")
    assert "declined" in desk.page.text


def test_day_before_the_submission_has_its_sentence_and_keeps_what_was_typed(world: World) -> None:
    world.clock.at = SEALABLE
    desk = world.browser(Person.COORDINATOR)
    desk.get(address(world))
    desk.press("Note this", status=422, kind="declined", happened_on="2026-01-01", note="An old mail.")
    assert "That day lies before the day of the step before it (14 March 2026)." in desk.page.text
    assert desk.page.value("note") == "An old mail."


def test_overdue_days_stand_on_the_page_of_letters_with_a_way_to_them(world: World) -> None:
    assert "Overdue at journals" not in world.browser(Person.COORDINATOR).get("/letters").text
    world.clock.move(days=100)
    desk = world.browser(Person.COORDINATOR)
    page = desk.get("/letters")
    assert page.text.index("Acknowledgement expected") < page.text.index("Decision expected")
    desk.follow("Acknowledgement expected")
    desk.press("Done: Acknowledgement expected")
    assert "Acknowledgement expected" not in desk.get("/letters").text
    assert "Overdue" not in world.browser(Person.READER).get("/letters").text
