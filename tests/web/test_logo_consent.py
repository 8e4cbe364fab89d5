"""Where the letter shows logos, the form that signs shows the society its own, unticked, and everything after it says what was ticked."""

import pytest
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.factories import ANNA, COORDINATOR, staff_actor
from tests.services.test_logo_consent import put_logo, show_logos
from tests.web.world import SIGN, World
from webapp.persistence.database import transaction

TICK = "The letter may show our logo"


@pytest.fixture
def anna(world: World) -> Browser:
    browser = Browser(world.app)
    world.open_letter(browser, world.facts.anna)
    return browser


def change(world: World, *, has_logo: bool = True, shows: bool = True, words: bytes = b"a logo") -> None:
    letter = world.facts.letters["signing"]
    with Session(world.engine) as session, transaction(session):
        if shows:
            show_logos(session, staff_actor(session, COORDINATOR), letter)
        if has_logo:
            put_logo(session, letter, words)


def test_society_sees_its_logo_agrees_and_is_told_everywhere(world: World, anna: Browser) -> None:
    change(world)
    anna.follow("Sign now for Gullhaven, Society of")
    assert TICK in anna.page.text
    assert anna.page.value("consent_to_logo") == ""
    picture = next(one.get("src") for one in anna.page.all("img") if "logo.png" in (one.get("src") or ""))
    answer = anna.ask(picture)
    assert (answer.status_code, answer.data) == (200, b"preview of a logo")
    anna.press("Go on to review", **SIGN, consent_to_logo="y")
    assert "Logo may be shown" in anna.page.text
    # Whoever goes back finds it ticked.
    assert anna.get(anna.page.response.request.path.replace("review", "sign")).value("consent_to_logo") == "y"
    anna.press("Go on to review")
    anna.press("Sign for Gullhaven, Society of", code=world.mail.code(ANNA))
    assert "The letter may show your logo." in anna.page.text
    assert "and the society’s logo" in world.mail.newest(ANNA).text


def test_who_ticks_nothing_agrees_to_nothing(world: World, anna: Browser) -> None:
    change(world)
    anna.follow("Sign now for Gullhaven, Society of")
    anna.press("Go on to review", **SIGN)
    assert "Logo not shown" in anna.page.text
    anna.press("Sign for Gullhaven, Society of", code=world.mail.code(ANNA))
    assert "without a logo" in anna.page.text
    assert "society’s logo" not in world.mail.newest(ANNA).text


@pytest.mark.parametrize(("has_logo", "shows"), [(False, True), (True, False)])
def test_nothing_is_asked_where_there_is_no_logo_or_the_letter_shows_none(
    world: World, anna: Browser, *, has_logo: bool, shows: bool
) -> None:
    change(world, has_logo=has_logo, shows=shows)
    anna.follow("Sign now for Gullhaven, Society of")
    assert TICK not in anna.page.text
    assert ("it will be printed without one" in anna.page.text) is shows


def test_logo_that_changed_meanwhile_is_shown_once_more_and_nothing_else_is_lost(world: World, anna: Browser) -> None:
    change(world)
    anna.follow("Sign now for Gullhaven, Society of")
    change(world, shows=False, words=b"another logo")
    page = anna.press("Go on to review", status=422, **SIGN, consent_to_logo="y")
    assert "The logo has changed since you opened this page" in page.text
    assert (page.value("consent_to_logo"), page.value("officer")) == ("", "Prof. Anna Berg")
    anna.press("Go on to review", consent_to_logo="y")
    assert "Logo may be shown" in anna.page.text
