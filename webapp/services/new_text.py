"""A text that a journal wants changed after the seal: begun, written, put to the signatories, abandoned (R3, R11)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.deadline import instant_from_local
from webapp.domain.digest import sha256_of
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.new_text import (
    LONGEST_WINDOW,
    OPEN_STATES,
    SHORTEST_WINDOW,
    NewTextAct,
    NewTextState,
    fixes_from,
    is_carried_by_silence,
    move_of,
    refuse_letter_state,
)
from webapp.domain.permission import Permission
from webapp.domain.text import Change, style_of
from webapp.persistence import outbox
from webapp.persistence.queue import CLOCK_QUEUE, enqueue
from webapp.persistence.record import Happening, actor_words, append_event, last_said, record_time
from webapp.persistence.tables import AnswerRow, LetterRow, NewTextAskedRow, NewTextRow, PutTextRow, RevisionRow
from webapp.rendering.text import cited_keys, statement_html
from webapp.rendering.wide_tables import with_wide_tables_marked
from webapp.services.access import load_letter
from webapp.services.carried_texts import is_carried
from webapp.services.chosen_venues import refusals_for
from webapp.services.documents import letter_document
from webapp.services.need import in_one_sentence
from webapp.services.new_text_list import printed_answers
from webapp.services.references import new_reference
from webapp.services.revisions import text_digest
from webapp.services.sign_on import live_representatives, uncovered_needs
from webapp.services.submissions import find_submission
from webapp.services.texts import ONE_SITTING, body_of
from webapp.services.venues import venues_by_slug

FIX_WORKFLOW = "fix_new_texts"
PUT_MAIL, ABANDONED_MAIL = "new_text_put", "new_text_abandoned"
_CHANGED_SINCE = (
    "Somebody has saved this text since you opened the page, so nothing of yours is stored. Yours stands in the form, and what is stored "
    "now beneath it. Press once more, and yours takes its place."
)


@dataclass(frozen=True)
class Begun:
    """What is said when such a text is begun: for which journal, from which sealed text, and what the journal has asked."""

    journal: str
    asked: str
    based_on: str = ""
    """The reference of a sealed text; empty for the statement."""
    venue: str = ""
    submission: str = ""


@dataclass(frozen=True)
class Written:
    body: str
    asked: str
    edition: int


@dataclass(frozen=True)
class PutDeclared:
    """What is declared when the text is put to the signatories; `until` is the wall clock in the zone of the letter."""

    change: str
    until: datetime | None
    seen: str = ""
    """The mark of what was shown; empty where nobody looked."""


def begin_new_text(session: Session, actor: Actor, reference: str, begun: Begun, *, now: datetime) -> str:
    """Begins as a copy of the sealed text; returns its reference. Conflict where another is open for the same submission.

    NotFound for a submission that is none of this letter’s (R13).
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    refuse_letter_state(letter.state, NewTextAct.WRITE)
    if open_text_of(session, letter, begun.submission) is not None:
        raise Conflict("Another changed text is open for this submission. Bring it to its end, or abandon it, before you begin another.")
    if begun.submission:
        find_submission(session, letter, begun.submission)
    journal, asked = _journal(begun.journal), _asked(begun.asked)
    sealed = sealed_text(sealed_revision(letter), begun.based_on)
    style = style_of(sealed)
    if begun.venue:
        known = venues_by_slug(session, [begun.venue])
        if begun.venue not in known:
            raise InvalidInput("Choose a venue from the list.", field="venue")
        style = known[begun.venue].style or style
    row = NewTextRow(
        reference=new_reference(),
        letter_id=letter.id,
        number=1 + (session.scalar(select(func.max(NewTextRow.number)).where(NewTextRow.letter_id == letter.id)) or 0),
        submission=begun.submission,
        venue=begun.venue,
        journal=journal,
        based_on=sealed["reference"],
        asked=asked,
        body=sealed["body"],
        style=style,
        edited_by=actor.reference,
        state=NewTextState.DRAFTING,
        begun_at=record_time(session, letter.id, now=now),
        begun_by=actor_words(actor),
    )
    session.add(row)
    session.flush()
    public = {"new_text": row.reference, "number": row.number, "journal": journal, "based_on": row.based_on, "submission": row.submission}
    append_event(session, letter, actor, "new_text.begun", public, now=now)
    return row.reference


def write_new_text(session: Session, actor: Actor, reference: str, new_text: str, written: Written, *, now: datetime) -> int:
    """Saves the draft and returns its new edition. Conflict where somebody has saved in between; WrongState once it is put (R3)."""
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    row = find_new_text(session, letter, new_text)
    refuse_letter_state(letter.state, NewTextAct.WRITE)
    move_of(row.state, NewTextAct.WRITE)
    body, asked = body_of(written.body), _asked(written.asked)
    # Whatever edition it began from: a page whose answer was lost on the way sends the same once more.
    if (body, asked) == (row.body, row.asked):
        return row.edition
    if row.edition != written.edition:
        raise Conflict(_CHANGED_SINCE)
    row.body, row.asked, row.edition, row.edited_at, row.edited_by = body, asked, row.edition + 1, now, actor.reference
    public = {"new_text": row.reference}
    at = last_said(session, letter.id, actor, Happening("new_text.edited", public))
    if at is None or not timedelta(0) <= now - at < ONE_SITTING:
        append_event(session, letter, actor, "new_text.edited", public, now=now)
    return row.edition


@dataclass(frozen=True)
class Proposed:
    """Whom the text would be put to, and by whose mandate it could be carried; `mark` is of exactly this."""

    asked: int
    with_mandate: int
    people: int
    unreachable: tuple[str, ...]
    """Nobody of the society has a link that works: silence does not carry it."""
    mark: str


def propose_new_text(session: Session, letter: LetterRow, row: NewTextRow) -> Proposed:
    answers = printed_answers(session, letter)
    told = {answer.id: len(live_representatives(answer.invitation)) for answer in answers}
    return Proposed(
        asked=len(answers),
        with_mandate=sum(is_carried_by_silence(one.mandate, Change.EDITORIAL, can_be_told=told[one.id] > 0) for one in answers),
        people=sum(told.values()),
        unreachable=tuple(one.printed_name for one in answers if not told[one.id]),
        mark=sha256_of("new-text-seen/v1", [row.reference, row.edition, [[one.reference, told[one.id] > 0] for one in answers]]),
    )


def put_new_text(session: Session, actor: Actor, reference: str, new_text: str, declared: PutDeclared, *, now: datetime) -> None:
    """Freezes the text (R3) and tells every signatory, each once (R16). From here on silence may carry, so nothing can be taken back.

    Raises InvalidInput for what was not declared, WrongState for what cannot be printed or what the venue would refuse, Conflict where
    text or signatories are not what was shown.
    """
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    row = find_new_text(session, letter, new_text)
    refuse_letter_state(letter.state, NewTextAct.PUT)
    becomes = move_of(row.state, NewTextAct.PUT)
    if declared.seen and declared.seen != propose_new_text(session, letter, row).mark:
        raise Conflict("The text, or who stands behind it, has changed since you opened this page. Look once more, then press again.")
    at = record_time(session, letter.id, now=now)
    put = _frozen(session, letter, row, declared, at=at)
    answers = printed_answers(session, letter)
    if not answers:
        raise WrongState("No society stands behind the letter any more, so there is nobody to ask.")
    row.put, row.state, row.put_at = put, becomes, at
    carried = {
        one.id: is_carried_by_silence(one.mandate, put.change, can_be_told=bool(live_representatives(one.invitation))) for one in answers
    }
    session.add_all(NewTextAskedRow(new_text_id=row.id, answer_id=one.id, is_carried=carried[one.id]) for one in answers)
    public = {
        "new_text": row.reference,
        "number": row.number,
        "journal": row.journal,
        "digest": put.digest,
        "before": put.based_on_digest,
        "change": put.change,
        "until": put.until.isoformat(),
        "zone": put.zone,
        **asked_facts((one.reference, carried[one.id]) for one in answers),
    }
    # What the journal wrote is for the coordinators and the signatories, and not for whoever reads the record (DESIGN §2).
    append_event(session, letter, actor, "new_text.put", public, now=now, private={"asked": put.asked})
    due = [
        outbox.Due(f"{PUT_MAIL}:{row.reference}:{who.reference}", who.email, {"representative": who.id, "new_text": row.id})
        for one in answers
        for who in live_representatives(one.invitation)
    ]
    outbox.put_all(session, PUT_MAIL, due, now=now, letter_id=letter.id)
    # The job only makes the end visible; what is in time is decided where it is received (R9).
    wait = (fixes_from(put.until, limits.LONGEST_REQUEST) - now).total_seconds()
    enqueue(session, FIX_WORKFLOW, f"{FIX_WORKFLOW}:{row.reference}", letter.id, queue=CLOCK_QUEUE, delay_seconds=max(wait, 0.1))


def asked_facts(asked: Any) -> dict[str, Any]:
    """How many were asked, and a digest of who, and whose silence carries: the record names nobody who may stay off the list (R13)."""
    listed = sorted([reference, is_carried] for reference, is_carried in asked)
    return {"asked": len(listed), "carried": sum(one[1] for one in listed), "asked_sha256": sha256_of("asked/v1", listed)}


def _frozen(session: Session, letter: LetterRow, row: NewTextRow, declared: PutDeclared, *, at: datetime) -> PutTextRow:
    if declared.change not in set(Change):
        raise InvalidInput("Say whether the change is editorial or substantive.", field="change")
    until = _until(letter, declared.until, at=at)
    revision = sealed_revision(letter)
    sealed = sealed_text(revision, row.based_on)
    if not row.body.strip():
        raise InvalidInput("There is no text yet.", field="body")
    # Everyone is about to be mailed: it must be readable, printable, and what the journal takes.
    with_wide_tables_marked(statement_html(row.body, revision.references, language=letter.language, style=row.style))
    if refusals := refusals_for(session, letter, row.venue, row.body, row.style):
        raise WrongState(" ".join(refusals))
    document = letter_document(session, letter, dated=at, is_draft=True)
    if unprintable := uncovered_needs(replace(document, statement=row.body, journal=row.journal)):
        raise WrongState(in_one_sentence(unprintable))
    digest = text_digest(
        revision.title, revision.ask, revision.targets, body=row.body, references=revision.references, cites=cited_keys(row.body)
    )
    if digest == sealed["digest"]:
        raise WrongState("The text is still the sealed one, word for word: there is nothing for the societies to read.")
    return PutTextRow(
        digest=digest,
        body=row.body,
        style=row.style,
        title=revision.title,
        ask=revision.ask,
        targets=revision.targets,
        references=revision.references,
        based_on_digest=sealed["digest"],
        asked=row.asked,
        change=declared.change,
        until=until,
        zone=letter.deadline_zone,
    )


def _until(letter: LetterRow, local: datetime | None, *, at: datetime) -> datetime:
    if local is None:
        raise InvalidInput("Say until when a society may object or affirm.", field="until")
    until = instant_from_local(local, letter.deadline_zone, field="until")
    if until < at + SHORTEST_WINDOW:
        raise InvalidInput("Give the societies at least a day to read: whoever is silent may be carried.", field="until")
    if until > at + LONGEST_WINDOW:
        raise InvalidInput("That is more than a year ahead.", field="until")
    return until


def abandon_new_text(session: Session, actor: Actor, reference: str, new_text: str, reason: str, *, now: datetime) -> None:
    """Ends it without documents, at any time before they are made; whoever was asked about it is told why."""
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    row = find_new_text(session, letter, new_text)
    becomes = move_of(row.state, NewTextAct.ABANDON)
    if is_carried(session, letter, row.reference):
        raise WrongState("A submission carries this text. Choose another text there first; one that has been sent to a journal stays.")
    why = bounded_text(reason, limits.REASON, field="reason", what="The reason")
    if not why:
        raise InvalidInput("Say in a sentence why: whoever was asked reads it.", field="reason")
    row.state, row.reason, row.abandoned_at = becomes, why, record_time(session, letter.id, now=now)
    append_event(session, letter, actor, "new_text.abandoned", {"new_text": row.reference, "reason": why}, now=now)
    if row.put is None:
        return
    asked = session.scalars(select(AnswerRow).join(NewTextAskedRow).where(NewTextAskedRow.new_text_id == row.id).order_by(AnswerRow.id))
    due = [
        outbox.Due(f"{ABANDONED_MAIL}:{row.reference}:{who.reference}", who.email, {"representative": who.id, "new_text": row.id})
        for one in asked
        for who in live_representatives(one.invitation)
    ]
    outbox.put_all(session, ABANDONED_MAIL, due, now=now, letter_id=letter.id)


def find_new_text(session: Session, letter: LetterRow, reference: str) -> NewTextRow:
    """NotFound where the letter has none with this reference."""
    query = select(NewTextRow).where(NewTextRow.letter_id == letter.id, NewTextRow.reference == reference)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return row


def open_text_of(session: Session, letter: LetterRow, submission: str = "") -> NewTextRow | None:
    query = select(NewTextRow).where(NewTextRow.letter_id == letter.id, NewTextRow.submission == submission)
    return session.scalars(query.where(NewTextRow.state.in_(OPEN_STATES))).one_or_none()


def sealed_revision(letter: LetterRow) -> RevisionRow:
    revision = letter.revision_in_force
    if revision is None or letter.sealed_at is None:
        raise WrongState("The letter has not been sealed yet.")
    return revision


def sealed_text(revision: RevisionRow, reference: str) -> Mapping[str, Any]:
    """One of the sealed texts, by default the statement. InvalidInput where there is none with this reference."""
    for one in revision.texts:
        if one["reference"] == reference or (not reference and one["body"] == revision.statement):
            return one
    raise InvalidInput("Choose one of the sealed texts.", field="based_on")


def _journal(typed: str) -> str:
    journal = bounded_line(typed, limits.JOURNAL, field="journal", what="The journal")
    if not journal:
        raise InvalidInput("Name the journal that asks: it is printed on the changed text.", field="journal")
    return journal


def _asked(typed: str) -> str:
    asked = bounded_text(typed, limits.REASON, field="asked", what="What the journal asked")
    if not asked:
        raise InvalidInput("Say what the journal has asked for: the societies read it.", field="asked")
    return asked
