"""G12, F29: backups made while people sign. Each comes back as one moment, and receipts name what it had not yet seen."""

from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.counts import times
from tests.databases import Databases
from tests.factories import NOW, settings_for
from tests.faults.people import Clients, prepare
from tests.faults.site import site_at
from tests.postman import Postman
from webapp.clock import SystemClock
from webapp.domain.actor import COMMAND
from webapp.persistence.archive import Manifest
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.tables import AnswerRow
from webapp.services import backup, installation
from webapp.services.verification import Head, head_problem, verify

_BACKUPS = times(20)
_EACH = 12


def receipts(engine: Engine) -> dict[str, Head]:
    """Nonce → what the receipt of that answer quotes."""
    with Session(engine) as session:
        rows = session.execute(select(AnswerRow.nonce, AnswerRow.record_sequence, AnswerRow.record_hash))
        return {nonce: Head(number, sha256) for nonce, number, sha256 in rows}


def test_g12_backup_made_while_people_sign_comes_back_as_one_moment(tmp_path: Path, databases: Databases) -> None:
    made: list[tuple[Path, Manifest, set[str]]] = []
    with site_at(tmp_path, databases.fresh(tmp_path)) as site:
        waiting, fresh = prepare(site.settings, (_BACKUPS + 1) * _EACH, newcomers=_BACKUPS)
        clients = Clients(site.address, site.settings)
        site.start()
        clients.start([*waiting, *fresh], hands=3)
        meanwhile = 0
        try:
            for number in range(_BACKUPS):
                clients.wait_for(clients.done + 1, 30)
                before, path = set(clients.acknowledged), tmp_path / f"{number}.backup"
                made.append((path, backup.make_backup(site.settings, path, now=SystemClock().now()), before))
                meanwhile += len(clients.acknowledged.keys() - before)
            clients.finish()
        finally:
            clients.stop()
        site.kill()
        assert clients.surprises == []
        assert meanwhile, "somebody has to sign during a backup"
        source = make_engine(site.settings)
        given = receipts(source)
        for path, manifest, before in made:
            _comes_back(path, manifest, before, given, source, databases)
        source.dispose()


def _comes_back(path: Path, manifest: Manifest, before: set[str], given: dict[str, Head], source: Engine, databases: Databases) -> None:
    folder = path.with_suffix("")
    folder.mkdir()
    settings = settings_for(folder, databases.fresh(folder))
    place = make_engine(settings)
    with backup.opened_backup(path, folder) as (read, rows), Session(place) as session, transaction(session):
        assert read == manifest
        backup.restore(session, read, rows, settings.keyring, takes_other_key=False, now=NOW)
    kept = receipts(place)
    assert before <= kept.keys() <= given.keys(), "what was acknowledged before is there, and nothing else than what was given"
    with Session(source) as now:
        assert [head_problem(now, Head(mark.events, mark.head)) for mark in manifest.letters] == [None] * len(manifest.letters)
    with Session(place) as then:
        assert verify(then).problems == ()
        missed = {nonce for nonce, head in given.items() if head_problem(then, head) is not None}
    assert missed == given.keys() - kept.keys()
    _is_silent(Postman(settings, place), place)
    place.dispose()


def _is_silent(mail: Postman, place: Engine) -> None:
    """I34: nothing leaves before a person resumes, and nothing old after it."""
    mail.workflows.tick_step()
    assert mail.messages() == []
    with Session(place) as session, transaction(session):
        installation.resume(session, COMMAND, sends_waiting=False, now=NOW)
    mail.workflows.tick_step()
    assert mail.messages() == []
    with Session(place) as session:
        assert verify(session).problems == ()
