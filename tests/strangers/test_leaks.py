"""G9, T05, T06, T28: after everything has happened once, no log, no dump and no error page holds what opens a door."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Request

from tests.databases import Databases
from tests.factories import ANNA, COORDINATOR, OTTO
from tests.faults.site import Kind
from tests.journeys.client import HttpBrowser, HttpClient
from tests.secrets_seen import Secrets
from tests.strangers.house import House, house_at


def live_through(house: House) -> Secrets:
    """Everybody comes once: right and wrong links, codes, lost links asked for again, the desk; and what they held is noted."""
    secrets = Secrets({f"the link of {email}": link.rsplit("/", 1)[1] for email, link in house.links.items()})
    anna = HttpBrowser(house.base)
    anna.get(house.links[ANNA])
    anna.press("Open the letter")
    anna.follow("We will not sign")
    anna.press("Go on to review", reason="We were not asked.", is_authorised="y")
    secrets.opening["the cookie of a room"] = _cookie(anna)
    code = house.mail.code(ANNA)
    secrets.opening |= {"a code as it is mailed": code, "a code": code.replace("-", "")}
    anna.press("Decline for", code="0000-0000", status=422)
    anna.press("Decline for", code=code)
    stranger = HttpBrowser(house.base)
    stranger.get("/i/a-guess-of-a-stranger", status=404)
    secrets.opening["a wrong token"] = "a-guess-of-a-stranger"
    stranger.press("Send me my link", email=OTTO)
    stranger.get(f"/i/{'x' * 3_000}", status=404)
    desk = HttpBrowser(house.base)
    desk.get("/sign-in")
    desk.press("Send me a link", email=COORDINATOR)
    link = house.mail.link(COORDINATOR)
    secrets.opening["a sign-in link"] = link.rsplit("/", 1)[1]
    desk.get(link)
    desk.press("Sign in")
    secrets.opening["the cookie of the desk"] = _cookie(desk)
    for page in ("/letters", f"/letters/{house.letter}", f"/letters/{house.letter}/roster", f"/letters/{house.letter}/record"):
        desk.get(page)
    desk.get("/letters/of-nobody", status=404)
    house.mail.deliver()
    return secrets


def _cookie(browser: HttpBrowser) -> str:
    (value,) = (browser.client if isinstance(browser.client, HttpClient) else HttpClient("")).cookies.values()
    return str(value)


def logs(house: House) -> str:
    return "\n".join(path.read_text(errors="replace") for path in house.site.settings.data_folder.rglob("*.log"))


@pytest.fixture(params=["warning", "info"])
def house(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> Iterator[House]:
    with house_at(tmp_path, databases, Kind(environment={"UNDERSIGNED_LOG": request.param})) as house:
        yield house


@pytest.mark.journey
def test_g9_nothing_that_opens_a_door_is_in_logs_or_database(house: House) -> None:
    secrets = live_through(house)
    assert len(secrets.opening) == 9
    assert secrets.in_text(logs(house)) == []
    assert secrets.in_database(house.engine) == []


@pytest.mark.journey
def test_g9_control_token_and_address_that_are_written_down_are_found(tmp_path: Path, databases: Databases) -> None:
    with house_at(tmp_path, databases, Kind("tests.strangers.planted:writes_down_every_address")) as house:
        secrets = live_through(house)
        assert {"the link of " + ANNA, "a wrong token", "a sign-in link"} <= set(secrets.in_text(logs(house)))
        with house.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE society SET acronym = 'anna@gullhaven.example.org ' || ?", (secrets.opening["a code"],))
        assert {"a code in society", f"{ANNA} in society"} <= set(secrets.in_database(house.engine))


# T06: where the browser goes


@pytest.mark.browser
@pytest.mark.journey
def test_t06_no_page_asks_another_place_for_anything_and_no_address_holds_the_token_after_the_door(
    tmp_path: Path, databases: Databases, chromium: Chromium
) -> None:
    with house_at(tmp_path, databases) as house:
        asked: list[Request] = []
        page = chromium.new_page()
        page.on("request", lambda request: asked.append(request))
        answer = page.goto(house.links[ANNA])
        assert answer is not None
        headers = answer.all_headers()
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex, nofollow, noarchive"
        assert "set-cookie" not in headers
        page.get_by_role("button", name="Open the letter").click()
        page.wait_for_url("**/room/*")
        token = house.links[ANNA].rsplit("/", 1)[1]
        behind = len(asked)
        for path in ("sign", "decline", "board"):
            page.goto(f"{page.url.split('/room/')[0]}/room/{page.url.split('/room/')[1].split('/')[0]}/{path}")
        assert behind < len(asked)
        assert [one.url for one in asked if not one.url.startswith(f"{house.base}/")] == []
        assert [one.url for one in asked[behind:] if token in one.url] == []
        # Chromium reports an empty one for an icon that it was still asking for when the page went away: that says nothing.
        assert [one.url for one in asked if one.all_headers().get("referer")] == []
        assert token not in page.content()
        page.close()


class _Other(BaseHTTPRequestHandler):
    """Another site, which notes where its visitors say that they come from."""

    told: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.told.append(self.headers["Referer"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Says nothing."""


@pytest.mark.browser
@pytest.mark.journey
@pytest.mark.parametrize("policy", ["", "unsafe-url"], ids=["as it is", "control: a link that tells"])
def test_t06_site_that_a_letter_links_to_learns_no_link(tmp_path: Path, databases: Databases, chromium: Chromium, policy: str) -> None:
    _Other.told.clear()
    with house_at(tmp_path, databases) as house, ThreadingHTTPServer(("127.0.0.1", 0), _Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        page = chromium.new_page()
        page.goto(house.links[ANNA])
        with page.expect_navigation():
            page.evaluate(_FOLLOW, [f"http://127.0.0.1:{other.server_port}/", policy])
        page.close()
        other.shutdown()
    assert _Other.told[0] == (house.links[ANNA] if policy else None)


_FOLLOW = """([address, policy]) => {
  const link = document.createElement("a");
  link.href = address;
  link.referrerPolicy = policy;
  document.body.append(link);
  link.click();
}"""
