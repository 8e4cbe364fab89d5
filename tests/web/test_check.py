"""The page on which anybody checks a file: genuine or not known, in the same words whatever there is (R18, T21)."""

import hashlib
import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser import Browser, Page
from tests.dump import unchanged
from tests.factories import ANNA, FAKE_PDF
from tests.web.world import World
from webapp.domain import limits
from webapp.domain.document_kind import DocumentKind
from webapp.persistence.tables import AnswerRow, DocumentRow, LetterRow
from webapp.web.views import check

TITLE = "A letter that is sealed"
FOREIGN = b"%PDF-1.7 of elsewhere"


def ask(browser: Browser, content: bytes = b"", status: int = 200, **typed: str) -> Page:
    sent = {**typed, "file": (io.BytesIO(content), "letter.pdf")} if content else typed
    answer = browser.ask("/check", "POST", data=sent)
    assert answer.status_code == status
    return Page(answer)


def answer_of(world: World) -> AnswerRow:
    with Session(world.engine) as session:
        return session.scalars(select(AnswerRow).order_by(AnswerRow.id)).first()  # type: ignore[return-value]


def list_of(world: World, title: str) -> bytes:
    """A file that no other letter of this house has: their PDFs are all the same."""
    query = select(DocumentRow.content).join(LetterRow, LetterRow.id == DocumentRow.letter_id).where(LetterRow.title == title)
    with Session(world.engine) as session:
        return session.scalars(query.where(DocumentRow.kind == DocumentKind.SIGNATORIES_CSV)).one()


def test_t21_sealed_file_is_genuine_and_says_what_it_is(readers: World) -> None:
    with unchanged(readers.engine):
        page = ask(Browser(readers.app), list_of(readers, TITLE))
    assert page.heading == "Checked: genuine"
    for words in ("to the last byte", "Signatories (CSV)", TITLE, "1 society", "invented"):
        assert words in page.text


def test_t21_one_byte_changed_is_not_known(readers: World) -> None:
    page = ask(Browser(readers.app), FAKE_PDF[:-1] + b"s")
    assert page.heading == "Checked: not known here"
    assert TITLE not in page.text


def test_page_takes_the_number_that_the_browser_has_taken(readers: World) -> None:
    sha256 = hashlib.sha256(FAKE_PDF).hexdigest()
    assert ask(Browser(readers.app), sha256=sha256).heading == "Checked: genuine"
    assert ask(Browser(readers.app), quoted=f" {sha256.upper()}\n").heading == "Checked: genuine"


def test_r18_page_of_every_letter_is_the_same_and_sets_no_cookie(readers: World) -> None:
    letters = [*readers.facts.letters.values(), "there-is-none", "x" * 60]
    answers = [Browser(readers.app).ask(f"/check/{one}", "GET") for one in letters]
    assert {(one.status_code, one.data, one.headers.get("Set-Cookie")) for one in answers} == {(200, answers[0].data, None)}
    assert Browser(readers.app).ask("/check", "POST", data={"quoted": "0" * 64}).headers.get("Set-Cookie") is None


def test_receipt_is_found_on_the_record(readers: World) -> None:
    row = answer_of(readers)
    line = f"Record          event {row.record_sequence}, {row.record_hash}"
    for quoted in (line, f"> Dear Anna,\n> {line}\n> Bye", f"{row.record_sequence}:{row.record_hash}"):
        page = ask(Browser(readers.app), quoted=quoted)
        assert page.heading == "Checked: genuine"
        assert f"event {row.record_sequence} is on the record" in page.text
    assert ANNA not in page.text


@pytest.mark.parametrize(
    ("name", "heading"), [("r.eml", "Checked: genuine"), ("r.TXT", "Checked: genuine"), ("r.pdf", "Checked: not known here")]
)
def test_t21_receipt_that_is_uploaded_as_a_mail_is_read(readers: World, name: str, heading: str) -> None:
    row = answer_of(readers)
    mail = f"Subject: Receipt\n\nRecord          event {row.record_sequence}, {row.record_hash}\n".encode()
    answer = Browser(readers.app).ask("/check", "POST", data={"file": (io.BytesIO(mail), name)})
    assert Page(answer).heading == heading


@pytest.mark.parametrize(("number", "hash_"), [(0, "f" * 64), (1, None)])
def test_receipt_with_another_number_or_hash_is_named(readers: World, number: int, hash_: str | None) -> None:
    row = answer_of(readers)
    page = ask(Browser(readers.app), quoted=f"event {row.record_sequence + number}, {hash_ or row.record_hash}")
    assert page.heading == "Checked: not known here"
    assert "history was rolled back" in page.text or f"is that of event {row.record_sequence}" in page.text


@pytest.mark.parametrize("quoted", ["", "   ", "12", "a letter to the editor", "1:xyz", "\0", "9" * 5_000])
def test_what_is_neither_is_refused_in_words_and_kept(readers: World, quoted: str) -> None:
    page = ask(Browser(readers.app), status=422, quoted=quoted)
    assert "receipt" in page.text
    assert page.value("quoted").strip() == quoted.strip().replace("\0", "\ufffd")


def test_who_asks_too_often_for_what_is_not_known_waits(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "UNKNOWN_FILES", check.UNKNOWN_FILES.__class__("unknown files of a network", 3, limits.AN_HOUR))
    browser = Browser(fresh_world.app)
    for _ in range(3):
        ask(browser, FOREIGN)
    assert "Wait" in ask(browser, FOREIGN, status=429).text
    assert "Wait" in ask(browser, FAKE_PDF, status=429).text
