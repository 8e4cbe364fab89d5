"""The checking browser of the fast tests, but over HTTP: one person, own cookies, against the real server."""

from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from secrets import token_hex
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from flask import Flask

from tests.browser import Browser

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5


@dataclass(frozen=True)
class Answer:
    """What the server answered, in the words of the test client that the checking browser knows."""

    status_code: int
    headers: dict[str, str]
    data: bytes

    def get_data(self, *, as_text: bool) -> Any:
        return self.data.decode() if as_text else self.data


@dataclass
class HttpClient:
    """As much of a test client as the checking browser uses."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    requests: int = 0

    def get(self, address: str, *, follow_redirects: bool = False, query_string: dict[str, str] | None = None) -> Answer:
        return self._ask("GET", address + (f"?{urlencode(query_string)}" if query_string else ""), follow_redirects=follow_redirects)

    def post(self, address: str, *, data: dict[str, Any], follow_redirects: bool = False) -> Answer:
        has_file = any(isinstance(value, tuple) for value in data.values())
        body, kind = _multipart(data) if has_file else (urlencode(data, doseq=True).encode(), "application/x-www-form-urlencoded")
        return self._ask("POST", address, body, kind, follow_redirects=follow_redirects)

    def _ask(self, method: str, address: str, body: bytes | None = None, kind: str = "", *, follow_redirects: bool) -> Answer:
        answer = self._once(method, address, body, kind)
        for _ in range(_MOST_REDIRECTS):
            if not follow_redirects or answer.status_code not in _REDIRECTS:
                return answer
            answer = self._once("GET", answer.headers["location"], None, "")
        raise AssertionError(f"{address} redirects for ever")

    def _once(self, method: str, address: str, body: bytes | None, kind: str) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        if body is not None:
            # As a browser names itself under our own Referrer-Policy: no-referrer.
            headers |= {"Content-Type": kind, "Origin": "null", "Sec-Fetch-Site": "same-origin"}
        # A connection each: one that is kept for the next request is closed by the server while a person reads.
        with closing(HTTPConnection(urlsplit(self.base).netloc, timeout=60)) as connection:
            connection.request(method, address, body, headers)
            response = connection.getresponse()
            content = response.read()
        self.requests += 1
        for line in response.headers.get_all("Set-Cookie", []):
            self._keep(line)
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, content)

    def _keep(self, line: str) -> None:
        for name, cookie in SimpleCookie(line).items():
            if cookie["max-age"] == "0" or not cookie.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = cookie.value


def _multipart(data: dict[str, Any]) -> tuple[bytes, str]:
    """RFC 7578; a value that is a pair is a file: its name and its content."""
    boundary = token_hex(16)
    parts = []
    for name, value in data.items():
        file, content = (f'; filename="{value[0]}"', value[1]) if isinstance(value, tuple) else ("", str(value).encode())
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class HttpBrowser(Browser):
    """One person’s browser at the real server."""

    def __init__(self, base: str) -> None:
        super().__init__(cast(Flask, _Site(base)))

    @property
    def requests(self) -> int:
        return cast(HttpClient, self.client).requests

    def download(self, address: str) -> Answer:
        """A file, not a page."""
        answer = cast(HttpClient, self.client).get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return answer


@dataclass(frozen=True)
class _Site:
    base: str

    def test_client(self) -> HttpClient:
        return HttpClient(self.base)
