"""A local server that answers like Crossref and PubMed, in the shapes of their real answers, about works that do not exist."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from webapp.settings import LookUp

DOI = "10.5555/ejm.2024.1"
RETRACTED_DOI = "10.5555/ejm.2020.9"
PMID = "90000001"
RETRACTED_PMID = "90000002"

WORK: dict[str, Any] = {
    "DOI": DOI,
    "type": "journal-article",
    "title": ["The quiet hour &amp; length of stay: a <i>cluster</i>-randomised <script>alert(1)</script>trial"],
    "author": [
        {"given": "Isolde R", "family": "Fennimore-Oake", "sequence": "first", "affiliation": []},
        {"name": "Quiet Hour Group", "sequence": "additional", "affiliation": []},
    ],
    "container-title": ["The Tarnbeck Journal of Convalescent Medicine"],
    "short-container-title": ["Tarnbeck J Convalesc Med"],
    "publisher": "Tarnbeck Press",
    "volume": "58",
    "issue": "10",
    "page": "701-714",
    "issued": {"date-parts": [[2024, 3, 5]]},
    "is-referenced-by-count": 3,
    "relation": {},
}
RETRACTED: dict[str, Any] = {
    **WORK,
    "DOI": RETRACTED_DOI,
    "title": ["Rest and recovery"],
    "updated-by": [
        {
            "updated": {"date-parts": [[2021, 2, 6]], "date-time": "2021-02-06T00:00:00Z", "timestamp": 1612569600000},
            "DOI": "10.5555/ejm.2021.77",
            "type": "retraction",
            "source": "retraction-watch",
            "label": "Retraction",
            "record-id": 7,
        },
        {
            "updated": {"date-parts": [[2020]]},
            "DOI": "10.5555/ejm.2020.10",
            "type": "correction",
            "source": "publisher",
            "label": "Correction",
        },
    ],
}
MEDLINE = f"""
PMID- {PMID}
OWN - NLM
STAT- MEDLINE
DP  - 2024 Mar 5
TI  - The quiet hour and length of stay.
PG  - 701-714
LID - {DOI} [doi]
FAU - Fennimore-Oake, Isolde R
AU  - Fennimore-Oake IR
CN  - Quiet Hour Group
PT  - Journal Article
TA  - Tarnbeck J Convalesc Med
JT  - The Tarnbeck journal of convalescent medicine
VI  - 58
IP  - 10
"""
MEDLINE_RETRACTED = f"""
PMID- {RETRACTED_PMID}
DP  - 2020
TI  - Rest and recovery.
FAU - Vale, Ada
PT  - Journal Article
PT  - Retracted Publication
RIN - Tarnbeck J Convalesc Med. 2021 Feb;55(2):99. doi: 10.5555/ejm.2021.77. PMID: 90000077
EIN - Tarnbeck J Convalesc Med. 2020 Dec;54(12):12. PMID: 90000010
TA  - Tarnbeck J Convalesc Med
"""


@dataclass
class Register:
    """`said` changes an answer: a status, a body, or what the handler is to do instead. `asked` keeps every address."""

    look_up: LookUp
    asked: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    instead: Callable[[BaseHTTPRequestHandler], None] | None = None
    over: Event = field(default_factory=Event)


class _Handler(BaseHTTPRequestHandler):
    register: Register

    def do_GET(self) -> None:
        self.register.asked.append(self.path)
        self.register.agents.append(self.headers["User-Agent"])
        if self.register.instead is not None:
            self.register.instead(self)
        elif self.path.startswith("/works"):
            self._crossref()
        else:
            self._pubmed()

    def _crossref(self) -> None:
        parts = urlsplit(self.path)
        works = {str(work["DOI"]): work for work in (WORK, RETRACTED)}
        if parts.path != "/works":
            work = works.get(unquote(parts.path.removeprefix("/works/")))
            if work is None:
                return answer(self, 404, "Resource not found.", "text/plain")
            return answer(self, 200, _message("work", work))
        wanted = [one.removeprefix("doi:") for one in parse_qs(parts.query)["filter"][0].split(",")]
        items = [works[doi] for doi in wanted if doi in works]
        return answer(self, 200, _message("work-list", {"total-results": len(items), "items": items}))

    def _pubmed(self) -> None:
        wanted = parse_qs(urlsplit(self.path).query)["id"][0].split(",")
        known = {PMID: MEDLINE, RETRACTED_PMID: MEDLINE_RETRACTED}
        answer(
            self,
            200,
            "\n".join(known[one] for one in wanted if one in known) or "\n1. id: 7 Error occurred: cannot get document summary",
            "text/plain",
        )

    def log_message(self, *_parts: object) -> None:
        """Nothing on the terminal."""


def answer(handler: BaseHTTPRequestHandler, status: int, body: str, kind: str = "application/json", **headers: str) -> None:
    sent = body.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(sent)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(sent)


def _message(kind: str, message: dict[str, Any]) -> str:
    return json.dumps({"status": "ok", "message-type": kind, "message-version": "1.0.0", "message": message})


@contextmanager
def register() -> Iterator[Register]:
    """The server, on this machine; what was slow lets go when it ends."""
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        base = f"http://127.0.0.1:{server.server_address[1]}"
        held = Register(LookUp("office@example.org", crossref=base, pubmed=base))
        handler.register = held  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield held
        finally:
            held.over.set()
            server.shutdown()


def silent(held: Register) -> Callable[[BaseHTTPRequestHandler], None]:
    """Takes the question and says nothing."""
    return lambda _handler: held.over.wait(30) and None


def dripping(held: Register) -> Callable[[BaseHTTPRequestHandler], None]:
    """Says a little now and then, so that no single wait is long."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        until = time.monotonic() + 30
        while not held.over.wait(0.05) and time.monotonic() < until:
            handler.wfile.write(b" ")

    return drip
