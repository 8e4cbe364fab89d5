"""After the seal, as people do it with pages and mail: a letter held open, joined, issued, corrected, and joined into one file."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.browser import Browser, Page
from tests.factories import ANNA, FAKE_PDF, KEYRING, SEALABLE, letter_row, representative
from tests.web.world import SIGN, Person, World
from webapp.domain.errors import WrongState
from webapp.persistence.database import transaction
from webapp.persistence.tables import SealedSignatoryRow, SocietyRow
from webapp.services import addenda, errata, verification
from webapp.settings import PdfSeal

IRIS = "iris@upland.example.org"
OPENED = SEALABLE + timedelta(days=1)
UNTIL = datetime(2026, 4, 1, 16, 0, tzinfo=UTC)


def at(world: World, part: str = "") -> str:
    return f"/letters/{world.facts.letters['sealed']}/after{part}"


@pytest.fixture
def desk(world: World) -> Browser:
    """The coordinator, on the day after the seal."""
    world.clock.at = OPENED
    return world.browser(Person.OWNER)


def hold_open(world: World, desk: Browser) -> Page:
    desk.get(at(world))
    desk.follow("Hold the letter open")
    desk.press("Hold the letter open", deadline_local="2026-04-01T18:00", asks="y")
    desk.follow("Add a society that wants to join")
    return desk.press("Add the society", society="Upland", contact="Iris Ek", email=IRIS)


def room_of(world: World) -> Browser:
    with Session(world.engine) as session:
        row = representative(session, world.facts.letters["sealed"], IRIS)
        token = KEYRING.personal_link(row.reference, row.link_generation)
    browser = Browser(world.app)
    world.open_letter(browser, token)
    return browser


def join(world: World) -> Browser:
    browser = room_of(world)
    browser.follow("Sign now for Upland")
    browser.press("Go on to review", **{**SIGN, "printed_name": "Upland"})
    browser.press("Sign for Upland", code=world.mail.code(IRIS))
    return browser


def close(world: World) -> None:
    world.clock.at = UNTIL + timedelta(seconds=30)
    with Session(world.engine) as session, transaction(session):
        assert addenda.close_if_due(session, letter_row(session, world.facts.letters["sealed"]).id, now=world.clock.now())


def test_r5_r11_society_joins_a_sealed_letter_and_is_issued_beside_it(world: World, desk: Browser) -> None:
    sealed = desk.ask(f"/letters/{world.facts.letters['sealed']}/letter.pdf").data
    hold_open(world, desk)
    asked = world.mail.newest(IRIS)
    assert asked.subject == "Upland can still join: “A letter that is sealed”"
    assert "1 April 2026, 18:00 Europe/Berlin" in asked.text
    page = room_of(world).page
    assert "The letter is sealed, and your society can still join" in page.text
    assert "1 society has signed this letter." in page.text
    assert "We would sign if" not in page.text
    assert join(world).page.heading == "Upland has signed"
    receipt = world.mail.newest(IRIS)
    assert "Your society joins it by an addendum" in receipt.text
    assert "Until sign-on closes (1 April 2026, 18:00" in receipt.text
    overview = desk.get(f"/letters/{world.facts.letters['sealed']}").text
    assert "1 has joined since: Upland (15 March 2026)." in overview
    close(world)
    desk = world.browser(Person.OWNER)
    desk.get(f"/letters/{world.facts.letters['sealed']}")
    desk.follow("The addendum has closed: issue it")
    desk.press("Issue the addendum")
    assert "It has begun." in desk.page.text and "The addendum is being made" in desk.page.text
    assert desk.ask(at(world, "/addendum-1.pdf")).status_code == 404
    assert "The addendum is being made" in desk.get(f"/letters/{world.facts.letters['sealed']}").text
    world.make_documents()
    assert desk.ask(at(world, "/addendum-1.pdf")).data == FAKE_PDF
    assert world.mail.newest(IRIS).subject == "Upland stands in addendum 1 to “A letter that is sealed”"
    desk.get(at(world))
    assert "The edition is being made" in desk.press("Make an edition as of today").text
    world.make_documents()
    assert desk.ask(at(world, "/edition-1.pdf")).data == FAKE_PDF
    assert desk.ask(f"/letters/{world.facts.letters['sealed']}/letter.pdf").data == sealed
    with Session(world.engine) as session:
        assert session.scalars(select(SealedSignatoryRow.printed_name).where(SealedSignatoryRow.printed_name == "Upland")).all() == []
        assert verification.verify(session, world.facts.letters["sealed"]).problems == ()


def test_withdrawal_after_the_seal_is_made_into_an_erratum_by_a_press(world: World, desk: Browser) -> None:
    anna = Browser(world.app)
    world.open_letter(anna, KEYRING.personal_link(world.values("sealed")["representative"], 1))
    anna.follow("Withdraw the answer")
    anna.press("Go on", reason="Our board has changed its mind.")
    anna.press("Withdraw the answer of", code=world.mail.code(ANNA))
    desk.get(f"/letters/{world.facts.letters['sealed']}")
    desk.follow("1 withdrawal has no erratum yet")
    desk.press("Issue the erratum about Gullhaven, Society of")
    assert "Gullhaven, Society of has withdrawn" in desk.page.text
    assert desk.ask(at(world, "/erratum-1.pdf")).data == FAKE_PDF
    told = world.mail.newest(ANNA)
    assert told.subject == "Erratum 1 to “A letter that is sealed”"
    assert "Our board has changed its mind" not in told.text


def test_printed_name_is_corrected_and_what_was_typed_is_not_lost(world: World, desk: Browser) -> None:
    desk.get(at(world, "/correct"))
    desk.follow("Gullhaven, Society of")
    page = desk.press("Issue the erratum", status=422, after="Gullhaven Society", reason="", asked_by="its secretary")
    assert page.value("after") == "Gullhaven Society"
    desk.press("Issue the erratum", reason="The comma was ours.")
    assert "Erratum 1 is issued." in desk.page.text
    assert "1 name is corrected since: Gullhaven, Society of is Gullhaven Society (15 March 2026)." in desk.page.text


def test_addendum_and_edition_are_of_what_stood_on_the_page(world: World, desk: Browser) -> None:
    def change(words: str) -> None:
        with Session(world.engine) as session, transaction(session):
            session.execute(update(SocietyRow).where(SocietyRow.printed_name == "Upland").values(acronym=words))

    hold_open(world, desk)
    join(world)
    close(world)
    desk = world.browser(Person.OWNER)
    desk.get(at(world))
    change("UP")
    assert "Look at the list again, then issue it." in desk.press("Issue the addendum", status=409).text
    desk.press("Issue the addendum")
    world.make_documents()
    desk.get(at(world))
    assert "Addendum 1 (PDF)" in desk.page.text
    other = world.browser(Person.OWNER)
    other.get(at(world, "/correct"))
    other.follow("Gullhaven, Society of")
    other.press("Issue the erratum", after="Gullhaven Society", reason="The comma was ours.", asked_by="its secretary")
    assert "Look at what was issued, then make it again." in desk.press("Make an edition as of today", status=409).text
    desk.press("Make an edition as of today")
    world.make_documents()
    assert "Edition 1 (PDF)" in desk.get(at(world)).text


def test_refusal_while_a_name_is_corrected_loses_nothing_typed(world: World, desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_what: object, **_more: object) -> None:
        raise WrongState("Not in this state.")

    desk.get(at(world, "/correct"))
    desk.follow("Gullhaven, Society of")
    monkeypatch.setattr(errata, "plan_erratum", refused)
    page = desk.press("Issue the erratum", status=409, after="Gullhaven Society", reason="Ours.", asked_by="its secretary")
    assert "Not in this state." in page.text
    assert page.value("after") == "Gullhaven Society"


def test_deadline_that_has_passed_is_asked_for_again(world: World, desk: Browser) -> None:
    desk.get(at(world, "/open"))
    page = desk.press("Hold the letter open", status=422, deadline_local="2026-03-01T18:00")
    assert "That moment has passed." in page.text
    assert page.value("deadline_local") == "2026-03-01T18:00"


def test_key_of_the_seal_that_is_of_no_use_is_said_before_anything_is_pressed(
    world: World, desk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    useless = replace(world.app.config["UNDERSIGNED"], pdf_seal=PdfSeal(Path("/is/not/there.p12")))
    monkeypatch.setitem(world.app.config, "UNDERSIGNED", useless)
    assert "Look at UNDERSIGNED_SEAL_PKCS12." in desk.get(at(world)).text
    desk.get(at(world, "/correct"))
    desk.follow("Gullhaven, Society of")
    typed = {"after": "Gullhaven Society", "reason": "The comma was ours.", "asked_by": "its secretary"}
    page = desk.press("Issue the erratum", status=409, **typed)
    assert "cannot be read" in page.text and page.value("reason") == "The comma was ours."
    closed = f"/letters/{world.facts.letters['closed']}/seal"
    page = desk.get(closed)
    assert "The letter cannot be sealed yet" in page.text and "Look at UNDERSIGNED_SEAL_PKCS12." in page.text
    desk.post(closed, {"csrf_token": page.value("csrf_token")}, status=409)
