"""What a roster comes to is what its lines say: the dashboard counts, the roster lists, and both come to the same."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    KEYRING,
    NOW,
    RosterEntry,
    comment,
    enter,
    entry,
    give,
    intent,
    letter_circulating,
    letter_in_signing,
    letter_row,
    representative,
    sending,
    sign,
)
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.answer import AnswerKind
from webapp.domain.links import Links
from webapp.domain.roster_view import Order, Trouble, Wanted
from webapp.domain.stage import WAITED_FOR, Stage, is_at
from webapp.domain.text import Change
from webapp.persistence.tables import OutboxRow
from webapp.persistence.tables.message import MessageState
from webapp.services import circulation, comments, revisions, rooms, roster, roster_list, sign_on, talks
from webapp.services.answer_store import WITHDRAW
from webapp.services.dashboard import Dashboard, show_dashboard
from webapp.services.need import Urgency
from webapp.services.revisions import Declaration
from webapp.services.roster_facts import stage_counts
from webapp.services.roster_list import list_roster, page_roster

LINKS = Links("http://127.0.0.1:8000")
LATER = NOW + timedelta(days=5)


def society(number: int) -> RosterEntry:
    return entry(f"Society {number:03}", f"office-{number}@example.org", f"Person {number}")


def dashboard(session: Session, letter: str) -> Dashboard:
    return show_dashboard(session, COMMAND, letter, LINKS, with_needs=True, now=LATER)


@pytest.fixture
def mixed(store: Store, coordinator: Actor) -> str:
    """One society at each stage, one with nobody left, one whose mail came back."""
    with store() as session:
        letter = letter_in_signing(session, coordinator, *(society(number) for number in range(9)))
        sign(session, letter, "office-0@example.org")
        place = enter(session, letter, "office-1@example.org")
        give(session, place, intent(session, place, AnswerKind.DECLINE, nonce="a-fourth-nonce-of-this-form"))
        sign(session, letter, "office-2@example.org")
        place = enter(session, letter, "office-2@example.org")
        give(session, place, intent(session, place, WITHDRAW, nonce="a-third-nonce-of-this-form"))
        rooms.set_board_date(session, enter(session, letter, "office-3@example.org"), NOW.date(), now=NOW)
        enter(session, letter, "office-4@example.org")
        gone = representative(session, letter, "office-5@example.org")
        roster.revoke_representative(session, coordinator, letter, gone.reference, now=NOW)
        failed = update(OutboxRow).where(OutboxRow.to_address == "office-6@example.org")
        session.execute(failed.values(state=MessageState.FAILED))
    return letter


def test_r5_dashboard_counts_what_the_roster_lists(store: Store, mixed: str) -> None:
    with store() as session:
        lines = list_roster(session, COMMAND, mixed)
        counted = stage_counts(session, letter_row(session, mixed))
        assert counted == Counter(line.stage for line in lines)
        assert set(counted) == {
            Stage.SIGNED,
            Stage.DECLINED,
            Stage.WITHDRAWN,
            Stage.WITH_BOARD,
            Stage.READING,
            Stage.INVITED,
        }
        shown = dashboard(session, mixed)
        assert dict(shown.stages) == counted
        assert (shown.invited, shown.signed, shown.waiting_for) == (9, 1, 7)


def test_dashboard_names_each_society_that_needs_somebody_and_no_other(store: Store, mixed: str) -> None:
    with store() as session:
        assert [need.text for need in dashboard(session, mixed).needs] == [
            "Society 005 has no representative",
            "Mail to Society 006 could not be delivered",
            "The board of Society 003 met on 2 March 2026 and has not answered",
            "1 reminder goes out by tomorrow",
        ]


def test_chart_of_the_days_ends_with_the_number_of_signatories(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, *(society(number) for number in range(5)))
        # 23:30 in UTC is the next day in the zone of the letter.
        for number, after in enumerate((timedelta(0), timedelta(hours=14.5), timedelta(days=2))):
            sign(session, letter, f"office-{number}@example.org", at=NOW + after)
        shown = dashboard(session, letter)
        assert shown.chart is not None
        assert shown.chart.rows == (("2 March 2026", 1, 1), ("3 March 2026", 1, 2), ("4 March 2026", 1, 3))
        assert shown.signed == 3


def statements_of(session: Session, letter: str) -> int:
    asked: list[str] = []
    engine = session.get_bind().engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    dashboard(session, letter)
    event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def test_dashboard_asks_no_more_of_many_societies_than_of_few(store: Store, coordinator: Actor) -> None:
    with store() as session:
        few = letter_in_signing(session, coordinator, society(0), society(1))
        many = letter_in_signing(session, coordinator, *(society(number) for number in range(40)))
        for number in range(20):
            sign(session, many, f"office-{number}@example.org")
        session.expire_all()
        assert statements_of(session, many) <= statements_of(session, few)


# While a revision goes round


@pytest.fixture
def circulating(store: Store, coordinator: Actor) -> str:
    """Sent to four of five: one has commented, one took its comment back, one reads, one has not looked."""
    with store() as session:
        letter = letter_circulating(session, coordinator, *(society(number) for number in range(4)))
        roster.add_society(session, coordinator, letter, society(4), KEYRING, now=NOW)
        comment(session, letter, "disagree", email="office-0@example.org")
        back = comment(session, letter, "disagree", email="office-1@example.org")
        comments.take_back_comment(session, enter(session, letter, "office-1@example.org"), back, now=NOW)
        enter(session, letter, "office-2@example.org")
    return letter


SENT = [Stage.COMMENTED, Stage.READING, Stage.READING, Stage.ASKED, Stage.ON_THE_LIST]


def test_roster_shows_who_was_sent_the_text_who_opened_it_and_who_commented(store: Store, circulating: str) -> None:
    with store() as session:
        lines = list_roster(session, COMMAND, circulating)
        assert [line.stage for line in lines] == SENT
        assert stage_counts(session, letter_row(session, circulating)) == Counter(SENT)
        for stage in (*SENT, WAITED_FOR):
            found = page_roster(session, COMMAND, circulating, Wanted(stage=stage), now=LATER)
            assert {line.society for line in found.lines} == {line.society for line in lines if is_at(line.stage, stage)}
        assert (
            dashboard(session, circulating).waiting_for
            == page_roster(session, COMMAND, circulating, Wanted(stage=WAITED_FOR), now=LATER).found
            == 3
        )


def test_comment_counts_for_the_revision_that_was_sent_last(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        letter_row(session, circulating).statement.body += " A sentence more."
        revisions.make_revision(session, coordinator, circulating, Declaration("More", Change.SUBSTANTIVE), now=NOW)
        chosen = find_invitations(session, circulating, "Society 000")
        circulation.circulate(session, coordinator, circulating, sending(revision=2, societies=chosen), now=NOW)
        assert [line.stage for line in list_roster(session, COMMAND, circulating)] == [Stage.READING, *SENT[1:]]
        assert stage_counts(session, letter_row(session, circulating)) == Counter([Stage.READING, *SENT[1:]])


def find_invitations(session: Session, letter: str, society: str) -> tuple[str, ...]:
    return tuple(line.invitation for line in list_roster(session, COMMAND, letter, search=society))


def test_once_sign_on_is_open_a_comment_is_no_stage(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        why = sign_on.Reasons(unanswered="It repeats another.")
        sign_on.open_sign_on(session, coordinator, circulating, is_fit=True, reasons=why, now=NOW)
        found = stage_counts(session, letter_row(session, circulating))
        assert found == {Stage.READING: 3, Stage.INVITED: 2}


def test_circulating_roster_asks_no_more_of_many_societies_than_of_few(store: Store, coordinator: Actor) -> None:
    with store() as session:
        few = letter_circulating(session, coordinator, society(0), society(1))
        many = letter_circulating(session, coordinator, *(society(number) for number in range(40)))
        for letter, number in ((few, 1), (many, 20)):
            for one in range(number):
                comment(session, letter, "disagree", email=f"office-{one}@example.org")
        session.expire_all()
        assert statements_of(session, many) <= statements_of(session, few)


# Pages of the roster


@pytest.fixture
def paged(monkeypatch: pytest.MonkeyPatch, store: Store, coordinator: Actor) -> str:
    monkeypatch.setattr(roster_list, "_LONGEST_PAGE", 6)
    monkeypatch.setattr(roster_list, "_PAGE", 3)
    with store() as session:
        return letter_in_signing(session, coordinator, *(society(number) for number in range(7)))


@pytest.mark.parametrize(
    ("number", "shown", "listed"),
    [(1, 1, [0, 1, 2]), (2, 2, [3, 4, 5]), (3, 3, [6]), (4, 3, [6]), (0, 1, [0, 1, 2]), (-7, 1, [0, 1, 2])],
)
def test_long_roster_comes_in_pages_in_sort_order(store: Store, paged: str, number: int, shown: int, listed: list[int]) -> None:
    with store() as session:
        page = page_roster(session, COMMAND, paged, number=number, now=LATER)
        assert [line.society for line in page.lines] == [f"Society {one:03}" for one in listed]
        assert (page.number, page.last, page.found) == (shown, 3, 7)


def found(session: Session, letter: str, **wanted: str) -> list[str]:
    return [line.society for line in page_roster(session, COMMAND, letter, Wanted(**wanted), now=LATER).lines]


def test_search_and_stage_look_through_all_pages(store: Store, paged: str) -> None:
    with store() as session:
        sign(session, paged, "office-6@example.org")
        assert [line.society for line in page_roster(session, COMMAND, paged, Wanted(search="person 6"), now=LATER).lines] == [
            "Society 006"
        ]
        assert [line.society for line in page_roster(session, COMMAND, paged, Wanted(stage="signed"), now=LATER).lines] == ["Society 006"]
        assert page_roster(session, COMMAND, paged, Wanted(stage="invited"), now=LATER).last == 1


def test_roster_is_narrowed_to_who_is_waited_for(store: Store, mixed: str) -> None:
    with store() as session:
        waited = page_roster(session, COMMAND, mixed, Wanted(stage=WAITED_FOR), now=LATER)
        assert waited.found == dashboard(session, mixed).waiting_for > 0
        answered = {Stage.SIGNED, Stage.DECLINED}
        everybody = {line.society: line.stage for line in page_roster(session, COMMAND, mixed, now=LATER).lines}
        assert {line.society for line in waited.lines} == {name for name, stage in everybody.items() if stage not in answered}
        assert len({line.stage for line in waited.lines}) > 1


def test_roster_that_is_not_long_is_one_page(store: Store, mixed: str) -> None:
    with store() as session:
        page = page_roster(session, COMMAND, mixed, now=LATER)
        assert (len(page.lines), page.last) == (9, 1)


# Troubles, and the order of the roster


def names(*numbers: int) -> list[str]:
    return [f"Society {number:03}" for number in numbers]


def test_roster_is_narrowed_to_a_trouble(store: Store, mixed: str) -> None:
    with store() as session:
        assert found(session, mixed, trouble=Trouble.UNREACHABLE) == names(5, 6)
        assert found(session, mixed, trouble=Trouble.MAIL_FAILED) == names(6)
        assert found(session, mixed, trouble=Trouble.BOARD_MET) == names(3)
        assert found(session, mixed, trouble=Trouble.BOARD_MET, stage=Stage.INVITED) == []
        assert found(session, mixed, trouble="nothing that is known") == []


def test_society_that_answered_after_its_board_met_is_in_no_trouble(store: Store, mixed: str) -> None:
    with store() as session:
        sign(session, mixed, "office-3@example.org")
        assert found(session, mixed, trouble=Trouble.BOARD_MET) == []
        assert not [need for need in dashboard(session, mixed).needs if need.act == "talk"]


def test_society_with_one_address_that_takes_mail_is_reachable(store: Store, coordinator: Actor, mixed: str) -> None:
    with store() as session:
        roster.add_society(session, coordinator, mixed, entry("Society 006", "second@example.org", "A Second"), KEYRING, now=NOW)
        assert found(session, mixed, trouble=Trouble.UNREACHABLE) == names(5)
        assert found(session, mixed, trouble=Trouble.MAIL_FAILED) == names(6)
        [half] = [need for need in dashboard(session, mixed).needs if "Society 006" in need.text]
        assert (half.text, half.urgency) == ("Mail to one of the representatives of Society 006 could not be delivered", Urgency.SOON)


def test_newest_link_decides_whether_mail_failed(store: Store, coordinator: Actor, mixed: str) -> None:
    with store() as session:
        person = representative(session, mixed, "office-6@example.org")
        roster.replace_link(session, coordinator, mixed, person.reference, KEYRING, now=NOW)
        assert found(session, mixed, trouble=Trouble.MAIL_FAILED) == []


def test_many_alike_are_one_need_that_counts_what_its_link_lists(store: Store, mixed: str) -> None:
    with store() as session:
        for number in (4, 7, 8):
            rooms.set_board_date(session, enter(session, mixed, f"office-{number}@example.org"), NOW.date(), now=NOW)
        [need] = [one for one in dashboard(session, mixed).needs if "board" in one.text]
        assert (need.text, need.act) == ("4 boards have met, and not answered", "roster")
        assert found(session, mixed, **dict(need.narrowed)) == names(3, 4, 7, 8)


def say(session: Session, letter: str, *numbers: int) -> None:
    for number in numbers:
        place = enter(session, letter, f"office-{number}@example.org")
        talks.say_in_room(session, place, "A question", f"a-nonce-of-a-talk-{number}", now=NOW)


def test_condition_that_was_not_met_in_time_stands_behind_the_next_step(store: Store, mixed: str) -> None:
    with store() as session:
        place = enter(session, mixed, "office-0@example.org")
        give(session, place, intent(session, place, "sign_if", reason="If § 3 goes."))
        assert dashboard(session, mixed).needs[0].text.endswith("would sign on a condition")
        row = letter_row(session, mixed)
        row.state, row.closed_at, row.sealed_at = "sealed", NOW, NOW
        first, *_between, last = dashboard(session, mixed).needs
        assert (first.act, last.text.endswith("would have signed on a condition")) == ("submit", True)


def test_many_who_wait_for_a_word_are_one_need_that_lists_them(store: Store, mixed: str) -> None:
    with store() as session:
        say(session, mixed, 0, 1, 2, 3, 4)
        assert len([need for need in dashboard(session, mixed).needs if "has written to you" in need.text]) == 5
        say(session, mixed, 6)
        [need] = [need for need in dashboard(session, mixed).needs if "word" in need.text]
        assert need.text == "6 societies wait for a word of yours"
        assert found(session, mixed, **dict(need.narrowed)) == names(0, 1, 2, 3, 4, 6)


@pytest.mark.parametrize(
    ("order", "listed"),
    [
        ("", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (Order.NAME, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("an order that nobody knows", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (Order.STAGE, [5, 6, 7, 8, 4, 3, 0, 1, 2]),
        (Order.BOARD, [3, 0, 1, 2, 4, 5, 6, 7, 8]),
    ],
)
def test_roster_stands_in_the_order_that_was_asked_for(store: Store, mixed: str, order: str, listed: list[int]) -> None:
    with store() as session:
        assert found(session, mixed, order=order) == names(*listed)


def test_newest_answer_and_newest_opening_come_first(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, *(society(number) for number in range(4)))
        sign(session, letter, "office-1@example.org", at=NOW + timedelta(hours=1))
        sign(session, letter, "office-0@example.org", at=NOW + timedelta(hours=2))
        enter(session, letter, "office-3@example.org", now=NOW + timedelta(hours=3))
        assert found(session, letter, order=Order.ANSWERED) == names(0, 1, 2, 3)
        assert found(session, letter, order=Order.OPENED) == names(3, 0, 1, 2)


def test_roster_is_narrowed_to_a_country(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, society(0), replace(society(1), country="NL"), replace(society(2), country="DE"))
        assert found(session, letter, country="NL") == names(1)
        page = page_roster(session, COMMAND, letter, Wanted(country="NL"), now=LATER)
        assert page.countries == (("DE", "Germany"), ("NL", "Netherlands"))
