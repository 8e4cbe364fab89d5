"""The messages about a text that a journal wants changed after the seal."""

from dataclasses import dataclass
from typing import Any

from webapp.mail.message import MailForm
from webapp.mail.messages import Addressed, LetterFacts
from webapp.rendering.mail import mail_bodies


@dataclass(frozen=True)
class NewTextFacts:
    """A text that a journal wants changed after the seal, as one society is asked about it."""

    journal: str
    asked: str
    """What the journal has asked for."""
    is_editorial: bool
    is_carried: bool
    """Silence carries the signature; else only the society’s own affirmation does."""
    until: str
    changed: str
    """How much, in words."""
    reason: str = ""
    """Why it was abandoned."""


def new_text_put(to: Addressed, text: NewTextFacts) -> MailForm:
    what = "do nothing, or object by" if text.is_carried else "please affirm by"
    return _form("new_text_put", f"{text.journal} asks for a change: {what} {text.until}", **to.facts, text=text)


def new_text_abandoned(to: Addressed, text: NewTextFacts) -> MailForm:
    return _form("new_text_abandoned", f"No change for {text.journal} after all: “{to.letter.title}”", **to.facts, text=text)


@dataclass(frozen=True)
class SaidFacts:
    """What a society has said of such a text."""

    affirms: bool
    journal: str
    given_by: str
    decided_by: str
    remark: str
    received_at: str
    until: str
    digest: str
    record: str
    """“event 12, ” and its hash."""


def new_text_receipt(to: Addressed, said: SaidFacts) -> MailForm:
    does = "affirms the text" if said.affirms else "objects to the text"
    return _form("new_text_receipt", f"Receipt: {to.place.society} {does} as changed for {said.journal}", **to.facts, said=said)


def new_text_objected(link: str, letter: LetterFacts, society: str, said: SaidFacts) -> MailForm:
    """To the coordinators."""
    subject = f"{society} objects to the text as changed for {said.journal}"
    return _form("new_text_objected", subject, link=link, letter=letter, society=society, said=said)


def _form(name: str, subject: str, **facts: Any) -> MailForm:
    text, html = mail_bodies(name, {**facts, "subject": subject})
    return MailForm(name, subject, text, html)
