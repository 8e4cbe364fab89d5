"""What goes wrong is said in words, with a reference and nothing else; the log holds no secret (R18, R19, T28)."""

import errno
import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.browser import Browser
from tests.factories import ANNA, COORDINATOR, DEADLINE, KEYRING, SEALABLE
from tests.web.test_access import token_of
from tests.web.world import Person, World
from webapp.app import create_app
from webapp.log import JsonLines
from webapp.services import access, dashboard, doors, rooms
from webapp.settings import Settings
from webapp.web.views import answers as answers_view

SECRET = "words that somebody typed: anna@gullhaven.example.org"


def fail(*_: object, **__: object) -> None:
    raise RuntimeError(SECRET)


FAULTS: list[tuple[str, object, str, Callable[[World], tuple[Browser, str, str, dict[str, str]]]]] = [
    ("a link", rooms, "show_door", lambda world: (Browser(world.app), "GET", f"/i/{world.facts.anna}", {})),
    ("its button", rooms, "enter_room", lambda world: (Browser(world.app), "POST", f"/i/{world.facts.anna}", {})),
    ("a sign-in link", doors, "is_sign_in_link_live", lambda world: (Browser(world.app), "GET", f"/sign-in/{world.facts.anna}", {})),
    ("a request for a link", rooms, "request_link", lambda world: (Browser(world.app), "POST", "/link", {"email": ANNA})),
    (
        "a code",
        answers_view.answers,
        "confirm_answer",
        lambda world: (
            world.browser(Person.REPRESENTATIVE),
            "POST",
            f"/room/{world.facts.invitation}/review",
            {"nonce": "n" * 20, "code": "ABCD-EFGH"},
        ),
    ),
    ("a page", dashboard, "list_letters", lambda world: (world.browser(Person.COORDINATOR), "GET", "/letters", {})),
    ("a loader", access, "permissions_on", lambda world: (world.browser(Person.COORDINATOR), "GET", f"/letters/{ANNA}", {})),
]


@pytest.mark.parametrize(("module", "name", "make"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_r19_fault_shows_a_reference_and_logs_no_secret(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    module: object,
    name: str,
    make: Callable[[World], tuple[Browser, str, str, dict[str, str]]],
) -> None:
    browser, method, address, data = make(world)
    data = {**data, "csrf_token": token_of(browser)} if method == "POST" else data
    monkeypatch.setattr(module, name, fail)
    with caplog.at_level(logging.DEBUG):
        answer = browser.ask(address, method, data=data or None)
    assert answer.status_code == 500
    # The lines as they are written, not as pytest shows them: pytest prints the words of an exception.
    shown = "".join(capfd.readouterr()) + "".join(JsonLines().format(record) for record in caplog.records)
    faults = [json.loads(JsonLines().format(record)) for record in caplog.records if record.msg == "error"]
    assert [fault["error"] for fault in faults] == ["RuntimeError"]
    assert faults[0]["request_id"] in answer.text
    assert answer.headers["X-Request-ID"] == faults[0]["request_id"]
    for secret in (SECRET, ANNA, COORDINATOR, world.facts.anna, "ABCD-EFGH", data.get("csrf_token", SECRET)):
        assert secret not in shown
        # What somebody typed is given back to them, and to nobody else.
        assert secret not in answer.text or secret == data.get("email")


def test_fault_while_the_error_page_is_made_still_shows_a_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser(Person.COORDINATOR)
    monkeypatch.setattr(dashboard, "list_letters", fail)
    monkeypatch.setattr("webapp.web.errors.render_template", fail)
    answer = browser.ask("/letters")
    assert answer.status_code == 500
    assert "Try again in a moment" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert answer.headers["Content-Security-Policy"]
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("number", "status"), [(errno.ENOSPC, 503), (errno.EDQUOT, 503), (errno.EROFS, 503), (errno.EACCES, 500)], ids=errno.errorcode.get
)
def test_f20_file_that_finds_no_room_is_refused_in_words(world: World, monkeypatch: pytest.MonkeyPatch, number: int, status: int) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(number, SECRET)

    # Each text that is converted, and each large upload, is a file for a moment.
    monkeypatch.setattr(rooms, "show_door", full)
    answer = Browser(world.app).ask(f"/i/{world.facts.anna}")
    assert answer.status_code == status
    assert ("Nothing can be stored just now" in answer.text) is (status == 503)
    assert (answer.headers.get("Retry-After") == "10") is (status == 503)
    assert SECRET not in answer.text


def test_fault_page_needs_no_database(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    with world.engine.begin() as connection:
        connection.execute(text("DROP TABLE web_session"))
    answer = browser.ask("/letters")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text


def test_request_is_one_line_by_its_rule_and_never_by_its_address(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "undersigned"):
        Browser(world.app).get(f"/i/{world.facts.anna}")
        world.browser(Person.REPRESENTATIVE).get(f"/room/{world.facts.invitation}")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.msg == "request"]
    assert (lines[0]["rule"], lines[0]["status"], lines[0]["method"]) == ("/i/<token>", 200, "GET")
    assert lines[-1]["actor"] == world.facts.representative
    assert world.facts.anna not in json.dumps(lines)


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"), [(0, "a" * 16, False), (1, "a" * 16, True), (1, "x\ty", False), (1, "a" * 65, False)]
)
def test_number_of_a_request_is_taken_from_our_own_proxy_alone(settings: Settings, proxies: int, given: str, *, is_taken: bool) -> None:
    app = create_app(replace(settings, trusted_proxies=proxies))
    answer = app.test_client().get("/robots.txt", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is is_taken


def test_r18_nobody_outside_learns_that_a_letter_exists(readers: World) -> None:
    browser = Browser(readers.app)
    for state, reference in readers.facts.letters.items():
        known, unknown = browser.ask(f"/letters/{reference}"), browser.ask("/letters/lost")
        assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data), state
        for address in (f"/{reference}", f"/v/{reference}", f"/public/{reference}"):
            assert browser.ask(address).status_code == 404
    assert "quiet hour" not in browser.get("/").text


def test_clock_closes_the_letter_and_the_worker_tells_nobody_twice(world: World) -> None:
    world.mail.deliver()
    world.clock.at = DEADLINE
    world.mail.workflows.tick_step()
    before = len(world.mail.messages())
    world.mail.workflows.tick_step()
    assert len(world.mail.messages()) == before
    browser = world.browser(Person.COORDINATOR)
    page = browser.get(f"/letters/{world.facts.letters['signing']}")
    assert "closed" in page.html.partition('aria-current="step"')[2][:400]
    assert "14 March 2026, 17:00 Europe/Berlin" in page.text


def test_r19_no_page_of_the_desk_holds_a_link_a_code_or_a_session(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    cookie = browser.client.get_cookie("undersigned")
    assert cookie is not None
    world.clock.at = SEALABLE
    world.sign_in(browser)
    for state in world.facts.letters:
        for part in ("", "/roster", "/record"):
            html = browser.get(f"/letters/{world.facts.letters[state]}{part}").html
            assert world.facts.anna not in html
            assert "/i/" not in html
            assert KEYRING.pages_key() not in html
