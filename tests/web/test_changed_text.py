"""A text that is changed while societies sign, as those meet it who have signed, and those who change it."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import ANNA, COORDINATOR, NOW, letter_row, staff_actor
from tests.web.accessibility.states import anna, at, change_text, desk, objecting, room, signed_before_a_change
from tests.web.world import World
from webapp.domain.errors import InvalidInput
from webapp.domain.text import Change
from webapp.persistence.database import transaction
from webapp.services import dashboard, revisions, text_change, texts
from webapp.services.revisions import Declaration


def test_society_reads_what_changed_and_affirms_with_the_form_as_it_stands(world: World) -> None:
    browser = signed_before_a_change(world, Change.SUBSTANTIVE)
    page = browser.get(room(world))
    assert "What has changed since your society signed" in page.text
    assert "is to be affirmed" in page.text
    assert "Gullhaven, Society of has signed" not in page.text
    page = browser.follow("Affirm the signature of")
    assert page.heading.startswith("Affirm for")
    assert "This replaces" not in page.text
    assert page.value("officer") == "Prof. Anna Berg"
    page = browser.press("Go on and affirm", is_authorised="y")
    assert "This affirms the signature given on" in page.text
    page = browser.press("Affirm for", code=world.mail.code(ANNA))
    assert page.heading.endswith("has signed")
    assert "1 society has signed" in browser.get(room(world)).text


def test_receipt_of_an_answer_that_is_to_be_affirmed_says_so(world: World) -> None:
    browser = objecting(world)
    page = browser.press("Object for", code=world.mail.code(ANNA))
    assert page.heading.endswith("is to be affirmed")
    assert "does not count" in page.text
    assert "No society has signed" in browser.get(room(world)).text


@pytest.mark.parametrize("change", list(Change))
def test_only_an_editorial_change_can_be_objected_to(world: World, change: str) -> None:
    browser = signed_before_a_change(world, change)
    assert ("Object to the change" in browser.get(room(world)).text) is (change == Change.EDITORIAL)
    page = browser.get(room(world, "/object"))
    assert ("You can object until" in page.text) is (change == Change.EDITORIAL)


def test_overview_leads_to_a_revision_that_is_not_in_force_yet(world: World) -> None:
    browser = desk(world)
    browser.get(at(world, "signing"))
    assert browser.follow("Put revision 2 in force").heading == "Change the text"
    change_text(world)
    assert "Put revision" not in browser.get(at(world, "signing")).text


def test_text_that_is_edited_while_societies_sign_says_that_nothing_has_changed_for_them(world: World) -> None:
    browser = desk(world)
    assert "as they are now" not in browser.get(at(world, "signing")).text
    page = browser.follow("Text")
    assert "are signing a text that is frozen" in page.text
    browser.press("Save the text", body="Another text.")
    browser.get(at(world, "signing"))
    assert browser.follow("Make a revision of the texts as they are now").heading == "Make a revision"


def test_room_of_a_society_that_has_not_signed_shows_the_change_since_the_text_before(world: World) -> None:
    change_text(world)
    assert "What has changed since the text before" in anna(world).page.text


def test_close_and_roster_name_who_has_to_affirm(world: World) -> None:
    signed_before_a_change(world, Change.SUBSTANTIVE)
    page = desk(world).get(at(world, "signing", "/close"))
    assert "1 signature to be affirmed" in page.text
    assert "Gullhaven, Society of" in page.text


def test_revision_made_while_the_code_was_on_its_way_is_not_put_in_force_unseen(world: World) -> None:
    browser = desk(world)
    browser.get(at(world, "signing", "/change"))
    world.clock.move(minutes=16)
    page = browser.press("Put revision 2 in force", status=403, change="editorial", object_until="2026-03-10T12:00", is_fit="y")
    assert page.heading == "Confirm that it is you"
    another_revision(world)
    page = browser.press("Confirm and put", status=409, proof_code=world.mail.code(COORDINATOR))
    assert "Another revision has been made" in page.text
    assert page.value("object_until") == "2026-03-10T12:00", "what was typed is kept"
    assert "revision 3" in page.text
    browser.press("Put revision 3 in force")
    assert "The new text is in force" in browser.page.text


def another_revision(world: World) -> None:
    letter = world.facts.letters["signing"]
    with Session(world.engine) as session, transaction(session):
        owner, row = staff_actor(session), letter_row(session, letter)
        texts.write_text(session, owner, letter, row.statement.reference, row.statement.body + " More.", row.statement.edition, now=NOW)
        revisions.make_revision(session, owner, letter, Declaration("More", Change.EDITORIAL), now=NOW)


def test_revision_that_cannot_be_set_is_a_sentence_and_not_a_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise InvalidInput("The statement takes too long to convert.")

    # A revision is readable when it is made: what is slow is the machine on the day.
    monkeypatch.setattr(text_change, "statement_redline", refuse)
    assert "takes too long to convert" in desk(world).get(at(world, "signing", "/change")).text


def test_only_what_shows_what_is_missing_sets_the_text_for_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(dashboard, "missing_for_opening", lambda *_, **__: asked.append(1) or [])
    browser = desk(world)
    for page in ("/references", "/roster", "/record", "/revisions"):
        browser.get(at(world, "drafting", page))
    assert not asked
    browser.get(at(world, "drafting"))
    assert asked
