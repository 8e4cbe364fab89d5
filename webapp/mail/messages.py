"""One function per message: from facts to subject, text and HTML. Every message says why it was sent."""

from dataclasses import dataclass, replace
from textwrap import fill
from typing import Any, Literal

from webapp.domain.answer_words import ANSWER_WORDS, AnswerWords
from webapp.domain.links import Links
from webapp.domain.reminder import ReminderKind
from webapp.domain.tokens import show_code
from webapp.mail.message import MailForm
from webapp.mail.written import NewsWords, WrittenMail
from webapp.rendering.mail import mail_bodies

_LINE = 86


@dataclass(frozen=True)
class LetterFacts:
    """What every message about a letter says of it."""

    title: str
    lead_society: str
    contact_email: str
    journal: str
    ask: str
    collective_noun: str
    deadline: str
    is_demonstration: bool


@dataclass(frozen=True)
class PlaceFacts:
    """To whom a message goes, and for which society."""

    name: str
    society: str
    is_official: bool = False
    """It goes to the society’s official address, and to nobody in particular; it holds no personal link."""


@dataclass(frozen=True)
class AnswerFacts:
    """An answer as its receipt repeats it: the text, the digest, the time and the place in the record."""

    kind: str
    printed_name: str
    officer: str
    office: str
    consent_to_print: bool
    decided_by: str
    decided_on: str
    mandate: str
    competing_interests: str
    said: tuple[tuple[str, str], ...]
    """What an answer that is no signature says, each with a label."""
    authority_sentence: str
    received_at: str
    given_by: str
    digest: str
    record_sequence: int
    record_hash: str
    statement: str
    consent_to_logo: bool = False
    is_sealed: bool = False
    """The letter has been sealed: what comes now stands beside it."""
    joins_until: str = ""
    """Until when others can join too, where this signature came after the seal and stands in an addendum; else empty."""
    can_answer: bool = True
    """Sign-on is open, so that what was withdrawn can be given anew."""

    recorded: str = ""
    """How it came, where a coordinator has recorded it; empty where the society gave it itself."""
    is_waiting: bool = False
    """It does not count yet: it is not known that whoever gave it may speak for the society, or somebody disputes it."""
    disown: str = ""
    """The recipient’s own link to say that it was not the society’s answer; empty where there is none."""

    @property
    def words(self) -> AnswerWords:
        return ANSWER_WORDS[self.kind]


@dataclass(frozen=True)
class DisputeFacts:
    """That somebody of a society disowns an answer, and what a coordinator found."""

    who: str
    words: str
    stands: bool
    finding: str


@dataclass(frozen=True)
class RequestFacts:
    """What is asked when a revision is sent out for comment; `message` is the coordinators’ own."""

    revision: int
    until: str
    message: str


def sign_in(links: Links, token: str, minutes: int) -> MailForm:
    return _form("sign_in", "Your link to sign in to Undersigned", link=links.sign_in(token), minutes=minutes, links=links)


def staff_code(links: Links, one_time_code: str, minutes: int) -> MailForm:
    shown = show_code(one_time_code)
    return _form("staff_code", f"{shown} is your code for the desk", code=shown, minutes=minutes, links=links)


def comment_request(links: Links, token: str, letter: LetterFacts, place: PlaceFacts, request: RequestFacts) -> MailForm:
    subject = f"What does {place.society} say? “{letter.title}”"
    return _form("comment_request", subject, link=links.personal(token), letter=letter, place=place, request=request)


def dispositions(links: Links, token: str, letter: LetterFacts, place: PlaceFacts) -> MailForm:
    return _form("dispositions", f"What became of the comments on “{letter.title}”", link=links.personal(token), letter=letter, place=place)


def new_link(links: Links, token: str, letter: LetterFacts, place: PlaceFacts) -> MailForm:
    return _form("new_link", f"Your link to “{letter.title}”", link=links.personal(token), letter=letter, place=place)


def code(one_time_code: str, minutes: int, letter: LetterFacts, place: PlaceFacts, leaving: str = "") -> MailForm:
    """`leaving` says what it confirms, where that is no answer: nobody is to be talked out of such a code unknowing."""
    shown, subject = show_code(one_time_code), f"{show_code(one_time_code)} is your code for “{letter.title}”"
    return _form("code", subject, code=shown, minutes=minutes, letter=letter, place=place, leaving=leaving)


def deadline_moved(links: Links, token: str, letter: LetterFacts, place: PlaceFacts) -> MailForm:
    return _form("deadline_moved", f"More time: “{letter.title}”", link=links.personal(token), letter=letter, place=place)


Standing = Literal["none", "other", "stands", "waits"]
"""What the society has answered so far, and whether its signature waits to be affirmed."""


@dataclass(frozen=True)
class ChangeFacts:
    """A change of the text after it was frozen, as it concerns one society."""

    is_editorial: bool
    note: str
    object_until: str
    answer: Standing


@dataclass(frozen=True)
class SocietyWords:
    """What a society has said to the coordinators."""

    society: str
    invitation: str
    who: str
    words: str
    is_condition: bool


@dataclass(frozen=True)
class Addressed:
    """A letter, one of its representatives, and their personal link."""

    links: Links
    token: str
    letter: LetterFacts
    place: PlaceFacts

    @property
    def facts(self) -> dict[str, Any]:
        link = self.links.personal(self.token) if self.token else ""
        return {"link": link, "letter": self.letter, "place": self.place, "checked_at": self.links.check()}


@dataclass(frozen=True)
class InvitationWords:
    """What the coordinators write in an invitation, as one recipient reads it."""

    subject: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        return [one.strip() for one in self.text.split("\n\n") if one.strip()]

    @property
    def lines(self) -> str:
        """Folded as the rest of the mail, but for what is one long word."""
        folded = [fill(one, _LINE, break_long_words=False, break_on_hyphens=False) for one in self.text.splitlines()]
        return "\n".join(folded)


def invitation(to: Addressed, words: InvitationWords, *, is_test: bool = False) -> MailForm:
    """The link stands below whatever words the coordinators chose; that of a test opens nothing."""
    subject = f"Test: {words.subject}" if is_test else words.subject
    return _form("invitation", subject, **to.facts, words=words, is_test=is_test)


def receipt(to: Addressed, answer: AnswerFacts) -> MailForm:
    subject = f"Receipt: {answer.printed_name} {ANSWER_WORDS[answer.kind].letter} “{to.letter.title}”"
    return _form("receipt", subject, **to.facts, answer=answer)


def withdrawal_receipt(to: Addressed, answer: AnswerFacts) -> MailForm:
    subject = f"Receipt: {answer.printed_name} has withdrawn its answer to “{to.letter.title}”"
    return _form("withdrawal_receipt", subject, **to.facts, answer=answer)


def answer_recorded(to: Addressed, answer: AnswerFacts) -> MailForm:
    subject = f"Recorded for {answer.printed_name}: it {ANSWER_WORDS[answer.kind].letter} “{to.letter.title}”"
    return _form("answer_recorded", subject, **to.facts, answer=answer)


def answer_disputed(to: Addressed, answer: AnswerFacts, dispute: DisputeFacts) -> MailForm:
    subject = f"Disputed: the answer of {answer.printed_name} to “{to.letter.title}”"
    return _form("answer_disputed", subject, **to.facts, answer=answer, dispute=dispute)


def dispute_settled(to: Addressed, answer: AnswerFacts, dispute: DisputeFacts) -> MailForm:
    what = "stands" if dispute.stands else "is withdrawn"
    subject = f"Settled: the answer of {answer.printed_name} to “{to.letter.title}” {what}"
    return _form("dispute_settled", subject, **to.facts, answer=answer, dispute=dispute)


def society_disputes(link: str, letter: LetterFacts, society: str, dispute: DisputeFacts) -> MailForm:
    """To the coordinators."""
    subject = f"{society} says that its answer was not its own: “{letter.title}”"
    return _form("society_disputes", subject, link=link, letter=letter, society=society, dispute=dispute)


def record_waits(link: str, letter: LetterFacts, answer: AnswerFacts) -> MailForm:
    """To the other coordinators."""
    subject = f"To be confirmed: the answer recorded for {answer.printed_name} to “{letter.title}”"
    return _form("record_waits", subject, link=link, letter=letter, answer=answer)


def official_request(link: str, letter: LetterFacts, place: PlaceFacts, answer: AnswerFacts) -> MailForm:
    subject = f"Please confirm for {place.society}: “{letter.title}”"
    return _form("official_request", subject, link=link, letter=letter, place=place, answer=answer)


def witness_code(one_time_code: str, minutes: int, letter: LetterFacts, place: PlaceFacts) -> MailForm:
    shown = show_code(one_time_code)
    return _form("witness_code", f"{shown} is your code for “{letter.title}”", code=shown, minutes=minutes, letter=letter, place=place)


def text_changed(to: Addressed, change: ChangeFacts) -> MailForm:
    title = f"“{to.letter.title}”"
    subject = f"Please affirm: {title} has changed" if change.answer == "waits" else f"The text has changed: {title}"
    return _form("text_changed", subject, **to.facts, change=change)


def coordinators_wrote(to: Addressed, words: str) -> MailForm:
    return _form("coordinators_wrote", f"A word about “{to.letter.title}”", **to.facts, words=words)


def society_wrote(links: Links, letter: LetterFacts, reference: str, wrote: SocietyWords) -> MailForm:
    """To the coordinators; `reference` is the letter’s."""
    what = "would sign on a condition" if wrote.is_condition else "has written"
    subject = f"{wrote.society} {what}: “{letter.title}”"
    return _form("society_wrote", subject, link=links.talk(reference, wrote.invitation), letter=letter, wrote=wrote)


def handed_over(to: Addressed, before: str, reason: str) -> MailForm:
    """To the colleague; `before` is who hands over."""
    return _form("handed_over", f"{before} hands over to you: “{to.letter.title}”", **to.facts, before=before, reason=reason)


@dataclass(frozen=True)
class EndedPlace:
    """A representative who has left the letter to a colleague, or says that it has reached the wrong place."""

    society: str
    invitation: str
    who: str
    successor: str
    """The colleague’s name; empty where there is none."""
    reason: str


def place_ended(links: Links, letter: LetterFacts, reference: str, ended: EndedPlace) -> MailForm:
    """To the coordinators; `reference` is the letter’s."""
    what = "hands over" if ended.successor else "says “not us”"
    subject = f"{ended.society} {what}: “{letter.title}”"
    return _form("place_ended", subject, link=links.people(reference, ended.invitation), letter=letter, ended=ended)


def objection_receipt(to: Addressed, remark: str, record: str) -> MailForm:
    """`record` is the place of the objection in the record: “event 12, ” and its hash."""
    subject = f"Receipt: {to.place.society} objects to the change of “{to.letter.title}”"
    return _form("objection_receipt", subject, **to.facts, remark=remark, record=record)


@dataclass(frozen=True)
class ReminderFacts:
    """What a reminder speaks to; `until` and `left` are of what is waited for, `board` is the day of the society’s board, or empty."""

    kind: ReminderKind
    until: str
    until_there: str
    """The same by the clock of the recipient’s country, where that is another."""
    left: str
    board: str
    is_board_late: bool
    """It meets after answers are taken."""
    stop: str


_REMINDER_SUBJECTS = {
    ReminderKind.NOT_OPENED: "{left} left: will {society} sign {title}?",
    ReminderKind.SILENT: "{left} left: will {society} sign {title}?",
    ReminderKind.BOARD_AHEAD: "{left} left, and your board: {title}",
    ReminderKind.BOARD_MET: "What has your board decided? {title}",
    ReminderKind.CONDITION: "{left} left, and the condition of {society}: {title}",
    ReminderKind.AFFIRM: "{left} left to affirm the signature of {society}: {title}",
    ReminderKind.COMMENTS: "{left} left to comment on {title}",
}


def reminder(to: Addressed, facts: ReminderFacts) -> MailForm:
    subject = _REMINDER_SUBJECTS[facts.kind].format(left=facts.left, society=to.place.society, title=f"“{to.letter.title}”")
    return replace(_form("reminder", subject, **to.facts, reminder=facts), stop=facts.stop)


@dataclass(frozen=True)
class JoiningFacts:
    """A sealed letter that is held open: when it was sealed, by how many, and until when a society can join."""

    sealed_on: str
    signed: str
    until: str


def addendum_opened(to: Addressed, joining: JoiningFacts) -> MailForm:
    """To a society that has not signed."""
    return _form("addendum_opened", f"{to.place.society} can still join: “{to.letter.title}”", **to.facts, joining=joining)


@dataclass(frozen=True)
class IssuedFacts:
    """An addendum that was issued: its number, who stands in it, and the SHA-256 of its file."""

    number: int
    names: tuple[str, ...]
    sha256: str


def addendum_issued(to: Addressed, issued: IssuedFacts) -> MailForm:
    """To those who have joined by it."""
    subject = f"{to.place.society} stands in addendum {issued.number} to “{to.letter.title}”"
    return _form("addendum_issued", subject, **to.facts, issued=issued)


def addendum_issued_desk(link: str, letter: LetterFacts, issued: IssuedFacts) -> MailForm:
    """To the coordinators."""
    return _form("addendum_issued_desk", f"Addendum {issued.number} is issued: “{letter.title}”", link=link, letter=letter, issued=issued)


@dataclass(frozen=True)
class ErratumFacts:
    """An erratum as the society that it is about is told of it; `after` is empty for a withdrawal."""

    number: int
    where: str
    before: str
    after: str
    reason: str
    asked_by: str
    sha256: str


def erratum_made(to: Addressed, erratum: ErratumFacts) -> MailForm:
    return _form("erratum_made", f"Erratum {erratum.number} to “{to.letter.title}”", **to.facts, erratum=erratum)


def journal_mail(letter: LetterFacts, written: WrittenMail) -> MailForm:
    """To a journal, as it was approved."""
    form = _form("journal_mail", written.subject, letter=letter, written=written)
    return replace(form, reply_to=letter.contact_email, attachments=written.attachments)


def news(to: Addressed, told: NewsWords) -> MailForm:
    """To a signatory that wants news, or to all of them."""
    return replace(_form("news", f"{told.subject}: “{to.letter.title}”", **to.facts, told=told), stop=told.stop)


def name_corrected(letter: LetterFacts, place: PlaceFacts, answer: AnswerFacts) -> MailForm:
    subject = f"The printed name of {answer.printed_name} was corrected"
    return _form("name_corrected", subject, letter=letter, place=place, answer=answer)


def letter_cancelled(letter: LetterFacts, place: PlaceFacts, reason: str) -> MailForm:
    return _form("letter_cancelled", f"Cancelled: “{letter.title}”", letter=letter, place=place, reason=reason)


def _form(name: str, subject: str, **facts: Any) -> MailForm:
    text, html = mail_bodies(name, {**facts, "subject": subject})
    return MailForm(name, subject, text, html)
