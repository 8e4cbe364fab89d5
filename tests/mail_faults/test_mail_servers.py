"""What mail servers do: refuse, answer strangely, go away in the middle, take their time, and stay away for a day (F05 to F08, F10)."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.counts import IS_ASSURE
from tests.factories import NOW, letter_in_draft, representative, staff_actor
from webapp.jobs.rounds import Steadiness
from webapp.mail import connection
from webapp.mail.transport import SmtpTransport, TemporaryFailure
from webapp.persistence import outbox
from webapp.persistence.database import transaction
from webapp.persistence.outbox import Due
from webapp.persistence.tables import OutboxRow
from webapp.persistence.tables.message import WAITING
from webapp.services import delivery
from webapp.settings import MailSecurity, Settings

from .sink import CONNECT, DATA, EHLO, GIVEN, MAIL, RCPT, Dropped, Sink, sink_at

pytestmark = pytest.mark.enable_socket


@dataclass
class Post:
    """The outbox and its ticks without a job engine: every attempt that is queued is made, as the worker makes it."""

    engine: Engine
    settings: Settings
    transport: SmtpTransport
    now: datetime = NOW
    waits: list[timedelta] = field(default_factory=list)

    def queue(self, *addresses: str) -> None:
        with Session(self.engine) as session, transaction(session):
            person = representative(session, letter_in_draft(session, staff_actor(session))).id
            due = [Due(f"reason {address}", address, {"representative": person}) for address in addresses]
            outbox.put_all(session, "invitation", due, now=self.now)

    def attempt_all(self, *, queued: bool = False, is_steady: bool = True) -> int:
        """What a tick queues, or what was queued with the change itself; returns how many attempts were made."""
        with Session(self.engine) as session, transaction(session):
            before = {row.id: row.next_attempt_at for row in session.scalars(select(OutboxRow))}
            if not queued:
                delivery.enqueue_due(session, now=self.now, is_steady=is_steady)
            rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
            due = [(row.id, row.attempts) for row in rows if queued or row.next_attempt_at != before[row.id]]
            claimed = [number for number, attempt in due if delivery.claim_message(session, number, attempt, now=self.now)]
        with Session(self.engine) as session:
            envelopes = {number: delivery.prepare_message(session, number, self.settings, now=self.now) for number in claimed}
        results = {number: delivery.send(self.transport, envelope) for number, envelope in envelopes.items()}
        with Session(self.engine) as session, transaction(session):
            for number, sent in results.items():
                delivery.note_result(session, number, sent, now=self.now)
            rows = session.scalars(select(OutboxRow).where(OutboxRow.id.in_(claimed), OutboxRow.state.in_(WAITING)))
            self.waits += [row.next_attempt_at - self.now for row in rows]
        return len(claimed)

    def rows(self) -> list[OutboxRow]:
        with Session(self.engine) as session:
            return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))

    def states(self) -> set[str]:
        return {row.state for row in self.rows()}


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sink_at() as sink:
        yield sink


@pytest.fixture
def post(engine: Engine, settings: Settings, sink: Sink) -> Post:
    return Post(engine, settings, SmtpTransport(sink.smtp(), settings.mail_from, "example.org"))


# A step, what the server answers there, and what becomes of the message. 5xx is final, and every other no is not (RFC 5321, 4.2.1).
REPLIES = [
    (CONNECT, "421 too busy", "queued"),
    (CONNECT, "554 no service here", "queued"),
    (EHLO, "550 who are you", "queued"),
    (MAIL, "432 password expired", "queued"),
    (MAIL, "535 sign in first", "queued"),
    (RCPT, "450 greylisted, come back in five minutes", "queued"),
    (RCPT, "452 mailbox full", "queued"),
    (RCPT, "550 no such person", "failed"),
    (RCPT, "552 mailbox full for long", "queued"),
    (RCPT, "553 no such address", "failed"),
    (DATA, "421 shutting down", "queued"),
    (GIVEN, "451 local error", "queued"),
    (GIVEN, "554 looks like spam", "failed"),
    (GIVEN, "what did you say?", "uncertain"),
    (MAIL, "what did you say?", "queued"),
    (CONNECT, "HTTP/1.1 400 Bad Request", "queued"),
    (GIVEN, "250 " + "x" * 10_000, "uncertain"),
]


@pytest.mark.parametrize(("step", "reply", "state"), REPLIES, ids=lambda value: str(value)[:24])
def test_reply_decides_whether_the_message_is_tried_again(post: Post, sink: Sink, step: str, reply: str, state: str) -> None:
    sink.script = lambda at, _recipient: reply if at == step else None
    post.queue("anna@example.org")
    post.attempt_all(queued=True)
    (row,) = post.rows()
    assert row.state == state
    assert row.last_error
    assert "anna" not in row.last_error and "@" not in row.last_error
    assert sink.taken == [] or state == "uncertain"


@pytest.mark.parametrize("step", [CONNECT, EHLO, MAIL, RCPT, DATA])
def test_server_that_goes_away_before_it_has_the_message_is_tried_again(post: Post, sink: Sink, step: str) -> None:
    sink.script = gone_at(step)
    post.queue("anna@example.org")
    post.attempt_all(queued=True)
    assert post.states() == {"queued"}
    sink.script = lambda _at, _recipient: None
    post.now += timedelta(minutes=1)
    post.attempt_all()
    assert (post.states(), list(sink.copies().values())) == ({"sent"}, [1])


def gone_at(step: str) -> object:
    def script(at: str, _recipient: str) -> None:
        if at == step:
            raise Dropped

    return script


def test_r16_message_that_may_have_arrived_waits_half_an_hour_and_makes_two_copies_at_most(post: Post, sink: Sink) -> None:
    sink.script = gone_at(GIVEN)
    post.queue("anna@example.org")
    post.attempt_all(queued=True)
    assert post.states() == {"uncertain"}
    post.now += timedelta(minutes=29)
    assert post.attempt_all() == 0
    post.now += timedelta(minutes=1)
    assert post.attempt_all() == 1
    assert post.states() == {"failed"}
    post.now += timedelta(days=2)
    assert post.attempt_all() == 0
    assert len(sink.given) == 2
    assert len({one.message_id for one in sink.given}) == 1


def test_one_bad_address_of_many_holds_up_no_other(post: Post, sink: Sink) -> None:
    sink.script = lambda step, recipient: "550 no such person" if (step, recipient) == (RCPT, "bad@example.org") else None
    post.queue("anna@example.org", "bad@example.org", "otto@example.org")
    post.attempt_all(queued=True)
    assert [(row.to_address, row.state) for row in post.rows()] == [
        ("anna@example.org", "sent"),
        ("bad@example.org", "failed"),
        ("otto@example.org", "sent"),
    ]
    assert {one.recipient for one in sink.taken} == {"anna@example.org", "otto@example.org"}


@pytest.mark.parametrize(
    ("security", "ehlo", "starttls"),
    [
        (MailSecurity.STARTTLS, "250 no encryption here", ""),
        (MailSecurity.STARTTLS, "250-here\r\n250 STARTTLS", "454 not now"),
        (MailSecurity.STARTTLS, "250-here\r\n250 STARTTLS", "220 and then no handshake"),
        (MailSecurity.TLS, "", ""),
    ],
    ids=["not offered", "refused", "handshake fails", "no TLS at all"],
)
def test_nothing_leaves_unencrypted_where_encryption_was_asked_for(
    post: Post, sink: Sink, security: MailSecurity, ehlo: str, starttls: str
) -> None:
    sink.script = lambda step, _recipient: {EHLO: ehlo, "STAR": starttls}.get(step) or None
    post.transport = SmtpTransport(sink.smtp(security), "letters@example.org", "example.org")
    post.queue("anna@example.org")
    post.attempt_all(queued=True)
    assert post.states() == {"queued"}
    assert sink.given == []


@pytest.mark.parametrize("step", [CONNECT, EHLO, GIVEN])
def test_server_that_answers_a_byte_at_a_time_is_not_waited_for(post: Post, sink: Sink, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "250-" + "x" * 2_000
    monkeypatch.setattr(connection, "LONGEST_ATTEMPT", 1.0)
    sink.script = lambda at, _recipient: endless if at == step and slowly() else None

    def slowly() -> bool:
        sink.byte_every = 0.02
        return True

    post.queue("anna@example.org")
    post.attempt_all(queued=True)
    assert post.states() == {"uncertain" if step == GIVEN else "queued"}
    assert sink.said < len(endless), "the attempt ended before the server did"


def test_control_each_byte_begins_the_sockets_own_time_anew(sink: Sink) -> None:
    sink.byte_every = 0.02
    sink.script = lambda step, _recipient: "220 " + "x" * 100
    plain = connection.smtplib.SMTP("127.0.0.1", sink.port, timeout=1.0)
    plain.close()
    assert sink.said > 100


def test_slow_mail_server_holds_up_nobody_who_writes(post: Post, sink: Sink, engine: Engine) -> None:
    go_on, under_way = threading.Event(), threading.Event()

    def script(step: str, _recipient: str) -> None:
        if step == GIVEN:
            under_way.set()
            assert go_on.wait(60)

    sink.script = script
    post.queue("anna@example.org")
    sending = threading.Thread(target=post.attempt_all, kwargs={"queued": True})
    sending.start()
    assert under_way.wait(60)
    with Session(engine) as session, transaction(session):
        staff_actor(session, "second@example.org")
    assert sending.is_alive(), "the write was done while the mail server had still not answered"
    go_on.set()
    sending.join()
    assert post.states() == {"sent"}


@pytest.fixture
def closed(post: Post, sink: Sink) -> Iterator[Post]:
    """Nobody listens where the mail server should be."""
    with sink_at() as gone:
        port = gone.port
    post.transport = SmtpTransport(SimpleNamespace(**{**vars(sink.smtp()), "port": port}), "letters@example.org", "example.org")  # type: ignore[arg-type]
    yield post


def test_r16_mail_server_that_is_away_for_a_day_loses_nothing_and_is_not_besieged(closed: Post, sink: Sink, settings: Settings) -> None:
    post, count = closed, 1_000 if IS_ASSURE else 8
    post.queue(*(f"person-{n}@example.org" for n in range(count)))
    attempts = post.attempt_all(queued=True)
    until = NOW + timedelta(days=1)
    while post.now < until:
        post.now += timedelta(minutes=5)
        attempts += post.attempt_all()
    assert post.states() == {"queued"}
    assert all(timedelta(seconds=30) <= wait <= timedelta(hours=1) for wait in post.waits)
    assert attempts <= count * 60, "at growing distances"
    assert {row.last_error for row in post.rows()} == {"the mail server did not let us in: ConnectionRefusedError"}

    post.transport = SmtpTransport(sink.smtp(), "letters@example.org", "example.org")
    minutes = 0
    while "queued" in post.states():
        post.now, minutes = post.now + timedelta(minutes=1), minutes + 1
        post.attempt_all()
    assert minutes <= 15
    assert sorted(sink.copies().values()) == [1] * count


def test_mail_server_that_stays_away_is_given_up_after_three_days(closed: Post) -> None:
    closed.queue("anna@example.org")
    closed.attempt_all(queued=True)
    while closed.states() == {"queued"}:
        closed.now = closed.rows()[0].next_attempt_at
        closed.attempt_all()
    assert timedelta(hours=72) <= closed.now - NOW <= timedelta(hours=73)


JUMPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1), timedelta(days=-3652), timedelta()]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("is_for_good", [True, False], ids=["for good", "and back"])
def test_r16_clock_that_jumps_loses_nothing_and_repeats_nothing(post: Post, sink: Sink, jump: timedelta, is_for_good: bool) -> None:
    # Two of three attempts fail, of every message.
    tries: dict[str, int] = {}

    def fickle(step: str, recipient: str) -> str | None:
        if step != RCPT:
            return None
        tries[recipient] = tries.get(recipient, 0) + 1
        return "450 later" if tries[recipient] % 3 else None

    sink.script = fickle
    post.queue(*(f"person-{n}@example.org" for n in range(10)))
    post.attempt_all(queued=True)
    post.now += jump
    for _ in range(5):
        # A clock that stands still: only what is due at this very moment.
        post.attempt_all()
    if not is_for_good:
        post.now -= jump
    for _ in range(18):
        post.now += timedelta(minutes=5)
        post.attempt_all()
    assert post.states() == {"sent"}
    assert sorted(sink.copies().values()) == [1] * 10
    assert min(post.waits) > timedelta()


def test_clock_that_has_jumped_is_not_trusted_until_every_attempt_must_have_ended() -> None:
    clock, ran = SimpleNamespace(now=lambda: told[0]), [0.0]
    told = [NOW]
    steadiness = Steadiness(clock, lambda: ran[0])

    def pass_by(seconds: float, jump: timedelta = timedelta()) -> bool:
        ran[0] += seconds
        told[0] += timedelta(seconds=seconds) + jump
        return steadiness.is_steady()

    assert pass_by(60)
    for jump in (timedelta(days=1), timedelta(hours=-1), timedelta(days=-3652)):
        assert not pass_by(60, jump)
        assert not pass_by(60)
        assert pass_by(60.1)


def test_conversation_is_shorter_than_the_time_after_which_it_is_taken_for_lost() -> None:
    assert timedelta(seconds=connection.LONGEST_ATTEMPT) < outbox.LOST_AFTER / 2


def test_control_connection_that_was_never_made_is_a_temporary_failure(closed: Post) -> None:
    with pytest.raises(TemporaryFailure):
        closed.transport.knock()
