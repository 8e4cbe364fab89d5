"""The mail on its way: taken, refused for now, refused for good, or cut off with its worker."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from tests.machine.reminding import Reminding
from webapp.domain.reminder import LAST_GAP
from webapp.mail.transport import PermanentFailure, TemporaryFailure, UncertainFailure
from webapp.persistence.tables.message import WAITING
from webapp.services import delivery

mail_ends = st.sampled_from(["taken", "taken", "4xx", "5xx", "no word", "cut off before", "cut off after"])
LONGEST_WAIT = timedelta(minutes=65)


class Post(Reminding):
    def queued(self) -> list[tuple[int, int]]:
        return [(row["id"], row["attempts"]) for row in self.seen["outbox"] if row["state"] in WAITING]

    @precondition(lambda self: any(letter.state == "signing" and letter.deadline - self.now > LAST_GAP for letter in self.model.letters))
    @rule(days=st.integers(0, 1), is_taken=st.sampled_from([True, True, False]))
    def reminders_leave(self, days: int, is_taken: bool) -> None:
        """A morning on which the worker works, and the mail server perhaps does."""
        self.morning_comes(days=days)
        self.remind()
        for message in self.queued() if is_taken else []:
            self.send(*message, "taken")

    @precondition(lambda self: self.seen["outbox"])
    @rule(number=st.integers(0, 40), ends=mail_ends)
    def attempt(self, number: int, ends: str) -> None:
        if queued := self.queued():
            self.send(*queued[number % len(queued)], ends)

    @precondition(lambda self: self.seen["outbox"])
    @rule(number=st.integers(0, 40), attempt=st.integers(0, 2))
    def attempt_twice(self, number: int, attempt: int) -> None:
        """The job of an attempt that was made already, or of a message that has left."""
        rows = [row for row in self.seen["outbox"] if row["state"] not in WAITING or row["attempts"] > attempt]
        if rows:
            row = rows[number % len(rows)]
            before = self.seen
            assert self.act(lambda s: delivery.claim_message(s, row["id"], attempt, now=self.now), None) is False
            assert before.changed(self.seen) == set()

    def send(self, outbox_id: int, attempt: int, ends: str) -> None:
        """What the worker’s workflow does, cut off where it is told to be."""
        if not self.act(lambda s: delivery.claim_message(s, outbox_id, attempt, now=self.now), None) or ends == "cut off before":
            return
        server = self.house.mail_server
        server.refusal = {
            "4xx": TemporaryFailure("451 later"),
            "5xx": PermanentFailure("550 never"),
            "no word": UncertainFailure("the connection broke after the message"),
        }.get(ends)
        with self.house.reading() as session:
            envelope = delivery.prepare_message(session, outbox_id, self.house.office, now=self.now)
        row = self.seen.by("outbox", "id")[outbox_id]
        if envelope is not None and row["kind"] == "reminder":
            self.i31_may_be_reminded(row["parameters"]["representative"])
        taken = len(server.taken)
        sent = delivery.send(server, envelope)
        server.refusal = None
        if len(server.taken) > taken:
            reference = server.taken[-1].reference
            self.model.leaving[reference] = self.model.leaving.get(reference, 0) + 1
            if ends == "cut off after":
                self.model.doubtful[reference] = self.model.doubtful.get(reference, 0) + 1
        if ends != "cut off after":
            self.act(lambda s: delivery.note_result(s, outbox_id, sent, now=self.now), None)

    @precondition(lambda self: self.seen["outbox"])
    @rule()
    def r16_none_is_lost(self) -> None:
        """However an attempt ended, and wherever the clock went: within the hour everything that waits is tried again, or given up."""
        waiting = [row["id"] for row in self.seen["outbox"] if row["state"] in WAITING]

        def ticks(session: Session) -> int:
            delivery.enqueue_due(session, now=self.now)
            return delivery.enqueue_due(session, now=self.now + LONGEST_WAIT)

        found = self.house.rehearse(ticks)
        assert found == len(waiting), "a message waits, and nothing will send it"
