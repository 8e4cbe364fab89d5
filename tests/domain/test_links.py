"""Addresses for mails and documents: from the base address alone."""

import pytest

from webapp.domain.links import Links

LINKS = Links("https://letters.example.org")


def test_addresses_stand_under_the_base_address() -> None:
    assert LINKS.personal("t0ken") == "https://letters.example.org/i/t0ken"
    assert LINKS.sign_in("t0ken") == "https://letters.example.org/sign-in/t0ken"
    assert LINKS.letter("ref") == "https://letters.example.org/letters/ref"
    assert LINKS.check("ref") == "https://letters.example.org/check/ref"
    assert LINKS.check() == "https://letters.example.org/check"
    assert LINKS.mailbox() == "https://letters.example.org/mailbox"


@pytest.mark.parametrize(
    ("base", "host"),
    [("https://letters.example.org", "letters.example.org"), ("http://127.0.0.1:8000", "127.0.0.1"), ("http://[::1]:8000", "::1")],
)
def test_host_is_named_without_its_port(base: str, host: str) -> None:
    assert Links(base).host == host


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:8000",
        "http://127.0.0.2",
        "http://127.255.255.254:80",
        "http://[::1]:8000",
        "http://localhost:8000",
        "http://LOCALHOST",
        "https://letters.localhost",
    ],
)
def test_loopback_address_is_known(base: str) -> None:
    assert Links(base).is_loopback


@pytest.mark.parametrize(
    "base",
    [
        "https://letters.example.org",
        "https://localhost.example.org",
        "https://notlocalhost",
        "https://127.0.0.1.example.org",
        "http://10.0.0.1",
        "http://[2001:db8::1]",
    ],
)
def test_address_of_another_machine_is_not_loopback(base: str) -> None:
    assert not Links(base).is_loopback


def test_https_is_known_by_its_scheme() -> None:
    assert LINKS.is_https
    assert not Links("http://https.example.org").is_https
