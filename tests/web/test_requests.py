"""What another site causes is refused, and every answer carries its headers (T07, T08, T25, T45)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.dump import unchanged
from tests.factories import COORDINATOR
from tests.web.conftest import Seeded
from tests.web.matrix import MATRIX, routes
from tests.web.test_access import token_of
from tests.web.world import Person, World
from webapp.domain.links import Links
from webapp.persistence.database import DatabaseBusy
from webapp.services import dashboard
from webapp.web.views import letters

# R6: the link of a mail stands in for the token; they are guarded by Origin and Sec-Fetch-Site. A mail program has no token at all,
# and to check a file changes nothing.
WITHOUT_TOKEN = {"check.ask", "news.press", "rooms.enter", "stops.ask", "stops.press", "witnesses.confirm", "witnesses.dispute"}
POSTS = sorted(endpoint for endpoint, method in MATRIX if method == "POST")


def who(endpoint: str) -> Person:
    """Somebody who may do it, so that nothing but the request itself can be at fault."""
    if endpoint.startswith("staff."):
        return Person.ADMINISTRATOR
    return Person.REPRESENTATIVE if endpoint.startswith(("rooms.", "answers.")) else Person.COORDINATOR


@pytest.fixture(scope="module")
def browsers(readers: World) -> dict[Person, Browser]:
    found = {person: readers.browser(person) for person in (Person.REPRESENTATIVE, Person.COORDINATOR, Person.ADMINISTRATOR)}
    for browser in found.values():
        token_of(browser)
    return found


def address_of(world: World, endpoint: str) -> str:
    rule = next(rule for rule in world.app.url_map.iter_rules(endpoint) if "POST" in (rule.methods or set()))
    values = world.values(MATRIX[endpoint, "POST"].best_state)
    return world.app.url_map.bind("localhost").build(endpoint, {name: values[name] for name in rule.arguments}, method="POST")


@pytest.mark.parametrize("endpoint", [one for one in POSTS if one not in WITHOUT_TOKEN])
def test_post_without_a_token_of_its_own_session_is_refused(readers: World, browsers: dict[Person, Browser], endpoint: str) -> None:
    browser, strange = browsers[who(endpoint)], token_of(Browser(readers.app))
    address = address_of(readers, endpoint)
    with unchanged(readers.engine):
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "x" * 90}, {"csrf_token": strange}):
            assert browser.ask(address, "POST", data=data).status_code == 400


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:1"},
    {"Origin": "file://"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Origin": "null", "Sec_Fetch_Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=[" ".join(one.values()) for one in FOREIGN])
def test_post_that_another_site_caused_is_refused(readers: World, browsers: dict[Person, Browser], headers: dict[str, str]) -> None:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    tokens = {person: token_of(browser) for person, browser in browsers.items()}
    with unchanged(readers.engine):
        for endpoint in POSTS:
            person = who(endpoint)
            address, data = address_of(readers, endpoint), {"csrf_token": tokens[person]}
            assert browsers[person].ask(address, "POST", data=data, headers=named).status_code == 403, endpoint


def test_only_what_the_link_of_a_mail_opens_is_without_a_token(readers: World) -> None:
    exempt = readers.app.extensions["csrf"]._exempt_views
    assert exempt == {f"webapp.web.views.{endpoint}" for endpoint in WITHOUT_TOKEN}


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


# What is shown in a frame, or given as a file, is shut in further than a page.
SHUT_IN = {"invitations.as_html", "authority.proof", "correspondence.file", "journal_mails.file"}


# What the whole world may read, find and keep for a minute, from the moment of publication.
OF_PAGES = {"public.show", "public.translation", "public.citation", "public.changes", "public.file"}
# The only exceptions to framing and to the rules between sites: what stands in the frames of others, and what their programs read.
FRAMED = {"embed.show"}
FOR_ANY_SITE = {
    *("api.document", "api.letters", "api.letter", "api.signatories", "api.documents", "api.course"),
    *("api.translations", "api.translation"),
    *("embed.show", "embed.signatories"),
}
PUBLISHED = OF_PAGES | FOR_ANY_SITE


def check_headers(answer: TestResponse, *, is_page: bool = True, endpoint: str = "") -> None:
    is_published, is_framed = endpoint in PUBLISHED, endpoint in FRAMED
    for name, value in HEADERS.items():
        if (is_published and name == "X-Robots-Tag") or (is_framed and name == "X-Frame-Options"):
            assert name not in answer.headers
            continue
        if endpoint in FOR_ANY_SITE and name == "Cross-Origin-Resource-Policy":
            value = "cross-origin"
        assert answer.headers.getlist(name) == [value], name
    assert answer.headers.getlist("Access-Control-Allow-Origin") == (["*"] if endpoint in FOR_ANY_SITE else [])
    assert "Access-Control-Allow-Credentials" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert ("frame-ancestors *" in policy) == is_framed
    if is_framed:
        assert "script-src" not in policy, "default-src 'none' shuts scripts out"
        policy = policy.replace("frame-ancestors *", "frame-ancestors 'none'").replace("form-action 'none'", "form-action 'self'")
        policy += "; script-src 'self'"
    rules = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    for rule in rules if is_page else ("default-src 'none'", "sandbox"):
        assert rule in policy
    assert ("unsafe" if is_page else "script-src") not in policy
    kept = {"public, max-age=60"} if is_published else {"no-store", "no-cache", "private, no-cache"}
    assert answer.headers["Cache-Control"] in kept
    assert "Permissions-Policy" in answer.headers
    assert "Strict-Transport-Security" not in answer.headers


def test_every_route_answers_with_every_header(readers: World) -> None:
    browser = readers.browser(Person.COORDINATOR)
    for endpoint, method in sorted(routes(readers.app)):
        rule = next(rule for rule in readers.app.url_map.iter_rules(endpoint) if method in (rule.methods or set()))
        values = readers.values(MATRIX[endpoint, method].best_state)
        address = readers.app.url_map.bind("localhost").build(endpoint, {name: values[name] for name in rule.arguments}, method=method)
        for one in {"GET", "HEAD", "OPTIONS"} if method == "GET" else {"POST"}:
            answer = browser.ask(address, one)
            is_published = endpoint in PUBLISHED and one != "OPTIONS"
            if one == "OPTIONS" and endpoint in FOR_ANY_SITE:
                assert answer.headers["Access-Control-Allow-Origin"] == "*", "which a browser asks before it sends an ETag"
                continue
            is_page = endpoint not in SHUT_IN or answer.status_code != 200 or one == "OPTIONS"
            check_headers(answer, is_page=is_page, endpoint=endpoint if is_published else "")
            if endpoint != "static" and not is_published:
                # A sealed file never changes: a browser may keep it, and asks each time whether it may still show it.
                is_kept = endpoint == "documents.file" and one != "OPTIONS"
                assert answer.headers["Cache-Control"] == ("private, no-cache" if is_kept else "no-store"), address


def raising(error: Exception) -> object:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def answers_by_status(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, TestResponse]]:
    """An answer of each kind that is not simply a page."""
    staff, anna = world.browser(Person.COORDINATOR), world.browser(Person.REPRESENTATIVE)
    letter = world.facts.letters["signing"]
    token = token_of(staff)
    yield 302, Browser(world.app).ask("/letters")
    yield 303, anna.ask(f"/room/{world.facts.invitation}/receipt")
    yield 400, staff.ask("/letters/new", "POST")
    yield 403, staff.ask("/letters/new", "POST", headers={"Origin": "https://evil.example"})
    yield 404, staff.ask("/nothing")
    yield 405, staff.ask("/letters", "POST", data={"csrf_token": token})
    yield 409, staff.ask(f"/letters/{letter}/edit")
    yield 413, staff.ask("/letters/new", "POST", data={"csrf_token": token, "statement": "x" * 6_100_000})
    yield 429, [Browser(world.app).ask("/i/lost") for _ in range(31)][-1]
    yield 422, staff.ask("/letters/new", "POST", data={"csrf_token": token})
    for status, error in ((503, DatabaseBusy("busy")), (500, RuntimeError("words of an error"))):
        monkeypatch.setattr(letters.dashboard, "list_letters", raising(error))
        yield status, staff.ask("/letters")


def test_every_error_answers_with_every_header_and_a_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for status, answer in answers_by_status(world, monkeypatch):
        assert answer.status_code == status
        check_headers(answer)
        if status >= 400:
            assert "<h1>" in answer.text
            assert answer.headers["Cache-Control"] == "no-store"


def test_busy_database_says_when_to_come_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser(Person.COORDINATOR)
    monkeypatch.setattr(dashboard, "list_letters", raising(DatabaseBusy("busy")))
    page = browser.get("/letters", status=503)
    assert "Nothing was stored" in page.text
    assert page.response.headers["Retry-After"] == "10"


def test_wrong_method_names_the_right_ones(readers: World) -> None:
    answer = Browser(readers.app).ask("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "letters.example.org"]
)
def test_unknown_host_is_refused_wherever_it_asks(readers: World, host: str) -> None:
    browser = Browser(readers.app)
    for address in ("/", "/sign-in", f"/i/{readers.facts.anna}", "/letters", "/static/css/base.css"):
        answer = browser.ask(address, headers={"Host": host})
        assert answer.status_code == 400
        assert host not in answer.text


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}, {"X-Forwarded-Proto": "ftp", "X-Forwarded-For": "evil"}],
    ids=["X-Forwarded-Host", "Forwarded", "X-Forwarded-Proto"],
)
def test_links_in_mails_are_built_from_the_base_address_alone(world: World, headers: dict[str, str]) -> None:
    browser = Browser(world.app)
    token = token_of(browser)
    browser.ask("/sign-in", "POST", data={"csrf_token": token, "email": COORDINATOR}, headers=headers)
    assert world.mail.link(COORDINATOR).startswith("http://127.0.0.1:8000/sign-in/")
    assert "evil" not in world.mail.newest(COORDINATOR).text


def test_links_in_mails_name_the_public_address_where_there_is_one(seeded: Seeded, tmp_path: Path) -> None:
    for world in seeded.open(tmp_path, links=Links("https://letters.example.org")):
        assert world.mail.link("anna@gullhaven.example.org").startswith("https://letters.example.org/i/")
        assert all("127.0.0.1" not in one.text + one.html for one in world.mail.messages())


def test_over_https_cookies_are_for_this_host_alone_and_transport_is_strict(seeded: Seeded, tmp_path: Path) -> None:
    for world in seeded.open(tmp_path, links=Links("https://letters.example.org")):
        answer = world.app.test_client().get("/sign-in", base_url="https://letters.example.org")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-undersigned=")
        for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert word in cookie
        assert "Domain" not in cookie
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_robots_read_nothing_but_what_is_public(readers: World) -> None:
    allowed = "Allow: /$\nAllow: /p/\nAllow: /static/\n"
    assert Browser(readers.app).ask("/robots.txt").text == f"User-agent: *\n{allowed}Disallow: /\n"


def test_no_page_names_another_site(readers: World) -> None:
    for person in Person:
        browser = readers.browser(person)
        for address in ("/", "/sign-in", "/letters", f"/room/{readers.facts.invitation}"):
            html = browser.ask(address).text
            assert "//" not in html.replace("http://www.w3.org", "").replace("://doi.org", "")
            assert "https:" not in html.replace("https://doi.org", "")


def test_forms_keep_no_address_to_go_back_to(readers: World) -> None:
    for word in ("next", "redirect", "return_to", "url"):
        answer = Browser(readers.app).ask(f"/letters?{word}=//evil.example")
        assert answer.location == "/sign-in"


@pytest.mark.parametrize("address", ["/room/a%00b", "/mailbox?q=a%00b", "/i/a%00b"])
def test_address_with_a_nul_finds_nothing(world: World, address: str) -> None:
    assert world.app.test_client().get(address).status_code == 404
