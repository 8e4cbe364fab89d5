"""Comments: given on a passage that stands, in time, once; taken back until they are answered; seen by whom they should be."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.conftest import Store
from tests.factories import ANNA, BRUNO, COMMENTS_UNTIL, NOW, OTTO, comment, entry, letter_circulating, letter_row, said
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, TookTooLong, TooLate
from webapp.persistence.tables import CommentRow, EventRow
from webapp.services import circulated_room, comments, sign_on

MARSHES = entry("Society of the Marshes", OTTO, "Otto Lind")


@pytest.fixture
def circulating(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_circulating(session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth"), MARSHES)


def test_comment_is_stored_with_the_passage_as_the_text_has_it(store: Store, circulating: str) -> None:
    with store() as session:
        comment(session, circulating, "We,\n the   undersigned", wording="Our societies", is_blocking=True)
        row = session.scalars(select(CommentRow)).one()
        assert (row.quote, row.wording, row.is_blocking, row.author) == ("We, the undersigned", "Our societies", True, "Anna Berg")
        assert "To the Editor" in row.prefix and "disagree" in row.suffix


def test_what_was_said_is_on_the_record_in_its_private_part_only(store: Store, circulating: str) -> None:
    with store() as session:
        reference = comment(session, circulating, "disagree", "Too strong a word.")
        event = session.scalars(select(EventRow).where(EventRow.kind == "comment.given")).one()
        assert reference in event.public and "Too strong" not in event.public and "Too strong" in (event.private or "")


def test_same_form_twice_is_one_comment(store: Store, circulating: str) -> None:
    with store() as session:
        assert comment(session, circulating, "disagree") == comment(session, circulating, "disagree")
        assert session.scalar(select(func.count()).select_from(CommentRow)) == 1
        what = said(session, circulating, "disagree", nonce=f"{circulating}-{ANNA}-disagree-Is that so?")
        with pytest.raises(Conflict):
            comments.give_comment(session, factories.enter(session, circulating, OTTO), what, received_at=NOW, now=NOW)


def test_r9_comment_received_before_the_moment_counts_and_from_then_on_none_does(store: Store, circulating: str) -> None:
    instant = timedelta(microseconds=1)
    with store() as session:
        place = factories.enter(session, circulating, now=COMMENTS_UNTIL - timedelta(minutes=1))
        what = said(session, circulating, "disagree")
        with pytest.raises(TooLate, match="has passed"):
            comments.give_comment(session, place, what, received_at=COMMENTS_UNTIL, now=COMMENTS_UNTIL)
        late = COMMENTS_UNTIL + timedelta(seconds=5)
        with pytest.raises(TookTooLong):
            comments.give_comment(session, place, what, received_at=COMMENTS_UNTIL - instant, now=COMMENTS_UNTIL + limits.LONGEST_REQUEST)
        assert session.scalar(select(func.count()).select_from(CommentRow)) == 0
        comments.give_comment(session, place, what, received_at=COMMENTS_UNTIL - instant, now=late)
        assert session.scalar(select(func.count()).select_from(CommentRow)) == 1


def test_comments_end_when_sign_on_is_opened(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        place, what = factories.enter(session, circulating), said(session, circulating, "disagree")
        sign_on.open_sign_on(session, coordinator, circulating, is_fit=True, now=NOW)
        with pytest.raises(TooLate, match="gone on"):
            comments.give_comment(session, place, what, received_at=NOW, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"remark": ""}, "remark"),
        ({"quote": "words that nobody wrote"}, "quote"),
        ({"quote": "", "wording": "Better"}, "quote"),
        ({"remark": "x" * (limits.REMARK + 1)}, "remark"),
        ({"wording": "x" * (limits.WORDING + 1)}, "wording"),
        ({"remark": "hidden \u202e words"}, "remark"),
    ],
)
def test_what_says_nothing_or_names_no_passage_is_refused(store: Store, circulating: str, changes: dict[str, str], field: str) -> None:
    with store() as session:
        what = replace(said(session, circulating, "disagree"), **changes)  # type: ignore[arg-type]  # each row names fields of it
        with pytest.raises(InvalidInput) as refused:
            comments.give_comment(session, factories.enter(session, circulating), what, received_at=NOW, now=NOW)
        assert refused.value.field == field


def test_part_of_an_offered_passage_is_kept_where_that_passage_stands(store: Store, circulating: str) -> None:
    with store() as session:
        comment(session, circulating, "the", "Here.", offered="We, the undersigned, disagree")
        row = session.scalars(select(CommentRow)).one()
        assert row.quote == "the" and row.prefix.endswith("We, ")
        with pytest.raises(InvalidInput, match="more than once") as refused:
            comment(session, circulating, "e", "Where?")
        assert refused.value.field == "quote"


def test_of_a_passage_longer_than_a_quote_the_beginning_is_offered(store: Store, circulating: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with store() as session:
        place, text = factories.enter(session, circulating), letter_row(session, circulating).statement.reference
        whole, before, _ = circulated_room.find_passage(session, place, text, 1)
        monkeypatch.setattr(limits, "QUOTE", 20)
        quote, prefix, suffix = circulated_room.find_passage(session, place, text, 1)
        assert whole.startswith(quote) and 0 < len(quote) <= 20 and whole[len(quote)] == " " and prefix == before
        comment(session, circulating, quote, prefix=prefix, suffix=suffix, offered=quote)


def test_comment_on_another_revision_or_on_no_text_of_it_is_refused(store: Store, circulating: str) -> None:
    with store() as session:
        place = factories.enter(session, circulating)
        with pytest.raises(Conflict):
            comments.give_comment(session, place, said(session, circulating, "disagree", revision=2), received_at=NOW, now=NOW)
        with pytest.raises(NotFound):
            comments.give_comment(session, place, said(session, circulating, "disagree", text="nothing"), received_at=NOW, now=NOW)


def test_society_has_a_most_of_comments(store: Store, circulating: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COMMENTS_OF_SOCIETY", 2)
    with store() as session:
        comment(session, circulating, "disagree", "One")
        comment(session, circulating, "disagree", "Two", email=BRUNO)
        with pytest.raises(InvalidInput, match="the most"):
            comment(session, circulating, "disagree", "Three")
        comment(session, circulating, "disagree", "Three", email=OTTO)


def test_r13_comments_of_others_are_seen_only_where_the_letter_shows_them(store: Store, circulating: str) -> None:
    with store() as session:
        comment(session, circulating, "disagree", "Ours")
        otto = factories.enter(session, circulating, OTTO)
        room = circulated_room.show_circulated(session, otto, now=NOW)
        assert (room.own, room.others, room.others_in_all) == ((), (), 0)
        letter_row(session, circulating).shows_comments = True
        session.flush()
        room = circulated_room.show_circulated(session, otto, now=NOW)
        assert [(one.society, one.remark) for one in room.others] == [("Gullhaven, Society of", "Ours")]
        assert [one.remark for one in circulated_room.show_circulated(session, factories.enter(session, circulating), now=NOW).own] == [
            "Ours"
        ]


def test_comment_is_taken_back_by_its_own_society_until_it_is_answered(store: Store, circulating: str) -> None:
    with store() as session:
        reference = comment(session, circulating, "disagree")
        with pytest.raises(NotFound):
            comments.take_back_comment(session, factories.enter(session, circulating, OTTO), reference, now=NOW)
        bruno = factories.enter(session, circulating, BRUNO)
        comments.take_back_comment(session, bruno, reference, now=NOW)
        comments.take_back_comment(session, bruno, reference, now=NOW)
        assert session.scalar(select(func.count()).select_from(EventRow).where(EventRow.kind == "comment.taken_back")) == 1
        assert circulated_room.show_circulated(session, bruno, now=NOW).own == ()
