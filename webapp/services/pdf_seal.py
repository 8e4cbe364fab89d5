"""With which key the PDFs of this installation are sealed, if with any; and sealing them."""

from collections.abc import Callable
from datetime import datetime

from webapp.domain.errors import InvalidInput, RenderingFailed
from webapp.rendering.pdf_seal import ISSUED, SealKey, key_of_pkcs12, own_key, refuse_unfit, seal_pdf, seal_state
from webapp.settings import Settings


def seal_key(settings: Settings) -> SealKey | None:
    """None where PDFs are not sealed. Raises InvalidInput, in words for whoever runs the installation, where the key is of no use."""
    chosen = settings.pdf_seal
    if chosen is None:
        return None
    if chosen.file is None:
        return own_key(settings.keyring.pdf_seal_seed(), settings.links.host)
    try:
        return key_of_pkcs12(chosen.file.read_bytes(), chosen.password)
    except OSError as error:
        raise InvalidInput(f"The PKCS #12 file of the seal cannot be read ({error.strerror}). Look at UNDERSIGNED_SEAL_PKCS12.") from error


def fit_key(settings: Settings, *, now: datetime) -> SealKey | None:
    """The same, and InvalidInput too where readers of the PDF would not take a seal that is set with it now."""
    key = seal_key(settings)
    if key is not None:
        refuse_unfit(key, now=now)
    return key


def why_unfit(settings: Settings, *, now: datetime) -> str:
    """Why no PDF can be sealed now, as a sentence; empty where it can, and where none is to be sealed."""
    try:
        fit_key(settings, now=now)
    except InvalidInput as error:
        return str(error)
    return ""


def sealer(settings: Settings, *, now: datetime) -> Callable[[bytes], bytes]:
    """What gives a PDF its electronic seal, where a key is set up; elsewhere it leaves it as it is. Raises as `fit_key`."""
    key = fit_key(settings, now=now)

    def sealed(pdf: bytes) -> bytes:
        if key is None:
            return pdf
        made = seal_pdf(pdf, key, now=now, reason=ISSUED)
        state = seal_state(made, [key.public_key])
        if state is None or not (state.is_ours and state.is_whole):
            raise RenderingFailed("The PDF was made, and its electronic seal does not fit it. Nothing was stored.")
        return made

    return sealed


def known_keys(settings: Settings) -> list[bytes]:
    """The public keys of the seals that this installation sets, or has set with its own key."""
    own = own_key(settings.keyring.pdf_seal_seed(), settings.links.host)
    try:
        chosen = seal_key(settings)
    except InvalidInput:
        chosen = None
    return [own.public_key, *([chosen.public_key] if chosen else [])]
