"""A changed text through the pages: begun, put to the signatories, objected to and affirmed in their rooms, and listed."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.factories import ANNA, OTTO, personal_link, representative, staff_actor
from tests.new_texts import BEGUN, FIXED, SHORTER, UNTIL, UPLAND, fix, names, sealed_letter
from tests.web.world import ACCOUNTS, Person, World
from webapp.persistence.database import transaction
from webapp.persistence.tables import NewTextRow
from webapp.services import people

PUT = {"change": "editorial", "until": "2026-04-03T18:00", "is_fit": "y"}
SAID = {"decided_by": "the board", "remark": "It says less.", "is_authorised": "y"}


@pytest.fixture
def letter(world: World) -> str:
    world.clock.at = BEGUN
    with Session(world.engine) as session, transaction(session):
        return sealed_letter(session, staff_actor(session), title="A letter to be shortened")


def room(world: World, letter: str, email: str) -> tuple[Browser, str]:
    """The browser in which this representative has opened the letter, and the address of the room’s changed texts."""
    with Session(world.engine) as session:
        token = personal_link(session, letter, email)
        invitation = representative(session, letter, email).invitation.reference
    browser = Browser(world.app)
    world.open_letter(browser, token)
    return browser, f"/room/{invitation}/new-texts"


def text_of(world: World) -> str:
    with Session(world.engine) as session:
        return session.scalars(select(NewTextRow.reference)).one()


def test_changed_text_goes_by_mandate_objection_and_affirmation(world: World, letter: str) -> None:
    desk = world.browser(Person.OWNER)
    desk.get(f"/letters/{letter}/new-texts")
    refused = desk.press("Begin the changed text", status=422, journal="", asked="")
    assert "Name the journal that asks" in refused.text
    desk.press("Begin the changed text", journal="Journal of Ferns", asked="Please cut it.", based_on="", venue="")
    text = text_of(world)
    at = f"/letters/{letter}/new-texts/{text}"
    assert "Nobody has been asked about it yet" in desk.page.text
    assert "The text is saved" in desk.press("Save the text", body=SHORTER).text
    desk.get(f"{at}/put")
    assert "at least a day" in desk.press("Put it to the signatories", status=422, **{**PUT, "until": "2026-03-15T18:00"}).text
    assert "is before the signatories" in desk.press("Put it to the signatories", **PUT).text
    mail = world.mail.newest(OTTO)
    assert mail.subject.startswith("Journal of Ferns asks for a change: do nothing, or object by 3 April 2026, 18:00")
    assert "please affirm by" in world.mail.newest(UPLAND).subject

    otto, ottos = room(world, letter, OTTO)
    assert "Your society stands on the list of that text unless it objects" in otto.page.text
    page = otto.get(f"{ottos}/{text}")
    assert "If you do nothing, your society stands on the list" in page.text
    otto.get(f"{ottos}/{text}/object")
    assert "Say who decided" in otto.press("Go on to review", status=422, decided_by="").text
    otto.press("Go on to review", **SAID)
    assert "characters" in otto.press("Object for The Marshes", status=422, code="0000-0000-0000-0000-0000-0000-0000-0000-0000").text
    assert "tries" in otto.press("Object for The Marshes", status=422, code="0000-0000").text
    assert "does not stand on the list" in otto.press("Object for The Marshes", code=world.mail.code(OTTO)).text
    assert "objects to the text as changed" in world.mail.newest(OTTO).subject

    iris, irises = room(world, letter, UPLAND)
    iris.get(f"{irises}/{text}/affirm")
    iris.press("Go on to review", **SAID)
    assert "stands on the list" in iris.press("Affirm for Upland", code=world.mail.code(UPLAND)).text

    shown = desk.get(at).text
    assert "1 objected; 1 affirmed; 1 carried by its mandate" in shown
    assert "It says less." in shown
    world.clock.at = UNTIL
    late, annas = room(world, letter, ANNA)
    assert "The time for this text ended" in late.get(f"{annas}/{text}/object").text
    with Session(world.engine) as session, transaction(session):
        assert fix(session, letter, now=FIXED) == [text]
        assert names(session, letter, text) == ["Gullhaven, Society of", "Upland"]
    world.clock.at = FIXED
    desk = world.browser(Person.OWNER)
    assert "The list was fixed" in desk.get(at).text
    assert "is fixed: make its documents" in desk.get(f"/letters/{letter}").text
    desk.get(at)
    assert "The documents are being made" in desk.press("Make the documents").text
    assert "stands on the list of this text" in room(world, letter, ANNA)[0].get(f"{annas}/{text}").text
    desk.get(f"{at}/abandon")
    assert "Say in a sentence why" in desk.press("Abandon the text", status=422, reason="").text
    assert "This text was abandoned" in desk.press("Abandon the text", reason="The journal takes it as it is.").text
    assert "This text was abandoned" in room(world, letter, OTTO)[0].get(f"{ottos}/{text}").text


def test_r13_reader_sees_and_drafter_writes_and_neither_asks_anybody(world: World, letter: str) -> None:
    with Session(world.engine) as session, transaction(session):
        owner = staff_actor(session)
        for person, role in ((Person.READER, "reader"), (Person.DRAFTER, "drafter")):
            people.add_person(session, owner, letter, ACCOUNTS[person], role, now=BEGUN)
    drafter, reader = world.browser(Person.DRAFTER), world.browser(Person.READER)
    drafter.get(f"/letters/{letter}/new-texts")
    drafter.press("Begin the changed text", journal="Journal of Ferns", asked="Please cut it.", based_on="", venue="bcmj-letter")
    at = f"/letters/{letter}/new-texts/{text_of(world)}"
    token = drafter.page.value("csrf_token")
    assert "Put it to the signatories" not in drafter.page.text
    assert drafter.ask(f"{at}/put", "POST", data={"csrf_token": token}).status_code == 403
    assert "Limits" in drafter.page.text
    assert drafter.ask(f"{at}/meters", "POST", data={"csrf_token": token, "body": "We disagree."}).status_code == 200
    assert "Save the text" not in reader.get(at).text
    assert reader.ask(f"{at}/put").status_code == 403
