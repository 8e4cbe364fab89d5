"""The record as people read it: what happened, when, and who did it."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.answer_words import ANSWER_WORDS
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.permission import Permission
from webapp.domain.record import first_break
from webapp.persistence.record import load_events
from webapp.persistence.shipped_venues import shipped_venues
from webapp.persistence.tables import EventRow, LetterRow, StaffRow
from webapp.rendering.languages import language_name
from webapp.services.access import load_letter
from webapp.services.sign_on import invitations_of


@dataclass(frozen=True)
class EventLine:
    number: int
    when: ShownInstant
    title: str
    who: str
    note: str


_EVENT_TITLES = {
    "letter.created": "Letter made",
    "letter.edited": "Draft saved",
    "references.edited": "References edited",
    "layout.edited": "How it is printed changed",
    "text.edited": "Text edited",
    "revision.made": "Revision made",
    "revision.circulated": "Revision sent out for comment",
    "talk.said": "Something said in a talk",
    "comment.given": "Comment given",
    "comments.imported": "Suggestions and comments of a Word file brought in",
    "comment.taken_back": "Comment taken back",
    "comment.disposed": "Comment answered",
    "revision.frozen": "Another text put in force",
    "answer.objected": "Change objected to",
    "comment.applied": "Suggested wording taken into the text",
    "comment.unapplied": "Suggested wording taken out again",
    "society.added": "Society added",
    "representative.added": "Representative added",
    "letter.opened": "Sign-on opened, text frozen",
    "invitation.opened": "Letter opened",
    "board.announced": "Board date given",
    "answer.given": "Answer given",
    "answer.withdrawn": "Answer withdrawn",
    "answer.confirmed": "Recorded answer confirmed by a second coordinator",
    "answer.disputed": "Answer disputed: “This was not us”",
    "dispute.settled": "Dispute settled",
    "proof.attached": "Proof attached",
    "authority.rule_set": "What is asked for before a signature counts",
    "authority.asked": "Official address asked to confirm",
    "authority.settled": "Authority settled",
    "deadline.moved": "Deadline moved later",
    "letter.closed": "Sign-on closed",
    "letter.cancelled": "Letter cancelled",
    "link.replaced": "Personal link replaced",
    "invitation_text.edited": "Words of the invitation edited",
    "invitation.sent": "Invited to sign",
    "address.corrected": "Address of a representative corrected",
    "representative.handed_over": "Handed over to a colleague",
    "representative.not_us": "Said that the letter had reached the wrong place",
    "not_us.settled": "Left at that by a coordinator",
    "representative.revoked": "Representative’s link revoked",
    "society.removed": "Society taken off the list",
    "name.corrected": "Printed name corrected",
    "letter.sealed": "Letter sealed",
    "addendum.opened": "Addendum opened: more societies can join",
    "addendum.closed": "Addendum closed",
    "addendum.issued": "Addendum issued",
    "addendum.ended": "Addendum ended, for nobody had joined",
    "erratum.made": "Erratum issued",
    "edition.made": "Edition with addenda made",
    "publication.set": "Said from when it is public",
    "publication.moved": "Publication moved",
    "publication.dropped": "Publication taken back before it came",
    "correspondence.entered": "Correspondence entered",
    "correspondence.released": "Item of the correspondence released",
    "journal_mail.written": "Mail to the journal written",
    "journal_mail.changed": "Mail to the journal changed: what was approved is approved no more",
    "journal_mail.approved": "Mail to the journal approved",
    "journal_mail.sent": "Mail to the journal sent",
    "journal_mail.dropped": "Mail to the journal put aside",
    "news.sent": "Signatories told",
    "news.wanted": "News wanted by a representative",
    "news.stopped": "No more news wanted by a representative",
    "round.opened": "Signatories asked before a journal is answered",
    "round.answered": "Word of a society on the reply that is proposed",
    "round.ended": "Asking the signatories ended before its moment",
    "correspondence.struck": "Item of the correspondence struck",
    "letter.submitted": "Submitted to the journal",
    "package.kept": "Package for a journal changed",
    "claims.mapped": "Claims mapped to grounds",
    "showing.noted": "Place noted where the text was shown",
    "showing.struck": "Place taken off where the text was shown",
    "submission.added": "Submission planned",
    "submission.edited": "Facts of a submission changed",
    "submission.noted": "Step at the journal noted",
    "step.corrected": "Step at a journal corrected",
    "follow_up.set": "Day set by which something is looked after",
    "follow_up.done": "Looked after",
    "fate.told": "What became of an article",
    "fate.corrected": "What became of an article corrected",
    "letter.resolved": "Course ended",
    "record.restored": "Restored from a backup",
    "clock.regressed": "The clock had gone back",
    "person.added": "Somebody let in to work on the letter",
    "person.changed": "Role on the letter changed",
    "person.removed": "Somebody taken off the letter",
    "addresses.exported": "Addresses of the representatives exported",
    "venue.chosen": "Venue chosen for a text",
    "venue.dropped": "Venue taken off a text",
    "style.set": "Citation style of a text set",
    "venue.window_set": "Start of a venue’s window set",
    "reminders.planned": "Plan of reminders changed",
    "reminders.held": "Reminders held back",
    "reminders.let_go": "Reminders let go again",
    "reminders.sent": "Reminders sent",
    "reminders.stopped": "Reminders stopped",
    "reminders.resumed": "Reminders wanted again",
    "new_text.begun": "Changed text begun, as a journal has asked",
    "new_text.edited": "Changed text edited",
    "new_text.put": "Changed text put to the signatories",
    "new_text.affirmed": "Changed text affirmed",
    "new_text.objected": "Changed text objected to",
    "new_text.fixed": "List of the changed text fixed",
    "new_text.made": "Documents of the changed text made",
    "new_text.abandoned": "Changed text abandoned",
    "translation.added": "Translation added",
    "translation.edited": "Translation edited",
    "translation.removed": "Translation removed",
    "submission.planned": "Day of submission planned",
}

_ACTORS = {
    ActorKind.STAFF: "a coordinator",
    ActorKind.REPRESENTATIVE: "the society",
    ActorKind.COMMAND: "the command line",
    ActorKind.CLOCK: "the clock",
}


def event_title(kind: str) -> str:
    """What an event is called where people read it."""
    return _EVENT_TITLES[kind]


def is_unbroken(session: Session, actor: Actor, reference: str) -> bool:
    """Whether every event of the record still fits the chain, checked now."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return first_break(letter.reference, load_events(session, letter.id)) is None


def list_events(session: Session, actor: Actor, reference: str) -> list[EventLine]:
    """The letter's record, the newest first."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    names = {row.society.reference: row.society.printed_name for row in invitations_of(session, letter)}
    rows = session.scalars(select(EventRow).where(EventRow.letter_id == letter.id).order_by(EventRow.sequence.desc()))
    # The record knows people by their reference alone (R19); who that is now stands beside it.
    staff = {row.reference: row.email for row in session.execute(select(StaffRow.reference, StaffRow.email))}
    return [_event_line(row, names, staff, letter) for row in rows]


def _event_line(row: EventRow, names: dict[str, str], staff: dict[str, str], letter: LetterRow) -> EventLine:
    public = json.loads(row.public)
    society = names.get(public.get("society", ""), "")
    answered = ANSWER_WORDS.get(public.get("answer_kind", ""))
    verb = answered.record if answered else ""
    person = staff.get(public.get("person", ""), "")
    slug = public.get("venue", "")
    venue = shipped_venues()[slug].name if slug in shipped_venues() else slug
    parts = (
        _revision_words(public),
        _translated_words(public),
        society,
        verb,
        person,
        public.get("role", ""),
        venue,
        public.get("starts_on") or "",
    )
    note = " ".join(part for part in parts if part)
    who = _ACTORS[ActorKind(row.actor.partition(":")[0])]
    return EventLine(row.sequence, show_instant(row.at, letter.deadline_zone), event_title(row.kind), who, note)


def _translated_words(public: dict[str, Any]) -> str:
    """“German”."""
    return language_name(public["language"], "en") if "translation" in public else ""


def _imported_words(public: dict[str, Any]) -> str:
    """“2 suggestions, 1 comment”."""
    counted = ((public.get("suggestions", 0), "suggestion"), (public.get("remarks", 0), "comment"))
    return ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counted if number)


def _revision_words(public: dict[str, Any]) -> str:
    """“Revision 3, editorial: one line on what changed”."""
    if "revision" not in public:
        return ""
    words = ", ".join(part for part in (f"Revision {public['revision']}", public.get("change", "")) if part)
    said = public.get("note") or _imported_words(public)
    return f"{words}: {said}" if said else words
