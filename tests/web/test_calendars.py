"""Calendar files over the web: offered as files, to whoever may see what is in them (R13), and kept beside the mail that brought them."""

import pytest

from tests import factories
from tests.browser import Browser
from tests.calendar_reader import events_of
from tests.factories import ANNA
from tests.web.world import Person, World


@pytest.fixture
def desk(world: World) -> Browser:
    return world.browser(Person.COORDINATOR)


def test_desk_takes_all_milestones_and_each(world: World, desk: Browser) -> None:
    address = f"/letters/{world.facts.letters['circulating']}/milestones"
    page = desk.get(address)
    answer = desk.ask(page.link("All of them as one calendar file"))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=milestones.ics"
    together = events_of(answer.data)
    each = [one.get("href") for one in page.all("a") if page.words(one).startswith("File,")]
    assert len(each) == len(together) == 3, "comments, deadline, submission; of the window no day is known"
    assert {uid for one in each for uid in events_of(desk.ask(one or "").data)} == together.keys()


def test_r13_room_offers_its_own_dates(world: World) -> None:
    anna = world.browser(Person.REPRESENTATIVE)
    anna.get(f"/room/{world.facts.invitation}/board")
    page = anna.press("Tell the coordinator", board_meets_on="2026-03-10")
    together = events_of(anna.ask(page.link("all dates")).data)
    assert len(together) == 2
    [board] = events_of(anna.ask(page.link("Board of Gullhaven, Society of")).data).values()
    assert board.properties["DTSTART"] == "20260310"


def test_r13_room_has_no_file_of_another_society(world: World, desk: Browser) -> None:
    otto = world.browser(Person.OTHER)
    otto.get(f"/room/{world.facts.otto_invitation}/board")
    otto.press("Tell the coordinator", board_meets_on="2026-03-10")
    anna = world.browser(Person.REPRESENTATIVE)
    for address in (
        f"/room/{world.facts.invitation}/calendar/board-{world.facts.otto_invitation}.ics",
        f"/room/{world.facts.otto_invitation}/calendar.ics",
        f"/room/{world.facts.otto_invitation}/calendar/deadline.ics",
        f"/room/{world.facts.invitation}/calendar/submission.ics",
    ):
        assert anna.ask(address).status_code == 404
    assert (
        desk.ask(f"/letters/{world.facts.letters['signing']}/milestones/calendar/board-{world.facts.otto_invitation}.ics").status_code
        == 404
    )


def test_mailbox_keeps_the_file_that_a_message_brought(world: World, desk: Browser) -> None:
    message = world.mail.newest(ANNA)
    assert message.calendar
    page = desk.get(f"/mailbox/{message.reference}")
    answer = desk.ask(page.link("A calendar file"))
    assert answer.data.decode() == message.calendar
    assert events_of(answer.data)


def test_message_without_a_file_offers_none(world: World, desk: Browser) -> None:
    browser = Browser(world.app)
    browser.get("/i/nothing", status=404)
    browser.press("Send me my link", email=ANNA)
    message = world.mail.newest(ANNA)
    assert "calendar" not in desk.get(f"/mailbox/{message.reference}").text.casefold()
    assert desk.ask(f"/mailbox/{message.reference}/calendar.ics").status_code == 404


def test_moved_deadline_is_mailed_with_the_newer_file(world: World, desk: Browser) -> None:
    first = next(row for row in world.mail.messages(ANNA) if f"/i/{world.facts.anna}" in row.text)
    desk.get(f"/letters/{world.facts.letters['signing']}/deadline")
    desk.press("Go on to review", deadline_local="2026-03-20T17:00")
    desk.press("Move the deadline and tell")
    before, after = events_of(first.calendar.encode()), events_of(world.mail.newest(ANNA).calendar.encode())
    assert before.keys() == after.keys()
    [[old], [new]] = [list(one.values()) for one in (before, after)]
    assert new.sequence > old.sequence
    assert (old.properties["DTSTART"], new.properties["DTSTART"]) == ("20260314T160000Z", "20260320T160000Z")
    assert factories.ZONE in new.text("DESCRIPTION")
