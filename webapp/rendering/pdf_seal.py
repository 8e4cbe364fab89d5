"""The electronic seal inside a PDF (PAdES B-B): its key, setting it, and looking at one. Without a key nothing of this is needed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from webapp.domain.errors import InvalidInput

# The order of the curve P-256 (NIST SP 800-186).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BEGINS = datetime(2020, 1, 1, tzinfo=UTC)
# RFC 5280, 4.1.2.5: a certificate that has no well-defined end. The key ends when the installation does.
_ENDS = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

# Why it is set, as readers of the PDF show it.
SEALED = "Text and signatories of the letter are fixed."
ISSUED = "Issued beside the sealed letter, and fixed as it is."


@dataclass(frozen=True)
class SealKey:
    """A private key (PKCS #8) with its certificate and those above it, all as DER."""

    private_key: bytes = field(repr=False)
    certificate: bytes
    above: tuple[bytes, ...] = ()

    @property
    def public_key(self) -> bytes:
        """By which a seal is known as this key’s: the certificate of our own key is another each time that it is made."""
        key = x509.load_der_x509_certificate(self.certificate).public_key()
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class SealState:
    """What the seal inside a PDF says of it."""

    is_whole: bool
    """Not a byte was changed or added since: the signature fits, allows no change, and covers the whole file."""
    is_ours: bool
    """Set with a key that was named as our own."""
    signer: str
    signed_at: datetime | None


def own_key(seed: bytes, host: str) -> SealKey:
    """The installation’s own key, EC P-256, derived from the seed, with a certificate that nobody else has signed."""
    key = ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
    return SealKey(_private(key), _own_certificate(key, host))


def _own_certificate(key: ec.EllipticCurvePrivateKey, host: str) -> bytes:
    common_name = f"Undersigned at {host}"[:64]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    public = key.public_key()
    marked = x509.SubjectKeyIdentifier.from_public_key(public)
    # Digital signature and content commitment, which is what a seal is; and no certificate authority.
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    builder = x509.CertificateBuilder(name, name, public, int.from_bytes(marked.digest[:16], "big") | 1, _BEGINS, _ENDS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage, critical=True).add_extension(marked, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def key_of_pkcs12(content: bytes, password: bytes | None) -> SealKey:
    """Raises InvalidInput, with a sentence for whoever runs the installation, where no seal can be set with it."""
    try:
        key, certificate, above = pkcs12.load_key_and_certificates(content, password or None)
    except ValueError as error:
        raise InvalidInput("The PKCS #12 file of the seal cannot be opened: it is damaged, or its password is another.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or certificate is None:
        raise InvalidInput("The PKCS #12 file of the seal holds no private key (EC or RSA) with its certificate.")
    der = serialization.Encoding.DER
    return SealKey(_private(key), certificate.public_bytes(der), tuple(one.public_bytes(der) for one in above))


def _private(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def refuse_unfit(key: SealKey, *, now: datetime) -> None:
    """Raises InvalidInput where readers of the PDF would not take a seal set with it."""
    certificate = x509.load_der_x509_certificate(key.certificate)
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        ends = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        raise InvalidInput(f"The certificate of the seal is not valid now (it ends on {ends}). Get a new one, or seal without.")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise InvalidInput("The certificate of the seal is not meant for signing documents.")


def signer_name(certificate: bytes) -> str:
    """Whose certificate it is, as people read it."""
    subject = x509.load_der_x509_certificate(certificate).subject
    named = subject.get_attributes_for_oid(NameOID.COMMON_NAME) or subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(named[0].value) if named else subject.rfc4514_string()


def seal_pdf(pdf: bytes, key: SealKey, *, now: datetime, reason: str = SEALED) -> bytes:
    """The PDF with an invisible seal that certifies it and allows no change. It stays PDF/A-3a and PDF/UA-1.

    Not the same bytes twice: each signature with an elliptic curve is another. Raises RenderingFailed.
    """
    sealed: bytes = import_module("webapp.rendering.pades").seal_pdf(pdf, key, now=now, reason=reason)
    return sealed


def seal_state(pdf: bytes, ours: Sequence[bytes]) -> SealState | None:
    """What the newest seal in the PDF says; None where it has none. `ours` are public keys of the installation."""
    state: SealState | None = import_module("webapp.rendering.pades").seal_state(pdf, ours)
    return state
