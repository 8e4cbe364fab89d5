"""The bundle of a letter with what came after its seal: made for whoever asks, of what is stored, and the same each time (R11)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import NotFound, WrongState
from webapp.domain.permission import Permission
from webapp.domain.tokens import Keyring
from webapp.persistence.record import load_events
from webapp.persistence.tables import AddendumRow, AddendumSignatoryRow, AnswerRow, LaterDocumentRow, LetterRow
from webapp.rendering.bundle import LaterContent, with_what_came_after
from webapp.rendering.bundle_verifier import Bundle
from webapp.rendering.signing import public_key
from webapp.services.access import load_letter
from webapp.services.files import find_sealed, read_found
from webapp.services.later_files import LaterFile, checked, digest_of
from webapp.services.letter_proof import published_record

_ISSUED = {"addendum.issued", "erratum.made", "edition.made"}


def has_later_bundle(session: Session, actor: Actor, reference: str) -> bool:
    """Whether there is a sealed bundle, and anything was issued that one could hold beside it."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return find_sealed(session, actor, reference, DocumentKind.BUNDLE) is not None and _has_issued(session, letter)


def _has_issued(session: Session, letter: LetterRow) -> bool:
    return session.scalar(select(LaterDocumentRow.id).where(LaterDocumentRow.letter_id == letter.id).limit(1)) is not None


def read_later_bundle(session: Session, actor: Actor, reference: str, keyring: Keyring) -> LaterFile:
    """Raises NotFound where nothing was issued or no bundle was sealed, WrongState where nobody here can sign for that seal any more."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    found = find_sealed(session, actor, reference, DocumentKind.BUNDLE)
    if found is None or not _has_issued(session, letter):
        raise NotFound
    sealed, seed = read_found(session, found).content, keyring.seal_seed()
    if Bundle(sealed).key != public_key(seed):
        sentence = "The secret key of this installation was changed since the letter was sealed, so nothing can be signed as its seal was."
        raise WrongState(f"{sentence} The sealed bundle and each document can still be had one by one.")
    made = with_what_came_after(sealed, _content(session, letter), seed)
    return LaterFile(made, digest_of(made), f"bundle-{letter.reference}-with-what-came-after.zip")


def _content(session: Session, letter: LetterRow) -> LaterContent:
    events = load_events(session, letter.id)
    seal = next(place for place, event in enumerate(events) if event.kind == "letter.sealed")
    # What is recorded later changes nothing here: the bundle is the same until something is issued again.
    last = max(place for place, event in enumerate(events) if event.kind in _ISSUED)
    joined = select(AnswerRow).join(AddendumSignatoryRow, AddendumSignatoryRow.answer_id == AnswerRow.id).join(AddendumRow)
    answers = session.scalars(joined.where(AddendumRow.letter_id == letter.id))
    rows = session.scalars(select(LaterDocumentRow).where(LaterDocumentRow.letter_id == letter.id).order_by(LaterDocumentRow.id))
    return LaterContent(
        title=letter.title,
        record=tuple(published_record(events[seal + 1 : last + 1], answers)),
        documents={f"{row.kind}-{row.number}-{letter.reference}.pdf": (f"{row.kind} {row.number}", checked(row)) for row in rows},
    )
