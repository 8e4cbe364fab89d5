"""Links and codes: derived from a key, stored only as hashes (R19, `bar.md` T05)."""

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass

# Crockford's alphabet: no I, L, O or U, so that nothing is misread aloud or from a small screen.
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8


@dataclass(frozen=True)
class Keyring:
    """Derives every secret of the installation from one key that is kept outside the database."""

    key: bytes

    def personal_link(self, representative: str, generation: int) -> str:
        """The token in a representative's link; raising the generation makes another and kills this one (R14)."""
        return self._token("personal-link/v1", representative, str(generation))

    def stop_link(self, representative: str, generation: int) -> str:
        """In the link that stops reminders and does nothing else: whose they are, and the proof. It dies with the personal link."""
        return f"{representative}.{self._token('stop-link/v1', representative, str(generation))}"

    def news_link(self, representative: str, generation: int) -> str:
        """The same for news of a sealed letter."""
        return f"{representative}.{self._token('news-link/v1', representative, str(generation))}"

    def sign_in_link(self, link: str) -> str:
        """The token in a one-time link for staff."""
        return self._token("sign-in-link/v1", link)

    def code(self, code: str) -> str:
        """Eight characters, 40 bits, of which five tries are given (R7)."""
        return self._code("code/v1", code)

    def staff_code(self, code: str) -> str:
        """The same for staff; a code of one kind is never one of the other."""
        return self._code("staff-code/v1", code)

    def witness_link(self, purpose: str, witness: str) -> str:
        """The token in the link by which somebody of a society speaks to one answer; of use for this purpose alone."""
        return self._token("witness/v1", purpose, witness)

    def witness_code(self, witness: str, number: int) -> str:
        """The code that goes with it, mailed to the same address; each number is another."""
        return self._code("witness-code/v1", witness, str(number))

    def code_hash(self, reference: str, code: str) -> str:
        """What the database keeps of a code: keyed, for 40 bits could be searched through."""
        return self._derive("code-hash/v1", reference, code).hex()

    def counted_subject(self, purpose: str, subject: str) -> str:
        """Under what an address or a network is counted: never itself, and another for each purpose (R19)."""
        return self._derive("counted/v1", purpose, subject).hex()

    def pages_key(self) -> str:
        """The key with which the web layer signs its cookies."""
        return self._token("pages/v1")

    def seal_seed(self) -> bytes:
        """The private key of the installation’s own signature (RFC 8032: 32 bytes). It is nowhere stored: who keeps this key, keeps it."""
        return self._derive("seal/v1")

    def pdf_seal_seed(self) -> bytes:
        """The same for the seal inside a PDF, whose readers know another kind of key."""
        return self._derive("pdf-seal/v1")

    def check(self) -> str:
        """Tells this key from another, and nothing about it: it stands in every backup."""
        return self._token("key-check/v1")

    def _code(self, *parts: str) -> str:
        number = int.from_bytes(self._derive(*parts)[:5], "big")
        return "".join(_CODE_ALPHABET[number >> (5 * place) & 31] for place in range(CODE_LENGTH))

    def _token(self, *parts: str) -> str:
        return base64.urlsafe_b64encode(self._derive(*parts)).rstrip(b"=").decode("ascii")

    def _derive(self, *parts: str) -> bytes:
        return hmac.new(self.key, "\0".join(parts).encode(), hashlib.sha256).digest()


def hash_token(token: str) -> str:
    """What the database keeps of a link or a code."""
    return hashlib.sha256(token.encode()).hexdigest()


def normalise_code(typed: str) -> str:
    """What was meant: case, spaces and hyphens do not matter, and look-alikes are read as Crockford reads them."""
    # NFKC, for an East Asian keyboard types letters and digits in full width; mail programs turn hyphens and spaces into others.
    plain = "".join(character for character in unicodedata.normalize("NFKC", typed).upper() if character.isalnum())
    return plain.replace("O", "0").replace("I", "1").replace("L", "1")


def show_code(code: str) -> str:
    """In two groups of four, as it is printed in the mail."""
    return f"{code[:4]}-{code[4:]}"
