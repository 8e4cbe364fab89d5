"""R12: what came by phone, paper or e-mail is recorded as such, with its proof, and says so wherever it is listed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    ANNA,
    COORDINATOR,
    DEADLINE,
    KEYRING,
    NOW,
    enter,
    freeze_another,
    give,
    intent,
    letter_in_signing,
    letter_row,
    sign,
    sign_on_facts,
    staff_actor,
)
from tests.services.test_authority import speak, token
from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind
from webapp.domain.authority import WitnessPurpose
from webapp.domain.errors import AnswerStands, Conflict, InvalidInput, NotAllowed, NotFound, StaleText, TooLate, WrongState
from webapp.domain.proof_file import read_proof
from webapp.persistence.tables import AnswerRow, InvitationRow, OutboxRow, RecordedAnswerRow
from webapp.rendering.signatories import signatories_csv
from webapp.services import authority_list, people, recorded
from webapp.services.answers import Intent
from webapp.services.authority import Settling, set_rule, settle_authority
from webapp.services.documents import digest_in_force, letter_document, signed_count
from webapp.services.recorded import Received, Record
from webapp.services.roster_list import list_roster
from webapp.services.verification import verify

Store = Callable[[], Session]
SECOND = "second@marrowby.example.org"
LATER = NOW + timedelta(minutes=5)
PROOF = read_proof("letter.pdf", b"%PDF-1.7\nWe sign.\n%%EOF")
RECEIVED = Received("paper", "Anna Berg", NOW.date(), "By post.")


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_signing(session, coordinator)


def record(session: Session, actor: Actor, letter: str, **changes: object) -> str:
    row = letter_row(session, letter)
    place = session.scalars(select(InvitationRow).where(InvitationRow.letter_id == row.id)).one()
    at = changes.pop("at", NOW)
    received = changes.pop("received", RECEIVED)
    what = Intent(AnswerKind.SIGN, "a-nonce-of-a-record", digest_in_force(row), None, sign_on_facts())
    made = Record(replace(what, **changes), received, PROOF)  # type: ignore[arg-type]
    return recorded.record_answer(session, actor, (letter, place.reference), made, KEYRING, received_at=at, now=at)  # type: ignore[arg-type]


def second(session: Session, letter: str) -> Actor:
    actor = staff_actor(session, SECOND)
    people.add_person(session, staff_actor(session, COORDINATOR), letter, SECOND, "coordinator", now=NOW)
    return actor


def count(session: Session, letter: str) -> int:
    return signed_count(session, letter_row(session, letter))


def the_answer(session: Session) -> AnswerRow:
    return session.scalars(select(AnswerRow).where(AnswerRow.is_standing.is_(True))).one()


def test_r12_recorded_signature_counts_and_says_so_wherever_it_is_listed(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        record(session, coordinator, letter)
        document = letter_document(session, letter_row(session, letter), dated=NOW, is_draft=True)
        assert [one.note for one in document.signatories] == ["recorded by the coordinator from a letter on paper"]
        assert "recorded by the coordinator from a letter on paper" in signatories_csv(document)
        (line,) = list_roster(session, coordinator, letter)
        assert line.recorded == "recorded by the coordinator from a letter on paper of Anna Berg, 2 March 2026"
        assert (the_answer(session).authority_sentence, the_answer(session).representative_id) == ("", None)
        assert verify(session).problems == ()


def test_r12_society_is_told_at_once_and_can_disown_it(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        record(session, coordinator, letter)
        (row,) = session.scalars(select(OutboxRow).where(OutboxRow.kind == "answer_recorded"))
        assert row.to_address == ANNA
        assert speak(session, WitnessPurpose.DISPUTE, token(session, WitnessPurpose.DISPUTE, official=False)) is None
        assert count(session, letter) == 0
        assert verify(session).problems == ()


def test_r12_with_two_coordinators_it_counts_once_the_other_has_confirmed_it(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        other = second(session, letter)
        reference = record(session, coordinator, letter)
        told = session.scalars(select(OutboxRow.reason).where(OutboxRow.kind == "record_waits")).all()
        assert told == [f"record_waits:{reference}:{other.reference}"]
        assert count(session, letter) == 0
        assert [need.act for need in authority_list.blocking_answers(session, letter_row(session, letter))] == ["authority"]
        with pytest.raises(NotAllowed, match="recorded this answer yourself"):
            recorded.confirm_record(session, coordinator, letter, reference, now=LATER)
        assert count(session, letter) == 0
        recorded.confirm_record(session, other, letter, reference, now=LATER)
        assert count(session, letter) == 1
        with pytest.raises(WrongState):
            recorded.confirm_record(session, other, letter, reference, now=LATER)
        assert verify(session).problems == ()


def test_r12_with_one_coordinator_the_page_says_that_the_proof_is_all(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        reference = record(session, coordinator, letter)
        found = authority_list.show_authority(session, coordinator, letter, reference)
        assert (found.needs_second, found.line.check, len(found.proofs)) == (False, "proof attached by the coordinator", 1)


def test_record_that_is_wrong_can_be_refused_and_stops_nothing(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        other = second(session, letter)
        reference = record(session, coordinator, letter)
        settle_authority(session, other, (letter, reference), Settling("refused", "The proof is of another letter."), now=LATER)
        assert (count(session, letter), authority_list.blocking_answers(session, letter_row(session, letter))) == (0, [])
        assert verify(session).problems == ()


def test_r12_where_a_letter_asks_for_more_than_the_code_the_proof_is_not_enough(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        set_rule(session, coordinator, letter, ["official"], now=NOW)
        record(session, coordinator, letter)
        assert (the_answer(session).authority, count(session, letter)) == ("open", 0)


def test_r9_instant_is_the_recording_and_after_the_close_none_can_be_made(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        with pytest.raises(TooLate):
            record(session, coordinator, letter, at=DEADLINE)
        assert session.scalars(select(AnswerRow)).all() == []


@pytest.mark.parametrize("kind", ["sign", "sign_if"])
def test_r12_what_a_society_has_answered_itself_is_replaced_by_no_record(store: Store, coordinator: Actor, letter: str, kind: str) -> None:
    with store() as session:
        place = enter(session, letter)
        given = give(session, place, intent(session, place, kind, reason="" if kind == "sign" else "If § 3 goes."))
        with pytest.raises(WrongState, match="answered itself"):
            record(session, coordinator, letter, replaces=given, act=AnswerKind.DECLINE, sign_on=None, reason="They called.")
        assert the_answer(session).reference == given


def test_r1_recorded_answer_replaces_only_what_its_page_showed(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        given = record(session, coordinator, letter)
        again = {"nonce": "a-nonce-of-another-form", "act": AnswerKind.DECLINE, "sign_on": None, "reason": "They called."}
        with pytest.raises(AnswerStands):
            record(session, coordinator, letter, **again)
        record(session, coordinator, letter, replaces=given, **again)
        assert (the_answer(session).kind, count(session, letter)) == ("decline", 0)
        assert verify(session).problems == ()


def test_r2_recorded_answer_names_the_text_that_its_page_showed(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        shown = digest_in_force(letter_row(session, letter))
        freeze_another(session, letter, "evidence", "proof")
        with pytest.raises(StaleText):
            record(session, coordinator, letter, digest=shown)


def test_r8_same_form_twice_is_one_recorded_answer(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        assert record(session, coordinator, letter) == record(session, coordinator, letter, at=LATER)
        assert len(session.scalars(select(RecordedAnswerRow)).all()) == 1


def test_r8_form_of_another_letter_is_told_to_begin_again(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        record(session, coordinator, letter)
        other = letter_in_signing(session, coordinator)
        with pytest.raises(Conflict, match="sent before"):
            record(session, coordinator, other)
        assert len(session.scalars(select(RecordedAnswerRow)).all()) == 1


@pytest.mark.parametrize(
    ("received", "field"),
    [
        (replace(RECEIVED, source="room"), "source"),
        (replace(RECEIVED, received_from=" "), "received_from"),
        (replace(RECEIVED, came_on=NOW.date() + timedelta(days=2)), "came_on"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_is_stored(
    store: Store, coordinator: Actor, letter: str, received: Received, field: str
) -> None:
    with store() as session:
        with pytest.raises(InvalidInput) as refused:
            record(session, coordinator, letter, received=received)
        assert refused.value.field == field
        assert session.scalars(select(AnswerRow)).all() == []


def test_r13_stranger_records_nothing(store: Store, letter: str) -> None:
    with store() as session, pytest.raises(NotFound):
        record(session, staff_actor(session, "stranger@example.org"), letter)


def test_society_answers_for_itself_after_all(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        record(session, coordinator, letter)
        sign(session, letter, at=LATER)
        assert (the_answer(session).source, the_answer(session).authority, count(session, letter)) == ("room", "code", 1)
        assert verify(session).problems == ()
