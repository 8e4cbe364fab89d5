"""Whether a connection to a server is still there, before somebody relies on it: looked at each time, asked now and then."""

import select
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

# A connection that somebody between us and the server has forgotten looks like any other.
_ASK_EVERY = 10.0


class Pings:
    """In place of SQLAlchemy’s own, which asks the server each time that a connection is taken from the pool."""

    def __init__(self, ask: Callable[[Any], bool], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._asked: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def __call__(self, driver: Any) -> bool:
        now = self._monotonic()
        if now - self._asked.get(driver, -_ASK_EVERY) < _ASK_EVERY and _is_silent(driver):
            return True
        self._asked[driver] = now
        return self._ask(driver)


def _is_silent(driver: Any) -> bool:
    """A server that shuts a connection, or has gone with its process, leaves something to be read: a goodbye, or the end."""
    if driver.closed:
        return False
    look = select.poll()
    look.register(driver.fileno(), select.POLLIN)
    return not look.poll(0)
