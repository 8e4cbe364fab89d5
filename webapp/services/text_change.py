"""Changing the text while sign-on is open: another revision is put in force, and everyone is told (DESIGN §2)."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, instant_from_local, show_instant
from webapp.domain.digest import sha256_of
from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.letter import Action, move_for
from webapp.domain.permission import Permission
from webapp.domain.text import Change
from webapp.persistence import outbox
from webapp.persistence.record import append_event, record_time
from webapp.persistence.tables import FreezingRow, LetterRow, RevisionRow
from webapp.rendering.redline import redline_html
from webapp.services.access import load_letter
from webapp.services.chosen_venues import freezing_refusals
from webapp.services.documents import answers_to_affirm, letter_document, signing_answers
from webapp.services.need import in_one_sentence
from webapp.services.redlines import statement_redline
from webapp.services.revisions import freeze, is_as_revised, revision_facts, unreadable_texts
from webapp.services.sign_on import Reasons, deadline_of, invitations_of, judged, live_representatives, uncovered_needs


@dataclass(frozen=True)
class Declared:
    """What a coordinator declares of the change; `object_until` is the wall clock in the zone of the letter."""

    change: str
    is_fit: bool
    reasons: Reasons = field(default_factory=Reasons)
    object_until: datetime | None = None
    seen: str = ""
    """The mark of what was shown when this was declared; empty where nobody looked."""


@dataclass(frozen=True)
class Proposal:
    """The newest revision beside the one in force, and whom it concerns."""

    old_number: int
    new_number: int
    note: str
    change: str
    """Editorial or substantive, as it was said when the revision was made."""
    redline: Markup
    signed: int
    waiting: int
    people: int
    deadline: ShownInstant
    mark: str
    """Of exactly this, for the page to send back."""


def propose_change(session: Session, actor: Actor, reference: str) -> Proposal:
    """What would be put in force. Raises WrongState, with what to do first, where there is nothing newer than the text in force."""
    letter = load_letter(session, actor, reference, Permission.OPEN_SIGN_ON)
    move_for(letter.state, Action.CHANGE_TEXT)
    old, new = _sides(letter)
    return Proposal(
        old_number=old.number,
        new_number=new.number,
        note=new.note,
        change=new.change,
        redline=redline_html(statement_redline(old, new, letter.language), prefix="redline", language=letter.language),
        signed=len(signing_answers(session, letter)),
        waiting=len(answers_to_affirm(session, letter)),
        people=sum(len(live_representatives(invitation)) for invitation in invitations_of(session, letter)),
        deadline=show_instant(deadline_of(letter), letter.deadline_zone),
        mark=_mark(old, new),
    )


def change_text(session: Session, actor: Actor, reference: str, declared: Declared, *, now: datetime) -> None:
    """Puts the newest revision in force and tells every representative, each once (R16).

    Editorial: signatures stand, and a society may object until the moment that is named. Substantive: each signature waits until
    its society has affirmed the new text (R4). Raises InvalidInput for what was not declared, WrongState where nothing is newer,
    Conflict where it is no longer what was shown.
    """
    letter = load_letter(session, actor, reference, Permission.OPEN_SIGN_ON, for_update=True)
    move = move_for(letter.state, Action.CHANGE_TEXT)
    at = record_time(session, letter.id, now=now)
    if at >= deadline_of(letter):
        raise WrongState("The deadline has passed: nobody could answer to another text any more.")
    old, new = _sides(letter)
    if declared.seen and declared.seen != _mark(old, new):
        raise Conflict("Another revision has been made since you opened this page. Read what would be put in force now, then press again.")
    # Everyone is about to be mailed: it must be readable, and what it goes to must take it.
    if problems := unreadable_texts(letter) or freezing_refusals(session, letter):
        raise WrongState(" ".join(problems))
    document = letter_document(session, letter, dated=now, is_draft=True)
    if unprintable := uncovered_needs(replace(document, statement=new.statement, references=tuple(new.references))):
        raise WrongState(in_one_sentence(unprintable))
    freezing = _freezing(session, letter, new, declared, at=at)
    freeze(session, letter, actor, freezing)
    public = {
        **revision_facts(new),
        "before": old.digest,
        "change": freezing.change,
        "note": new.note,
        "object_until": freezing.object_until.isoformat() if freezing.object_until else None,
        "is_fit": freezing.is_fit,
        "reason_unfit": freezing.reason_unfit,
        "reason_unanswered": freezing.reason_unanswered,
    }
    append_event(session, letter, actor, move.event, public, now=now)
    due = [
        outbox.Due(f"text_changed:{one.reference}:{new.number}", one.email, {"representative": one.id, "freezing": freezing.id})
        for invitation in invitations_of(session, letter)
        for one in live_representatives(invitation)
    ]
    outbox.put_all(session, "text_changed", due, now=now, letter_id=letter.id)


def _freezing(session: Session, letter: LetterRow, revision: RevisionRow, declared: Declared, *, at: datetime) -> FreezingRow:
    if declared.change not in set(Change):
        raise InvalidInput("Say whether the change is editorial or substantive.", field="change")
    # Everything since the text in force is put in force with it, so one change of substance is enough.
    in_force = letter.revision_in_force.number if letter.revision_in_force else 0
    substantive = [one.number for one in letter.revisions if one.number > in_force and one.change == Change.SUBSTANTIVE]
    if substantive and declared.change == Change.EDITORIAL:
        raise InvalidInput(
            f"Revision {substantive[-1]} was made as a substantive change, so signatures wait until they are affirmed.", field="change"
        )
    given = judged(session, letter, declared.reasons, is_fit=declared.is_fit)
    until = None
    if declared.change == Change.EDITORIAL:
        if declared.object_until is None:
            raise InvalidInput("Say until when a society may object.", field="object_until")
        until = instant_from_local(declared.object_until, letter.deadline_zone, field="object_until")
        if until <= at:
            raise InvalidInput("That moment has passed. Give the societies time to read.", field="object_until")
        if until > deadline_of(letter):
            raise InvalidInput("Objections end with sign-on at the latest: name a moment before the deadline.", field="object_until")
        announced = letter.freezings[-1].object_until
        if announced is not None and until < announced > at:
            shown = show_instant(announced, letter.deadline_zone)
            raise InvalidInput(f"Societies were told that they may object until {shown}: no earlier moment now.", field="object_until")
    return FreezingRow(
        revision=revision,
        change=declared.change,
        frozen_at=at,
        is_fit=declared.is_fit,
        reason_unfit=given.unfit,
        reason_unanswered=given.unanswered,
        object_until=until,
    )


def _sides(letter: LetterRow) -> tuple[RevisionRow, RevisionRow]:
    old = letter.revision_in_force
    new = letter.revisions[-1] if letter.revisions else None
    if old is None or new is None or new.number <= old.number:
        raise WrongState("Write the change in the text and make a revision of it first.")
    if not is_as_revised(letter):
        raise WrongState(f"The text has been changed since revision {new.number}. Make a revision of it first.")
    if new.digest == old.digest:
        raise WrongState(f"The statement of revision {new.number} is the one in force: there is nothing for the societies to read.")
    return old, new


def _mark(old: RevisionRow, new: RevisionRow) -> str:
    """By which the page knows again which revision would take the place of which."""
    return sha256_of("change/v1", [old.number, old.digest, new.number, new.digest])
