"""The bundle of a letter: made with the seal, in its transaction, and kept as every sealed file is (R11)."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.deadline import show_instant
from webapp.domain.document_kind import FILE_KINDS, DocumentKind, file_name
from webapp.domain.errors import WrongState
from webapp.domain.links import Links
from webapp.domain.tokens import Keyring
from webapp.domain.wording import count_phrase
from webapp.persistence.record import load_events
from webapp.persistence.tables import AnswerRow, DocumentRow, LetterRow, SealedSignatoryRow
from webapp.rendering.bundle import BundleContent, make_bundle
from webapp.rendering.bundle_verifier import check_bundle
from webapp.rendering.proofreading import DocumentsRefused
from webapp.services.documents import signed_count
from webapp.services.letter_proof import published_record


def keep_bundle(session: Session, reference: str, keyring: Keyring, links: Links, *, now: datetime) -> None:
    """Signs for what was sealed in this transaction, and stores the bundle beside the other files. DocumentsRefused if it is not whole."""
    letter = session.scalars(select(LetterRow).where(LetterRow.reference == reference)).one()
    made = make_bundle(bundle_content(session, letter, links), keyring.seal_seed())
    if wrong := [sentence for is_so, sentence in check_bundle(made) if not is_so]:
        raise DocumentsRefused(DocumentKind.BUNDLE, "check", f"it does not pass its own check ({wrong[0]})")
    row = DocumentRow(letter_id=letter.id, kind=DocumentKind.BUNDLE, content=made, sha256=hashlib.sha256(made).hexdigest(), made_at=now)
    session.add(row)
    session.flush()


def bundle_content(session: Session, letter: LetterRow, links: Links) -> BundleContent:
    """All that the bundle of a sealed letter holds: public parts alone, no address of a person and nothing private (R19)."""
    revision = letter.revision_in_force
    if revision is None or letter.sealed_at is None:
        raise WrongState("The letter has not been sealed yet.")
    events = load_events(session, letter.id)
    sealing = next(place for place, event in enumerate(events) if event.kind == "letter.sealed")
    told = events[sealing].public["files"]
    rows = session.scalars(select(DocumentRow).where(DocumentRow.letter_id == letter.id, DocumentRow.kind.in_(list(told))))
    signed = session.scalars(
        select(AnswerRow).join(SealedSignatoryRow, SealedSignatoryRow.answer_id == AnswerRow.id).where(AnswerRow.letter_id == letter.id)
    )
    names = ("title", "ask", "targets", "references", "texts")
    return BundleContent(
        reference=letter.reference,
        title=letter.title,
        sealed_on=str(show_instant(letter.sealed_at, letter.deadline_zone)),
        count=count_phrase(signed_count(session, letter), letter.collective_noun),
        is_demonstration=letter.is_demonstration,
        checked_at=links.check(),
        record=tuple(published_record(events[: sealing + 1], signed)),
        revision={name: getattr(revision, name) for name in names},
        documents={
            file_name(DocumentKind(row.kind), letter.reference): (FILE_KINDS[DocumentKind(row.kind)].words, row.content) for row in rows
        },
    )
