"""One line in the log for each request, and a number that its answer and every line about it carry."""

import logging
import re
import secrets
from time import perf_counter

from flask import Flask, Response, g, request

from webapp import log
from webapp.web.transaction import settings

_HEADER = "X-Request-ID"


def number_requests(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def request_number() -> str:
    """Also where the request was refused before it had one."""
    if "number" not in g:
        g.number = _given() or secrets.token_hex(8)
        log.begin_request(g.number)
    number: str = g.number
    return number


def _given() -> str:
    """The number that a proxy of ours has given it; from anybody else it could be the number of another request."""
    given = request.headers.get(_HEADER, "") if settings().trusted_proxies else ""
    return given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else ""


def _begin() -> None:
    g.began = perf_counter()
    request_number()


def _end(response: Response) -> Response:
    response.headers[_HEADER] = request_number()
    who = g.get("desk") or g.get("room")
    log.note(
        "request",
        level=logging.ERROR if response.status_code >= 500 else logging.INFO,
        method=request.method,
        # The rule as it is declared: the address itself may hold a link (R19).
        rule=request.url_rule.rule if request.url_rule else "none",
        status=response.status_code,
        ms=round((perf_counter() - g.began) * 1000, 1) if "began" in g else None,
        actor=who.reference if who else None,
    )
    return response
