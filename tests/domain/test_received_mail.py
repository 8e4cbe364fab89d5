"""A saved mail is read as far as it can be, believed in nothing, and never fetched from (R20)."""

from datetime import UTC, datetime

import pytest

from tests.factories import mail
from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.plain_from_html import plain_from_html
from webapp.domain.proof_file import MAIL, PDF
from webapp.domain.received_file import ANY, WORD, kind_of, read_upload
from webapp.domain.received_mail import read_mail

PICTURE = b"\x89PNG\r\n\x1a\n not much of a picture"


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "b") -> bytes:
    inner = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + inner + b"--" + boundary.encode() + b"--\r\n"


def plain(words: str = "Inside.") -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + words.encode()


def whole(body: bytes) -> bytes:
    """The headers of a mail, before what says itself of which kind it is."""
    head, _end, _body = mail(**{"Content-Type": ""}).partition(b"\r\n\r\n")
    return head + b"\r\n" + body


def nested(depth: int) -> bytes:
    body = plain("Innermost.")
    for level in range(depth):
        body = multipart(body, boundary=f"b{level}")
    return whole(body)


def test_mail_says_from_whom_to_whom_what_and_when() -> None:
    read = read_mail(mail("Dear all,\r\n\r\nno."))
    assert (read.sender, read.recipient) == ("Ed Marsh <editor@jim.example.org>", "office@marrowby.example.org")
    assert (read.subject, read.text) == ("Your letter JIM-1", "Dear all,\n\nno.")
    assert (read.sent_at, read.remarks) == (datetime(2026, 3, 16, 9, 0, tzinfo=UTC), ())


def test_ten_parts_within_each_other_are_read_and_a_maze_is_refused_with_a_sentence() -> None:
    assert read_mail(nested(10)).text == "Innermost."
    for depth in (limits.POST_DEPTH + 2, 1_000):
        with pytest.raises(InvalidInput, match="type its words here"):
            read_mail(nested(depth))


def test_mail_that_would_take_minutes_to_take_apart_is_refused_before_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "POST_WORK", 1_000)
    assert read_mail(nested(3)).text
    with pytest.raises(InvalidInput):
        read_mail(nested(10) + b"\r\n" * 1_000)


def test_r20_html_becomes_words_and_nothing_of_it_is_fetched_or_run() -> None:
    html = (
        "<html><head><style>p{background:url(https://evil.example.org/a)}</style></head><body><p>Dear <b>all</b>,</p>"
        '<img src="https://evil.example.org/pixel.png"><script>alert("x")</script><p>3 &lt; 4, '
        '<a href="https://jim.example.org/d?a=1&amp;b">the decision</a></p><!-- <p>hidden</p> --></body></html>'
    )
    read = read_mail(mail(html, **{"Content-Type": "text/html; charset=utf-8"}))
    assert read.text == "Dear all,\n\n3 < 4, the decision <https://jim.example.org/d?a=1&b>"
    assert any("None of them was fetched" in one for one in read.remarks)
    assert read.files == ()


def test_plain_words_are_taken_where_the_mail_has_both() -> None:
    both = multipart(plain("In plain words."), b"Content-Type: text/html\r\n\r\n<p>In colour.<img src=x>", kind="alternative")
    read = read_mail(whole(both))
    assert (read.text, read.remarks) == ("In plain words.", ())


@pytest.mark.parametrize(
    ("charset", "body", "text", "remark"),
    [
        ("klingon", "Jörg".encode(), "Jörg", "read as UTF-8"),
        ("hex", b"4a", "4a", "read as UTF-8"),
        ("us-ascii", "Jörg".encode(), "Jörg", "read as UTF-8"),
        ("utf-8", "Jörg".encode("latin-1"), "J\ufffdrg", "could not be read"),
        ("utf-7", b"+ADw-script+AD4-", "+ADw-script+AD4-", "read as UTF-8"),
        ("iso-8859-1", "Jörg".encode("latin-1"), "Jörg", ""),
    ],
    ids=lambda value: str(value)[:12],
)
def test_broken_or_lying_charset_is_shown_as_far_as_it_goes_and_said(charset: str, body: bytes, text: str, remark: str) -> None:
    content = mail("", **{"Content-Type": f"text/plain; charset={charset}"}).rstrip() + b"\r\n\r\n" + body
    read = read_mail(content)
    assert read.text == text
    assert (remark in " ".join(read.remarks)) if remark else not read.remarks


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Mar 99999 10:00:00 +9999", "Mon, 16 Mar 2026 10:00:00 +0100 (\x00"])
def test_missing_or_odd_date_is_asked_for(date: str) -> None:
    read = read_mail(mail(Date=date))
    assert read.sent_at is None or read.sent_at.tzinfo is UTC
    assert read.sent_at is not None or any("Give the day and time" in one for one in read.remarks)


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:00 +0000", "Sat, 1 Jan 0100 00:00:00 +0000"])
def test_date_at_an_end_of_the_calendar_is_asked_for_as_no_zone_can_show_it(date: str) -> None:
    read = read_mail(mail(Date=date))
    assert (read.sent_at, len(read.remarks)) == (None, 1)


@pytest.mark.parametrize(
    "subject",
    ["=?utf-8?q?x=0D=0ABcc:_evil=40x.example.org?=", "x\r\n\tBcc: y", "a\u202eb", "=?bad?q?x?=", "(" * 5_000, "=?utf-8?b?////?="],
    ids=["encoded line end", "folded", "turned round", "no charset", "too long", "no base64"],
)
def test_t44_header_is_one_line_of_visible_text(subject: str) -> None:
    read = read_mail(mail(Subject=subject))
    assert not {"\r", "\n", "\0", "\u202e"} & set(read.subject)
    assert len(read.subject) <= limits.POST_LINE


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\temp\\\\a.pdf", "a.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("x" * 300, "x" * 100),
        ("..", "file"),
        ("con\x00\x07.txt", "con.txt"),
    ],
)
def test_t37_name_of_an_attachment_is_text_and_no_path(name: str, kept: str) -> None:
    part = f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\n'.encode() + PICTURE
    found = read_mail(whole(multipart(plain(), part))).files
    assert [one.name for one in found] == [kept]


def test_attachment_is_typed_by_its_content_and_not_by_what_it_says() -> None:
    liar = b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment\r\n\r\n' + b"<script>alert(1)</script>\x00"
    assert [one.media_type for one in read_mail(whole(multipart(plain(), liar))).files] == [ANY]


def test_words_of_an_enclosed_mail_are_shown_below_its_heading() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\n" + mail("The reviewers disagree.", Subject="Reviews")
    read = read_mail(whole(multipart(plain("See below."), inner)))
    assert read.text == "See below.\n\n[Enclosed mail: Ed Marsh <editor@jim.example.org>, Reviews]\n\nThe reviewers disagree."


def test_kinds_are_known_by_content() -> None:
    assert kind_of(mail()) == MAIL
    # A journal's system writes pages of headers before it comes to the sender.
    assert kind_of(b"Received: from a by b\r\n" * 200 + mail()) == MAIL
    assert kind_of(b"%PDF-1.7") == PDF
    assert kind_of(b"PK\x03\x04 .. word/document.xml") == WORD


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "is empty"), (b"MZ\x90\x00", "no saved mail"), (b"%PDF-" + b"0" * limits.POST_BYTES, "What you typed is kept")],
    ids=["nothing", "a program", "too large"],
)
def test_file_that_is_not_taken_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as refused:
        read_upload("answer.eml", content)
    assert refused.value.field == "file"


@pytest.mark.parametrize("piece", ["<!--", "<div>", "<a href=", "<", "&", "<script>", "<b"])
def test_t40_endless_html_ends(piece: str) -> None:
    words, _pictures = plain_from_html(piece * 20_000)
    assert len(words) <= len(piece) * 20_000


@pytest.mark.parametrize(
    "line",
    [
        b"Content-Type: text/plain; charset*=utf-16''abc",
        b"Content-Type: text/plain; name*0*=''x; name*9999999999999999999999=y",
        b"Content-Disposition: attachment; filename*\rbogus''%41",
        b"Content-Disposition: \xff\xfe; filename=\x00",
        b"Content-Type: ; x*=",
        b"Content-Transfer-Encoding: x-uuencode",
    ],
)
def test_r20_header_that_the_standard_library_stumbles_over_loses_nothing(line: bytes) -> None:
    read = read_mail(whole(multipart(plain("Dear all."), line + b"\r\n\r\nWords below it.")))
    assert read.text.startswith("Dear all.")
    assert "Words below it." in read.text + "".join(one.content.decode() for one in read.files)
