"""The correspondence, as coordinators enter it, and as the signatories see what is released."""

import io
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.browser import Browser, Page
from tests.factories import mail
from tests.web.world import Person, World
from webapp.domain import limits

HTML = '<p>Dear all,<img src="https://evil.example.org/pixel.png"> no.'
TYPED = {"direction": "in", "subject": "Typed by hand", "text": "They will not.", "happened_local": "2026-03-01T12:00", "zone": "UTC"}


def at(world: World, part: str = "") -> str:
    return f"/letters/{world.facts.letters['sealed']}/correspondence{part}"


@pytest.fixture
def desk(world: World) -> Browser:
    browser = world.browser(Person.OWNER)
    browser.get(at(world, "/new"))
    return browser


def saved(content: bytes, name: str = "answer.eml") -> FileStorage:
    return FileStorage(io.BytesIO(content), name)


def test_r20_saved_mail_is_shown_as_it_was_understood_before_it_is_kept(world: World, desk: Browser) -> None:
    content = mail(HTML, **{"Content-Type": "text/html", "Date": "Sun, 01 Mar 2026 10:00:00 +0100"})
    page = desk.press("Look at it first", direction="in", file=saved(content))
    assert page.heading == "Look through what was understood"
    assert "None of them was fetched." in page.text
    assert "pixel.png" not in page.html
    assert "Ed Marsh <editor@jim.example.org>" in page.html.replace("&lt;", "<").replace("&gt;", ">")
    page = desk.press("Keep it", act="keep")
    assert page.heading == "Your letter JIM-1"
    assert "1 March 2026, 10:00 Europe/Berlin" in page.text
    assert "Dear all, no." in page.text
    address = next(link.get("href") for link in page.all("a") if "/file/" in link.get("href", ""))
    sent = desk.ask(address)
    assert sent.data == content
    assert sent.headers["Content-Disposition"].startswith("attachment;")
    assert sent.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"


def send(desk: Browser, address: str, **typed: Any) -> TestResponse:
    """As one body of bytes: of a large one the test client would leave a file open."""
    data = {"csrf_token": desk.page.value("csrf_token"), "nonce": "a-nonce-of-the-post", **TYPED, **typed}
    boundary, body = encode_multipart(data)
    return desk.ask(address, "POST", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def refused(desk: Browser, address: str, **typed: Any) -> str:
    page = Page(send(desk, address, **typed))
    assert page.status == 422
    assert "They will not." in page.html
    assert "Typed by hand" in page.html
    return page.text


def test_answer_of_20_megabytes_is_refused_in_a_sentence_and_loses_nothing_typed(world: World, desk: Browser) -> None:
    said = refused(desk, at(world, "/new"), file=saved(b"%PDF-" + b"0" * 19_999_000))
    assert "The file has 20 MB, and 10 MB is the most. What you typed is kept." in said


def test_control_other_pages_do_not_read_so_large_a_request(world: World, desk: Browser) -> None:
    large = saved(b"0" * (limits.REQUEST_BYTES + 1))
    assert send(desk, at(world).replace("/correspondence", "/submission/new"), file=large).status_code == 413


def test_odd_file_is_refused_in_a_sentence_and_loses_nothing_typed(world: World, desk: Browser) -> None:
    assert "This is no saved mail" in refused(desk, at(world, "/new"), file=saved(b"MZ\x90\x00"))


def test_mail_without_a_date_is_kept_once_its_date_is_typed(desk: Browser) -> None:
    page = desk.press("Look at it first", direction="in", file=saved(mail(Date="")))
    assert "The mail has no date." in page.text
    page = desk.press("Keep it", status=422, act="keep")
    assert "Give the day and time at which it was sent." in page.text
    page = desk.press("Keep it", act="keep", happened_local="2026-03-01T12:00")
    assert page.heading == "Your letter JIM-1"


def test_released_item_stands_in_the_room_of_a_signatory(world: World, desk: Browser) -> None:
    desk.press("Look at it first", **TYPED, sender="Ed Marsh")
    desk.press("Keep it", act="keep")
    desk.follow("Release it")
    desk.press("Release it", audience="signatories", summary="The journal declines.", shows_text="y")
    anna = Browser(world.app)
    world.open_letter(anna, world.values("sealed")["token"])
    page = anna.follow("At the journal: what was written, what came back, and news by mail")
    assert "The journal declines." in page.text
    assert "They will not." in page.text
    assert "Marsh" not in page.text


def test_item_belongs_to_the_submission_that_was_chosen_and_to_no_other_letters(world: World) -> None:
    browser, here = world.browser(Person.OWNER), f"/letters/{world.facts.letters['submitted']}/correspondence"
    page = browser.get(f"{here}/new")
    (choice,) = [one for one in page.all("select") if one.get("name") == "submission"]
    offered = {one.get("value") or "": "".join(one.itertext()) for one in choice.iter("option")}
    reference, journal = next((value, words) for value, words in offered.items() if value)
    typed = {**TYPED, "sender": "Ed Marsh"}
    refused = browser.press("Look at it first", status=422, submission="of-another", act="keep", **typed)
    assert "Choose a submission of this letter" in refused.text
    assert "They will not." in refused.html
    kept = browser.press("Look at it first", submission=reference, act="keep", **typed)
    assert journal in kept.text
    there = browser.get(f"/letters/{world.facts.letters['submitted']}/submissions/{reference}")
    assert "Typed by hand" in there.text
    (choice,) = [one for one in browser.follow("Enter what came or went").all("select") if one.get("name") == "submission"]
    assert [one.get("value") for one in choice.iter("option") if one.get("selected") is not None] == [reference]
