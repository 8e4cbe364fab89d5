"""Several societies ticked on the roster: a second look that names them, and then one act for all, without any script."""

import csv
import io

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.dump import unchanged
from tests.factories import COORDINATOR, KEYRING, NOW, entry
from tests.hostile.checks import XLSX
from tests.web.world import Person, World
from webapp.domain.actor import COMMAND
from webapp.persistence.database import transaction
from webapp.persistence.tables import OutboxRow
from webapp.services import roster
from webapp.services.roster_list import list_roster

FERNS, MARSHES = "Society of Ferns", "Society of the Marshes"


@pytest.fixture
def desk(world: World) -> Browser:
    """At the desk, with two societies more on the letter in *signing* and on that in *drafting*."""
    with Session(world.engine) as session, transaction(session):
        for state in ("signing", "drafting"):
            for name in (FERNS, MARSHES):
                one = entry(name, f"office@{name.split()[-1].lower()}.example.org", "An Officer")
                roster.add_society(session, COMMAND, world.facts.letters[state], one, KEYRING, now=NOW)
    return world.browser(Person.COORDINATOR)


def at(world: World, state: str = "signing", query: str = "") -> str:
    return f"/letters/{world.facts.letters[state]}/roster{query}"


def ticked(world: World, *names: str, state: str = "signing") -> list[str]:
    with Session(world.engine) as session:
        return [line.invitation for line in list_roster(session, COMMAND, world.facts.letters[state]) if line.society in names]


def written(world: World) -> int:
    with Session(world.engine) as session:
        return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "coordinators_wrote")) or 0


def test_those_ticked_are_named_before_anything_is_sent_and_then_each_is_written_to(world: World, desk: Browser) -> None:
    desk.get(at(world))
    page = desk.press("Write to them", act="write", chosen=ticked(world, FERNS, MARSHES))
    assert page.heading == "Write to 2 societies"
    assert FERNS in page.text
    assert MARSHES in page.text
    assert "Gullhaven" not in page.text
    assert written(world) == 0
    page = desk.press("Send to 2 societies", words="Did your board meet?")
    assert "Your message is in the talk with 2 societies." in page.text
    assert written(world) == 2


def test_writing_to_several_asks_who_is_there_and_keeps_what_was_typed(world: World, desk: Browser) -> None:
    browser = Browser(world.app)
    world.sign_in(browser, is_proved=False)
    browser.get(at(world))
    browser.press("Write to them", act="write", chosen=ticked(world, FERNS, MARSHES))
    page = browser.press("Send to 2 societies", words="Did your board meet?", status=403)
    assert "Did your board meet?" in page.text
    assert written(world) == 0
    browser.press("Confirm and send the message", proof_code=world.mail.code(COORDINATOR))
    assert written(world) == 2


def test_all_that_fit_are_meant_whatever_is_ticked(world: World, desk: Browser) -> None:
    desk.get(at(world, query="?q=society of"))
    page = desk.press("Write to them", act="write", all="1")
    assert page.heading == "Write to 3 societies"
    desk.get(at(world, query="?q=marshes"))
    assert desk.press("Write to them", act="write", all="1").heading == "Write to 1 society"


def test_nothing_ticked_is_said_and_the_page_stays_narrowed(world: World, desk: Browser) -> None:
    desk.get(at(world, query="?q=marshes&sort=stage"))
    page = desk.press("Write to them", act="write", status=422)
    assert "Tick at least one society." in page.text
    assert (page.value("q"), page.value("sort")) == ("marshes", "stage")
    assert FERNS not in page.text


def test_what_was_ticked_stays_ticked_where_no_button_is_known(world: World, desk: Browser) -> None:
    desk.get(at(world))
    page = desk.press("Write to them", act="vanish", chosen=ticked(world, FERNS), status=422)
    assert [box.get("value") for box in page.all("input") if box.get("checked") is not None] == ticked(world, FERNS)


def test_invitations_are_reviewed_where_all_invitations_are(world: World, desk: Browser) -> None:
    desk.get(at(world))
    page = desk.press("Invite them once more", act="invite", chosen=ticked(world, FERNS))
    assert page.heading == "Review the invitations"
    assert FERNS in page.text
    assert MARSHES not in page.text
    assert "1 person is being sent an invitation." in desk.press("Send to 1 person").text


def test_society_that_nobody_represents_is_not_invited_and_the_page_says_so(world: World, desk: Browser) -> None:
    alone = ticked(world, FERNS)
    with Session(world.engine) as session, transaction(session):
        line = next(one for one in list_roster(session, COMMAND, world.facts.letters["signing"]) if one.invitation in alone)
        roster.revoke_representative(session, COMMAND, world.facts.letters["signing"], line.representatives[0].reference, now=NOW)
    desk.get(at(world))
    page = desk.press("Invite them once more", act="invite", chosen=alone, status=422)
    assert page.heading == "Roster"
    assert "Nobody represents the societies that you chose" in page.text


def test_societies_are_taken_off_a_draft_together(world: World, desk: Browser) -> None:
    desk.get(at(world, "drafting"))
    page = desk.press("Take them off the list", act="remove", chosen=ticked(world, FERNS, MARSHES, state="drafting"))
    assert page.heading == "Take 2 societies off the list"
    page = desk.press("Take 2 societies off the list")
    assert "2 societies are off the roster." in page.text
    assert FERNS not in page.text


@pytest.mark.parametrize(("act", "kind"), [("csv", "text/csv"), ("xlsx", XLSX)])
def test_those_ticked_are_saved_as_a_file_and_nothing_changes(world: World, desk: Browser, act: str, kind: str) -> None:
    desk.get(at(world))
    sent = {**desk.page.values(desk.page.form("Save them as CSV")), "act": act, "chosen": ticked(world, FERNS)}
    with unchanged(world.engine):
        answer = desk.ask(f"{at(world)}/selected", "POST", data=sent)
    assert answer.mimetype == kind
    if act == "csv":
        assert [row["society"] for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))] == [FERNS]


@pytest.mark.parametrize("person", [Person.READER, Person.DRAFTER])
def test_whoever_may_not_invite_sees_no_boxes(world: World, person: Person) -> None:
    page = world.browser(person).get(at(world))
    assert [box for box in page.all("input") if box.get("type") == "checkbox"] == []
    assert "With those you tick" not in page.text


def test_society_of_another_letter_is_not_written_to(world: World, desk: Browser) -> None:
    desk.get(at(world))
    desk.press("Write to them", act="write", chosen=ticked(world, FERNS))
    elsewhere = ticked(world, FERNS, state="drafting")
    page = desk.press("Send to 1 society", words="Hello", chosen=" ".join(elsewhere), status=409)
    assert "Hello" in page.text
    assert written(world) == 0
