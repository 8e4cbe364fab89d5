"""The package page at the desk: hostile words stay words, and what was typed is never lost."""

import pytest
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.dump import unchanged
from tests.factories import SEALABLE
from tests.web.world import Person, World
from webapp.domain.actor import COMMAND
from webapp.persistence.database import transaction
from webapp.services import covering_letters

HOSTILE = "</textarea><script>alert(1)</script> {{ 7 * 7 }} =1+1"


@pytest.fixture
def desk(world: World) -> Browser:
    world.clock.at = SEALABLE
    return world.browser(Person.OWNER)


def at(world: World, path: str = "") -> str:
    values = world.values("submitted")
    return f"/letters/{values['letter']}/submissions/{values['submission']}/package{path}"


def test_package_is_prepared_from_verdict_to_ready(world: World, desk: Browser) -> None:
    desk.get(f"/letters/{world.values('submitted')['letter']}/documents")
    page = desk.follow("Package for Journal of Invented Medicine")
    assert "Not ready: 1 thing is missing." in page.text and "It has been submitted" in page.text
    desk.press("It was shown nowhere else")
    assert "has been shown elsewhere: on the public page of the letter, since" in desk.page.text
    assert "Apart from that it has not been published, and is not under consideration elsewhere.”" in desk.page.text
    desk.follow("Map the claims to grounds")
    refused = desk.press("Keep the claims", status=422, **{"claims-0-words": "Ten times too high", "claims-0-passage": "Table 2"})
    assert "Choose the ground to which this claim belongs." in refused.text and refused.value("claims-0-words") == "Ten times too high"
    desk.press("Keep the claims", **{"claims-0-ground": "error"})
    assert "Ten times too high. In the article: Table 2." in desk.page.text
    desk.follow("Read and change it")
    desk.press("Keep the covering letter")
    assert "Ready." in desk.page.text and "Not ready" not in desk.page.text


def test_r20_hostile_covering_letter_is_shown_and_given_out_as_words(world: World, desk: Browser) -> None:
    desk.get(at(world, "/covering-letter"))
    desk.press("Keep the covering letter", words=HOSTILE)
    assert "<script>alert" not in desk.page.html
    assert HOSTILE in desk.page.text
    file = desk.ask(at(world, "/covering-letter.txt"))
    assert file.data.decode() == f"{HOSTILE}\n"
    assert file.mimetype == "text/plain" and file.headers["Content-Disposition"].startswith("attachment")
    desk.get(at(world, "/covering-letter"))
    desk.press("Have the proposed letter again")
    assert "As it is proposed, from the facts of the letter." in desk.page.text


def test_covering_letter_that_somebody_else_has_kept_is_shown_beside_what_was_typed(world: World, desk: Browser) -> None:
    desk.get(at(world, "/covering-letter"))
    values = world.values("submitted")
    with Session(world.engine) as session, transaction(session):
        covering_letters.keep_covering_letter(session, COMMAND, values["letter"], values["submission"], "Theirs.", 0, now=SEALABLE)
    page = desk.press("Keep the covering letter", status=409, words="Mine.")
    assert page.value("words") == "Mine." and "What is kept now Theirs." in page.text
    desk.press("Keep the covering letter")
    assert "Mine." in desk.page.text


def test_form_that_says_nothing_keeps_nothing(world: World, desk: Browser) -> None:
    for path, button in (("/covering-letter", "Keep the covering letter"), ("/claims", "Keep the claims")):
        desk.get(at(world, path))
        with unchanged(world.engine, but=("web_session",)):
            desk.press(button, status=422, without=("words", "edition", "seen"))


def test_place_with_a_strange_address_is_refused_and_stays_typed(world: World, desk: Browser) -> None:
    desk.get(at(world, "/elsewhere"))
    with unchanged(world.engine, but=("web_session",)):
        page = desk.press("Add this place", status=422, place="Invented Archive", address="javascript:alert(1)")
    assert "Give the whole address of a page" in page.text and page.value("place") == "Invented Archive"
    desk.press("Add this place", address="https://archive.example.org/1")
    assert "As a preprint: Invented Archive, https://archive.example.org/1" in desk.page.text
    desk.press("Take it off")
    assert "Invented Archive" not in desk.page.text


def test_reader_sees_the_boxes_and_no_form(readers: World) -> None:
    page = readers.browser(Person.READER).get(at(readers))
    assert "Gullhaven, Society of" in page.text
    assert [one for one in page.all("form") if "package" in (one.get("action") or "")] == []
    assert "Read and change it" not in page.text and "Add a place" not in page.text
