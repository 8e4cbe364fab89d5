"""What the coordinator sees: “what needs me now?”, the roster by stage, the course, the record."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.answer import MANDATES, AnswerKind
from webapp.domain.deadline import ShownInstant, show_date, show_instant, time_left
from webapp.domain.letter import ASKS, LetterState, may_seal_from
from webapp.domain.links import Links
from webapp.domain.names import comparison_key
from webapp.domain.permission import Permission
from webapp.domain.stage import Stage
from webapp.domain.wording import count_phrase, noun_for, signed_sentence
from webapp.persistence.tables import AnswerRow, DocumentRow, EventRow, GrantRow, InvitationRow, LetterRow, OutboxRow, StaffRow
from webapp.persistence.tables.message import MessageState
from webapp.services.access import load_letter
from webapp.services.chart import SignOnChart, sign_on_chart
from webapp.services.documents import signatory_lines, sort_key
from webapp.services.rooms import invitation_stage
from webapp.services.seal import blockers
from webapp.services.sign_on import invitations_of, live_representatives, missing_for_opening
from webapp.services.submissions import SubmissionView, show_submission

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
class RepresentativeLine:
    reference: str
    name: str
    email: str
    mail_state: str


@dataclass(frozen=True)
class RosterLine:
    """A society's place in the roster, as the desk lists it."""

    invitation: str
    society: str
    acronym: str
    country: str
    stage: Stage
    detail: str
    answered_at: ShownInstant | None
    printed_name: str
    officer: str
    office: str
    decided: str
    mandate: str
    competing_interests: str
    reason: str
    representatives: tuple[RepresentativeLine, ...]


@dataclass(frozen=True)
class Need:
    """Something that waits for the coordinator; `act` names the page that does it."""

    text: str
    act: str
    detail: str = ""


@dataclass(frozen=True)
class EventLine:
    number: int
    when: ShownInstant
    title: str
    who: str
    note: str


@dataclass(frozen=True)
class Milestone:
    name: str
    when: str
    left: str


@dataclass(frozen=True)
class Dashboard:
    reference: str
    title: str
    state: str
    course: tuple[str, ...]
    lead_society: str
    journal: str
    ask: str
    collective_noun: str
    is_demonstration: bool
    signed: int
    signed_words: str
    signed_phrase: str
    signed_sentence: str
    invited: int
    invited_phrase: str
    deadline: ShownInstant | None
    time_left: str
    closed_at: ShownInstant | None
    may_seal_from: ShownInstant | None
    needs: tuple[Need, ...]
    stages: tuple[tuple[Stage, int], ...]
    milestones: tuple[Milestone, ...]
    chart: SignOnChart | None
    missing: tuple[str, ...]
    seal_blockers: tuple[str, ...]
    waiting_for: int
    digest: str
    document_sha256: str
    submission: SubmissionView | None


def list_letters(session: Session, actor: Actor, *, now: datetime) -> list[LetterLine]:
    """The letters that the actor may see, the nearest deadline first."""
    query = select(LetterRow).order_by(LetterRow.deadline.is_(None), LetterRow.deadline, LetterRow.id)
    if actor.kind == ActorKind.STAFF:
        mine = select(GrantRow.letter_id).join(StaffRow, StaffRow.id == GrantRow.staff_id).where(StaffRow.reference == actor.reference)
        query = query.where(LetterRow.id.in_(mine))
    return [_letter_line(session, letter, now=now) for letter in session.scalars(query)]


def _letter_line(session: Session, letter: LetterRow, *, now: datetime) -> LetterLine:
    signed = len(signatory_lines(session, letter))
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


def show_dashboard(session: Session, actor: Actor, reference: str, links: Links, *, now: datetime) -> Dashboard:
    letter = load_letter(session, actor, reference, Permission.SEE)
    signatories = signatory_lines(session, letter)
    lines = roster_lines(session, letter)
    stages = Counter(line.stage for line in lines)
    state = LetterState(letter.state)
    seal_blockers = tuple(blockers(session, letter, links, now=now)) if state is LetterState.CLOSED else ()
    missing = tuple(missing_for_opening(session, letter, now=now)) if state is LetterState.DRAFTING else ()
    revision = letter.revision_in_force
    sha256 = session.scalar(select(DocumentRow.sha256).where(DocumentRow.letter_id == letter.id)) or ""
    return Dashboard(
        reference=letter.reference,
        title=letter.title,
        state=letter.state,
        course=COURSE,
        lead_society=letter.lead_society,
        journal=letter.journal,
        ask=ASKS[letter.ask],
        collective_noun=letter.collective_noun,
        is_demonstration=letter.is_demonstration,
        signed=len(signatories),
        signed_words=f"{noun_for(len(signatories), letter.collective_noun)} {'has' if len(signatories) == 1 else 'have'} signed",
        signed_phrase=count_phrase(len(signatories), letter.collective_noun),
        signed_sentence=signed_sentence(len(signatories), letter.collective_noun),
        invited=len(lines),
        invited_phrase=count_phrase(len(lines), letter.collective_noun),
        deadline=_shown(letter.deadline, letter),
        time_left=time_left(letter.deadline, now=now) if letter.deadline else "",
        closed_at=_shown(letter.closed_at, letter),
        may_seal_from=_shown(may_seal_from(letter.closed_at), letter) if letter.closed_at else None,
        needs=tuple(_needs(letter, lines, missing, seal_blockers, now=now)),
        stages=tuple((stage, stages[stage]) for stage in Stage if stages[stage]),
        milestones=tuple(_milestones(letter, now=now)),
        chart=_chart(session, letter, now=now),
        missing=missing,
        seal_blockers=seal_blockers,
        waiting_for=sum(1 for line in lines if line.stage not in {Stage.SIGNED, Stage.DECLINED}),
        digest=revision.digest if revision else "",
        document_sha256=sha256,
        submission=show_submission(session, letter),
    )


def _shown(instant: datetime | None, letter: LetterRow) -> ShownInstant | None:
    return show_instant(instant, letter.deadline_zone) if instant else None


def _needs(
    letter: LetterRow, lines: list[RosterLine], missing: tuple[str, ...], seal_blockers: tuple[str, ...], *, now: datetime
) -> list[Need]:
    state = LetterState(letter.state)
    if state is LetterState.DRAFTING:
        if missing:
            return [Need(sentence, _act_for(sentence)) for sentence in missing]
        return [Need("Open sign-on", "open", "The letter is complete: read it once more, then ask the societies to sign.")]
    if state is LetterState.SIGNING:
        return _needs_while_signing(lines, now=now)
    if state is LetterState.CLOSED:
        needs = [Need(sentence, "roster") for sentence in seal_blockers if sentence.startswith("Society")]
        return [*needs, Need("Seal the letter", "seal", "Sign-on has closed. Look through the list, then fix it for good.")]
    if state is LetterState.SEALED:
        return [Need("Send the letter to the journal, and record it", "submit", "Download the PDF and hand it in.")]
    if state is LetterState.SUBMITTED:
        return [Need("Record what the journal has answered", "course", "Receipt, answer or outcome, each with its day.")]
    return []


def _act_for(sentence: str) -> str:
    return "roster" if "roster" in sentence else "edit"


def _needs_while_signing(lines: list[RosterLine], *, now: datetime) -> list[Need]:
    needs = []
    if lines and all(line.stage in {Stage.SIGNED, Stage.DECLINED} for line in lines):
        needs.append(Need("Every society has answered: sign-on can be closed now", "close"))
    for line in lines:
        failed = [one.email for one in line.representatives if one.mail_state == MessageState.FAILED]
        if failed and line.stage == Stage.INVITED:
            needs.append(Need(f"Mail to {line.society} could not be delivered", "roster", f"Check the address {failed[0]}."))
        if line.stage == Stage.WITH_BOARD and line.detail and line.detail < now.date().isoformat():
            day = show_date(date.fromisoformat(line.detail))
            needs.append(Need(f"The board of {line.society} met on {day} and has not answered", "roster"))
        if not line.representatives:
            needs.append(Need(f"{line.society} has no representative", "roster", "Nobody can answer for it."))
    return needs


def _milestones(letter: LetterRow, *, now: datetime) -> list[Milestone]:
    found = []
    if letter.deadline:
        left = time_left(letter.deadline, now=now)
        found.append(Milestone("Sign-on deadline", str(show_instant(letter.deadline, letter.deadline_zone)), left))
    if letter.submission_target:
        days = (letter.submission_target - now.astimezone(ZoneInfo(letter.deadline_zone)).date()).days
        left = "today" if days == 0 else f"{days} day{'' if days == 1 else 's'}" if days > 0 else "passed"
        found.append(Milestone("Submission to the journal", show_date(letter.submission_target), left))
    return found


def roster_lines(session: Session, letter: LetterRow) -> list[RosterLine]:
    """The roster in sort order, each society with its stage and its newest answer."""
    invitations = sorted(invitations_of(session, letter), key=lambda row: sort_key(row.society.printed_name, row.society.sort_name))
    answers = select(AnswerRow).where(AnswerRow.letter_id == letter.id).order_by(AnswerRow.is_standing, AnswerRow.id)
    newest = {row.invitation_id: row for row in session.scalars(answers.options(joinedload(AnswerRow.representative)))}
    mail = _mail_states(session, letter)
    return [_roster_line(row, newest.get(row.id), mail, letter) for row in invitations]


def _mail_states(session: Session, letter: LetterRow) -> dict[str, str]:
    query = select(OutboxRow.to_address, OutboxRow.state).where(
        OutboxRow.letter_id == letter.id, OutboxRow.kind.in_(["invitation", "new_link"])
    )
    return {row.to_address: row.state for row in session.execute(query.order_by(OutboxRow.id))}


def _roster_line(invitation: InvitationRow, answer: AnswerRow | None, mail: dict[str, str], letter: LetterRow) -> RosterLine:
    stage = invitation_stage(invitation, answer)
    is_standing = answer is not None and answer.is_standing
    representatives = tuple(
        RepresentativeLine(row.reference, row.name, row.email, mail.get(row.email, "")) for row in live_representatives(invitation)
    )
    decided = f"{answer.decided_by}, {show_date(answer.decided_on)}" if answer and answer.decided_by and answer.decided_on else ""
    return RosterLine(
        invitation=invitation.reference,
        society=invitation.society.printed_name,
        acronym=invitation.society.acronym,
        country=invitation.society.country,
        stage=stage,
        detail=invitation.board_meets_on.isoformat() if stage == Stage.WITH_BOARD and invitation.board_meets_on else "",
        answered_at=_shown(answer.received_at, letter) if answer else None,
        printed_name=answer.printed_name if is_standing and answer and answer.kind == AnswerKind.SIGN else "",
        officer=answer.officer if answer else "",
        office=answer.office if answer else "",
        decided=decided,
        mandate=MANDATES.get(answer.mandate, "") if answer else "",
        competing_interests=answer.competing_interests if answer else "",
        reason=answer.reason if answer else "",
        representatives=representatives,
    )


def list_roster(session: Session, actor: Actor, reference: str, *, stage: str = "", search: str = "") -> list[RosterLine]:
    """The roster, narrowed to one stage and to names, people or addresses that hold the words."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    words = comparison_key(search)
    return [line for line in roster_lines(session, letter) if (not stage or line.stage == stage) and _holds(line, words)]


def _holds(line: RosterLine, words: str) -> bool:
    people = " ".join(f"{one.name} {one.email}" for one in line.representatives)
    return words in comparison_key(f"{line.society} {line.printed_name} {line.acronym} {line.officer} {people}")


def _chart(session: Session, letter: LetterRow, *, now: datetime) -> SignOnChart | None:
    if letter.opened_at is None or letter.deadline is None:
        return None
    zone = ZoneInfo(letter.deadline_zone)
    query = select(AnswerRow.received_at).where(
        AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True), AnswerRow.kind == AnswerKind.SIGN
    )
    days = [instant.astimezone(zone).date() for instant in session.scalars(query)]
    deadline = letter.deadline.astimezone(zone).date()
    last = min(max(now.astimezone(zone).date(), letter.opened_at.astimezone(zone).date()), deadline)
    return sign_on_chart(days, letter.opened_at.astimezone(zone).date(), last, deadline, letter.collective_noun)


_EVENT_TITLES = {
    "letter.created": "Letter made",
    "letter.edited": "Draft saved",
    "society.added": "Society added",
    "representative.added": "Representative added",
    "letter.opened": "Sign-on opened, revision 1 frozen",
    "invitation.opened": "Letter opened",
    "board.announced": "Board date given",
    "answer.given": "Answer given",
    "answer.withdrawn": "Answer withdrawn",
    "deadline.moved": "Deadline moved later",
    "letter.closed": "Sign-on closed",
    "letter.cancelled": "Letter cancelled",
    "link.replaced": "Personal link replaced",
    "name.corrected": "Printed name corrected",
    "letter.sealed": "Letter sealed",
    "letter.submitted": "Submitted to the journal",
    "submission.noted": "Step at the journal noted",
    "letter.resolved": "Course ended",
}

_ACTORS = {
    ActorKind.STAFF: "a coordinator",
    ActorKind.REPRESENTATIVE: "the society",
    ActorKind.COMMAND: "the command line",
    ActorKind.CLOCK: "the clock",
}


def list_events(session: Session, actor: Actor, reference: str) -> list[EventLine]:
    """The letter's record, the newest first."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    names = {row.society.reference: row.society.printed_name for row in invitations_of(session, letter)}
    rows = session.scalars(select(EventRow).where(EventRow.letter_id == letter.id).order_by(EventRow.sequence.desc()))
    return [_event_line(row, names, letter) for row in rows]


def _event_line(row: EventRow, names: dict[str, str], letter: LetterRow) -> EventLine:
    public = json.loads(row.public)
    society = names.get(public.get("society", ""), "")
    verb = {"sign": "signs", "decline": "declines"}.get(public.get("answer_kind", ""), "")
    note = " ".join(part for part in (society, verb) if part)
    who = _ACTORS[ActorKind(row.actor.partition(":")[0])]
    return EventLine(row.sequence, show_instant(row.at, letter.deadline_zone), _EVENT_TITLES[row.kind], who, note)
