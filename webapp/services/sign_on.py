"""Opening sign-on, its deadline, and its close (R2, R3, R9, R10)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from webapp.domain import limits
from webapp.domain.actor import CLOCK, Actor
from webapp.domain.deadline import ShownInstant, instant_from_local, show_instant
from webapp.domain.document import LetterDocument
from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.letter import Action, LetterState, find_move, move_for
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission
from webapp.persistence import outbox
from webapp.persistence.queue import CLOCK_QUEUE, enqueue
from webapp.persistence.record import append_event, record_time
from webapp.persistence.tables import AnswerRow, FreezingRow, InvitationRow, LetterRow, RepresentativeRow, RevisionRow
from webapp.rendering.fonts import describe_characters
from webapp.rendering.letter import uncovered_in_document
from webapp.services.access import load_letter, lock_letter
from webapp.services.chosen_venues import freezing_refusals
from webapp.services.comment_desk import unanswered_comments
from webapp.services.disposition_mail import send_dispositions
from webapp.services.documents import answers_to_affirm, letter_document
from webapp.services.milestones import clashes_with_deadline
from webapp.services.need import Need, in_one_sentence
from webapp.services.publication import drop_if_awaited
from webapp.services.revisions import (
    Declaration,
    declare_revision,
    freeze,
    is_as_revised,
    mark_of,
    revision_facts,
    take_revision,
    unreadable_texts,
)

CLOSE_WORKFLOW = "close_letter"
CHANGED_SINCE = "Somebody has changed the letter since you opened this page. Read it as it would be frozen now, then press again."


def invitations_of(session: Session, letter: LetterRow, only: Collection[int] | None = None) -> list[InvitationRow]:
    query = select(InvitationRow).where(InvitationRow.letter_id == letter.id).order_by(InvitationRow.id)
    if only is not None:
        query = query.where(InvitationRow.id.in_(only))
    return list(session.scalars(query.options(selectinload(InvitationRow.society), selectinload(InvitationRow.representatives))))


def live_representatives(invitation: InvitationRow) -> list[RepresentativeRow]:
    return [row for row in invitation.representatives if row.revoked_at is None]


def missing_for_opening(session: Session, letter: LetterRow, *, now: datetime) -> list[Need]:
    """What still keeps sign-on from being opened, each as a sentence that says what to do."""
    missing = []
    if not letter.statement.body:
        missing.append(Need("Write the statement: there is nothing to sign yet.", "write"))
    if not letter.targets:
        missing.append(Need("Name at least one article that the letter answers.", "edit"))
    if letter.deadline is None:
        missing.append(Need("Set the sign-on deadline, with its time zone.", "edit"))
    elif letter.deadline <= record_time(session, letter.id, now=now):
        missing.append(Need("The sign-on deadline has passed: set a later one.", "edit"))
    if session.scalar(select(InvitationRow.id).where(InvitationRow.letter_id == letter.id).limit(1)) is None:
        missing.append(Need("Add at least one society to the roster.", "roster"))
    if letter.statement.body:
        missing.extend(_unprintable(session, letter, now=now))
    return missing


def _unprintable(session: Session, letter: LetterRow, *, now: datetime) -> list[Need]:
    if problems := unreadable_texts(letter) or freezing_refusals(session, letter):
        return [Need(sentence, "write") for sentence in problems]
    return uncovered_needs(letter_document(session, letter, dated=now, is_draft=True))


def uncovered_needs(document: LetterDocument) -> list[Need]:
    """The characters that no font has, so that nobody signs what can never be printed."""
    return [
        Need(f"{where}: no font of the letter can print {describe_characters(characters)}. Write it in another way.", "edit")
        for where, characters in uncovered_in_document(document)
    ]


@dataclass(frozen=True)
class Reasons:
    """Why a text is put in force all the same: without the tick that it is fit, with comments that nobody has answered."""

    unfit: str = ""
    unanswered: str = ""


_NO_REASONS, _UNSAID, _THE_FIRST = Reasons(), Declaration(), Declaration("As it was when sign-on was opened")


def open_sign_on(
    session: Session,
    actor: Actor,
    reference: str,
    declared: Declaration = _UNSAID,
    *,
    is_fit: bool,
    reasons: Reasons = _NO_REASONS,
    invites_later: bool = False,
    now: datetime,
) -> None:
    """Freezes the text as it is, which makes a revision of it where it is not the newest one, and asks every society to answer.

    With `invites_later` nobody is asked yet: the coordinators send the invitations to whom and when they choose.
    `is_fit` is the coordinator's tick that the text is courteous, evidenced and free of accusations that a journal or the law
    would not bear (ICMJE, COPE). Without it, or with comments unanswered, InvalidInput asks for a reason, which is on record.
    Where the text has changed since the newest revision, `declared` says how, or InvalidInput asks for that too.
    Raises WrongState with every sentence of what is missing, Conflict where the text is not the one that was `seen` any more.
    """
    letter = load_letter(session, actor, reference, Permission.OPEN_SIGN_ON, for_update=True)
    move = move_for(letter.state, Action.OPEN_SIGN_ON)
    given = judged(session, letter, reasons, is_fit=is_fit)
    freezing = FreezingRow(change="", frozen_at=now, is_fit=is_fit, reason_unfit=given.unfit, reason_unanswered=given.unanswered)
    if missing := missing_for_opening(session, letter, now=now):
        raise WrongState(in_one_sentence(missing))
    if declared.seen and declared.seen != mark_of(letter):
        raise Conflict(CHANGED_SINCE)
    freezing.revision = revision = _revision_to_freeze(session, letter, actor, declared, now=now)
    freeze(session, letter, actor, freezing)
    letter.state, letter.opened_at = move.becomes, record_time(session, letter.id, now=now)
    public = {
        "state": move.becomes,
        **revision_facts(revision),
        "deadline": deadline_of(letter).isoformat(),
        "deadline_zone": letter.deadline_zone,
        "is_fit": freezing.is_fit,
        "reason_unfit": freezing.reason_unfit,
        "reason_unanswered": freezing.reason_unanswered,
        **({"invites_later": True} if invites_later else {}),
    }
    append_event(session, letter, actor, move.event, public, now=now)
    send_dispositions(session, letter, f"revision-{revision.number}", now=now)
    if not invites_later:
        invite(session, letter, invitations_of(session, letter), now=now)
    _schedule_close(session, letter, now=now)


def _revision_to_freeze(session: Session, letter: LetterRow, actor: Actor, declared: Declaration, *, now: datetime) -> RevisionRow:
    if is_as_revised(letter):
        return letter.revisions[-1]
    if letter.revisions:
        return declare_revision(session, letter, actor, declared, now=now)
    # Nothing is before it from which it could differ, and the opening tells of it.
    return take_revision(session, letter, actor, _THE_FIRST, now=now)


def judged(session: Session, letter: LetterRow, reasons: Reasons, *, is_fit: bool) -> Reasons:
    """The reasons that go on record with a freezing. Raises InvalidInput where one is needed and not given."""
    unfit = bounded_text(reasons.unfit, limits.REASON, field="reason_unfit", what="The reason")
    unanswered = bounded_text(reasons.unanswered, limits.REASON, field="reason_unanswered", what="The reason")
    if not is_fit and not unfit:
        raise InvalidInput("Tick that the text can be sent, or say why it is put in force all the same.", field="reason_unfit")
    waiting, _blocking = unanswered_comments(session, letter)
    if waiting and not unanswered:
        what = "1 comment is" if waiting == 1 else f"{waiting} comments are"
        raise InvalidInput(f"{what} not answered yet. Answer them first, or say why not.", field="reason_unanswered")
    return Reasons("" if is_fit else unfit, unanswered if waiting else "")


def deadline_of(letter: LetterRow) -> datetime:
    """Raises WrongState where there is none yet."""
    if letter.deadline is None:
        raise WrongState("The letter has no sign-on deadline.")
    return letter.deadline


def invite(session: Session, letter: LetterRow, invitations: Iterable[InvitationRow], *, now: datetime) -> None:
    """Mails a personal link to each representative who has not had one."""
    due = []
    for invitation in invitations:
        invitation.invited_at = invitation.invited_at or now
        for row in live_representatives(invitation):
            due.append(outbox.Due(f"invitation:{row.reference}", row.email, {"representative": row.id}))
    outbox.put_all(session, "invitation", due, now=now, letter_id=letter.id)


def _schedule_close(session: Session, letter: LetterRow, *, now: datetime) -> None:
    # The job only makes the close visible; whether an answer is in time is decided where it is received (R9).
    wait = (deadline_of(letter) - now).total_seconds()
    name = f"{CLOSE_WORKFLOW}:{letter.reference}:{letter.deadline_version}"
    enqueue(session, CLOSE_WORKFLOW, name, letter.id, queue=CLOCK_QUEUE, delay_seconds=max(wait, 0.1))


@dataclass(frozen=True)
class DeadlineReview:
    """What moving the deadline would do, for a second look before anybody is told."""

    before: ShownInstant
    after: ShownInstant
    people: int
    """How many are mailed."""
    invited: int
    warnings: tuple[str, ...]


def review_deadline(session: Session, actor: Actor, reference: str, local: datetime, *, now: datetime) -> DeadlineReview:
    """Changes nothing, and raises what `move_deadline` would raise."""
    letter = load_letter(session, actor, reference, Permission.CLOSE)
    move_for(letter.state, Action.MOVE_DEADLINE)
    new, old = _moved(session, letter, local, now=now)
    invitations = invitations_of(session, letter)
    return DeadlineReview(
        before=show_instant(old, letter.deadline_zone),
        after=show_instant(new, letter.deadline_zone),
        people=sum(len(live_representatives(one)) for one in invitations),
        invited=len(invitations),
        warnings=tuple(clashes_with_deadline(session, letter, new, now=now)),
    )


def _moved(session: Session, letter: LetterRow, local: datetime, *, now: datetime) -> tuple[datetime, datetime]:
    """The new deadline and the old one, if the one may take the other's place."""
    new, old = instant_from_local(local, letter.deadline_zone), deadline_of(letter)
    if record_time(session, letter.id, now=now) >= old:
        raise WrongState("The deadline has passed, and a deadline that has passed cannot be moved.")
    if new <= old:
        raise InvalidInput(
            "A deadline can only be moved later: societies have planned with the one that was announced.", field="deadline_local"
        )
    return new, old


def move_deadline(session: Session, actor: Actor, reference: str, local: datetime, *, now: datetime) -> None:
    """Moves the deadline later, before it has passed, and tells everyone; never earlier (DESIGN §2)."""
    letter = load_letter(session, actor, reference, Permission.CLOSE, for_update=True)
    move = move_for(letter.state, Action.MOVE_DEADLINE)
    new, old = _moved(session, letter, local, now=now)
    letter.deadline, letter.deadline_version = new, letter.deadline_version + 1
    public = {"deadline": new.isoformat(), "before": old.isoformat(), "deadline_zone": letter.deadline_zone}
    append_event(session, letter, actor, move.event, public, now=now)
    for invitation in invitations_of(session, letter):
        for representative in live_representatives(invitation):
            reason = f"deadline_moved:{representative.reference}:{letter.deadline_version}"
            outbox.put(
                session, "deadline_moved", reason, representative.email, now=now, letter_id=letter.id, representative=representative.id
            )
    _schedule_close(session, letter, now=now)


def close_if_due(session: Session, letter_id: int, *, now: datetime) -> bool:
    """Closes the letter if its deadline has passed; harmless at any other time."""
    letter = lock_letter(session, letter_id)
    move = find_move(letter.state, Action.CLOSE_AT_DEADLINE)
    if move is None or now < deadline_of(letter):
        return False
    _close(session, letter, CLOCK, deadline_of(letter), now=now)
    return True


def letters_due(session: Session, *, now: datetime) -> list[int]:
    """The letters whose deadline has passed and that still read *signing*."""
    query = select(LetterRow.id).where(LetterRow.state == LetterState.SIGNING, LetterRow.deadline <= now)
    return list(session.scalars(query))


def unanswered(session: Session, letter: LetterRow) -> list[InvitationRow]:
    """The invitations without a standing answer, and those whose signature has to be affirmed on the text in force.

    Nobody waits for a society that said “not us”, where the coordinators left it at that and nobody can answer any more.
    """
    standing = select(AnswerRow.invitation_id).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True))
    answered = set(session.scalars(standing)) - {answer.invitation_id for answer in answers_to_affirm(session, letter)}
    waiting = [row for row in invitations_of(session, letter) if row.id not in answered]
    return [row for row in waiting if row.not_us_settled_at is None or live_representatives(row)]


def close_early(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """Closes before the deadline, which is allowed when every society has answered and none may object to a change any more."""
    letter = load_letter(session, actor, reference, Permission.CLOSE, for_update=True)
    move_for(letter.state, Action.CLOSE_EARLY)
    waiting = unanswered(session, letter)
    if waiting:
        names = "; ".join(row.society.printed_name for row in waiting[:3]) + (" …" if len(waiting) > 3 else "")
        raise Conflict(f"Sign-on closes before its deadline only when every society has answered. Waiting for {len(waiting)}: {names}")
    closed_at = min(record_time(session, letter.id, now=now), deadline_of(letter))
    until = letter.freezings[-1].object_until if letter.freezings else None
    if until is not None and closed_at < until:
        shown = show_instant(until, letter.deadline_zone)
        raise Conflict(f"Societies were told that they may object to the change until {shown}. Sign-on cannot close before that.")
    _close(session, letter, actor, closed_at, now=now)


def _close(session: Session, letter: LetterRow, actor: Actor, closed_at: datetime, *, now: datetime) -> None:
    action = Action.CLOSE_AT_DEADLINE if actor is CLOCK else Action.CLOSE_EARLY
    move = move_for(letter.state, action)
    letter.state, letter.closed_at = move.becomes, closed_at
    append_event(session, letter, actor, move.event, {"state": move.becomes, "closed_at": closed_at.isoformat()}, now=now)


def cancel_letter(session: Session, actor: Actor, reference: str, reason: str, *, now: datetime) -> None:
    """Ends a letter that will not be sent. Whoever was invited is told why."""
    letter = load_letter(session, actor, reference, Permission.CANCEL, for_update=True)
    move = move_for(letter.state, Action.CANCEL)
    why = bounded_text(reason, limits.REASON, field="reason", what="The reason")
    letter.state = move.becomes
    drop_if_awaited(session, letter, actor, now=now)
    event = append_event(session, letter, actor, move.event, {"state": move.becomes, "reason": why}, now=now)
    for invitation in invitations_of(session, letter):
        # Whoever was asked for nothing yet knows of nothing.
        for representative in live_representatives(invitation) if invitation.invited_at else ():
            outbox.put(
                session,
                "letter_cancelled",
                f"letter_cancelled:{representative.reference}",
                representative.email,
                now=now,
                letter_id=letter.id,
                representative=representative.id,
                event=event.sequence,
            )
