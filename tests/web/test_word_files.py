"""A Word file comes into a text: seen first, stored by one press, with what its writers said; and the text goes out as one."""

import io
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser import Page
from tests.dump import unchanged
from tests.factories import NOW, letter_row
from tests.rendering.letters import AUDIT, SMITH
from tests.rendering.word_files import BY_BO, cited, comment, commented, deleted, inserted, paragraph, run, word_file
from tests.web.world import Person, World
from webapp.persistence.database import transaction
from webapp.persistence.tables import CommentRow, TextRow
from webapp.rendering.word import read_word

FILE = word_file(
    paragraph(run("The point"), style="Heading1"),
    paragraph(run("It was tw"), deleted("o"), inserted("elve"), run(" years "), commented(1, run("of care")), run("."), cited(SMITH)),
    comments=comment(1, "Too soft."),
)
TEXT = "# The point\n\nIt was two years of care.[@smith2024]"


class Desk:
    def __init__(self, world: World) -> None:
        self.world, self.letter = world, world.facts.letters["drafting"]
        self.browser = world.browser(Person.COORDINATOR)
        with Session(world.engine) as session:
            self.text = letter_row(session, self.letter).statement.reference
        self.address = f"/letters/{self.letter}/texts/{self.text}"

    def upload(self, file: bytes, *, status: int = 200, name: str = "letter.docx") -> Page:
        self.browser.get(f"{self.address}/import")
        return self.browser.press("Show what it would bring", status=status, file=(io.BytesIO(file), name))

    def row(self, session: Session) -> TextRow:
        return session.scalars(select(TextRow).where(TextRow.reference == self.text)).one()


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_file_is_shown_and_nothing_is_stored_before_the_press(desk: Desk) -> None:
    with desk.world.engine.connect() as connection, unchanged(connection):
        page = desk.upload(FILE)
    for words in ("1 tracked change, as a suggestion", "1 comment", "1 reference", "to read “twelve”", "Too soft.", "The point"):
        assert words in page.text


def test_press_replaces_the_text_as_one_edition(desk: Desk) -> None:
    with Session(desk.world.engine) as session:
        before = desk.row(session).edition
    desk.upload(FILE)
    page = desk.browser.press("Replace the text by this")
    assert "The text is now the one of the Word file." in page.text
    with Session(desk.world.engine) as session:
        row, letter = desk.row(session), letter_row(session, desk.letter)
        assert (row.body, row.edition) == (TEXT, before + 1)
        assert [item["id"] for item in letter.references if item.get("title") == SMITH["title"]] == ["smith2024"]


def test_changes_and_comments_hang_on_a_revision_of_the_text_as_it_came(desk: Desk) -> None:
    desk.upload(FILE)
    desk.browser.press("Replace the text by this")
    with Session(desk.world.engine) as session:
        letter = letter_row(session, desk.letter)
        rows = session.scalars(select(CommentRow).where(CommentRow.letter_id == letter.id).order_by(CommentRow.id)).all()
        assert [(one.author, one.quote, one.prefix, one.remark, one.wording) for one in rows] == [
            ("Anna Sørensen", "two", "It was ", "", "twelve"),
            ("Bo Lindqvist", "of care", "It was two years ", "Too soft.", None),
        ]
        assert {one.revision_id for one in rows} == {letter.revisions[-1].id}
        assert {one.text_reference for one in rows} == {desk.text}
        assert letter.revisions[-1].statement == TEXT
        assert all(one.invitation_id is None and one.made_at <= NOW for one in rows)


def test_file_without_changes_makes_no_revision(desk: Desk) -> None:
    with Session(desk.world.engine) as session:
        before = len(letter_row(session, desk.letter).revisions)
    desk.upload(word_file(paragraph(run("Plain words."))))
    desk.browser.press("Replace the text by this")
    with Session(desk.world.engine) as session:
        assert len(letter_row(session, desk.letter).revisions) == before


def test_reference_that_the_letter_has_is_left_to_it_and_a_key_that_it_uses_is_changed(desk: Desk) -> None:
    other = {**AUDIT, "id": "smith2024"}
    twin = {**SMITH, "id": "a-twin"}
    with Session(desk.world.engine) as session, transaction(session):
        letter_row(session, desk.letter).references = [other, twin]
    desk.upload(word_file(paragraph(run("One."), cited(SMITH))))
    desk.browser.press("Replace the text by this")
    with Session(desk.world.engine) as session:
        assert desk.row(session).body == "One.[@a-twin]"
        assert letter_row(session, desk.letter).references == [other, twin]


def test_text_that_somebody_saved_meanwhile_is_not_overwritten_unseen(desk: Desk) -> None:
    desk.upload(FILE)
    with Session(desk.world.engine) as session, transaction(session):
        desk.row(session).edition += 1
    with desk.world.engine.connect() as connection, unchanged(connection):
        page = desk.browser.press("Replace the text by this", status=409)
    assert "has saved this text since you chose the file" in page.text
    desk.browser.press("Replace the text by this")
    with Session(desk.world.engine) as session:
        assert desk.row(session).body == TEXT


@pytest.mark.parametrize(
    ("file", "words"),
    [
        pytest.param(b"Dear editor", "This is not a Word file", id="no Word file"),
        pytest.param(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "locked with a password", id="locked"),
        pytest.param(word_file(more={"word/document.xml": b"<a>" + b" " * 60_000_000 + b"</a>"}), "too large", id="a bomb"),
        pytest.param(word_file(paragraph()), "no words", id="empty"),
    ],
)
def test_file_that_cannot_be_read_is_refused_beside_its_field(desk: Desk, file: bytes, words: str) -> None:
    with desk.world.engine.connect() as connection, unchanged(connection):
        page = desk.upload(file, status=422)
    assert page.text.count(words) == 2, "once in the summary and once beside the field"


def test_no_file_is_asked_for(desk: Desk) -> None:
    desk.browser.get(f"{desk.address}/import")
    assert "Choose a Word file." in desk.browser.press("Show what it would bring", status=422).text


def test_name_of_the_file_goes_nowhere(desk: Desk) -> None:
    page = desk.upload(FILE, name="../../etc/passwd.docx")
    assert "passwd" not in page.text


@pytest.mark.parametrize(
    "remarks",
    [
        "{",
        "[1]",
        '[{"author": "A"}]',
        '[{"author": "A", "made_at": "x", "quote": "", "before": "", "after": "", "remark": ""}]',
        "[" * 2_000,
    ],
)
def test_what_the_page_did_not_pack_is_refused(desk: Desk, remarks: str) -> None:
    desk.upload(FILE)
    with desk.world.engine.connect() as connection, unchanged(connection):
        assert "did not come through" in desk.browser.press("Replace the text by this", status=422, remarks=remarks).text


def test_hostile_words_of_a_file_are_words_on_the_page(desk: Desk) -> None:
    hostile = "<script>alert(1)</script>"
    by = BY_BO.replace("Bo Lindqvist", "&lt;img src=x&gt;")
    page = desk.upload(word_file(paragraph(run(hostile), inserted(f" {hostile}", by))))
    assert hostile in page.text
    assert not [element for element in page.root.iter() if element.tag == "img"]
    assert all("alert" not in (element.text or "") for element in page.root.iter() if element.tag == "script")


def test_text_goes_out_as_a_word_file(desk: Desk) -> None:
    desk.upload(FILE)
    desk.browser.press("Replace the text by this")
    answer = desk.browser.ask(f"{desk.address}/word")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={desk.letter}-{desk.text}.docx"
    back = read_word(answer.data)
    assert back.text.strip() == TEXT
    assert [item["id"] for item in back.references] == ["smith2024"]


def test_text_that_cannot_be_set_goes_nowhere_and_says_why(desk: Desk) -> None:
    with Session(desk.world.engine) as session, transaction(session):
        desk.row(session).body = "One [@gone2024]."
    assert "@gone2024, which is not among the references" in desk.browser.get(f"{desk.address}/word").text


def ask_to_clean(desk: Desk, html: str) -> Any:
    token = desk.browser.get(desk.address).value("csrf_token")
    return desk.browser.ask(f"{desk.address}/paste", "POST", data={"html": html, "csrf_token": token})


def test_what_is_pasted_comes_back_as_markdown(desk: Desk) -> None:
    assert ask_to_clean(desk, "<h2>A</h2><p style='x'><b>b</b><script>c</script></p>").json == {"text": "# A\n\n**b**\n"}


def test_what_is_too_much_to_paste_is_a_sentence(desk: Desk) -> None:
    answer = ask_to_clean(desk, "<div>" * 5_000)
    assert (answer.status_code, answer.json) == (
        422,
        {"problem": "This is nested too deeply to paste. Paste it without formatting, or in parts."},
    )
