"""What a watching program asks: whether the process lives, and whether the installation can take an answer."""

from time import monotonic
from typing import Any

from flask import Blueprint, Response, current_app, request

from webapp.clock import SystemClock
from webapp.domain.links import is_loopback
from webapp.services.readiness import Condition, conditions
from webapp.web.access import public
from webapp.web.transaction import now, reading, settings

bp = Blueprint("health", __name__)

# Anybody may ask, and the look takes its turn among the writers.
_LOOK_EVERY_SECONDS = 2.0
_LAST = "undersigned.readiness"


@bp.get("/healthz")
@public
def alive() -> Response:
    return Response("alive\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def ready() -> Any:
    """200 or 503. What is wrong is told to this machine alone."""
    found = _conditions()
    is_ready = all(one.is_met for one in found)
    status = 200 if is_ready else 503
    if _asks_from_this_machine():
        return {"ready": is_ready, "conditions": {one.name: one.is_met for one in found}}, status
    return Response("ready\n" if is_ready else "not ready\n", status, mimetype="text/plain")


def _conditions() -> tuple[Condition, ...]:
    at, found = current_app.extensions.get(_LAST, (0.0, ()))
    if not found or monotonic() - at >= _LOOK_EVERY_SECONDS:
        found = conditions(reading(), settings(), now=now(), machine_now=SystemClock().now())
        current_app.extensions[_LAST] = (monotonic(), found)
    kept: tuple[Condition, ...] = found
    return kept


def _asks_from_this_machine() -> bool:
    # A proxy of whose being there we were not told makes the whole world look like this machine; its headers give it away.
    is_passed_on = bool({"X-Forwarded-For", "Forwarded", "Via"} & set(request.headers.keys())) and not settings().trusted_proxies
    return not is_passed_on and is_loopback(request.remote_addr or "")
