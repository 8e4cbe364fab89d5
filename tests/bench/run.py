"""One run: the servers are started, the letters made, and then round after round everything is measured once."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.bench import figures, floors
from tests.bench.bare import FOLDER
from tests.bench.documents import bare_press, measure_letters, measure_statement, warm_up
from tests.bench.figures import Samples
from tests.bench.letters import open_letter
from tests.bench.load import Request, ask_all
from tests.bench.pages import Server, Signing, measure_answers, measure_bare, measure_desk, measure_reading, warm_up_answers
from tests.bench.people import sign_in
from tests.bench.processes import Process, descendants, resident_mb
from tests.bench.serving import bare_server, free_port, serving, site
from tests.factories import KEYRING, letter_row, staff_actor
from webapp.clock import SystemClock
from webapp.domain.document import LetterDocument
from webapp.persistence.database import opened_session, transaction
from webapp.persistence.tables import OutboxRow
from webapp.persistence.tables.message import MessageState
from webapp.services.documents import letter_document
from webapp.settings import load_settings

_SMALL, _LARGE = 34, 1000
_MAIL_LEAVES_WITHIN = 120.0
# Societies that answer before anything is counted: what a process does once, at its first answer, is no part of the next.
_WARM_UP = 8


@dataclass(frozen=True)
class Plan:
    rounds: int
    seconds: int
    """For each page that is asked for again and again."""
    floor_seconds: float
    small_batch: int
    """Societies that answer in one round, of the letter with 34 signatories; below, of the letter with 1,000 societies."""
    large_batch: int
    pages: int
    document_rounds: int


QUICK = Plan(rounds=1, seconds=1, floor_seconds=0.2, small_batch=12, large_batch=4, pages=2, document_rounds=1)
FULL = Plan(rounds=5, seconds=2, floor_seconds=0.5, small_batch=40, large_batch=12, pages=10, document_rounds=3)


@dataclass(frozen=True)
class Letters:
    quiet: str
    """Signed by all of its 34 societies."""
    small: Signing
    large: Signing
    document: LetterDocument


def measure(folder: Path, plan: Plan) -> Samples:
    samples = Samples()
    with ExitStack() as stack:
        bare = stack.enter_context(_bare(folder))
        whole, session = stack.enter_context(_site(folder))
        letters = _make_letters(session, plan)
        _wait_for_the_mail(session)
        _measure_pages(folder, bare, Server(whole.base, _web(whole.pid)), session, letters, plan, samples)
        _measure_memory(bare, whole, letters, sign_in(whole.base, session), samples)
    _measure_documents(folder, letters.document, plan, samples)
    return samples


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Nothing of the caller's own settings reaches the servers."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_") and name != "DATABASE_URL"}
    return {
        **ours,
        FOLDER: str(folder),
        "UNDERSIGNED_DATA": str(folder / "data"),
        "UNDERSIGNED_BASE_URL": f"http://127.0.0.1:{port}",
        "UNDERSIGNED_SECRET_KEY": KEYRING.key.decode(),
    }


@contextmanager
def _bare(folder: Path) -> Iterator[Server]:
    port = free_port()
    with serving(bare_server(port), _environment(folder, port), port, folder / "bare.log") as pid:
        yield Server(f"http://127.0.0.1:{port}", pid)


@contextmanager
def _site(folder: Path) -> Iterator[tuple[Server, Session]]:
    port = free_port()
    environment = _environment(folder, port)
    with serving(site(port), environment, port, folder / "site.log") as pid, opened_session(load_settings(environment)) as session:
        yield Server(f"http://127.0.0.1:{port}", pid), session


def _web(pid: int) -> int:
    """The process that the web server's workers come from; the worker of the mail is another, and not counted with the pages."""
    masters = [one for one in descendants(pid) if "gunicorn" in one.command]
    return min(masters, key=lambda one: one.pid).pid


def _make_letters(session: Session, plan: Plan) -> Letters:
    now, small, large = SystemClock().now(), plan.small_batch * plan.rounds, plan.large_batch * plan.rounds
    with transaction(session):
        staff = staff_actor(session)
        quiet, _nobody = open_letter(session, staff, signed=_SMALL, waiting=0, now=now)
        answering, waiting = open_letter(session, staff, signed=_SMALL, waiting=small + _WARM_UP, now=now)
        crowded, crowd = open_letter(session, staff, signed=_LARGE - large, waiting=large, now=now)
        document = letter_document(session, letter_row(session, quiet), dated=now, is_draft=False)
    return Letters(quiet, Signing(answering, waiting, plan.small_batch), Signing(crowded, crowd, plan.large_batch), document)


def _wait_for_the_mail(session: Session) -> None:
    """What is still to leave would take its turns at the processors and at the database from what is measured next."""
    queued = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == MessageState.QUEUED)
    latest = time.monotonic() + _MAIL_LEAVES_WITHIN
    while session.scalar(queued):
        session.rollback()
        assert time.monotonic() < latest, "the worker does not send the mail"
        time.sleep(0.2)
    session.rollback()


def _measure_pages(folder: Path, bare: Server, web: Server, session: Session, letters: Letters, plan: Plan, samples: Samples) -> None:
    reader = warm_up_answers(web, session, letters.small, _WARM_UP)
    desk = sign_in(web.base, session)
    for _round in range(plan.rounds):
        samples.add(figures.FSYNC, floors.appends_per_second(folder, plan.floor_seconds))
        samples.add(figures.INSERT, floors.inserts_per_second(folder, plan.floor_seconds))
        measure_bare(bare, samples, seconds=plan.seconds, posts=plan.small_batch * 4)
        measure_answers(web, session, letters.small, letters.large, samples)
        _wait_for_the_mail(session)
        measure_reading(web, reader, samples, seconds=plan.seconds)
        large = letters.large.reference
        measure_desk(web, desk, (letters.quiet, large), samples, seconds=plan.seconds, pages=plan.pages)


def _measure_memory(bare: Server, whole: Server, letters: Letters, desk: str, samples: Samples) -> None:
    """After all that work, and with a press beside each process of the web server."""
    ask_all(whole.base, [Request(f"/letters/{letters.quiet}/draft.pdf", desk)] * 4, expect=200)
    samples.add(figures.BARE_MEMORY, resident_mb(descendants(bare.pid)))
    everything = descendants(whole.pid)
    for name, word in ((figures.WEB_MEMORY, "gunicorn"), (figures.WORKER_MEMORY, "webapp.jobs"), (figures.PRESS_MEMORY, "press_worker")):
        samples.add(name, resident_mb(_called(everything, word)))
    samples.add(figures.MEMORY, resident_mb(everything))


def _called(processes: list[Process], word: str) -> list[Process]:
    return [one for one in processes if word in one.command]


def _measure_documents(folder: Path, document: LetterDocument, plan: Plan, samples: Samples) -> None:
    with bare_press(folder) as press:
        warm_up(press, document)
        for _round in range(plan.document_rounds):
            measure_letters(press, document, samples)
            measure_statement(document, samples)
