"""A connection to a server is asked before it is relied on, but not each time."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from webapp.persistence.pings import Pings


class _Driver:
    """A connection as psycopg has it."""

    def __init__(self, own: socket.socket) -> None:
        self.fileno = own.fileno
        self.closed = False


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        yield ours, theirs


def test_silent_connection_is_asked_once_in_a_while(ends: tuple[socket.socket, socket.socket]) -> None:
    asked: list[float] = []
    time = [100.0]
    driver = _Driver(ends[0])
    ping = Pings(lambda _driver: not asked.append(time[0]), lambda: time[0])  # type: ignore[func-returns-value]
    for time[0] in (100.0, 100.1, 109.9, 110.0, 110.1):
        assert ping(driver)
    assert asked == [100.0, 110.0]


@pytest.mark.parametrize("end", ["goodbye", "gone", "closed"])
def test_connection_that_may_have_ended_is_asked(ends: tuple[socket.socket, socket.socket], end: str) -> None:
    driver = _Driver(ends[0])
    answers = [True, False]
    ping = Pings(lambda _driver: answers.pop(0), lambda: 100.0)
    assert ping(driver)
    if end == "goodbye":
        ends[1].send(b"terminating connection")
    elif end == "gone":
        ends[1].close()
    else:
        driver.closed = True
    assert not ping(driver)
    assert answers == []
