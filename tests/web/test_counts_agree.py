"""R5: wherever a number of signatories stands, it is the same number of the same list, with what has become of it since."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from tests import factories
from tests.browser import Browser
from tests.factories import ANNA, DEADLINE, OTTO, entry
from tests.services.test_addenda import HARBOUR, ISSUED, OPENED, UNTIL_LOCAL, UPLAND, issue, joins
from tests.web.world import World
from webapp.cli import main
from webapp.persistence.database import transaction
from webapp.services import addenda, sign_on
from webapp.services.documents import letter_document
from webapp.web import published

SIGNED, WITHDRAWN, JOINED = 3, 1, 2
SINCE = "1 has since withdrawn: The Marshes (15 March 2026). 2 have joined since: "
FJORD = "frida@fjord.example.org"


@pytest.fixture
def letter(world: World) -> str:
    """Sealed with three; one has withdrawn since, two have joined by an addendum."""
    people = ((ANNA, "Gullhaven, Society of"), (OTTO, "The Marshes"), (FJORD, "Fjord"), (UPLAND, "Upland"), (HARBOUR, "Harbour"))
    with Session(world.engine) as session, transaction(session):
        actor = factories.staff_actor(session)
        reference = factories.letter_in_signing(session, actor, *(entry(name, email, "Somebody") for email, name in people))
        for email, name in people[:SIGNED]:
            factories.sign(session, reference, email, printed_name=name)
        factories.publish(session, actor, reference)
        sign_on.close_if_due(session, factories.letter_row(session, reference).id, now=DEADLINE)
        factories.seal_it(session, actor, reference)
        addenda.open_addendum(session, actor, reference, UNTIL_LOCAL, asks=False, now=OPENED)
        for email, name in people[SIGNED:]:
            joins(session, reference, email, name, at=OPENED)
        place = factories.enter(session, reference, OTTO, now=OPENED)
        factories.give(session, place, factories.intent(session, place, "withdraw"), at=OPENED)
        issue(session, actor, reference)
    world.clock.at = ISSUED + timedelta(minutes=1)
    return reference


def said_of(world: World, letter: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Every place in which the number stands, as what a reader sees there."""
    stranger, desk, room = Browser(world.app), Browser(world.app), Browser(world.app)
    world.sign_in(desk)
    yield "dashboard", desk.get(f"/letters/{letter}").text
    yield "documents", desk.get(f"/letters/{letter}/documents").text
    yield "public page", stranger.get(f"/p/{letter}").text
    yield "embedded list", stranger.get(f"/embed/{letter}").text
    with Session(world.engine) as session:
        link = factories.personal_link(session, letter, ANNA)
        place = factories.representative(session, letter, ANNA).invitation.reference
    world.open_letter(room, link)
    yield "reading room", room.get(f"/room/{place}").text
    yield "share kit", room.get(f"/room/{place}/share").text
    yield "share preview", desk.get(f"/letters/{letter}/share?society=Gullhaven, Society of").text
    for name in (f"/api/v1/letters/{letter}", f"/api/v1/letters/{letter}/signatories", f"/embed/{letter}/signatories.json"):
        yield name, _sentence(stranger.ask(name).get_json())
    for part in ("letter", "signatories"):
        yield f"undersigned public show, {part}", _sentence(json.loads(_run(world, monkeypatch, "public", "show", letter, "--part", part)))


def _sentence(facts: dict[str, Any]) -> str:
    assert (facts["signed"], facts["withdrawn_since"], facts["joined_since"]) == (SIGNED, WITHDRAWN, JOINED)
    return f"{facts['signed_sentence']} {facts['later_sentence']}"


def _run(world: World, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    settings = world.app.config["UNDERSIGNED"]
    monkeypatch.setattr(import_module("webapp.cli.public"), "installed_settings", lambda: settings)
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def disagreeing(world: World, letter: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    own = r"The Gullhaven, Society of and 2 others|Gullhaven, Society of and 2 others"
    number = re.compile(rf"\b3 societies|\b3\b[^.]{{0,40}}societies have signed|{own}")
    return [place for place, words in said_of(world, letter, monkeypatch) if not number.search(words) or SINCE not in words]


def test_r5_number_and_what_has_become_of_it_are_the_same_in_every_place(
    world: World, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert disagreeing(world, letter, monkeypatch) == []
    with Session(world.engine) as session:
        row = factories.letter_row(session, letter)
        document = letter_document(session, row, dated=world.clock.now(), is_draft=False)
        assert document.signed == SIGNED, "the sealed documents keep their own list"
        listed = Browser(world.app).ask(f"/api/v1/letters/{letter}/signatories").get_json()
        assert [one["printed_name"] for one in listed["signatories"]] == [one.printed_name for one in document.signatories]
    lines = Browser(world.app).ask("/api/v1/letters").get_json()["letters"]
    assert next(one["signed"] for one in lines if one["letter"] == letter) == SIGNED

    # The control: a place that counts for itself is noticed. What this process has made of the letter is made anew for it.
    monkeypatch.setattr(published, "_KEPT", published.Kept())
    monkeypatch.setattr("webapp.web.views.embed.signed_words", lambda shown: f"{len(shown.joined)} societies have signed this letter.")
    assert disagreeing(world, letter, monkeypatch) == ["embedded list"]
