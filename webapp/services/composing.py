"""The words of one message of the outbox, from what the rows say at the moment of sending; links and codes are never stored (R19)."""

import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.answer import AnswerKind
from webapp.domain.deadline import show_instant
from webapp.domain.handing_over import HAND_OVER, LEAVING
from webapp.domain.letter import LetterState
from webapp.domain.links import Links
from webapp.domain.milestone import comments_key, joining_key
from webapp.domain.text import Change
from webapp.mail import messages
from webapp.mail.message import MailForm
from webapp.persistence.record import event_about
from webapp.persistence.tables import (
    AddendumRow,
    AnswerRow,
    CirculationRow,
    CodeRow,
    Ended,
    EventRow,
    FreezingRow,
    InvitationRow,
    LetterRow,
    ObjectionRow,
    OutboxRow,
    PendingAnswerRow,
    RepresentativeRow,
    SignInLinkRow,
    StaffCodeRow,
    TalkRow,
)
from webapp.services.answer_mails import ANSWER_MAILS, word_answer_mail
from webapp.services.ask_rounds import ROUND_MAIL
from webapp.services.asked_to_join import OPENED
from webapp.services.calendar_files import mailed_calendar
from webapp.services.coordinators import may_be_told
from webapp.services.documents import is_waiting
from webapp.services.invitation_words import filled, text_of
from webapp.services.journal_mails import JOURNAL_MAIL
from webapp.services.later_mails import LATER_MAILS, word_issued_to_desk, word_later_mail
from webapp.services.mail_facts import Office, answer_facts, letter_facts
from webapp.services.new_text_acts import RECEIPT_MAIL
from webapp.services.new_text_mails import NEW_TEXT_MAILS, word_new_text_mail, word_objected_to_desk, word_text_receipt
from webapp.services.news import NEWS
from webapp.services.post_mails import word_ask_round, word_journal_mail, word_news
from webapp.services.reminder_facts import REMINDER
from webapp.services.reminder_words import reminder_words

OPENS_NOTHING = "this-link-opens-nothing"
NOBODY = messages.PlaceFacts("Dr Somebody", "the Example Society")

# What each of these announces or moves goes along as a calendar file.
_WITH_DEADLINE = {"invitation", "deadline_moved"}


def compose(session: Session, row: OutboxRow, office: Office, *, now: datetime) -> MailForm | None:
    """None where the message would be of no use any more."""
    form = _worded(session, row, office, now=now)
    if form is None or row.kind not in _WITH_DEADLINE | {"comment_request", "letter_cancelled", OPENED}:
        return form
    invitation = session.get_one(RepresentativeRow, row.parameters["representative"]).invitation
    keys = None if row.kind == "letter_cancelled" else {_key(session, row)}
    return replace(form, calendar=mailed_calendar(session, invitation, keys, now=now))


def _key(session: Session, row: OutboxRow) -> str:
    """Of the milestone that the message announces."""
    if row.kind in _WITH_DEADLINE:
        return "deadline"
    if row.kind == OPENED:
        return joining_key(session.get_one(AddendumRow, row.parameters["addendum"]).reference)
    return comments_key(session.get_one(CirculationRow, row.parameters["circulation"]).reference)


def _worded(session: Session, row: OutboxRow, office: Office, *, now: datetime) -> MailForm | None:
    if row.kind == "sign_in":
        return _sign_in(session, row, office, now=now)
    if row.kind == "staff_code":
        return _staff_code(session, row, office, now=now)
    if row.kind in _ADDRESSED_THERE:
        return _ADDRESSED_THERE[row.kind](session, row, office)
    if row.kind in ANSWER_MAILS:
        return word_answer_mail(session, row, office, now=now)
    representative = session.get_one(RepresentativeRow, row.parameters["representative"])
    if representative.revoked_at is not None:
        return None
    letter = session.get_one(LetterRow, representative.invitation.letter_id)
    facts = letter_facts(letter)
    place = messages.PlaceFacts(representative.name, representative.invitation.society.printed_name)
    if row.kind == "code":
        return _code(session, row, office, facts, place, now=now)
    if row.kind == "letter_cancelled":
        event = session.get_one(EventRow, (letter.id, row.parameters["event"]))
        return messages.letter_cancelled(facts, place, _reason(event))
    if row.kind == "name_corrected":
        return messages.name_corrected(facts, place, answer_facts(session, session.get_one(AnswerRow, row.parameters["answer"]), letter))
    token = office.keyring.personal_link(representative.reference, representative.link_generation)
    to = messages.Addressed(office.links, token, facts, place)
    if row.kind == REMINDER:
        words = reminder_words(session, row, letter, office, now=now)
        return messages.reminder(to, words) if words else None
    return _with_link(session, row, letter, to, now=now)


def _with_link(session: Session, row: OutboxRow, letter: LetterRow, to: messages.Addressed, *, now: datetime) -> MailForm | None:
    """A message that holds the personal link."""
    if row.kind == "invitation":
        return messages.invitation(to, filled(text_of(session, letter.id), to.letter, to.place))
    if row.kind == "handed_over":
        before = session.get_one(RepresentativeRow, row.parameters["before"])
        return messages.handed_over(to, before.name, before.ended_reason)
    if row.kind in LATER_MAILS:
        return word_later_mail(session, row, letter, to)
    if row.kind == ROUND_MAIL:
        return word_ask_round(session, row, to, now=now)
    if row.kind in NEW_TEXT_MAILS:
        return word_new_text_mail(session, row, to)
    if row.kind == "text_changed":
        return messages.text_changed(to, _change_facts(session, row, letter))
    if row.kind == "objection_receipt":
        return _objection_receipt(session, row, letter, to)
    if row.kind == "coordinators_wrote":
        # By its reference: a number may be given out anew.
        said = select(TalkRow).where(TalkRow.reference == row.reason.split(":")[1])
        return messages.coordinators_wrote(to, session.scalars(said).one().words)
    if row.kind == "comment_request":
        return _comment_request(session, row, letter, to, now=now)
    return _LINK_MESSAGES[row.kind](to.links, to.token, to.letter, to.place)


def _objection_receipt(session: Session, row: OutboxRow, letter: LetterRow, to: messages.Addressed) -> MailForm:
    objection = session.get_one(ObjectionRow, row.parameters["objection"])
    answer = session.get_one(AnswerRow, objection.answer_id)
    event = event_about(session, letter.id, "answer.objected", answer.reference)
    return messages.objection_receipt(to, objection.remark, f"event {event.sequence}, {event.hash}" if event else "")


def _sign_in(session: Session, row: OutboxRow, office: Office, *, now: datetime) -> MailForm | None:
    link = session.get(SignInLinkRow, row.parameters["sign_in_link"])
    # SQLite gives the number of a row that was swept out to the next one, which may be the link of somebody else.
    if link is None or row.reason != f"sign_in:{link.reference}" or link.used_at is not None or now >= link.expires_at:
        return None
    minutes = int(limits.SIGN_IN_LINK_LIFE.total_seconds() // 60)
    return messages.sign_in(office.links, office.keyring.sign_in_link(link.reference), minutes)


def _code(
    session: Session, row: OutboxRow, office: Office, facts: messages.LetterFacts, place: messages.PlaceFacts, *, now: datetime
) -> MailForm | None:
    one = session.get_one(CodeRow, row.parameters["code"])
    if one.used_at is not None or now >= one.expires_at:
        return None
    minutes = int(limits.CODE_LIFE.total_seconds() // 60)
    return messages.code(office.keyring.code(one.reference), minutes, facts, place, _leaving(session, one))


def _leaving(session: Session, code: CodeRow) -> str:
    """What the code confirms, where it ends its owner’s own link."""
    waiting = select(PendingAnswerRow).where(PendingAnswerRow.nonce == code.nonce, PendingAnswerRow.act.in_(LEAVING))
    row = session.scalars(waiting.where(PendingAnswerRow.web_session_id == code.web_session_id)).one_or_none()
    if row is None:
        return ""
    if row.act == HAND_OVER:
        return f"With it you hand your society’s place over to {row.content['name']}, and your own link ends."
    return "With it you say that the letter has reached the wrong place, and your own link ends."


def _place_ended(session: Session, row: OutboxRow, office: Office) -> MailForm | None:
    """To a coordinator, who may have been taken off the letter meanwhile."""
    before = session.get_one(RepresentativeRow, row.parameters["ended"])
    letter = session.get_one(LetterRow, before.invitation.letter_id)
    # Whoever is back since has not left.
    if before.revoked_at is None or not may_be_told(session, letter.id, row.reason.split(":")[2]):
        return None
    after = session.scalars(select(RepresentativeRow.name).where(RepresentativeRow.reference == before.successor)).one_or_none()
    successor = after or "" if before.ended_by == Ended.HANDED_OVER else ""
    invitation = before.invitation
    ended = messages.EndedPlace(invitation.society.printed_name, invitation.reference, before.name, successor, before.ended_reason)
    return messages.place_ended(office.links, letter_facts(letter), letter.reference, ended)


def _staff_code(session: Session, row: OutboxRow, office: Office, *, now: datetime) -> MailForm | None:
    code = session.get(StaffCodeRow, row.parameters["staff_code"])
    # SQLite gives the number of a swept code out again: the reason names the one that is meant.
    if code is None or row.reason != f"staff_code:{code.reference}":
        return None
    # It works in its own session alone, and is of no use once that has ended.
    if code.used_at is not None or now >= code.expires_at or code.web_session_id is None:
        return None
    return messages.staff_code(office.links, office.keyring.staff_code(code.reference), int(limits.CODE_LIFE.total_seconds() // 60))


def _society_wrote(session: Session, row: OutboxRow, office: Office) -> MailForm | None:
    """To a coordinator, who may have been taken off the letter meanwhile: the condition of an answer, or something said in the talk."""
    _kind, reference, to = row.reason.split(":")
    if "answer" in row.parameters:
        answer = session.get_one(AnswerRow, row.parameters["answer"])
        invitation, who, words = answer.invitation, answer.given_by, answer.reason
    else:
        said = session.scalars(select(TalkRow).where(TalkRow.reference == reference)).one()
        invitation, words = session.get_one(InvitationRow, said.invitation_id), said.words
        who = said.representative.name if said.representative else ""
    letter = session.get_one(LetterRow, invitation.letter_id)
    if not may_be_told(session, letter.id, to):
        return None
    wrote = messages.SocietyWords(invitation.society.printed_name, invitation.reference, who, words, "answer" in row.parameters)
    return messages.society_wrote(office.links, letter_facts(letter), letter.reference, wrote)


_LINK_MESSAGES = {
    "dispositions": messages.dispositions,
    "new_link": messages.new_link,
    "deadline_moved": messages.deadline_moved,
}


def _invitation_test(session: Session, row: OutboxRow, office: Office) -> MailForm | None:
    """What a representative would get, to the coordinator who asked for it."""
    letter = session.get_one(LetterRow, row.parameters["letter"])
    if not may_be_told(session, letter.id, row.reason.split(":")[2]):
        return None
    to = as_if_to(letter, session.get(RepresentativeRow, row.parameters["representative"]), office.links)
    return messages.invitation(to, filled(text_of(session, letter.id), to.letter, to.place), is_test=True)


_TO_COORDINATORS = {
    "addendum_issued_desk": word_issued_to_desk,
    "new_text_objected": word_objected_to_desk,
    "society_wrote": _society_wrote,
    "place_ended": _place_ended,
    "invitation_test": _invitation_test,
}
_ADDRESSED_THERE = {**_TO_COORDINATORS, RECEIPT_MAIL: word_text_receipt, JOURNAL_MAIL: word_journal_mail, NEWS: word_news}


def as_if_to(letter: LetterRow, one: RepresentativeRow | None, links: Links) -> messages.Addressed:
    """For looking at an invitation: with a link that opens nothing, never the real one (R19)."""
    facts = letter_facts(letter)
    facts = facts if facts.deadline else replace(facts, deadline="the deadline, which is not set yet")
    place = messages.PlaceFacts(one.name, one.invitation.society.printed_name) if one else NOBODY
    return messages.Addressed(links, OPENS_NOTHING, facts, place)


def _change_facts(session: Session, row: OutboxRow, letter: LetterRow) -> messages.ChangeFacts:
    freezing = session.get_one(FreezingRow, row.parameters["freezing"])
    representative = session.get_one(RepresentativeRow, row.parameters["representative"])
    standing = select(AnswerRow).where(AnswerRow.invitation_id == representative.invitation_id, AnswerRow.is_standing.is_(True))
    return messages.ChangeFacts(
        is_editorial=freezing.change == Change.EDITORIAL,
        note=freezing.revision.note,
        object_until=str(show_instant(freezing.object_until, letter.deadline_zone)) if freezing.object_until else "",
        answer=_standing_words(session, session.scalars(standing).one_or_none()),
    )


def _standing_words(session: Session, answer: AnswerRow | None) -> messages.Standing:
    if answer is None:
        return "none"
    if answer.kind != AnswerKind.SIGN:
        return "other"
    return "waits" if is_waiting(session, answer) else "stands"


def _comment_request(session: Session, row: OutboxRow, letter: LetterRow, to: messages.Addressed, *, now: datetime) -> MailForm | None:
    circulation = session.get_one(CirculationRow, row.parameters["circulation"])
    if letter.state != LetterState.CIRCULATING or now >= circulation.until:
        return None
    until = str(show_instant(circulation.until, circulation.zone))
    request = messages.RequestFacts(circulation.revision.number, until, circulation.message)
    return messages.comment_request(to.links, to.token, to.letter, to.place, request)


def _reason(event: EventRow) -> str:
    return str(json.loads(event.public).get("reason", ""))
