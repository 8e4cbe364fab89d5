"""Requests on loopback: wrk for one page again and again where it is installed, our own loop where each request is another."""

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

CONNECTIONS = 8
_CROWD = 50
_COUNT = re.compile(r"(\d+) requests in")
_FAILED = re.compile(r"Non-2xx|Socket errors")


@dataclass(frozen=True)
class Request:
    path: str
    cookie: str = ""
    typed: dict[str, str] | None = None
    """What is posted; None for a GET."""


@dataclass(frozen=True)
class Reply:
    status: int
    location: str
    cookie: str
    text: str
    ms: float = 0.0


def burst(base: str, requests: Sequence[Request]) -> list[Reply]:
    """Sends each request once, fifty at a time, and takes every reply as it comes, with the time that it took."""
    lanes = range(min(_CROWD, len(requests)))
    with ThreadPoolExecutor(_CROWD) as pool:
        return [reply for found in pool.map(lambda first: _ask_each(base, requests[first::_CROWD]), lanes) for reply in found]


def ask_all(base: str, requests: Sequence[Request], *, expect: int) -> list[Reply]:
    """Sends each request once, eight connections at a time. Every reply must have the expected status, or nothing was measured."""
    lanes = range(min(CONNECTIONS, len(requests)))
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        found = list(pool.map(lambda first: _ask_each(base, requests[first::CONNECTIONS]), lanes))
    in_order = [found[number % CONNECTIONS][number // CONNECTIONS] for number in range(len(requests))]
    wrong = [reply for reply in in_order if reply.status != expect]
    assert not wrong, f"{len(wrong)} of {len(requests)} were not answered with {expect}, but {wrong[0].status}:\n{wrong[0].text[:2000]}"
    return in_order


def ask_in_turn(bases: Sequence[str], requests: Sequence[Sequence[Request]], *, expect: int) -> None:
    """As `ask_all`, of several servers at one time: after each request to the first, the one in the same place to the next.

    Whatever else the machine does meanwhile, it does to all of them alike.
    """
    lanes = [list(zip(*requests, strict=True))[first::CONNECTIONS] for first in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        replies = [reply for found in pool.map(lambda lane: _ask_in_turn(bases, lane), lanes) for reply in found]
    wrong = [reply for reply in replies if reply.status != expect]
    assert not wrong, f"{len(wrong)} of {len(replies)} were not answered with {expect}, but {wrong[0].status}:\n{wrong[0].text[:2000]}"


def _ask_in_turn(bases: Sequence[str], lane: Sequence[Sequence[Request]]) -> list[Reply]:
    with ExitStack() as stack:
        open_ones = [stack.enter_context(closing(HTTPConnection(urlsplit(base).netloc, timeout=60))) for base in bases]
        return [_ask(connection, request) for place in lane for connection, request in zip(open_ones, place, strict=True)]


def _ask_each(base: str, requests: Sequence[Request]) -> list[Reply]:
    with closing(HTTPConnection(urlsplit(base).netloc, timeout=60)) as connection:
        return [_ask(connection, request) for request in requests]


def _ask(connection: HTTPConnection, request: Request) -> Reply:
    headers = {"Cookie": request.cookie} if request.cookie else {}
    body = None
    if request.typed is not None:
        body = urlencode(request.typed)
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    started = time.perf_counter()
    connection.request("GET" if body is None else "POST", request.path, body, headers)
    response = connection.getresponse()
    text = response.read().decode(errors="replace")
    cookie = (response.headers["Set-Cookie"] or "").partition(";")[0] or request.cookie
    return Reply(response.status, response.headers["Location"] or "", cookie, text, (time.perf_counter() - started) * 1000)


def get_for(base: str, path: str, cookie: str, seconds: int) -> int:
    """Asks for one page for so long; returns how often it was answered."""
    if shutil.which("wrk") is None:
        return _get_for_without_wrk(base, Request(path, cookie), seconds)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "-H", f"Cookie: {cookie}", base + path]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    count = _COUNT.search(said)
    assert count and not _FAILED.search(said), f"{path} was not answered:\n{said}"
    return int(count[1])


def _get_for_without_wrk(base: str, request: Request, seconds: int) -> int:
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        count += len(ask_all(base, [request] * CONNECTIONS * 2, expect=200))
    return count
