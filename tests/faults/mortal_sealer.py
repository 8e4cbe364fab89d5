"""A worker that dies to order while it seals, and is begun again. The press is a fake: it dies in other tests."""

import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import FAKE_FILES
from tests.mail_faults.mortal_worker import die_by, live
from webapp.domain.document_kind import DocumentKind
from webapp.jobs import sealing as at_work
from webapp.jobs.sealing import SealingJob
from webapp.persistence.database import transaction
from webapp.persistence.tables import DocumentRow
from webapp.services import seal, sealing

BEGUN, STORED, COMMITTED = "begun", "stored", "committed"
READ = "read"
# In the order in which they are passed.
STEPS = (BEGUN, *(kind.value for kind in FAKE_FILES), READ, STORED, COMMITTED)
ONE_BY_ONE = "one by one"


def die_to_order(folder: Path) -> None:
    take_up, seal_letter, store = sealing.take_up, seal.seal_letter, SealingJob._store

    def begun(*arguments: Any, **more: Any) -> Any:
        die_by(folder / BEGUN)
        return take_up(*arguments, **more)

    def made(kind: DocumentKind, _document: object) -> bytes:
        die_by(folder / kind.value)
        return FAKE_FILES[kind]

    def stored(*arguments: Any, **more: Any) -> None:
        seal_letter(*arguments, **more)
        die_by(folder / STORED)

    def committed(*arguments: Any) -> None:
        store(*arguments)
        die_by(folder / COMMITTED)

    at_work.KINDS_MADE = tuple(FAKE_FILES)
    at_work.make_document = made
    at_work.proofread = lambda *_arguments: die_by(folder / READ)
    sealing.take_up, seal.seal_letter = begun, stored
    SealingJob._store = committed  # type: ignore[method-assign]


def store_one_by_one(folder: Path) -> None:
    """The fault of giving each document a transaction of its own."""

    def store(self: SealingJob, letter_id: int, _job: str, _asked: object, _plan: object, files: dict[DocumentKind, bytes]) -> None:
        for kind, content in files.items():
            now = self.settings.clock.now()
            with Session(self.engine) as session, transaction(session):
                session.add(DocumentRow(letter_id=letter_id, kind=kind, sha256="0" * 64, content=content, made_at=now))
            die_by(folder / STORED)

    SealingJob._store = store  # type: ignore[method-assign]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    die_to_order(folder)
    if os.environ.get("UNDERSIGNED_TEST_PLANT") == ONE_BY_ONE:
        store_one_by_one(folder)
    sys.exit(live(folder / "pid"))
