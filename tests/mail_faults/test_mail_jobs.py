"""Jobs that are broken, and jobs that an earlier version has queued (F28, F32)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOSClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from tests.factories import ANNA, NOW, FakeClock, entry, letter_in_signing, letter_row, staff_actor
from tests.postman import Postman
from webapp.persistence import outbox, queue
from webapp.persistence.database import make_job_engine, transaction
from webapp.persistence.outbox import Due
from webapp.persistence.tables import OutboxRow
from webapp.services import delivery, sign_on

from .house import eventually, house, personal_things
from .sink import RCPT, sink_at

# What is queued today may run after the next upgrade. Whoever changes one of these keeps the former beside it.
QUEUED = {"version": "1", "send_message": ("mail", "codes"), "close_letter": "clock"}
NOBODY = 999_999


def test_names_under_which_jobs_are_queued_stay_as_they_are() -> None:
    today = {
        "version": queue.JOBS_VERSION,
        outbox.SEND_WORKFLOW: (queue.MAIL_QUEUE, queue.CODES_QUEUE),
        sign_on.CLOSE_WORKFLOW: queue.CLOCK_QUEUE,
    }
    assert today == QUEUED


@pytest.mark.journey
@pytest.mark.enable_socket
def test_jobs_that_an_earlier_version_has_queued_still_run(tmp_path: Path) -> None:
    with sink_at() as sink, house(tmp_path, sink.port) as made:
        (reference,) = made.queue("first")
        with made.engine.begin() as connection:
            connection.execute(text("DELETE FROM workflow_status"))
        number = made.row(reference).id
        client = DBOSClient(system_database_engine=make_job_engine(made.engine.url))
        former = [
            ("send_message", "mail", (number, 0)),
            ("close_letter", "clock", (1,)),
            # Once called by the job engine's own schedule, in the queue that it keeps for itself.
            ("tick", "codes", (datetime.now(UTC), None)),
            ("sweep", "codes", (datetime.now(UTC), None)),
        ]
        for name, where, arguments in former:
            client.enqueue({"workflow_name": name, "queue_name": where, "workflow_id": f"former-{name}", "app_version": "1"}, *arguments)
        made.start()
        done = "SELECT count(*) FROM workflow_status WHERE workflow_uuid LIKE 'former-%' AND status = 'SUCCESS'"
        eventually(lambda: made.scalar(done) == len(former), "all have run")
        client.destroy()
        assert list(sink.copies().values()) == [1]


@pytest.mark.journey
@pytest.mark.enable_socket
def test_message_with_which_the_program_fails_holds_up_no_other(tmp_path: Path) -> None:
    with sink_at() as sink, house(tmp_path, sink.port) as made:
        (poison,) = made.queue("poison", person=NOBODY)
        others = made.queue(*(f"reason-{n}" for n in range(99)))
        made.start()
        eventually(lambda: made.states().get("sent") == len(others), "all others are sent")
        eventually(lambda: made.row(poison).last_error, "the reason is told")
        row = made.row(poison)
        assert (row.state, row.attempts) == ("queued", 1)
        assert row.last_error.startswith("the program failed: NoResultFound in ")
        assert len(sink.copies()) == 99
        assert personal_things(made) == []


def test_message_with_which_the_program_fails_is_parked_after_eight_tries(mail: Postman, engine: Engine, clock: FakeClock) -> None:
    with Session(engine) as session, transaction(session):
        (row,) = outbox.put_all(session, "invitation", [Due("poison", ANNA, {"representative": NOBODY})], now=NOW)
        number = row.id
    tries = 0
    while True:
        with Session(engine) as session:
            row = session.get_one(OutboxRow, number)
            if row.state != "queued":
                break
            clock.at = max(clock.at, row.next_attempt_at)
        with pytest.raises(NoResultFound):
            mail.attempt(number, row.attempts)
        mail.workflows.note_broken(number, "NoResultFound in compose")
        tries += 1
    assert tries == 8
    assert (row.state, row.attempts) == ("failed", 8)
    assert row.last_error == "the program failed: NoResultFound in compose"


def test_letter_that_cannot_be_closed_holds_up_neither_the_others_nor_the_mail(
    mail: Postman, engine: Engine, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(engine) as session, transaction(session):
        actor = staff_actor(session)
        letters = [letter_row(session, letter_in_signing(session, actor, entry(society=f"Society {n}"))).id for n in range(2)]
    clock.move(days=30)
    close, ticked = sign_on.close_if_due, []

    def broken(session: Session, letter_id: int, *, now: datetime) -> object:
        if letter_id == letters[0]:
            raise KeyError("a letter of its own")
        return close(session, letter_id, now=now)

    monkeypatch.setattr(sign_on, "close_if_due", broken)
    monkeypatch.setattr(delivery, "enqueue_due", lambda *_arguments, **_more: ticked.append(True))
    mail.workflows.tick_step()
    with engine.connect() as connection:
        states = {row.id: row.state for row in connection.execute(text("SELECT id, state FROM letter"))}
    assert (states[letters[0]], states[letters[1]], ticked) == ("signing", "closed", [True])


@pytest.mark.journey
@pytest.mark.enable_socket
def test_control_address_in_a_job_or_a_log_line_is_found(tmp_path: Path) -> None:
    with sink_at() as sink, house(tmp_path, sink.port) as made:
        made.queue("first")
        made.log.touch()
        assert personal_things(made) == []
        made.log.write_text("sent to first@example.org")
        assert personal_things(made) == ["example.org", "first@example.org"]
        made.log.write_text("")
        with Session(made.engine) as session, transaction(session):
            queue.enqueue(session, outbox.SEND_WORKFLOW, "a-job", ANNA, queue=queue.MAIL_QUEUE)
        assert personal_things(made) == [ANNA, "example.org"]


@pytest.mark.journey
@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "jump", [timedelta(days=1), pytest.param(timedelta(days=-1), marks=pytest.mark.assure), timedelta(days=-3652)], ids=str
)
def test_r16_worker_whose_clock_jumps_sends_what_waits_once(tmp_path: Path, jump: timedelta) -> None:
    clock, seen = tmp_path / "clock", set[str]()
    clock.write_text("0")

    def greylist(step: str, recipient: str) -> str | None:
        if step != RCPT or recipient in seen:
            return None
        seen.add(recipient)
        return "450 come back later"

    with sink_at() as sink, house(tmp_path, sink.port, UNDERSIGNED_CLOCK=str(clock)) as made:
        sink.script = greylist
        references = made.queue(*(f"reason-{n}" for n in range(20)))
        made.start()
        eventually(lambda: all(made.row(one).last_error for one in references), "each was put off once")
        clock.write_text(str(jump.total_seconds()))
        eventually(made.is_drained, "drained")
        assert made.states() == {"sent": len(references)}
        assert sorted(sink.copies().values()) == [1] * len(references)
