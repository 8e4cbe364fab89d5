"""Making the documents of a sealed letter: each outside any transaction, then all of them stored in one, or none."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.domain.errors import Conflict
from webapp.jobs.making import Making
from webapp.persistence.database import transaction
from webapp.rendering.documents import KINDS_MADE, make_document
from webapp.rendering.pdf_seal import SealKey, seal_pdf, seal_state
from webapp.rendering.proofreading import DocumentsRefused, proofread
from webapp.rendering.signing import public_key
from webapp.services import seal, sealing
from webapp.services.bundle import keep_bundle
from webapp.services.pdf_seal import fit_key
from webapp.services.seal import SealPlan
from webapp.services.seen import refuse_unseen


@dataclass
class SealingJob(Making):
    """One worker's way of making them. Begun again after a death, it makes the same documents once more."""

    def seal(self, letter_id: int, job: str, seen: str = "") -> None:
        """The letter is sealed with all its documents, or nothing is stored and the sealing says why.

        `seen` tells what whoever pressed had before their eyes; a job that an earlier version has queued does not know it.
        """
        self.carry_out(letter_id, job, len(KINDS_MADE) + 2, lambda asked: self._seal(letter_id, job, asked, seen))

    def _seal(self, letter_id: int, job: str, asked: sealing.Asked, seen: str) -> None:
        with Session(self.engine) as session:
            plan = seal.plan_seal(session, asked.actor, asked.reference, self.settings.links, now=self.now())
        if plan.record_length != asked.record_length:
            raise Conflict(seal.CHANGED_SINCE)
        refuse_unseen(seen or plan.seen, plan.seen, seal.CHANGED_SINCE)
        # Before the minutes that the documents take.
        key = fit_key(self.settings, now=self.now())
        files = {kind: self._made(letter_id, job, kind, plan, done) for done, kind in enumerate(KINDS_MADE)}
        files[DocumentKind.LETTER] = self._signed(files[DocumentKind.LETTER], key)
        self.tell(letter_id, job, "Looking through every document", len(KINDS_MADE))
        proofread(plan.document, files)
        self.tell(letter_id, job, "Storing", len(KINDS_MADE) + 1)
        self._store(letter_id, job, asked, plan, files)

    def _made(self, letter_id: int, job: str, kind: DocumentKind, plan: SealPlan, done: int) -> bytes:
        words = f"Making: {FILE_KINDS[kind].words}"
        return self.made(lambda: self.tell(letter_id, job, words, done), lambda: make_document(kind, plan.document))

    def _signed(self, pdf: bytes, key: SealKey | None) -> bytes:
        if key is None:
            return pdf
        sealed = seal_pdf(pdf, key, now=self.now())
        state = seal_state(sealed, [key.public_key])
        if state is None or not (state.is_ours and state.is_whole):
            raise DocumentsRefused(DocumentKind.LETTER, "seal", "its electronic seal does not fit the file.")
        return sealed

    def _store(self, letter_id: int, job: str, asked: sealing.Asked, plan: SealPlan, files: dict[DocumentKind, bytes]) -> None:
        with Session(self.engine) as session, transaction(session):
            self.end(session, letter_id, job)
            key = public_key(self.settings.keyring.seal_seed())
            seal.seal_letter(session, asked.actor, asked.reference, plan, files, key=key, now=self.now())
            keep_bundle(session, asked.reference, self.settings.keyring, self.settings.links, now=self.now())
