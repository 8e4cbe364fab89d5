"""Recorded answers, authority and “This was not us”, as people do them with pages and mail."""

import io
import re
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from tests.browser import Browser, Page
from tests.dump import changed, dump
from tests.factories import ANNA, BRUNO
from tests.web.world import ACCOUNTS, SIGN, Person, World
from webapp.persistence.tables import LetterRow, SocietyRow

PDF = b"%PDF-1.7\nWe sign.\n%%EOF"
OFFICIAL = "office@official.example.org"
RECORD = {
    **{name: SIGN[name] for name in ("printed_name", "officer", "office", "decided_by", "decided_on", "competing_interests", "mandate")},
    "source": "paper",
    "received_from": "Anna Berg",
    "came_on": "2026-03-02",
    "kind": "sign",
}
_LINK = re.compile(r"https?://\S+/(?:not-us|confirm)/\S+")


def mailed(world: World, to: str) -> str:
    """The newest link in the mail of this address by which one speaks to an answer."""
    return [match[0] for one in world.mail.messages(to) if (match := _LINK.search(one.text))][-1]


def desk(world: World, person: Person = Person.OWNER) -> Browser:
    return world.browser(person)


def of_letter(world: World, part: str = "") -> str:
    return f"/letters/{world.facts.letters['signing']}{part}"


def file(name: str = "letter.pdf", content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def record(world: World, browser: Browser, *, status: int = 200, **changes: Any) -> Page:
    browser.get(of_letter(world, f"/roster/{world.facts.invitation}/record"))
    return browser.press("Record the answer", status=status, **{**RECORD, "file": file(), **changes})


def sign(world: World) -> Browser:
    anna = Browser(world.app)
    world.open_letter(anna, world.facts.anna)
    anna.get(f"/room/{world.facts.invitation}/sign")
    anna.press("Go on to review", **SIGN)
    anna.press("Sign for", code=world.mail.code(ANNA))
    return anna


def ask_for(world: World, *methods: str, official: str = "") -> None:
    with world.engine.begin() as connection:
        connection.execute(update(LetterRow).values(authority_rule=list(methods)))
        connection.execute(update(SocietyRow).values(official_address=official))


def test_r12_answer_on_paper_is_recorded_confirmed_and_disowned(world: World) -> None:
    owner, colleague = desk(world), desk(world, Person.COLLEAGUE)
    assert "to be checked" in record(world, owner).text
    assert "You have recorded it yourself" in owner.page.text
    assert "0societies have signed" in owner.get(of_letter(world)).text.replace(" societies have signed", "societies have signed")
    colleague.get(of_letter(world))
    colleague.follow("Gullhaven, Society of has an answer that was recorded")
    waits = world.mail.newest(ACCOUNTS[Person.COLLEAGUE])
    assert waits.subject.startswith("To be confirmed: the answer recorded for Gullhaven") and of_letter(world, "/authority/") in waits.text
    colleague.press("Confirm the recorded answer")
    assert "letter on paper" in colleague.get(of_letter(world, "/roster")).text
    told = world.mail.newest(BRUNO)
    assert told.subject.startswith("Recorded for Gullhaven, Society of")
    anna = Browser(world.app)
    world.open_letter(anna, world.facts.anna)
    assert "letter on paper" in anna.page.text
    assert anna.follow("say that this was not you").heading == "This was not us"
    reader = Browser(world.app)
    reader.get(mailed(world, BRUNO))
    reader.press("Go on", words="Our board has not met.")
    assert reader.press("Dispute the answer", code=world.mail.code(BRUNO)).heading == "The answer is disputed"
    owner.get(of_letter(world))
    owner.follow("Gullhaven, Society of says that its answer was not its own")
    assert "Our board has not met." in owner.page.text
    assert owner.press("Settle the dispute", status=422).form("Settle the dispute") is not None
    owner.press("Settle the dispute", stands="no", finding="The office knows of nothing.")
    assert "is withdrawn" in world.mail.newest(ANNA).subject


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"file": file(content=b"")}, "Attach the proof"),
        ({"file": file("x.exe", b"MZ\0\0")}, "This is no PDF"),
        ({"officer": ""}, "Name the officer"),
        ({"kind": ""}, "Choose what the society answers"),
        ({"came_on": "2031-01-01"}, "lies in the future"),
    ],
)
def test_record_that_is_refused_says_why_and_keeps_what_was_typed(world: World, changes: dict[str, Any], says: str) -> None:
    browser, before = desk(world), dump(world.engine)
    page = record(world, browser, status=422, how="They called twice.", **changes)
    assert says in page.text
    assert page.value("how") == "They called twice."
    assert "answer" not in changed(before, dump(world.engine))


def test_t37_proof_is_served_as_a_file_and_never_as_a_page(world: World) -> None:
    owner = desk(world)
    record(world, owner, file=file('..\\..\\a"b\u202e\r\nX-Evil: 1.pdf'))
    address = next(one.get("href") for one in owner.page.all("a") if "/proof/" in (one.get("href") or "")) or ""
    answer = owner.ask(address)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "X-Evil" not in answer.headers
    assert {person: desk(world, person).ask(address).status_code for person in (Person.READER, Person.STRANGER)} == {
        Person.READER: 403,
        Person.STRANGER: 404,
    }


def test_r6_t24_opening_the_link_changes_nothing_and_an_invitation_opens_none(world: World) -> None:
    sign(world)
    link, before = mailed(world, ANNA), dump(world.engine)
    scanner = Browser(world.app)
    assert scanner.get(link).heading == "This was not us"
    scanner.press("Go on", status=422, words=" ")
    for path in ("not-us", "confirm"):
        assert scanner.get(f"/{path}/{world.facts.anna}", status=404).heading == "This link does not open a letter"
    assert changed(before, dump(world.engine)) <= {"rate_limit"}


def test_r7_wrong_code_disputes_nothing_and_keeps_the_words(world: World) -> None:
    sign(world)
    reader = Browser(world.app)
    reader.get(mailed(world, ANNA))
    reader.press("Go on", words="Not ours.")
    assert "Type the code" in reader.press("Dispute the answer", status=422, code=" ").text
    assert "40 characters" in reader.press("Dispute the answer", status=422, code="0" * 50).text
    page = reader.press("Dispute the answer", status=422, code="0000-0000")
    assert "4 tries left" in page.text
    assert page.value("words") == "Not ours."
    with Session(world.engine) as session:
        assert session.execute(text("SELECT count(*) FROM dispute")).scalar() == 0


def test_open_check_is_settled_by_the_official_address(world: World) -> None:
    ask_for(world, "official", official=OFFICIAL)
    anna = sign(world)
    assert "It does not count yet" in anna.page.text
    assert world.mail.newest(OFFICIAL).subject.startswith("Receipt")
    owner = desk(world)
    owner.get(of_letter(world))
    owner.follow("Gullhaven, Society of has signed: may whoever did speak for it?")
    owner.press("Ask the official address to confirm")
    office = Browser(world.app)
    office.get(mailed(world, OFFICIAL))
    office.press("Go on", words="Mary Stone, secretary.")
    assert office.press("Confirm the answer", code=world.mail.code(OFFICIAL)).heading == "The answer is confirmed"
    assert "confirmed from the official address" in owner.get(of_letter(world, "/authority")).text


def test_society_attaches_a_minute_and_a_coordinator_settles_by_it(world: World) -> None:
    ask_for(world, "minute")
    anna = sign(world)
    anna.follow("Attach the minute of your board")
    assert "Attach the proof" in anna.press("Attach it", status=422).text
    anna.press("Attach it", file=file("minute.pdf"))
    owner = desk(world)
    with Session(world.engine) as session:
        answer = session.execute(text("SELECT reference FROM answer ORDER BY id DESC LIMIT 1")).scalar()
        proof = session.execute(text("SELECT reference FROM proof_file")).scalar()
    owner.get(of_letter(world, f"/authority/{answer}"))
    owner.press("Settle it", status=422)
    owner.press("Settle it", method="minute", proof=proof)
    assert "minute of the board attached" in owner.page.text


def test_letter_sets_what_it_asks_for(world: World) -> None:
    owner = desk(world)
    owner.get(of_letter(world, "/authority"))
    owner.follow("Change what is asked for")
    assert "Choose at least one" in owner.press("Ask for this", status=422, without=("methods",)).text
    owner.press("Ask for this", methods=["own_domain", "official"])
    assert "A confirmation from the society’s official address." in owner.page.text
