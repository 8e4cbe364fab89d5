"""Answers: one stands, on the text that was shown, in time, confirmed with the code, stored once."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.counts import times
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    DEADLINE,
    KEYRING,
    NOW,
    back,
    enter,
    give,
    intent,
    letter_row,
    newest_code,
    sign,
    sign_on_facts,
)
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind
from webapp.domain.errors import AnswerStands, Conflict, DomainError, InvalidInput, StaleText, TookTooLong, TooLate, WrongState
from webapp.persistence.tables import AnswerRow, CodeRow, EventRow, OutboxRow, PendingAnswerRow
from webapp.services import answer_store, answers, sign_on
from webapp.services.answer_store import WITHDRAW
from webapp.services.answers import Recorded, WrongCode
from webapp.services.documents import signed_count, signing_answers

MS = timedelta(milliseconds=1)


def standing(session: Session, reference: str) -> list[AnswerRow]:
    letter = letter_row(session, reference)
    return list(session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True))))


def reasons(session: Session, kind: str) -> list[tuple[str, str]]:
    rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id))
    return [(row.to_address, row.reason) for row in rows]


def test_society_signs_and_every_representative_has_a_receipt(store: Store, letter: str) -> None:
    with store() as session:
        reference = sign(session, letter)
    with store() as session:
        answer = standing(session, letter)[0]
        assert (answer.reference, answer.kind, answer.printed_name) == (reference, "sign", "Gullhaven, Society of")
        assert (answer.officer, answer.office, answer.decided_by, answer.mandate) == ("Prof. Anna Berg", "President", "the board", "edit")
        assert answer.authority == "code"
        assert answer.authority_sentence.startswith("I am authorised by Gullhaven, Society of to state")
        assert [to for to, _reason in reasons(session, "receipt")] == [ANNA, BRUNO]
        assert session.scalar(select(func.count()).select_from(PendingAnswerRow)) == 0


@pytest.mark.parametrize("reason", ["", "Our board sees it otherwise."])
def test_society_declines_with_or_without_a_reason(store: Store, letter: str, reason: str) -> None:
    with store() as session:
        place = enter(session, letter)
        give(session, place, intent(session, place, "decline", reason=reason))
        answer = standing(session, letter)[0]
        assert (answer.kind, answer.reason, answer.officer) == ("decline", reason, "")
        assert "does not sign" in answer.authority_sentence
        assert len(reasons(session, "receipt")) == 2


@pytest.mark.parametrize(
    ("act", "said", "kept"),
    [
        pytest.param("sign_if", {"reason": "If § 3 goes."}, ("If § 3 goes.", "", ""), id="a condition"),
        pytest.param("abstain", {"ground": "policy"}, ("", "policy", ""), id="an abstention for its policy"),
        pytest.param("abstain", {"ground": "no_time", "reason": "May."}, ("May.", "no_time", ""), id="an abstention for want of time"),
        pytest.param("abstain", {"ground": "conflict"}, ("", "conflict", ""), id="an abstention for a conflict of interest"),
        pytest.param("separate", {"link": " https://example.org/a "}, ("", "", "https://example.org/a"), id="a statement of its own"),
        pytest.param("separate", {"reason": "In May."}, ("In May.", "", ""), id="a statement that is not published yet"),
        pytest.param("decline", {"ground": "policy", "link": "x"}, ("", "", ""), id="what belongs to another answer is not kept"),
    ],
)
def test_society_that_does_not_sign_says_how(store: Store, letter: str, act: str, said: dict[str, str], kept: tuple[str, str, str]) -> None:
    with store() as session:
        place = enter(session, letter)
        give(session, place, intent(session, place, act, **said))
        answer = standing(session, letter)[0]
        assert (answer.kind, answer.reason, answer.ground, answer.link) == (act, *kept)
        assert answer.authority_sentence.startswith("I am authorised by Gullhaven, Society of to state")
        assert signed_count(session, letter_row(session, letter)) == 0, "R4"
        assert len(reasons(session, "receipt")) == 2


@pytest.mark.parametrize(
    ("act", "said", "field"),
    [
        pytest.param("sign_if", {"reason": "  "}, "reason", id="a condition that says nothing"),
        pytest.param("abstain", {}, "how", id="an abstention without its ground"),
        pytest.param("abstain", {"ground": "mood"}, "how", id="a ground that there is not"),
        pytest.param("separate", {"link": "javascript:alert(1)"}, "link", id="R20 a link that is a script"),
        pytest.param("separate", {"link": "example.org/statement"}, "link", id="half an address"),
        pytest.param("separate", {"link": "https://me@example.org/"}, "link", id="an address that hides its host"),
        pytest.param("separate", {"link": "https://example.org/ and more"}, "link", id="an address and more"),
    ],
)
def test_answer_that_says_too_little_or_too_much_keeps_nothing(
    store: Store, connection: Connection, letter: str, act: str, said: dict[str, str], field: str
) -> None:
    with store() as session:
        place = enter(session, letter)
        what = intent(session, place, act, **said)
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        answers.prepare_answer(session, back(session, place), what, KEYRING, received_at=NOW, now=NOW)
    assert refused.value.field == field


def test_condition_becomes_a_signature_only_by_the_societys_own_act(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        condition = give(session, place, intent(session, place, "sign_if", reason="If § 3 goes."))
        sign(session, letter)
        answer = standing(session, letter)[0]
        assert (answer.kind, answer.replaces_id) == ("sign", session.scalars(select(AnswerRow).filter_by(reference=condition)).one().id)
        assert signed_count(session, letter_row(session, letter)) == 1


def test_withdrawn_answer_stands_no_more_and_is_kept(store: Store, letter: str) -> None:
    with store() as session:
        reference = sign(session, letter)
        place = enter(session, letter)
        assert give(session, place, intent(session, place, WITHDRAW, nonce="the-nonce-to-withdraw", reason="A mistake.")) == reference
        assert standing(session, letter) == []
        kept = session.scalars(select(AnswerRow)).one()
        assert kept.withdrawn_at == NOW
        assert [to for to, _reason in reasons(session, "withdrawal_receipt")] == [ANNA, BRUNO]


def test_nothing_can_be_withdrawn_where_nothing_stands(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
    with unchanged(connection), pytest.raises(WrongState, match="no answer of your society"), store() as session:
        answers.prepare_answer(session, back(session, place), intent(session, place, WITHDRAW), KEYRING, received_at=NOW, now=NOW)


def test_society_can_answer_again_after_withdrawing(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        place = enter(session, letter)
        give(session, place, intent(session, place, WITHDRAW, nonce="the-nonce-to-withdraw"))
        again = sign(session, letter, at=NOW + timedelta(hours=1))
        assert [row.reference for row in standing(session, letter)] == [again]


# R1


def test_r1_two_representatives_one_answer_stands(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        first, second = enter(session, letter, ANNA), enter(session, letter, BRUNO)
        of_anna, of_bruno = intent(session, first), intent(session, second, nonce="the-nonce-of-bruno")
        answers.prepare_answer(session, first, of_anna, KEYRING, received_at=NOW, now=NOW)
        answers.prepare_answer(session, second, of_bruno, KEYRING, received_at=NOW, now=NOW)
        code = newest_code(session, second)
        answers.confirm_answer(session, first, of_anna.nonce, newest_code(session, first), KEYRING, received_at=NOW, now=NOW)
    with (
        unchanged(connection),
        pytest.raises(AnswerStands, match="Anna Berg signed for your society on 2 March 2026") as told,
        store() as session,
    ):
        answers.confirm_answer(session, back(session, second), of_bruno.nonce, code, KEYRING, received_at=NOW, now=NOW)
    with store() as session:
        assert [row.reference for row in standing(session, letter)] == [told.value.answer]


def test_r1_answer_is_replaced_only_by_naming_it(store: Store, letter: str) -> None:
    with store() as session:
        old = sign(session, letter, ANNA)
        place = enter(session, letter, BRUNO)
        what = intent(session, place, nonce="the-nonce-of-bruno")
        for replaces in (None, "another-one"):
            with pytest.raises(AnswerStands):
                answers.prepare_answer(session, place, replace(what, replaces=replaces), KEYRING, received_at=NOW, now=NOW)
        new = give(session, place, what)
        rows = {row.reference: row for row in session.scalars(select(AnswerRow))}
        assert (rows[old].is_standing, rows[new].is_standing) == (False, True)
        assert rows[new].replaces_id == rows[old].id
        assert [to for to, _reason in reasons(session, "receipt")] == [ANNA, BRUNO, ANNA, BRUNO]


def test_r1_answer_replaced_meanwhile_is_not_replaced_again_unseen(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter, ANNA)
        place = enter(session, letter, BRUNO)
        what = intent(session, place, nonce="the-nonce-of-bruno")
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        code = newest_code(session, place)
        sign(session, letter, ANNA, at=NOW + timedelta(minutes=1))
        with pytest.raises(AnswerStands):
            answers.confirm_answer(session, place, what.nonce, code, KEYRING, received_at=NOW, now=NOW)


def test_r1_database_refuses_a_second_standing_answer(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        columns = [column.name for column in AnswerRow.__table__.columns if column.name not in {"id", "reference", "nonce"}]
        names = ", ".join(columns)
        copy = f"INSERT INTO answer (reference, nonce, {names}) SELECT 'second', 'second', {names} FROM answer"
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(copy))


# R2


def test_r2_old_digest_is_refused_and_nothing_is_stored(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        what = replace(intent(session, place), digest="0" * 64)
    with unchanged(connection), pytest.raises(StaleText, match="nothing was stored"), store() as session:
        answers.prepare_answer(session, back(session, place), what, KEYRING, received_at=NOW, now=NOW)


def test_r2_text_that_changed_between_form_and_code_is_refused(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        what = intent(session, place)
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        code = newest_code(session, place)
        pending = session.scalars(select(PendingAnswerRow)).one()
        pending.digest = "0" * 64
    with unchanged(connection), pytest.raises(StaleText), store() as session:
        answers.confirm_answer(session, back(session, place), what.nonce, code, KEYRING, received_at=NOW, now=NOW)


def test_r2_answer_names_the_digest_of_the_frozen_revision(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        revision = letter_row(session, letter).revision_in_force
        assert revision is not None
        assert standing(session, letter)[0].digest == revision.digest


# R8


def test_r8_same_form_twice_is_one_answer_one_event_one_receipt_each(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        what = intent(session, place)
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        code = newest_code(session, place)
        first = answers.confirm_answer(session, place, what.nonce, code, KEYRING, received_at=NOW, now=NOW)
    with unchanged(connection), store() as session:
        assert answers.confirm_answer(session, back(session, place), what.nonce, code, KEYRING, received_at=NOW, now=NOW) == first
    with store() as session:
        assert session.scalar(select(func.count()).select_from(AnswerRow)) == 1
        assert session.scalar(select(func.count()).select_from(EventRow).where(EventRow.kind == "answer.given")) == 1
        assert len(reasons(session, "receipt")) == 2


def test_r8_same_withdrawal_twice_is_one(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        place = enter(session, letter)
        done = give(session, place, intent(session, place, WITHDRAW, nonce="the-nonce-to-withdraw"))
    with unchanged(connection), store() as session:
        again = answers.confirm_answer(
            session, back(session, place), "the-nonce-to-withdraw", "whatever", KEYRING, received_at=NOW, now=NOW
        )
        assert again == Recorded(done)


def test_r8_repeating_after_the_deadline_still_gives_the_same_answer(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        what = intent(session, place)
        done = give(session, place, what)
        late = DEADLINE + timedelta(minutes=1)
        assert answers.confirm_answer(session, place, what.nonce, "", KEYRING, received_at=late, now=late) == Recorded(done)


def test_r8_answer_event_and_receipt_are_stored_together_or_not_at_all(
    store: Store, connection: Connection, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store() as session:
        place = enter(session, letter)
        what = intent(session, place)
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        code = newest_code(session, place)

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    # The one way to break a transaction at its last step.
    monkeypatch.setattr(answer_store.outbox, "put_all", fail)
    with unchanged(connection), pytest.raises(ConnectionError), store() as session:
        answers.confirm_answer(session, back(session, place), what.nonce, code, KEYRING, received_at=NOW, now=NOW)


# R9


@pytest.mark.parametrize(
    ("received_at", "counts"), [(DEADLINE - MS, True), (DEADLINE, False), (DEADLINE + MS, False)], ids=["before", "at", "after"]
)
def test_r9_one_instant_decides_to_the_millisecond(store: Store, letter: str, received_at: datetime, counts: bool) -> None:
    with store() as session:
        place = enter(session, letter, now=DEADLINE - timedelta(minutes=5))
        what = intent(session, place)
        answers.prepare_answer(
            session, place, what, KEYRING, received_at=DEADLINE - timedelta(minutes=5), now=DEADLINE - timedelta(minutes=5)
        )
        code = newest_code(session, place)
    try:
        with store() as session:
            answers.confirm_answer(session, back(session, place), what.nonce, code, KEYRING, received_at=received_at, now=received_at)
    except TooLate as refused:
        assert "14 March 2026, 17:00 Europe/Berlin (16:00 UTC)" in str(refused)
    with store() as session:
        assert len(standing(session, letter)) == counts


def test_f12_of_a_thousand_offsets_around_the_deadline_exactly_those_before_it_count(
    store: Store, connection: Connection, letter: str
) -> None:
    """Each is committed ten seconds later, when the letter reads *closed* already; what is sealed is what was accepted."""
    chance, before = random.Random(20260314), DEADLINE - timedelta(minutes=5)
    with store() as session:
        place = enter(session, letter, now=before)
        what = intent(session, place)
        answers.prepare_answer(session, place, what, KEYRING, received_at=before, now=before)
        code = newest_code(session, place)
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
    for _number in range(times(1_000)):
        received_at = DEADLINE + timedelta(microseconds=chance.randint(-50_000, 50_000))
        within = connection.begin_nested()
        with store() as session:
            later = received_at + timedelta(seconds=10)
            try:
                answers.confirm_answer(session, back(session, place), what.nonce, code, KEYRING, received_at=received_at, now=later)
                is_taken = True
            except TooLate:
                is_taken = False
        with store() as session:
            assert is_taken is (received_at < DEADLINE)
            assert len(signing_answers(session, letter_row(session, letter))) == is_taken
        within.rollback()


def test_r9_answer_received_in_time_counts_though_the_letter_reads_closed(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter, now=DEADLINE - timedelta(minutes=5))
        what = intent(session, place)
        answers.prepare_answer(session, place, what, KEYRING, received_at=DEADLINE - MS, now=DEADLINE - MS)
        code = newest_code(session, place)
    with store() as session:
        assert sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
    with store() as session:
        later = DEADLINE + timedelta(seconds=20)
        assert isinstance(
            answers.confirm_answer(session, back(session, place), what.nonce, code, KEYRING, received_at=DEADLINE - MS, now=later), Recorded
        )
        assert standing(session, letter)[0].received_at == DEADLINE - MS


def test_r9_after_an_early_close_the_instant_of_the_close_decides(store: Store, coordinator: Actor, letter: str) -> None:
    closed = NOW + timedelta(days=1)
    with store() as session:
        place = enter(session, letter)
        give(session, place, intent(session, place))
        what = intent(session, place, nonce="the-nonce-to-replace")
        answers.prepare_answer(session, place, what, KEYRING, received_at=closed - MS, now=closed - MS)
        code = newest_code(session, place)
        sign_on.close_early(session, coordinator, letter, now=closed)
        for received_at in (closed, closed + MS):
            with pytest.raises(TooLate):
                answers.confirm_answer(session, place, what.nonce, code, KEYRING, received_at=received_at, now=closed)
        done = answers.confirm_answer(session, place, what.nonce, code, KEYRING, received_at=closed - MS, now=closed + MS)
        assert isinstance(done, Recorded)


@pytest.mark.parametrize("act", [*AnswerKind])
def test_r9_no_answer_of_any_kind_is_prepared_after_the_deadline(store: Store, connection: Connection, letter: str, act: str) -> None:
    with store() as session:
        sign(session, letter)
        place = enter(session, letter)
        what = intent(session, place, act, nonce="a-nonce-too-late", reason="One.", ground="policy")
    with unchanged(connection), pytest.raises(TooLate, match="not counted"), store() as session:
        answers.prepare_answer(session, back(session, place), what, KEYRING, received_at=DEADLINE, now=DEADLINE)


@pytest.mark.parametrize("state", ["sealed", "submitted", "resolved", "cancelled"])
def test_no_answer_is_taken_once_the_letter_has_gone_on(store: Store, connection: Connection, letter: str, state: str) -> None:
    with store() as session:
        place = enter(session, letter)
        what = intent(session, place)
        row = letter_row(session, letter)
        row.state, row.closed_at, row.sealed_at = state, DEADLINE, DEADLINE
    with unchanged(connection), pytest.raises(TooLate), store() as session:
        answers.prepare_answer(session, back(session, place), what, KEYRING, received_at=NOW, now=NOW)


@pytest.mark.parametrize("state", ["closed", "sealed", "submitted", "resolved"])
def test_signature_can_be_withdrawn_at_any_time(store: Store, letter: str, state: str) -> None:
    later = DEADLINE + timedelta(days=1)
    with store() as session:
        sign(session, letter)
        row = letter_row(session, letter)
        row.state, row.closed_at, row.sealed_at = state, DEADLINE, None if state == "closed" else DEADLINE
        session.flush()
        place = enter(session, letter, now=later)
        give(session, place, intent(session, place, WITHDRAW, nonce="a-nonce-to-withdraw"), at=later)
        assert standing(session, letter) == []
        assert [to for to, _reason in reasons(session, "withdrawal_receipt")] == [ANNA, BRUNO]


# Wrong turns and bad input


def test_page_older_than_the_last_one_cannot_be_confirmed(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        old, new = intent(session, place), intent(session, place, nonce="the-newer-nonce")
        answers.prepare_answer(session, place, old, KEYRING, received_at=NOW, now=NOW)
        answers.prepare_answer(session, place, new, KEYRING, received_at=NOW, now=NOW)
        code = newest_code(session, place)
    with unchanged(connection), pytest.raises(Conflict, match="older than your last one"), store() as session:
        answers.confirm_answer(session, back(session, place), old.nonce, code, KEYRING, received_at=NOW, now=NOW)


def test_nonce_that_another_form_has_used_is_refused(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        used = intent(session, place, nonce="a-nonce-that-is-used")
        give(session, place, used)
        withdrawn = intent(session, place, WITHDRAW, nonce="a-nonce-to-withdraw")
        give(session, place, withdrawn)
        waiting = intent(session, place, nonce="a-nonce-that-waits")
        answers.prepare_answer(session, place, waiting, KEYRING, received_at=NOW, now=NOW)
        other = enter(session, letter, BRUNO)
    for nonce in (used.nonce, withdrawn.nonce, waiting.nonce):
        with unchanged(connection), pytest.raises(Conflict, match="sent before"), store() as session:
            place = back(session, other)
            answers.prepare_answer(session, place, intent(session, place, nonce=nonce), KEYRING, received_at=NOW, now=NOW)


def test_nothing_can_be_confirmed_that_was_never_prepared(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        with pytest.raises(Conflict):
            answers.confirm_answer(session, place, "a-nonce-of-nothing", "AAAA-AAAA", KEYRING, received_at=NOW, now=NOW)


def test_no_code_is_sent_again_for_nothing(store: Store, letter: str) -> None:
    with store() as session, pytest.raises(WrongState, match="nothing waiting"):
        answers.send_another_code(session, enter(session, letter), KEYRING, now=NOW)


BAD: list[tuple[str, str]] = [
    ("printed_name", ""),
    ("printed_name", "x" * (limits.PRINTED_NAME + 1)),
    ("printed_name", "Gull\x00haven"),
    ("printed_name", "Gull\nhaven"),
    ("printed_name", "Gull\u202ehaven"),
    ("printed_name", "Gull\U0001f600haven"),
    ("officer", ""),
    ("officer", "Anna\nBerg"),
    ("office", "Presi\u202edent"),
    ("decided_by", "the\nboard"),
    ("decided_by", "the board \U0001f600"),
    ("competing_interests", "None\x07"),
    ("officer", "x" * (limits.PERSON_NAME + 1)),
    ("office", "x" * (limits.OFFICE + 1)),
    ("decided_by", "x" * (limits.DECIDED_BY + 1)),
    ("competing_interests", "x" * (limits.COMPETING_INTERESTS + 1)),
]


@pytest.mark.parametrize(("field", "typed"), BAD)
def test_bad_input_names_its_field_and_nothing_is_stored(store: Store, connection: Connection, letter: str, field: str, typed: str) -> None:
    with store() as session:
        place = enter(session, letter)
        what = replace(intent(session, place), sign_on=sign_on_facts(**{field: typed}))
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        answers.prepare_answer(session, back(session, place), what, KEYRING, received_at=NOW, now=NOW)
    assert refused.value.field == field


def test_reason_may_be_as_long_as_its_limit_and_no_longer(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        for length, fits in ((limits.REASON, True), (limits.REASON + 1, False)):
            what = intent(session, place, "decline", nonce=f"a-nonce-for-{length}", reason="x" * length)
            try:
                answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
            except DomainError as refused:
                assert not fits and "4000 is the most" in str(refused)


def test_r15_society_is_printed_exactly_as_given(store: Store, letter: str) -> None:
    name = "the “Gullhaven” SOCIETY (of 1901), e.V. & Co., l’Été"
    with store() as session:
        sign(session, letter, printed_name=name)
        assert standing(session, letter)[0].printed_name == name


def test_officer_who_does_not_consent_is_in_no_public_part_of_the_record(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter, consent_to_print=False)
        event = session.scalars(select(EventRow).where(EventRow.kind == "answer.given")).one()
        assert "Prof. Anna Berg" not in event.public
        assert "Prof. Anna Berg" in (event.private or "")


# R7


def prepared(session: Session, letter: str, email: str = ANNA) -> tuple[answers.Place, str, str]:
    """A place, the nonce of what waits there, and its code."""
    place = enter(session, letter, email)
    what = intent(session, place, nonce=f"the-nonce-of-{email}")
    answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
    return place, what.nonce, newest_code(session, place)


def confirm(session: Session, place: answers.Place, nonce: str, code: str, *, at: datetime = NOW) -> Recorded | WrongCode:
    return answers.confirm_answer(session, place, nonce, code, KEYRING, received_at=at, now=at)


@pytest.mark.parametrize("typed", ["", "AAAA-AAAA", "0" * 40, "\x00", "’; DROP TABLE answer"])
def test_r7_link_alone_never_answers(store: Store, letter: str, typed: str) -> None:
    with store() as session:
        place, nonce, _code = prepared(session, letter)
        assert confirm(session, place, nonce, typed) == WrongCode(4)
        assert standing(session, letter) == []


def test_r7_fifth_wrong_try_locks_the_code(store: Store, letter: str) -> None:
    with store() as session:
        place, nonce, code = prepared(session, letter)
        assert [confirm(session, place, nonce, "AAAA-AAAA") for _ in range(5)] == [WrongCode(left) for left in (4, 3, 2, 1, 0)]
        assert confirm(session, place, nonce, code) == WrongCode(0)
        assert standing(session, letter) == []
        answers.send_another_code(session, place, KEYRING, now=NOW)
        assert isinstance(confirm(session, place, nonce, newest_code(session, place)), Recorded)


def test_r7_code_of_another_representative_does_not_fit(store: Store, letter: str) -> None:
    with store() as session:
        place, nonce, _code = prepared(session, letter, ANNA)
        _other, _nonce, code = prepared(session, letter, BRUNO)
        assert confirm(session, place, nonce, code) == WrongCode(4)


def test_r7_code_of_another_session_does_not_fit(store: Store, letter: str) -> None:
    with store() as session:
        _place, nonce, code = prepared(session, letter)
        same_person_elsewhere = enter(session, letter)
        with pytest.raises(Conflict):
            confirm(session, same_person_elsewhere, nonce, code)


def test_r7_forwarded_link_neither_reads_nor_replaces_what_was_typed(store: Store, letter: str) -> None:
    with store() as session:
        place, nonce, _code = prepared(session, letter)
        stranger = enter(session, letter)
        assert answers.pending_answer(session, stranger) is None
        other = intent(session, stranger, "decline", nonce="a-nonce-of-the-stranger")
        answers.prepare_answer(session, stranger, other, KEYRING, received_at=NOW, now=NOW)
        kept = answers.pending_answer(session, place)
        assert kept is not None
        assert (kept.nonce, kept.act) == (nonce, "sign")


def test_society_cannot_have_decided_tomorrow(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        what = intent(session, place, sign_on=sign_on_facts(decided_on=date(2062, 3, 1)))
        with pytest.raises(InvalidInput, match="future") as refused:
            answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        assert refused.value.field == "decided_on"


def test_r9_answer_that_waited_half_a_minute_is_not_stored(store: Store, letter: str) -> None:
    with store() as session:
        place, nonce, code = prepared(session, letter)
        with pytest.raises(TookTooLong):
            answers.confirm_answer(session, place, nonce, code, KEYRING, received_at=NOW, now=NOW + limits.LONGEST_REQUEST)


def test_same_form_twice_before_the_code_is_one_code(store: Store, letter: str) -> None:
    with store() as session:
        place, nonce, code = prepared(session, letter)
        answers.prepare_answer(session, place, intent(session, place, nonce=nonce), KEYRING, received_at=NOW, now=NOW)
        assert newest_code(session, place) == code


def test_r7_code_of_another_nonce_does_not_fit(store: Store, letter: str) -> None:
    with store() as session:
        place, _nonce, code = prepared(session, letter)
        what = intent(session, place, "decline", nonce="the-nonce-to-decline")
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        assert confirm(session, place, what.nonce, code) == WrongCode(4)


@pytest.mark.parametrize(("after", "works"), [(limits.CODE_LIFE - MS, True), (limits.CODE_LIFE, False)], ids=["at 29:59", "at 30:00"])
def test_r7_code_lives_thirty_minutes(store: Store, letter: str, after: timedelta, works: bool) -> None:
    with store() as session:
        place, nonce, code = prepared(session, letter)
        assert isinstance(confirm(session, place, nonce, code, at=NOW + after), Recorded) is works


def test_r7_code_works_once(store: Store, letter: str) -> None:
    with store() as session:
        place, nonce, code = prepared(session, letter)
        confirm(session, place, nonce, code)
        what = intent(session, place, "decline", nonce="the-nonce-to-decline")
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        assert confirm(session, place, what.nonce, code) == WrongCode(4)
        used = session.scalars(select(CodeRow).order_by(CodeRow.id)).first()
        assert used is not None and used.used_at == NOW


def test_r7_withdrawal_needs_the_code_too(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        place = enter(session, letter)
        what = intent(session, place, WITHDRAW, nonce="the-nonce-to-withdraw")
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        assert confirm(session, place, what.nonce, "AAAA-AAAA") == WrongCode(4)
        assert len(standing(session, letter)) == 1


@pytest.mark.parametrize(
    "written",
    [str.lower, lambda code: f" {code[:4]} – {code[4:]} ", lambda code: code.replace("0", "o").replace("1", "l")],
    ids=["in small letters", "with spaces and a dash", "with look-alikes"],
)
def test_code_is_taken_as_people_type_it(store: Store, letter: str, written: Callable[[str], str]) -> None:
    with store() as session:
        place, nonce, code = prepared(session, letter)
        assert isinstance(confirm(session, place, nonce, written(code)), Recorded)
