"""Hostile text in a real browser (`bar.md` T38): no dialog, no request to elsewhere, no script that the policy had to stop."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import factories
from tests.factories import COORDINATOR, NOW
from tests.hostile.canary import listening
from tests.hostile.letters import HostileLetters
from webapp.domain.actor import Actor, ActorKind
from webapp.persistence.database import opened_session, transaction
from webapp.rendering.environment import ROOT
from webapp.services import doors
from webapp.settings import load_settings

from .chrome import Gallery, Person
from .server import Server, running_server

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.enable_socket]

DESK = (
    "",
    "/comments",
    "/comments/table",
    "/references",
    "/references/import",
    "/revisions",
    "/revisions/1",
    "/revisions/compare?old=1&new=2",
)
DESK += ("/roster", "/record", "/venues", "/edit")


@pytest.fixture(scope="module")
def early() -> Iterator[Server]:
    """A server of its own, whose clock stands where the letters of the tests are made."""
    with running_server(starts_at=NOW) as server:
        yield server


def test_t38_hostile_letter_in_a_browser_runs_nothing_and_asks_nobody(early: Server, chromium: Browser) -> None:
    with listening() as canary:
        settings = load_settings(early.environment)
        with opened_session(settings) as session, transaction(session):
            reference, _is_new = doors.add_staff(session, COORDINATOR, now=NOW)
            made = HostileLetters(session, Actor(ActorKind.STAFF, reference), canary.address)
            letter = made.circulating()
            text = factories.letter_row(session, letter).statement.reference
            link = factories.personal_link(session, letter)
            room = factories.representative(session, letter).invitation.reference
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        try:
            person = Person(context, early.base, Gallery(ROOT / "build" / "journeys" / "hostile"))
            dialogs: list[str] = []
            person.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
            person.go(early.sign_in_address())
            person.press("Sign in")
            for part in (*DESK, f"/texts/{text}"):
                person.go(f"/letters/{letter}{part}")
                assert "alert(1)" in person.page.content(), part
            person.go(f"/i/{link}")
            person.press("Open the letter")
            for part in ("", "/comment?passage=3", "/dispositions"):
                person.go(f"/room/{room}{part}")
                assert "alert(1)" in person.page.content(), part
            assert (dialogs, person.problems, canary.calls) == ([], [], [])
            # The control: a page that does run such a script is heard.
            person.page.evaluate("setTimeout(() => alert('planted'))")
            person.page.wait_for_timeout(200)
            assert dialogs == ["planted"]
        finally:
            context.close()
