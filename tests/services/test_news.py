"""Telling the signatories: each change once, one message each, to those who want it (R6, R7, R13, R16, R17)."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    ANNA,
    BRUNO,
    DEADLINE,
    KEYRING,
    OTTO,
    SEALABLE,
    enter,
    entry,
    letter_in_signing,
    letter_row,
    representative,
    seal_it,
    sign,
    staff_actor,
    submitted,
)
from tests.machine.house import House
from tests.services.test_verification import thaw
from webapp.domain import limits
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.persistence.tables import OutboxRow
from webapp.services import fates, news, sign_on, submissions
from webapp.services.composing import compose
from webapp.services.news import Told
from webapp.services.verification import verify

TOLD = Told("The letter is at the journal", "It went in today.", to_all=False, seen=1)


@pytest.fixture
def letter(store: Store) -> str:
    """Sealed and submitted: Gullhaven, with Anna and Bruno, has signed, and the Marshes have not."""
    with store() as session:
        actor = staff_actor(session)
        marshes = entry("Society of the Marshes", OTTO, "Otto Lind")
        reference = letter_in_signing(session, actor, entry(), entry(email=BRUNO, contact="Bruno Wirth"), marshes)
        sign(session, reference)
        sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
        seal_it(session, actor, reference)
        submissions.submit_letter(session, actor, reference, submitted(), now=SEALABLE)
        return reference


def submission_of(session: Session, letter: str) -> int:
    return news.list_changes(session, staff_actor(session), letter)[0].number


def mailed(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == "news").order_by(OutboxRow.id)))


def test_r16_those_who_want_news_are_told_once_of_a_change(store: Store, letter: str) -> None:
    with store() as session:
        actor, number = staff_actor(session), submission_of(session, letter)
        with pytest.raises(Conflict, match="nobody has asked"):
            news.send_news(session, actor, letter, number, TOLD, now=SEALABLE)
        news.wish_news(session, enter(session, letter), wants=True, now=SEALABLE)
        assert news.send_news(session, actor, letter, number, TOLD, now=SEALABLE) == 1
        assert mailed(session) == [ANNA]
        for again in (TOLD, replace(TOLD, to_all=True, seen=2)):
            with pytest.raises(Conflict, match="Nobody is told twice"):
                news.send_news(session, actor, letter, number, again, now=SEALABLE)
        assert mailed(session) == [ANNA]
        assert verify(session).problems == ()


def test_r13_all_are_those_who_represent_a_signatory(store: Store, letter: str) -> None:
    with store() as session:
        actor, number = staff_actor(session), submission_of(session, letter)
        assert news.show_news(session, actor, letter, number).all == 2
        news.send_news(session, actor, letter, number, replace(TOLD, to_all=True, seen=2), now=SEALABLE)
        assert mailed(session) == [ANNA, BRUNO]
        with pytest.raises(NotFound):
            news.wish_news(session, enter(session, letter, OTTO), wants=True, now=SEALABLE)


def test_number_on_the_page_must_still_be_true(store: Store, letter: str) -> None:
    with store() as session:
        actor, number = staff_actor(session), submission_of(session, letter)
        news.wish_news(session, enter(session, letter), wants=True, now=SEALABLE)
        news.wish_news(session, enter(session, letter, BRUNO), wants=True, now=SEALABLE)
        with pytest.raises(Conflict, match="By now 2 would get it, and the page said 1"):
            news.send_news(session, actor, letter, number, TOLD, now=SEALABLE)
        assert mailed(session) == []


@pytest.mark.parametrize("change", [{"subject": " "}, {"words": ""}, {"subject": "a\nb"}, {"words": "x" * 5_000}])
def test_news_that_say_nothing_or_too_much_are_refused(store: Store, letter: str, change: dict[str, str]) -> None:
    with store() as session, pytest.raises(InvalidInput):
        news.send_news(session, staff_actor(session), letter, submission_of(session, letter), replace(TOLD, **change), now=SEALABLE)  # type: ignore[arg-type]


def test_event_that_is_no_news_is_not_there(store: Store, letter: str) -> None:
    with store() as session, pytest.raises(NotFound):
        news.show_news(session, staff_actor(session), letter, 1)


def test_rfc_8058_press_stops_news_for_good_and_for_whoever_it_is(store: Store, letter: str) -> None:
    with store() as session:
        actor, number = staff_actor(session), submission_of(session, letter)
        for email in (ANNA, BRUNO):
            news.wish_news(session, enter(session, letter, email), wants=True, now=SEALABLE)
        news.send_news(session, actor, letter, number, replace(TOLD, seen=2), now=SEALABLE)
        waiting = {row.to_address: row for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == "news"))}
        form = compose(session, waiting[ANNA], House.office, now=SEALABLE)
        assert form is not None
        mark = KEYRING.news_link(representative(session, letter).reference, 1)
        assert form.stop.endswith(mark)
        for _ in range(2):
            news.stop_news(session, mark, KEYRING, now=SEALABLE)
        # What waited to leave is of no use any more; the other still is.
        assert compose(session, waiting[ANNA], House.office, now=SEALABLE) is None
        assert compose(session, waiting[BRUNO], House.office, now=SEALABLE) is not None
        assert not news.wants_news(session, enter(session, letter))
        assert verify(session).problems == ()


@pytest.mark.parametrize(
    "spoil", [lambda mark: mark + "x", lambda mark: mark.partition(".")[0], lambda _mark: "nobody.x", lambda _mark: ""]
)
def test_r14_wrong_mark_stops_nothing(store: Store, letter: str, spoil: object) -> None:
    with store() as session:
        news.wish_news(session, enter(session, letter), wants=True, now=SEALABLE)
        mark = KEYRING.news_link(representative(session, letter).reference, 1)
        with pytest.raises(NotFound):
            news.stop_news(session, spoil(mark), KEYRING, now=SEALABLE)  # type: ignore[operator]
        with pytest.raises(NotFound):
            news.stop_news(session, KEYRING.stop_link(representative(session, letter).reference, 1), KEYRING, now=SEALABLE)
        assert news.wants_news(session, enter(session, letter))


PLANTED = {
    "UPDATE news SET words = 'They agree.'": "is not what event",
    "UPDATE news SET recipients = 99": "is not what event",
    "DELETE FROM news": "are not there",
    "DELETE FROM news_wish": "who wants news",
}


@pytest.mark.parametrize("edit", PLANTED)
def test_t18_planted_edit_of_news_is_named(store: Store, letter: str, edit: str) -> None:
    with store() as session:
        news.wish_news(session, enter(session, letter), wants=True, now=SEALABLE)
        news.send_news(session, staff_actor(session), letter, submission_of(session, letter), TOLD, now=SEALABLE)
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        session.execute(text(edit))
        session.expire_all()
        found = [str(one) for one in verify(session).problems]
        assert [one for one in found if PLANTED[edit] in one], found


def test_each_change_says_at_which_journal_or_of_which_article(store: Store, letter: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        fates.tell_fate(session, actor, letter, 1, fates.Told("retraction", SEALABLE.date(), "", ""), 0, now=SEALABLE)
        citation = letter_row(session, letter).targets[0].citation
        titles = [one.title for one in news.list_changes(session, actor, letter)]
        assert titles == [f"Retraction: {citation}", "Journal of Invented Medicine: Submitted to the journal"]
        letter_row(session, letter).targets[0].citation = "Vale A. " + "Quiet hours " * 30
        longest = news.list_changes(session, actor, letter)[0].title
        assert longest.endswith(("Quiet …", "hours …"))
        assert len(longest) <= limits.NEWS_SUBJECT, "it is offered as the subject"
