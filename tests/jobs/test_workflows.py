"""What becomes of a message when the database takes no note of it for a while (F20, R16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.factories import NOW, FakeClock, letter_in_signing, staff_actor
from webapp.jobs import workflows
from webapp.jobs.workflows import Workflows
from webapp.mail.transport import Envelope
from webapp.persistence.database import DatabaseBusy, DatabaseLost, DatabaseRefuses, transaction
from webapp.persistence.tables import OutboxRow
from webapp.services import delivery
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
