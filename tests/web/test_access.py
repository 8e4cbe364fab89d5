"""Who gets in where: every route, every method, every kind of person, every state; a route that is missing in the table fails (R13).

`make test` asks as owner, whom the most doors let in, and as representative in every state; as everybody else in two states of each
route: one in which the act can be done, and another. `make assure` asks as everybody in every state.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from flask import Flask
from sqlalchemy import make_url, update
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.counts import IS_ASSURE
from tests.dump import dump
from tests.factories import NOW, SEALABLE, settings_for
from tests.web import matrix
from tests.web.matrix import MATRIX, STATES, USUAL, Rule
from tests.web.world import ACCOUNTS, Person, World
from webapp.app import create_app
from webapp.domain.actor import COMMAND
from webapp.domain.permission import Permission
from webapp.persistence.sqlite import sqlite_module
from webapp.persistence.tables import WebSessionRow
from webapp.services import package, seal

P = Person
# Sign-on closes early only where every society has answered.
ANSWERED = {("sign_on.close", "signing"): "answered"}
# Sealed, sent and answered by the journal after the deadline; everything else is asked before it.
LATER = {"documents.seal_letter", "submissions.submit", "submissions.show", "submissions.correct", "submissions.resolve", "fates.tell"}
# R6: what was guessed at is counted, whoever guesses.
LIMITS = ("rate_limit",)
COOKIE = "undersigned"
IN_EVERY_STATE = {P.OWNER, P.REPRESENTATIVE}


def token_of(browser: Browser) -> str:
    """The CSRF token of this browser's session, from the form that everybody may see."""
    return browser.get("/sign-in").value("csrf_token")


def ask(world: World, browser: Browser, endpoint: str, method: str) -> int:
    """The answer to a request that carries nothing but a token, where the act could be done."""
    rule = next(rule for rule in world.app.url_map.iter_rules(endpoint) if method in (rule.methods or set()))
    values = dict(world.values(MATRIX[endpoint, method].best_state))
    if endpoint.startswith("sign_in."):
        values["token"] = world.sign_in_token()
    built = world.app.url_map.bind("localhost").build(endpoint, {name: values[name] for name in rule.arguments}, method=method)
    return browser.ask(built, method, data={"csrf_token": token_of(browser)} if method == "POST" else None).status_code


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(settings_for(tmp_path_factory.mktemp("routes")))


def test_every_route_is_in_the_table(routes: Flask) -> None:
    assert matrix.routes(routes) == MATRIX.keys()


def test_control_route_that_is_not_in_the_table_is_found(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path))
    app.add_url_rule("/forgotten", "forgotten", lambda: "a secret")
    assert matrix.routes(app) - MATRIX.keys() == {("forgotten", "GET")}


def test_every_view_asks_for_what_the_table_says(routes: Flask) -> None:
    said = {"PUBLIC": "public", "STAFF": "staff", "ADMINISTRATOR": "administrator", "KEEPER": "keeper", "ROOM": "representative"}
    ours = {one: row.who for one, row in MATRIX.items() if one[0] != "static"}
    named = {one: getattr(routes.view_functions[one[0]], "access", None) for one in ours}
    assert named == {one: f"staff:{who}" if isinstance(who, Permission) else said[who.name] for one, who in ours.items()}


def test_printed_table_is_up_to_date(routes: Flask) -> None:
    assert matrix.PAGE.read_text(encoding="utf-8") == matrix.printed(routes), "print it: .venv/bin/python -m tests.web.matrix"


@dataclass
class Doors:
    """The world with everybody inside, put back after each act, so that each is asked of the same world."""

    world: World
    kept: Path
    browsers: dict[Person, Browser]
    cookies: dict[Person, str]
    tokens: dict[Person, str]
    sign_in_token: str
    stays: dict[Person, str]
    """The references of their sessions at the desk."""

    def ask(self, person: Person, endpoint: str, method: str, state: str) -> int:
        """Asks as this person, with a token of its own."""
        is_later = endpoint in LATER and method == "POST" and MATRIX[endpoint, method].lets_in(person)
        if is_later:
            self.world.clock.at = SEALABLE
            self._sit_since(person, SEALABLE)
        known = self.world.values(ANSWERED.get((endpoint, state), state))
        if endpoint.startswith("sign_in."):
            known = {**known, "token": self.sign_in_token}
        known = {**known, "stay": self.stays.get(person, "none")}
        rule = next(rule for rule in self.world.app.url_map.iter_rules(endpoint) if method in (rule.methods or set()))
        built = self.world.app.url_map.bind("localhost").build(endpoint, {name: known[name] for name in rule.arguments}, method=method)
        data = {**MATRIX[endpoint, method].typed, "csrf_token": self.tokens[person]} if method == "POST" else None
        if data and (endpoint, state) in SHOWN:
            data["seen"] = SHOWN[endpoint, state](self, known)
        answer = self.browsers[person].ask(built, method, data=data)
        if is_later:
            self.world.clock.at = NOW
            self._sit_since(person, NOW)
        if answer.status_code == 302 and endpoint.partition(".")[0] not in {"front", "sign_in"}:
            assert answer.location == "/sign-in"
        return answer.status_code

    def list_shown(self, known: dict[str, Any]) -> str:
        with Session(self.world.engine) as session:
            return seal.show_list(session, COMMAND, known["letter"], now=SEALABLE).seen

    def places_shown(self, known: dict[str, Any]) -> str:
        with Session(self.world.engine) as session:
            at = (known["letter"], known["submission"])
            return package.show_package(session, COMMAND, *at, self.world.app.config["UNDERSIGNED"].links, now=NOW).elsewhere.seen

    def _sit_since(self, person: Person, at: datetime) -> None:
        """As if this person had come in, and proved who they are, at that moment."""
        mine = update(WebSessionRow).where(WebSessionRow.reference == self.stays[person])
        with self.world.engine.begin() as connection:
            connection.execute(mine.values(began_at=at, seen_at=at, proved_at=at))

    def keep(self) -> None:
        _copy(self._file, self.kept)

    def put_back(self) -> None:
        """Rows and cookies as they were."""
        _copy(self.kept, self._file)
        for person, cookie in self.cookies.items():
            self.browsers[person].client.set_cookie(COOKIE, cookie)

    @property
    def _file(self) -> Path:
        return Path(make_url(self.world.engine.url).database or "")


# Handed back with the button: what the page has shown.
SHOWN = {("documents.seal_letter", "closed"): Doors.list_shown, ("package.settle_places", "submitted"): Doors.places_shown}


def _copy(source: Path, target: Path) -> None:
    driver: Any = sqlite_module()
    with closing(driver.connect(source)) as read, closing(driver.connect(target)) as written:
        read.backup(written)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory, readers: World) -> Iterator[Doors]:
    """In `readers`, whose database is put back at the end as it was found."""
    folder = tmp_path_factory.mktemp("doors")
    outside = Doors(readers, folder / "outside.db", {}, {}, {}, "", {})
    outside.keep()
    browsers = {person: readers.browser(person) for person in P}
    for state in set(STATES) - {"drafting", USUAL}:
        for person in (P.REPRESENTATIVE, P.LATE):
            readers.open_letter(browsers[person], readers.values(state)["token"])
    for person in (P.EXPIRED, P.LATE):
        readers.let_expire(browsers[person])
    tokens = {person: token_of(browser) for person, browser in browsers.items()}
    cookies = {person: _cookie(browser) for person, browser in browsers.items()}
    stays = {person: readers.stay_of(browsers[person]) for person in ACCOUNTS}
    inside = Doors(readers, folder / "inside.db", browsers, cookies, tokens, readers.sign_in_token(), stays)
    inside.keep()
    yield inside
    outside.put_back()


def _cookie(browser: Browser) -> str:
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def cases(method: str, person: Person, *, is_let_in: bool) -> Iterator[tuple[str, Rule, str]]:
    """Route, rule and state; routes without a letter are asked once."""
    for (endpoint, asked), rule in MATRIX.items():
        if asked == method and rule.lets_in(person) is is_let_in:
            for state in states(person, endpoint, rule):
                yield endpoint, rule, state


def states(person: Person, endpoint: str, rule: Rule) -> tuple[str, ...]:
    if not rule.has_states:
        return (USUAL,)
    if IS_ASSURE or person in IN_EVERY_STATE:
        return STATES
    another = STATES[crc32(f"{person} {endpoint}".encode()) % len(STATES)]
    return tuple({rule.best_state: None, another: None})


Answers = dict[tuple[str, str], int]


def compare(given: Answers, promised: Answers) -> None:
    assert {one: (given[one], promised[one]) for one in given if given[one] != promised[one]} == {}
    assert given.keys() == promised.keys()


@pytest.mark.sqlite
@pytest.mark.parametrize("person", Person)
def test_r13_person_reads_what_the_table_says_and_nothing_more(doors: Doors, person: Person) -> None:
    doors.put_back()
    before = dump(doors.world.engine, without=LIMITS)
    asked = [*cases("GET", person, is_let_in=True), *cases("GET", person, is_let_in=False)]
    given = {(endpoint, state): doors.ask(person, endpoint, "GET", state) for endpoint, _rule, state in asked}
    compare(given, {(endpoint, state): rule.expected(person, "GET", state) for endpoint, rule, state in asked})
    assert dump(doors.world.engine, without=LIMITS) == before


@pytest.mark.sqlite
@pytest.mark.parametrize("person", Person)
def test_r13_person_who_is_shut_out_changes_nothing(doors: Doors, person: Person) -> None:
    doors.put_back()
    before = dump(doors.world.engine, without=LIMITS)
    asked = list(cases("POST", person, is_let_in=False))
    given = {(endpoint, state): doors.ask(person, endpoint, "POST", state) for endpoint, _rule, state in asked}
    compare(given, {(endpoint, state): rule.expected(person, "POST", state) for endpoint, rule, state in asked})
    assert dump(doors.world.engine, without=LIMITS) == before


@pytest.mark.sqlite
@pytest.mark.parametrize("person", Person)
def test_r13_person_does_what_the_table_says(doors: Doors, person: Person) -> None:
    doors.put_back()
    given, promised = {}, {}
    for endpoint, rule, state in cases("POST", person, is_let_in=True):
        given[endpoint, state] = status = doors.ask(person, endpoint, "POST", state)
        promised[endpoint, state] = rule.expected(person, "POST", state)
        if status < 400:
            doors.put_back()
    compare(given, promised)


@pytest.mark.sqlite
def test_control_door_that_lets_everybody_through_is_found(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.services.access._check", lambda _allowed, _permission: None)
    promised = MATRIX["letters.edit", "GET"].expected(P.READER, "GET", "drafting")
    assert doors.ask(P.READER, "letters.edit", "GET", "drafting") != promised


@pytest.mark.parametrize("value", ["lost", "0", "x" * 500, "’; DROP TABLE letter", "%00"])
def test_r13_what_does_not_exist_looks_like_what_one_may_not_see(readers: World, value: str) -> None:
    owner, stranger = readers.browser(P.COORDINATOR), readers.browser(P.STRANGER)
    letter = readers.facts.letters["signing"]
    assert stranger.get(f"/letters/{letter}", status=404).text == owner.get(f"/letters/{value}", status=404).text
    for address in (f"/mailbox/{value}", f"/letters/{letter}/roster/{value}/name"):
        owner.get(address, status=404)


def test_r13_representative_sees_only_the_own_room(readers: World) -> None:
    anna = readers.browser(P.REPRESENTATIVE)
    for state in ("closed", "sealed"):
        anna.get(f"/room/{readers.values(state)['invitation']}", status=404)
    anna.get(f"/room/{readers.facts.otto_invitation}", status=404)


def test_r13_invitation_of_another_letter_is_not_reached_through_ones_own(world: World) -> None:
    owner, other = world.browser(P.COORDINATOR), world.values("closed")
    ours = world.facts.letters["signing"]
    owner.get(f"/letters/{ours}/roster/{other['invitation']}/name", status=404)
    before = dump(world.engine)
    token = token_of(owner)
    owner.post(f"/letters/{ours}/roster/representatives/{other['representative']}/link", {"csrf_token": token}, status=404)
    assert dump(world.engine) == before


def test_letters_of_others_are_not_listed(readers: World) -> None:
    assert "A letter" not in readers.browser(P.STRANGER).get("/letters").text
    assert "A letter of others" not in readers.browser(P.COORDINATOR).get("/letters").text
