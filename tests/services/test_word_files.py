"""What a Word file brings is on record: how much it was, and what it said, without a name (R17, R19)."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import NOW, letter_in_draft, letter_row
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput
from webapp.domain.imported import ImportedComment, ImportedSuggestion, Passage, WordImport
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_events, load_private
from webapp.services import comment_desk, dispositions, record, word_files
from webapp.services.verification import verify

NAME = "anna.soerensen@dunes.example.org"
SUGGESTION = ImportedSuggestion(NAME, NOW, Passage("two", "It was ", " years"), "twelve")
COMMENT = ImportedComment(NAME, None, Passage("of care", "years ", "."), "Too soft.")
BROUGHT = WordImport("", "It was two years of care.", (), (SUGGESTION,), (COMMENT,), ())


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator)


def bring_in(session: Session, actor: Actor, letter: str, brought: WordImport = BROUGHT) -> list[RecordedEvent]:
    """The events of the record that tell of imports."""
    text = letter_row(session, letter).statement
    word_files.bring_in(session, actor, letter, text.reference, brought, text.edition, now=NOW)
    session.flush()
    return [event for event in load_events(session, letter_row(session, letter).id) if event.kind == "comments.imported"]


def test_r17_import_is_one_event_that_counts_its_suggestions_and_comments(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        [event] = bring_in(session, coordinator, drafted)
        letter = letter_row(session, drafted)
        assert (event.public["suggestions"], event.public["remarks"], len(event.public["comments"])) == (1, 1, 2)
        assert (event.public["text"], event.public["revision"]) == (letter.statement.reference, letter.revisions[-1].number)
        newest = record.list_events(session, coordinator, drafted)[0]
        assert (newest.title, newest.note) == ("Suggestions and comments of a Word file brought in", "Revision 1: 1 suggestion, 1 comment")
        assert verify(session).problems == ()


def test_r19_no_name_and_no_word_of_the_file_is_in_the_record(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        [event] = bring_in(session, coordinator, drafted)
        private = {sequence: content for sequence, _, content, _ in load_private(session, letter_row(session, drafted).id)}
        assert private[event.sequence]
        for words in (NAME, "Too soft", "twelve"):
            assert words not in f"{event.public} {private[event.sequence]}"


def test_second_file_is_an_event_of_its_own(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        bring_in(session, coordinator, drafted)
        events = bring_in(session, coordinator, drafted, replace(BROUGHT, suggestions=()))
        assert [len(event.public["comments"]) for event in events] == [2, 1]
        assert verify(session).problems == ()


def test_file_that_says_nothing_is_no_import_of_comments(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        assert bring_in(session, coordinator, drafted, replace(BROUGHT, suggestions=(), comments=())) == []


def test_answered_comment_of_a_file_is_as_its_record_tells(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        [event] = bring_in(session, coordinator, drafted)
        one = event.public["comments"][0]
        comment_desk.dispose_comment(session, coordinator, drafted, one, "declined", "It was two.", now=NOW)
        assert verify(session).problems == ()


def test_r19_table_that_goes_to_the_societies_names_no_author_of_a_file(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        bring_in(session, coordinator, drafted)
        lines = dispositions.list_dispositions(session, coordinator, drafted)
        assert {line.society for line in lines} == {"an imported document"}
        assert NAME not in str(lines)
        desk = comment_desk.page_comments(session, coordinator, drafted, comment_desk.Filter())
        assert {line.author for line in desk.lines} == {NAME}, "the coordinators see who it was"


def test_file_with_more_comments_than_a_letter_can_have_is_refused(
    store: Store, connection: Connection, coordinator: Actor, drafted: str
) -> None:
    with store() as session:
        bring_in(session, coordinator, drafted)
    many = replace(BROUGHT, text="It was long.", suggestions=(), comments=(COMMENT,) * (limits.COMMENTS - 1))
    with unchanged(connection), pytest.raises(InvalidInput, match="more than 2,000 comments"), store() as session:
        bring_in(session, coordinator, drafted, many)
