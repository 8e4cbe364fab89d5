"""Making the documents of a new text: each outside any transaction, then all of them stored in one, or none."""

import logging

from sqlalchemy.orm import Session

from webapp.domain.document import LetterDocument
from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import DomainError, NotAllowed, NotFound
from webapp.jobs.making import FAULT, NO_ROOM, NOT_THEIRS, TRY_AGAIN_AFTER
from webapp.jobs.sealing import SealingJob
from webapp.log import note
from webapp.persistence.database import DatabaseBusy, DatabaseRefuses, transaction
from webapp.rendering.documents import make_document
from webapp.rendering.proofreading import proofread
from webapp.services import installation, new_text_files
from webapp.services.pdf_seal import fit_key


class NewTextJob(SealingJob):
    """With the key and the patience of sealing; how it stands is in the row of the text, for several may be made at a time."""

    def make(self, new_text_id: int, job: str) -> None:
        """Ends in one of two ways: all documents are stored, or none, and the page of the text says why."""
        while True:
            try:
                return self._tried(new_text_id, job)
            except DatabaseRefuses:
                return self._say_why(new_text_id, job, NO_ROOM, "DatabaseRefuses")
            except DatabaseBusy:
                if self.is_ending.wait(TRY_AGAIN_AFTER):
                    raise

    def _tried(self, new_text_id: int, job: str) -> None:
        try:
            self._make_all(new_text_id, job)
        except (NotAllowed, NotFound) as error:
            self._say_why(new_text_id, job, NOT_THEIRS, type(error).__name__)
        except DomainError as error:
            # What a document was refused for says which check it was, without quoting anything.
            self._say_why(new_text_id, job, str(error), getattr(error, "check", type(error).__name__))
        except (DatabaseRefuses, DatabaseBusy):
            raise
        except Exception as error:
            self._say_why(new_text_id, job, FAULT, type(error).__name__)
            raise

    def _make_all(self, new_text_id: int, job: str) -> None:
        with Session(self.engine) as session:
            plan = new_text_files.plan_making(session, new_text_id, job, self.settings.links)
        if plan is None:
            return
        key = fit_key(self.settings, now=self.now())
        files = {kind: self._document(kind, plan.document) for kind in new_text_files.KINDS}
        files[DocumentKind.LETTER] = self._signed(files[DocumentKind.LETTER], key)
        proofread(plan.document, files)
        with Session(self.engine) as session, transaction(session):
            if installation.may_write(session):
                new_text_files.keep_made(session, plan, job, files, now=self.now())

    def _document(self, kind: DocumentKind, document: LetterDocument) -> bytes:
        return self.made(lambda: None, lambda: make_document(kind, document))

    def _say_why(self, new_text_id: int, job: str, why: str, kind: str) -> None:
        # Never the sentence: it may quote a name or a text (R19).
        note("new_text.not_made", level=logging.ERROR, reason=kind)
        with Session(self.engine) as session, transaction(session):
            new_text_files.note_failure(session, new_text_id, job, why)
