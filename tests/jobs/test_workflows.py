"""What becomes of a message when the database takes no note of it for a while (F20, R16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.factories import COORDINATOR, KEYRING, NOW, FakeClock, letter_in_signing, staff_actor
from webapp.domain.limits import CLOCK_STEP
from webapp.jobs import workflows
from webapp.jobs.workflows import Workflows
from webapp.mail.transport import Envelope
from webapp.persistence.database import DatabaseBusy, DatabaseLost, DatabaseRefuses, transaction
from webapp.persistence.tables import OutboxRow
from webapp.services import delivery, doors
from webapp.services.delivery import Result, Sent
from webapp.settings import Settings

TROUBLES = (DatabaseRefuses, DatabaseLost, DatabaseBusy)


class Carrier:
    """A transport that keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[Envelope] = []

    def send(self, envelope: Envelope) -> None:
        self.given.append(envelope)


class Post:
    """A worker's way of sending, at the first message that waits."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.engine, self.carrier = engine, Carrier()
        self.work = Workflows(settings, engine)
        self.work._transport = self.carrier
        with Session(engine) as session, transaction(session):
            letter_in_signing(session, staff_actor(session))
            self.number = session.scalars(select(OutboxRow.id).order_by(OutboxRow.id)).first() or 0

    def attempt(self) -> None:
        if self.work.claim_message(self.number, self.row().attempts):
            self.work.send_claimed(self.number)

    def row(self) -> OutboxRow:
        with Session(self.engine) as session:
            return session.get_one(OutboxRow, self.number)


@pytest.fixture
def post(settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setattr(workflows, "_TRY_AGAIN_AFTER", 0.01)
    return Post(settings, engine)


def troubled(monkeypatch: pytest.MonkeyPatch, troubles: Iterator[type[DatabaseBusy]]) -> None:
    """The note fails once for each trouble, as a commit does."""
    note_result = delivery.note_result

    def note(*arguments: Any, **times: Any) -> None:
        note_result(*arguments, **times)
        if trouble := next(troubles, None):
            raise trouble("There is no room.")

    monkeypatch.setattr(delivery, "note_result", note)


def test_r16_what_has_left_is_noted_as_soon_as_the_database_takes_it(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    troubled(monkeypatch, iter(TROUBLES))
    post.attempt()
    assert (post.row().state, len(post.carrier.given)) == ("sent", 1)
    post.attempt()
    assert len(post.carrier.given) == 1


@pytest.mark.parametrize("end", [Result.UNCERTAIN, Result.LATER])
def test_r16_attempt_whose_end_is_stored_is_not_made_again(post: Post, end: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a full disk the job engine forgets the step of sending, and does it once more, whatever is stored of it here."""
    with monkeypatch.context() as shaken:
        shaken.setattr(delivery, "send", lambda *_what: Sent(end, "nobody knows"))
        assert post.work.claim_message(post.number, 0, "a-job")
        post.work.send_claimed(post.number, "a-job")
    post.work.send_claimed(post.number, "a-job")
    assert (post.row().last_error, post.carrier.given) == ("nobody knows", [])
    assert post.work.claim_message(post.number, 1, "the-next")
    post.work.send_claimed(post.number, "a-job")
    assert post.carrier.given == []
    post.work.send_claimed(post.number, "the-next")
    assert (post.row().state, len(post.carrier.given)) == ("sent", 1)


def test_control_attempt_that_is_made_again_is_noticed(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "is_under_way", lambda *_arguments: True)
    with pytest.raises(AssertionError):
        test_r16_attempt_whose_end_is_stored_is_not_made_again(post, Result.UNCERTAIN, monkeypatch)


def test_worker_that_ends_waits_no_longer(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    troubled(monkeypatch, iter([DatabaseRefuses] * 1000))
    post.work.end()
    with pytest.raises(DatabaseBusy):
        post.attempt()


def test_note_that_is_given_up_is_noticed(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: whoever forgets what has left sends it again."""
    troubled(monkeypatch, iter(TROUBLES))
    noted = Workflows._is_noted
    monkeypatch.setattr(Workflows, "_is_noted", lambda *arguments: noted(*arguments) or True)
    post.attempt()
    assert post.row().state == "queued"
    post.attempt()
    assert len(post.carrier.given) == 2


def test_r16_clock_that_jumps_while_the_tick_waits_for_its_turn_is_noticed(
    post: Post, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what is under way would look as if it had been lost a day ago, and leave a second time."""
    asked: list[tuple[datetime, bool]] = []

    @contextmanager
    def after_a_while(session: Session) -> Iterator[Session]:
        with transaction(session) as begun:
            clock.at = NOW + timedelta(days=1)
            yield begun

    def enqueue_due(_session: Session, *, now: datetime, is_steady: bool) -> int:
        asked.append((now, is_steady))
        return 0

    monkeypatch.setattr(workflows, "transaction", after_a_while)
    monkeypatch.setattr(delivery, "enqueue_due", enqueue_due)
    post.work.tick_step(is_steady=lambda: clock.now() == NOW)
    assert asked == [(NOW + timedelta(days=1), False)]


def test_whoever_signs_in_while_reminders_are_put_stays_signed_in(post: Post, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick with many reminders takes a while: judged by the time it began, everybody who came since would be from the future."""
    signed_in: list[str] = []

    def take_long(_work: Workflows) -> None:
        clock.at = NOW + 2 * CLOCK_STEP
        with Session(post.engine) as session, transaction(session):
            link = doors.make_sign_in_link(session, COORDINATOR, KEYRING, now=clock.at)
            signed_in.append(doors.use_sign_in_link(session, link, now=clock.at))

    monkeypatch.setattr(Workflows, "_remind_all", take_long)
    post.work.tick_step()
    with Session(post.engine) as session:
        assert [doors.find_desk(session, token, now=clock.at) is not None for token in signed_in] == [True]
