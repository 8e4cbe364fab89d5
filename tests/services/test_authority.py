"""How it is known who speaks for a society: by the letter’s own rule, or by a coordinator; open until then (R4)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    ANNA,
    KEYRING,
    NOW,
    enter,
    give,
    intent,
    letter_closed,
    letter_in_signing,
    letter_row,
    letter_sealed,
    seal_it,
    sign,
)
from webapp.domain.actor import Actor
from webapp.domain.authority import WitnessPurpose
from webapp.domain.errors import InvalidInput, NotFound, TooMany, WrongState
from webapp.domain.proof_file import read_proof
from webapp.domain.roster import RosterEntry
from webapp.persistence.tables import AnswerRow, OutboxRow, SocietyRow, WitnessRow
from webapp.services import authority, authority_list, disputes, proof_files, witnesses
from webapp.services.authority import Settling
from webapp.services.disputes import Words
from webapp.services.documents import signed_count
from webapp.services.joined_since import since_the_seal
from webapp.services.verification import verify

Store = Callable[[], Session]
OFFICIAL = "office@gullhaven.example.org"
PDF = b"%PDF-1.7\nA minute.\n%%EOF"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_signing(session, coordinator)


def ask_for(session: Session, actor: Actor, letter: str, *methods: str) -> None:
    authority.set_rule(session, actor, letter, methods, now=NOW)


def known(session: Session, *, official: str = "", domains: str = "") -> None:
    society = session.scalars(select(SocietyRow)).one()
    society.official_address, society.domains = official, domains
    session.flush()


def answer(session: Session) -> AnswerRow:
    return session.scalars(select(AnswerRow).where(AnswerRow.is_standing.is_(True))).one()


def count(session: Session, letter: str) -> int:
    return signed_count(session, letter_row(session, letter))


def token(session: Session, purpose: WitnessPurpose, *, official: bool) -> str:
    query = select(WitnessRow).where(WitnessRow.purpose == purpose).order_by(WitnessRow.id.desc())
    row = next(row for row in session.scalars(query) if (row.representative_id is None) is official)
    return KEYRING.witness_link(purpose, row.reference)


def speak(session: Session, purpose: WitnessPurpose, link: str, words: str = "Not ours.") -> int | None:
    """The words, the code that is mailed for them, and the act."""
    witnesses.send_witness_code(session, purpose, link, KEYRING, now=LATER)
    row = witnesses.find_witness(session, purpose, link)
    said = Words(words, KEYRING.witness_code(row.reference, row.code_number))
    act = disputes.dispute_answer if purpose == WitnessPurpose.DISPUTE else authority.confirm_officially
    return act(session, link, said, KEYRING, now=LATER)


def test_by_default_the_code_settles_it(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        assert (answer(session).authority, count(session, letter)) == ("code", 1)


@pytest.mark.parametrize(
    ("domains", "authority_of", "counted"), [("", "open", 0), ("example.net", "open", 0), ("example.org", "own_domain", 1)]
)
def test_r4_address_that_does_not_meet_the_rule_leaves_the_check_open(
    store: Store, coordinator: Actor, letter: str, domains: str, authority_of: str, counted: int
) -> None:
    with store() as session:
        known(session, domains=domains)
        ask_for(session, coordinator, letter, "own_domain")
        sign(session, letter)
        assert (answer(session).authority, count(session, letter)) == (authority_of, counted)
        assert verify(session).problems == ()


def test_r4_open_check_stands_on_the_front_page_and_stops_the_seal(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letter_in_signing(session, coordinator)
        ask_for(session, coordinator, reference, "word")
        sign(session, reference)
        row = letter_row(session, reference)
        (need,) = authority_list.authority_needs(session, row)
        assert (need.act, need.answer) == ("authority", answer(session).reference)
        assert [one.act for one in authority_list.blocking_answers(session, row)] == ["authority"]
        settle(session, coordinator, reference, Settling("word", "I have known the secretary for years."))
        assert authority_list.authority_needs(session, row) == authority_list.blocking_answers(session, row) == []
        assert count(session, reference) == 1
        assert verify(session).problems == ()


def settle(session: Session, actor: Actor, letter: str, settling: Settling) -> None:
    authority.settle_authority(session, actor, (letter, answer(session).reference), settling, now=LATER)


def test_control_seal_waits_for_nothing_where_all_is_known(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letter_closed(session, coordinator)
        assert authority_list.blocking_answers(session, letter_row(session, reference)) == []
        seal_it(session, coordinator, reference)


def test_check_that_could_not_be_settled_is_refused_and_stops_nothing(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        ask_for(session, coordinator, letter, "official")
        sign(session, letter)
        with pytest.raises(InvalidInput, match="Say why"):
            settle(session, coordinator, letter, Settling("refused"))
        settle(session, coordinator, letter, Settling("refused", "Nobody at the society knows of it."))
        row = letter_row(session, letter)
        assert authority_list.blocking_answers(session, row) == []
        assert (count(session, letter), authority_list.list_authority(session, coordinator, letter).waiting) == (0, 0)
        assert verify(session).problems == ()


@pytest.mark.parametrize("method", ["word", "code", "official", "minute", "magic", ""])
def test_r4_coordinator_settles_by_nothing_that_the_letter_does_not_take(
    store: Store, coordinator: Actor, letter: str, method: str
) -> None:
    with store() as session:
        ask_for(session, coordinator, letter, "own_domain")
        sign(session, letter)
        with pytest.raises(InvalidInput):
            settle(session, coordinator, letter, Settling(method, "Because.", file=read_proof("m.pdf", PDF)))
        assert answer(session).authority == "open"


def test_minute_that_the_society_attaches_is_looked_at_by_a_coordinator(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        ask_for(session, coordinator, letter, "minute")
        place = enter(session, letter)
        give(session, place, intent(session, place))
        with pytest.raises(InvalidInput, match="Attach the minute"):
            settle(session, coordinator, letter, Settling("minute"))
        proof_files.attach_minute(session, place, read_proof("../../minute.pdf", PDF), now=LATER)
        assert count(session, letter) == 0
        (attached,) = authority_list.show_authority(session, coordinator, letter, answer(session).reference).proofs
        assert (attached.name, attached.by) == ("minute.pdf", "Anna Berg")
        settle(session, coordinator, letter, Settling("minute", proof=attached.reference))
        assert (answer(session).authority, count(session, letter)) == ("minute", 1)
        kept = proof_files.read_proof_file(session, coordinator, letter, answer(session).reference, attached.reference)
        assert (kept.content, kept.media_type) == (PDF, "application/pdf")
        assert verify(session).problems == ()


def test_official_address_confirms_with_words_and_a_code_of_its_own(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        known(session, official=OFFICIAL)
        ask_for(session, coordinator, letter, "official")
        sign(session, letter)
        authority.ask_for_confirmation(session, coordinator, (letter, answer(session).reference), KEYRING, now=NOW)
        link = token(session, WitnessPurpose.CONFIRM, official=True)
        assert speak(session, WitnessPurpose.CONFIRM, link, "Mary Stone, secretary.") is None
        assert (answer(session).authority, count(session, letter)) == ("official", 1)
        codes = session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind.in_(("official_request", "witness_code")))).all()
        assert codes == [OFFICIAL, OFFICIAL]
        assert verify(session).problems == ()


def test_r14_official_address_that_was_corrected_confirms_nothing_and_still_disowns(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        known(session, official=OFFICIAL)
        ask_for(session, coordinator, letter, "official")
        sign(session, letter)
        authority.ask_for_confirmation(session, coordinator, (letter, answer(session).reference), KEYRING, now=NOW)
        confirm, disown = (token(session, purpose, official=True) for purpose in (WitnessPurpose.CONFIRM, WitnessPurpose.DISPUTE))
        known(session, official="right@gullhaven.example.org")
        with pytest.raises(NotFound):
            speak(session, WitnessPurpose.CONFIRM, confirm)
        assert speak(session, WitnessPurpose.DISPUTE, disown) is None


@pytest.mark.parametrize("official", ["", ANNA, ANNA.upper()])
def test_registered_address_is_no_second_witness(store: Store, coordinator: Actor, letter: str, official: str) -> None:
    with store() as session:
        known(session, official=official)
        ask_for(session, coordinator, letter, "official")
        sign(session, letter)
        with pytest.raises(WrongState, match="second witness"):
            authority.ask_for_confirmation(session, coordinator, (letter, answer(session).reference), KEYRING, now=NOW)
        assert session.scalars(select(OutboxRow).where(OutboxRow.kind == "official_receipt")).all() == []


def test_receipt_goes_to_the_official_address_too_and_holds_no_personal_link(store: Store, letter: str) -> None:
    with store() as session:
        known(session, official=OFFICIAL)
        sign(session, letter)
        (row,) = session.scalars(select(OutboxRow).where(OutboxRow.kind == "official_receipt"))
        assert (row.to_address, set(row.parameters)) == (OFFICIAL, {"answer"})
        found = authority_list.list_authority(session, Actor("command"), letter).lines  # type: ignore[arg-type]
        assert [line.official for line in found] == [OFFICIAL]


def test_t24_purposes_are_apart_and_a_personal_link_disowns_nothing(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        known(session, official=OFFICIAL)
        ask_for(session, coordinator, letter, "official")
        sign(session, letter)
        authority.ask_for_confirmation(session, coordinator, (letter, answer(session).reference), KEYRING, now=NOW)
        who = session.scalars(select(WitnessRow).where(WitnessRow.representative_id.is_not(None))).one()
        assert who.representative is not None
        personal = KEYRING.personal_link(who.representative.reference, 1)
        confirm, dispute = token(session, WitnessPurpose.CONFIRM, official=True), token(session, WitnessPurpose.DISPUTE, official=False)
        for purpose, link in ((WitnessPurpose.DISPUTE, personal), (WitnessPurpose.DISPUTE, confirm), (WitnessPurpose.CONFIRM, dispute)):
            with pytest.raises(NotFound):
                witnesses.show_witness(session, purpose, link)


def test_t24_thousand_forged_tokens_change_nothing(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        for number in range(1000):
            with pytest.raises(NotFound):
                disputes.dispute_answer(session, f"forged-{number}", Words("No.", "ABCDEFGH"), KEYRING, now=LATER)
        assert not answer(session).is_disputed
        assert count(session, letter) == 1


def test_r7_disowning_needs_the_words_and_the_code(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        link = token(session, WitnessPurpose.DISPUTE, official=False)
        for typed in ("", "ABCDEFGH"):
            assert disputes.dispute_answer(session, link, Words("Not ours.", typed), KEYRING, now=LATER) == 0
        with pytest.raises(InvalidInput, match="what is not right"):
            speak(session, WitnessPurpose.DISPUTE, link, "  ")
        tries = [disputes.dispute_answer(session, link, Words("Not ours.", "00000000"), KEYRING, now=LATER) for _ in range(6)]
        assert tries == [4, 3, 2, 1, 0, 0]
        assert count(session, letter) == 1
        assert speak(session, WitnessPurpose.DISPUTE, link) is None
        assert count(session, letter) == 0


def test_code_of_a_witness_lives_for_half_an_hour_and_is_asked_for_five_times(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        link = token(session, WitnessPurpose.DISPUTE, official=False)
        for _ in range(5):
            witnesses.send_witness_code(session, WitnessPurpose.DISPUTE, link, KEYRING, now=LATER)
        with pytest.raises(TooMany):
            witnesses.send_witness_code(session, WitnessPurpose.DISPUTE, link, KEYRING, now=LATER)
        row = witnesses.find_witness(session, WitnessPurpose.DISPUTE, link)
        code = KEYRING.witness_code(row.reference, row.code_number)
        late = LATER + timedelta(minutes=30)
        assert disputes.dispute_answer(session, link, Words("No.", code), KEYRING, now=late) == 0
        older = KEYRING.witness_code(row.reference, row.code_number - 1)
        assert disputes.dispute_answer(session, link, Words("No.", older), KEYRING, now=LATER) == 4


def disputed(session: Session, letter: str) -> str:
    sign(session, letter)
    assert speak(session, WitnessPurpose.DISPUTE, token(session, WitnessPurpose.DISPUTE, official=False)) is None
    return answer(session).reference


def test_r4_disputed_answer_counts_again_only_when_a_coordinator_lets_it_stand(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        reference = disputed(session, letter)
        assert count(session, letter) == 0
        (need,) = authority_list.authority_needs(session, letter_row(session, letter))
        assert "not its own" in need.text
        told = set(session.scalars(select(OutboxRow.kind).where(OutboxRow.kind.in_(("answer_disputed", "society_disputes")))))
        assert told == {"answer_disputed", "society_disputes"}
        with pytest.raises(InvalidInput, match="what was checked"):
            disputes.settle_dispute(session, coordinator, (letter, reference), " ", stands=True, now=LATER)
        disputes.settle_dispute(session, coordinator, (letter, reference), "Called the office.", stands=True, now=LATER)
        assert count(session, letter) == 1
        assert verify(session).problems == ()


def test_dispute_that_is_right_withdraws_the_answer_and_keeps_it(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        reference = disputed(session, letter)
        disputes.settle_dispute(session, coordinator, (letter, reference), "The board has not met.", stands=False, now=LATER)
        row = session.scalars(select(AnswerRow).where(AnswerRow.reference == reference)).one()
        assert (row.is_standing, row.is_disputed, row.withdrawn_at is not None) == (False, False, True)
        with pytest.raises(WrongState):
            disputes.settle_dispute(session, coordinator, (letter, reference), "Again.", stands=True, now=LATER)
        assert verify(session).problems == ()


def test_whoever_answers_anew_does_not_settle_the_dispute_by_it(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        disputed(session, letter)
        place = enter(session, letter, now=LATER)
        give(session, place, replace(intent(session, place), nonce="another-nonce-of-a-form"), at=LATER)
        assert (answer(session).authority, count(session, letter)) == ("open", 0)
        settle(session, coordinator, letter, Settling("code"))
        assert count(session, letter) == 1
        assert verify(session).problems == ()


def test_answer_that_stands_no_more_is_not_disputed(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        link = token(session, WitnessPurpose.DISPUTE, official=False)
        sign(session, letter, at=LATER)
        with pytest.raises(WrongState):
            speak(session, WitnessPurpose.DISPUTE, link)


def test_r11_dispute_after_the_seal_stands_beside_the_sealed_list(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letter_sealed(session, coordinator, RosterEntry("Gullhaven, Society of", "Anna Berg", ANNA))
        row, link = letter_row(session, reference), token(session, WitnessPurpose.DISPUTE, official=False)
        assert speak(session, WitnessPurpose.DISPUTE, link) is None
        assert since_the_seal(session, row).startswith("1 is disputed: Gullhaven, Society of (")
        assert signed_count(session, row) == 1
        (need,) = authority_list.authority_needs(session, row)
        disputes.settle_dispute(session, coordinator, (reference, need.answer), "The board has not met.", stands=False, now=LATER)
        assert since_the_seal(session, row).startswith("1 has since withdrawn")
        assert signed_count(session, row) == 1
        assert verify(session).problems == ()
