"""One act for several societies: to all of them or to none, once, and with what the record needs to replay (R8, R16, R17)."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import KEYRING, NOW, STRANGER, entry, letter_in_draft, letter_in_signing, letter_row, representative, staff_actor
from webapp.domain import limits
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.persistence.record import load_events
from webapp.persistence.tables import EventRow, OutboxRow, TalkRow
from webapp.services import roster, roster_bulk, talks
from webapp.services.roster_list import list_roster
from webapp.services.talks import Round
from webapp.services.verification import verify

ENTRIES = [entry(f"Society {number:02}", f"office-{number}@example.org", f"Person {number}") for number in range(5)]
NONCE = "a-nonce-of-this-round"


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_signing(session, coordinator, *ENTRIES)


def places(session: Session, letter: str, *numbers: int) -> frozenset[str]:
    lines = list_roster(session, COMMAND, letter)
    return frozenset(lines[number].invitation for number in numbers)


def mailed(session: Session) -> list[str]:
    query = select(OutboxRow.to_address).where(OutboxRow.kind == "coordinators_wrote").order_by(OutboxRow.to_address)
    return list(session.scalars(query))


def test_each_society_gets_the_words_in_its_own_talk_and_its_people_one_mail_each(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        roster.add_society(session, coordinator, letter, entry("Society 01", "second@example.org", "A Second"), KEYRING, now=NOW)
        said = Round(places(session, letter, 0, 1), "Did your board meet?", NONCE)
        assert talks.say_to_many(session, coordinator, letter, said, now=NOW) == 2
    with store() as session:
        assert mailed(session) == ["office-0@example.org", "office-1@example.org", "second@example.org"]
        for place in said.invitations:
            [one] = talks.talk_at_desk(session, coordinator, letter, place).said
            assert one.words == "Did your board meet?"
        [silent] = places(session, letter, 2)
        assert talks.talk_at_desk(session, coordinator, letter, silent).said == ()


def test_r16_same_form_twice_is_sent_once(store: Store, coordinator: Actor, letter: str) -> None:
    for _ in range(2):
        with store() as session:
            said = Round(places(session, letter, 0, 1, 2), "Did your board meet?", NONCE)
            assert talks.say_to_many(session, coordinator, letter, said, now=NOW) == 3
    with store() as session:
        assert session.scalar(select(func.count()).select_from(TalkRow)) == len(mailed(session)) == 3


def test_form_that_sent_other_words_or_to_others_before_is_refused(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        talks.say_to_many(session, coordinator, letter, Round(places(session, letter, 0, 1), "Did it meet?", NONCE), now=NOW)
    for numbers, words in (((0, 1), "Another question"), ((0, 1, 2), "Did it meet?"), ((0,), "Another question")):
        with store() as session, pytest.raises(Conflict):
            talks.say_to_many(session, coordinator, letter, Round(places(session, letter, *numbers), words, NONCE), now=NOW)
    with store() as session:
        assert len(mailed(session)) == 2


@pytest.mark.parametrize(
    ("numbers", "more", "words", "refusal"),
    [((0, 1), {"gone"}, "Hello", Conflict), ((), set(), "Hello", InvalidInput), ((0, 1), set(), "  ", InvalidInput)],
)
def test_nothing_is_sent_where_one_of_them_cannot_be(
    store: Store, coordinator: Actor, letter: str, numbers: tuple[int, ...], more: set[str], words: str, refusal: type[Exception]
) -> None:
    with store() as session, pytest.raises(refusal):
        talks.say_to_many(session, coordinator, letter, Round(places(session, letter, *numbers) | more, words, NONCE), now=NOW)
    with store() as session:
        assert mailed(session) == []
        assert session.scalar(select(func.count()).select_from(TalkRow)) == 0


def test_society_whose_talk_is_full_is_named_and_nobody_is_written_to(
    store: Store, coordinator: Actor, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TALK_OF_SOCIETY", 1)
    with store() as session:
        [full] = places(session, letter, 3)
        talks.say_at_desk(session, coordinator, letter, full, "Hello", "a-nonce-of-a-single-talk", now=NOW)
    with store() as session, pytest.raises(InvalidInput, match="Society 03"):
        talks.say_to_many(session, coordinator, letter, Round(places(session, letter, 2, 3), "Hello", NONCE), now=NOW)
    with store() as session:
        assert mailed(session) == ["office-3@example.org"]


def test_r17_record_tells_of_each_message_of_a_round(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        talks.say_to_many(session, coordinator, letter, Round(places(session, letter, 0, 1, 2), "Hello", NONCE), now=NOW)
    with store() as session:
        events = load_events(session, letter_row(session, letter).id)
        assert sum(1 for event in events if event.kind == "talk.said") == 3
        assert verify(session, letter).problems == ()


def test_choice_says_who_is_meant_and_whom_no_mail_reaches(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        roster.revoke_representative(
            session, coordinator, letter, representative(session, letter, "office-1@example.org").reference, now=NOW
        )
        chosen = roster_bulk.choose(session, coordinator, letter, places(session, letter, 0, 1) | {"gone"})
        assert (chosen.names, chosen.people, chosen.unreached) == (("Society 00", "Society 01"), 1, ("Society 01",))


def test_societies_leave_a_draft_together_or_not_at_all(store: Store, coordinator: Actor) -> None:
    with store() as session:
        drafted = letter_in_draft(session, coordinator, *ENTRIES)
        chosen = places(session, drafted, 1, 3)
    with store() as session, pytest.raises(Conflict):
        roster_bulk.remove_societies(session, coordinator, drafted, chosen | {"gone"}, now=NOW)
    with store() as session:
        assert roster_bulk.remove_societies(session, coordinator, drafted, chosen, now=NOW) == 2
    with store() as session:
        assert [line.society for line in list_roster(session, COMMAND, drafted)] == ["Society 00", "Society 02", "Society 04"]
        events = select(EventRow).where(EventRow.letter_id == letter_row(session, drafted).id, EventRow.kind == "society.removed")
        assert len(session.scalars(events).all()) == 2


def test_nobody_who_was_asked_to_sign_is_taken_off(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session, pytest.raises(WrongState):
        roster_bulk.remove_societies(session, coordinator, letter, places(session, letter, 1), now=NOW)


def test_r13_society_of_another_letter_cannot_be_chosen(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        theirs = letter_in_signing(session, staff_actor(session, STRANGER), entry("Society elsewhere", "elsewhere@example.org", "An Other"))
        elsewhere = places(session, theirs, 0)
    with store() as session, pytest.raises(Conflict):
        talks.say_to_many(session, coordinator, letter, Round(elsewhere, "Hello", NONCE), now=NOW)
    with store() as session, pytest.raises(NotFound):
        talks.say_to_many(session, coordinator, theirs, Round(elsewhere, "Hello", NONCE), now=NOW)
