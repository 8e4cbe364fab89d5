"""Whoever tries the software on one machine can mark a letter as a demonstration; nobody else is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.browser import Browser
from tests.factories import COORDINATOR, KEYRING, NOW
from webapp.app import create_app
from webapp.domain.links import Links
from webapp.persistence.database import opened_session
from webapp.services import doors
from webapp.settings import Settings

MARK = "This letter is a demonstration"
MARKED = "Led by The Marrowby Society · demonstration"
TYPED = {
    "title": "A letter to try",
    "lead_society": "The Marrowby Society",
    "contact_email": "office@marrowby.example.org",
    "journal": "Journal of Invented Medicine",
    "addressee": "The Editor-in-Chief",
}


@contextmanager
def desk(settings: Settings) -> Iterator[Browser]:
    """A coordinator's browser, signed in."""
    with opened_session(settings) as session:
        doors.add_staff(session, COORDINATOR, now=NOW)
        token = doors.make_sign_in_link(session, COORDINATOR, KEYRING, now=NOW)
        session.commit()
    app = create_app(settings)
    app.config["TRUSTED_HOSTS"].append("localhost")
    browser = Browser(app)
    browser.get(f"/sign-in/{token}")
    browser.press("Sign in")
    yield browser
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def new_letter(browser: Browser, **typed: Any) -> None:
    browser.get("/letters/new")
    browser.press("Save the draft", **TYPED, **typed)


@pytest.fixture
def public(settings: Settings) -> Settings:
    return replace(settings, links=Links("http://letters.example.org"))


def test_letter_on_this_machine_can_be_marked(settings: Settings) -> None:
    with desk(settings) as browser:
        new_letter(browser, is_demonstration="y")
        assert MARKED in browser.get("/letters").text


def test_mark_can_be_taken_off_while_drafting(settings: Settings) -> None:
    with desk(settings) as browser:
        new_letter(browser, is_demonstration="y")
        browser.follow("Facts")
        browser.press("Save the facts", without=("is_demonstration",))
        assert MARKED not in browser.get("/letters").text


def test_public_installation_does_not_ask_and_takes_no_mark(public: Settings) -> None:
    with desk(public) as browser:
        assert MARK not in browser.get("/letters/new").text
        new_letter(browser, is_demonstration="y")
        assert MARKED not in browser.get("/letters").text


def test_mark_outlives_an_edit_where_it_is_not_asked_for(settings: Settings, public: Settings) -> None:
    with desk(settings) as browser:
        new_letter(browser, is_demonstration="y")
    with desk(public) as browser:
        browser.follow("A letter to try")
        browser.follow("Facts")
        browser.press("Save the facts", title="A letter that was tried")
        assert MARKED in browser.get("/letters").text
