"""Reminders are put once, by whichever worker comes first, and asked for once more when they are sent (R13, R16, I31)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    ANNA,
    BRUNO,
    KEYRING,
    NOW,
    OTTO,
    FakeClock,
    comment,
    enter,
    entry,
    freeze_another,
    give,
    intent,
    letter_circulating,
    letter_in_signing,
    letter_row,
    newest_code,
    representative,
    sign,
    staff_actor,
)
from tests.postman import Postman
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.answer import AnswerKind
from webapp.domain.handing_over import HAND_OVER
from webapp.domain.reminder import ReminderKind
from webapp.persistence.database import transaction
from webapp.persistence.record import load_events
from webapp.persistence.tables import AnswerRow, ObjectionRow, OutboxRow, ReminderPlanRow, ReminderRow, SocietyRow
from webapp.persistence.tables.message import MessageState
from webapp.services import delivery, handing_over, installation, reminder_desk, reminders, roster, sign_on, verification
from webapp.settings import Settings

DUNES = "Society of the Dunes"
# Nine in Berlin, a week, three days and a day before the deadline.
WEEK, THREE, LAST = (datetime(2026, 3, day, 8, 0, tzinfo=UTC) for day in (7, 11, 13))
K = ReminderKind


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    """Anna and Bruno for Gullhaven, Otto for the Dunes; their invitations have left."""
    with store() as session:
        people = (entry(), entry(email=BRUNO, contact="Bruno Wirth"), entry(DUNES, OTTO, "Otto Lind"))
        reference = letter_in_signing(session, coordinator, *people)
        has_left(session, at=NOW)
        return reference


def has_left(session: Session, *, at: datetime) -> None:
    """Everything that was put has been sent."""
    waiting = update(OutboxRow).where(OutboxRow.state == MessageState.QUEUED)
    session.execute(waiting.values(state=MessageState.SENT, sent_at=at))


def put(session: Session, reference: str, *, now: datetime) -> list[tuple[str, str]]:
    """What the minute tick does; returns who is reminded of what."""
    letter = letter_row(session, reference)
    before = session.scalar(select(func.max(ReminderRow.id))) or 0
    is_due = letter.id in reminders.letters_that_wait(session) and reminders.is_due(session, letter.id, now=now)
    assert (reminders.put_due(session, letter.id, now=now) > 0) == is_due
    rows = session.scalars(select(ReminderRow).where(ReminderRow.id > before).order_by(ReminderRow.id))
    return [(row.representative.email, row.kind) for row in rows]


def composed(session: Session, settings: Settings, to: str, *, now: datetime) -> str | None:
    """Subject and text of the newest reminder to somebody, as it would leave now."""
    query = select(OutboxRow).where(OutboxRow.kind == "reminder", OutboxRow.to_address == to).order_by(OutboxRow.id.desc()).limit(1)
    envelope = delivery.prepare_message(session, session.scalars(query).one().id, settings, now=now)
    return f"{envelope.form.subject}\n{envelope.form.text}" if envelope else None


def test_usual_plan_reminds_in_the_morning_and_once(store: Store, letter: str) -> None:
    with store() as session:
        assert put(session, letter, now=WEEK - timedelta(minutes=1)) == []
        silent = [(ANNA, K.NOT_OPENED), (BRUNO, K.NOT_OPENED), (OTTO, K.NOT_OPENED)]
        assert put(session, letter, now=WEEK) == silent
        has_left(session, at=WEEK)
        assert put(session, letter, now=WEEK + timedelta(minutes=1)) == []
        assert put(session, letter, now=THREE) == silent
        has_left(session, at=THREE)
        assert put(session, letter, now=LAST) == silent, "the last day is excepted from the two days"
        has_left(session, at=LAST)
        assert put(session, letter, now=LAST + timedelta(hours=9)) == []


def test_record_tells_who_was_reminded_and_fits_the_tables(store: Store, letter: str) -> None:
    with store() as session:
        put(session, letter, now=WEEK)
        event = load_events(session, letter_row(session, letter).id)[-1]
        assert (event.kind, event.actor, len(event.public["reminders"])) == ("reminders.sent", "clock", 3)
        assert {(one["slot"], one["kind"]) for one in event.public["reminders"]} == {("deadline-0-7", "not_opened")}
        assert ANNA not in str(event), "R19"
        assert verification.verify(session, letter).problems == ()


def answered(session: Session, letter: str) -> None:
    sign(session, letter, ANNA)


def declined(session: Session, letter: str) -> None:
    place = enter(session, letter)
    give(session, place, intent(session, place, AnswerKind.DECLINE))


def withdrawn(session: Session, letter: str) -> None:
    sign(session, letter, ANNA)
    place = enter(session, letter)
    give(session, place, intent(session, place, "withdraw", nonce="a-nonce-of-a-withdrawal"))


def opened(session: Session, letter: str) -> None:
    enter(session, letter)


def with_the_board(session: Session, letter: str) -> None:
    representative(session, letter).invitation.board_meets_on = date(2026, 3, 9)


def has_met(session: Session, letter: str) -> None:
    representative(session, letter).invitation.board_meets_on = date(2026, 3, 6)


def on_a_condition(session: Session, letter: str) -> None:
    place = enter(session, letter)
    give(session, place, intent(session, place, AnswerKind.SIGN_IF, reason="§ 3 goes."))


def to_affirm(session: Session, letter: str) -> None:
    """It has signed, the text was changed, and it objects to that."""
    sign(session, letter, ANNA)
    freeze_another(session, letter, "evidence", "all the evidence")
    answer = session.scalars(select(AnswerRow)).one()
    freezing = letter_row(session, letter).freezings[-1]
    facts = {"nonce": "an-objection", "remark": "No.", "received_at": NOW}
    session.add(ObjectionRow(freezing_id=freezing.id, answer_id=answer.id, representative_id=answer.representative_id, **facts))
    session.flush()


def held_back(session: Session, letter: str) -> None:
    representative(session, letter).invitation.reminders_held_at = NOW


def reached_the_wrong_place(session: Session, letter: str) -> None:
    representative(session, letter).invitation.not_us_at = NOW


@pytest.mark.parametrize(
    ("happens", "kind"),
    [
        (answered, None),
        (declined, None),
        (withdrawn, None),
        (held_back, None),
        (reached_the_wrong_place, None),
        (opened, K.SILENT),
        (with_the_board, K.BOARD_AHEAD),
        (has_met, K.BOARD_MET),
        (on_a_condition, K.CONDITION),
        (to_affirm, K.AFFIRM),
    ],
)
def test_each_society_is_spoken_to_where_it_stands(
    store: Store, letter: str, happens: Callable[[Session, str], None], kind: K | None
) -> None:
    with store() as session:
        happens(session, letter)
        mine = [(ANNA, kind), (BRUNO, kind)] if kind else []
        assert put(session, letter, now=WEEK) == [*mine, (OTTO, K.NOT_OPENED)]


def test_revoked_link_is_not_reminded(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        roster.revoke_representative(session, coordinator, letter, representative(session, letter, BRUNO).reference, now=NOW)
        assert put(session, letter, now=WEEK) == [(ANNA, K.NOT_OPENED), (OTTO, K.NOT_OPENED)]


def test_who_has_stopped_is_not_reminded_and_the_colleague_is(store: Store, letter: str) -> None:
    with store() as session:
        representative(session, letter, BRUNO).reminders_stopped_at = NOW
        assert put(session, letter, now=WEEK) == [(ANNA, K.NOT_OPENED), (OTTO, K.NOT_OPENED)]


def test_each_in_the_morning_of_the_own_country(store: Store, letter: str) -> None:
    with store() as session:
        session.execute(update(SocietyRow).where(SocietyRow.printed_name == DUNES).values(country="NZ"))
        # In Auckland the deadline is on the 15th.
        assert put(session, letter, now=WEEK) == [(ANNA, K.NOT_OPENED), (BRUNO, K.NOT_OPENED)]
        assert put(session, letter, now=datetime(2026, 3, 7, 19, 59, tzinfo=UTC)) == []
        assert put(session, letter, now=datetime(2026, 3, 7, 20, 0, tzinfo=UTC)) == [(OTTO, K.NOT_OPENED)]


def test_silent_on_a_draft_is_asked_for_comments(store: Store, coordinator: Actor, settings: Settings) -> None:
    with store() as session:
        letter = letter_circulating(session, coordinator, entry(), entry(DUNES, OTTO, "Otto Lind"))
        has_left(session, at=NOW)
        comment(session, letter)
        at = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
        assert put(session, letter, now=at) == [(OTTO, K.COMMENTS)]
        words = composed(session, settings, OTTO, now=at)
        assert words is not None
        assert words.startswith("3 days left to comment on")
        assert "9 March 2026, 17:00 Europe/Berlin (16:00 UTC)" in words


def test_comments_are_asked_for_though_sign_on_has_no_deadline_yet(store: Store, coordinator: Actor, settings: Settings) -> None:
    with store() as session:
        letter = letter_circulating(session, coordinator, deadline_local=None)
        has_left(session, at=NOW)
        at = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
        assert reminder_desk.show_reminders(session, coordinator, letter, now=NOW).is_waiting
        assert put(session, letter, now=at) == [(ANNA, K.COMMENTS)]
        assert (composed(session, settings, ANNA, now=at) or "").startswith("3 days left to comment on")


def test_colleague_to_whom_a_place_was_handed_over_is_spared_for_two_days(store: Store, letter: str) -> None:
    evening = WEEK - timedelta(hours=12)
    with store() as session:
        place = enter(session, letter, OTTO)
        over = handing_over.Leaving(HAND_OVER, "a-nonce-of-leaving", "I have left the board.", "Ida Holm", "ida@example.org")
        handing_over.prepare_leaving(session, place, over, KEYRING, now=evening)
        handing_over.confirm_leaving(session, place, over.nonce, newest_code(session, place), KEYRING, now=evening)
        has_left(session, at=evening)
        assert [to for to, _kind in put(session, letter, now=WEEK)] == [ANNA, BRUNO]
        two_days_later = evening.replace(day=9, hour=8)
        assert put(session, letter, now=two_days_later) == [("ida@example.org", K.SILENT)]


def test_nobody_is_reminded_after_the_close_or_of_a_draft(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        assert put(session, letter, now=datetime(2026, 3, 14, 16, 0, tzinfo=UTC)) == []
        sign_on.cancel_letter(session, coordinator, letter, "The journal has closed.", now=NOW)
        assert put(session, letter, now=WEEK) == []


def test_control_somebody_is_reminded_a_minute_before_the_close(store: Store, letter: str) -> None:
    with store() as session:
        assert len(put(session, letter, now=datetime(2026, 3, 14, 15, 59, tzinfo=UTC))) == 3


def test_worker_that_was_down_for_days_sends_one_and_not_all(store: Store, letter: str) -> None:
    with store() as session:
        assert len(put(session, letter, now=THREE + timedelta(hours=3))) == 3
        has_left(session, at=THREE + timedelta(hours=3))
        assert put(session, letter, now=THREE + timedelta(hours=4)) == []
        slots = set(session.scalars(select(ReminderRow.slot)))
        assert slots == {"deadline-0-3"}


def test_reminder_that_still_waits_for_the_mail_server_lets_no_other_follow(store: Store, letter: str) -> None:
    with store() as session:
        put(session, letter, now=WEEK)
        assert put(session, letter, now=THREE) == []


def test_r16_society_that_answers_meanwhile_is_not_reminded(store: Store, letter: str, settings: Settings) -> None:
    with store() as session:
        put(session, letter, now=WEEK)
        assert composed(session, settings, ANNA, now=WEEK) is not None
        sign(session, letter, BRUNO, at=WEEK)
        assert composed(session, settings, ANNA, now=WEEK) is None
        assert composed(session, settings, OTTO, now=WEEK) is not None


def test_control_without_the_look_at_sending_it_would_have_left(
    store: Store, letter: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store() as session:
        put(session, letter, now=WEEK)
        # As if it were sent as it was put.
        mine = session.scalars(select(OutboxRow).where(OutboxRow.kind == "reminder", OutboxRow.to_address == ANNA)).one()
        as_put = reminders.speaking(session, mine, letter_row(session, letter), now=WEEK)
        sign(session, letter, BRUNO, at=WEEK)
        monkeypatch.setattr("webapp.services.reminder_words.speaking", lambda *_facts, **_more: as_put)
        assert composed(session, settings, ANNA, now=WEEK) is not None


def test_reminder_speaks_to_the_state_at_the_moment_of_sending(store: Store, letter: str, settings: Settings) -> None:
    with store() as session:
        put(session, letter, now=WEEK)
        assert "It has not been opened yet" in (composed(session, settings, ANNA, now=WEEK) or "")
        enter(session, letter)
        assert "has opened a joint letter" in (composed(session, settings, ANNA, now=WEEK) or "")


def test_reminder_that_comes_late_out_of_the_queue_does_not_follow_another(store: Store, letter: str, settings: Settings) -> None:
    with store() as session:
        put(session, letter, now=WEEK)
        has_left(session, at=THREE - timedelta(hours=1))
        # Put by a worker that knew nothing of the other; the message itself is not counted against itself.
        query = select(OutboxRow).where(OutboxRow.kind == "reminder", OutboxRow.to_address == OTTO)
        row, reminder = session.scalars(query).one(), session.scalars(select(ReminderRow).order_by(ReminderRow.id.desc())).first()
        assert reminder is not None
        late = ReminderRow(
            reference="late", letter_id=reminder.letter_id, representative_id=reminder.representative_id, slot="deadline-0-3",
            kind=reminder.kind, due_at=THREE, put_at=THREE,
        )  # fmt: skip
        session.add(late)
        session.flush()
        session.add(
            OutboxRow(
                reference="late", reason="reminder:late", kind="reminder", letter_id=row.letter_id, to_address=OTTO,
                parameters={"representative": late.representative_id, "reminder": late.id}, state=MessageState.QUEUED,
                next_attempt_at=THREE, queued_at=THREE,
            )
        )  # fmt: skip
        session.flush()
        assert composed(session, settings, OTTO, now=THREE) is None
        assert composed(session, settings, OTTO, now=THREE + timedelta(hours=48)) is not None


def test_deadline_in_both_zones_and_the_way_out_stand_in_the_reminder(store: Store, letter: str, settings: Settings) -> None:
    with store() as session:
        session.execute(update(SocietyRow).where(SocietyRow.printed_name == DUNES).values(country="NP"))
        put(session, letter, now=datetime(2026, 3, 7, 3, 15, tzinfo=UTC))
        words = composed(session, settings, OTTO, now=datetime(2026, 3, 7, 3, 15, tzinfo=UTC)) or ""
        assert "14 March 2026, 17:00 Europe/Berlin (16:00 UTC)" in words
        assert "14 March 2026, 21:45 Asia/Kathmandu" in words
        assert "7 days left" in words
        row = representative(session, letter, OTTO)
        assert f"/stop/{settings.keyring.stop_link(row.reference, 1)}" in words
        assert settings.keyring.personal_link(row.reference, 1) in words


def test_r16_mail_that_is_held_puts_nothing_and_what_is_late_comes_once(
    mail: Postman, engine: Engine, settings: Settings, clock: FakeClock
) -> None:
    with Session(engine) as session, transaction(session):
        letter_in_signing(session, staff_actor(session))
    mail.deliver()
    clock.at = WEEK
    with Session(engine) as session, transaction(session):
        installation.make_read_only(session, "Restored.", now=WEEK)
    mail.workflows.tick_step()
    assert counted(engine) == 0
    with Session(engine) as session, transaction(session):
        installation.resume(session, COMMAND, sends_waiting=True, now=WEEK)
    clock.at = THREE
    mail.workflows.tick_step()
    mail.workflows.tick_step()
    assert counted(engine) == 1
    assert [one.subject[:11] for one in mail.messages(ANNA)[-1:]] == ["3 days left"]


def test_r16_workers_at_one_time_remind_once(mail: Postman, engine: Engine, settings: Settings, clock: FakeClock) -> None:
    with Session(engine) as session, transaction(session):
        letter_in_signing(session, staff_actor(session))
    mail.deliver()
    clock.at = WEEK
    with ThreadPoolExecutor(4) as workers:
        for one in [workers.submit(mail.workflows.tick_step) for _worker in range(4)]:
            one.result()
    assert counted(engine) == 1
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "reminder")) == 1
        assert verification.verify(session).problems == ()


def test_letter_that_cannot_be_judged_holds_up_no_other(mail: Postman, engine: Engine, settings: Settings, clock: FakeClock) -> None:
    with Session(engine) as session, transaction(session):
        broken = letter_row(session, letter_in_signing(session, staff_actor(session)))
        kept = {"kinds": list(ReminderKind), "days_after_board": [], "is_paused": False, "edited_at": NOW, "edited_by": "nobody"}
        session.add(ReminderPlanRow(letter_id=broken.id, days_before=["seven"], **kept))
        letter_in_signing(session, staff_actor(session), entry(DUNES, OTTO, "Otto Lind"))
    mail.deliver()
    clock.at = WEEK
    mail.workflows.tick_step()
    assert counted(engine) == 1


def counted(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(ReminderRow)) or 0
