"""What the coordinator sees: “what needs me now?”, the roster by stage, the course, the record."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.deadline import ShownInstant, earliest_today, show_date, show_instant, time_left
from webapp.domain.letter import ASKS, LetterState, may_seal_from
from webapp.domain.links import Links
from webapp.domain.permission import Permission
from webapp.domain.stage import WAITED_FOR, Stage, is_at
from webapp.domain.wording import count_phrase, noun_for, signed_sentence
from webapp.persistence.tables import CirculationRow, DocumentRow, GrantRow, InvitationRow, LetterRow, RevisionRow, StaffRow
from webapp.persistence.tables.message import MessageState
from webapp.services.access import load_letter
from webapp.services.chart import SignOnChart, sign_on_chart
from webapp.services.comment_desk import BLOCKING_ACT, COMMENTS_ACT, comment_needs, has_comments, unanswered_comments
from webapp.services.documents import answers_to_affirm, frozen_digest, signed_before, signed_count, since_the_seal
from webapp.services.milestones import MilestoneLine, clash_needs, lines_of, milestones_of
from webapp.services.need import Need
from webapp.services.revisions import is_as_revised
from webapp.services.roster_facts import stage_counts, wanting
from webapp.services.roster_list import roster_lines
from webapp.services.seal import blockers
from webapp.services.sign_on import missing_for_opening
from webapp.services.submissions import SubmissionView, show_submission
from webapp.services.talks import waiting_talks

_NEWEST = (
    select(RevisionRow.number, RevisionRow.digest)
    .where(RevisionRow.letter_id == bindparam("letter"))
    .order_by(RevisionRow.number.desc())
    .limit(1)
)
COURSE = tuple(state.value for state in LetterState if state is not LetterState.CANCELLED)
_BEFORE_SIGNING = {LetterState.DRAFTING, LetterState.CIRCULATING}


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
    signed_words: str
    signed_phrase: str
    signed_sentence: str
    since_the_seal: str
    invited: int
    invited_phrase: str
    invited_words: str
    deadline: ShownInstant | None
    time_left: str
    closed_at: ShownInstant | None
    may_seal_from: ShownInstant | None
    needs: tuple[Need, ...]
    stages: tuple[tuple[Stage, int], ...]
    milestones: tuple[MilestoneLine, ...]
    chart: SignOnChart | None
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
    submission: SubmissionView | None


def list_letters(session: Session, actor: Actor, *, now: datetime) -> list[LetterLine]:
    """The letters that the actor may see, the nearest deadline first."""
    query = select(LetterRow).order_by(LetterRow.deadline.is_(None), LetterRow.deadline, LetterRow.id)
    if actor.kind == ActorKind.STAFF:
        mine = select(GrantRow.letter_id).join(StaffRow, StaffRow.id == GrantRow.staff_id).where(StaffRow.reference == actor.reference)
        query = query.where(LetterRow.id.in_(mine))
    return [_letter_line(session, letter, now=now) for letter in session.scalars(query)]


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
    signed, chart = _sign_ons(session, letter, now=now)
    stages = stage_counts(session, letter)
    invited = stages.total()
    state = LetterState(letter.state)
    seal_blockers = tuple(blockers(session, letter, links, now=now)) if state is LetterState.CLOSED else ()
    missing = tuple(missing_for_opening(session, letter, now=now)) if with_needs and state in _BEFORE_SIGNING else ()
    milestones = milestones_of(session, letter) if with_needs else []
    clashes = clash_needs(letter, milestones, now=now)
    sha256 = session.scalar(select(DocumentRow.sha256).where(DocumentRow.letter_id == letter.id)) or ""
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
        signed=signed,
        signed_words=f"{noun_for(signed, letter.collective_noun)} {'has' if signed == 1 else 'have'} signed",
        signed_phrase=count_phrase(signed, letter.collective_noun),
        signed_sentence=signed_sentence(signed, letter.collective_noun),
        since_the_seal=since_the_seal(session, letter),
        invited=invited,
        invited_phrase=count_phrase(invited, letter.collective_noun),
        invited_words=f"{noun_for(invited, letter.collective_noun)} on the roster",
        deadline=_shown(letter.deadline, letter),
        time_left=time_left(letter.deadline, now=now) if letter.deadline else "",
        closed_at=_shown(letter.closed_at, letter),
        may_seal_from=_shown(may_seal_from(letter.closed_at), letter) if letter.closed_at else None,
        needs=tuple(_with_clashes(_needs(session, letter, stages, missing, seal_blockers, now=now), clashes)) if with_needs else (),
        stages=tuple((stage, stages[stage]) for stage in Stage if stages[stage]),
        milestones=tuple(lines_of(letter, milestones, now=now)),
        chart=chart,
        missing=missing,
        seal_blockers=seal_blockers,
        waiting_for=_waiting_for(stages),
        not_affirmed=tuple(row.printed_name for row in answers_to_affirm(session, letter)) if stages[Stage.TO_AFFIRM] else (),
        unfrozen=_unfrozen(session, letter),
        unanswered=unanswered_comments(session, letter)[0],
        digest=frozen_digest(session, letter.id) or "",
        document_sha256=sha256,
        submission=show_submission(session, letter),
    )


def _course(session: Session, letter: LetterRow) -> tuple[str, ...]:
    """The steps of this letter: *circulating* may be left out, and a letter that has gone past it without does not show it."""
    circulated = select(CirculationRow.id).where(CirculationRow.letter_id == letter.id).limit(1)
    if letter.state in _BEFORE_SIGNING or session.scalar(circulated) is not None:
        return COURSE
    return tuple(state for state in COURSE if state != LetterState.CIRCULATING)


def _shown(instant: datetime | None, letter: LetterRow) -> ShownInstant | None:
    return show_instant(instant, letter.deadline_zone) if instant else None


def _waiting_for(stages: Counter[Stage]) -> int:
    return sum(number for stage, number in stages.items() if is_at(stage, WAITED_FOR))


def _unfrozen(session: Session, letter: LetterRow) -> int | None:
    if letter.state != LetterState.SIGNING:
        return None
    newest = session.execute(_NEWEST, {"letter": letter.id}).one()
    # Where only a short form or a reference that nobody cites differs, there is nothing for the societies to read anew.
    return int(newest.number) if newest.digest != frozen_digest(session, letter.id) else None


def _needs(
    session: Session,
    letter: LetterRow,
    stages: Counter[Stage],
    missing: tuple[Need, ...],
    seal_blockers: tuple[Need, ...],
    *,
    now: datetime,
) -> list[Need]:
    state = LetterState(letter.state)
    if state in _BEFORE_SIGNING:
        return _needs_before_signing(session, letter, missing, now=now)
    talks = _talk_needs(session, letter)
    if state is LetterState.SIGNING:
        return [*talks, *_needs_while_signing(session, letter, stages, may_close=not talks, now=now)]
    if state is LetterState.CLOSED:
        return [*talks, *(seal_blockers or [Need("Seal the letter", "seal", _before_the_seal(stages[Stage.TO_AFFIRM]))])]
    if state is LetterState.SEALED:
        return [*talks, Need("Send the letter to the journal, and record it", "submit", "Download the PDF and hand it in.")]
    if state is LetterState.SUBMITTED:
        return [*talks, Need("Record what the journal has answered", "course", "Receipt, answer or outcome, each with its day.")]
    return talks if state is LetterState.RESOLVED else []


def _talk_needs(session: Session, letter: LetterRow) -> list[Need]:
    """The societies that wait for a word; while one does, closing early is not proposed."""
    found = []
    for talk in waiting_talks(session, letter):
        what = "would sign on a condition" if talk.has_condition else "has written to you"
        found.append(Need(f"{talk.society} {what}", "talk", "Read it, and answer.", invitation=talk.invitation))
    return found


def _with_clashes(needs: list[Need], clashes: list[Need]) -> list[Need]:
    """What does not go together comes last: it forbids nothing. What keeps sign-on from being opened is not said twice."""
    said = {need.text for need in needs}
    return [*needs, *(clash for clash in clashes if clash.text not in said)]


def _before_the_seal(not_affirmed: int) -> str:
    if not not_affirmed:
        return "Sign-on has closed. Look through the list, then fix it for good."
    left_out = "1 signature was" if not_affirmed == 1 else f"{not_affirmed} signatures were"
    return f"Sign-on has closed, and {left_out} not affirmed. Look through the list, then fix it for good."


def _needs_before_signing(session: Session, letter: LetterRow, missing: tuple[Need, ...], *, now: datetime) -> list[Need]:
    opening = Need("Open sign-on", "open", "The letter is complete: read it once more, then ask the societies to sign.")
    if letter.state != LetterState.CIRCULATING:
        return list(missing) or [opening]
    needs = [*comment_needs(session, letter), *missing]
    newest = session.scalars(select(CirculationRow).where(CirculationRow.letter_id == letter.id).order_by(CirculationRow.id.desc())).first()
    is_answered = not any(need.act in {BLOCKING_ACT, COMMENTS_ACT} for need in needs)
    if newest is not None and now < newest.until:
        return [*needs, *_next_round(letter, newest)] if is_answered else needs
    if not has_comments(session, letter):
        needs.append(Need("The time for comments has passed, and nobody has commented", "circulate", "Ask once more, or go on."))
    needs += _next_round(letter, newest)
    return needs if missing or not is_answered else [*needs, opening]


def _next_round(letter: LetterRow, newest: CirculationRow | None) -> list[Need]:
    if not is_as_revised(letter):
        return [Need("Make a revision of the texts as they are now", "revise", "They have changed since they were sent round.")]
    number = letter.revisions[-1].number if letter.revisions else 0
    if newest is not None and newest.revision.number < number:
        return [Need(f"Send revision {number} round", "circulate", "Nobody has been sent it yet.")]
    return []


def _needs_while_signing(session: Session, letter: LetterRow, stages: Counter[Stage], *, may_close: bool, now: datetime) -> list[Need]:
    needs, today = [], earliest_today(now)
    if may_close and stages and not _waiting_for(stages):
        needs.append(Need("Every society has answered: sign-on can be closed now", "close"))
    unfrozen = _unfrozen(session, letter)
    if unfrozen and is_as_revised(letter):
        needs.append(Need(f"Put revision {unfrozen} in force", "force", "Until then the text before it is signed."))
    if not is_as_revised(letter):
        needs.append(Need("Make a revision of the texts as they are now", "revise", "They were edited; what is signed is as before."))
    if waiting := stages[Stage.TO_AFFIRM]:
        affirmed = f"{stages[Stage.SIGNED]} of {stages[Stage.SIGNED] + waiting} signatures stand on the text in force."
        needs.append(Need(f"{waiting} {'signature is' if waiting == 1 else 'signatures are'} to be affirmed", "roster", affirmed))
    for line in roster_lines(session, letter, wanting(session, letter, today=today)):
        failed = [one.email for one in line.representatives if one.mail_state == MessageState.FAILED]
        if failed and line.stage == Stage.INVITED:
            needs.append(Need(f"Mail to {line.society} could not be delivered", "roster", f"Check the address {failed[0]}."))
        if line.board_meets_on and line.board_meets_on < today:
            day = show_date(line.board_meets_on)
            needs.append(Need(f"The board of {line.society} met on {day} and has not answered", "roster"))
        if not line.representatives:
            needs.append(Need(f"{line.society} has no representative", "roster", "Nobody can answer for it."))
    return needs


def _sign_ons(session: Session, letter: LetterRow, *, now: datetime) -> tuple[int, SignOnChart | None]:
    """How many have signed, and on which days; one look for both."""
    if letter.opened_at is None or letter.deadline is None:
        return signed_count(session, letter), None
    zone = ZoneInfo(letter.deadline_zone)
    first, deadline = letter.opened_at.astimezone(zone).date(), letter.deadline.astimezone(zone).date()
    last = min(max(now.astimezone(zone).date(), first), deadline)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    midnights = [datetime(day.year, day.month, day.day, tzinfo=zone) for day in days[1:]]
    in_all = signed_before(session, letter, midnights)
    per_day = {day: upto - before for day, upto, before in zip(days, in_all, [0, *in_all[:-1]], strict=True)}
    signed = signed_count(session, letter) if letter.sealed_at else in_all[-1]
    return signed, sign_on_chart(per_day, first, last, deadline, letter.collective_noun)
