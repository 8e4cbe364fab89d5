"""The page “How it is printed”: chosen, looked at before, refused with what was typed still there."""

import pytest
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.factories import letter_row
from tests.web.world import SIGN, Person, World
from webapp.persistence.database import transaction
from webapp.persistence.tables import LayoutRow


@pytest.fixture
def desk(world: World) -> Browser:
    return world.browser(Person.COORDINATOR)


def page_of(world: World, state: str) -> str:
    return f"/letters/{world.facts.letters[state]}/layout"


def test_front_page_leads_to_how_it_is_printed_and_a_choice_is_kept(world: World, desk: Browser) -> None:
    desk.get(f"/letters/{world.facts.letters['drafting']}")
    page = desk.follow("How it is printed")
    assert page.value("paper") == "a4"
    page = desk.press("Print it so", paper="letter", language="de", address="1 Marrow Lane", accent="#0b5d3b")
    assert "It is printed so from now on." in page.text
    assert (page.value("paper"), page.value("language"), page.value("address")) == ("letter", "de", "1 Marrow Lane")
    assert "is 7.9 to 1" in page.text
    assert "How it is printed changed" in desk.get(f"/letters/{world.facts.letters['drafting']}/record").text


def test_language_and_annex_are_not_offered_once_societies_sign(world: World, desk: Browser) -> None:
    page = desk.get(page_of(world, "signing"))
    assert "It is fixed since sign-on was opened" in page.text
    assert "One can be added only before sign-on is opened" in page.text
    page = desk.press("Print it so", status=409, language="de", address="1 Marrow Lane")
    assert "The language is fixed since sign-on was opened" in page.text
    assert page.value("address") == "1 Marrow Lane"
    desk.press("Print it so", address="1 Marrow Lane")
    assert "It is printed so from now on." in desk.page.text


@pytest.mark.parametrize("has_annex", [True, False])
def test_whoever_says_who_decided_is_told_that_it_is_printed(world: World, desk: Browser, has_annex: bool) -> None:
    with Session(world.engine) as session, transaction(session):
        session.add(LayoutRow(letter_id=letter_row(session, world.facts.letters["signing"]).id, has_annex=has_annex))
    anna = Browser(world.app)
    world.open_letter(anna, world.facts.anna)
    form = anna.follow("Sign now for Gullhaven, Society of").text
    review = anna.press("Go on to review", **SIGN).text
    record = desk.get(f"/letters/{world.facts.letters['signing']}/roster/{world.values()['invitation']}/record").text
    # Beside each of the two fields; on the review in the line, and once more for those who hear its link.
    assert [page.count("rinted in the letter’s annex") for page in (form, review, record)] == [2 * has_annex] * 3


def test_list_is_looked_at_without_being_kept(world: World, desk: Browser) -> None:
    desk.get(page_of(world, "signing"))
    page = desk.press("See the list first", preview="1", grouping="country")
    assert "not kept yet" in page.text
    assert "Country not given" in page.text
    assert page.value("grouping") == "country"
    assert desk.get(page_of(world, "signing")).value("grouping") == "none"


def test_pale_colour_is_refused_and_nothing_that_was_typed_is_lost(world: World, desk: Browser) -> None:
    desk.get(page_of(world, "signing"))
    page = desk.press("Print it so", status=422, accent="#ffee00", address="1 Marrow Lane")
    assert "too pale to be read on white" in page.text
    assert (page.value("accent"), page.value("address")) == ("#ffee00", "1 Marrow Lane")


def test_second_of_two_sees_what_the_first_has_chosen(world: World) -> None:
    first, second = world.browser(Person.COORDINATOR), world.browser(Person.OWNER)
    first.get(page_of(world, "signing"))
    second.get(page_of(world, "signing"))
    first.press("Print it so", grouping="kind")
    page = second.press("Print it so", status=409, grouping="country")
    assert "Somebody else has changed this" in page.text
    assert "By kind of society" in page.text
    second.press("Print it so", grouping="country")
    assert second.get(page_of(world, "signing")).value("grouping") == "country"


def test_r11_sealed_letter_shows_its_layout_and_takes_no_other(world: World, desk: Browser) -> None:
    page = desk.get(page_of(world, "sealed"))
    assert "This is fixed for good" in page.text
    assert "Print it so" not in page.text
