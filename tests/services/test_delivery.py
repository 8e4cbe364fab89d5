"""Sending the outbox: one message to one recipient, once for each reason, tried again and never lost (R16, R19)."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.databases import WORKFLOWS
from tests.dump import dump, unchanged, unpacked
from tests.factories import (
    ANNA,
    BROWSER,
    BRUNO,
    COORDINATOR,
    KEYRING,
    NETWORK,
    NOW,
    enter,
    entry,
    intent,
    letter_in_signing,
    representative,
    sign,
    staff_actor,
)
from tests.postman import Postman
from webapp.domain import limits
from webapp.mail.message import UnsafeMessage
from webapp.mail.transport import Envelope, PermanentFailure, TemporaryFailure, UnreachedFailure
from webapp.persistence import outbox
from webapp.persistence.database import transaction
from webapp.persistence.tables import MailboxRow, OutboxRow
from webapp.services import answers, delivery, doors, rooms
from webapp.services.delivery import Result, Sent
from webapp.settings import Settings


@dataclass
class Carrier:
    """A transport that does what it is told, and keeps what it was given."""

    outcome: Exception | None = None
    given: list[Envelope] = field(default_factory=list)

    def send(self, envelope: Envelope) -> None:
        self.given.append(envelope)
        if self.outcome:
            raise self.outcome


def first(session: Session) -> OutboxRow:
    return session.scalars(select(OutboxRow).order_by(OutboxRow.id).limit(1)).one()


def test_r16_same_reason_is_queued_once(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        row = first(session)
        reason, letter_id = row.reason, row.letter_id
    with unchanged(connection), store() as session:
        assert outbox.put(session, "invitation", reason, "other@example.org", now=NOW, letter_id=letter_id) is None


def test_r16_message_that_has_left_does_not_leave_again(store: Store, settings: Settings, letter: str) -> None:
    with store() as session:
        row = first(session)
        assert delivery.claim_message(session, row.id, 0, now=NOW)
        delivery.note_result(session, row.id, Sent(Result.LEFT), now=NOW)
        assert (row.state, row.sent_at, row.attempts) == ("sent", NOW, 1)
        assert not delivery.claim_message(session, row.id, 1, now=NOW)
        assert delivery.prepare_message(session, row.id, settings, now=NOW) is None
        delivery.note_result(session, row.id, Sent(Result.NEVER), now=NOW)
        assert (row.state, row.attempts) == ("sent", 1)


def test_r16_two_attempts_of_one_row_deliver_one_message(mail: Postman, engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter_in_signing(session, staff_actor(session))
        outbox_id = first(session).id
    mail.attempt(outbox_id, 0)
    mail.attempt(outbox_id, 0)
    assert [row.to_address for row in mail.messages()] == [ANNA]


def test_r16_message_delivered_but_not_noted_is_delivered_once_in_the_mailbox(mail: Postman, engine: Engine, settings: Settings) -> None:
    with Session(engine) as session, transaction(session):
        letter_in_signing(session, staff_actor(session))
        outbox_id = first(session).id
    with Session(engine) as session:
        envelope = delivery.prepare_message(session, outbox_id, settings, now=NOW)
    # The process dies here: sent, and never noted.
    mail.workflows._transport.send(envelope)
    assert len(mail.messages(ANNA)) == 1


def test_r16_retry_keeps_the_identity_of_the_message(store: Store, settings: Settings, letter: str) -> None:
    carrier = Carrier(TemporaryFailure("451 try later"))
    with store() as session:
        row = first(session)
        for minute in range(3):
            now = NOW + timedelta(minutes=minute)
            assert delivery.claim_message(session, row.id, minute, now=now)
            sent = delivery.send(carrier, delivery.prepare_message(session, row.id, settings, now=now))
            delivery.note_result(session, row.id, sent, now=now)
        assert {one.reference for one in carrier.given} == {row.reference}
        assert {one.recipient for one in carrier.given} == {ANNA}
        assert (row.state, row.attempts, row.last_error) == ("queued", 3, "451 try later")


def test_attempts_come_at_growing_distances_for_three_days(store: Store, letter: str) -> None:
    with store() as session:
        row, now, waits = first(session), NOW, []
        while row.state == "queued":
            assert delivery.claim_message(session, row.id, row.attempts, now=now)
            delivery.note_result(session, row.id, Sent(Result.LATER, "451"), now=now)
            if row.state == "queued":
                waits.append(row.next_attempt_at - now)
                now = row.next_attempt_at
        longest = [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 32, 60, 60, 60)]
        assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=False))
        assert max(waits) <= timedelta(hours=1)
        assert limits.MAIL_HORIZON <= now - NOW < limits.MAIL_HORIZON + timedelta(hours=1)
        assert row.state == "failed"


def test_messages_that_failed_together_do_not_come_back_together(store: Store, letter: str) -> None:
    with store() as session:
        rows = session.scalars(select(OutboxRow)).all()
        for row in rows:
            delivery.claim_message(session, row.id, 0, now=NOW)
            delivery.note_result(session, row.id, Sent(Result.LATER, "451"), now=NOW)
        assert len({row.next_attempt_at for row in rows}) == len(rows) == 2


def test_three_days_begin_with_the_first_attempt(store: Store, letter: str) -> None:
    with store() as session:
        row, later = first(session), NOW + timedelta(days=13)
        assert delivery.claim_message(session, row.id, 0, now=later)
        delivery.note_result(session, row.id, Sent(Result.LATER, "451"), now=later)
        assert row.state == "queued"


def test_few_attempts_give_nothing_up_however_much_time_seems_to_have_passed(store: Store, letter: str) -> None:
    with store() as session:
        row, now = first(session), NOW
        while row.state == "queued":
            assert delivery.claim_message(session, row.id, row.attempts, now=now)
            delivery.note_result(session, row.id, Sent(Result.LATER, "451"), now=now)
            now += timedelta(days=30)
        assert row.attempts == limits.MAIL_LEAST_TRIES


def test_uncertain_message_is_sent_once_more_after_half_an_hour_and_never_again(store: Store, letter: str) -> None:
    uncertain = Sent(Result.UNCERTAIN, "it may have arrived")
    with store() as session:
        row = first(session)
        assert delivery.claim_message(session, row.id, 0, now=NOW)
        delivery.note_result(session, row.id, uncertain, now=NOW)
        assert (row.state, row.last_error, row.next_attempt_at) == ("uncertain", "it may have arrived", NOW + timedelta(minutes=30))
        later = row.next_attempt_at
        assert delivery.enqueue_due(session, now=later) > 0
        assert delivery.claim_message(session, row.id, 1, now=later)
        delivery.note_result(session, row.id, Sent(Result.LATER, "451"), now=later)
        assert row.state == "uncertain"
        assert delivery.claim_message(session, row.id, 2, now=later)
        delivery.note_result(session, row.id, uncertain, now=later)
        assert row.state == "failed"


def test_uncertain_message_that_leaves_is_sent(store: Store, letter: str) -> None:
    with store() as session:
        row = first(session)
        for attempt, result in enumerate((Result.UNCERTAIN, Result.LEFT)):
            assert delivery.claim_message(session, row.id, attempt, now=NOW)
            delivery.note_result(session, row.id, Sent(result), now=NOW)
        assert row.state == "sent"


@pytest.mark.parametrize("outcome", [PermanentFailure("550 the recipient was refused"), UnsafeMessage("the headers")])
def test_message_that_will_never_leave_is_given_up(store: Store, settings: Settings, letter: str, outcome: Exception) -> None:
    with store() as session:
        row = first(session)
        sent = delivery.send(Carrier(outcome), delivery.prepare_message(session, row.id, settings, now=NOW))
        assert sent.result is Result.NEVER
        delivery.note_result(session, row.id, sent, now=NOW)
        assert row.state == "failed"


def test_due_messages_are_queued_again_each_attempt_under_its_own_name(store: Store, letter: str) -> None:
    with store() as session:
        row = first(session)
        delivery.note_result(session, row.id, Sent(Result.LATER), now=NOW)
        assert delivery.enqueue_due(session, now=NOW + timedelta(seconds=29)) == 0
        assert delivery.enqueue_due(session, now=NOW + timedelta(seconds=60)) == 1
        assert delivery.enqueue_due(session, now=NOW + timedelta(seconds=61)) == 0
        names = session.scalars(text(f"SELECT workflow_uuid FROM {WORKFLOWS}")).all()
        attempts = [name for name in names if name.startswith(f"send_message:{row.reference}:")]
        assert len(attempts) == len(set(attempts)) == 2


def test_r16_message_whose_job_was_lost_is_queued_again(store: Store, letter: str) -> None:
    with store() as session:
        row = first(session)
        assert row.attempts == 0
        assert delivery.enqueue_due(session, now=NOW + timedelta(minutes=1)) == 0
        assert delivery.enqueue_due(session, now=NOW + timedelta(hours=1)) == 2


def test_r16_attempt_is_claimed_by_one_workflow_only(store: Store, letter: str) -> None:
    with store() as session:
        row = first(session)
        assert [delivery.claim_message(session, row.id, 0, now=NOW) for _ in range(2)] == [True, False]
        assert delivery.claim_message(session, row.id, 1, now=NOW)


def test_r16_job_that_begins_again_keeps_its_claim_and_no_other_job_gets_it(store: Store, letter: str) -> None:
    with store() as session:
        row = first(session)
        assert [delivery.claim_message(session, row.id, 0, now=NOW, job=job) for job in ("a", "b", "a")] == [True, False, True]
        assert (row.attempts, row.unfinished) == (1, 1)
        delivery.note_result(session, row.id, Sent(Result.LATER, "451"), now=NOW)
        assert not delivery.claim_message(session, row.id, 0, now=NOW, job="a")


def test_message_that_never_comes_to_an_end_is_parked_after_eight_attempts(store: Store, letter: str) -> None:
    with store() as session:
        row, now = first(session), NOW
        for attempt in range(8):
            assert delivery.claim_message(session, row.id, attempt, now=now)
            now = row.next_attempt_at
            assert delivery.enqueue_due(session, now=now) > 0
        assert not delivery.claim_message(session, row.id, 8, now=now)
        assert row.state == "failed"
        assert row.last_error


def test_message_with_which_the_program_fails_is_parked_after_eight_attempts_with_the_reason(store: Store, letter: str) -> None:
    with store() as session:
        row, now = first(session), NOW
        for attempt in range(8):
            assert row.state == "queued"
            assert delivery.claim_message(session, row.id, attempt, now=now)
            delivery.note_broken(session, row.id, "KeyError in compose, line 7", now=now)
            now = row.next_attempt_at
        assert (row.state, row.last_error) == ("failed", "the program failed: KeyError in compose, line 7")


def job_of(row: OutboxRow) -> str:
    return f"{outbox.SEND_WORKFLOW}:{row.reference}:0:2026-03-02"


def test_message_with_which_every_worker_dies_is_parked_and_others_go_on(store: Store, letter: str) -> None:
    with store() as session:
        poison, other = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        jobs = [job_of(poison), job_of(other), "close_letter:1:1"]
        for row in (poison, other):
            assert delivery.claim_message(session, row.id, 0, now=NOW)
        assert delivery.note_lost(session, jobs) == jobs
        assert delivery.note_lost(session, jobs) == jobs
        # Both are suspect now, and begin again one at a time; the one that is no poison comes to an end.
        again = delivery.note_lost(session, jobs)
        assert len(again) == 2
        delivery.note_result(session, other.id, Sent(Result.LEFT), now=NOW)
        while poison.state == "queued":
            assert job_of(poison) in delivery.note_lost(session, [job_of(poison)])
        assert (poison.state, poison.last_error, other.state) == ("failed", "the worker died with every attempt", "sent")


def test_unreached_mail_server_that_is_back_frees_what_waits_for_it(store: Store, settings: Settings, letter: str) -> None:
    with store() as session:
        waiting, gone = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        for attempt in range(9):
            assert delivery.claim_message(session, waiting.id, attempt, now=NOW)
            envelope = delivery.prepare_message(session, waiting.id, settings, now=NOW)
            sent = delivery.send(Carrier(UnreachedFailure("ConnectionRefusedError")), envelope)
            delivery.note_result(session, waiting.id, sent, now=NOW)
        assert waiting.next_attempt_at >= NOW + timedelta(minutes=30)
        gone.next_attempt_at = NOW + timedelta(hours=1)
        assert delivery.enqueue_due(session, now=NOW + timedelta(minutes=1)) == 0
        delivery.note_result(session, gone.id, Sent(Result.LEFT), now=NOW + timedelta(minutes=1))
        assert delivery.enqueue_due(session, now=NOW + timedelta(minutes=2)) == 1


def test_r16_clock_that_has_jumped_makes_no_second_attempt_beside_the_first(store: Store, letter: str) -> None:
    with store() as session:
        row, later = first(session), NOW + timedelta(days=1)
        assert delivery.claim_message(session, row.id, 0, now=NOW)
        assert delivery.enqueue_due(session, now=later, is_steady=False) == 1, "the other message, which nobody has begun"
        assert delivery.enqueue_due(session, now=later) == 1


def test_message_does_not_wait_for_a_time_that_a_wrong_clock_has_set(store: Store, letter: str) -> None:
    with store() as session:
        row, wrong = first(session), NOW + timedelta(days=3650)
        assert delivery.claim_message(session, row.id, 0, now=wrong)
        delivery.note_result(session, row.id, Sent(Result.LATER, "451"), now=wrong)
        assert delivery.enqueue_due(session, now=NOW) == 1


def test_r16_message_that_waited_for_days_without_a_worker_is_still_sent(store: Store, settings: Settings, letter: str) -> None:
    with store() as session:
        row, later = first(session), NOW + timedelta(days=13)
        assert delivery.enqueue_due(session, now=later) > 0
        assert row.state == "queued"
        assert delivery.claim_message(session, row.id, 0, now=later)
        assert delivery.prepare_message(session, row.id, settings, now=later) is not None


def test_code_that_has_expired_is_not_mailed(store: Store, settings: Settings, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        answers.prepare_answer(session, place, intent(session, place), KEYRING, received_at=NOW, now=NOW)
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "code")).one()
        assert delivery.prepare_message(session, row.id, settings, now=NOW) is not None
        assert delivery.prepare_message(session, row.id, settings, now=NOW + limits.CODE_LIFE) is None


def test_message_to_a_representative_who_was_revoked_is_of_no_use(store: Store, settings: Settings, letter: str) -> None:
    with store() as session:
        representative(session, letter).revoked_at = NOW
        session.flush()
        row = first(session)
        sent = delivery.send(Carrier(), delivery.prepare_message(session, row.id, settings, now=NOW))
        assert sent.result is Result.USELESS
        delivery.note_result(session, row.id, sent, now=NOW)
        assert row.state == "failed"


def test_no_row_no_message(store: Store, settings: Settings) -> None:
    with store() as session:
        assert delivery.prepare_message(session, 12345, settings, now=NOW) is None


def test_codes_and_receipts_do_not_stand_in_line_behind_invitations(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        rooms.request_link(session, BRUNO, NETWORK, KEYRING, now=NOW)
        doors.mail_sign_in_link(session, COORDINATOR, NETWORK, BROWSER, KEYRING, now=NOW)
        kinds = {row.reference: row.kind for row in session.scalars(select(OutboxRow))}
        jobs = session.execute(text(f"SELECT workflow_uuid, queue_name FROM {WORKFLOWS} WHERE workflow_uuid LIKE 'send_message:%'")).all()
        queues = {(kinds[job.workflow_uuid.split(":")[1]], job.queue_name) for job in jobs}
        assert queues == {
            ("invitation", "mail"),
            ("code", "codes"),
            ("receipt", "codes"),
            ("new_link", "codes"),
            ("sign_in", "codes"),
        }


def test_r19_jobs_hold_row_ids_and_random_references_only(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        link = KEYRING.personal_link(representative(session, letter).reference, 1)
        rows = dump(connection)
    jobs = unpacked({"workflow_status": rows["workflow_status"]})
    for secret in (link, "example.org", "Anna", "Gullhaven", "quiet hour"):
        assert secret not in jobs


def test_r19_nothing_stored_holds_a_link_or_a_code(store: Store, connection: Connection, coordinator: object, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        place = enter(session, letter)
        doors.mail_sign_in_link(session, COORDINATOR, NETWORK, BROWSER, KEYRING, now=NOW)
        secrets = {KEYRING.personal_link(place.representative.reference, 1)}
        secrets |= {KEYRING.code(reference) for reference in session.scalars(text("SELECT reference FROM code"))}
        secrets |= {KEYRING.sign_in_link(reference) for reference in session.scalars(text("SELECT reference FROM sign_in_link"))}
    stored = unpacked({name: rows for name, rows in dump(connection).items() if name != "mailbox"})
    assert len(secrets) == 3
    assert {secret for secret in secrets if secret in stored} == set()


def test_r8_r16_rows_of_answers_events_and_receipts_agree(store: Store, letter: str) -> None:
    with store() as session:
        for minute in range(3):
            sign(session, letter, at=NOW + timedelta(minutes=minute))
        count = {
            "answers": session.scalar(text("SELECT count(*) FROM answer")),
            "events": session.scalar(text("SELECT count(*) FROM event WHERE kind = 'answer.given'")),
            "receipts": session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "receipt")),
        }
        assert count == {"answers": 3, "events": 3, "receipts": 6}


def test_mailbox_keeps_one_message_for_one_identity(mail: Postman, engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter_in_signing(session, staff_actor(session), entry(), entry(email=BRUNO))
    assert mail.deliver() == 2
    assert mail.deliver() == 0
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(MailboxRow)) == 2
