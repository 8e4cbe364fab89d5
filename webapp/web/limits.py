"""Limits at the door: who guesses too often is asked to wait, whatever is behind the door."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from math import ceil
from typing import Any, TypeVar, cast

from flask import Response, make_response, request

from webapp.domain.errors import TooMany
from webapp.domain.network import network_of
from webapp.domain.rate import Limit
from webapp.services import limits
from webapp.web.transaction import now, reading, settings, transaction

View = TypeVar("View", bound=Callable[..., Any])

_A_MINUTE = timedelta(minutes=1)


def visitor_network() -> str:
    """Where the request comes from; behind proxies, as the nearest trusted one says."""
    return network_of(request.remote_addr)


def counts_misses(limit: Limit) -> Callable[[View], View]:
    """Counts every 404 of the view for the visitor’s network. Beyond the limit the answer is 429 for what exists, too.

    A page that is found writes nothing, and costs one look by the primary key.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **values: Any) -> Response:
            refuse_if_spent(limit)
            answer = make_response(view(*args, **values))
            if answer.status_code == 404:
                count_one(limit)
            return answer

        return cast(View, checked)

    return decorate


def refuse_if_spent(limit: Limit) -> None:
    """Raises TooMany, in the same words for everybody and everything."""
    wait = limits.wait_before(reading(), limit, visitor_network(), settings().keyring, now=now())
    if wait is not None:
        minutes = ceil(wait / _A_MINUTE)
        sentence = f"Too many wrong tries came from your network. Wait {minutes} minute{'' if minutes == 1 else 's'}, then try again."
        raise TooMany(sentence, wait)


def count_one(limit: Limit) -> None:
    """Counts one wrong try of the visitor’s network, in a transaction of its own: it counts whatever becomes of the request."""
    with transaction() as session:
        limits.count(session, limit, visitor_network(), settings().keyring, now=now())
