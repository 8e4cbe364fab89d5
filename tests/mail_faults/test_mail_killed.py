"""The worker is killed at each step of sending: nothing is lost, and nothing arrives twice but what had just been taken (F04, R16)."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.counts import IS_ASSURE
from webapp.persistence import outbox
from webapp.persistence.database import transaction
from webapp.persistence.tables import OutboxRow

from .house import PATIENCE, House, eventually, house, personal_things
from .sink import GIVEN, MAIL, QUIT, TAKEN, Dropped, Sink, sink_at

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]

# No mail server sees these two: the claim is stored, and the job engine does not know; and nothing is connected yet.
CLAIMED, CONNECTING = "claimed", "connecting"
# At the last two the server has taken the message, and nobody has noted it yet.
STEPS = (CLAIMED, CONNECTING, MAIL, GIVEN, TAKEN, QUIT)
AFTER_250 = {TAKEN, QUIT}


@dataclass
class Deaths:
    """Kills the worker at the step that is ordered, once for each order."""

    folder: Path
    step: str = ""
    count: int = 0
    after_250: int = 0

    def order(self, step: str) -> None:
        self.step = step
        if step in {CLAIMED, CONNECTING}:
            (self.folder / step).touch()

    def is_done(self) -> bool:
        return not self.step or (self.step in {CLAIMED, CONNECTING} and not (self.folder / self.step).exists())

    def strike(self, step: str, _recipient: str) -> None:
        if step == self.step:
            self.step = ""
            os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
            self.after_250 += step in AFTER_250
            # Else an answer to nobody would count as one that was heard.
            raise Dropped


@contextmanager
def mortal(folder: Path, plant: str = "") -> Iterator[tuple[House, Sink, Deaths]]:
    with sink_at() as sink, house(folder, sink.port) as made:
        deaths = Deaths(folder)
        sink.script = deaths.strike
        made.start("tests.mail_faults.mortal_worker", str(folder), UNDERSIGNED_TEST_PLANT=plant)
        yield made, sink, deaths


def die_at(made: House, deaths: Deaths, step: str, reason: str) -> str:
    """One message, and a death at this step of it."""
    deaths.order(step)
    (reference,) = made.queue(reason)
    eventually(lambda: deaths.is_done() and made.row(reference).state not in {"queued", "uncertain"}, f"{reason}: {step}")
    return reference


def faults(made: House, sink: Sink, references: list[str], allowed: int) -> list[str]:
    """What has gone wrong: messages that never arrived, and more copies than deaths can account for."""
    copies = {message_id.strip("<>").split("@")[0]: count for message_id, count in sink.copies().items()}
    found = [f"lost: {reference}" for reference in references if reference not in copies]
    found += [f"another identity: {reference}" for reference in copies.keys() - set(references)]
    doubled = sum(copies.values()) - len(copies)
    return found + ([f"{doubled} copies too many, and {allowed} deaths to account for them"] if doubled > allowed else [])


def test_r16_worker_killed_at_every_step_loses_nothing_and_repeats_only_what_had_been_taken(tmp_path: Path) -> None:
    with mortal(tmp_path) as (made, sink, deaths):
        rounds = range(200 if IS_ASSURE else 2 * len(STEPS))
        references = [die_at(made, deaths, STEPS[n % len(STEPS)], f"death-{n}") for n in rounds]
        assert made.states() == {"sent": len(rounds)}
        assert faults(made, sink, references, deaths.after_250) == []
        assert personal_things(made) == []


def test_control_message_that_is_marked_before_it_is_sent_is_missed(tmp_path: Path) -> None:
    with mortal(tmp_path, "mark first") as (made, sink, deaths):
        reference = die_at(made, deaths, MAIL, "marked")
        assert made.row(reference).state == "sent"
        assert faults(made, sink, [reference], 0) == [f"lost: {reference}"]


def overlap(made: House, sink: Sink) -> str:
    """Two jobs for one attempt, and a mail server that keeps the first waiting."""
    go_on = threading.Event()
    sink.script = lambda step, _recipient: None if step != GIVEN or go_on.wait(PATIENCE) else "451 never"
    (reference,) = made.queue("overlap")
    eventually(lambda: sink.given, "the first copy is under way")
    with Session(made.engine) as session, transaction(session):
        row = session.scalars(select(OutboxRow).where(OutboxRow.reference == reference)).one()
        row.attempts, row.next_attempt_at = 0, row.next_attempt_at + timedelta(seconds=1)
        outbox.enqueue_attempt(session, row)
        row.attempts = 1
    jobs = f"SELECT count(*) FROM workflow_status WHERE workflow_uuid LIKE '%{reference}%' AND status = 'ENQUEUED'"
    eventually(lambda: made.scalar(jobs) == 0, "the second job has begun")
    eventually(lambda: len(sink.given) > 1 or made.scalar(jobs.replace("ENQUEUED", "SUCCESS")) == 1, "it has sent, or was refused")
    go_on.set()
    eventually(made.is_drained, "drained")
    eventually(lambda: made.scalar(jobs.replace("ENQUEUED", "SUCCESS")) == 2, "both jobs have ended")
    return reference


def test_r16_two_jobs_for_one_attempt_send_one_message(tmp_path: Path) -> None:
    with mortal(tmp_path) as (made, sink, _deaths):
        assert faults(made, sink, [overlap(made, sink)], 0) == []


def test_control_attempts_that_are_not_claimed_are_noticed(tmp_path: Path) -> None:
    with mortal(tmp_path, "no claim") as (made, sink, _deaths):
        assert faults(made, sink, [overlap(made, sink)], 0) == ["1 copies too many, and 0 deaths to account for them"]


@pytest.mark.assure
def test_message_with_which_every_worker_dies_is_parked_after_eight_deaths_and_all_others_are_sent(tmp_path: Path) -> None:
    with mortal(tmp_path, "poison") as (made, sink, _deaths):
        references = made.queue(*(f"reason-{n}" for n in range(20)), "poison", *(f"later-{n}" for n in range(20)))
        eventually(made.is_drained, "drained")
        assert made.states() == {"sent": 40, "failed": 1}
        parked = made.row(references[20])
        assert (parked.state, parked.last_error) == ("failed", "the worker died with every attempt")
        # Whoever dies leaves up to ten behind, of which some had been taken.
        assert faults(made, sink, [one for one in references if one != parked.reference], 8 * 10) == []
