"""Headers on every answer, and the refusal of requests that another site caused."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request

from webapp.domain import limits
from webapp.domain.errors import NotFound
from webapp.web.transaction import now, settings

View = TypeVar("View", bound=Callable[..., Any])

_LONGEST_NAME = 100
# The attribute of a view whose requests may be large.
_LARGE = "takes_large_files"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    )
)

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


# The two exceptions, and no other: what stands in the frames of other sites, and what their programs read. Neither knows who asks.
FRAMED = "embed.show"
CROSS_ORIGIN = ("/api/v1/", "/embed/")
FRAMED_POLICY = "; ".join(
    ("default-src 'none'", "style-src 'self'", "font-src 'self'", "form-action 'none'", "frame-ancestors *", "base-uri 'none'")
)
_FOR_OTHER_SITES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Expose-Headers": "ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def _left_out(*, is_published: bool) -> set[str]:
    if not is_published:
        return set()
    # What is public may be found.
    return {"x-robots-tag", "x-frame-options"} if request.endpoint == FRAMED else {"x-robots-tag"}


def guard(app: Flask) -> None:
    """Puts the guards around every route, errors included."""
    app.before_request(_refuse_unreadable)
    app.before_request(_refuse_other_sites)
    app.before_request(_take_the_time)
    app.after_request(_add_headers)


def _refuse_unreadable() -> None:
    """PostgreSQL takes no NUL, and no name or search of ours holds one. A link may, which is looked up by its hash, or without it."""
    names = [value for name, value in (request.view_args or {}).items() if name not in {"token", "mark"}]
    if any("\0" in str(value) for value in (*names, *request.args.values())):
        raise NotFound


def _refuse_other_sites() -> None:
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(403)
    # Our own `no-referrer` makes browsers send “null” for our own forms; Sec-Fetch-Site and the CSRF token decide about those.
    origin = request.headers.get("Origin", "null")
    if origin != "null" and _place_of(origin) != request.host:
        abort(403)


def _place_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _take_the_time() -> None:
    """R9’s one instant. Our own forms name their fields in short plain words, and a row’s number is read from its name."""
    if request.method not in SAFE_METHODS:
        _demand_whole_body()
        _let_large_files_in()
        names = list(request.form)  # reads the whole body: only then has the answer arrived (R9)
        g.received_at = now()
        if not all(name.isascii() and len(name) <= _LONGEST_NAME for name in names):
            abort(400)


def takes_large_files(view: View) -> View:
    """A page that reads larger requests than others: a file that is too large is refused by the page itself, and nothing typed is lost."""
    setattr(view, _LARGE, True)
    return view


def _let_large_files_in() -> None:
    if getattr(current_app.view_functions.get(request.endpoint or ""), _LARGE, False):
        request.max_content_length = limits.POST_REQUEST_BYTES


def _demand_whole_body() -> None:
    """gunicorn promises that the end of what can be read is the end of the body; where a client goes away, it is not, and half a form
    would be taken for a whole one. Without the promise werkzeug counts, and raises ClientDisconnected."""
    if request.content_length is not None:
        request.environ.pop("wsgi.input_terminated", None)


def _add_headers(response: Response) -> Response:
    is_published = g.get("is_published", False)
    if is_published and request.endpoint == FRAMED:
        response.headers["Content-Security-Policy"] = FRAMED_POLICY
    if request.path.startswith(CROSS_ORIGIN):
        response.headers.update(_FOR_OTHER_SITES)
    # Once for all of them: the headers of an answer are a list, which each question goes through.
    known = {name.lower() for name, _value in response.headers} | _left_out(is_published=is_published)
    response.headers.extend((name, value) for name, value in _HEADERS.items() if name.lower() not in known)
    if request.endpoint == "static" and response.status_code in {200, 304}:
        response.headers["Cache-Control"] = "no-cache"
    elif not response.cache_control.private and not is_published:
        # A sealed file says itself, with this word, that it may be kept and asked about again. What Flask says of every file is not meant.
        response.headers["Cache-Control"] = "no-store"
    if settings().links.is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
