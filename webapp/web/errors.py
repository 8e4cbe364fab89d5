"""From an error to a page: what happened, and what to do next."""

import errno
import json
import logging
from contextlib import suppress
from math import ceil
from typing import Any

from flask import Flask, Response, render_template, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import ClientDisconnected, HTTPException, MethodNotAllowed, RequestEntityTooLarge, SecurityError

from webapp import log
from webapp.domain import limits
from webapp.domain.deadline import UnclearTime
from webapp.domain.errors import (
    Conflict,
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    ReadOnly,
    RenderingFailed,
    TextTooSlow,
    TookTooLong,
    TooMany,
    WrongState,
)
from webapp.persistence.database import DatabaseBusy, DatabaseLost, DatabaseRefuses, refusal_of
from webapp.rendering.environment import TEMPLATES
from webapp.web.forms.fields import MomentField
from webapp.web.lines import request_number
from webapp.web.typed import typed_text

# Read at the start: the page that is shown when pages cannot be made needs neither database nor template.
_BARE = (TEMPLATES / "errors" / "bare.html").read_text()

_CHUNK = 65_536
# Whose callers read no page (RFC 9457).
FOR_PROGRAMS = "/api/v1/"

_STATUS: tuple[tuple[type[DomainError], int, str], ...] = (
    (NotFound, 404, "There is nothing here"),
    (NotAllowed, 403, "This is not yours to do"),
    (TextTooSlow, 503, "This takes too long for now"),
    (InvalidInput, 422, "That could not be taken"),
    (ReadOnly, 503, "Nothing can be changed for now"),
    (TookTooLong, 503, "That took too long"),
    (TooMany, 429, "Too often for now"),
    (RenderingFailed, 503, "The document could not be made"),
    (Conflict, 409, "Something has changed meanwhile"),
    (WrongState, 409, "That cannot be done now"),
)

_HTTP = {
    400: (
        "This page cannot be sent again",
        "It has grown too old, or your browser did not send its cookie. Go back, load the page again, and repeat what you did.",
    ),
    403: (
        "That came from another site",
        "Your browser says that the request was caused by another site, so nothing was done. Open the page here and try again.",
    ),
    404: ("There is nothing here", "The address may be mistyped, or what was here is not yours to see."),
    405: ("That cannot be done at this address", "Go back and use the buttons of the page."),
    408: (
        "The page did not arrive whole",
        "The connection was too slow, or it broke off, so nothing was stored. Go back and send the page again.",
    ),
    413: ("That is too large", "A file may have 1 MB, a proof 4 MB, a page about 2 MB in all. Choose a smaller file or a shorter text."),
    429: ("Too often for now", "Please wait a while, then try again."),
}


def register_errors(app: Flask) -> None:
    app.add_template_global(count_errors)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(DatabaseBusy, _busy)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(ClientDisconnected, _cut_off)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    app.register_error_handler(500, _fault_of_the_page)


def _page(title: str, sentence: str, status: int, reference: str | None = None) -> tuple[str | Response, int]:
    if request.path.startswith(FOR_PROGRAMS):
        problem: dict[str, object] = {"type": "about:blank", "title": title, "status": status, "detail": sentence}
        if reference:
            problem["reference"] = reference
        return Response(json.dumps(problem, ensure_ascii=False), status, mimetype="application/problem+json"), status
    return render_template("errors/error.html", title=title, sentence=sentence, reference=reference, typed=typed_text()), status


def _domain_error(error: DomainError) -> Any:
    status, title = next(((status, title) for kind, status, title in _STATUS if isinstance(error, kind)), (409, "That cannot be done"))
    page, status = _page(title, str(error), status)
    wait = error.wait if isinstance(error, TextTooSlow | TooMany) else None
    return page, status, {"Retry-After": str(ceil(wait.total_seconds()))} if wait else {}


_REFUSALS: tuple[tuple[type[DatabaseBusy], str, str], ...] = (
    (
        DatabaseLost,
        "The connection to the database broke off",
        "What you sent was stored whole or not at all. Send the page again in a moment: an answer counts once, however often it is sent.",
    ),
    (
        DatabaseRefuses,
        "Nothing can be stored just now",
        "Nothing was stored; what is there can still be read. Send the page again later, or tell the address that invited you.",
    ),
    (DatabaseBusy, "The database is busy", "Nothing was stored. Go back and send the page again in a moment."),
)


def _busy(error: DatabaseBusy) -> Any:
    log.note("database", level=logging.WARNING, error=error)
    title, sentence = next((title, sentence) for kind, title, sentence in _REFUSALS if isinstance(error, kind))
    page, status = _page(title, sentence, 503)
    return page, status, {"Retry-After": "10"}


def _csrf(_error: CSRFError) -> Any:
    return _page(*_HTTP[400], 400)


def _unknown_host(_error: SecurityError) -> Any:
    # A page would need addresses, and none can be built for a host that this installation does not serve.
    return "This site is not served under that name.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def _cut_off(_error: ClientDisconnected) -> Any:
    return _page(*_HTTP[408], 408)


def _too_large(_error: RequestEntityTooLarge) -> Any:
    # Who still sends when the connection is closed reads no answer: a browser says that it broke off, a proxy that nobody is there.
    rest, left = request.environ["wsgi.input"], limits.SWALLOWED_BYTES
    with suppress(OSError):
        while left > 0 and (chunk := rest.read(min(left, _CHUNK))):
            left -= len(chunk)
    return _page(*_HTTP[413], 413)


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    title, sentence = _HTTP.get(status, ("That did not work", "Go back and try again."))
    page, _status = _page(title, sentence, status)
    allow = {"Allow": ", ".join(error.valid_methods or ())} if isinstance(error, MethodNotAllowed) else {}
    return page, status, allow


# A file of a moment, as an upload or a text on its way to another form is one, finds no room either.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def _unexpected(error: Exception) -> Any:
    if refusal := refusal_of(error):
        return _busy(refusal)
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return _busy(DatabaseRefuses("There is no room for a file."))
    log.note("error", level=logging.ERROR, error=error)
    sentence = "This is a fault of the software, not yours. What you typed may be kept by going back. Try again in a moment."
    return _page("Something went wrong", sentence, 500, request_number())


def _fault_of_the_page(_error: Exception) -> Any:
    """Flask comes here when even the page about a fault could not be made."""
    return _BARE.replace("REFERENCE", request_number()), 500


def attach(form: FlaskForm, error: InvalidInput) -> None:
    """Puts a service's refusal beside the field that it names, else above the form; what it asks about is asked there."""
    field = _find(form, error.field) if error.field else None
    if field is None:
        form.form_errors.append(str(error))
        return
    field.errors = [*field.errors, str(error)]
    if isinstance(field, MomentField):
        # A choice that was refused is not offered again: a radio button, once chosen, cannot be let go.
        field.offer(error.readings if isinstance(error, UnclearTime) else ())
    for rows in form:
        # A list of rows keeps its own copy of what its rows have to say, and the form asks only the list.
        if hasattr(rows, "entries") and any(entry.errors for entry in rows.entries):
            rows.errors = [entry.errors for entry in rows.entries]


def count_errors(form: FlaskForm) -> int:
    """How many lines the error summary of this form has: the title of the page begins with them."""
    return _count_of_fields(form) + len(form.form_errors)


def _count_of_fields(items: Any) -> int:
    found = 0
    for item in items:
        if hasattr(item, "entries") or hasattr(item, "form"):
            own = [error for error in item.errors if isinstance(error, str)] if hasattr(item, "entries") else []
            found += _count_of_fields(item) + len(own)
        else:
            found += len(item.errors)
    return found


def _find(form: Any, name: str) -> Any:
    for field in form:
        if name in {field.name, field.short_name} and not hasattr(field, "entries"):
            return field
        if hasattr(field, "entries") or hasattr(field, "form"):
            inner = field.entries if hasattr(field, "entries") else field.form
            found = _find(inner, name)
            if found is not None:
                return found
    return None
