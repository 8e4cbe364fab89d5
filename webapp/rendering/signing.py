"""The installation’s own signature, under the heads of records: Ed25519, which anybody can check (RFC 8032)."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_LABEL = b"undersigned/head/v1\0"


@lru_cache(maxsize=8)
def public_key(seed: bytes) -> str:
    """By which everybody checks what `signature` made: 64 hexadecimal characters."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def signature(seed: bytes, content: str) -> str:
    """Of the head of a record, as canonical JSON: 128 hexadecimal characters, the same whenever it is made."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(_LABEL + content.encode()).hex()
