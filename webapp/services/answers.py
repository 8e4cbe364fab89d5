"""Answers: prepared, confirmed with the code, stored once with event and receipt (R1, R2, R7, R8, R9)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, union_all
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.answer import AnswerKind, Ground, Mandate, SignOn, is_in_time
from webapp.domain.answer_words import ANSWER_WORDS
from webapp.domain.deadline import latest_today, show_instant
from webapp.domain.errors import AnswerStands, Conflict, InvalidInput, StaleText, TookTooLong, TooLate, WrongState
from webapp.domain.handing_over import LEAVING
from webapp.domain.letter import AFTER_THE_SEAL, LetterState
from webapp.domain.lifetime import has_gone_back
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.new_text import SAID_OF_TEXT
from webapp.domain.tokens import Keyring
from webapp.domain.web_address import clean_link
from webapp.persistence.plain import look, run, table
from webapp.persistence.record import record_time
from webapp.persistence.tables import AnswerRow, NewTextAnswerRow, ObjectionRow, PendingAnswerRow
from webapp.services.access import hold_place
from webapp.services.answer_store import WITHDRAW, Act, Pending, forget_pending, store_answer
from webapp.services.codes import send_code, use_code
from webapp.services.held_open import refuse_late_to_join, refuse_listed
from webapp.services.logo_consent import judged_consent, refuse_other_logo
from webapp.services.objections import OBJECT, judge_objection, objected_before, store_objection
from webapp.services.place import HeldLetter, Place
from webapp.services.roster import printable_name, refuse_unprintable

# Built once: a statement takes longer to build than to run.
_STANDING = select(AnswerRow.id).where(AnswerRow.invitation_id == bindparam("invitation"), AnswerRow.is_standing.is_(True))
_PENDING = select(
    PendingAnswerRow.id,
    PendingAnswerRow.nonce,
    PendingAnswerRow.act,
    PendingAnswerRow.digest,
    PendingAnswerRow.content,
    PendingAnswerRow.replaces_id,
).where(PendingAnswerRow.web_session_id == bindparam("stay"))
_INSERT_PENDING = insert(table(PendingAnswerRow))
_DONE_BEFORE = select(AnswerRow.reference).where(
    AnswerRow.invitation_id == bindparam("invitation"),
    or_(AnswerRow.nonce == bindparam("nonce"), AnswerRow.withdrawal_nonce == bindparam("nonce")),
)
_USED_NONCE = union_all(
    select(AnswerRow.id).where(or_(AnswerRow.nonce == bindparam("nonce"), AnswerRow.withdrawal_nonce == bindparam("nonce"))),
    select(ObjectionRow.id).where(ObjectionRow.nonce == bindparam("nonce")),
    select(NewTextAnswerRow.id).where(NewTextAnswerRow.nonce == bindparam("nonce")),
)
_PENDING_NONCE = select(PendingAnswerRow.id).where(
    PendingAnswerRow.nonce == bindparam("nonce"), PendingAnswerRow.web_session_id != bindparam("stay")
)


# What has a page of its own on which it is confirmed.
_CONFIRMED_ELSEWHERE = LEAVING | SAID_OF_TEXT
_SENT_BEFORE = "This page has been sent before, so nothing was stored. Look through the form once more, and send it again."
_MAY_WITHDRAW = frozenset(LetterState) - {LetterState.DRAFTING, LetterState.CIRCULATING, LetterState.CANCELLED}
_NEEDS_WORDS = {
    OBJECT: "Say what your society does not take for editorial: the coordinators read it.",
    AnswerKind.SIGN_IF: "Say on what condition your society would sign: the coordinators read it and answer.",
}


@dataclass(frozen=True)
class Intent:
    """What a representative asks for: an act on the text with this digest, perhaps replacing the answer that stands."""

    act: str
    nonce: str
    digest: str
    replaces: str | None = None
    sign_on: SignOn | None = None
    reason: str = ""
    """In the society’s own words; for *sign if* the condition."""
    ground: str = ""
    link: str = ""


@dataclass(frozen=True)
class Recorded:
    """The answer is stored; sending the same form again gives the same reference."""

    answer: str


@dataclass(frozen=True)
class WrongCode:
    """The code did not fit; with no tries left a new one must be asked for."""

    tries_left: int


def standing_answer(session: Session, invitation_id: int) -> AnswerRow | None:
    """The answer that stands for the society, read anew."""
    # Most have none yet, and then nothing is loaded.
    known: int | None = look(session, _STANDING, {"invitation": invitation_id}).scalar_one_or_none()
    return session.get_one(AnswerRow, known, populate_existing=True) if known is not None else None


def pending_answer(session: Session, place: Place) -> Pending | None:
    """What waits in this stay for its code."""
    row = look(session, _PENDING, {"stay": place.stay.id}).one_or_none()
    return Pending(*row) if row else None


def prepare_answer(session: Session, place: Place, intent: Intent, keyring: Keyring, *, received_at: datetime, now: datetime) -> None:
    """Keeps what was typed and mails the code that confirms it. Nothing of it counts yet; the same form twice is one code.

    Raises StaleText, AnswerStands, TooLate or InvalidInput, and then keeps nothing.
    """
    place, letter = hold_place(session, place)
    refuse_late(session, letter, intent.act, received_at, now=now)
    refuse_stale(letter, intent.digest)
    standing = standing_answer(session, place.invitation.id)
    refuse_printed(session, letter, intent.act, standing)
    refuse_unasked_replacement(standing, intent.replaces, letter)
    refuse_used_nonce(session, place, intent.nonce)
    if intent.act == WITHDRAW and standing is None:
        raise WrongState("There is no answer of your society to withdraw.")
    if intent.act == OBJECT:
        judge_objection(session, letter, standing, received_at)
    content = judged_consent(session, place.invitation.society.reference, content_of(intent, now=now))
    pending = pending_answer(session, place)
    if pending is not None and (pending.nonce, pending.act, pending.content) == (intent.nonce, intent.act, content):
        return
    if pending is not None:
        forget_pending(session, pending)
    kept = Pending(0, intent.nonce, intent.act, intent.digest, content, standing.id if standing else None)
    keep_pending(session, place, kept, now=now)
    send_code(session, place, intent.nonce, keyring, now=now)


def keep_pending(session: Session, place: Place, pending: Pending, *, now: datetime) -> None:
    """Keeps what was typed in this stay until its code comes."""
    row = {
        "web_session_id": place.stay.id,
        "nonce": pending.nonce,
        "act": pending.act,
        "digest": pending.digest,
        "content": pending.content,
        "replaces_id": pending.replaces_id,
        "saved_at": now,
    }
    run(session, _INSERT_PENDING, row)


def send_another_code(session: Session, place: Place, keyring: Keyring, *, now: datetime) -> None:
    """A new code for what is pending."""
    pending = pending_answer(session, place)
    if pending is None:
        raise WrongState("There is nothing waiting for a code. Begin again from the letter.")
    send_code(session, place, pending.nonce, keyring, now=now)


def confirm_answer(
    session: Session, place: Place, nonce: str, code: str, keyring: Keyring, *, received_at: datetime, now: datetime
) -> Recorded | WrongCode:
    """Stores the pending answer once, with its event and its receipts, if the code is right and it came in time.

    The same nonce again gives the same answer. Raises TooLate, StaleText or AnswerStands, and then stores nothing.
    """
    place, letter = hold_place(session, place)
    if done := was_sent_before(session, place.invitation.id, nonce):
        return Recorded(done)
    refuse_slow(received_at, now=now)
    pending = pending_answer(session, place)
    if pending is None or pending.nonce != nonce or pending.act in _CONFIRMED_ELSEWHERE:
        if objected := objected_before(session, place, nonce):
            return Recorded(objected)
        raise Conflict("This page is older than your last one. Open the letter again and continue there.")
    refuse_late(session, letter, pending.act, received_at, now=now)
    refuse_stale(letter, pending.digest)
    standing = standing_answer(session, place.invitation.id)
    refuse_printed(session, letter, pending.act, standing)
    refuse_unasked_replacement(standing, _reference_of(session, pending.replaces_id), letter)
    refuse_other_logo(session, place.invitation.society.reference, pending.content)
    freezing = judge_objection(session, letter, standing, received_at) if pending.act == OBJECT else None
    tries_left = use_code(session, place, nonce, code, keyring, now=now)
    if tries_left is not None:
        return WrongCode(tries_left)
    act = Act(place, letter, pending, standing, received_at, now, keyring)
    return Recorded(store_answer(session, act) if freezing is None else store_objection(session, act, freezing))


def was_sent_before(session: Session, invitation_id: int, nonce: str) -> str | None:
    """The reference of the answer of this society that the same form has made, or taken back."""
    reference: str | None = look(session, _DONE_BEFORE, {"invitation": invitation_id, "nonce": nonce}).scalar()
    return reference


def _reference_of(session: Session, answer_id: int | None) -> str | None:
    answer = session.get(AnswerRow, answer_id) if answer_id is not None else None
    return answer.reference if answer else None


def refuse_slow(received_at: datetime, *, now: datetime) -> None:
    """Sealing waits out the longest request, so none may be longer (R9)."""
    if now - received_at >= limits.LONGEST_REQUEST:
        raise TookTooLong("The answer waited for too long, so nothing was stored. Please send it once more.")


def refuse_late(session: Session, letter: HeldLetter, act: str, received_at: datetime, *, now: datetime) -> None:
    if act == WITHDRAW and letter.state in _MAY_WITHDRAW:
        # At any time: nobody is held to a signature. What was sealed stays as it is, and the withdrawal stands beside it (R11).
        return
    if letter.state in AFTER_THE_SEAL:
        refuse_late_to_join(session, letter.id, act, received_at, now=now)
        return
    if letter.state not in {LetterState.SIGNING, LetterState.CLOSED}:
        raise TooLate("Answers to this letter are no longer taken.")
    # Once closed, closed: an answer on its way comes soon after the close, never on a clock that stands well before it.
    has_closed = letter.state == LetterState.CLOSED and has_gone_back(now, since=record_time(session, letter.id, now=now))
    if letter.closes_at is None or has_closed or not is_in_time(received_at, letter.closes_at):
        closed = show_instant(letter.closes_at, letter.deadline_zone) if letter.closes_at else ""
        raise TooLate(f"Sign-on closed on {closed}. Your answer arrived after that and was not counted.")


def refuse_stale(letter: HeldLetter, digest: str) -> None:
    if digest != letter.digest:
        raise StaleText("The letter has changed since you opened this page, so nothing was stored. Read the new text, and answer again.")


def refuse_printed(session: Session, letter: HeldLetter, act: str, standing: AnswerRow | None) -> None:
    """What stands in a sealed list is taken back, and not replaced (R11)."""
    if letter.state in AFTER_THE_SEAL and act != WITHDRAW:
        refuse_listed(session, standing)


def refuse_unasked_replacement(standing: AnswerRow | None, replaces: str | None, letter: HeldLetter) -> None:
    if standing is None:
        return
    if standing.reference != replaces:
        who = standing.officer or standing.given_by
        when = show_instant(standing.received_at, letter.deadline_zone)
        did = ANSWER_WORDS[standing.kind].past
        sentence = f"{who} {did} for your society on {when}. You can replace that answer, and everyone involved will be told."
        raise AnswerStands(sentence, standing.reference)


def refuse_used_nonce(session: Session, place: Place, nonce: str) -> None:
    """The page chooses it, so it may come from anywhere: a form that was kept, or that somebody wrote by hand."""
    refuse_stored_nonce(session, nonce)
    if look(session, _PENDING_NONCE, {"nonce": nonce, "stay": place.stay.id}).first() is not None:
        raise Conflict(_SENT_BEFORE)


def refuse_stored_nonce(session: Session, nonce: str) -> None:
    """For a form that has made an answer, here or of another society."""
    if look(session, _USED_NONCE, {"nonce": nonce}).first() is not None:
        raise Conflict(_SENT_BEFORE)


def content_of(intent: Intent, *, now: datetime) -> dict[str, Any]:
    """What is stored of an answer, checked. Raises InvalidInput."""
    if intent.act == AnswerKind.SIGN:
        if intent.sign_on is None:
            raise InvalidInput("Fill in the form to sign.")
        return _sign_on_content(intent.sign_on, now=now)
    if intent.act in _NEEDS_WORDS and not intent.reason.strip():
        raise InvalidInput(_NEEDS_WORDS[intent.act], field="reason")
    content = {"reason": bounded_text(intent.reason, limits.REASON, field="reason", what="What you write")}
    if intent.act == AnswerKind.ABSTAIN:
        if intent.ground not in set(Ground):
            raise InvalidInput("Say why your society abstains.", field="how")
        content["ground"] = intent.ground
    if intent.act == AnswerKind.SEPARATE:
        content["link"] = clean_link(intent.link)
    return content


def _sign_on_content(given: SignOn, *, now: datetime) -> dict[str, Any]:
    if given.decided_on > latest_today(now):
        raise InvalidInput("That day lies in the future. A society signs when it has decided.", field="decided_on")
    content = asdict(given)
    content["printed_name"] = printable_name(given.printed_name)
    content["officer"] = printable_name(given.officer, longest=limits.PERSON_NAME, field="officer")
    content["office"] = printable_name(given.office, longest=limits.OFFICE, field="office")
    content["decided_by"] = bounded_line(given.decided_by, limits.DECIDED_BY, field="decided_by")
    refuse_unprintable(content["decided_by"], "write it in another way: it may be printed in an annex", field="decided_by")
    interests = bounded_text(given.competing_interests, limits.COMPETING_INTERESTS, field="competing_interests")
    content["competing_interests"] = interests
    content["decided_on"] = given.decided_on.isoformat()
    content["mandate"] = Mandate(given.mandate).value
    return content
