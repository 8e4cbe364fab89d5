"""One run: the servers are started, the letters made, and then round after round everything is measured once."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.bench import figures, floors
from tests.bench.bare import FOLDER
from tests.bench.documents import measure_statement
from tests.bench.figures import Samples
from tests.bench.importing import measure_importing
from tests.bench.letters import open_letter
from tests.bench.load import Request, ask_all
from tests.bench.memory import Watch, add_memory
from tests.bench.pages import (
    A_STATIC_FILE,
    Server,
    Signing,
    measure_answers,
    measure_bare,
    measure_burst,
    measure_desk,
    measure_finished,
    measure_path,
    measure_postgresql,
    measure_public,
    measure_reading,
    warm_up_answers,
)
from tests.bench.people import sign_in
from tests.bench.processes import descendants, own_mb
from tests.bench.redlines import measure_redlines, measure_revision
from tests.bench.sending import measure_sending
from tests.bench.serving import bare_server, serving, site
from tests.bench.setting import measure_letters, printers, warm_up
from tests.bench.sizes import measure_sizes
from tests.databases import SqliteDatabases, create_database, postgresql_server
from tests.factories import KEYRING, letter_row, publish, seal_it, settings_for, staff_actor
from tests.ports import free_port
from webapp.clock import SystemClock
from webapp.domain.actor import Actor
from webapp.domain.document import LetterDocument
from webapp.domain.document_kind import DocumentKind
from webapp.domain.limits import LONGEST_REQUEST
from webapp.persistence.database import make_engine, opened_session, transaction
from webapp.persistence.tables import DocumentRow, OutboxRow
from webapp.persistence.tables.message import MessageState
from webapp.rendering.environment import STATIC
from webapp.services import sign_on
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
    crowd: int
    """Societies that answer all at once."""
    document_rounds: int


QUICK = Plan(rounds=1, seconds=1, floor_seconds=0.2, small_batch=12, large_batch=4, crowd=20, document_rounds=1)
FULL = Plan(rounds=5, seconds=2, floor_seconds=0.5, small_batch=40, large_batch=12, crowd=1000, document_rounds=3)


@dataclass(frozen=True)
class Answering:
    """What is measured on both databases."""

    small: Signing
    crowd: Signing
    """Who answers all at once."""


@dataclass(frozen=True)
class Letters(Answering):
    quiet: str
    """Signed by all of its 34 societies."""
    large: Signing
    finished: str
    """Has a sealed file, as long as a static one."""
    document: LetterDocument
    sealed: str
    """Has 34 signatories; it is public, and so are the quiet one and the large one."""


@dataclass(frozen=True)
class Site:
    """The whole installation with its web server apart, and the session in which its letters are made."""

    pid: int
    web: Server
    session: Session


def measure(folder: Path, plan: Plan) -> Samples:
    samples = Samples()
    with ExitStack() as stack:
        bare = stack.enter_context(_bare(folder))
        whole = stack.enter_context(_site(folder, "sqlite"))
        server = stack.enter_context(postgresql_server(is_durable=True))
        other = stack.enter_context(_site(folder, "postgresql", DATABASE_URL=create_database(server)))
        letters, elsewhere = _make_letters(whole.session, plan), _make_answering(other.session, plan)
        for site in (whole, other):
            _wait_for_the_mail(site.session)
        _measure_pages(folder, bare, (whole, letters), (other, elsewhere), plan, samples)
        measure_burst(whole.web, whole.session, letters.crowd, plan.crowd, figures.SQLITE, samples)
        measure_burst(other.web, other.session, elsewhere.crowd, plan.crowd, figures.POSTGRESQL, samples)
        _measure_memory(bare, whole, letters, sign_in(whole.web.base, whole.session), samples)
    _measure_documents(folder, letters.document, plan, samples)
    measure_importing(folder / "importing", plan.document_rounds, samples)
    measure_sending(folder / "sending", plan.document_rounds, samples)
    for number in range(plan.document_rounds):
        (folder / f"sizes-{number}").mkdir()
        measure_sizes(folder / f"sizes-{number}", samples)
    return samples


def measure_letters_alone(folder: Path, plan: Plan) -> Samples:
    """A letter as PDF beside everything else that could set it, and nothing besides."""
    samples, now = Samples(), SystemClock().now()
    (folder / "template").mkdir()
    engine = make_engine(settings_for(folder, SqliteDatabases(folder / "template").fresh(folder)))
    try:
        with Session(engine) as session, transaction(session):
            quiet, _nobody = open_letter(session, staff_actor(session), signed=_SMALL, waiting=0, now=now)
            document = letter_document(session, letter_row(session, quiet), dated=now, is_draft=False)
    finally:
        engine.dispose()
    with printers(folder) as ours:
        warm_up(ours, document)
        for _round in range(plan.document_rounds):
            measure_letters(ours, document, folder, samples)
    return samples


def measure_answers_alone(folder: Path, plan: Plan) -> Samples:
    """The requests that sign, on SQLite, beside the bare forms, and nothing besides."""
    samples = Samples()
    with ExitStack() as stack:
        bare = stack.enter_context(_bare(folder))
        whole = stack.enter_context(_site(folder, "sqlite"))
        letters = _make_letters(whole.session, plan)
        _wait_for_the_mail(whole.session)
        warm_up_answers(whole.web, whole.session, letters.small, _WARM_UP)
        for _round in range(plan.rounds):
            _measure_floors(folder, plan, samples)
            measure_bare(bare, samples, seconds=plan.seconds, posts=plan.small_batch)
            measure_answers(bare, whole.web, whole.session, letters.small, letters.large, samples)
            _wait_for_the_mail(whole.session)
    return samples


def measure_memory_alone(folder: Path, plan: Plan) -> Samples:
    """What the site holds after each kind of work, on SQLite, and nothing besides."""
    samples, ignored = Samples(), Samples()
    with ExitStack() as stack:
        bare = stack.enter_context(_bare(folder))
        whole = stack.enter_context(_site(folder, "sqlite"))
        web, session, watch = whole.web, whole.session, Watch(whole.pid)
        letters = _make_letters(session, plan)
        watch.tell("the start")
        reader = warm_up_answers(web, session, letters.small, _WARM_UP)
        measure_path(web, session, letters.small, ignored)
        watch.tell("the first answers")
        measure_reading(web, reader, ignored, seconds=plan.seconds)
        desk, large = sign_in(web.base, session), letters.large.reference
        measure_desk(web, desk, (letters.quiet, large), ignored, seconds=plan.seconds)
        measure_finished(web, desk, letters.finished, ignored, seconds=plan.seconds)
        watch.tell("the pages of the desk")
        measure_public(web, (letters.sealed, letters.quiet, large), ignored, seconds=plan.seconds)
        watch.tell("the public pages")
        measure_burst(web, session, letters.crowd, plan.crowd, figures.SQLITE, samples)
        _wait_for_the_mail(session)
        watch.tell("the burst")
        _measure_memory(bare, whole, letters, desk, samples)
        watch.tell("the documents")
    return samples


def _environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """Nothing of the caller's own settings reaches the servers."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_") and name != "DATABASE_URL"}
    return {
        **ours,
        FOLDER: str(folder),
        "UNDERSIGNED_DATA": str(folder / "data"),
        "UNDERSIGNED_BASE_URL": f"http://127.0.0.1:{port}",
        "UNDERSIGNED_SECRET_KEY": KEYRING.key.decode(),
        **more,
    }


@contextmanager
def _bare(folder: Path) -> Iterator[Server]:
    port = free_port()
    with serving(bare_server(port), _environment(folder, port), port, folder / "bare.log") as pid:
        yield Server(f"http://127.0.0.1:{port}", pid)


@contextmanager
def _site(folder: Path, name: str, **more: str) -> Iterator[Site]:
    port = free_port()
    environment = _environment(folder / name, port, **more)
    (folder / name).mkdir()
    with serving(site(port), environment, port, folder / f"{name}.log") as pid, opened_session(load_settings(environment)) as session:
        yield Site(pid, Server(f"http://127.0.0.1:{port}", _web(pid)), session)


def _web(pid: int) -> int:
    """The process that the web server's workers come from; the worker of the mail is another, and not counted with the pages."""
    masters = [one for one in descendants(pid) if "gunicorn" in one.command]
    return min(masters, key=lambda one: one.pid).pid


def _make_answering(session: Session, plan: Plan) -> Answering:
    now, small = SystemClock().now(), 3 * plan.small_batch * plan.rounds
    with transaction(session):
        staff = staff_actor(session)
        answering, waiting = open_letter(session, staff, signed=_SMALL, waiting=small + _WARM_UP, now=now)
        together, crowd = open_letter(session, staff, signed=_SMALL, waiting=0, crowd=plan.crowd, now=now)
    return Answering(Signing(answering, waiting, plan.small_batch), Signing(together, crowd, plan.crowd))


def _make_letters(session: Session, plan: Plan) -> Letters:
    both = _make_answering(session, plan)
    now, large = SystemClock().now(), plan.large_batch * plan.rounds
    with transaction(session):
        staff = staff_actor(session)
        quiet, _nobody = open_letter(session, staff, signed=_SMALL, waiting=0, now=now)
        crowded, some = open_letter(session, staff, signed=_LARGE - large, waiting=large, now=now)
        document = letter_document(session, letter_row(session, quiet), dated=now, is_draft=False)
        finished, _nobody = open_letter(session, staff, signed=1, waiting=0, now=now)
        content = (STATIC / A_STATIC_FILE).read_bytes()
        sha256, of_letter = hashlib.sha256(content).hexdigest(), letter_row(session, finished).id
        session.add(DocumentRow(letter_id=of_letter, kind=DocumentKind.LETTER, sha256=sha256, content=content, made_at=now))
        sealed = _publish(session, staff, quiet, crowded, now=now)
    return Letters(both.small, both.crowd, quiet, Signing(crowded, some, plan.large_batch), finished, document, sealed)


def _publish(session: Session, staff: Actor, *open_letters: str, now: datetime) -> str:
    """Makes these letters public, and returns another that is sealed as well."""
    sealed, _nobody = open_letter(session, staff, signed=_SMALL, waiting=0, now=now)
    sign_on.close_early(session, staff, sealed, now=now)
    seal_it(session, staff, sealed, now=now + LONGEST_REQUEST)
    for letter in (*open_letters, sealed):
        publish(session, staff, letter, now=now)
    return sealed


def _wait_for_the_mail(session: Session) -> None:
    """What is still to leave would take its turns at the processors and at the database from what is measured next."""
    queued = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == MessageState.QUEUED)
    latest = time.monotonic() + _MAIL_LEAVES_WITHIN
    while session.scalar(queued):
        session.rollback()
        assert time.monotonic() < latest, "the worker does not send the mail"
        time.sleep(0.2)
    session.rollback()


def _measure_floors(folder: Path, plan: Plan, samples: Samples) -> None:
    samples.add(figures.FSYNC, floors.appends_per_second(folder, plan.floor_seconds))
    samples.add(figures.INSERT, floors.inserts_per_second(folder, plan.floor_seconds))


def _measure_pages(
    folder: Path, bare: Server, whole: tuple[Site, Letters], other: tuple[Site, Answering], plan: Plan, samples: Samples
) -> None:
    (site, letters), (elsewhere, their_letters) = whole, other
    web, session = site.web, site.session
    reader = warm_up_answers(web, session, letters.small, _WARM_UP)
    warm_up_answers(elsewhere.web, elsewhere.session, their_letters.small, _WARM_UP)
    desk = sign_in(web.base, session)
    for _round in range(plan.rounds):
        _measure_floors(folder, plan, samples)
        measure_bare(bare, samples, seconds=plan.seconds, posts=plan.small_batch)
        measure_answers(bare, web, session, letters.small, letters.large, samples)
        _wait_for_the_mail(session)
        measure_postgresql(elsewhere.web, elsewhere.session, their_letters.small, samples)
        measure_path(web, session, letters.small, samples)
        _wait_for_the_mail(session)
        _wait_for_the_mail(elsewhere.session)
        measure_reading(web, reader, samples, seconds=plan.seconds)
        large = letters.large.reference
        measure_desk(web, desk, (letters.quiet, large), samples, seconds=plan.seconds)
        measure_finished(web, desk, letters.finished, samples, seconds=plan.seconds)
        measure_public(web, (letters.sealed, letters.quiet, large), samples, seconds=plan.seconds)


def _measure_memory(bare: Server, whole: Site, letters: Letters, desk: str, samples: Samples) -> None:
    """After all that work, the press warm."""
    ask_all(whole.web.base, [Request(f"/letters/{letters.quiet}/draft.pdf", desk)] * 4, expect=200)
    samples.add(figures.BARE_MEMORY, own_mb(descendants(bare.pid)))
    add_memory(whole.pid, samples)


def _measure_documents(folder: Path, document: LetterDocument, plan: Plan, samples: Samples) -> None:
    # The database of the first site, whose servers have gone.
    settings = load_settings(_environment(folder / "sqlite", free_port()))
    with printers(folder) as ours, opened_session(settings) as session:
        warm_up(ours, document)
        for _round in range(plan.document_rounds):
            measure_letters(ours, document, folder, samples)
            measure_statement(document, samples)
            measure_redlines(samples)
            measure_revision(session, samples)
