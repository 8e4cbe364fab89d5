"""The milestones of a letter: what they are, where each was set, and what does not go together."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, show_date, show_instant
from webapp.domain.errors import WrongState
from webapp.domain.letter import Action, LetterState, move_for
from webapp.domain.milestone import Clash, Milestone, MilestoneKind, comments_key, in_order, joining_key, judge, left_of
from webapp.domain.permission import Permission
from webapp.domain.venue import NOT_KNOWN, Venue
from webapp.domain.window import length_phrase, window_end
from webapp.persistence.record import append_event
from webapp.persistence.tables import AnswerRow, CirculatedRow, CirculationRow, InvitationRow, LetterRow, RevisionRow, SocietyRow, TextRow
from webapp.services.access import load_letter
from webapp.services.held_open import addendum_under_way, is_listed
from webapp.services.need import Need, Urgency
from webapp.services.venues import venues_by_slug

_BEFORE_SIGNING = {LetterState.DRAFTING, LetterState.CIRCULATING}
_BEFORE_CLOSE = _BEFORE_SIGNING | {LetterState.SIGNING}
_BEFORE_SUBMISSION = _BEFORE_CLOSE | {LetterState.CLOSED, LetterState.SEALED}
_ANSWERED = exists().where(AnswerRow.invitation_id == InvitationRow.id, AnswerRow.is_standing.is_(True))


@dataclass(frozen=True)
class MilestoneLine:
    """A milestone as the pages list it. `act` names the page on which it is set, as with a need; empty where it is set no more."""

    key: str
    kind: str
    name: str
    instant: ShownInstant | None
    day: str
    left: str
    note: str
    act: str
    is_over: bool

    @property
    def is_dated(self) -> bool:
        """Whether a calendar can hold it."""
        return self.instant is not None or bool(self.day)


@dataclass(frozen=True)
class MilestonesView:
    lines: tuple[MilestoneLine, ...]
    clashes: tuple[Need, ...]
    submission_target: date | None
    may_plan: bool
    """The day of submission can still be set."""
    zone: str


def show_milestones(session: Session, actor: Actor, reference: str, *, now: datetime) -> MilestonesView:
    letter = load_letter(session, actor, reference, Permission.SEE)
    milestones = milestones_of(session, letter)
    return MilestonesView(
        lines=tuple(lines_of(letter, milestones, now=now)),
        clashes=tuple(clash_needs(letter, milestones, now=now)),
        submission_target=letter.submission_target,
        may_plan=letter.state in _BEFORE_SUBMISSION,
        zone=letter.deadline_zone,
    )


def set_submission_target(session: Session, actor: Actor, reference: str, day: date | None, *, now: datetime) -> None:
    """Says by which day the letter is to be submitted, or that it is not planned; until it has been. Never refused for what the day is."""
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    if letter.state in {LetterState.RESOLVED, LetterState.CANCELLED}:
        move_for(letter.state, Action.WRITE)
    if letter.state not in _BEFORE_SUBMISSION:
        raise WrongState("The letter has been submitted already: there is nothing left to plan.")
    letter.submission_target = day
    letter.edition += 1
    append_event(session, letter, actor, "submission.planned", {"submission_target": day.isoformat() if day else None}, now=now)


def clash_sentences(session: Session, actor: Actor, reference: str, kinds: Collection[MilestoneKind], *, now: datetime) -> list[str]:
    """What has to be said at once to somebody who has just set milestones of these kinds."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return [one.sentence for one in _clashes(letter, milestones_of(session, letter), now=now) if one.kinds & set(kinds)]


def clashes_with_deadline(session: Session, letter: LetterRow, deadline: datetime, *, now: datetime) -> list[str]:
    """What would not go together if the deadline were this instant."""
    moved = [replace(one, at=deadline) if one.kind is MilestoneKind.DEADLINE else one for one in milestones_of(session, letter)]
    return [one.sentence for one in _clashes(letter, moved, now=now) if MilestoneKind.DEADLINE in one.kinds]


def clash_needs(letter: LetterRow, milestones: Collection[Milestone], *, now: datetime) -> list[Need]:
    """The same for the front page, each with the page on which it is mended."""
    found = _clashes(letter, milestones, now=now)
    return [Need(one.sentence, _act(one.mend, letter) or "milestones", urgency=Urgency.TO_KNOW) for one in found]


def _clashes(letter: LetterRow, milestones: Collection[Milestone], *, now: datetime) -> list[Clash]:
    if letter.state not in _BEFORE_SUBMISSION:
        return []
    found = judge(list(milestones), letter.deadline_zone, now=now)
    # Between the deadline and its close nobody can set a later one any more.
    return [one for one in found if letter.state in _BEFORE_SIGNING or one.kinds != {MilestoneKind.DEADLINE}]


def milestones_of(session: Session, letter: LetterRow, invitation: int | None = None) -> list[Milestone]:
    """All of a letter, in order; with an invitation only what its society may know of (R13)."""
    found = [*_own(letter), *_comments(session, letter, invitation), *_boards(session, letter, invitation)]
    found.extend(_joining(session, letter, invitation))
    if invitation is None:
        found.extend(_windows(session, letter))
    return in_order((one for one in found if invitation is None or one.kind is not MilestoneKind.SUBMISSION), letter.deadline_zone)


def _own(letter: LetterRow) -> Iterable[Milestone]:
    if letter.deadline:
        times = letter.deadline_version
        source = "as it was announced" if not times else f"moved {'once' if times == 1 else f'{times} times'} since it was announced"
        is_done, is_announced = letter.state not in _BEFORE_CLOSE, letter.state not in _BEFORE_SIGNING
        yield Milestone(MilestoneKind.DEADLINE, "deadline", at=letter.deadline, is_done=is_done, source=source if is_announced else "")
    if letter.submission_target:
        is_done = letter.state not in _BEFORE_SUBMISSION
        yield Milestone(MilestoneKind.SUBMISSION, "submission", letter.journal, day=letter.submission_target, is_done=is_done)


def _comments(session: Session, letter: LetterRow, invitation: int | None) -> Iterable[Milestone]:
    """Until when each revision that went out is commented on; it is over once all who were asked have been asked anew."""
    asked = select(func.max(CirculatedRow.circulation_id)).join(CirculationRow).where(CirculationRow.letter_id == letter.id)
    # Of the revision no more than its number: its texts are long.
    revision = joinedload(CirculationRow.revision).load_only(RevisionRow.number)
    query = select(CirculationRow).where(CirculationRow.letter_id == letter.id).order_by(CirculationRow.id).options(revision)
    if invitation is not None:
        query = query.where(CirculationRow.circulated.any(invitation_id=invitation))
        asked = asked.where(CirculatedRow.invitation_id == invitation)
    rows = list(session.scalars(query))
    newest = set(session.scalars(asked.group_by(CirculatedRow.invitation_id))) if rows else set()
    for row in rows:
        is_done = letter.state != LetterState.CIRCULATING or row.id not in newest
        sent = f"sent out on {show_date(row.sent_at.astimezone(ZoneInfo(row.zone)).date())}"
        name = f"revision {row.revision.number}"
        yield Milestone(MilestoneKind.COMMENTS, comments_key(row.reference), name, at=row.until, is_done=is_done, source=sent)


def _boards(session: Session, letter: LetterRow, invitation: int | None) -> Iterable[Milestone]:
    query = (
        select(InvitationRow.reference, SocietyRow.printed_name, InvitationRow.board_meets_on, _ANSWERED.label("has_answered"))
        .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
        .where(InvitationRow.letter_id == letter.id, InvitationRow.board_meets_on.is_not(None))
        .order_by(InvitationRow.board_meets_on, SocietyRow.printed_name)
    )
    if invitation is not None:
        query = query.where(InvitationRow.id == invitation)
    for row in session.execute(query):
        is_done = row.has_answered or letter.state not in _BEFORE_CLOSE
        source = "has answered" if row.has_answered else "as the society has said"
        key = f"board-{row.reference}"
        yield Milestone(MilestoneKind.BOARD, key, row.printed_name, day=row.board_meets_on, is_done=is_done, source=source)


def _joining(session: Session, letter: LetterRow, invitation: int | None) -> Iterable[Milestone]:
    """While one is under way; a society that stands printed already has nothing to join."""
    row = addendum_under_way(session, letter.id) if letter.sealed_at is not None else None
    if row is not None and (invitation is None or not _is_printed(session, invitation)):
        source = f"held open since {show_date(row.opened_at.astimezone(ZoneInfo(row.deadline_zone)).date())}"
        yield Milestone(
            MilestoneKind.JOINING, joining_key(row.reference), at=row.deadline, is_done=row.closed_at is not None, source=source
        )


def _is_printed(session: Session, invitation: int) -> bool:
    standing = session.scalar(select(AnswerRow.id).where(AnswerRow.invitation_id == invitation, AnswerRow.is_standing.is_(True)))
    return standing is not None and is_listed(session, standing)


def _windows(session: Session, letter: LetterRow) -> Iterable[Milestone]:
    known = venues_by_slug(session, [one.venue for text in letter.texts for one in text.venues])
    for text in letter.texts:
        for one in text.venues:
            if one.venue in known:
                yield _window(letter, text, known[one.venue], one.window_starts_on)


def _window(letter: LetterRow, text: TextRow, venue: Venue, starts_on: date | None) -> Milestone:
    key = f"window-{text.reference}-{venue.slug}"
    end = window_end(venue.window, starts_on) if venue.window and starts_on else None
    unknown = ""
    if venue.window is None:
        unknown = NOT_KNOWN
    elif not venue.window.has_end:
        unknown = "the journal takes it at any time"
    elif starts_on is None:
        unknown = f"counted from {venue.window.starts}, and that day is not set yet"
    source = (
        f"{length_phrase(venue.window)} from {venue.window.starts}, counted from {show_date(starts_on)}"
        if venue.window and starts_on
        else ""
    )
    is_done = letter.state not in _BEFORE_SUBMISSION
    return Milestone(MilestoneKind.WINDOW, key, venue.name, day=end, unknown=unknown, is_done=is_done, source=source)


def lines_of(letter: LetterRow, milestones: Iterable[Milestone], *, now: datetime) -> list[MilestoneLine]:
    return [_line(letter, one, now=now) for one in milestones]


def _line(letter: LetterRow, one: Milestone, *, now: datetime) -> MilestoneLine:
    zone = letter.deadline_zone
    # Sign-on that was closed early has closed, whatever its deadline still says.
    was_closed = one.kind is MilestoneKind.DEADLINE and letter.closed_at is not None
    has_passed = was_closed or one.has_passed(zone, now=now)
    # What it waited for has happened, such as an answer before the board met; of a cancelled letter nothing is waited for.
    is_over = has_passed or one.is_done or letter.state == LetterState.CANCELLED
    return MilestoneLine(
        key=one.key,
        kind=one.kind,
        name=name_of(one),
        instant=show_instant(one.at, zone) if one.at else None,
        day=show_date(one.day) if one.day else "",
        left="passed" if was_closed else "" if is_over and not has_passed else left_of(one, zone, now=now),
        note=one.unknown or _note(one, letter, has_passed=has_passed),
        act=_act(one.kind, letter),
        is_over=is_over,
    )


def _note(one: Milestone, letter: LetterRow, *, has_passed: bool) -> str:
    if one.kind is MilestoneKind.BOARD and has_passed and not one.is_done:
        return "has met, and has not answered" if letter.state == LetterState.SIGNING else "has met"
    if one.kind is MilestoneKind.COMMENTS and one.is_done and not has_passed:
        return f"{one.source}, no longer taken"
    return one.source


def name_of(one: Milestone) -> str:
    """“Sign-on deadline”, “Board of the Society of Ferns”."""
    return {
        MilestoneKind.COMMENTS: f"Comments due on {one.of}",
        MilestoneKind.BOARD: f"Board of {one.of}",
        MilestoneKind.DEADLINE: "Sign-on deadline",
        MilestoneKind.SUBMISSION: f"Submission to {one.of}",
        MilestoneKind.WINDOW: f"End of the window of {one.of}",
        MilestoneKind.JOINING: "Last moment to join by an addendum",
    }[one.kind]


def _act(kind: MilestoneKind, letter: LetterRow) -> str:
    """The page on which a milestone of this kind is set, while it is."""
    if kind is MilestoneKind.JOINING:
        return "after"
    if letter.state not in _BEFORE_SUBMISSION:
        return ""
    is_early = letter.state in _BEFORE_SIGNING
    return {
        MilestoneKind.COMMENTS: "circulate" if is_early else "",
        MilestoneKind.BOARD: "boards",
        MilestoneKind.DEADLINE: "edit" if is_early else "deadline" if letter.state == LetterState.SIGNING else "",
        MilestoneKind.SUBMISSION: "milestones",
        MilestoneKind.WINDOW: "venues",
    }[kind]
