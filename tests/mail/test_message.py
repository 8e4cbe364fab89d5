"""Nothing that a user typed adds a header, and every message has one recipient (T44, R16, R20)."""

import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header

import pytest

from webapp.mail.message import LONGEST_SUBJECT, Attachment, MailForm, UnsafeMessage, build_message, safe_subject

EXPECTED = [
    "subject",
    "mime-version",
    "content-type",
    "from",
    "to",
    "date",
    "message-id",
    "auto-submitted",
    "x-auto-response-suppress",
]
RECIPIENT, IDENTITY = "anna@gullhaven.example.org", "<a-reference@letters.example.org>"

PAYLOADS = [
    "a\r\nBcc: evil@example.org",
    "a\nBcc: evil@example.org",
    "a\rBcc: evil@example.org",
    "a\r\n\r\n<p>another body</p>",
    "a\n Bcc: evil@example.org",
    "a\r\n\tBcc: evil@example.org",
    "\r\nBcc: evil@example.org",
    "\nBcc: evil@example.org",
    "a\x00b",
    "a\x0bBcc: evil@example.org",
    "a\x0cBcc: evil@example.org",
    "a\x1cBcc: evil@example.org",
    "a\x85Bcc: evil@example.org",
    "a\u2028Bcc: evil@example.org",
    "a\u2029Bcc: evil@example.org",
    "=?utf-8?q?x=0ABcc=3A_evil=40example.org?=",
    "=?utf-8?q?x=0D=0ABcc=3A_evil=40example.org?=",
    "=?UTF-8?B?eApCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=",
    "=?us-ascii?q?x=0ABcc:_evil=40example.org?=",
    "=?iso-8859-1?q?x=0ABcc=3A?= =?utf-8?q?_evil=40example.org?=",
    "a =?utf-8?q?=0A?=Bcc: evil@example.org",
    "=?utf-8?q?=?utf-8?q?x=0ABcc=3A_evil?=?=",
    "=?=?utf-8?q?utf-8?q?x=0ABcc=3A_evil=40example.org?=",
    "=?utf-8*en?q?x=0ABcc=3A_evil=40example.org?=",
    "=?\u200butf-8?q?x=0ABcc=3A_evil?=",
    "é =?utf-8?q?x=0ABcc=3A_evil=40example.org?=",
    "安静 =?utf-8?b?eApCY2M6IGV2aWw=?=",
    "x" * 998,
    "x" * 10_000,
    "é" * 998,
    "word " * 300,
    "安" * 500,
    "\U0001f600" * 300,
    "a" + "\u0301" * 500,
    "a\u202eb",
    "To: evil@example.org",
    "Content-Type: text/html",
    "--===============",
    "evil@example.org, other@example.org",
    "<evil@example.org>",
    "",
    " ",
    "\t\t",
    "a\ud800b".encode("utf-8", "replace").decode(),
]


def built(subject: str, text: str = "Words.\n") -> bytes:
    form = MailForm("invitation", subject, text, f"<p>{text}</p>")
    return build_message(
        form, sender="letters@example.org", recipient=RECIPIENT, message_id=IDENTITY, sent_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    )


@pytest.mark.parametrize("payload", PAYLOADS, ids=[repr(one)[:40] for one in PAYLOADS])
@pytest.mark.parametrize("policy", [email.policy.compat32, email.policy.default, email.policy.SMTP], ids=["compat32", "default", "SMTP"])
def test_t44_subject_that_somebody_typed_adds_no_header(payload: str, policy: email.policy.Policy) -> None:
    read = email.message_from_bytes(built(f"Will {payload} sign?"), policy=policy)
    assert [name.lower() for name in read] == EXPECTED
    assert (str(read["To"]), str(read["Message-ID"]), str(read["From"])) == (RECIPIENT, IDENTITY, "letters@example.org")
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "words." in str(read.get_payload()[0]).casefold()


@pytest.mark.parametrize("payload", PAYLOADS, ids=[repr(one)[:40] for one in PAYLOADS])
def test_t44_body_that_somebody_typed_adds_no_header_and_no_part(payload: str) -> None:
    read = email.message_from_bytes(built("A letter", f"{payload}\n"))
    assert [name.lower() for name in read] == EXPECTED
    assert len(list(read.walk())) == 3


@pytest.mark.parametrize("raw", PAYLOADS, ids=[repr(one)[:40] for one in PAYLOADS])
def test_no_line_of_a_message_is_longer_than_a_mail_server_takes(raw: str) -> None:
    assert max(len(line) for line in built(raw, raw).split(b"\r\n")) <= 998


@pytest.mark.parametrize("name", ["Société des Étoiles", "安静医学会", "جمعية الساعة الهادئة", "“Quotes” & Co., e.V. (1888)", "1=1?"])
def test_honest_subject_arrives_as_it_was_typed(name: str) -> None:
    read = email.message_from_bytes(built(f"Will {name} sign?"))
    assert str(make_header(decode_header(str(read["Subject"])))).replace("\n", "").replace("\r", "") == f"Will {name} sign?"


def test_long_subject_is_cut_and_says_so() -> None:
    assert safe_subject("x" * (LONGEST_SUBJECT + 1)) == "x" * (LONGEST_SUBJECT - 1) + "…"
    assert safe_subject("x" * LONGEST_SUBJECT) == "x" * LONGEST_SUBJECT


@pytest.mark.parametrize(
    ("recipient", "identity"),
    [
        ("a@example.org\r\nBcc: evil@example.org", IDENTITY),
        ("a@example.org, evil@example.org\nX: y", IDENTITY),
        (RECIPIENT, "<x>\r\nBcc: evil@example.org"),
    ],
)
def test_t44_recipient_or_identity_with_a_header_in_it_is_not_sent(recipient: str, identity: str) -> None:
    with pytest.raises((UnsafeMessage, ValueError)):
        build_message(
            MailForm("x", "s", "t", "h"),
            sender="letters@example.org",
            recipient=recipient,
            message_id=identity,
            sent_at=datetime(2026, 3, 2, tzinfo=UTC),
        )


def test_message_says_that_nobody_wrote_it_by_hand() -> None:
    read = email.message_from_bytes(built("A letter"))
    assert (read["Auto-Submitted"], read["X-Auto-Response-Suppress"]) == ("auto-generated", "All")


CALENDAR = b"BEGIN:VCALENDAR\r\nSUMMARY:The d\xc3\xa9adline\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize("payload", PAYLOADS, ids=[repr(one)[:40] for one in PAYLOADS])
def test_r16_message_with_a_calendar_file_has_the_same_headers_and_both_bodies(payload: str) -> None:
    form = MailForm("invitation", payload, f"{payload}\n", "<p>Words.</p>", CALENDAR)
    raw = build_message(
        form, sender="letters@example.org", recipient=RECIPIENT, message_id=IDENTITY, sent_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    )
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert sorted(name.lower() for name in read) == sorted(EXPECTED)
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    [attached] = read.iter_attachments()
    assert (attached.get_filename(), attached.get_content_charset()) == ("joint-letter.ics", "utf-8")
    assert attached.get_payload(decode=True) == CALENDAR
    assert read.get_body(("plain",)) is not None and read.get_body(("html",)) is not None


def test_message_without_a_calendar_file_has_no_attachment() -> None:
    assert list(email.message_from_bytes(built("Words"), policy=email.policy.default).iter_attachments()) == []


def test_r16_file_that_goes_along_arrives_as_it_is() -> None:
    file = Attachment("letter.txt", "application/octet-stream", b"one\ntwo\r\n")
    form = MailForm("journal_mail", "A letter", "Dear", "<p>Dear", reply_to="office@example.org", attachments=(file,))
    raw = build_message(
        form, sender="a@example.org", recipient="b@example.org", message_id="<1@example.org>", sent_at=datetime(2026, 3, 2, tzinfo=UTC)
    )
    read = email.message_from_bytes(raw, policy=email.policy.default)
    (sent,) = read.iter_attachments()
    assert (sent.get_filename(), sent.get_content()) == ("letter.txt", file.content)
    assert read["Reply-To"] == "office@example.org"
    assert "Auto-Submitted" not in read


@pytest.mark.parametrize("address", ["a@example.org\r\nBcc: evil@example.org", "=?utf-8?q?x=0ABcc=3A_evil=40x.org?="])
def test_t44_address_for_answers_adds_no_header(address: str) -> None:
    form = MailForm("journal_mail", "A letter", "Dear Editor", "<p>Dear Editor", reply_to=address)
    try:
        raw = build_message(
            form, sender="a@example.org", recipient="b@example.org", message_id="<1@example.org>", sent_at=datetime(2026, 3, 2, tzinfo=UTC)
        )
    except (UnsafeMessage, ValueError):
        return
    assert "Bcc" not in email.message_from_bytes(raw)
