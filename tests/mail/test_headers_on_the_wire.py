"""T44: what anybody types, a mail server gets exactly our headers, one recipient, and the words that were written."""

import email
import email.policy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.counts import IS_ASSURE
from tests.mail.test_message import EXPECTED, PAYLOADS, RECIPIENT
from tests.ports import free_port
from webapp.domain.errors import InvalidInput
from webapp.domain.links import Links
from webapp.domain.reminder import ReminderKind
from webapp.mail import message, messages, new_text_messages, round_messages
from webapp.mail.message import MailForm
from webapp.mail.messages import (
    Addressed,
    AnswerFacts,
    ChangeFacts,
    DisputeFacts,
    EndedPlace,
    InvitationWords,
    LetterFacts,
    PlaceFacts,
    RequestFacts,
    SocietyWords,
)
from webapp.mail.transport import Envelope as Outgoing
from webapp.mail.transport import SmtpTransport
from webapp.mail.written import AskWords, NewsWords, WrittenMail
from webapp.services.doors import clean_address
from webapp.settings import MailSecurity, Smtp

MORE = [
    "a\r\nTo: evil@example.org",
    "a\nSubject: another",
    "a\r\nFrom: evil@example.org\r\n",
    "a\r\nContent-Type: text/html\r\n\r\n<b>",
    "a\r\nReply-To: evil@example.org",
    "a\x1dBcc: evil@example.org",
    "a\x1eBcc: evil@example.org",
    "a\x1fBcc: evil@example.org",
    "=?utf-16?q?x=00=0ABcc?=",
    "=?utf-7?q?+AAo-Bcc=3A_evil=40example.org?=",
    "=?utf-8?Q?=0D=0A=0D=0Abody?=",
    "=?x?q?=0A?= =?x?b?Cg==?=",
    "?==?utf-8?q?=0ABcc=3Aevil?==?",
    "\x00\r\n\x00Bcc: evil@example.org",
    "é\r\nBcc: evil@example.org",
    "安\nBcc: evil@example.org" + "安" * 200,
    ".\r\n.\r\nMAIL FROM:<evil@example.org>",
    "\r\n.\r\nRCPT TO:<evil@example.org>\r\nDATA\r\n",
]
ALL = [*PAYLOADS, *MORE]


@dataclass
class Sink:
    """Takes every message, and notes who it was for."""

    got: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's own name
        self.got.append(envelope)
        return "250 taken"


@pytest.fixture(scope="module")
def sink() -> Iterator[tuple[Sink, SmtpTransport]]:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=False)
    controller.start()
    yield sink, SmtpTransport(Smtp("127.0.0.1", controller.port, None, None, MailSecurity.NONE), "letters@example.org", "example.org")
    controller.stop()


def letter(typed: str) -> LetterFacts:
    return LetterFacts(typed, typed, "office@example.org", typed, typed, typed, typed, is_demonstration=False)


def answer(typed: str) -> AnswerFacts:
    facts = dict.fromkeys(AnswerFacts.__annotations__, typed)
    return AnswerFacts(**{**facts, "kind": "sign", "said": ((typed, typed),), "consent_to_print": True, "record_sequence": 1})  # type: ignore[arg-type]


def addressed(typed: str) -> Addressed:
    return Addressed(LINKS, "a-token", letter(typed), PlaceFacts(typed, typed))


def dispute(typed: str) -> DisputeFacts:
    return DisputeFacts(typed, typed, stands=True, finding=typed)


LINKS = Links("https://letters.example.org")


def new_text(typed: str) -> new_text_messages.NewTextFacts:
    return new_text_messages.NewTextFacts(typed, typed, is_editorial=True, is_carried=True, until=typed, changed=typed, reason=typed)


def said_of_text(typed: str) -> new_text_messages.SaidFacts:
    return new_text_messages.SaidFacts(False, *[typed] * 8)


# What a reminder carries along, for the button of the mail program.
STOPPED = ("list-unsubscribe", "list-unsubscribe-post")
# A mail to a journal is written by people, and is answered to them.
BY_HAND = [name for name in EXPECTED if name not in {"auto-submitted", "x-auto-response-suppress"}] + ["reply-to"]
PDF = message.Attachment("letter.pdf", "application/pdf", b"%PDF-1.7")
Said = Callable[[str], MailForm]
MESSAGES: dict[str, Said] = {
    "invitation": lambda typed: messages.invitation(addressed(typed), InvitationWords(typed, typed)),
    "new_link": lambda typed: messages.new_link(LINKS, "a-token", letter(typed), PlaceFacts(typed, typed)),
    "code": lambda typed: messages.code("ABCDEFGH", 30, letter(typed), PlaceFacts(typed, typed)),
    "receipt": lambda typed: messages.receipt(addressed(typed), answer(typed)),
    "withdrawal_receipt": lambda typed: messages.withdrawal_receipt(addressed(typed), answer(typed)),
    "answer_recorded": lambda typed: messages.answer_recorded(addressed(typed), answer(typed)),
    "answer_disputed": lambda typed: messages.answer_disputed(addressed(typed), answer(typed), dispute(typed)),
    "dispute_settled": lambda typed: messages.dispute_settled(addressed(typed), answer(typed), dispute(typed)),
    "society_disputes": lambda typed: messages.society_disputes(LINKS.authority("ref", "one"), letter(typed), typed, dispute(typed)),
    "record_waits": lambda typed: messages.record_waits(LINKS.authority("ref", "one"), letter(typed), answer(typed)),
    "official_request": lambda typed: messages.official_request(
        LINKS.confirm("a-token"), letter(typed), PlaceFacts(typed, typed, is_official=True), answer(typed)
    ),
    "witness_code": lambda typed: messages.witness_code("ABCDEFGH", 30, letter(typed), PlaceFacts(typed, typed)),
    "deadline_moved": lambda typed: messages.deadline_moved(LINKS, "a-token", letter(typed), PlaceFacts(typed, typed)),
    "name_corrected": lambda typed: messages.name_corrected(letter(typed), PlaceFacts(typed, typed), answer(typed)),
    "text_changed": lambda typed: messages.text_changed(
        addressed(typed), ChangeFacts(is_editorial=True, note=typed, object_until=typed, answer="stands")
    ),
    "handed_over": lambda typed: messages.handed_over(addressed(typed), typed, typed),
    "place_ended": lambda typed: messages.place_ended(LINKS, letter(typed), "ref", EndedPlace(typed, "inv", typed, typed, typed)),
    "reminder": lambda typed: messages.reminder(
        addressed(typed),
        messages.ReminderFacts(ReminderKind.BOARD_AHEAD, typed, typed, typed, typed, is_board_late=True, stop=LINKS.stop("one.a-token")),
    ),
    "coordinators_wrote": lambda typed: messages.coordinators_wrote(addressed(typed), typed),
    "society_wrote": lambda typed: messages.society_wrote(
        LINKS, letter(typed), "ref", SocietyWords(typed, "inv", typed, typed, is_condition=True)
    ),
    "objection_receipt": lambda typed: messages.objection_receipt(addressed(typed), typed, "event 12, " + "0" * 64),
    "comment_request": lambda typed: messages.comment_request(
        LINKS, "a-token", letter(typed), PlaceFacts(typed, typed), RequestFacts(1, typed, typed)
    ),
    "dispositions": lambda typed: messages.dispositions(LINKS, "a-token", letter(typed), PlaceFacts(typed, typed)),
    "addendum_opened": lambda typed: messages.addendum_opened(addressed(typed), messages.JoiningFacts(typed, typed, typed)),
    "addendum_issued": lambda typed: messages.addendum_issued(addressed(typed), messages.IssuedFacts(1, (typed,), "0" * 64)),
    "addendum_issued_desk": lambda typed: messages.addendum_issued_desk(
        LINKS.after_the_seal("ref"), letter(typed), messages.IssuedFacts(1, (typed,), "0" * 64)
    ),
    "erratum_made": lambda typed: messages.erratum_made(addressed(typed), messages.ErratumFacts(1, *[typed] * 5, "0" * 64)),
    "new_text_put": lambda typed: new_text_messages.new_text_put(addressed(typed), new_text(typed)),
    "new_text_abandoned": lambda typed: new_text_messages.new_text_abandoned(addressed(typed), new_text(typed)),
    "new_text_receipt": lambda typed: new_text_messages.new_text_receipt(addressed(typed), said_of_text(typed)),
    "new_text_objected": lambda typed: new_text_messages.new_text_objected(
        LINKS.new_text("ref", "one"), letter(typed), typed, said_of_text(typed)
    ),
    "news": lambda typed: messages.news(addressed(typed), NewsWords(typed, typed, LINKS.stop_news("one.a-token"))),
    "ask_round": lambda typed: round_messages.ask_round(addressed(typed), AskWords(typed, typed, typed)),
    "journal_mail": lambda typed: messages.journal_mail(letter(typed), WrittenMail(typed, typed, (PDF,))),
    "letter_cancelled": lambda typed: messages.letter_cancelled(letter(typed), PlaceFacts(typed, typed), typed),
}


def sent(sink: tuple[Sink, SmtpTransport], form: MailForm) -> Envelope:
    """The one message that the server took."""
    taken, transport = sink
    taken.got.clear()
    transport.send(Outgoing(form, RECIPIENT, "a-reference", datetime(2026, 3, 2, tzinfo=UTC)))
    (one,) = taken.got
    return one


def complaints(got: Envelope, form: MailForm) -> list[str]:
    """What is other than it should be."""
    read: Any = email.message_from_bytes(got.original_content or b"", policy=email.policy.SMTP)
    assert isinstance(read, EmailMessage)
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None and html is not None
    checks = {
        "headers": sorted(name.lower() for name in list(read))
        == sorted([*(BY_HAND if form.reply_to else EXPECTED), *(STOPPED if form.stop else ())]),
        "recipients": got.rcpt_tos == [RECIPIENT] and str(read["To"]) == RECIPIENT,
        "sender": got.mail_from == "letters@example.org" == str(read["From"]),
        "text": _lines(plain.get_content()) == _lines(form.text),
        "html": _lines(html.get_content()) == _lines(form.html),
    }
    return [name for name, is_right in checks.items() if not is_right]


def _lines(text: str) -> list[str]:
    # A mail has one kind of line end.
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


@pytest.mark.enable_socket
@pytest.mark.parametrize("kind", MESSAGES)
def test_t44_payload_in_every_field_of_a_message_changes_neither_headers_nor_recipient_nor_body(
    sink: tuple[Sink, SmtpTransport], kind: str
) -> None:
    assert len(ALL) >= 60
    # In `make test` each message is given every fifth, the next message the next.
    for payload in ALL if IS_ASSURE else ALL[list(MESSAGES).index(kind) % 5 :: 5]:
        form = MESSAGES[kind](payload)
        assert complaints(sent(sink, form), form) == [], repr(payload)


@pytest.mark.enable_socket
def test_t44_control_message_that_is_put_together_carelessly_is_noticed(
    sink: tuple[Sink, SmtpTransport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message, "safe_subject", lambda typed: typed)
    monkeypatch.setattr(message, "_encoded", lambda subject: subject.encode("ascii", "replace").decode())
    monkeypatch.setattr(message, "_check", lambda *_read: None)
    form = MESSAGES["invitation"]("a\r\nBcc: evil@example.org")
    assert "headers" in complaints(sent(sink, form), form)


@pytest.mark.parametrize("payload", [one for one in ALL if one.strip() and "@" not in one] + [f"anna@example.org{one}" for one in MORE])
def test_t44_address_with_anything_beside_it_is_no_address(payload: str) -> None:
    with pytest.raises(InvalidInput):
        clean_address(payload)


def test_every_message_about_a_letter_is_tried() -> None:
    made = {name for name, made in vars(messages).items() if callable(made) and getattr(made, "__module__", "") == messages.__name__}
    assert {name for name in made if name.islower() and not name.startswith("_")} - MESSAGES.keys() == {"sign_in", "staff_code"}
