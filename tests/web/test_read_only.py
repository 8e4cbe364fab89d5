"""While all can only be read: every page says so, every change is refused with what was typed kept, and staff come in."""

import pytest
from sqlalchemy.orm import Session

from tests.browser import Browser, Page
from tests.dump import unchanged
from tests.factories import ANNA, COORDINATOR, NOW
from tests.web.matrix import MATRIX
from tests.web.test_access import ask
from tests.web.world import SIGN, Person, World
from webapp.persistence.database import transaction
from webapp.services import installation
from webapp.web import read_only

STILL_POSSIBLE = {(one, "POST") for one in ("sign_in.ask", "sign_in.enter", "sign_in.leave", "stays.end", "stays.end_others", "check.ask")}
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
    assert any(ask(world, browser, *one) in {422, 303} for one in CHANGING)


def test_change_that_was_let_in_before_is_refused_behind_the_lock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser(Person.COORDINATOR)
    monkeypatch.setattr(read_only.installation, "refuse_if_read_only", _once(world))
    with unchanged(world.engine, but=("installation",)):
        assert ask(world, browser, "journal_mails.drop", "POST") == 503


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


def hold(world: World) -> None:
    with Session(world.engine) as session, transaction(session):
        installation.hold_mail(session, "A wrong roster.", now=NOW)


HELD = "No code can reach you for now"
SENT = ("We have mailed a code", "we have mailed a code", "A new code has been mailed", "is on its way", "Sent to ")


def claims(page: Page) -> list[str]:
    """What the page says has left."""
    return [one for one in SENT if one in page.text]


@pytest.mark.parametrize("is_held", [True, False], ids=["held", "control"])
def test_no_page_says_that_a_code_was_mailed_while_mail_is_held(world: World, is_held: bool) -> None:
    room, desk = world.browser(Person.REPRESENTATIVE), Browser(world.app)
    world.sign_in(desk, is_proved=False)
    if is_held:
        hold(world)
    assert (HELD in room.get(f"/room/{world.facts.invitation}/sign").text) is is_held
    pages = [room.press("Go on to review", **SIGN), room.press("Send a new code")]
    assert [HELD in page.text for page in pages] == [is_held] * 2
    desk.get(f"/letters/{world.facts.letters['signing']}/cancel")
    pages += [desk.press("Cancel this letter for good", reason="A reason", status=403)]
    pages += [desk.press("Send a new code", status=403, another_code="1")]
    stranger = Browser(world.app)
    stranger.get("/sign-in")
    pages += [stranger.press("Send me a link", email=COORDINATOR)]
    stranger.get("/i/lost", status=404)
    pages += [stranger.press("Send me my link", email=ANNA)]
    assert [bool(claims(page)) for page in pages] == [not is_held] * len(pages)
    if is_held:
        assert "undersigned sign-in-link" in pages[4].text
        assert "cannot be done" in pages[2].text


def test_code_that_came_before_mail_was_held_still_works_and_the_receipt_is_said_to_wait(world: World) -> None:
    room = world.browser(Person.REPRESENTATIVE)
    room.get(f"/room/{world.facts.invitation}/sign")
    room.press("Go on to review", **SIGN)
    code = world.mail.code(ANNA)
    hold(world)
    room.get(f"/room/{world.facts.invitation}/review")
    receipt = room.press("Sign for", code=code)
    assert "has signed" in receipt.heading
    assert "waits, for all mail of this site is held" in receipt.text
    assert claims(receipt) == []


def test_staff_alone_are_told_that_mail_is_held(world: World) -> None:
    staff, room = world.browser(Person.COORDINATOR), world.browser(Person.REPRESENTATIVE)
    assert "No mail leaves" not in staff.get("/letters").text
    hold(world)
    assert "It is held since 2 March 2026, 09:00 UTC: A wrong roster." in staff.get("/letters").text
    assert "No mail leaves" not in room.get(f"/room/{world.facts.invitation}").text
    assert ask(world, staff, "letters.new", "POST") == 422
