"""The electronic seal: keeps the PDF conforming, and whatever is done to the file afterwards shows (PAdES, bar T21)."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from webapp.domain.errors import InvalidInput, RenderingFailed
from webapp.rendering.conformity import problems
from webapp.rendering.pdf_seal import SealKey, key_of_pkcs12, own_key, refuse_unfit, seal_pdf, seal_state, signer_name
from webapp.settings import PdfSeal

NOW = datetime(2026, 3, 14, 16, 1, tzinfo=UTC)
KEY = own_key(b"a seed of thirty-two bytes......", "letters.example.org")
OTHER = own_key(b"another seed.of thirty-two bytes", "letters.example.org")


@pytest.fixture(scope="module")
def sealed(final_pdf: bytes) -> bytes:
    return seal_pdf(final_pdf, KEY, now=NOW)


def test_sealed_pdf_is_whole_and_ours_and_says_when(sealed: bytes) -> None:
    state = seal_state(sealed, [KEY.public_key])
    assert state is not None
    assert (state.is_whole, state.is_ours, state.signer) == (True, True, "Undersigned at letters.example.org")
    assert state.signed_at == NOW


def test_sealed_pdf_keeps_every_rule_of_the_gate(sealed: bytes) -> None:
    assert problems(sealed) == []


def test_seal_adds_to_the_file_and_changes_nothing_in_it(final_pdf: bytes, sealed: bytes) -> None:
    assert sealed.startswith(final_pdf)
    with pikepdf.open(io.BytesIO(final_pdf)) as before, pikepdf.open(io.BytesIO(sealed)) as after:
        assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()


def test_control_field_on_the_page_would_not_keep_them(sealed: bytes) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        pdf.Root.AcroForm.Fields[0].Rect = pikepdf.Array([85, 40, 330, 75])
        made = io.BytesIO()
        pdf.save(made)
    assert problems(made.getvalue()) != []


def test_pdf_without_a_seal_has_no_state(final_pdf: bytes) -> None:
    assert seal_state(final_pdf, [KEY.public_key]) is None


def test_seal_with_another_key_is_not_ours(final_pdf: bytes) -> None:
    state = seal_state(seal_pdf(final_pdf, OTHER, now=NOW), [KEY.public_key])
    assert state is not None
    assert (state.is_whole, state.is_ours) == (True, False)


def flipped(pdf: bytes) -> bytes:
    at = pdf.index(b"stream\n") + 60
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def updated(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = generic.TextStringObject("fr")
    writer.update_root()
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def rewritten(pdf: bytes) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(made)
    return made.getvalue()


def lengthened(pdf: bytes) -> bytes:
    return pdf + b"\n% more\n"


def cut(pdf: bytes) -> bytes:
    return pdf[: len(pdf) // 2]


@pytest.mark.parametrize("harm", [flipped, updated, rewritten, lengthened, cut])
def test_t21_whatever_is_done_to_the_file_shows(sealed: bytes, harm: Callable[[bytes], bytes]) -> None:
    state = seal_state(harm(sealed), [KEY.public_key])
    assert state is not None
    assert not state.is_whole


def as_pkcs12(key: SealKey, password: bytes) -> bytes:
    private = serialization.load_der_private_key(key.private_key, None)
    certificate = load_der_x509_certificate(key.certificate)
    kept = serialization.BestAvailableEncryption(password)
    return pkcs12.serialize_key_and_certificates(b"seal", private, certificate, None, kept)  # type: ignore[arg-type]  # it is one of its kinds


def test_key_of_a_pkcs12_file_seals_too(final_pdf: bytes) -> None:
    key = key_of_pkcs12(as_pkcs12(OTHER, b"open"), b"open")
    state = seal_state(seal_pdf(final_pdf, key, now=NOW), [key.public_key])
    assert state is not None
    assert (state.is_whole, state.is_ours) == (True, True)


@pytest.mark.parametrize(("content", "password"), [(as_pkcs12(OTHER, b"open"), b"wrong"), (b"no file of that kind", b"open")])
def test_pkcs12_file_that_does_not_open_is_refused_in_words(content: bytes, password: bytes) -> None:
    with pytest.raises(InvalidInput, match="its password is another"):
        key_of_pkcs12(content, password)


def test_own_key_is_the_same_whenever_it_is_made() -> None:
    again = own_key(b"a seed of thirty-two bytes......", "letters.example.org")
    assert again.private_key == KEY.private_key
    assert again.public_key == KEY.public_key != OTHER.public_key
    assert signer_name(KEY.certificate) == "Undersigned at letters.example.org"


def test_certificate_that_has_ended_is_refused_in_words() -> None:
    refuse_unfit(KEY, now=NOW)
    with pytest.raises(InvalidInput, match="is not valid now"):
        refuse_unfit(KEY, now=NOW - timedelta(days=36_500))


def test_what_is_no_pdf_or_has_no_key_is_not_sealed() -> None:
    for pdf, key in ((b"no PDF", KEY), (b"%PDF-1.7", replace(KEY, private_key=OTHER.private_key))):
        with pytest.raises(RenderingFailed):
            seal_pdf(pdf, key, now=NOW)


def test_r19_key_and_password_are_in_no_printed_form() -> None:
    key = own_key(b"a seed of thirty-two bytes, or so", "127.0.0.1")
    assert repr(key.private_key) not in repr(key) and repr(key.certificate) in repr(key)
    assert "secret" not in repr(PdfSeal(Path("a.p12"), b"secret"))
