"""What strangers read: nothing before the instant of publication, and after it the same facts in every form (R5, R6, R18)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.browser import Browser, Page
from tests.dump import dump
from tests.factories import COORDINATOR, staff_actor
from tests.web.world import World
from webapp.domain import limits
from webapp.persistence.database import transaction
from webapp.services import public_letter, publication
from webapp.services.publication import Release
from webapp.web import published

LOCAL, INSTANT = datetime(2026, 3, 20, 12, 0), datetime(2026, 3, 20, 11, 0)  # noqa: DTZ001 - a wall clock
UNKNOWN = "no-such-letter-here"


def public_addresses(world: World, reference: str) -> list[str]:
    """Every address of the map that names a public letter."""
    values = {**world.values("sealed"), "published": reference}
    rules = [rule for rule in world.app.url_map.iter_rules() if "published" in rule.arguments]
    addresses = world.app.url_map.bind("localhost")
    return sorted(addresses.build(rule.endpoint, {name: values[name] for name in rule.arguments}) for rule in rules)


def announce(world: World, state: str) -> None:
    with Session(world.engine) as session, transaction(session):
        actor = staff_actor(session, COORDINATOR)
        publication.release_letter(session, actor, world.facts.letters[state], Release(LOCAL, 0), now=world.clock.now())


def seen(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All of an answer that a stranger could tell two of them apart by."""
    return answer.status_code, answer.data, sorted((name, value) for name, value in answer.headers if name not in {"X-Request-ID", "Date"})


ASKED: tuple[tuple[str, dict[str, str]], ...] = (
    ("GET", {}),
    ("GET", {"If-None-Match": "*"}),
    ("GET", {"Accept": "application/json"}),
    ("HEAD", {}),
    ("OPTIONS", {}),
)


def differences(world: World, reference: str) -> Iterator[str]:
    """Every way of asking for this letter that is answered otherwise than for one that there is not."""
    browser = Browser(world.app)
    for address, unknown in zip(public_addresses(world, reference), public_addresses(world, UNKNOWN), strict=True):
        for method, headers in ASKED:
            answer, of_unknown = (browser.ask(one, method, headers=headers) for one in (address, unknown))
            if seen(answer) != seen(of_unknown):
                yield f"{method} {address}"
    for address in ("/", "/robots.txt", "/api/v1/letters"):
        if reference in browser.ask(address).text:
            yield address


def test_r18_before_its_instant_every_public_route_answers_as_if_there_were_no_letter(world: World) -> None:
    announce(world, "signing")
    signing, closed = world.facts.letters["signing"], world.facts.letters["closed"]
    assert list(differences(world, signing)) == []
    assert list(differences(world, closed)) == [], "of which nobody has said when"
    world.clock.at = INSTANT.replace(tzinfo=world.clock.at.tzinfo) - timedelta(microseconds=1)
    assert list(differences(world, signing)) == []


def test_control_a_letter_that_is_public_differs_on_every_route(world: World) -> None:
    announce(world, "signing")
    world.clock.at = INSTANT.replace(tzinfo=world.clock.at.tzinfo)
    sealed = world.facts.letters["sealed"]
    assert {one.partition(" ")[2] for one in differences(world, sealed)} >= {*public_addresses(world, sealed)}
    assert f"/p/{world.facts.letters['signing']}" in Browser(world.app).ask("/").text


def test_control_a_door_that_forgets_the_instant_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(world, "signing")
    late = world.clock.now() + timedelta(days=400)
    monkeypatch.setattr(
        published, "find_public", lambda session, reference, *, now: public_letter.find_public(session, reference, now=late)
    )
    assert list(differences(world, world.facts.letters["signing"])) != []


def test_r6_strangers_change_nothing(world: World) -> None:
    browser, before = Browser(world.app), dump(world.engine)
    for address in [*public_addresses(world, world.facts.letters["sealed"]), "/"]:
        for method in ("GET", "HEAD", "OPTIONS"):
            assert browser.ask(address, method).status_code == 200
    assert dump(world.engine) == before


def test_public_answers_set_no_cookie_and_are_the_same_for_whoever_asks(world: World) -> None:
    stranger, coordinator = Browser(world.app), Browser(world.app)
    world.sign_in(coordinator)
    for address in public_addresses(world, world.facts.letters["sealed"]):
        first, second = stranger.ask(address), coordinator.ask(address)
        assert "Set-Cookie" not in first.headers and "Set-Cookie" not in second.headers
        assert "Vary" not in first.headers, "no cookie is looked at"
        assert seen(first) == seen(second)
        assert first.headers["Cache-Control"] == f"public, max-age={published.FRESH_SECONDS}"
        assert "X-Robots-Tag" not in first.headers


def test_answer_that_a_cache_holds_already_is_not_sent_again(world: World) -> None:
    browser = Browser(world.app)
    for address in public_addresses(world, world.facts.letters["submitted"]):
        answer = browser.ask(address)
        again = browser.ask(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]


def test_page_has_no_script_and_asks_nobody_else_for_anything(world: World) -> None:
    page = Page(Browser(world.app).ask(f"/p/{world.facts.letters['sealed']}"))
    assert page.all("script") == []
    fetched = [e.get("src") or "" for tag in ("img", "iframe") for e in page.all(tag)] + [
        e.get("href") or "" for e in page.all("link") if e.get("rel") in {"stylesheet", "icon", "preload"}
    ]
    assert all(one.startswith("/static/") for one in fetched)


def test_page_tells_the_letter_its_signatories_files_and_course(world: World) -> None:
    page = Page(Browser(world.app).ask(f"/p/{world.facts.letters['submitted']}"))
    assert page.heading == "A letter that is submitted"
    assert "1 society has signed this letter." in page.text
    assert "Gullhaven, Society of" in page.text
    assert "Submitted to the journal" in page.text
    assert page.link("The letter (PDF)").endswith("/files/letter.pdf")
    assert page.link("Check a document").endswith(f"/check/{world.facts.letters['submitted']}")


def test_file_of_a_public_letter_is_the_sealed_one(world: World) -> None:
    browser = Browser(world.app)
    answer = browser.ask(f"/p/{world.facts.letters['sealed']}/files/letter.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    for name in ("letter.docx", "addendum-1.pdf", "addendum-x.pdf", "edition-999999999999.pdf", "..%2fletter.pdf", "none"):
        assert browser.ask(f"/p/{world.facts.letters['sealed']}/files/{name}").status_code == 404


def test_only_what_is_not_there_is_counted_and_shut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "PUBLIC_MISSES", published.PUBLIC_MISSES.__class__("public misses of a network", 2, limits.AN_HOUR))
    browser = Browser(world.app)
    unpublished = world.facts.letters["closed"]
    assert [browser.ask(f"/p/{one}").status_code for one in (UNKNOWN, unpublished, unpublished, UNKNOWN)] == [404, 404, 429, 429]
    assert browser.ask(f"/p/{world.facts.letters['sealed']}").status_code == 200


def test_coordinator_says_when_reviews_it_and_takes_it_back(world: World) -> None:
    browser, letter = Browser(world.app), world.facts.letters["closed"]
    world.sign_in(browser)
    browser.get(f"/letters/{letter}/publication")
    page = browser.press("Go on to review", release_local="2026-03-20T12:00")
    assert "20 March 2026, 12:00 Europe/Berlin" in page.text
    page = browser.press("Make the letter public at that moment")
    assert "becomes public 20 March 2026, 12:00" in page.text
    page = browser.press("Take the moment back")
    assert "Nobody outside can see that this letter exists" in page.text


@pytest.mark.parametrize("typed", ["", "2026-03-"])
def test_at_once_needs_neither_day_nor_time(world: World, typed: str) -> None:
    browser, letter = Browser(world.app), world.facts.letters["closed"]
    world.sign_in(browser)
    browser.get(f"/letters/{letter}/publication")
    assert "at once, when you press the button" in browser.press("Go on to review", how="at once", release_local=typed).text
    browser.press("Make the letter public at once")
    assert Browser(world.app).ask(f"/p/{letter}").status_code == 200


def test_moment_that_is_not_said_is_asked_for(world: World) -> None:
    browser, letter = Browser(world.app), world.facts.letters["closed"]
    world.sign_in(browser)
    browser.get(f"/letters/{letter}/publication")
    assert "Give both a day and a time" in browser.press("Go on to review", release_local="", status=422).text


def test_moment_that_has_passed_is_refused_and_what_was_typed_is_kept(world: World) -> None:
    browser, letter = Browser(world.app), world.facts.letters["closed"]
    world.sign_in(browser)
    browser.get(f"/letters/{letter}/publication")
    page = browser.press("Go on to review", release_local="2026-01-01T12:00", status=422)
    assert "That moment has passed" in page.text
    assert 'value="2026-01-01T12:00"' in page.html
