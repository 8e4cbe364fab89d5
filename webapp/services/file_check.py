"""Whether a file, or what a receipt quotes, is genuine: the same sentences for the page and for the command."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.deadline import show_instant
from webapp.domain.digest import is_digest
from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.domain.errors import InvalidInput
from webapp.domain.wording import count_phrase
from webapp.persistence.tables import DocumentRow, LaterDocumentRow, LetterRow, NewTextDocumentRow, NewTextRow
from webapp.rendering.bundle_verifier import Bundle, check_bundle
from webapp.rendering.pdf_seal import SealState, seal_state
from webapp.services.documents import signed_count
from webapp.services.joined_since import since_the_seal
from webapp.services.new_text_list import signatories_of
from webapp.services.verification import Head, head_problem, read_head, read_receipt


class Verdict(StrEnum):
    GENUINE = "genuine"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Checked:
    """What is known of a file or a receipt, in a sentence and in facts, and what to do next."""

    verdict: Verdict
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    advice: tuple[str, ...] = ()
    why: str = ""
    """How that can be, where it is not genuine."""

    @property
    def is_genuine(self) -> bool:
        return self.verdict is Verdict.GENUINE


_WHY_UNKNOWN = (
    "It may have been changed, if only by a program that saved or printed it anew; it may be a draft; or it may come from elsewhere."
)
_GENUINE = "This file is genuine: it is as it was sealed, to the last byte."
_ASK = (
    "Ask whoever gave it to you for the file as it was sent, or get the letter from the society that leads it, and check that one.",
    "Compare the address printed in the document with the address of this page: another site knows other letters.",
)
# Made for whoever asks, and the same each time: its own SHA-256 is stored nowhere.
_LATER_BUNDLE = (
    "If it is a bundle (ZIP) with a folder “later” in it: such a one is checked by the program verify.py, which lies in it, "
    "or by giving this page its documents one by one."
)
_UNKNOWN_RECEIPT = (
    "Keep the receipt: it shows what was recorded when it was sent.",
    "Write to the society that leads the letter, and to whoever runs this site, and show them both.",
)


def check_sha256(session: Session, sha256: str) -> Checked:
    """Whether a file with this SHA-256 was sealed here. Says what whoever holds the file knows, and what has been said of it since (R5)."""
    query = select(DocumentRow.kind, LetterRow).join(LetterRow, LetterRow.id == DocumentRow.letter_id)
    found = session.execute(query.where(DocumentRow.sha256 == sha256).order_by(DocumentRow.id)).all()
    if not found:
        unknown = Checked(Verdict.UNKNOWN, "This file is not known here.", (("SHA-256", sha256),), _ASK, _WHY_UNKNOWN)
        return _check_later(session, sha256) or _check_new_text(session, sha256) or unknown
    kind, letter = found[0]
    if len({one.id for _kind, one in found}) > 1:
        # A list that was sealed before lists said of which letter they are. Whoever holds the one may know nothing of the other (R18).
        facts = [("Document", document_words(kind)), ("SHA-256", sha256)]
        return Checked(Verdict.GENUINE, _GENUINE, tuple(facts))
    facts = [("Document", document_words(kind)), ("Letter", letter.title)]
    if letter.sealed_at is not None:
        facts.append(("Sealed", str(show_instant(letter.sealed_at, letter.deadline_zone))))
    facts += [("Signed by", count_phrase(signed_count(session, letter), letter.collective_noun)), ("SHA-256", sha256)]
    if since := since_the_seal(session, letter, for_strangers=True):
        facts.append(("Since the seal", since))
    if letter.is_demonstration:
        facts.insert(0, ("Demonstration", "The societies of this letter are invented."))
    return Checked(Verdict.GENUINE, _GENUINE, tuple(facts))


def _check_later(session: Session, sha256: str) -> Checked | None:
    """An addendum, an erratum or an edition, which stand beside the sealed letter."""
    query = select(LaterDocumentRow, LetterRow).join(LetterRow, LetterRow.id == LaterDocumentRow.letter_id)
    found = session.execute(query.where(LaterDocumentRow.sha256 == sha256).order_by(LaterDocumentRow.id)).first()
    if found is None:
        return None
    row, letter = found
    facts = [
        ("Document", f"{row.kind.capitalize()} {row.number}"),
        ("Letter", letter.title),
        ("Issued", str(show_instant(row.made_at, letter.deadline_zone))),
        ("SHA-256", sha256),
    ]
    if letter.is_demonstration:
        facts.insert(0, ("Demonstration", "The societies of this letter are invented."))
    return Checked(Verdict.GENUINE, "This file is genuine: it is as it was issued, to the last byte.", tuple(facts))


def _check_new_text(session: Session, sha256: str) -> Checked | None:
    """A document of a text that a journal wanted changed after the seal."""
    query = (
        select(NewTextDocumentRow, NewTextRow, LetterRow)
        .join(NewTextRow, NewTextRow.id == NewTextDocumentRow.new_text_id)
        .join(LetterRow, LetterRow.id == NewTextRow.letter_id)
        .where(NewTextDocumentRow.sha256 == sha256)
    )
    found = session.execute(query.order_by(NewTextDocumentRow.id)).first()
    if found is None:
        return None
    file, row, letter = found
    count = len(signatories_of(session, row))
    facts = [
        ("Document", f"{document_words(file.kind)}, as changed for {row.journal}"),
        ("Letter", letter.title),
        ("Made", str(show_instant(file.made_at, letter.deadline_zone))),
        ("On its list", count_phrase(count, letter.collective_noun)),
        ("SHA-256", sha256),
        ("The letter itself", "It stands as it was signed and sealed; this is another text, with a list of its own."),
    ]
    if letter.is_demonstration:
        facts.insert(0, ("Demonstration", "The societies of this letter are invented."))
    return Checked(Verdict.GENUINE, "This file is genuine: it is as it was made, to the last byte.", tuple(facts))


def document_words(kind: str) -> str:
    """What a person calls a sealed file of this kind."""
    return FILE_KINDS[DocumentKind(kind)].words if kind in set(DocumentKind) else kind


def check_head(session: Session, head: Head) -> Checked:
    """Whether a place in a record, as a receipt quotes it, is on a record here."""
    problem = head_problem(session, head)
    facts = (("Event", str(head.number)), ("Hash", head.hash))
    if problem is not None:
        return Checked(Verdict.UNKNOWN, str(problem), facts, _UNKNOWN_RECEIPT)
    return Checked(Verdict.GENUINE, f"This receipt is genuine: event {head.number} is on the record, with this very hash.", facts)


def check_upload(session: Session, sha256: str, receipt: bytes) -> Checked:
    """A file by its SHA-256; one that is not known is read as a receipt, where it is text."""
    known = check_sha256(session, sha256)
    if known.is_genuine:
        return known
    if not receipt:
        return replace(known, advice=(*known.advice, _LATER_BUNDLE))
    try:
        return check_head(session, read_receipt(receipt))
    except InvalidInput:
        return known


def check_file(session: Session, name: str, content: bytes, ours: Sequence[bytes]) -> Checked:
    """Whatever somebody holds: a sealed document, a bundle, a receipt. `ours` are the public keys with which PDFs are sealed here."""
    known = check_sha256(session, hashlib.sha256(content).hexdigest())
    if known.is_genuine:
        return known
    if content.startswith(b"PK") and name.lower().endswith(".zip"):
        return _check_bundle(session, content)
    if content.startswith(b"%PDF"):
        return _check_pdf(content, ours, known)
    try:
        return check_head(session, read_receipt(content))
    except InvalidInput:
        return known


def _check_bundle(session: Session, content: bytes) -> Checked:
    """One that is not byte for byte ours: packed anew, or from elsewhere, or changed."""
    checks = tuple(check_bundle(content))
    facts = tuple(("OK" if is_so else "FAILED", sentence) for is_so, sentence in checks)
    if not all(is_so for is_so, _sentence in checks):
        return Checked(Verdict.CHANGED, "This bundle is not as it was sealed.", facts, _ASK)
    bundle = Bundle(content)
    # The newest event that it holds: that of the seal, or of what was issued last.
    kept = check_head(session, Head(bundle.events[-1]["sequence"], bundle.events[-1]["hash"]))
    if kept.is_genuine and bundle.last is bundle.events[-1]:
        return Checked(Verdict.GENUINE, "This bundle is genuine: it was packed anew, and all in it is as it was sealed.", facts)
    if kept.is_genuine:
        return Checked(
            Verdict.GENUINE, "This bundle is genuine: all in it is as it was sealed, and as it was issued after the seal.", facts
        )
    return Checked(Verdict.UNKNOWN, "All in this bundle fits together, but its letter was not sealed here.", facts, _ASK[1:])


def _check_pdf(content: bytes, ours: Sequence[bytes], unknown: Checked) -> Checked:
    state = seal_state(content, ours)
    if state is None:
        return unknown
    facts = (("Electronic seal", _seal_words(state)), *unknown.facts)
    if state.is_ours and not state.is_whole:
        return Checked(Verdict.CHANGED, "This PDF carries a seal of this installation, and was changed after it.", facts, _ASK)
    return replace(unknown, facts=facts)


def _seal_words(state: SealState) -> str:
    if not state.signer:
        return "it cannot be read"
    whole = "the file is as it was when it was set" if state.is_whole else "the file was changed since"
    return f"by {state.signer}{'' if state.is_ours else ', whom nobody here vouches for'}; {whole}"


def check_quoted(session: Session, quoted: str) -> Checked:
    """What somebody has pasted: a SHA-256, a place in a record, or a receipt. Raises InvalidInput where it is none."""
    plain = re.sub(r"\s", "", quoted).lower()
    if is_digest(plain):
        return check_sha256(session, plain)
    try:
        head = read_head(quoted) if re.fullmatch(r"\s*[0-9]+\s*[:,][\s0-9a-f]+", quoted) else read_receipt(quoted.encode())
    except InvalidInput as error:
        sentence = "That is neither a receipt nor a SHA-256. Paste the whole receipt, or at least its line “Record”."
        raise InvalidInput(sentence, field="quoted") from error
    return check_head(session, head)
