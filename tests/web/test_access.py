"""Who gets in where: every route, every method, every kind of person; a route that is missing in the table fails (R13)."""

from enum import Enum

import pytest
from flask import Flask

from tests.browser import Browser
from tests.dump import dump
from tests.factories import settings_for
from tests.web.world import Person, World
from webapp.app import create_app

P = Person


class For(Enum):
    PUBLIC = "anybody"
    STAFF = "whoever is on the staff"
    LETTER = "staff with a grant on this letter"
    ROOM = "the representative whose room it is"


LET_IN = {
    For.PUBLIC: set(Person),
    For.STAFF: {P.STRANGER, P.COORDINATOR},
    For.LETTER: {P.COORDINATOR},
    For.ROOM: {P.REPRESENTATIVE},
}

# (endpoint, method): who gets in, the state of the letter that is asked for, and the answer to a request that carries nothing but a token.
TABLE: dict[tuple[str, str], tuple[For, str, int]] = {
    ("static", "GET"): (For.PUBLIC, "signing", 200),
    ("health.alive", "GET"): (For.PUBLIC, "signing", 200),
    # No worker runs beside these tests.
    ("health.ready", "GET"): (For.PUBLIC, "signing", 503),
    ("front.show", "GET"): (For.PUBLIC, "signing", 200),
    ("front.accessibility", "GET"): (For.PUBLIC, "signing", 200),
    ("front.icon", "GET"): (For.PUBLIC, "signing", 302),
    ("front.robots", "GET"): (For.PUBLIC, "signing", 200),
    ("sign_in.ask", "GET"): (For.PUBLIC, "signing", 200),
    ("sign_in.ask", "POST"): (For.PUBLIC, "signing", 422),
    ("sign_in.sent", "GET"): (For.PUBLIC, "signing", 200),
    ("sign_in.confirm", "GET"): (For.PUBLIC, "signing", 200),
    ("sign_in.enter", "POST"): (For.PUBLIC, "signing", 303),
    ("sign_in.leave", "POST"): (For.PUBLIC, "signing", 303),
    ("letters.index", "GET"): (For.STAFF, "signing", 200),
    ("letters.new", "GET"): (For.STAFF, "signing", 200),
    ("letters.new", "POST"): (For.STAFF, "signing", 422),
    ("letters.preview", "POST"): (For.STAFF, "signing", 200),
    ("letters.show", "GET"): (For.LETTER, "signing", 200),
    ("letters.record", "GET"): (For.LETTER, "signing", 200),
    ("letters.edit", "GET"): (For.LETTER, "drafting", 200),
    ("letters.edit", "POST"): (For.LETTER, "signing", 409),
    ("roster.show", "GET"): (For.LETTER, "signing", 200),
    ("roster.add", "GET"): (For.LETTER, "signing", 200),
    ("roster.add", "POST"): (For.LETTER, "signing", 422),
    ("roster.import_file", "GET"): (For.LETTER, "signing", 200),
    ("roster.import_file", "POST"): (For.LETTER, "signing", 422),
    ("roster.confirm_import", "POST"): (For.LETTER, "signing", 422),
    ("roster.replace_link", "POST"): (For.LETTER, "signing", 303),
    ("roster.revoke_representative", "POST"): (For.LETTER, "signing", 303),
    ("roster.remove_society", "POST"): (For.LETTER, "drafting", 303),
    ("roster.correct_name", "GET"): (For.LETTER, "closed", 200),
    ("roster.correct_name", "POST"): (For.LETTER, "closed", 422),
    ("sign_on.open_sign_on", "GET"): (For.LETTER, "drafting", 200),
    ("sign_on.open_sign_on", "POST"): (For.LETTER, "drafting", 422),
    ("sign_on.move_deadline", "GET"): (For.LETTER, "signing", 200),
    ("sign_on.move_deadline", "POST"): (For.LETTER, "signing", 422),
    ("sign_on.close", "GET"): (For.LETTER, "signing", 200),
    ("sign_on.close", "POST"): (For.LETTER, "signing", 422),
    ("sign_on.cancel", "GET"): (For.LETTER, "signing", 200),
    ("sign_on.cancel", "POST"): (For.LETTER, "signing", 422),
    ("documents.draft", "GET"): (For.LETTER, "signing", 200),
    ("documents.csv", "GET"): (For.LETTER, "signing", 200),
    ("documents.json", "GET"): (For.LETTER, "signing", 200),
    ("documents.seal_letter", "GET"): (For.LETTER, "closed", 200),
    ("documents.seal_letter", "POST"): (For.LETTER, "signing", 409),
    ("documents.sealed", "GET"): (For.LETTER, "sealed", 200),
    ("submissions.submit", "GET"): (For.LETTER, "sealed", 200),
    ("submissions.submit", "POST"): (For.LETTER, "sealed", 422),
    ("submissions.show", "GET"): (For.LETTER, "submitted", 200),
    ("submissions.show", "POST"): (For.LETTER, "submitted", 422),
    ("submissions.resolve", "POST"): (For.LETTER, "submitted", 303),
    ("mailbox.index", "GET"): (For.STAFF, "signing", 200),
    ("mailbox.show", "GET"): (For.STAFF, "signing", 200),
    ("rooms.door", "GET"): (For.PUBLIC, "signing", 200),
    ("rooms.enter", "POST"): (For.PUBLIC, "signing", 303),
    ("rooms.request_link", "POST"): (For.PUBLIC, "signing", 422),
    ("rooms.read", "GET"): (For.ROOM, "signing", 200),
    ("rooms.board", "GET"): (For.ROOM, "signing", 200),
    ("rooms.board", "POST"): (For.ROOM, "signing", 422),
    ("rooms.leave", "POST"): (For.ROOM, "signing", 200),
    ("answers.sign", "GET"): (For.ROOM, "signing", 200),
    ("answers.sign", "POST"): (For.ROOM, "signing", 422),
    ("answers.decline", "GET"): (For.ROOM, "signing", 200),
    ("answers.decline", "POST"): (For.ROOM, "signing", 422),
    ("answers.withdraw", "GET"): (For.ROOM, "signing", 200),
    ("answers.withdraw", "POST"): (For.ROOM, "signing", 422),
    ("answers.review", "GET"): (For.ROOM, "signing", 303),
    ("answers.review", "POST"): (For.ROOM, "signing", 422),
    ("answers.code", "POST"): (For.ROOM, "signing", 303),
    ("answers.receipt", "GET"): (For.ROOM, "signing", 303),
}
# Staff who are signed in are taken from the front page to their letters.
OTHERWISE = {("front.show", "GET", P.STRANGER): 302, ("front.show", "GET", P.COORDINATOR): 302}


def routes(app: Flask) -> set[tuple[str, str]]:
    return {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def expected(endpoint: str, method: str, person: Person) -> int:
    """The status that the table promises."""
    kind, _state, let_in = TABLE[endpoint, method]
    if person in LET_IN[kind]:
        return OTHERWISE.get((endpoint, method, person), let_in)
    if kind is For.ROOM or person is P.STRANGER:
        return 404
    return 302 if method == "GET" else 403


def ask(world: World, browser: Browser, endpoint: str, method: str, **changes: str) -> int:
    """Asks as the person of this browser, with a token of its own, and nothing else."""
    rule = next(rule for rule in world.app.url_map.iter_rules(endpoint) if method in (rule.methods or set()))
    values = {**world.values(TABLE[endpoint, method][1]), **changes}
    if endpoint.startswith("sign_in."):
        values["token"] = world.sign_in_token()
    built = world.app.url_map.bind("localhost").build(endpoint, {name: values[name] for name in rule.arguments}, method=method)
    data = {"csrf_token": token_of(browser)} if method == "POST" else None
    answer = browser.ask(built, method, data=data)
    if answer.status_code == 302 and endpoint.partition(".")[0] != "front":
        assert answer.location == "/sign-in"
    return answer.status_code


def token_of(browser: Browser) -> str:
    """The CSRF token of this browser's session, from the form that everybody may see."""
    return browser.get("/sign-in").value("csrf_token")


def test_every_route_is_in_the_table(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = create_app(settings_for(tmp_path_factory.mktemp("routes")))
    assert routes(app) == TABLE.keys()


@pytest.mark.parametrize("person", Person)
def test_r13_person_reads_what_the_table_says_and_nothing_more(readers: World, person: Person) -> None:
    browser = readers.browser(person)
    asked = [(endpoint, method) for endpoint, method in TABLE if method == "GET"]
    given = {one: ask(readers, browser, *one) for one in asked}
    assert given == {one: expected(*one, person) for one in asked}


@pytest.mark.parametrize("person", Person)
def test_r13_person_who_is_shut_out_changes_nothing(readers: World, person: Person) -> None:
    browser = readers.browser(person)
    token_of(browser)
    before = dump(readers.engine)
    acts = [one for one in TABLE if one[1] == "POST" and person not in LET_IN[TABLE[one][0]]]
    given = {one: ask(readers, browser, *one) for one in acts}
    assert given == {one: expected(*one, person) for one in acts}
    assert dump(readers.engine) == before


# After these somebody is inside who was not, or outside who was not.
LAST = [
    "rooms.enter",
    "submissions.resolve",
    "rooms.leave",
    "roster.replace_link",
    "roster.revoke_representative",
    "roster.remove_society",
    "sign_in.enter",
    "sign_in.leave",
]


def test_r13_person_does_what_the_table_says(world: World) -> None:
    browsers = {person: world.browser(person) for person in Person}
    acts = sorted((one for one in TABLE if one[1] == "POST"), key=lambda one: LAST.index(one[0]) if one[0] in LAST else -1)
    asked = [(one, person) for one in acts for person in Person if person in LET_IN[TABLE[one][0]]]
    given = {(one, person): ask(world, browsers[person], *one) for one, person in asked}
    assert given == {(one, person): expected(*one, person) for one, person in asked}


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
