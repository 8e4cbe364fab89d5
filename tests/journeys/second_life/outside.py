"""What anybody sees who knows, or guesses, the address of a letter (R18), and the numbers that they read (R5)."""

from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

_UNKNOWN = "n0b0dykn0w"
# What is new in every answer by design.
_OWN = {"date", "x-request-id", "set-cookie"}


@dataclass(frozen=True)
class Outside:
    base: str

    def addresses(self, letter: str) -> list[str]:
        """Every address under which a public letter answers."""
        page, embed, api = f"/p/{letter}", f"/embed/{letter}", f"/api/v1/letters/{letter}"
        return [
            *(page, f"{page}/citation.bib", f"{page}/citation.ris", f"{page}/citation.json", f"{page}/feed.atom"),
            *(f"{page}/files/letter.pdf", f"{page}/files/signatories.csv", embed, f"{embed}/signatories.json"),
            *(api, f"{api}/signatories", f"{api}/documents", f"{api}/course"),
        ]

    def differences(self, letter: str) -> list[str]:
        """Those that answer otherwise than for a letter that never was, but for the name itself."""
        pairs = zip(self.addresses(letter), self.addresses(_UNKNOWN), strict=True)
        return [mine for mine, unknown in pairs if self._answer(mine, letter) != self._answer(unknown, _UNKNOWN)]

    def _answer(self, address: str, letter: str) -> tuple[int, list[tuple[str, str]], bytes]:
        status, headers, body = self.ask(address)
        told = sorted((name, value) for name, value in headers.items() if name not in _OWN)
        return status, told, body.replace(letter.encode(), b"*")

    def ask(self, address: str) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(urlsplit(self.base).netloc, timeout=30)
        connection.request("GET", address)
        answer = connection.getresponse()
        try:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
        finally:
            connection.close()

    def read(self, address: str) -> bytes:
        status, _headers, body = self.ask(address)
        assert status == 200, f"{address}: {status}"
        return body
