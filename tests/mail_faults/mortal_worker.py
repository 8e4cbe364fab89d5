"""A real worker that may be killed as often as one likes: what it needs is loaded once, and each life is a fork of that.

UNDERSIGNED_TEST_PLANT names a fault to plant, for the controls.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from webapp.jobs.worker import run_worker
from webapp.jobs.workflows import Workflows
from webapp.persistence.database import transaction
from webapp.services import delivery
from webapp.services.delivery import Result, Sent
from webapp.settings import load_settings


def die_by(order: Path) -> None:
    """Once for each time that the file is there."""
    if order.exists():
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def die_to_order(folder: Path) -> None:
    """At the two moments that no mail server sees: after the claim, before anybody is told; and before connecting."""
    claim, send = Workflows.claim_message, delivery.send

    def claimed(self: Workflows, *arguments: Any) -> bool:
        is_ours = claim(self, *arguments)
        die_by(folder / "claimed")
        return is_ours

    def sending(*arguments: Any) -> Sent:
        die_by(folder / "connecting")
        return send(*arguments)

    Workflows.claim_message = claimed  # type: ignore[method-assign]
    delivery.send = sending


def poison() -> None:
    """A message with which every worker dies, whatever it does."""
    send = delivery.send

    def deadly(transport: Any, envelope: Any) -> Sent:
        if envelope and envelope.recipient.startswith("poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        return send(transport, envelope)

    delivery.send = deadly


def mark_first() -> None:
    """The fault of marking a message as sent before it is."""
    prepare = delivery.prepare_message

    def marked(session: Any, outbox_id: int, *arguments: Any, now: Any) -> Any:
        envelope = prepare(session, outbox_id, *arguments, now=now)
        with transaction(session):
            delivery.note_result(session, outbox_id, Sent(Result.LEFT), now=now)
        return envelope

    delivery.prepare_message = marked


def no_claim() -> None:
    """The fault of sending without having claimed the attempt."""
    Workflows.claim_message = lambda *_arguments: True  # type: ignore[method-assign]
    delivery.is_under_way = lambda *_arguments: True


def forget() -> None:
    """The fault of noting what has left once or never, and of leaving alone what the job engine could not write down."""
    begin = Workflows.__init__

    def begun(self: Workflows, *arguments: Any) -> None:
        begin(self, *arguments)
        self.end()
        self.under_way.forsaken = lambda _pending: []  # type: ignore[method-assign]

    Workflows.__init__ = begun  # type: ignore[method-assign]


def live(lives: Path) -> int:
    """One life after the other; returns how the last one ended of itself."""
    while True:
        child = os.fork()
        if child == 0:
            run_worker(load_settings())
            os._exit(0)
        lives.write_text(str(child))
        signal.signal(signal.SIGTERM, lambda _number, _frame, child=child: os.kill(child, signal.SIGTERM))
        _pid, status = os.waitpid(child, 0)
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    die_to_order(folder)
    plants = {"": lambda: None, "mark first": mark_first, "no claim": no_claim, "poison": poison, "forget": forget}
    plants[os.environ.get("UNDERSIGNED_TEST_PLANT", "")]()
    sys.exit(live(folder / "pid"))
