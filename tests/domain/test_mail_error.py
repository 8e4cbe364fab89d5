"""R19: of a mail server's words nothing is kept that names an address, a mailbox, a link or a token."""

import pytest

from webapp.domain.mail_error import safe_words

ANNA = "anna.berg@gullhaven.example.org"
TOKEN = "kX3_9vT-aa0BcDeFgHiJkLmNoPqRsTuVwXyZ0123456"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("5.1.1 No such user here", "5.1.1 No such user here"),
        (f"5.1.1 <{ANNA}>: Recipient address rejected", "5.1.1 <…>: Recipient address rejected"),
        ("no mailbox Anna.Berg here", "no mailbox … here"),
        ("relay via postmaster@example.net denied", "relay via … denied"),
        ("see https://mail.example.net/why?who=anna.berg&x=1 for more", "see … for more"),
        (f"spam: http://127.0.0.1/i/{TOKEN} is listed", "spam: … is listed"),
        (f"token {TOKEN}", "token …"),
        ("two\r\nlines\x00 and\u2028more \x1b[31mred", "two lines and more [31mred"),
        ("\u202egnp.exe", "gnp.exe"),
        ("", ""),
    ],
)
def test_r19_words_of_a_mail_server_are_made_safe(said: str, kept: str) -> None:
    assert safe_words(said, ANNA) == kept


def test_long_words_are_cut() -> None:
    assert len(safe_words("no " * 500, ANNA)) == 200
