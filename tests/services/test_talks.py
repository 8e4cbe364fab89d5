"""The talk between a society and the coordinators: who hears of it, and that nothing in it counts as an answer (R12, R13, R16)."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    COORDINATOR,
    NOW,
    OTTO,
    enter,
    entry,
    give,
    intent,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    staff_actor,
)
from tests.machine.house import House
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.permission import Role
from webapp.persistence.record import load_events
from webapp.persistence.tables import AnswerRow, OutboxRow
from webapp.services import people, talks
from webapp.services.composing import compose
from webapp.services.talks import Waiting

LATER = NOW + timedelta(hours=1)
DRAFTER = "drafter@marrowby.example.org"


@pytest.fixture
def coordinator(store: Store) -> Actor:
    with store() as session:
        return staff_actor(session)


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    with store() as session:
        dunes = entry("Society of the Dunes", OTTO, "Otto Lind")
        return letter_in_signing(session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth"), dunes)


def of_anna(session: Session, letter: str) -> str:
    return enter(session, letter).invitation.reference


def told(session: Session, kind: str) -> list[str]:
    return list(session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == kind).order_by(OutboxRow.id)))


def test_r16_every_coordinator_is_told_once_of_what_a_society_says(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        staff_actor(session, DRAFTER)
        people.add_person(session, coordinator, letter, DRAFTER, Role.DRAFTER, now=NOW)
        place = enter(session, letter)
        for _press in range(2):
            talks.say_in_room(session, place, " What of § 3? ", "a-nonce-of-anna", now=NOW)
        assert told(session, "society_wrote") == [COORDINATOR]
        event = load_events(session, letter_row(session, letter).id)[-1]
        assert (event.kind, event.public["society"], "words" in event.public) == ("talk.said", place.invitation.society.reference, False)
        assert [one.words for one in talks.talk_in_room(session, place).said] == ["What of § 3?"]


def test_r16_every_representative_is_told_once_of_what_a_coordinator_says(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        invitation = of_anna(session, letter)
        for _press in range(2):
            talks.say_at_desk(session, coordinator, letter, invitation, "It has gone.", "a-nonce-of-the-desk", now=NOW)
        assert told(session, "coordinators_wrote") == [ANNA, BRUNO]
        assert [one.words for one in talks.talk_at_desk(session, coordinator, letter, invitation).said] == ["It has gone."]


def test_r19_society_reads_who_leads_the_letter_and_no_address_of_the_staff(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        place = enter(session, letter)
        talks.say_at_desk(session, coordinator, letter, place.invitation.reference, "It has gone.", "a-nonce-of-the-desk", now=NOW)
        talk = talks.talk_in_room(session, place)
        assert COORDINATOR not in str(talk)
        assert talk.said[0].who == letter_row(session, letter).lead_society
        for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == "coordinators_wrote")):
            form = compose(session, row, House.office, now=NOW)
            assert form is not None
            assert "It has gone." in form.text
            assert COORDINATOR not in form.text + form.html


def test_r13_society_reads_its_own_talk_alone(store: Store, letter: str) -> None:
    with store() as session:
        talks.say_in_room(session, enter(session, letter), "Between us.", "a-nonce-of-anna", now=NOW)
        assert talks.talk_in_room(session, enter(session, letter, OTTO)).said == ()
        assert len(talks.talk_in_room(session, enter(session, letter, BRUNO)).said) == 1


def test_condition_opens_the_talk_and_waits_for_a_word(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        place = enter(session, letter)
        give(session, place, intent(session, place, "sign_if", reason="If § 3 goes."))
        invitation, row = place.invitation.reference, letter_row(session, letter)
        assert told(session, "society_wrote") == [COORDINATOR]
        assert [(one.words, one.is_condition) for one in talks.talk_at_desk(session, coordinator, letter, invitation).said] == [
            ("If § 3 goes.", True)
        ]
        waiting = [Waiting(invitation, place.invitation.society.printed_name, has_condition=True)]
        assert talks.waiting_talks(session, row) == waiting
        talks.say_at_desk(session, coordinator, letter, invitation, "It has gone.", "a-nonce-of-the-desk", now=LATER)
        assert talks.waiting_talks(session, row) == []
        talks.say_in_room(session, place, "Thank you.", "a-nonce-of-anna", now=LATER)
        assert [one.has_condition for one in talks.waiting_talks(session, row)] == [False]


def test_r12_nothing_that_is_said_makes_or_changes_an_answer(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        place = enter(session, letter)
        give(session, place, intent(session, place, "sign_if", reason="If § 3 goes."))
        before = [(one.kind, one.is_standing) for one in session.scalars(select(AnswerRow))]
        talks.say_at_desk(session, coordinator, letter, place.invitation.reference, "We sign for you.", "a-nonce-of-the-desk", now=NOW)
        talks.say_in_room(session, place, "We sign.", "a-nonce-of-anna", now=NOW)
        assert [(one.kind, one.is_standing) for one in session.scalars(select(AnswerRow))] == before


@pytest.mark.parametrize(
    "words", ["", "  \n ", "x" * (limits.TALK + 1), "a\u202eb"], ids=["nothing", "space", "too long", "a direction that hides words"]
)
def test_what_cannot_be_said_stores_nothing(store: Store, connection: Connection, letter: str, coordinator: Actor, words: str) -> None:
    with store() as session:
        invitation = of_anna(session, letter)
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        talks.say_at_desk(session, coordinator, letter, invitation, words, "a-nonce-of-the-desk", now=NOW)
    assert refused.value.field == "words"


def test_form_of_another_society_is_refused(store: Store, letter: str) -> None:
    with store() as session:
        talks.say_in_room(session, enter(session, letter), "Between us.", "a-nonce-of-anna", now=NOW)
        with pytest.raises(Conflict):
            talks.say_in_room(session, enter(session, letter, OTTO), "And us.", "a-nonce-of-anna", now=NOW)


def test_nobody_is_written_to_before_sign_on_or_by_an_unknown_invitation(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        draft = letter_in_draft(session, coordinator, entry())
        place = letter_row(session, draft)
        assert place.revision_in_force is None
        with pytest.raises(WrongState):
            talks.say_at_desk(session, coordinator, draft, "any", "Words.", "a-nonce-of-the-desk", now=NOW)
        with pytest.raises(NotFound):
            talks.say_at_desk(session, coordinator, letter, "unknown", "Words.", "a-nonce-of-the-desk", now=NOW)


def test_most_messages_of_a_society_are_counted(store: Store, letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TALK_OF_SOCIETY", 2)
    with store() as session:
        place = enter(session, letter)
        for number in range(2):
            talks.say_in_room(session, place, "More.", f"a-nonce-of-anna-{number}", now=NOW)
        with pytest.raises(InvalidInput, match="2 messages is the most"):
            talks.say_in_room(session, place, "More.", "a-nonce-of-anna-2", now=NOW)


def test_r13_coordinator_who_was_taken_off_is_mailed_nothing_that_waited(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        colleague = staff_actor(session, DRAFTER)
        people.add_person(session, coordinator, letter, DRAFTER, Role.COORDINATOR, now=NOW)
        talks.say_in_room(session, enter(session, letter), "Between us.", "a-nonce-of-anna", now=NOW)
        people.remove_person(session, coordinator, letter, colleague.reference, now=NOW)
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "society_wrote"))
        mailed = {row.to_address: compose(session, row, House.office, now=NOW) for row in rows}
        assert mailed[DRAFTER] is None
        assert mailed[COORDINATOR] is not None


def test_other_words_from_a_page_that_was_sent_are_refused_and_not_dropped(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        talks.say_in_room(session, place, "What of § 3?", "a-nonce-of-anna", now=NOW)
        with pytest.raises(Conflict, match="still below"):
            talks.say_in_room(session, place, "What of § 4?", "a-nonce-of-anna", now=NOW)
