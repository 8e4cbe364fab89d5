"""What cannot be taken back asks for a code: nothing is done without, everything typed is kept, and the code does it in one go."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests import new_texts
from tests.browser import Browser
from tests.dump import changed, dump, unchanged
from tests.factories import ANNA, COORDINATOR, NOW, STRANGER, staff_actor
from tests.test_architecture import FINAL, NEED_PROOF
from tests.web.matrix import MATRIX
from tests.web.test_access import token_of
from tests.web.world import ACCOUNTS, Person, World
from webapp.domain import limits
from webapp.domain.actor import COMMAND
from webapp.persistence.database import transaction
from webapp.services import news
from webapp.services.invitations import list_invitations
from webapp.web.typed import typed_text

# What an unproved act may leave: the code, its message, and the session that asked.
CODE_TABLES = {"staff_code", "outbox", "workflow_status", "workflow_input", "web_session"}
WHY = "The article\r\nwas retracted, said “they”."


# What the page says once more, by the world of these tests and what the matrix types.
CONFIRMED = {
    "sign_on.open_sign_on": ["Letter A letter in drafting", "1 society", "14 March 2026, 17:00 Europe/Berlin (16:00 UTC)"],
    "sign_on.move_deadline": ["Letter The quiet hour", "14 March 2026, 17:00", "20 March 2026, 17:00 Europe/Berlin", "2 people"],
    "text_change.change_text": ["Letter The quiet hour", "2, in place of 1", "Substantive", "2 people"],
    "circulation.circulate": ["Letter A letter in drafting"],
    "sign_on.cancel": ["Letter The quiet hour", "It is not needed."],
    "documents.seal_letter": ["Letter A letter that is closed", "Signed by 1 society"],
    "publication.release": ["Letter The quiet hour", "20 March 2026, 17:00"],
    "journal_mails.approve": ["Letter A letter that is sealed", "editor@jim.example.org", "A joint letter", "letter.pdf"],
    "journal_mails.send": ["Letter A letter that is sealed", "editor@jim.example.org", "A joint letter", "letter.pdf"],
    "rounds.open_round": ["Letter A letter that is submitted", "An answer to the editor", "all 1 who represent a signatory"],
    "news.send_to_all": ["Letter A letter that is submitted", "Sent to all 1 who represent a signatory"],
    "new_texts.put": ["Letter A letter that is sealed", "Journal of Invented Medicine", "1 society"],
    "new_texts.make": ["Letter A letter that is sealed", "Journal of Invented Medicine"],
    "roster.export_addresses": ["Letter The quiet hour", "the representatives of 1 society"],
    "people.add": ["Letter The quiet hour", STRANGER, "reader: reads"],
    "people.change_role": ["Letter The quiet hour", ACCOUNTS[Person.READER], "drafter: reads, and writes the draft"],
    "people.remove": ["Letter The quiet hour", ACCOUNTS[Person.READER]],
    "representatives.correct": ["Letter The quiet hour", "fern@ferns.example.org"],
    "selected.write": ["Letter The quiet hour"],
    "invitations.send": ["Letter The quiet hour", "Sent a new link; the old one is dead"],
    "authority.confirm": ["Letter A letter that is closed"],
    "authority.settle_dispute": ["Letter A letter that is closed"],
    "after.open_addendum": ["Letter A letter that is sealed", "Open until 2026-04-01, 18:00"],
    "after.issue_addendum": ["Letter A letter that is sealed"],
    "after.correct": ["Letter A letter that is sealed"],
    "after.tell_withdrawal": ["Letter A letter that is sealed"],
    "staff.add": ["new@example.org"],
    "staff.make_administrator": [STRANGER],
    "staff.unmake_administrator": [STRANGER],
    "staff.remove": [STRANGER],
}
# Where what is done would do nothing in the worlds of the matrix, but may be done.
NEEDS = {
    "authority": "closed",
    "after": "sealed",
    "journal_mails": "sealed",
    "new_texts": "sealed",
    "news": "submitted",
    "rounds": "submitted",
}


def story(world: World, endpoint: str) -> dict[str, str]:
    """What an act needs that is not there in the worlds of the matrix, as the address names it."""
    with Session(world.engine) as session, transaction(session):
        actor, letter = staff_actor(session), world.facts.letters
        if endpoint.startswith("new_texts."):
            return {"text": new_texts.begin(session, actor, letter["sealed"])}
        if endpoint.startswith("news."):
            return {"number": str(news.list_changes(session, actor, letter["submitted"])[0].number)}
    return {}


@pytest.fixture
def desk(world: World) -> Browser:
    """The owner, who has not proved anything yet."""
    browser = Browser(world.app)
    world.sign_in(browser, is_proved=False)
    return browser


def address(world: World, act: str, state: str = "signing") -> str:
    return f"/letters/{world.facts.letters[state]}/{act}"


def ask_to_cancel(world: World, desk: Browser) -> None:
    desk.get(address(world, "cancel"))
    assert desk.press("Cancel this letter", status=403, reason=WHY).heading == "Confirm that it is you"


def state_of(world: World) -> str:
    with world.engine.connect() as connection:
        query = text("SELECT state FROM letter WHERE reference = :letter")
        return str(connection.execute(query, {"letter": world.facts.letters["signing"]}).scalar_one())


def marks_of(world: World) -> str:
    """All whom the letter in signing could send to, as the page of invitations marks them."""
    with Session(world.engine) as session:
        return list_invitations(session, COMMAND, world.facts.letters["signing"]).all_marks


@pytest.mark.parametrize("endpoint", NEED_PROOF)
def test_act_without_proof_does_nothing_but_mail_a_code(world: World, endpoint: str) -> None:
    browser, row = Browser(world.app), MATRIX[endpoint, "POST"]
    person = Person.ADMINISTRATOR if endpoint.startswith("staff.") else Person.OWNER
    world.sign_in(browser, ACCOUNTS[person], is_proved=False)
    values = {**world.values(NEEDS.get(endpoint.partition(".")[0], row.best_state)), **story(world, endpoint)}
    rule = next(rule for rule in world.app.url_map.iter_rules(endpoint) if "POST" in (rule.methods or set()))
    built = world.app.url_map.bind("localhost").build(endpoint, {name: values[name] for name in rule.arguments}, method="POST")
    token, before = token_of(browser), dump(world.engine)
    chosen = {"marks": marks_of(world)} if endpoint == "invitations.send" else {}
    page = browser.post(built, {**row.typed, **chosen, "csrf_token": token}, status=403)
    assert page.heading == "Confirm that it is you"
    assert NEED_PROOF[endpoint] in page.text
    assert ("This cannot be taken back." in page.text) is (endpoint in FINAL)
    for fact in CONFIRMED[endpoint]:
        assert fact in page.text, f"{endpoint} does not say {fact}"
    assert changed(before, dump(world.engine)) <= CODE_TABLES
    assert world.mail.code(ACCOUNTS[person])


def test_code_does_the_act_in_one_go_with_everything_that_was_typed(world: World, desk: Browser) -> None:
    ask_to_cancel(world, desk)
    desk.press("Confirm and cancel the letter", proof_code=world.mail.code(COORDINATOR).lower().replace("-", " "))
    assert "The letter is cancelled" in desk.page.text
    assert state_of(world) == "cancelled"
    assert "was retracted, said “they”." in world.mail.newest(ANNA).text


@pytest.mark.parametrize("typed", ["", "0000-0000", "x" * 41])
def test_wrong_code_keeps_everything_and_does_nothing(world: World, desk: Browser, typed: str) -> None:
    ask_to_cancel(world, desk)
    code = world.mail.code(COORDINATOR)
    with unchanged(world.engine, but=("staff_code",)):
        desk.press("Confirm and cancel the letter", status=422, proof_code=typed)
    assert desk.page.value("reason").splitlines() == WHY.splitlines()
    desk.press("Confirm and cancel the letter", proof_code=code)
    assert state_of(world) == "cancelled"


def test_five_wrong_codes_kill_the_right_one(world: World, desk: Browser) -> None:
    ask_to_cancel(world, desk)
    code = world.mail.code(COORDINATOR)
    for left in (4, 3, 2, 1):
        assert f"{left} {'try' if left == 1 else 'tries'} left" in desk.press("Confirm and", status=422, proof_code="0000-0000").text
    for typed in ("0000-0000", code):
        assert "does not work any more" in desk.press("Confirm and", status=422, proof_code=typed).text
    assert state_of(world) == "signing"


def test_new_code_is_sent_by_a_press_and_replaces_the_one_before(world: World, desk: Browser) -> None:
    ask_to_cancel(world, desk)
    first = world.mail.code(COORDINATOR)
    desk.press("Send a new code", status=403, another_code="1")
    second = world.mail.code(COORDINATOR)
    assert first != second
    assert desk.page.value("reason").splitlines() == WHY.splitlines()
    desk.press("Confirm and", status=422, proof_code=first)
    desk.press("Confirm and", proof_code=second)


def test_asking_again_sends_no_second_code_while_the_first_one_works(world: World, desk: Browser) -> None:
    for _ in range(3):
        ask_to_cancel(world, desk)
    assert len([one for one in world.mail.messages(COORDINATOR) if "is your code" in one.subject]) == 1


def test_five_codes_an_hour_and_no_more(world: World, desk: Browser) -> None:
    ask_to_cancel(world, desk)
    for _ in range(4):
        desk.press("Send a new code", status=403, another_code="1")
    page = desk.press("Send a new code", status=429, another_code="1")
    assert "try again in an hour" in page.text
    assert page.value("reason").splitlines() == WHY.splitlines()
    desk.press("Confirm and", proof_code=world.mail.code(COORDINATOR))


@pytest.mark.parametrize(("after", "is_fresh"), [(timedelta(minutes=14, seconds=59), True), (timedelta(minutes=15), False)])
def test_proof_lasts_a_quarter_of_an_hour(world: World, desk: Browser, after: timedelta, is_fresh: bool) -> None:
    world.prove(desk)
    world.clock.at = NOW + after
    desk.get(address(world, "cancel"))
    desk.press("Cancel this letter", status=200 if is_fresh else 403, reason=WHY)


@pytest.mark.parametrize(("after", "works"), [(limits.CODE_LIFE - timedelta(seconds=1), True), (limits.CODE_LIFE, False)])
def test_code_lives_half_an_hour(world: World, desk: Browser, after: timedelta, works: bool) -> None:
    ask_to_cancel(world, desk)
    code = world.mail.code(COORDINATOR)
    world.clock.at = NOW + after
    desk.press("Confirm and", status=200 if works else 422, proof_code=code)


def test_code_works_only_in_the_session_that_asked_for_it(world: World, desk: Browser) -> None:
    other = Browser(world.app)
    world.sign_in(other, is_proved=False)
    ask_to_cancel(world, desk)
    code = world.mail.code(COORDINATOR)
    ask_to_cancel(world, other)
    other.press("Confirm and", status=422, proof_code=code)
    desk.press("Confirm and", proof_code=code)


def test_proof_of_one_session_is_none_of_another(world: World, desk: Browser) -> None:
    world.prove(desk)
    other = Browser(world.app)
    world.sign_in(other, is_proved=False)
    ask_to_cancel(world, other)


def test_signing_in_anew_asks_again(world: World, desk: Browser) -> None:
    world.prove(desk)
    world.sign_in(desk, is_proved=False)
    ask_to_cancel(world, desk)


def test_whoever_may_not_do_it_is_told_so_and_mailed_nothing(world: World) -> None:
    reader = Browser(world.app)
    world.sign_in(reader, ACCOUNTS[Person.READER], is_proved=False)
    token = token_of(reader)
    with unchanged(world.engine):
        page = reader.post(address(world, "cancel"), {"csrf_token": token, "reason": WHY, "proof_code": "0000-0000"}, status=403)
    assert page.heading == "This is not yours to do"


def test_r6_reading_a_page_of_such_an_act_mails_nothing(world: World, desk: Browser) -> None:
    with unchanged(world.engine):
        for act in ("cancel", "deadline", "open", "seal"):
            desk.get(address(world, act))


def test_control_view_without_the_decorator_needs_no_code(world: World, desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    app: Flask = world.app
    monkeypatch.setattr("webapp.web.proof._ask_for_proof", lambda _page: None)
    assert "sign_on.cancel" in app.view_functions
    desk.get(address(world, "cancel"))
    desk.press("Cancel this letter", reason=WHY)
    assert state_of(world) == "cancelled"


def test_r19_code_is_not_shown_among_what_had_been_typed(world: World) -> None:
    with world.app.test_request_context("/", method="POST", data={"proof_code": "K7Q2-9XYZ", "another_code": "1", "reason": "because"}):
        assert typed_text() == [("reason", "because")]


def test_f10_code_that_was_over_at_a_tick_stays_over_on_a_clock_set_back(world: World, desk: Browser) -> None:
    ask_to_cancel(world, desk)
    code = world.mail.code(COORDINATOR)
    world.clock.at = NOW + limits.CODE_LIFE
    world.mail.workflows.tick_step()
    world.clock.at = NOW + timedelta(minutes=1)
    desk.press("Confirm and", status=422, proof_code=code)


def test_superseded_code_stays_dead_on_a_clock_set_back(world: World, desk: Browser) -> None:
    ask_to_cancel(world, desk)
    first = world.mail.code(COORDINATOR)
    world.clock.at = NOW + timedelta(minutes=1)
    desk.press("Send a new code", status=403, another_code="1")
    world.clock.at = NOW + timedelta(seconds=30)
    # The newest is used up by wrong tries, so that the one before it is looked at.
    for _try in range(limits.CODE_TRIES):
        desk.press("Confirm and", status=422, proof_code="0000-0000")
    desk.press("Confirm and", status=422, proof_code=first)
