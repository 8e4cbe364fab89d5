"""The words of the messages of the post: to a journal, and to the signatories about what came of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.correspondence import JournalMailState
from webapp.domain.deadline import show_instant
from webapp.domain.document_kind import FILE_KINDS
from webapp.mail import messages, round_messages
from webapp.mail.message import Attachment, MailForm
from webapp.mail.written import AskWords, NewsWords, WrittenMail
from webapp.persistence.tables import AskRoundRow, JournalMailRow, LetterRow, NewsRow, NewsWishRow, OutboxRow, RepresentativeRow
from webapp.services.ask_rounds import end_of
from webapp.services.journal_mail_files import attached
from webapp.services.journal_mails import reason_of
from webapp.services.mail_facts import Office, letter_facts
from webapp.services.signatory_places import signatory_places

_TYPES = {facts.name: facts.media_type for facts in FILE_KINDS.values()}


def word_journal_mail(session: Session, row: OutboxRow, _office: Office) -> MailForm | None:
    """To a journal, as it was approved. None where the mail is not the one for which the message was put."""
    mail = session.get(JournalMailRow, row.parameters["journal_mail"])
    if mail is None or mail.state != JournalMailState.SENT or reason_of(mail) != row.reason or mail.to_address != row.to_address:
        return None
    letter = session.get_one(LetterRow, mail.letter_id)
    # As bytes of any kind: a text that went as text would have its line ends changed on the way, and another SHA-256 when it comes.
    files = tuple(Attachment(name, _sent_as(name), content) for name, content in attached(session, letter, mail))
    return messages.journal_mail(letter_facts(letter), WrittenMail(mail.subject, mail.body, files))


def _sent_as(name: str) -> str:
    media_type = _TYPES[name].partition(";")[0]
    return "application/octet-stream" if media_type.startswith("text/") else media_type


def word_news(session: Session, row: OutboxRow, office: Office) -> MailForm | None:
    """To a signatory. None where the link is dead, or it wants no news any more and not everybody is told."""
    news, one = session.get_one(NewsRow, row.parameters["news"]), session.get_one(RepresentativeRow, row.parameters["representative"])
    if one.revoked_at is not None or (not news.to_all and session.get(NewsWishRow, one.id) is None):
        return None
    stop = "" if news.to_all else office.links.stop_news(office.keyring.news_link(one.reference, one.link_generation))
    return messages.news(_addressed(session, one, office), NewsWords(news.subject, news.words, stop))


def word_ask_round(session: Session, row: OutboxRow, to: messages.Addressed, *, now: datetime) -> MailForm | None:
    """To whoever represents a signatory. None where the round has ended, or the society is no signatory any more."""
    asked, one = session.get_one(AskRoundRow, row.parameters["round"]), session.get_one(RepresentativeRow, row.parameters["representative"])
    letter = session.get_one(LetterRow, asked.letter_id)
    if now >= end_of(session, asked) or one.invitation not in signatory_places(session, letter):
        return None
    return round_messages.ask_round(to, AskWords(asked.title, asked.proposal, str(show_instant(asked.until, asked.zone))))


def _addressed(session: Session, one: RepresentativeRow, office: Office) -> messages.Addressed:
    letter = session.get_one(LetterRow, one.invitation.letter_id)
    place = messages.PlaceFacts(one.name, one.invitation.society.printed_name)
    token = office.keyring.personal_link(one.reference, one.link_generation)
    return messages.Addressed(office.links, token, letter_facts(letter), place)
