"""The reading room: what one representative sees, and the acts that need no code."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.address import mask_address
from webapp.domain.answer import AnswerKind, AuthorityCheck, answer_sentence
from webapp.domain.answer_words import ANSWER_WORDS, AnswerWords, said_facts
from webapp.domain.deadline import ShownInstant, earliest_today, show_date, show_instant, time_left
from webapp.domain.document import TargetLine
from webapp.domain.errors import InvalidInput, NotFound, TooLate
from webapp.domain.handing_over import LEAVING
from webapp.domain.letter import ASKS, LetterState
from webapp.domain.new_text import SAID_OF_TEXT
from webapp.domain.rate import LINKS_FOR_NETWORK, LINKS_OF_LETTER, LINKS_TO_ADDRESS
from webapp.domain.stage import Stage, doubt_about, stage_of
from webapp.domain.tokens import Keyring, hash_token
from webapp.domain.wording import noun_for, signed_sentence
from webapp.persistence import outbox
from webapp.persistence.record import append_event
from webapp.persistence.tables import AnswerRow, InvitationRow, LetterRow, RepresentativeRow
from webapp.rendering.text import statement_html
from webapp.services.access import hold_place, lock_letter
from webapp.services.answers import pending_answer
from webapp.services.authority_list import recorded_words
from webapp.services.documents import country_name, facts_of, has_objected, is_waiting, signed_count
from webapp.services.doors import begin_stay, folded_address
from webapp.services.held_open import answering_times
from webapp.services.joined_since import since_the_seal
from webapp.services.layouts import prints_annex
from webapp.services.limits import count, may_mail
from webapp.services.logo_consent import LogoAsked, has_agreed, logo_asked
from webapp.services.place import Invitation, Place

_LATEST = (
    select(AnswerRow)
    .where(AnswerRow.invitation_id == bindparam("invitation"))
    .order_by(AnswerRow.is_standing.desc(), AnswerRow.id.desc())
    .limit(1)
    .options(joinedload(AnswerRow.representative))
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class AnswerView:
    """An answer as its own society sees it."""

    reference: str
    kind: str
    is_standing: bool
    printed_name: str
    officer: str
    office: str
    consent_to_print: bool
    consent_to_logo: bool
    """The letter may show the logo that is there now."""
    decided_by: str
    decided_on: date | None
    competing_interests: str
    mandate: str
    ground: str
    reason: str
    link: str
    recorded: str
    """How it came, where a coordinator has recorded it (R12)."""
    doubt: Stage | None
    """Why it is not taken as it is."""
    given_by: str
    given_at: ShownInstant
    digest: str
    record_sequence: int
    record_hash: str
    receipt_address: str
    withdrawn_at: ShownInstant | None

    @property
    def words(self) -> AnswerWords:
        return ANSWER_WORDS[self.kind]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What it says beside its kind, unless it is a signature."""
        return said_facts(self.kind, asdict(self))


@dataclass(frozen=True)
class PendingView:
    """What waits for the code: for the review page, and for filling the form again."""

    act: str
    nonce: str
    content: dict[str, Any]
    decided_on: str
    sentence: str
    masked_address: str
    replaces_given: str | None

    @property
    def words(self) -> AnswerWords | None:
        return ANSWER_WORDS.get(self.act)

    @property
    def facts(self) -> list[tuple[str, str]]:
        return said_facts(self.act, self.content)


@dataclass(frozen=True)
class RoomView:
    """Everything that the pages of the reading room show."""

    invitation: str
    society: str
    country: str | None
    """As it is printed under the society’s name, in the language of the letter."""
    representative: str
    title: str
    language: str
    lead_society: str
    contact_email: str
    collective_noun: str
    journal: str
    ask: str
    targets: tuple[TargetLine, ...]
    statement: str
    digest: str
    deadline: ShownInstant
    closes_at: ShownInstant
    time_left: str
    is_open: bool
    may_withdraw: bool
    """There is an answer that stands, and no letter is closed to its withdrawal."""
    is_sealed: bool
    is_held_open: bool
    """Sealed, and open for more signatures: deadline and time left are those of the addendum."""
    is_printed: bool
    """The society’s own signature stands in the sealed list or in an addendum."""
    is_cancelled: bool
    is_confidential: bool
    """Not sealed: what is printed of it says whose copy it is, and of which day."""
    today: str
    signed_sentence: str
    since_the_seal: str
    board_meets_on: str | None
    stage: Stage
    is_to_be_affirmed: bool
    """The society’s signature waits: the text has changed since, or it has objected to a change (R4)."""
    has_objected: bool
    """The reason why it waits is its own objection."""
    answer: AnswerView | None
    logo: LogoAsked
    prints_annex: bool
    """Who decided and when is printed, in the letter’s annex."""
    may_attach: bool
    """A minute of the board would settle who speaks."""
    pending: PendingView | None
    is_demonstration: bool

    @property
    def collective_noun_singular(self) -> str:
        return noun_for(1, self.collective_noun)


def is_link_live(session: Session, token: str) -> bool:
    """Whether a personal link opens a letter. Reads only: mail scanners open every link (R6)."""
    return _representative(session, token) is not None


@dataclass(frozen=True)
class DoorView:
    """What the page before the button says: enough to recognise the letter, nothing that is confidential."""

    society: str
    title: str
    lead_society: str
    is_demonstration: bool
    is_circulating: bool
    """Comments are asked for, and no signature yet."""


def show_door(session: Session, token: str) -> DoorView:
    """Raises NotFound for every dead, wrong or unknown link alike (R14)."""
    representative = _representative(session, token)
    if representative is None:
        raise NotFound
    letter = session.get_one(LetterRow, representative.invitation.letter_id)
    return DoorView(
        society=representative.invitation.society.printed_name,
        title=letter.title,
        lead_society=letter.lead_society,
        is_demonstration=letter.is_demonstration,
        is_circulating=letter.state == LetterState.CIRCULATING,
    )


def _representative(session: Session, token: str) -> RepresentativeRow | None:
    query = select(RepresentativeRow).where(RepresentativeRow.link_hash == hash_token(token), RepresentativeRow.revoked_at.is_(None))
    row = session.scalars(query).one_or_none()
    return row if row and row.invitation.invited_at is not None else None


def enter_room(session: Session, token: str, *, now: datetime) -> tuple[str, str]:
    """The press of “Open the letter”: a session token and the reference of the place. Raises NotFound as `show_door`."""
    representative = _representative(session, token)
    if representative is None:
        raise NotFound
    invitation = representative.invitation
    letter = lock_letter(session, invitation.letter_id)
    # While this waited, the link may have been replaced, or a colleague may have been the first to open the letter.
    session.refresh(invitation)
    if _representative(session, token) is None:
        raise NotFound
    stay = begin_stay(session, now=now, representative_id=representative.id)
    if invitation.opened_at is None:
        actor = Actor(ActorKind.REPRESENTATIVE, representative.reference)
        event = append_event(session, letter, actor, "invitation.opened", {"society": invitation.society.reference}, now=now)
        invitation.opened_at = event.at
    return stay, invitation.reference


def show_room(session: Session, place: Place, *, now: datetime) -> RoomView:
    letter = session.get_one(LetterRow, place.letter_id)
    revision = letter.revision_in_force
    if revision is None:
        raise NotFound
    invitation = place.invitation
    shown = latest_answer(session, invitation.id)
    waits = shown is not None and is_waiting(session, shown)
    times = answering_times(session, letter, shown, now=now)
    return RoomView(
        invitation=invitation.reference,
        society=invitation.society.printed_name,
        country=country_name(invitation.society.country, letter.language),
        representative=place.representative.name,
        title=revision.title,
        language=letter.language,
        lead_society=letter.lead_society,
        contact_email=letter.contact_email,
        collective_noun=letter.collective_noun,
        journal=letter.journal,
        ask=ASKS[revision.ask],
        targets=tuple(TargetLine(row.role, row.citation, row.doi or None, row.published_on) for row in letter.targets),
        statement=statement_html(revision.statement, revision.references, language=letter.language, style=revision.style),
        digest=revision.digest,
        deadline=show_instant(times.deadline, letter.deadline_zone),
        closes_at=show_instant(times.closes_at, letter.deadline_zone),
        time_left=time_left(times.deadline, now=now),
        is_open=times.is_open,
        may_withdraw=shown is not None and shown.is_standing and _may_withdraw(shown, letter),
        is_sealed=letter.sealed_at is not None,
        is_held_open=times.is_held_open,
        is_printed=times.is_printed,
        is_cancelled=letter.state == LetterState.CANCELLED,
        is_confidential=letter.state in {LetterState.SIGNING, LetterState.CLOSED, LetterState.CANCELLED},
        today=show_date(now.astimezone(ZoneInfo(letter.deadline_zone)).date()),
        signed_sentence=signed_sentence(signed_count(session, letter), letter.collective_noun),
        since_the_seal=since_the_seal(session, letter),
        board_meets_on=show_date(invitation.board_meets_on) if invitation.board_meets_on else None,
        stage=invitation_stage(invitation, shown, is_to_be_affirmed=waits),
        is_to_be_affirmed=waits,
        has_objected=waits and shown is not None and has_objected(session, shown),
        answer=_answer_view(session, shown, letter) if shown else None,
        logo=logo_asked(session, letter, invitation.society.reference),
        prints_annex=prints_annex(session, letter),
        may_attach=shown is not None and _may_attach(shown, letter),
        pending=_pending_view(session, place, letter),
        is_demonstration=letter.is_demonstration,
    )


def _may_withdraw(answer: AnswerRow, letter: LetterRow) -> bool:
    """Once sign-on has closed, only a signature is worth taking back."""
    return letter.state != LetterState.CANCELLED and (letter.state == LetterState.SIGNING or answer.kind == AnswerKind.SIGN)


def _may_attach(answer: AnswerRow, letter: LetterRow) -> bool:
    is_open = answer.is_standing and answer.kind == AnswerKind.SIGN and answer.authority == AuthorityCheck.OPEN
    return is_open and AuthorityCheck.MINUTE in letter.authority_rule and letter.state in {LetterState.SIGNING, LetterState.CLOSED}


def latest_answer(session: Session, invitation_id: int) -> AnswerRow | None:
    """The standing answer, else the newest one, which its society took back."""
    return session.scalars(_LATEST, {"invitation": invitation_id}).first()


def invitation_stage(invitation: Invitation | InvitationRow, newest: AnswerRow | None, *, is_to_be_affirmed: bool = False) -> Stage:
    return stage_of(
        was_invited=invitation.invited_at is not None,
        was_opened=invitation.opened_at is not None,
        board_meets_on=invitation.board_meets_on,
        standing_kind=newest.kind if newest and newest.is_standing else None,
        has_withdrawn=newest is not None and newest.withdrawn_at is not None,
        said_not_us=invitation.not_us_at is not None,
        is_to_be_affirmed=is_to_be_affirmed,
        doubt=doubt_about(facts_of(newest, has_objected=False)) if newest else None,
    )


def _answer_view(session: Session, answer: AnswerRow, letter: LetterRow) -> AnswerView:
    return AnswerView(
        reference=answer.reference,
        kind=answer.kind,
        is_standing=answer.is_standing,
        printed_name=answer.printed_name,
        officer=answer.officer,
        office=answer.office,
        consent_to_print=answer.consent_to_print,
        consent_to_logo=has_agreed(session, answer),
        decided_by=answer.decided_by,
        decided_on=answer.decided_on,
        competing_interests=answer.competing_interests,
        mandate=answer.mandate,
        ground=answer.ground,
        reason=answer.reason,
        link=answer.link,
        recorded=recorded_words(answer),
        doubt=doubt_about(facts_of(answer, has_objected=False)),
        given_by=answer.given_by,
        given_at=show_instant(answer.received_at, letter.deadline_zone),
        digest=answer.digest,
        record_sequence=answer.record_sequence,
        record_hash=answer.record_hash,
        receipt_address=mask_address(answer.representative.email) if answer.representative else "",
        withdrawn_at=show_instant(answer.withdrawn_at, letter.deadline_zone) if answer.withdrawn_at else None,
    )


def _pending_view(session: Session, place: Place, letter: LetterRow) -> PendingView | None:
    row = pending_answer(session, place)
    if row is None or row.act in LEAVING | SAID_OF_TEXT:
        return None
    replaced = session.get(AnswerRow, row.replaces_id) if row.replaces_id else None
    given = str(show_instant(replaced.received_at, letter.deadline_zone)) if replaced else None
    decided = row.content.get("decided_on")
    return PendingView(
        act=row.act,
        nonce=row.nonce,
        content=row.content,
        decided_on=show_date(date.fromisoformat(decided)) if decided else "",
        sentence=answer_sentence(row.act, row.content.get("printed_name") or place.invitation.society.printed_name, letter.title),
        masked_address=mask_address(place.representative.email),
        replaces_given=given,
    )


def set_board_date(session: Session, place: Place, day: date, *, now: datetime) -> bool:
    """The society says when its board meets: the coordinator sees it, and nothing is answered yet.

    Returns whether that leaves time to answer before sign-on closes.
    """
    place, letter = hold_place(session, place)
    if letter.state not in {LetterState.CIRCULATING, LetterState.SIGNING} or _has_passed(letter.deadline, now=now):
        raise TooLate("Sign-on has closed, so a date for your board can no longer be kept.")
    if day < earliest_today(now):
        raise InvalidInput("That day has passed. When does your board meet?", field="board_meets_on")
    if day > (letter.deadline or now).date() + limits.LONGEST_BOARD_WAIT:
        raise InvalidInput("That day lies more than a year after the deadline. Please check the year.", field="board_meets_on")
    session.get_one(InvitationRow, place.invitation.id).board_meets_on = day
    public = {"society": place.invitation.society.reference, "board_meets_on": day.isoformat()}
    append_event(session, letter, place.actor, "board.announced", public, now=now)
    return letter.deadline is None or day <= letter.deadline.astimezone(ZoneInfo(letter.deadline_zone)).date()


def _has_passed(deadline: datetime | None, *, now: datetime) -> bool:
    return deadline is not None and now >= deadline


def request_link(session: Session, typed: str, network: str, keyring: Keyring, *, now: datetime) -> None:
    """Mails the live links of this registered address once more; the page says the same whatever happens (R14)."""
    if not may_mail(session, LINKS_FOR_NETWORK, network, LINKS_TO_ADDRESS, folded_address(typed), keyring, now=now):
        return
    query = select(RepresentativeRow).join(InvitationRow).join(LetterRow, LetterRow.id == InvitationRow.letter_id)
    mine = query.where(
        func.lower(RepresentativeRow.email) == folded_address(typed),
        RepresentativeRow.revoked_at.is_(None),
        InvitationRow.invited_at.is_not(None),
        LetterRow.state != LetterState.CANCELLED,
    )
    known = session.scalars(mine.order_by(LetterRow.id)).all()
    if not known:
        with outbox.pretending(session, "new_link", now=now):
            count(session, LINKS_OF_LETTER, "nobody’s", keyring, now=now)
    for representative in known:
        letter_id = representative.invitation.letter_id
        if not count(session, LINKS_OF_LETTER, str(letter_id), keyring, now=now):
            continue
        reason = f"new_link:{representative.reference}:{now.isoformat(timespec='seconds')}"
        outbox.put(session, "new_link", reason, representative.email, now=now, letter_id=letter_id, representative=representative.id)
