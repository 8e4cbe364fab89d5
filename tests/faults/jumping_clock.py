"""A whole site whose machine's clock jumps while people sign: `python -m tests.faults.jumping_clock FOLDER APPLICATION`, under libfaketime.

Everything here lives by that clock, this process too, so that it is as if the machine itself were set. Prints what was seen, as JSON.
"""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from queue import Empty, SimpleQueue

from sqlalchemy import func, select

from tests.bench.letters import Invited
from tests.bench.people import hidden_fields, typed
from tests.databases import databases_in
from tests.factories import KEYRING
from tests.faults.books import audit
from tests.faults.people import Reply, Waiting, heading, prepare, send
from tests.faults.site import Kind, Site, site_at
from tests.mail_faults.house import PATIENCE, House, eventually, house
from tests.mail_faults.sink import Sink, sink_at
from webapp.mail.connection import LONGEST_ATTEMPT
from webapp.persistence.database import opened_session
from webapp.persistence.tables import AnswerRow, CodeRow, EventRow, LetterRow, OutboxRow
from webapp.persistence.tables.message import WAITING

OFFSET_FILE = "FAKETIME_TIMESTAMP_FILE"
# On this day clocks in Berlin went back from three to two, at one in Greenwich.
BEGINS = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
_CHANGE = datetime(2026, 10, 25, 0, 59, 56, tzinfo=UTC)
_PEOPLE, _EACH = 60, 8
_A_TICK, _ALL_HAVE_SEEN_IT = 3.0, 2.5
# So that there is still somebody to sign at the last jump.
_BREATH = 2.0
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Seen:
    acknowledged: int = 0
    surprises: list[str] = field(default_factory=list)
    told_to_begin_again: dict[str, int] = field(default_factory=dict)
    """Under which heading, and how often."""
    problems: list[str] = field(default_factory=list)
    outlived: list[str] = field(default_factory=list)
    """Forms with a code that had ended, and that were taken all the same."""
    late: list[int] = field(default_factory=list)
    """With which status who came after the deadline was answered; and again on a clock set back."""
    stored_late: bool = False
    backwards: int = 0
    """Events of a letter with a time before that of the one before."""
    regressed: int = 0
    state: str = ""
    mail: dict[str, int] = field(default_factory=dict)
    twice: int = 0
    to_leave_again: int = 0
    worker_lives: bool = False
    restarts: int = 0


class Clock:
    """The clock of the machine, as all the processes of this site see it."""

    def __init__(self) -> None:
        self._file = Path(os.environ[OFFSET_FILE])

    def jump(self, by: timedelta) -> None:
        # Written beside and moved into place: every process reads it when it likes.
        fresh = self._file.with_suffix(".fresh")
        fresh.write_text(f"{float(self._file.read_text()) + by.total_seconds():+.3f}")
        fresh.replace(self._file)
        time.sleep(_ALL_HAVE_SEEN_IT)

    def jump_to(self, instant: datetime) -> None:
        self.jump(instant - datetime.now(UTC))


@dataclass
class Crowd:
    """Societies that sign from the link on, several at once; whoever is told that something has ended begins again with the link."""

    site: Site
    work: SimpleQueue[Invited] = field(default_factory=SimpleQueue)
    acknowledged: dict[str, str] = field(default_factory=dict)
    again: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self, people: list[Invited], *, hands: int = 4) -> None:
        for one in people:
            self.work.put(one)
        self._threads = [threading.Thread(target=self._carry_on) for _ in range(hands)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, count: int) -> None:
        eventually(lambda: len(self.acknowledged) >= count or self.surprises, f"{count} have signed")

    def finish(self) -> None:
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        self._stop.set()
        self.finish()

    def _carry_on(self) -> None:
        while not self._stop.is_set():
            try:
                one = self.work.get_nowait()
            except Empty:
                return
            while not self._stop.is_set() and not (self._sign(one) or self.surprises):
                time.sleep(0.05)
            self._stop.wait(_BREATH)

    def _sign(self, one: Invited) -> bool:
        """Whether that society is through."""
        room = f"/room/{one.invitation}"
        entered = send(self.site.address, f"/i/{one.link}", "", {})
        page = send(self.site.address, f"{room}/sign", entered.cookie)
        if not self._is(page, 200):
            return False
        hidden = hidden_fields(page.text)
        if not self._is(send(self.site.address, f"{room}/sign", page.cookie, {**hidden, **typed(one.society)}), 303, f"{room}/review"):
            return False
        nonce = hidden["nonce"]
        form = {"csrf_token": hidden["csrf_token"], "nonce": nonce, "code": _code_of(self.site, nonce)}
        if not self._is(send(self.site.address, f"{room}/review", page.cookie, form), 303, f"{room}/receipt"):
            return False
        self.acknowledged[nonce] = one.invitation
        return True

    def _is(self, reply: Reply, status: int, location: str = "") -> bool:
        if reply.status == status and reply.location == location:
            return True
        if reply.status >= 500 and reply.status != 503:
            self.surprises.append(f"{reply.status} {heading(reply.text)}")
        self.again[f"{reply.status} {reply.location.rpartition('/')[2] or heading(reply.text).partition(' <')[0]}"] += 1
        return False


def _code_of(site: Site, nonce: str) -> str:
    with opened_session(site.settings) as session:
        newest = select(CodeRow.reference).where(CodeRow.nonce == nonce).order_by(CodeRow.id.desc()).limit(1)
        return KEYRING.code(session.scalars(newest).one())


def walk(site: Site, made: House, crowd: Crowd, waiting: list[Waiting], people: list[Invited], seen: Seen) -> None:
    """A few societies sign between each two jumps, and some at each jump itself."""
    clock, workers = Clock(), site.workers()
    crowd.start(people[:-1])
    for number, one in enumerate(waiting):
        crowd.wait_for(number * _EACH + 1)
        jump = (-_HOUR, None, _DAY, -_DAY)[number]
        clock.jump(jump) if jump else clock.jump_to(_CHANGE)
        # Everything was filled in before the first jump, which was one of an hour: the code has ended with it, and comes to life no more.
        for _moment in range(2):
            seen.outlived += [one.nonce] if _press(site, one).status == 303 else []
            time.sleep(_A_TICK)
    crowd.wait_for((len(waiting) + 1) * _EACH)
    clock.jump(10 * _DAY)
    _wait(lambda: _state(site) == "closed")
    crowd.stop()
    _come_late(site, people[-1], seen)
    clock.jump(-10 * _DAY)
    _come_late(site, people[-1], seen)
    seen.state, seen.restarts = _state(site), int(workers != site.workers())


def _press(site: Site, one: Waiting) -> Reply:
    return send(site.address, one.path, one.cookie, one.form)


def _state(site: Site) -> str:
    with opened_session(site.settings) as session:
        return session.scalars(select(LetterRow.state)).one()


def _come_late(site: Site, one: Invited, seen: Seen) -> None:
    """The last of the roster, who has not signed."""
    before = _answers(site)
    room = f"/room/{one.invitation}"
    page = send(site.address, f"{room}/sign", send(site.address, f"/i/{one.link}", "", {}).cookie)
    sent = send(site.address, f"{room}/sign", page.cookie, {**hidden_fields(page.text), **typed(one.society)})
    seen.late.append(sent.status)
    seen.stored_late |= _answers(site) != before


def _answers(site: Site) -> int:
    with opened_session(site.settings) as session:
        return session.scalar(select(func.count()).select_from(AnswerRow)) or 0


def _wait(is_so: Callable[[], bool]) -> None:
    """What broke off is begun again when the clock has been steady for as long as an attempt may last."""
    latest = time.monotonic() + LONGEST_ATTEMPT + PATIENCE
    while not is_so() and time.monotonic() < latest:
        time.sleep(0.1)


def look(site: Site, made: House, sink: Sink, seen: Seen) -> None:
    with opened_session(site.settings) as session:
        events = session.scalars(select(EventRow).order_by(EventRow.letter_id, EventRow.sequence)).all()
        rows = session.scalars(select(OutboxRow)).all()
    seen.backwards = sum(later.at < earlier.at for earlier, later in pairwise(events))
    seen.regressed = sum(event.kind == "clock.regressed" for event in events)
    waiting = {row.reference for row in rows if row.state in WAITING}
    copies = {message_id.strip("<>").split("@")[0]: count for message_id, count in sink.copies().items()}
    seen.twice = sum(count > 1 for count in copies.values())
    seen.to_leave_again = len(waiting & copies.keys())
    seen.mail = dict(Counter(row.state if row.last_error != "no longer of use" else "useless" for row in rows))


def run(folder: Path, application: str) -> Seen:
    seen, template = Seen(), folder / "template"
    template.mkdir()
    Clock().jump_to(BEGINS)
    with databases_in(template) as databases, sink_at() as sink:
        url = databases.fresh(folder)
        # In a rehearsal, so that the worker ticks every two seconds.
        told = {"UNDERSIGNED_DATA": str(folder), "DATABASE_URL": url, "UNDERSIGNED_CLOCK": str(folder / "clock")}
        with site_at(folder, url, Kind(application)) as site, house(folder, sink.port, **told) as made:
            waiting, people = prepare(site.settings, 4, newcomers=_PEOPLE)
            site.start()
            worker, crowd = made.start(), Crowd(site)
            try:
                walk(site, made, crowd, waiting, people, seen)
            finally:
                crowd.stop()
            _wait(made.is_drained)
            seen.acknowledged, seen.surprises, seen.told_to_begin_again = len(crowd.acknowledged), crowd.surprises, dict(crowd.again)
            seen.worker_lives = worker.poll() is None
            look(site, made, sink, seen)
            site.kill()
            seen.problems = audit(site.settings, crowd.acknowledged, is_mailed=True).problems
    return seen


if __name__ == "__main__":
    print(json.dumps(asdict(run(Path(sys.argv[1]), sys.argv[2]))))
