"""An answer that came by phone, paper or e-mail: recorded as such, with its proof, and never as if the society had made it (R12)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind, AuthorityCheck, Source
from webapp.domain.authority import settled_by_record
from webapp.domain.deadline import latest_today
from webapp.domain.errors import InvalidInput, NotAllowed, NotFound, WrongState
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission, Role, permissions_of
from webapp.domain.proof_file import ProofFile
from webapp.domain.tokens import Keyring
from webapp.persistence.record import Link, append_event
from webapp.persistence.tables import AnswerRow, GrantRow, InvitationRow, LetterRow, RecordedAnswerRow, StaffRow
from webapp.services.access import load_letter
from webapp.services.answer_store import logo_fact
from webapp.services.answers import (
    Intent,
    content_of,
    refuse_late,
    refuse_printed,
    refuse_slow,
    refuse_stale,
    refuse_stored_nonce,
    refuse_unasked_replacement,
    standing_answer,
    was_sent_before,
)
from webapp.services.coordinators import tell_coordinators
from webapp.services.held_open import is_still_settled
from webapp.services.layouts import prints_annex
from webapp.services.logo_consent import LogoAsked, judged_consent, logo_asked
from webapp.services.place import HeldLetter
from webapp.services.proof_files import Giver, find_answer, keep_proof
from webapp.services.references import new_reference
from webapp.services.roster import printable_name
from webapp.services.witnesses import SocietyOf, make_witnesses, tell_society

_ROLES = [role for role in Role if Permission.VOUCH in permissions_of(role)]


@dataclass(frozen=True)
class Received:
    """How the answer came: from whom, when, by which way, and what there is to say about it."""

    source: str
    received_from: str
    came_on: date
    how: str = ""


@dataclass(frozen=True)
class ToRecord:
    """One society of a letter whose answer is to be recorded, and whom that would wait for."""

    invitation: str
    society: str
    title: str
    digest: str
    statement: str
    standing: str
    """The reference of the answer that stands, or empty."""
    standing_words: str
    is_its_own: bool
    """The society has given the answer that stands itself, in its reading room."""
    needs_second: bool
    society_reference: str
    logo: LogoAsked
    prints_annex: bool
    """Who decided and when is printed, in the letter’s annex."""


def answer_to_record(session: Session, actor: Actor, reference: str, invitation: str) -> ToRecord:
    """For the page. Raises NotFound where there is no such society, WrongState where nothing can be recorded now."""
    letter = load_letter(session, actor, reference, Permission.VOUCH)
    place, revision = _invitation(session, letter, invitation), letter.revision_in_force
    if revision is None:
        raise WrongState("An answer can be recorded once sign-on has been opened.")
    standing = standing_answer(session, place.id)
    return ToRecord(
        invitation=place.reference,
        society=place.society.printed_name,
        title=revision.title,
        digest=revision.digest,
        statement=revision.statement,
        standing=standing.reference if standing else "",
        standing_words=f"{standing.officer or standing.given_by}" if standing else "",
        is_its_own=_is_its_own(standing),
        needs_second=needs_second(session, letter.id),
        society_reference=place.society.reference,
        logo=logo_asked(session, letter, place.society.reference),
        prints_annex=prints_annex(session, letter),
    )


def _is_its_own(standing: AnswerRow | None) -> bool:
    return standing is not None and standing.source == Source.ROOM


@dataclass(frozen=True)
class Record:
    """What a coordinator writes down: the answer as the society gave it, how it came, and the proof."""

    intent: Intent
    received: Received
    proof: ProofFile


@dataclass(frozen=True)
class _Judged:
    """A record that can be stored, with all that it was judged by."""

    letter: LetterRow
    place: InvitationRow
    record: Record
    content: dict[str, Any]
    standing: AnswerRow | None
    waits: bool
    """For a second coordinator."""
    received_at: datetime

    @property
    def authority(self) -> AuthorityCheck:
        """Whoever answers anew while an answer is disputed does not settle the dispute by it."""
        if self.standing is not None and self.standing.is_disputed:
            return AuthorityCheck.OPEN
        return settled_by_record(self.letter.authority_rule)


def record_answer(
    session: Session, actor: Actor, where: tuple[str, str], record: Record, keyring: Keyring, *, received_at: datetime, now: datetime
) -> str:
    """Stores what came, with its proof and its event, and tells the society at once; the same form twice is one answer.

    `where` names letter and invitation. R9: the instant is that of recording. Where the letter has two coordinators it counts once
    the other has confirmed it. Raises TooLate, StaleText, AnswerStands or InvalidInput, and WrongState where the society has answered
    itself, for that it alone replaces (R12); and then stores nothing.
    """
    letter = load_letter(session, actor, where[0], Permission.VOUCH, for_update=True)
    place, intent = _invitation(session, letter, where[1]), record.intent
    if done := was_sent_before(session, place.id, intent.nonce):
        return done
    refuse_stored_nonce(session, intent.nonce)
    refuse_slow(received_at, now=now)
    held = _held(letter)
    refuse_late(session, held, intent.act, received_at, now=now)
    refuse_stale(held, intent.digest)
    standing = standing_answer(session, place.id)
    refuse_printed(session, held, intent.act, standing)
    if _is_its_own(standing):
        raise WrongState("The society has answered itself, in its reading room. Only it can replace or withdraw that answer.")
    refuse_unasked_replacement(standing, intent.replaces, held)
    clean = replace(record, received=_clean(record.received, now=now))
    staff = session.scalars(select(StaffRow).where(StaffRow.reference == actor.reference)).one()
    waits = needs_second(session, letter.id)
    content = judged_consent(session, place.society.reference, content_of(intent, now=now))
    judged = _Judged(letter, place, clean, content, standing, waits, received_at)
    answer = _store(session, actor, judged, staff.id, now=now)
    keep_proof(session, letter, answer, Giver(actor, staff_id=staff.id), clean.proof, now=now)
    society = society_of(letter, answer)
    make_witnesses(session, society, answer.id, keyring, now=now)
    tell_society(session, society, "answer_recorded", answer.reference, {"answer": answer.id}, now=now)
    if waits:
        tell_coordinators(session, letter.id, "record_waits", answer.reference, {"answer": answer.id}, now=now, besides=actor)
    return answer.reference


def _store(session: Session, actor: Actor, judged: _Judged, staff_id: int, *, now: datetime) -> AnswerRow:
    reference, received = new_reference(), judged.record.received
    event = _tell(session, actor, judged, reference, now=now)
    if judged.standing is not None:
        # First, for only one answer of a society may stand at any moment (R1).
        judged.standing.is_standing = False
        session.flush()
    answer = _answer_row(judged, reference, event)
    session.add(answer)
    session.flush()
    said = {"received_from": received.received_from, "came_on": received.came_on, "how": received.how}
    session.add(RecordedAnswerRow(answer_id=answer.id, staff_id=staff_id, needs_second=judged.waits, **said))
    session.flush()
    return answer


def _tell(session: Session, actor: Actor, judged: _Judged, reference: str, *, now: datetime) -> Link:
    content, intent, received = judged.content, judged.record.intent, judged.record.received
    printed = content.get("consent_to_print", False)
    public = {
        "society": judged.place.society.reference,
        "answer": reference,
        "answer_kind": intent.act,
        "digest": intent.digest,
        "authority": judged.authority,
        "received_at": judged.received_at.isoformat(),
        "printed_name": content.get("printed_name", ""),
        "officer": content.get("officer", "") if printed else "",
        "office": content.get("office", "") if printed else "",
        "replaces": judged.standing.reference if judged.standing else None,
        **logo_fact(content),
        "source": received.source,
        "needs_second": judged.waits,
    }
    private = {**content, "received_from": received.received_from, "came_on": received.came_on.isoformat(), "how": received.how}
    return append_event(session, judged.letter, actor, "answer.given", public, now=now, private=private)


def _answer_row(judged: _Judged, reference: str, event: Link) -> AnswerRow:
    content, intent = judged.content, judged.record.intent
    return AnswerRow(
        reference=reference,
        letter_id=judged.letter.id,
        invitation_id=judged.place.id,
        replaces_id=judged.standing.id if judged.standing else None,
        nonce=intent.nonce,
        kind=intent.act,
        is_standing=True,
        received_at=judged.received_at,
        digest=intent.digest,
        printed_name=content.get("printed_name") or judged.place.society.printed_name,
        officer=content.get("officer", ""),
        office=content.get("office", ""),
        consent_to_print=content.get("consent_to_print", False),
        consent_to_logo=content.get("consent_to_logo", False),
        decided_by=content.get("decided_by", ""),
        decided_on=date.fromisoformat(content["decided_on"]) if intent.act == AnswerKind.SIGN else None,
        competing_interests=content.get("competing_interests", ""),
        mandate=content.get("mandate", ""),
        # Nobody of the society has made a sentence their own.
        authority_sentence="",
        authority=judged.authority,
        source=judged.record.received.source,
        is_confirmed=not judged.waits,
        ground=content.get("ground", ""),
        reason=content.get("reason", ""),
        link=content.get("link", ""),
        record_sequence=event.sequence,
        record_hash=event.hash,
    )


def confirm_record(session: Session, actor: Actor, reference: str, answer: str, *, now: datetime) -> None:
    """The second coordinator confirms what the first has recorded. NotAllowed for the recorder."""
    letter = load_letter(session, actor, reference, Permission.VOUCH, for_update=True)
    row = find_answer(session, letter, answer)
    if row.recorded is None or row.is_confirmed:
        raise WrongState("This answer does not wait to be confirmed.")
    if not row.is_standing or not is_still_settled(session, letter, row):
        raise WrongState("This answer no longer stands, or its list is closed for good: there is nothing to confirm.")
    staff = session.scalars(select(StaffRow).where(StaffRow.reference == actor.reference)).one()
    if staff.id == row.recorded.staff_id:
        raise NotAllowed("You have recorded this answer yourself. Another coordinator of the letter must look at the proof and confirm it.")
    public = {"society": row.invitation.society.reference, "answer": row.reference}
    event = append_event(session, letter, actor, "answer.confirmed", public, now=now)
    row.is_confirmed, row.recorded.confirmed_by_id, row.recorded.confirmed_at = True, staff.id, event.at


def needs_second(session: Session, letter_id: int) -> bool:
    """Whether more than one may vouch on this letter, so that no record counts by the word of one alone."""
    query = select(func.count()).select_from(GrantRow).join(StaffRow, StaffRow.id == GrantRow.staff_id)
    here = query.where(GrantRow.letter_id == letter_id, GrantRow.role.in_(_ROLES), StaffRow.closed_at.is_(None))
    return (session.scalar(here) or 0) > 1


def society_of(letter: LetterRow, answer: AnswerRow) -> SocietyOf:
    return SocietyOf(letter.id, answer.invitation_id, answer.invitation.society.official_address)


def _invitation(session: Session, letter: LetterRow, reference: str) -> InvitationRow:
    query = select(InvitationRow).where(InvitationRow.letter_id == letter.id, InvitationRow.reference == reference)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    return row


def _held(letter: LetterRow) -> HeldLetter:
    return HeldLetter(
        id=letter.id,
        reference=letter.reference,
        title=letter.title,
        state=letter.state,
        deadline=letter.deadline,
        closed_at=letter.closed_at,
        deadline_zone=letter.deadline_zone,
        authority_rule=letter.authority_rule,
        digest=letter.revision_in_force.digest if letter.revision_in_force else None,
    )


def _clean(received: Received, *, now: datetime) -> Received:
    if received.source not in set(Source) - {Source.ROOM}:
        raise InvalidInput("Say how the answer came.", field="source")
    if received.came_on > latest_today(now):
        raise InvalidInput("That day lies in the future. On which day did the answer come?", field="came_on")
    name = printable_name(received.received_from, longest=limits.PERSON_NAME, field="received_from")
    return Received(received.source, name, received.came_on, bounded_text(received.how, limits.NOTE, field="how", what="The note"))
