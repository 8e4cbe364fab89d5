"""Links that cannot be guessed, codes that can be read aloud, and nothing but hashes to keep (R14, R19)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.tokens import CODE_LENGTH, Keyring, hash_token, normalise_code, show_code

KEYRING = Keyring(b"k" * 32)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_ten_thousand_links_are_all_different() -> None:
    links = [KEYRING.personal_link(f"representative-{number}", 1) for number in range(10_000)]
    assert len(set(links)) == 10_000


def test_links_share_no_prefix() -> None:
    # Chance makes about four letters alike among so many; a row id or a time in front would make far more.
    prefixes = {KEYRING.personal_link(f"representative-{number}", 1)[:9] for number in range(10_000)}
    assert len(prefixes) == 10_000


def test_link_holds_256_bits_in_letters_that_no_mail_program_breaks() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", KEYRING.personal_link(f"r{number}", 1)) for number in range(500))
    assert len(KEYRING.sign_in_link("x")) >= 43


def test_r14_raising_the_generation_makes_another_link() -> None:
    links = {KEYRING.personal_link("r", generation) for generation in range(1, 200)}
    assert len(links) == 199


def test_link_is_derived_and_so_comes_again_the_same() -> None:
    assert KEYRING.personal_link("r", 3) == Keyring(b"k" * 32).personal_link("r", 3)


def test_another_key_makes_other_secrets() -> None:
    other = Keyring(b"k" * 31 + b"l")
    assert KEYRING.personal_link("r", 1) != other.personal_link("r", 1)
    assert KEYRING.sign_in_link("r") != other.sign_in_link("r")
    assert KEYRING.code("r") != other.code("r")
    assert KEYRING.pages_key() != other.pages_key()
    assert KEYRING.counted_subject("p", "s") != other.counted_subject("p", "s")


def test_secret_of_one_purpose_is_none_of_another() -> None:
    secrets = {KEYRING.personal_link("r", 1), KEYRING.sign_in_link("r"), KEYRING.code("r"), KEYRING.pages_key()}
    assert len(secrets) == 4
    assert KEYRING.sign_in_link("r\0001") != KEYRING.personal_link("r", 1)


def test_reference_and_generation_are_kept_apart() -> None:
    assert KEYRING.personal_link("r1", 1) != KEYRING.personal_link("r", 11)


def test_r19_hash_is_not_the_token_and_tells_nothing_of_its_length() -> None:
    assert hash_token("short") != hash_token("short ")
    assert {len(hash_token(token)) for token in ("", "short", "x" * 500, "社")} == {64}


def test_code_is_eight_letters_of_crockfords_alphabet() -> None:
    assert all(re.fullmatch(f"[{CROCKFORD}]{{8}}", KEYRING.code(f"code-{number}")) for number in range(2_000))
    assert CODE_LENGTH == 8


def test_every_letter_comes_in_every_place_of_a_code() -> None:
    codes = [KEYRING.code(f"code-{number}") for number in range(2_000)]
    assert [set(places) for places in zip(*codes, strict=True)] == [set(CROCKFORD)] * CODE_LENGTH


def test_two_thousand_codes_are_all_different() -> None:
    assert len({KEYRING.code(f"code-{number}") for number in range(2_000)}) == 2_000


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("7KQ2MXRT", "7KQ2MXRT", id="as printed"),
        pytest.param("7KQ2-MXRT", "7KQ2MXRT", id="with the hyphen"),
        pytest.param("7kq2-mxrt", "7KQ2MXRT", id="in small letters"),
        pytest.param("  7KQ2 MXRT ", "7KQ2MXRT", id="with spaces"),
        pytest.param("7KQ2-MXRT\r\n", "7KQ2MXRT", id="pasted with a line end"),
        pytest.param("7KQ2\u00a0MXRT\t", "7KQ2MXRT", id="pasted with a no-break space and a tab"),
        pytest.param("7KQ2\u2011MXRT", "7KQ2MXRT", id="with a no-break hyphen"),
        pytest.param("7KQ2–MXRT", "7KQ2MXRT", id="with a dash"),
        pytest.param("７ＫＱ２－ＭＸＲＴ", "7KQ2MXRT", id="from an East Asian keyboard"),
        pytest.param("O0oI1lL8", "00011118", id="look-alikes are read as Crockford reads them"),
        pytest.param("7KQ2MXRU", "7KQ2MXRU", id="a letter that no code has stays wrong"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_r7_code_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert normalise_code(typed) == meant


@settings(deadline=None)
@given(st.text(max_size=20))
def test_r7_printed_code_is_read_back_whatever_it_is(seed: str) -> None:
    code = KEYRING.code(seed)
    assert normalise_code(show_code(code)) == normalise_code(show_code(code).lower()) == code


def test_code_is_shown_in_two_groups() -> None:
    assert show_code("7KQ2MXRT") == "7KQ2-MXRT"
