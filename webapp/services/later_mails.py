"""The words of the messages about what comes after the seal: a letter held open, an addendum, an erratum."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.deadline import show_date, show_instant
from webapp.domain.wording import count_phrase
from webapp.mail import messages
from webapp.mail.message import MailForm
from webapp.persistence.tables import AddendumRow, AddendumSignatoryRow, ErratumRow, LaterDocumentRow, LaterKind, LetterRow, OutboxRow
from webapp.services.addenda import ISSUED
from webapp.services.asked_to_join import OPENED
from webapp.services.coordinators import may_be_told
from webapp.services.documents import signed_count
from webapp.services.errata import MADE
from webapp.services.later_files import day_of
from webapp.services.mail_facts import Office, letter_facts

LATER_MAILS = {OPENED, ISSUED, MADE}


def word_later_mail(session: Session, row: OutboxRow, letter: LetterRow, to: messages.Addressed) -> MailForm | None:
    """To a representative. None where the message would be of no use any more."""
    if row.kind == MADE:
        return messages.erratum_made(to, _erratum(session, letter, session.get_one(ErratumRow, row.parameters["erratum"])))
    addendum = session.get_one(AddendumRow, row.parameters["addendum"])
    if row.kind == ISSUED:
        return messages.addendum_issued(to, _issued(session, letter, addendum))
    if addendum.closed_at is not None or letter.sealed_at is None:
        return None
    joining = messages.JoiningFacts(
        sealed_on=show_date(day_of(letter, letter.sealed_at)),
        signed=count_phrase(signed_count(session, letter), letter.collective_noun),
        until=str(show_instant(addendum.deadline, addendum.deadline_zone)),
    )
    return messages.addendum_opened(to, joining)


def word_issued_to_desk(session: Session, row: OutboxRow, office: Office) -> MailForm | None:
    """To a coordinator, who may have been taken off the letter meanwhile."""
    addendum = session.get_one(AddendumRow, row.parameters["addendum"])
    letter = session.get_one(LetterRow, addendum.letter_id)
    if not may_be_told(session, letter.id, row.reason.split(":")[2]):
        return None
    link = office.links.after_the_seal(letter.reference)
    return messages.addendum_issued_desk(link, letter_facts(letter), _issued(session, letter, addendum))


def _issued(session: Session, letter: LetterRow, addendum: AddendumRow) -> messages.IssuedFacts:
    names = tuple(one.printed_name for one in addendum.signatories)
    return messages.IssuedFacts(addendum.number, names, _sha256(session, letter, LaterKind.ADDENDUM, addendum.number))


def _erratum(session: Session, letter: LetterRow, row: ErratumRow) -> messages.ErratumFacts:
    number = session.scalar(select(AddendumRow.number).join(AddendumSignatoryRow).where(AddendumSignatoryRow.answer_id == row.answer_id))
    where = f"addendum {number}" if number else "the sealed list"
    sha256 = _sha256(session, letter, LaterKind.ERRATUM, row.number)
    return messages.ErratumFacts(row.number, where, row.before, row.after, row.reason, row.asked_by, sha256)


def _sha256(session: Session, letter: LetterRow, kind: LaterKind, number: int) -> str:
    query = select(LaterDocumentRow.sha256).where(LaterDocumentRow.letter_id == letter.id, LaterDocumentRow.kind == kind)
    return session.scalars(query.where(LaterDocumentRow.number == number)).one()
