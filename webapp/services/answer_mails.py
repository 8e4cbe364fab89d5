"""The words of the messages about one answer: its receipts, what was recorded, disputed, settled, or is to be confirmed."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.authority import WitnessPurpose
from webapp.domain.permission import Permission
from webapp.mail import messages
from webapp.mail.message import MailForm
from webapp.persistence.record import event_about
from webapp.persistence.tables import AnswerRow, DisputeRow, LetterRow, OutboxRow, RepresentativeRow, WitnessRow
from webapp.services.coordinators import may_be_told
from webapp.services.mail_facts import Office, answer_facts, disown_link, letter_facts

_RECEIPTS = {"receipt", "withdrawal_receipt", "official_receipt", "official_withdrawal", "answer_recorded"}
_OF_WITHDRAWALS = {"withdrawal_receipt", "official_withdrawal"}
_OF_DISPUTES = {"answer_disputed", "dispute_settled"}
ANSWER_MAILS = _RECEIPTS | _OF_DISPUTES | {"society_disputes", "record_waits", "official_request", "witness_code"}


def word_answer_mail(session: Session, row: OutboxRow, office: Office, *, now: datetime) -> MailForm | None:
    """None where the message would be of no use any more."""
    if row.kind == "society_disputes":
        return _society_disputes(session, row, office)
    if row.kind == "record_waits":
        return _record_waits(session, row, office)
    if row.kind in {"official_request", "witness_code"}:
        return _to_witness(session, row, office, now=now)
    dispute = session.get_one(DisputeRow, row.parameters["dispute"]) if row.kind in _OF_DISPUTES else None
    answer = dispute.answer if dispute else session.get_one(AnswerRow, row.parameters["answer"])
    letter = session.get_one(LetterRow, answer.letter_id)
    to = _addressed(session, row, letter, answer, office)
    if to is None:
        return None
    if dispute is not None:
        write = messages.answer_disputed if row.kind == "answer_disputed" else messages.dispute_settled
        return write(to, answer_facts(session, answer, letter), _dispute_facts(dispute))
    disown = disown_link(session, answer, row.parameters.get("representative"), office)
    facts = answer_facts(session, answer, letter, disown=disown)
    # The newest place that is the society's own: whoever holds it can prove that it took its answer back.
    if row.kind in _OF_WITHDRAWALS and (event := event_about(session, letter.id, "answer.withdrawn", answer.reference)):
        facts = replace(facts, record_sequence=event.sequence, record_hash=event.hash)
    return _RECEIPT_WRITERS[row.kind](to, facts)


_RECEIPT_WRITERS = {
    "receipt": messages.receipt,
    "withdrawal_receipt": messages.withdrawal_receipt,
    "official_receipt": messages.receipt,
    "official_withdrawal": messages.withdrawal_receipt,
    "answer_recorded": messages.answer_recorded,
}


def _addressed(session: Session, row: OutboxRow, letter: LetterRow, answer: AnswerRow, office: Office) -> messages.Addressed | None:
    """A representative with the personal link, or the official address, which gets none; None where the link is dead."""
    if "representative" not in row.parameters:
        place = messages.PlaceFacts("colleagues", answer.invitation.society.printed_name, is_official=True)
        return messages.Addressed(office.links, "", letter_facts(letter), place)
    who = session.get_one(RepresentativeRow, row.parameters["representative"])
    if who.revoked_at is not None:
        return None
    token = office.keyring.personal_link(who.reference, who.link_generation)
    return messages.Addressed(office.links, token, letter_facts(letter), messages.PlaceFacts(who.name, who.invitation.society.printed_name))


def _dispute_facts(dispute: DisputeRow) -> messages.DisputeFacts:
    who = dispute.witness.representative
    return messages.DisputeFacts(who.name if who else "Your official address", dispute.words, bool(dispute.stands), dispute.finding)


def _society_disputes(session: Session, row: OutboxRow, office: Office) -> MailForm | None:
    """To a coordinator, who may have been taken off the letter meanwhile."""
    dispute = session.get_one(DisputeRow, row.parameters["dispute"])
    letter = session.get_one(LetterRow, dispute.answer.letter_id)
    if not may_be_told(session, letter.id, row.reason.split(":")[2], Permission.VOUCH):
        return None
    link = office.links.authority(letter.reference, dispute.answer.reference)
    facts = _dispute_facts(dispute)
    who = facts if dispute.witness.representative else replace(facts, who="The official address")
    return messages.society_disputes(link, letter_facts(letter), dispute.answer.printed_name, who)


def _record_waits(session: Session, row: OutboxRow, office: Office) -> MailForm | None:
    """To a coordinator who may confirm it, while it waits."""
    answer = session.get_one(AnswerRow, row.parameters["answer"])
    letter = session.get_one(LetterRow, answer.letter_id)
    is_told = may_be_told(session, letter.id, row.reason.split(":")[2], Permission.VOUCH)
    if answer.is_confirmed or not answer.is_standing or not is_told:
        return None
    link = office.links.authority(letter.reference, answer.reference)
    return messages.record_waits(link, letter_facts(letter), answer_facts(session, answer, letter))


def _to_witness(session: Session, row: OutboxRow, office: Office, *, now: datetime) -> MailForm | None:
    witness = session.get_one(WitnessRow, row.parameters["witness"])
    answer = witness.answer
    letter = session.get_one(LetterRow, answer.letter_id)
    who = witness.representative
    place = messages.PlaceFacts(who.name if who else "colleagues", answer.invitation.society.printed_name, is_official=who is None)
    if row.kind == "official_request":
        link = office.links.confirm(office.keyring.witness_link(WitnessPurpose.CONFIRM, witness.reference))
        return messages.official_request(link, letter_facts(letter), place, answer_facts(session, answer, letter))
    # Only the newest works, and only while it lives.
    if row.parameters["number"] != witness.code_number or witness.code_expires_at is None or now >= witness.code_expires_at:
        return None
    code = office.keyring.witness_code(witness.reference, witness.code_number)
    return messages.witness_code(code, int(limits.CODE_LIFE.total_seconds() // 60), letter_facts(letter), place)
