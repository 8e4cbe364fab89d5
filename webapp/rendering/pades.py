"""What pyHanko does with the seal in a PDF. It takes half a second to load, so only who sets or looks at one does."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from webapp.domain.errors import RenderingFailed
from webapp.rendering.pdf_seal import SealKey, SealState, signer_name

_FIELD = "Seal"


class _Update(IncrementalPdfFileWriter):
    """Adds the seal and nothing else. By itself it would write the metadata anew, with its own name and the machine’s time."""

    def _update_meta(self) -> None:
        pass


class _Signer(PdfSigner):
    """Signs at the time of the seal, in UTC; by itself it would take the machine’s own time, and tell its zone."""

    at: datetime

    def init_signing_session(self, pdf_out: Any, existing_fields_only: Any = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.at
        return session


def seal_pdf(pdf: bytes, key: SealKey, *, now: datetime, reason: str) -> bytes:
    """See `pdf_seal.seal_pdf`."""
    certificate = x509.Certificate.load(key.certificate)
    store: Any = SimpleCertificateStore
    above = store.from_certs([x509.Certificate.load(one) for one in key.above])
    signer = SimpleSigner(signing_cert=certificate, signing_key=keys.PrivateKeyInfo.load(key.private_key), cert_registry=above)
    certifying = PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        reason=reason,
    )
    # PDF/A forbids hidden fields, PDF/UA untagged ones that are seen: one outside the page is neither.
    unseen = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    field = fields.SigFieldSpec(_FIELD, on_page=0, invis_sig_settings=unseen)
    writing = _Signer(certifying, signer, new_field_spec=field)
    writing.at = now
    try:
        return bytes(writing.sign_pdf(_Update(io.BytesIO(pdf))).getvalue())
    except (PdfError, SigningError, ValueError) as error:
        raise RenderingFailed("The PDF could not be given its electronic seal.") from error


def seal_state(pdf: bytes, ours: Sequence[bytes]) -> SealState | None:
    """See `pdf_seal.seal_state`. What cannot even be read as a sealed PDF is not whole."""
    try:
        seals = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        if not seals:
            return None
        seal = seals[-1]
        certificate = seal.signer_cert.dump()
        context = ValidationContext(trust_roots=[seal.signer_cert], allow_fetching=False)
        status = validate_pdf_signature(seal, context)
        # Not “valid” alone: a file to which something was added still has a valid signature.
        covers = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        is_whole = bool(status.bottom_line and covers)
        return SealState(is_whole, seal.signer_cert.public_key.dump() in ours, signer_name(certificate), status.signer_reported_dt)
    except (PdfError, SignatureValidationError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return SealState(is_whole=False, is_ours=False, signer="", signed_at=None)
