"""Comments at the desk: found, answered with a reason, taken into the text and out again, and told back to everyone."""

from datetime import datetime

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import Store
from tests.factories import ANNA, BRUNO, COORDINATOR, NOW, OTTO, comment, entry, letter_circulating, letter_row, sending
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, WrongState
from webapp.domain.links import Links
from webapp.domain.permission import Role
from webapp.persistence.tables import CommentRow, EventRow, OutboxRow
from webapp.rendering.dispositions import dispositions_html
from webapp.services import circulation, comment_desk, dashboard, dispositions, people, revisions, texts, verification, wordings
from webapp.services.comment_desk import Filter

LINKS = Links("https://letters.example.org")
MARSHES = entry("Society of the Marshes", OTTO, "Otto Lind")


@pytest.fixture
def circulating(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_circulating(session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth"), MARSHES)


def accept(session: Session, actor: Actor, letter: str, one: str, disposition: str = "accepted") -> None:
    comment_desk.dispose_comment(session, actor, letter, one, disposition, "That reads better.", now=NOW)


def put_in(session: Session, actor: Actor, letter: str, one: str) -> None:
    wordings.apply_wording(session, actor, letter, one, wordings.plan_wording(session, actor, letter, one), now=NOW)


def body(session: Session, letter: str) -> str:
    session.expire_all()
    return letter_row(session, letter).statement.body


def test_comments_are_found_by_what_became_of_them_society_and_text(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        plain, blocking = comment(session, circulating, "disagree"), comment(session, circulating, "evidence", email=OTTO, is_blocking=True)
        done = comment(session, circulating, "Why")
        accept(session, coordinator, circulating, done)
        page = comment_desk.page_comments(session, coordinator, circulating, Filter())
        assert [one.reference for one in page.lines] == [blocking, plain, done]
        assert (page.in_all, page.unanswered, page.blocking) == (3, 2, 1)
        for wanted, expected in [
            (Filter(status="unanswered"), [blocking, plain]),
            (Filter(status="blocking"), [blocking]),
            (Filter(society=factories.representative(session, circulating, OTTO).invitation.reference), [blocking]),
            (Filter(text="no such text"), []),
        ]:
            page = comment_desk.page_comments(session, coordinator, circulating, wanted)
            assert [one.reference for one in page.lines] == expected


def test_passage_is_marked_in_the_text_beside(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        one = comment(session, circulating, "evidence")
        html = comment_desk.page_comments(session, coordinator, circulating, Filter()).html
        assert f'<em><mark id="passage-{one}">evidence</mark></em>' in html


def test_two_thousand_comments_are_a_page_at_a_time(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        comment(session, circulating, "disagree")
        first = session.scalars(select(CommentRow)).one()
        kept = {column.name: getattr(first, column.name) for column in CommentRow.__table__.columns if column.name != "id"}
        session.add_all(CommentRow(**{**kept, "reference": f"r{number}", "nonce": f"n{number}"}) for number in range(1999))
        session.flush()
        page = comment_desk.page_comments(session, coordinator, circulating, Filter(number=40))
        assert (len(page.lines), page.number, page.last, page.found) == (50, 40, 40, 2000)


@pytest.mark.parametrize(
    ("disposition", "reason", "field"),
    [("perhaps", "Why not.", "disposition"), ("", "Why not.", "disposition"), ("declined", "  ", "reason")],
)
def test_answer_needs_a_disposition_and_a_reason(
    store: Store, coordinator: Actor, circulating: str, disposition: str, reason: str, field: str
) -> None:
    with store() as session:
        one = comment(session, circulating, "disagree")
        with pytest.raises(InvalidInput) as refused:
            comment_desk.dispose_comment(session, coordinator, circulating, one, disposition, reason, now=NOW)
        assert refused.value.field == field


def test_reader_answers_nothing_and_a_comment_of_another_letter_is_not_there(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        one = comment(session, circulating, "disagree")
        reader = factories.staff_actor(session, "reader@example.org")
        people.add_person(session, coordinator, circulating, "reader@example.org", Role.READER, now=NOW)
        with pytest.raises(NotAllowed):
            accept(session, reader, circulating, one)
        other = letter_circulating(session, coordinator, title="Another")
        with pytest.raises(NotFound):
            accept(session, coordinator, other, one)


def test_comments_are_answered_until_sign_on_has_closed(store: Store, coordinator: Actor) -> None:
    with store() as session:
        closed = factories.letter_closed(session, coordinator)
        with pytest.raises(WrongState, match="until sign-on has closed"):
            accept(session, coordinator, closed, "any")


def test_accepted_wording_goes_into_the_text_by_one_press_and_out_by_another(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        one = comment(session, circulating, "We, the undersigned, disagree", wording="Our *societies* doubt")
        before, edition = body(session, circulating), letter_row(session, circulating).statement.edition
        with pytest.raises(Conflict, match="Accept the comment first"):
            wordings.plan_wording(session, coordinator, circulating, one)
        accept(session, coordinator, circulating, one)
        put_in(session, coordinator, circulating, one)
        assert "Our \\*societies\\* doubt [@vale2026]." in body(session, circulating)
        assert letter_row(session, circulating).statement.edition == edition + 1
        with pytest.raises(Conflict, match="in the text already"):
            put_in(session, coordinator, circulating, one)
        with pytest.raises(Conflict, match="Undo that first"):
            accept(session, coordinator, circulating, one, "declined")
        wordings.undo_wording(session, coordinator, circulating, one, now=NOW)
        assert body(session, circulating) == before
        kinds = list(session.scalars(select(EventRow.kind).order_by(EventRow.sequence.desc()).limit(2)))
        assert kinds == ["comment.unapplied", "comment.applied"]


def test_wording_is_not_undone_where_the_text_was_edited_since(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        one = comment(session, circulating, "disagree", wording="doubt")
        accept(session, coordinator, circulating, one)
        put_in(session, coordinator, circulating, one)
        text = letter_row(session, circulating).statement
        edited = text.body + "\nMore.\n"
        texts.write_text(session, coordinator, circulating, text.reference, edited, text.edition, now=NOW)
        with pytest.raises(Conflict, match="edited since"):
            wordings.undo_wording(session, coordinator, circulating, one, now=NOW)
        assert "More." in body(session, circulating) and "doubt" in body(session, circulating)


def test_plan_made_from_an_older_text_is_refused(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        one = comment(session, circulating, "disagree", wording="doubt")
        accept(session, coordinator, circulating, one)
        plan = wordings.plan_wording(session, coordinator, circulating, one)
        text = letter_row(session, circulating).statement
        texts.write_text(session, coordinator, circulating, text.reference, text.body + "\nMore.\n", text.edition, now=NOW)
        with pytest.raises(Conflict, match="same moment"):
            wordings.apply_wording(session, coordinator, circulating, one, plan, now=NOW)


def test_passage_that_spans_markup_is_left_to_the_hand(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        one = comment(session, circulating, "Because of evidence", wording="For good reasons")
        accept(session, coordinator, circulating, one)
        with pytest.raises(InvalidInput, match="by hand"):
            wordings.plan_wording(session, coordinator, circulating, one)


def test_table_goes_with_the_next_revision_to_everyone_who_commented(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        one = comment(session, circulating, "disagree")
        comment(session, circulating, "evidence", email=OTTO)
        accept(session, coordinator, circulating, one)
        text = letter_row(session, circulating).statement
        texts.write_text(session, coordinator, circulating, text.reference, text.body + "\nMore.\n", text.edition, now=NOW)
        revisions.make_revision(session, coordinator, circulating, revisions.Declaration("More.", "editorial"), now=NOW)
        anna = factories.representative(session, circulating).invitation.reference
        circulation.circulate(session, coordinator, circulating, sending(revision=2, societies=(anna,)), now=NOW)
        told = session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == "dispositions"))
        assert sorted(told) == [ANNA, OTTO]


def test_r13_table_names_others_only_where_the_letter_shows_comments(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        ours, theirs = comment(session, circulating, "disagree"), comment(session, circulating, "evidence", email=OTTO)
        comment(session, circulating, "Why", "Not answered", email=OTTO)
        for one in (ours, theirs):
            accept(session, coordinator, circulating, one)
        anna = factories.enter(session, circulating)
        assert [line.society for line in dispositions.dispositions_for(session, anna)] == ["Gullhaven, Society of", "another society"]
        letter_row(session, circulating).shows_comments = True
        session.flush()
        assert dispositions.dispositions_for(session, anna)[1].society == "Society of the Marshes"
        assert len(dispositions.list_dispositions(session, coordinator, circulating)) == 3


def test_r13_printed_table_of_a_society_says_no_more_than_its_page(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        ours, theirs = comment(session, circulating, "disagree"), comment(session, circulating, "evidence", email=OTTO)
        comment(session, circulating, "Why", "Not answered", email=OTTO)
        for one in (ours, theirs):
            accept(session, coordinator, circulating, one)
        text = letter_row(session, circulating).statement
        texts.write_text(session, coordinator, circulating, text.reference, text.body + "\nMore.\n", text.edition, now=NOW)
        revisions.make_revision(session, coordinator, circulating, revisions.Declaration("More.", "editorial"), now=NOW)
        anna = factories.enter(session, circulating)
        printed = dispositions.print_dispositions_for(session, anna, 1, now=NOW)
        assert list(printed.lines) == dispositions.dispositions_for(session, anna)
        assert printed.revision == 1
        html = dispositions_html(printed)
        assert "Society of the Marshes" not in html and "Not answered" not in html
        assert all(person not in html for person in (ANNA, OTTO, COORDINATOR))
        whole = dispositions.print_dispositions(session, coordinator, circulating, 1, now=NOW)
        assert whole.revision == 2
        assert "Society of the Marshes" in dispositions_html(whole)


def test_part_of_the_table_that_is_not_there_is_not_found(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        with pytest.raises(NotFound):
            dispositions.print_dispositions(session, coordinator, circulating, 1, now=NOW)
        comment(session, circulating, "disagree")
        for part in (0, 2, -1, 10**30):
            with pytest.raises(NotFound):
                dispositions.print_dispositions(session, coordinator, circulating, part, now=NOW)


def test_society_that_has_not_commented_has_no_table(store: Store, circulating: str) -> None:
    with store() as session:
        comment(session, circulating, "disagree")
        with pytest.raises(NotFound):
            dispositions.dispositions_for(session, factories.enter(session, circulating, OTTO))


def test_table_for_a_spreadsheet_holds_every_comment_and_no_formula(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        comment(session, circulating, "disagree", wording="")
        ((number, society, *_, words, reason),) = dispositions.as_rows(dispositions.list_dispositions(session, coordinator, circulating))
        assert (number, society, words, reason) == (1, "Gullhaven, Society of", "not answered yet", "")


def test_r17_record_replays_to_what_became_of_every_comment(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        one = comment(session, circulating, "disagree", wording="doubt")
        comment(session, circulating, "evidence", email=OTTO)
        accept(session, coordinator, circulating, one)
        put_in(session, coordinator, circulating, one)
        assert verification.verify(session, circulating).problems == ()
        session.scalars(select(CommentRow).where(CommentRow.reference == one)).one().disposition = "declined"
        session.flush()
        assert [str(problem) for problem in verification.verify(session, circulating).problems]


def test_dashboard_asks_for_blocking_comments_first(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:

        def needs(now: datetime) -> list[str]:
            return [one.act for one in dashboard.show_dashboard(session, coordinator, circulating, LINKS, with_needs=True, now=now).needs]

        assert needs(NOW) == []
        assert needs(factories.COMMENTS_UNTIL) == ["circulate", "open"]
        plain, blocking = comment(session, circulating, "disagree"), comment(session, circulating, "evidence", is_blocking=True)
        assert needs(NOW) == ["blocking", "comments"]
        for one in (plain, blocking):
            accept(session, coordinator, circulating, one)
        assert needs(factories.COMMENTS_UNTIL) == ["open"]
        text = letter_row(session, circulating).statement
        texts.write_text(session, coordinator, circulating, text.reference, "Another text.", text.edition, now=NOW)
        assert needs(NOW) == ["revise"] and needs(factories.COMMENTS_UNTIL) == ["revise", "open"]
        revisions.make_revision(session, coordinator, circulating, revisions.Declaration("Answered", "editorial"), now=NOW)
        assert needs(NOW) == ["circulate"]
        assert session.scalar(select(func.count()).select_from(CommentRow)) == 2


@pytest.mark.parametrize("read", ["page", "table"])
def test_revision_is_read_once_and_not_with_each_of_its_comments(store: Store, coordinator: Actor, circulating: str, read: str) -> None:
    with store() as session:
        for number in range(20):
            comment(session, circulating, "", f"Remark {number}")
    asked: list[str] = []
    with store() as session:
        engine = session.connection().engine
        event.listen(engine, "before_cursor_execute", listener := lambda *facts: asked.append(facts[2]))
        try:
            if read == "page":
                assert len(comment_desk.page_comments(session, coordinator, circulating, Filter()).lines) == 20
            else:
                assert len(dispositions.list_dispositions(session, coordinator, circulating)) == 20
        finally:
            event.remove(engine, "before_cursor_execute", listener)
    of_comments = [one for one in asked if "FROM comment" in one]
    assert of_comments and not [one for one in of_comments if "JOIN revision" in one]
    assert len([one for one in asked if "revision.texts" in one]) <= 2
