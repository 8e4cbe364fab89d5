"""“What needs me now?”: all that waits for the coordinators of a letter, from every part of it, the most urgent first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.domain.deadline import earliest_today, show_date
from webapp.domain.letter import AFTER_THE_SEAL, LetterState
from webapp.domain.roster_view import Trouble
from webapp.domain.stage import HAS_ANSWERED, Stage
from webapp.persistence.tables import CirculationRow, LetterRow, RevisionRow
from webapp.services.after_the_seal import later_needs
from webapp.services.authority_list import authority_needs
from webapp.services.comment_desk import BLOCKING_ACT, COMMENTS_ACT, comment_needs, has_comments
from webapp.services.course_needs import course_needs, overdue_needs
from webapp.services.documents import frozen_digest
from webapp.services.invitations import MailState, not_invited_yet
from webapp.services.journal_mail_desk import mail_needs
from webapp.services.need import Need, Urgency, few_or_all, most_urgent_first
from webapp.services.new_text_view import new_text_needs
from webapp.services.reminder_desk import going_out_soon
from webapp.services.revisions import is_as_revised
from webapp.services.round_needs import round_needs
from webapp.services.sealing import Progress
from webapp.services.sign_on import unanswered
from webapp.services.sign_ons import waiting_for
from webapp.services.talks import waiting_talks
from webapp.services.troubles import Troubled, troubled

_MOST_TALKS = 5
BEFORE_SIGNING = {LetterState.DRAFTING, LetterState.CIRCULATING}
_NOT_INVITED = (("show", MailState.NONE.value),)
_NEWEST = (
    select(RevisionRow.number, RevisionRow.digest)
    .where(RevisionRow.letter_id == bindparam("letter"))
    .order_by(RevisionRow.number.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Found:
    """What the front page has found out already."""

    stages: Counter[Stage]
    missing: tuple[Need, ...]
    """What still keeps sign-on from being opened."""
    seal_blockers: tuple[Need, ...]
    clashes: Iterable[Need]
    """Milestones that do not go together."""
    sealing: Progress = field(default_factory=Progress)


def needs_of(session: Session, letter: LetterRow, found: Found, *, now: datetime) -> list[Need]:
    """What waits, each with the page on which it is done. What keeps sign-on from being opened is not said twice."""
    needs = [*overdue_needs(session, letter, now=now), *_in_this_state(session, letter, found, now=now)]
    needs += _reminders(session, letter, now=now)
    said = {need.text for need in needs}
    return most_urgent_first([*needs, *(clash for clash in found.clashes if clash.text not in said)])


def _in_this_state(session: Session, letter: LetterRow, found: Found, *, now: datetime) -> list[Need]:
    state = LetterState(letter.state)
    if state in BEFORE_SIGNING:
        return _before_signing(session, letter, found.missing, now=now)
    talks = _talks(session, letter)
    may_close = not talks
    talks += authority_needs(session, letter)
    if state is LetterState.SIGNING:
        return [*talks, *_while_signing(session, letter, found.stages, may_close=may_close, now=now)]
    if state is LetterState.CLOSED and found.sealing.is_under_way:
        return [*talks, Need("The documents are being made", "seal", "See how far they are.", urgency=Urgency.TO_KNOW)]
    if state is LetterState.CLOSED and found.sealing.failure:
        talks += [Need("The letter was not sealed", "seal", found.sealing.failure, urgency=Urgency.NOW)]
    if state is LetterState.CLOSED and found.seal_blockers:
        return [*talks, *(need for need in found.seal_blockers if need.act != "authority")]
    if state is LetterState.CLOSED and found.sealing.failure:
        return talks
    if state is LetterState.CLOSED:
        return [*talks, Need("Seal the letter", "seal", _before_the_seal(found.stages[Stage.TO_AFFIRM]))]
    talks += later_needs(session, letter, now=now)
    talks += new_text_needs(session, letter, now=now)
    talks += mail_needs(session, letter)
    if state not in AFTER_THE_SEAL:
        return []
    return [*talks, *course_needs(session, letter), *round_needs(session, letter, now=now)]


def _reminders(session: Session, letter: LetterRow, *, now: datetime) -> list[Need]:
    """What leaves by itself, while it can still be held back."""
    number = going_out_soon(session, letter, now=now)
    words = "1 reminder goes" if number == 1 else f"{number} reminders go"
    return (
        [Need(f"{words} out by tomorrow", "reminders", "Look at them; each can be held back.", urgency=Urgency.TO_KNOW)] if number else []
    )


def _talks(session: Session, letter: LetterRow) -> list[Need]:
    """The societies that wait for a word; while one does, closing early is not proposed."""
    # A condition that was not met in time holds nothing up any more.
    condition, urgency = "would sign on a condition", Urgency.NOW
    if letter.state != LetterState.SIGNING:
        condition, urgency = "would have signed on a condition", Urgency.TO_KNOW
    found = []
    for talk in waiting_talks(session, letter):
        what = condition if talk.has_condition else "has written to you"
        found.append(Need(f"{talk.society} {what}", "talk", "Read it, and answer.", talk.invitation, urgency=urgency))
    # Each is a talk of its own, and worth its line for longer than what is settled in one go.
    return few_or_all(found, lambda number: _many(number, "societies wait for a word of yours", Trouble.WAITS, urgency), most=_MOST_TALKS)


def _before_the_seal(not_affirmed: int) -> str:
    if not not_affirmed:
        return "Sign-on has closed. Look through the list, then fix it for good."
    left_out = "1 signature was" if not_affirmed == 1 else f"{not_affirmed} signatures were"
    return f"Sign-on has closed, and {left_out} not affirmed. Look through the list, then fix it for good."


def _before_signing(session: Session, letter: LetterRow, missing: tuple[Need, ...], *, now: datetime) -> list[Need]:
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


def _while_signing(session: Session, letter: LetterRow, stages: Counter[Stage], *, may_close: bool, now: datetime) -> list[Need]:
    needs, today = [], earliest_today(now)
    if waiting := stages[Stage.ON_THE_LIST] + len(not_invited_yet(session, letter)):
        what = f"{waiting} {'society has' if waiting == 1 else 'societies have'} not been invited to sign yet"
        needs.append(Need(what, "invitations", "Choose who is invited now.", narrowed=_NOT_INVITED, urgency=Urgency.SOON))
    elif may_close and any(stages[stage] for stage in HAS_ANSWERED) and not waiting_for(stages):
        needs += _closing(session, letter, stages)
    unfrozen = unfrozen_revision(session, letter)
    if unfrozen and is_as_revised(letter):
        needs.append(Need(f"Put revision {unfrozen} in force", "force", "Until then the text before it is signed."))
    if not is_as_revised(letter):
        needs.append(Need("Make a revision of the texts as they are now", "revise", "They were edited; what is signed is as before."))
    if waiting := stages[Stage.TO_AFFIRM]:
        affirmed = f"{stages[Stage.SIGNED]} of {stages[Stage.SIGNED] + waiting} signatures stand on the text in force."
        what = f"{waiting} {'signature is' if waiting == 1 else 'signatures are'} to be affirmed"
        needs.append(Need(what, "roster", affirmed, narrowed=(("stage", Stage.TO_AFFIRM),), urgency=Urgency.SOON))
    return [*needs, *_troubles(troubled(session, letter, today=today))]


def _closing(session: Session, letter: LetterRow, stages: Counter[Stage]) -> list[Need]:
    if not stages[Stage.NOT_US]:
        return [Need("Every society has answered: sign-on can be closed now", "close")]
    # Where the coordinators have left it at “not us”, that society is not waited for either.
    return [] if unanswered(session, letter) else [Need("No society is waited for any more: sign-on can be closed now", "close")]


def _troubles(societies: Sequence[Troubled]) -> list[Need]:
    """Who cannot be reached, and whose board has met; one sentence for many of them, with the roster narrowed to just these."""
    alone = [_unreachable(one) for one in societies if Trouble.UNREACHABLE in one.troubles]
    half = [_half_reached(one) for one in societies if one.failed and not one.was_opened and Trouble.UNREACHABLE not in one.troubles]
    wrong = [_not_us(one) for one in societies if Trouble.NOT_US in one.troubles]
    met = [_met(one) for one in societies if one.board_met_on]
    return [
        *few_or_all(alone, lambda number: _many(number, "societies cannot be reached", Trouble.UNREACHABLE, Urgency.NOW)),
        *few_or_all(wrong, lambda number: _many(number, "societies say “not us”", Trouble.NOT_US, Urgency.NOW)),
        *half,
        *few_or_all(met, lambda number: _many(number, "boards have met, and not answered", Trouble.BOARD_MET, Urgency.SOON)),
    ]


def _unreachable(one: Troubled) -> Need:
    if not one.failed:
        named = (("society", one.society),)
        return Need(f"{one.society} has no representative", "represent", "Nobody can answer for it.", narrowed=named, urgency=Urgency.NOW)
    return _came_back(one, f"Mail to {one.society} could not be delivered", Urgency.NOW)


def _half_reached(one: Troubled) -> Need:
    return _came_back(one, f"Mail to one of the representatives of {one.society} could not be delivered", Urgency.SOON)


def _came_back(one: Troubled, what: str, urgency: Urgency) -> Need:
    return Need(what, "people", f"Check the address {one.failed[0]}, and correct it.", one.invitation, urgency=urgency)


def _not_us(one: Troubled) -> Need:
    what = f"{one.society}: somebody there says that the letter has reached the wrong place"
    return Need(what, "people", "Find the right address, or leave it at that.", one.invitation, urgency=Urgency.NOW)


def _met(one: Troubled) -> Need:
    what = f"The board of {one.society} met on {show_date(one.board_met_on)} and has not answered" if one.board_met_on else ""
    return Need(what, "talk", "Ask how it was decided.", one.invitation, urgency=Urgency.SOON)


def _many(number: int, words: str, trouble: Trouble, urgency: Urgency) -> Need:
    return Need(f"{number} {words}", "roster", "See who.", narrowed=(("trouble", trouble),), urgency=urgency)


def unfrozen_revision(session: Session, letter: LetterRow) -> int | None:
    if letter.state != LetterState.SIGNING:
        return None
    newest = session.execute(_NEWEST, {"letter": letter.id}).one()
    # Where only a short form or a reference that nobody cites differs, there is nothing for the societies to read anew.
    return int(newest.number) if newest.digest != frozen_digest(session, letter.id) else None
