"""A representative’s ten minutes: sign, replace, withdraw, decline, come too late, come second, read an old text."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.dump import changed, dump
from tests.factories import ANNA, BRUNO, COORDINATOR, DEADLINE, NOW, freeze_another, letter_row, staff_actor
from tests.web.world import SIGN, Person, World
from webapp.persistence.database import transaction
from webapp.services import revisions


@pytest.fixture
def anna(world: World) -> Browser:
    browser = Browser(world.app)
    world.open_letter(browser, world.facts.anna)
    return browser


@pytest.fixture
def bruno(world: World) -> Browser:
    browser = Browser(world.app)
    world.open_letter(browser, world.mail.link(BRUNO).rpartition("/")[2])
    return browser


def review(browser: Browser, **typed: str) -> None:
    """Fills in the form to sign and goes on to the review."""
    browser.get(room(browser) + "/sign")
    assert browser.press("Go on to review", **{**SIGN, **typed}).heading == "Review and confirm"


def room(browser: Browser) -> str:
    """The address of the room in which the browser is."""
    parts = browser.page.response.request.path.split("/")
    return "/".join(parts[:3])


def sign(world: World, browser: Browser, email: str = ANNA, **typed: str) -> None:
    review(browser, **typed)
    browser.press("Sign for", code=world.mail.code(email))


def test_representative_signs_and_has_a_receipt_with_the_text(world: World, anna: Browser) -> None:
    assert "No society has signed this letter yet." in anna.page.text
    anna.follow("Sign now for Gullhaven, Society of")
    assert anna.page.value("printed_name") == "Gullhaven, Society of"
    anna.press("Go on to review", **SIGN)
    assert all(word in anna.page.text for word in ("Prof. Anna Berg", "President", "the board, on 1 March 2026", "None"))
    anna.press("Sign for Gullhaven, Society of", code=world.mail.code(ANNA))
    assert anna.page.heading == "Gullhaven, Society of has signed"
    receipt = world.mail.newest(ANNA)
    assert receipt.subject == "Receipt: Gullhaven, Society of has signed “The quiet hour deserves a fair trial”"
    assert "We, the undersigned, disagree" in receipt.text
    assert world.mail.newest(BRUNO).subject == receipt.subject
    assert "1 society has signed this letter." in anna.get(room(anna)).text


def test_society_sees_the_country_that_is_printed_under_its_name(world: World, anna: Browser) -> None:
    def country() -> str:
        return " ".join(anna.page.words(one) for one in anna.page.all("p") if one.get("class") == "signatory__country")

    anna.follow("Sign now for Gullhaven, Society of")
    assert country() == ""
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE society SET country = 'GB' WHERE printed_name = 'Gullhaven, Society of'"))
    anna.get(room(anna) + "/sign")
    assert country() == "United Kingdom"
    anna.press("Go on to review", **SIGN)
    assert country() == "United Kingdom"
    anna.press("Sign for Gullhaven, Society of", code=world.mail.code(ANNA))
    assert country() == "United Kingdom"


def test_representative_declines_with_a_reason(world: World, anna: Browser) -> None:
    anna.follow("We will not sign")
    anna.press("Go on to review", reason="Our board sees it otherwise.", is_authorised="y")
    assert "Our board sees it otherwise." in anna.page.text
    anna.press("Decline for", code=world.mail.code(ANNA))
    assert anna.page.heading == "Gullhaven, Society of has declined"
    assert "Our board sees it otherwise." in world.mail.newest(ANNA).text


def test_representative_replaces_an_answer(world: World, anna: Browser) -> None:
    sign(world, anna)
    world.clock.move(minutes=5)
    anna.get(room(anna))
    anna.follow("Replace the answer: sign again")
    assert "This replaces the answer given on 2 March 2026" in anna.page.text
    anna.press("Go on to review", **{**SIGN, "officer": "Dr Cleo Berg"})
    assert "This replaces the answer given on" in anna.page.text
    anna.press("Sign for", code=world.mail.code(ANNA))
    assert "Dr Cleo Berg" in anna.page.text
    assert "1 society has signed" in anna.get(room(anna)).text


def test_representative_withdraws_and_may_answer_again(world: World, anna: Browser) -> None:
    sign(world, anna)
    anna.get(room(anna))
    anna.follow("Withdraw the answer")
    anna.press("Go on to review", reason="A mistake.")
    anna.press("Withdraw the answer of", code=world.mail.code(ANNA))
    assert anna.page.heading == "The answer is withdrawn"
    assert "withdrawn its answer" in world.mail.newest(ANNA).subject
    anna.get(room(anna))
    assert "No society has signed" in anna.page.text
    anna.follow("Sign now for")


def test_board_date_is_shown_to_society_and_coordinator(world: World, anna: Browser) -> None:
    anna.follow("Our board decides on")
    anna.press("Tell the coordinator", board_meets_on="2026-03-10")
    assert "Your board decides on 10 March 2026" in anna.page.text
    staff = world.browser(Person.COORDINATOR)
    assert "with the board" in staff.get(f"/letters/{world.facts.letters['signing']}/roster").text


def test_r7_wrong_code_counts_down_and_the_fifth_asks_for_a_new_one(world: World, anna: Browser) -> None:
    review(anna)
    right = world.mail.code(ANNA)
    for left in ("4 tries", "3 tries", "2 tries", "1 try left"):
        assert left in anna.press("Sign for", status=422, code="AAAA-AAAA").text
    assert "does not work any more" in anna.press("Sign for", status=422, code="AAAA-AAAA").text
    assert "does not work any more" in anna.press("Sign for", status=422, code=right).text
    anna.press("Send a new code")
    anna.press("Sign for", code=world.mail.code(ANNA))
    assert anna.page.heading == "Gullhaven, Society of has signed"


def test_r7_six_codes_an_hour_are_not_sent(world: World, anna: Browser) -> None:
    review(anna)
    for _ in range(4):
        assert "A new code is on its way" in anna.press("Send a new code").text
    assert "5 codes have been sent within the hour" in anna.press("Send a new code").text


def test_r1_second_of_two_is_told_who_and_when_and_may_replace(world: World, anna: Browser, bruno: Browser) -> None:
    bruno.get(room(bruno) + "/sign")
    form = bruno.page
    sign(world, anna)
    bruno.page = form
    page = bruno.press("Go on to review", status=409, **{**SIGN, "officer": "Dr Bruno Wirth"})
    assert "Prof. Anna Berg signed for your society on 2 March 2026, 10:00 Europe/Berlin" in page.text
    assert page.value("officer") == "Dr Bruno Wirth"
    bruno.press("Go on to review", is_authorised="y")
    bruno.press("Sign for", code=world.mail.code(BRUNO))
    assert "Dr Bruno Wirth" in bruno.page.text
    assert "Given by Bruno Wirth" in bruno.page.text
    assert world.mail.newest(ANNA).subject.startswith("Receipt")


def test_r1_second_of_two_who_already_has_a_code_is_told_too(world: World, anna: Browser, bruno: Browser) -> None:
    review(bruno)
    sign(world, anna)
    page = bruno.press("Sign for", status=409, code=world.mail.code(BRUNO))
    assert "Prof. Anna Berg signed for your society" in page.text
    with world.engine.connect() as connection:
        standing = connection.execute(
            text("SELECT officer FROM answer WHERE is_standing AND letter_id = (SELECT id FROM letter WHERE reference = :of)"),
            {"of": world.facts.letters["signing"]},
        ).all()
    assert [row.officer for row in standing] == ["Prof. Anna Berg"]


def test_r9_late_answer_keeps_what_was_typed_and_names_whom_to_write_to(world: World, anna: Browser) -> None:
    anna.follow("Sign now for")
    world.clock.at = NOW + timedelta(minutes=59)
    form = anna.page
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE letter SET deadline = :at WHERE state = 'signing'"), {"at": "2026-03-02 09:30:00.000000"})
    before = dump(world.engine)
    anna.page = form
    page = anna.press("Go on to review", status=409, **{**SIGN, "competing_interests": "Grants of the quiet trust"})
    assert "Sign-on closed on 2 March 2026, 10:30 Europe/Berlin" in page.text
    assert page.value("competing_interests") == "Grants of the quiet trust"
    assert "office@marrowby.example.org" in page.text
    assert changed(before, dump(world.engine)) <= {"web_session"}


def test_r9_code_that_comes_after_the_deadline_is_refused_and_the_answer_kept_in_sight(world: World, anna: Browser) -> None:
    world.clock.at = DEADLINE - timedelta(minutes=1)
    world.open_letter(anna, world.facts.anna)
    review(anna)
    code = world.mail.code(ANNA)
    world.clock.at = DEADLINE
    page = anna.press("Sign for", status=409, code=code)
    assert "Your answer arrived after that and was not counted" in page.text
    assert "Prof. Anna Berg" in page.text
    assert "office@marrowby.example.org" in page.text


def test_r2_form_with_an_older_digest_stores_nothing_and_says_so(world: World, anna: Browser) -> None:
    anna.follow("Sign now for")
    before = dump(world.engine)
    page = anna.press("Go on to review", status=409, **{**SIGN, "digest": "0" * 64})
    assert "The letter has changed" in page.text
    assert page.value("officer") == "Prof. Anna Berg"
    assert changed(before, dump(world.engine)) <= {"web_session"}
    assert anna.press("Go on to review", **SIGN).heading == "Review and confirm"


def test_r2_form_with_an_older_digest_is_refused_with_the_redline(world: World, anna: Browser) -> None:
    anna.follow("Sign now for")
    with Session(world.engine) as session, transaction(session):
        freeze_another(session, world.facts.letters["signing"], "disagree", "differ")
    before = dump(world.engine)
    page = anna.press("Go on to review", status=409, **SIGN)
    assert "2 insertions, 1 deletion." in page.text
    assert "deleted: disagree inserted: differ" in " ".join(page.text.split())
    assert page.value("officer") == "Prof. Anna Berg"
    assert changed(before, dump(world.engine)) <= {"web_session"}


def test_r2_text_that_changed_between_form_and_code_is_refused_with_the_redline(world: World, anna: Browser) -> None:
    review(anna)
    with Session(world.engine) as session, transaction(session):
        freeze_another(session, world.facts.letters["signing"], "disagree", "differ")
    page = anna.press("Sign for", status=409, code=world.mail.code(ANNA))
    assert "deleted: disagree inserted: differ" in " ".join(page.text.split())


def test_draft_that_was_never_frozen_is_not_shown_for_its_digest(world: World, anna: Browser) -> None:
    with Session(world.engine) as session, transaction(session):
        letter = letter_row(session, world.facts.letters["signing"])
        letter.statement.body = "A secret draft."
        digest = revisions.take_revision(session, letter, staff_actor(session), revisions.Declaration(), now=NOW).digest
    anna.follow("Sign now for")
    page = anna.press("Go on to review", status=409, **{**SIGN, "digest": digest})
    assert "secret" not in page.text


def test_r8_double_click_and_back_button_give_one_answer(world: World, anna: Browser) -> None:
    review(anna)
    form, code = anna.page, world.mail.code(ANNA)
    anna.press("Sign for", code=code)
    before = dump(world.engine)
    for _ in range(3):
        anna.page = form
        assert anna.press("Sign for", code=code).heading == "Gullhaven, Society of has signed"
    assert changed(before, dump(world.engine)) <= {"web_session"}


def test_page_from_before_the_last_one_cannot_be_confirmed(world: World, anna: Browser) -> None:
    review(anna)
    old = anna.page
    review(anna, officer="Dr Cleo Berg")
    code = world.mail.code(ANNA)
    anna.page = old
    assert "older than your last one" in anna.press("Sign for", status=409, code=code).text


MISSING = ["printed_name", "officer", "office", "decided_by", "decided_on", "competing_interests", "mandate", "is_authorised"]


@pytest.mark.parametrize("name", MISSING)
def test_every_field_of_the_form_says_what_is_missing_and_keeps_the_rest(world: World, anna: Browser, name: str) -> None:
    anna.follow("Sign now for")
    typed: dict[str, Any] = {**SIGN, name: ""}
    without = (name,) if name in {"mandate", "is_authorised"} else ()
    page = anna.press("Go on to review", status=422, without=without, **typed)
    assert "There is a problem" in page.text
    assert page.html.count(f'href="#{name}') == 1
    for other in ("officer", "office", "decided_by", "competing_interests"):
        if other != name:
            assert page.value(other) == SIGN[other]


def test_consent_is_a_choice(world: World, anna: Browser) -> None:
    anna.follow("Sign now for")
    anna.press("Go on to review", without=("consent_to_print",), **SIGN)
    assert "no, the society alone" in anna.page.text


def test_r20_what_was_typed_is_shown_literally(world: World, anna: Browser) -> None:
    name = "{{ 7 * 7 }} <b>Society</b> & “Co.”"
    sign(world, anna, printed_name=name, competing_interests="{% raw %}<script>alert(1)</script>")
    assert name in anna.page.text
    staff = world.browser(Person.COORDINATOR)
    page = staff.get(f"/letters/{world.facts.letters['signing']}/roster")
    assert name in page.text
    assert "<script>alert(1)" not in page.html
    receipt = world.mail.newest(ANNA)
    assert name in receipt.text
    assert "<b>Society</b>" not in receipt.html
    assert "&lt;b&gt;Society" in receipt.html
    assert "{% raw %}<script>alert(1)</script>" in receipt.text


def test_t11_fields_that_a_form_does_not_have_change_nothing(world: World, anna: Browser) -> None:
    extra = {
        "is_standing": "0",
        "state": "sealed",
        "received_at": "2020-01-01",
        "representative_id": "1",
        "letter_id": "1",
        "kind": "decline",
        "act": "decline",
        "authority": "code",
        "email": "evil@example.org",
        "id": "1",
    }
    anna.follow("Sign now for")
    anna.press("Go on to review", **SIGN, **extra)
    anna.press("Sign for", code=world.mail.code(ANNA), **extra)
    with world.engine.connect() as connection:
        row = connection.execute(text("SELECT kind, is_standing, received_at FROM answer ORDER BY id DESC LIMIT 1")).one()
    assert (row.kind, bool(row.is_standing), str(row.received_at)[:10]) == ("sign", True, "2026-03-02")
    assert "evil" not in str([one.to_address for one in world.mail.messages()])


def people_of_the_letter(world: World) -> Iterator[Browser]:
    yield world.browser(Person.REPRESENTATIVE)
    yield world.browser(Person.OTHER)


def test_t27_no_representative_sees_the_address_of_another(world: World, anna: Browser) -> None:
    sign(world, anna)
    for browser in people_of_the_letter(world):
        html = browser.get(room(browser)).html
        assert not {ANNA, BRUNO, COORDINATOR} & set(html.replace('"', " ").replace("<", " ").replace(">", " ").split())


def test_receipt_before_any_answer_leads_back_to_the_letter(world: World, anna: Browser) -> None:
    assert anna.get(room(anna) + "/receipt").heading == "The quiet hour deserves a fair trial"
    assert anna.get(room(anna) + "/review").heading == "The quiet hour deserves a fair trial"


@pytest.mark.parametrize(("milliseconds", "is_taken"), [(-1, True), (0, False), (1, False)], ids=["before", "at", "after"])
def test_f12_one_instant_decides_to_the_millisecond_for_a_request(world: World, anna: Browser, milliseconds: int, is_taken: bool) -> None:
    world.clock.at = DEADLINE - timedelta(minutes=1)
    world.open_letter(anna, world.facts.anna)
    review(anna)
    code = world.mail.code(ANNA)
    world.clock.at = DEADLINE + timedelta(milliseconds=milliseconds)
    page = anna.press("Sign for", status=200 if is_taken else 409, code=code)
    assert ("has signed" in page.heading) is is_taken


def test_address_of_an_own_statement_beside_another_answer_is_asked_about(anna: Browser) -> None:
    anna.follow("We will not sign")
    typed = {"how": "decline", "link": "https://example.org/ours", "is_authorised": "y"}
    page = anna.press("Go on to review", status=422, **typed)
    assert "choose “We make a statement of our own”" in page.text
    assert "https://example.org/ours" in page.html
