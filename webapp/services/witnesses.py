"""Who of a society can speak to one answer: whoever was mailed its receipt, by a link of their own and a code to the same address."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.address import mask_address
from webapp.domain.answer_words import ANSWER_WORDS
from webapp.domain.authority import WitnessPurpose
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.errors import NotFound, TooMany, WrongState
from webapp.domain.lifetime import is_live
from webapp.domain.rate import WITNESS_CODES
from webapp.domain.tokens import Keyring, hash_token, normalise_code
from webapp.persistence import outbox
from webapp.persistence.plain import look, run, table
from webapp.persistence.tables import AnswerRow, LetterRow, RepresentativeRow, WitnessRow
from webapp.services.access import lock_letter
from webapp.services.limits import count
from webapp.services.place import Place
from webapp.services.references import new_reference

_INSERT = insert(table(WitnessRow))
_LIVE = (
    select(RepresentativeRow.id, RepresentativeRow.reference, RepresentativeRow.email)
    .where(RepresentativeRow.invitation_id == bindparam("invitation"), RepresentativeRow.revoked_at.is_(None))
    .order_by(RepresentativeRow.id)
)


@dataclass(frozen=True)
class SocietyOf:
    """The place of a society on a letter, and the address at which the society itself, and nobody in particular, can be reached."""

    letter_id: int
    invitation_id: int
    official_address: str


def official_witness(session: Session, society: SocietyOf) -> str:
    """The official address; empty where nobody has given one, or where it is a registered one: that is no second witness."""
    if not society.official_address:
        return ""
    registered = {row.email.lower() for row in look(session, _LIVE, {"invitation": society.invitation_id})}
    return "" if society.official_address.lower() in registered else society.official_address


def make_witnesses(session: Session, society: SocietyOf, answer_id: int, keyring: Keyring, *, now: datetime) -> None:
    """A link to disown the answer for each who gets a receipt of it."""
    who: list[tuple[int | None, str]] = [(row.id, "") for row in look(session, _LIVE, {"invitation": society.invitation_id})]
    if official := official_witness(session, society):
        who.append((None, official))
    if who:
        run(session, _INSERT, [_witness(answer_id, WitnessPurpose.DISPUTE, *one, keyring, now=now) for one in who])


def ask_official(session: Session, answer_id: int, address: str, keyring: Keyring, *, now: datetime) -> WitnessRow:
    """A link by which the official address confirms the answer."""
    row = WitnessRow(**_witness(answer_id, WitnessPurpose.CONFIRM, None, address, keyring, now=now))
    session.add(row)
    session.flush()
    return row


def _witness(
    answer_id: int, purpose: WitnessPurpose, representative_id: int | None, address: str, keyring: Keyring, *, now: datetime
) -> dict[str, object]:
    reference = new_reference()
    return {
        "reference": reference,
        "answer_id": answer_id,
        "purpose": purpose.value,
        "representative_id": representative_id,
        "address": address,
        "token_hash": hash_token(keyring.witness_link(purpose, reference)),
        "made_at": now,
    }


def tell_official(session: Session, society: SocietyOf, kind: str, reference: str, what: Mapping[str, int], *, now: datetime) -> None:
    """One message to the official address, where there is one that is a witness of its own."""
    if address := official_witness(session, society):
        due = [outbox.Due(f"{kind}:{reference}", address, dict(what))]
        outbox.put_all(session, kind, due, now=now, letter_id=society.letter_id)


def tell_society(session: Session, society: SocietyOf, kind: str, reference: str, what: Mapping[str, int], *, now: datetime) -> None:
    """One message to each representative, and one, without any personal link, to the official address."""
    due = [
        outbox.Due(f"{kind}:{reference}:{row.reference}", row.email, {**what, "representative": row.id})
        for row in look(session, _LIVE, {"invitation": society.invitation_id})
    ]
    outbox.put_all(session, kind, due, now=now, letter_id=society.letter_id)
    tell_official(session, society, kind, f"{reference}:official", what, now=now)


@dataclass(frozen=True)
class WitnessView:
    """What the page behind such a link says: what was answered, and nothing that is confidential beside it."""

    society: str
    title: str
    lead_society: str
    contact_email: str
    has: str
    """What the society has done, after its name."""
    officer: str
    office: str
    given_by: str
    received_at: ShownInstant
    masked_address: str
    is_standing: bool
    is_disputed: bool
    is_used: bool
    authority: str
    is_demonstration: bool


def show_witness(session: Session, purpose: WitnessPurpose, token: str) -> WitnessView:
    """Reads only (R6). Raises NotFound for every dead, wrong or unknown link alike (R14)."""
    row = find_witness(session, purpose, token)
    answer, letter = row.answer, session.get_one(LetterRow, row.answer.letter_id)
    return WitnessView(
        society=answer.printed_name,
        title=letter.title,
        lead_society=letter.lead_society,
        contact_email=letter.contact_email,
        has=ANSWER_WORDS[answer.kind].has,
        officer=answer.officer,
        office=answer.office,
        given_by=answer.given_by,
        received_at=show_instant(answer.received_at, letter.deadline_zone),
        masked_address=mask_address(row.to_address),
        is_standing=answer.is_standing,
        is_disputed=answer.is_disputed,
        is_used=row.used_at is not None,
        authority=answer.authority,
        is_demonstration=letter.is_demonstration,
    )


def find_witness(session: Session, purpose: WitnessPurpose, token: str) -> WitnessRow:
    """The row of a live link for this purpose, read anew; dead with the link of its representative (R14).

    An official address that was corrected confirms nothing any more. It still disowns: else who records could end that by a correction.
    """
    query = select(WitnessRow).where(WitnessRow.token_hash == hash_token(token), WitnessRow.purpose == purpose)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or (row.representative is not None and row.representative.revoked_at is not None):
        raise NotFound
    if purpose == WitnessPurpose.CONFIRM and row.to_address != row.answer.invitation.society.official_address:
        raise NotFound
    return row


def disown_in_room(session: Session, place: Place, keyring: Keyring) -> str:
    """By which link somebody inside the reading room disowns the answer that stands; empty where they were given none."""
    given = select(WitnessRow.reference).join(AnswerRow, AnswerRow.id == WitnessRow.answer_id)
    mine = given.where(WitnessRow.purpose == WitnessPurpose.DISPUTE, WitnessRow.representative_id == place.representative.id)
    standing = mine.where(AnswerRow.invitation_id == place.invitation.id, AnswerRow.is_standing.is_(True))
    reference = session.scalars(standing.order_by(WitnessRow.id.desc()).limit(1)).first()
    return keyring.witness_link(WitnessPurpose.DISPUTE, reference) if reference else ""


def hold_witness(session: Session, purpose: WitnessPurpose, token: str) -> tuple[WitnessRow, LetterRow]:
    """The same, with its letter held until the transaction ends: what was true before the lock may be so no more."""
    letter = lock_letter(session, find_witness(session, purpose, token).answer.letter_id)
    return find_witness(session, purpose, token), letter


def send_witness_code(session: Session, purpose: WitnessPurpose, token: str, keyring: Keyring, *, now: datetime) -> None:
    """Mails a fresh code to the address that got the link; the one before it is dead. Raises TooMany after five in an hour."""
    row, _letter = hold_witness(session, purpose, token)
    if not row.answer.is_standing:
        raise WrongState("That answer stands no more: it was withdrawn or replaced. Nothing need be done.")
    if not count(session, WITNESS_CODES, row.reference, keyring, now=now):
        raise TooMany("Five codes have been sent within the hour. Please look for the newest one, or try again in an hour.")
    row.code_number += 1
    row.code_hash = keyring.code_hash(_subject(row), keyring.witness_code(row.reference, row.code_number))
    row.code_made_at, row.code_expires_at, row.code_tries = now, now + limits.CODE_LIFE, 0
    session.flush()
    reason = f"witness_code:{row.reference}:{row.code_number}"
    outbox.put(
        session, "witness_code", reason, row.to_address, now=now, letter_id=row.answer.letter_id, witness=row.id, number=row.code_number
    )


def use_witness_code(session: Session, row: WitnessRow, typed: str, keyring: Keyring, *, now: datetime) -> int | None:
    """None when the code is right, and it is used up; else how many tries are left (0: a new code is needed).

    A wrong try is counted in the caller's transaction, which therefore must commit.
    """
    if row.code_hash is None or row.code_made_at is None or row.code_expires_at is None or row.code_tries >= limits.CODE_TRIES:
        return 0
    if not is_live(row.code_made_at, row.code_expires_at, now=now):
        return 0
    if not hmac.compare_digest(row.code_hash, keyring.code_hash(_subject(row), normalise_code(typed))):
        row.code_tries += 1
        session.flush()
        return limits.CODE_TRIES - row.code_tries
    row.code_hash = row.code_made_at = row.code_expires_at = None
    return None


def _subject(row: WitnessRow) -> str:
    return f"witness:{row.reference}:{row.code_number}"
