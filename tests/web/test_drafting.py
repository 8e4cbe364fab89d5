"""The page of the draft: what cannot be taken is said beside its field, and stops nobody else's page."""

import pytest
from sqlalchemy.orm import Session

from tests.dump import unchanged
from tests.factories import COMMENTS_UNTIL, letter_row
from tests.web.matrix import DRAFT
from tests.web.world import Person, World
from webapp.persistence.database import transaction

UNUSABLE = {
    "not a number": '[{"id": "a", "title": "x", "volume": NaN}]',
    "half a character": r'[{"id": "a", "title": "bone \ud83d"}]',
    "600 brackets": '[{"id": "a", "title": "x", "note": ' + "[" * 600 + "]" * 600 + "}]",
    "a number of 5,000 digits": '[{"id": "a", "title": "x", "volume": ' + "7" * 5_000 + "}]",
}


@pytest.mark.parametrize("typed", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_reference_of_which_no_digest_can_be_made_is_refused_beside_its_field(readers: World, typed: str) -> None:
    browser, address = readers.browser(Person.COORDINATOR), f"/letters/{readers.facts.letters['drafting']}"
    browser.get("/letters/new")
    with readers.engine.connect() as connection, unchanged(connection):
        page = browser.press("Save the draft", status=422, **{**DRAFT, "references_typed": typed})
    problem = next(element for element in page.root.iter() if element.get("id") == "references_typed-error")
    sentence = page.words(problem).removeprefix("Error: ")
    assert page.text.count(sentence) == 2, "once in the summary and once beside the field"
    browser.get(address)


def test_language_that_the_form_does_not_ask_for_stays_as_it_was(world: World) -> None:
    reference = world.facts.letters["drafting"]
    with Session(world.engine) as session, transaction(session):
        letter_row(session, reference).language = "de-DE"
    browser = world.browser(Person.COORDINATOR)
    browser.get(f"/letters/{reference}/edit")
    browser.press("Save the facts", title="Another title")
    with Session(world.engine) as session:
        row = letter_row(session, reference)
        assert (row.title, row.language) == ("Another title", "de-DE")


def test_short_form_that_was_edited_meanwhile_stays_until_that_was_seen(world: World) -> None:
    letter, short = world.facts.letters["drafting"], world.values("drafting")["text"]
    address = f"/letters/{letter}/texts/{short}"
    first, second = world.browser(Person.COORDINATOR), world.browser(Person.COLLEAGUE)
    first.get(f"{address}/remove")
    second.get(address)
    second.press("Save the text", body="Cut to what the journal takes.")
    page = first.press("Remove this short form", status=409)
    assert "has edited “" in page.text and "so it was not removed" in page.text
    assert "Cut to what the journal takes." in second.get(address).text
    first.press("Remove this short form")
    second.get(address, status=404)


def test_front_page_of_a_letter_stands_while_a_text_cannot_be_read(world: World) -> None:
    with Session(world.engine) as session, transaction(session):
        letter_row(session, world.facts.letters["circulating"]).statement.body = "[" * 11
    world.clock.at = COMMENTS_UNTIL
    page = world.browser(Person.COORDINATOR).get(f"/letters/{world.facts.letters['circulating']}")
    assert "Make a revision of the texts as they are now" in page.text


def test_short_form_goes_only_after_a_second_press(world: World) -> None:
    browser, draft = world.browser(Person.COORDINATOR), f"/letters/{world.facts.letters['drafting']}"
    browser.get(f"{draft}/texts/{world.values('drafting')['text']}")
    page = browser.follow("Remove this short form")
    assert page.heading.startswith("Remove “")
    assert "Revisions that have this short form keep it" in page.text
    with Session(world.engine) as session:
        assert len(letter_row(session, world.facts.letters["drafting"]).texts) == 2
    browser.press("Remove this short form")
    with Session(world.engine) as session:
        assert len(letter_row(session, world.facts.letters["drafting"]).texts) == 1
