"""While all can only be read: every page says so, every change is refused with what was typed kept, and staff come in."""

import pytest
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.dump import unchanged
from tests.factories import NOW
from tests.web.matrix import MATRIX
from tests.web.test_access import ask
from tests.web.world import Person, World
from webapp.persistence.database import transaction
from webapp.services import installation
from webapp.web import read_only

STILL_POSSIBLE = {(one, "POST") for one in ("sign_in.ask", "sign_in.enter", "sign_in.leave", "stays.end", "stays.end_others")}
CHANGING = [one for one in MATRIX if one[1] != "GET" and one not in STILL_POSSIBLE]
BANNER = "This can only be read for now"


def stop(world: World) -> None:
    with Session(world.engine) as session, transaction(session):
        installation.make_read_only(session, "It was restored from the backup of 2 March.", now=NOW, backup_made_at=NOW)


@pytest.mark.parametrize("person", [Person.ANONYMOUS, Person.COORDINATOR, Person.REPRESENTATIVE])
def test_f29_every_change_is_refused_and_nothing_is_stored(world: World, person: Person) -> None:
    browser = world.browser(person)
    stop(world)
    with unchanged(world.engine):
        assert {one: ask(world, browser, *one) for one in CHANGING} == dict.fromkeys(CHANGING, 503)


def test_control_without_the_look_changes_would_be_taken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser(Person.COORDINATOR)
    stop(world)
    monkeypatch.setattr(read_only, "_STILL_POSSIBLE", {endpoint for endpoint, _method in MATRIX})
    assert {ask(world, browser, *one) for one in CHANGING} & {422, 303}


def test_change_that_was_let_in_before_is_refused_behind_the_lock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser(Person.COORDINATOR)
    monkeypatch.setattr(read_only.installation, "refuse_if_read_only", _once(world))
    with unchanged(world.engine, but=("installation",)):
        assert ask(world, browser, "submissions.resolve", "POST") == 503


def _once(world: World) -> object:
    """All becomes read-only between the look and the lock."""
    real, looked = installation.refuse_if_read_only, []

    def look(session: Session) -> None:
        if not looked:
            looked.append(True)
            stop(world)
            return
        real(session)

    return look


def test_what_was_typed_is_shown_again(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    address = f"/letters/{world.facts.letters['signing']}/cancel"
    typed = {"csrf_token": browser.get(address).value("csrf_token"), "reason": "A long reason"}
    stop(world)
    refused = browser.ask(address, "POST", data=typed)
    assert refused.status_code == 503
    assert "A long reason" in refused.get_data(as_text=True)


def test_every_page_says_so_and_staff_come_in_and_leave(world: World) -> None:
    room = world.browser(Person.REPRESENTATIVE)
    stop(world)
    assert BANNER in room.get(f"/room/{world.facts.invitation}").text
    staff = Browser(world.app)
    assert BANNER in staff.get("/").text
    world.sign_in(staff)
    assert BANNER in staff.get("/letters").text
    assert "undersigned resume" in staff.get("/letters").text
    assert "undersigned resume" not in room.get(f"/room/{world.facts.invitation}").text


def test_staff_alone_are_told_that_mail_is_held(world: World) -> None:
    staff, room = world.browser(Person.COORDINATOR), world.browser(Person.REPRESENTATIVE)
    assert "No mail leaves" not in staff.get("/letters").text
    with Session(world.engine) as session, transaction(session):
        installation.hold_mail(session, "A wrong roster.", now=NOW)
    assert "It is held since 2 March 2026, 09:00 UTC: A wrong roster." in staff.get("/letters").text
    assert "No mail leaves" not in room.get(f"/room/{world.facts.invitation}").text
    assert ask(world, staff, "letters.new", "POST") == 422
