"""The message of a round before an answer to a journal."""

from webapp.mail.message import MailForm
from webapp.mail.messages import Addressed
from webapp.mail.written import AskWords
from webapp.rendering.mail import mail_bodies


def ask_round(to: Addressed, asked: AskWords) -> MailForm:
    """To each who represents a signatory, before a journal is answered."""
    subject = f"What do you say, until {asked.until}? {asked.title}"
    text, html = mail_bodies("ask_round", {**to.facts, "asked": asked, "subject": subject})
    return MailForm("ask_round", subject, text, html)
