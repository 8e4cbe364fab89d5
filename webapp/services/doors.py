"""How staff come in: accounts, one-time links, and the sessions of both desk and reading room."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.lifetime import AT_THE_DESK, is_live
from webapp.domain.rate import SIGN_INS_FOR_NETWORK, SIGN_INS_TO_ADDRESS
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence import outbox
from webapp.persistence.plain import look
from webapp.persistence.tables import SignInLinkRow, StaffRow, WebSessionRow
from webapp.services.limits import may_mail
from webapp.services.references import new_reference

# Built once: every page of the desk asks.
_SEEN = select(WebSessionRow.seen_at).where(WebSessionRow.token_hash == bindparam("token_hash"))
_STAY = (
    select(WebSessionRow.began_at, WebSessionRow.seen_at, StaffRow.reference, StaffRow.email, StaffRow.is_administrator)
    .join(StaffRow, StaffRow.id == WebSessionRow.staff_id)
    .where(WebSessionRow.token_hash == bindparam("token_hash"), StaffRow.closed_at.is_(None))
)


@dataclass(frozen=True)
class StaffLine:
    """An account, as the command lists it."""

    reference: str
    email: str
    added_at: datetime
    is_administrator: bool


def clean_address(typed: str, *, field: str = "email") -> str:
    """The address as mail servers take it: in ASCII, a domain of other letters encoded (RFC 5891).

    Raises InvalidInput with what is wrong; asks no name server. A part before the @ that is not ASCII is refused: few servers take it.
    """
    if len(typed) > limits.EMAIL:
        raise InvalidInput(f"An address has at most {limits.EMAIL} characters.", field=field)
    try:
        valid = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise InvalidInput(f"“{typed.strip()}” is not an e-mail address: {error}", field=field) from error
    return valid.ascii_email or valid.normalized


def folded_address(typed: str) -> str:
    """For finding an address that is stored, however it is written; what is no address finds nothing."""
    try:
        return clean_address(typed).lower()
    except InvalidInput:
        return typed.replace("\0", "").strip().lower()


def find_staff(session: Session, typed: str) -> StaffRow | None:
    """The open account with this address."""
    return session.scalars(_with_address(typed).where(StaffRow.closed_at.is_(None))).one_or_none()


def _with_address(typed: str) -> Select[StaffRow]:
    return select(StaffRow).where(func.lower(StaffRow.email) == folded_address(typed))


def list_staff(session: Session) -> list[StaffLine]:
    """The open accounts, the oldest first."""
    rows = session.scalars(select(StaffRow).where(StaffRow.closed_at.is_(None)).order_by(StaffRow.id))
    return [StaffLine(row.reference, row.email, row.added_at, row.is_administrator) for row in rows]


def add_staff(session: Session, typed: str, *, now: datetime) -> tuple[str, bool]:
    """The reference of the account with this address, and whether it is new. The first of an installation is its administrator."""
    address = clean_address(typed)
    known = session.scalars(_with_address(address)).one_or_none()
    if known is not None and known.closed_at is None:
        return known.reference, False
    row = known or StaffRow(reference=new_reference(), email=address, added_at=now)
    row.closed_at, row.is_administrator = None, not list_staff(session)
    session.add(row)
    session.flush()
    return row.reference, True


def make_sign_in_link(session: Session, typed: str, keyring: Keyring, *, now: datetime) -> str:
    """The token of a fresh one-time link. Raises NotFound where nobody on the staff has this address."""
    staff = find_staff(session, typed)
    if staff is None:
        raise NotFound(f"Nobody on the staff has the address {typed}. Add it with: undersigned staff add {typed}")
    return keyring.sign_in_link(_new_link(session, staff, keyring, now=now).reference)


def mail_sign_in_link(session: Session, typed: str, network: str, browser: str, keyring: Keyring, *, now: datetime) -> None:
    """Mails a one-time link where the address belongs to staff; says nothing either way. Three an hour are enough.

    The link belongs to the browser that asked, known by this secret. Any other has to type the address as well: a scanner
    that presses every button of every mail types none (R6). An address that nobody has is counted as well: the same work
    for the known and the unknown.
    """
    if not may_mail(session, SIGN_INS_FOR_NETWORK, network, SIGN_INS_TO_ADDRESS, folded_address(typed), keyring, now=now):
        return
    staff = find_staff(session, typed)
    if staff is None:
        with outbox.pretending(session, "sign_in", now=now):
            find_staff(session, typed)  # instead of the row of a link
        return
    link = _new_link(session, staff, keyring, now=now)
    link.browser_hash = hash_token(browser)
    outbox.put(session, "sign_in", f"sign_in:{link.reference}", staff.email, now=now, sign_in_link=link.id)


def _new_link(session: Session, staff: StaffRow, keyring: Keyring, *, now: datetime) -> SignInLinkRow:
    reference = new_reference()
    token_hash = hash_token(keyring.sign_in_link(reference))
    row = SignInLinkRow(
        reference=reference, staff_id=staff.id, token_hash=token_hash, made_at=now, expires_at=now + limits.SIGN_IN_LINK_LIFE
    )
    session.add(row)
    session.flush()
    return row


def is_sign_in_link_live(session: Session, token: str, *, now: datetime) -> bool:
    return _live_link(session, token, now=now) is not None


def _live_link(session: Session, token: str, *, now: datetime) -> SignInLinkRow | None:
    query = select(SignInLinkRow).where(SignInLinkRow.token_hash == hash_token(token)).with_for_update()
    link = session.scalars(query).one_or_none()
    return link if link and link.used_at is None and is_live(link.made_at, link.expires_at, now=now) else None


def needs_address(session: Session, token: str, browser: str, *, now: datetime) -> bool:
    """Whether this browser has to type the address: it is another than the one that asked for this live link."""
    link = _live_link(session, token, now=now)
    return link is not None and not _is_known(link, browser)


def _is_known(link: SignInLinkRow, browser: str) -> bool:
    # No scanner reads a terminal: what the command line printed belongs to no browser.
    return link.browser_hash is None or hmac.compare_digest(link.browser_hash, hash_token(browser))


def use_sign_in_link(session: Session, token: str, *, browser: str = "", typed: str = "", device: str = "", now: datetime) -> str:
    """Consumes the link and begins a stay at the desk: its session token. `device` is by what its owner knows it again.

    Raises NotFound for a dead link; InvalidInput, and the link lives on, where another browser than the one that asked
    does not type the address to which it was mailed.
    """
    link = _live_link(session, token, now=now)
    if link is None:
        raise NotFound("This sign-in link has been used, has expired or never existed. Ask for a new one.")
    if not _is_known(link, browser) and not _is_address_of(link.staff, typed):
        raise InvalidInput("This link was not mailed to that address. Look into the mail for the one it was sent to.", field="email")
    link.used_at = now
    return begin_stay(session, now=now, staff_id=link.staff_id, device=device)


def _is_address_of(staff: StaffRow, typed: str) -> bool:
    # As hashes, for a comparison of two lengths takes two times.
    return hmac.compare_digest(hash_token(folded_address(typed)), hash_token(folded_address(staff.email)))


def begin_stay(
    session: Session, *, now: datetime, staff_id: int | None = None, representative_id: int | None = None, device: str = ""
) -> str:
    """A new session for one person, its token known to the browser alone."""
    token = secrets.token_urlsafe(32)
    row = WebSessionRow(
        token_hash=hash_token(token),
        reference=new_reference(),
        staff_id=staff_id,
        representative_id=representative_id,
        began_at=now,
        seen_at=now,
        device=device or None,
    )
    session.add(row)
    session.flush()
    return token


@dataclass(frozen=True)
class Desk:
    """Who sits at the desk, as every page there needs to know."""

    actor: Actor
    email: str
    is_administrator: bool
    seen_at: datetime


def find_desk(session: Session, token: str, *, now: datetime) -> Desk | None:
    """Who sits at the desk with this session; None when it has ended."""
    row = look(session, _STAY, {"token_hash": hash_token(token)}).one_or_none()
    if row is None:
        return None
    began_at, seen_at, reference, email, is_administrator = row
    if not AT_THE_DESK.is_live(began_at, seen_at, now=now):
        return None
    return Desk(Actor(ActorKind.STAFF, reference), email, is_administrator, seen_at)


def needs_touch(session: Session, token: str, *, now: datetime) -> bool:
    """Whether the session should be marked as in use: once a minute is enough, and spares a write on every page."""
    seen = look(session, _SEEN, {"token_hash": hash_token(token)}).scalar()
    return seen is not None and now - seen >= limits.TOUCH_EVERY


def touch(session: Session, token: str, *, now: datetime) -> None:
    """Marks the session as in use, if it is still there: one that was ended meanwhile stays dead."""
    mine = update(WebSessionRow).where(WebSessionRow.token_hash == hash_token(token), WebSessionRow.seen_at < now)
    session.execute(mine.values(seen_at=now))


def end_stay(session: Session, token: str) -> None:
    """Ends the session at once, in every tab."""
    session.execute(delete(WebSessionRow).where(WebSessionRow.token_hash == hash_token(token)))
