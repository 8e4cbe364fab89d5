"""The words of the messages about a text that a journal wants changed after the seal."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.deadline import show_instant
from webapp.domain.new_text import AFFIRM, NewTextState
from webapp.domain.text import Change
from webapp.mail import messages, new_text_messages
from webapp.mail.message import MailForm
from webapp.persistence.tables import (
    AnswerRow,
    LetterRow,
    NewTextAnswerRow,
    NewTextAskedRow,
    NewTextRow,
    OutboxRow,
    PutTextRow,
    RepresentativeRow,
)
from webapp.services.coordinators import may_be_told
from webapp.services.mail_facts import Office, letter_facts
from webapp.services.new_text import ABANDONED_MAIL, PUT_MAIL
from webapp.services.new_text_redline import changed_words

NEW_TEXT_MAILS = {PUT_MAIL, ABANDONED_MAIL}


def word_new_text_mail(session: Session, row: OutboxRow, to: messages.Addressed) -> MailForm | None:
    """To a representative. None where the message would be of no use any more."""
    text = session.get_one(NewTextRow, row.parameters["new_text"])
    representative = session.get_one(RepresentativeRow, row.parameters["representative"])
    asked = _asked(session, text, representative)
    if asked is None or text.put is None:
        return None
    facts = _facts(session.get_one(LetterRow, text.letter_id), text, text.put, is_carried=asked.is_carried)
    if row.kind == ABANDONED_MAIL:
        return new_text_messages.new_text_abandoned(to, facts)
    return new_text_messages.new_text_put(to, facts) if text.state == NewTextState.ASKING else None


def _asked(session: Session, text: NewTextRow, representative: RepresentativeRow) -> NewTextAskedRow | None:
    query = select(NewTextAskedRow).join(AnswerRow, AnswerRow.id == NewTextAskedRow.answer_id)
    mine = query.where(NewTextAskedRow.new_text_id == text.id, AnswerRow.invitation_id == representative.invitation_id)
    return session.scalars(mine.order_by(AnswerRow.id.desc()).limit(1)).one_or_none()


def _facts(letter: LetterRow, text: NewTextRow, put: PutTextRow, *, is_carried: bool) -> new_text_messages.NewTextFacts:
    return new_text_messages.NewTextFacts(
        journal=text.journal,
        asked=put.asked,
        is_editorial=put.change == Change.EDITORIAL,
        is_carried=is_carried,
        until=str(show_instant(put.until, put.zone)),
        changed=changed_words(letter, text, put),
        reason=text.reason,
    )


def word_text_receipt(session: Session, row: OutboxRow, office: Office) -> MailForm | None:
    """To a representative with the personal link, or to the official address, which gets none."""
    said = session.get_one(NewTextAnswerRow, row.parameters["said"])
    answer = session.get_one(AnswerRow, said.answer_id)
    letter = session.get_one(LetterRow, answer.letter_id)
    society = answer.invitation.society.printed_name
    facts = letter_facts(letter)
    if "representative" not in row.parameters:
        to = messages.Addressed(office.links, "", facts, messages.PlaceFacts("colleagues", society, is_official=True))
        return new_text_messages.new_text_receipt(to, _said(session, said))
    who = session.get_one(RepresentativeRow, row.parameters["representative"])
    if who.revoked_at is not None:
        return None
    token = office.keyring.personal_link(who.reference, who.link_generation)
    to = messages.Addressed(office.links, token, facts, messages.PlaceFacts(who.name, society))
    return new_text_messages.new_text_receipt(to, _said(session, said))


def word_objected_to_desk(session: Session, row: OutboxRow, office: Office) -> MailForm | None:
    """To a coordinator, who may have been taken off the letter meanwhile."""
    said = session.get_one(NewTextAnswerRow, row.parameters["said"])
    answer = session.get_one(AnswerRow, said.answer_id)
    letter = session.get_one(LetterRow, answer.letter_id)
    if not may_be_told(session, letter.id, row.reason.split(":")[2]):
        return None
    text = session.get_one(NewTextRow, said.new_text_id)
    link = office.links.new_text(letter.reference, text.reference)
    return new_text_messages.new_text_objected(link, letter_facts(letter), answer.printed_name, _said(session, said))


def _said(session: Session, said: NewTextAnswerRow) -> new_text_messages.SaidFacts:
    text, put = session.get_one(NewTextRow, said.new_text_id), session.get_one(PutTextRow, said.new_text_id)
    return new_text_messages.SaidFacts(
        affirms=said.act == AFFIRM,
        journal=text.journal,
        given_by=said.representative.name,
        decided_by=said.decided_by,
        remark=said.remark,
        received_at=str(show_instant(said.received_at, put.zone)),
        until=str(show_instant(put.until, put.zone)),
        digest=said.digest,
        record=f"event {said.record_sequence}, {said.record_hash}",
    )
