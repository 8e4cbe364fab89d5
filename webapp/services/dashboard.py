"""What the coordinator sees: “what needs me now?”, the roster by stage, the course, the record."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.deadline import ShownInstant, show_instant, time_left
from webapp.domain.document_kind import DocumentKind
from webapp.domain.letter import ASKS, LetterState, may_seal_from
from webapp.domain.links import Links
from webapp.domain.permission import Permission, Role, permissions_of
from webapp.domain.stage import Stage
from webapp.domain.wording import count_phrase, noun_for, signed_sentence
from webapp.persistence.tables import CirculationRow, DocumentRow, GrantRow, InvitationRow, LetterRow, StaffRow
from webapp.services.access import load_letter
from webapp.services.chart import SignOnChart
from webapp.services.comment_desk import unanswered_comments
from webapp.services.course_desk import SubmissionLine
from webapp.services.course_desk import lines_of as submission_lines
from webapp.services.documents import answers_to_affirm, frozen_digest, signed_count
from webapp.services.follow_ups import Overdue, overdue_of
from webapp.services.joined_since import since_the_seal
from webapp.services.milestones import MilestoneLine, clash_needs, lines_of, milestones_of
from webapp.services.need import Need
from webapp.services.needs import BEFORE_SIGNING, Found, needs_of, unfrozen_revision
from webapp.services.roster_facts import stages_and_boards
from webapp.services.seal import blockers
from webapp.services.sealing import Progress, progress_of
from webapp.services.sign_on import missing_for_opening
from webapp.services.sign_ons import sign_ons_of, waiting_for

COURSE = tuple(state.value for state in LetterState if state is not LetterState.CANCELLED)


@dataclass(frozen=True)
class LetterLine:
    """A letter in the list of letters."""

    reference: str
    title: str
    state: str
    lead_society: str
    signed: int
    invited: int
    signed_phrase: str
    deadline: ShownInstant | None
    time_left: str
    is_demonstration: bool


@dataclass(frozen=True)
class TextName:
    reference: str
    name: str


@dataclass(frozen=True)
class Dashboard:
    reference: str
    statement: str
    """The reference of the text that societies sign."""
    texts: tuple[TextName, ...]
    today: date
    title: str
    state: str
    course: tuple[str, ...]
    lead_society: str
    journal: str
    ask: str
    collective_noun: str
    is_demonstration: bool
    can_be_sealed_here: bool
    signed: int
    since_the_seal: str
    invited: int
    deadline: ShownInstant | None
    time_left: str
    closed_at: ShownInstant | None
    may_seal_from: ShownInstant | None
    needs: tuple[Need, ...]
    stages: tuple[tuple[Stage, int], ...]
    milestones: tuple[MilestoneLine, ...]
    chart: SignOnChart | None
    forecast: tuple[str, ...]
    """What may be expected by the deadline, and what that rests on: sentences, while societies sign."""
    missing: tuple[Need, ...]
    seal_blockers: tuple[Need, ...]
    waiting_for: int
    not_affirmed: tuple[str, ...]
    """The societies whose signature does not count until they have affirmed the text in force."""
    unfrozen: int | None
    """The number of a revision that is newer than the text in force, while societies sign."""
    unanswered: int
    """Comments that nobody has answered."""
    digest: str
    document_sha256: str
    sealing: Progress
    submissions: tuple[SubmissionLine, ...]

    @property
    def signed_words(self) -> str:
        return f"{noun_for(self.signed, self.collective_noun)} {'has' if self.signed == 1 else 'have'} signed"

    @property
    def signed_phrase(self) -> str:
        return count_phrase(self.signed, self.collective_noun)

    @property
    def signed_sentence(self) -> str:
        return signed_sentence(self.signed, self.collective_noun)

    @property
    def invited_phrase(self) -> str:
        return count_phrase(self.invited, self.collective_noun)

    @property
    def invited_words(self) -> str:
        return f"{noun_for(self.invited, self.collective_noun)} on the roster"


def list_letters(session: Session, actor: Actor, *, now: datetime) -> list[LetterLine]:
    """The letters that the actor may see, the nearest deadline first."""
    query = select(LetterRow).order_by(LetterRow.deadline.is_(None), LetterRow.deadline, LetterRow.id)
    if actor.kind == ActorKind.STAFF:
        mine = select(GrantRow.letter_id).join(StaffRow, StaffRow.id == GrantRow.staff_id).where(StaffRow.reference == actor.reference)
        query = query.where(LetterRow.id.in_(mine))
    return [_letter_line(session, letter, now=now) for letter in session.scalars(query)]


def list_overdue(session: Session, actor: Actor, *, now: datetime) -> list[Overdue]:
    """What should have been looked after at journals, on all letters whose course the actor may keep; the longest overdue first."""
    query = select(LetterRow)
    if actor.kind == ActorKind.STAFF:
        roles = [role for role in Role if Permission.KEEP_COURSE in permissions_of(role)]
        mine = select(GrantRow.letter_id).join(StaffRow, StaffRow.id == GrantRow.staff_id)
        query = query.where(LetterRow.id.in_(mine.where(StaffRow.reference == actor.reference, GrantRow.role.in_(roles))))
    return overdue_of(session, session.scalars(query).all(), now=now)


def _letter_line(session: Session, letter: LetterRow, *, now: datetime) -> LetterLine:
    signed = signed_count(session, letter)
    invited = session.scalar(select(func.count()).select_from(InvitationRow).where(InvitationRow.letter_id == letter.id)) or 0
    return LetterLine(
        reference=letter.reference,
        title=letter.title,
        state=letter.state,
        lead_society=letter.lead_society,
        signed=signed,
        invited=invited,
        signed_phrase=count_phrase(signed, letter.collective_noun),
        deadline=show_instant(letter.deadline, letter.deadline_zone) if letter.deadline else None,
        time_left=time_left(letter.deadline, now=now) if letter.deadline else "",
        is_demonstration=letter.is_demonstration,
    )


def show_dashboard(session: Session, actor: Actor, reference: str, links: Links, *, with_needs: bool = False, now: datetime) -> Dashboard:
    """The facts of the letter that its pages share. What is missing or to be done, and when, only `with_needs`: it sets the text."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    stages, boards = stages_and_boards(session, letter)
    sign_ons = sign_ons_of(session, letter, stages, boards, now=now)
    milestones = milestones_of(session, letter) if with_needs else []
    missing, seal_blockers = _in_the_way(session, letter, links, with_needs=with_needs, now=now)
    found = Found(stages, missing, seal_blockers, clash_needs(letter, milestones, now=now), progress_of(session, letter, now=now))
    return Dashboard(
        reference=letter.reference,
        statement=letter.statement.reference,
        texts=tuple(TextName(text.reference, text.name) for text in letter.texts),
        today=now.astimezone(ZoneInfo(letter.deadline_zone)).date(),
        title=letter.title,
        state=letter.state,
        course=_course(session, letter),
        lead_society=letter.lead_society,
        journal=letter.journal,
        ask=ASKS[letter.ask],
        collective_noun=letter.collective_noun,
        is_demonstration=letter.is_demonstration,
        can_be_sealed_here=letter.is_demonstration or not links.is_loopback,
        signed=sign_ons.signed,
        since_the_seal=since_the_seal(session, letter),
        invited=stages.total(),
        deadline=_shown(letter.deadline, letter),
        time_left=time_left(letter.deadline, now=now) if letter.deadline else "",
        closed_at=_shown(letter.closed_at, letter),
        may_seal_from=_shown(may_seal_from(letter.closed_at), letter) if letter.closed_at else None,
        needs=tuple(needs_of(session, letter, found, now=now)) if with_needs else (),
        stages=tuple((stage, stages[stage]) for stage in Stage if stages[stage]),
        milestones=tuple(lines_of(letter, milestones, now=now)),
        chart=sign_ons.chart,
        forecast=sign_ons.forecast,
        missing=missing,
        seal_blockers=seal_blockers,
        waiting_for=waiting_for(stages),
        not_affirmed=tuple(row.printed_name for row in answers_to_affirm(session, letter)) if stages[Stage.TO_AFFIRM] else (),
        unfrozen=unfrozen_revision(session, letter),
        unanswered=unanswered_comments(session, letter)[0],
        digest=frozen_digest(session, letter.id) or "",
        document_sha256=_sealed_as(session, letter),
        sealing=found.sealing,
        submissions=tuple(submission_lines(session, letter, now=now)),
    )


def _in_the_way(
    session: Session, letter: LetterRow, links: Links, *, with_needs: bool, now: datetime
) -> tuple[tuple[Need, ...], tuple[Need, ...]]:
    """What is missing before sign-on can be opened, and what keeps the letter from being sealed: each only where that is the next step."""
    missing = missing_for_opening(session, letter, now=now) if with_needs and letter.state in BEFORE_SIGNING else ()
    found = blockers(session, letter, links, now=now) if letter.state == LetterState.CLOSED else ()
    return tuple(missing), tuple(found)


def _sealed_as(session: Session, letter: LetterRow) -> str:
    """The SHA-256 of the sealed letter; empty before the seal."""
    query = select(DocumentRow.sha256).where(DocumentRow.letter_id == letter.id, DocumentRow.kind == DocumentKind.LETTER)
    return session.scalar(query) or ""


def _course(session: Session, letter: LetterRow) -> tuple[str, ...]:
    """The steps of this letter: *circulating* may be left out, and a letter that has gone past it without does not show it."""
    circulated = select(CirculationRow.id).where(CirculationRow.letter_id == letter.id).limit(1)
    if letter.state in BEFORE_SIGNING or session.scalar(circulated) is not None:
        return COURSE
    return tuple(state for state in COURSE if state != LetterState.CIRCULATING)


def _shown(instant: datetime | None, letter: LetterRow) -> ShownInstant | None:
    return show_instant(instant, letter.deadline_zone) if instant else None
