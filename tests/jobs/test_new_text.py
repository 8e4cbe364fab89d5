"""The documents of a changed text: made once of its fixed list, read back, known by their bytes, and refused where they are not it."""

import hashlib
import io

import pypdf
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.factories import letter_row, staff_actor
from tests.new_texts import FIXED, JOURNAL, asking, fix, objects, sealed_letter, text_row
from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import WrongState
from webapp.jobs import new_text as job_module
from webapp.jobs.new_text import NewTextJob
from webapp.persistence.database import transaction
from webapp.rendering.reading_back import squeezed
from webapp.services import documents, new_text, new_text_files, verification
from webapp.services.file_check import check_sha256
from webapp.settings import Settings


@pytest.fixture
def asked(engine: Engine, settings: Settings) -> tuple[str, str]:
    """The Marshes object, Upland is silent and was to be asked: one society stands on the list, and its documents are asked for."""
    with Session(engine) as session, transaction(session):
        actor = staff_actor(session)
        letter = sealed_letter(session, actor)
        text = asking(session, actor, letter)
        with pytest.raises(WrongState, match="when the list"):
            new_text_files.ask_to_make(session, actor, letter, text, now=FIXED)
        objects(session, letter, text)
        fix(session, letter)
        new_text_files.ask_to_make(session, actor, letter, text, now=FIXED)
    return letter, text


def run(engine: Engine, settings: Settings, text: str) -> None:
    with Session(engine) as session:
        row = text_row(session, text)
        facts = row.id, row.making_job
    NewTextJob(settings, engine).make(*facts)


def test_r5_documents_of_a_changed_text_hold_its_list_and_say_what_they_come_from(
    engine: Engine, settings: Settings, asked: tuple[str, str]
) -> None:
    letter, text = asked
    run(engine, settings, text)
    with Session(engine) as session, transaction(session):
        actor, row = staff_actor(session), text_row(session, text)
        digest = documents.digest_in_force(letter_row(session, letter))
        files = {kind: new_text_files.read_new_text_file(session, actor, letter, text, kind) for kind in new_text_files.KINDS}
        pdf = squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(files[DocumentKind.LETTER].content)).pages))
        plain = files[DocumentKind.TEXT].content.decode()
        assert row.put is not None
        for said in (f"As changed for {JOURNAL}", "stands as it was signed", digest, row.put.digest):
            assert squeezed(said) in pdf
            assert squeezed(said) in squeezed(plain)
        assert "1 society has signed" in plain
        assert "Gullhaven, Society of" in plain and "The Marshes" not in plain and "Because of" not in plain
        assert "Gullhaven" in files[DocumentKind.SIGNATORIES_CSV].content.decode()
        checked = check_sha256(session, files[DocumentKind.LETTER].sha256)
        assert checked.is_genuine
        assert ("On its list", "1 society") in checked.facts
        assert not check_sha256(session, hashlib.sha256(b"another").hexdigest()).is_genuine
        assert verification.verify(session, letter).problems == ()
        with pytest.raises(WrongState, match="stays"):
            new_text.abandon_new_text(session, actor, letter, text, "So.", now=FIXED)


def test_control_document_that_is_not_the_text_is_not_kept(
    engine: Engine, settings: Settings, asked: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _letter, text = asked
    made = job_module.make_document

    def another(kind: DocumentKind, document: object) -> bytes:
        return made(kind, document).replace(b"Gullhaven", b"Gullheaven") if kind is DocumentKind.TEXT else b"%PDF-1.7 of nothing"  # type: ignore[arg-type]  # what the job hands over

    monkeypatch.setattr(job_module, "make_document", another)
    run(engine, settings, text)
    with Session(engine) as session:
        row = text_row(session, text)
        assert (row.state, new_text_files.documents_of(session, row)) == ("fixed", [])
        assert "Nothing was sealed" in row.making_failure or "cannot be read" in row.making_failure
        assert not new_text_files.is_under_way(row, now=FIXED)
