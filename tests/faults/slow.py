"""Clients that send a request piece by piece, stop in the middle, or go away."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from urllib.parse import urlencode

from tests.faults.people import Waiting

_RESET = struct.pack("ii", 1, 0)


class Slow:
    """One connection, on which nothing has been sent yet."""

    def __init__(self, address: tuple[str, int], *, patience: float = 30) -> None:
        self.socket = socket.create_connection(address, timeout=patience)

    def send(self, piece: bytes) -> None:
        self.socket.sendall(piece)

    def send_no_more(self) -> None:
        """The end, as where the client has gone; yet what is answered can be read."""
        self.socket.shutdown(socket.SHUT_WR)

    def answer(self) -> tuple[int, str]:
        """Status and page. TimeoutError where nothing comes in time, HTTPException where the connection ends without an answer."""
        response = HTTPResponse(self.socket)
        response.begin()
        return response.status, response.read().decode()

    def go(self, *, rudely: bool = False) -> None:
        """Away; rudely, as where a machine loses its network and its kernel forgets the connection."""
        if rudely:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.socket.close()


@contextmanager
def slow_clients(address: tuple[str, int], count: int) -> Iterator[list[Slow]]:
    clients = [Slow(address) for _ in range(count)]
    try:
        yield clients
    finally:
        for client in clients:
            client.go()


def head_and_body(one: Waiting) -> tuple[bytes, bytes]:
    """The last press as bytes. What matters comes first, so that half the body is a whole form to whoever does not count."""
    body = urlencode({**one.form, "padding": "x" * 400}).encode()
    lines = (
        f"POST {one.path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: {one.cookie}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Sec-Fetch-Site: same-origin",
        "Connection: close",
    )
    return "\r\n".join([*lines, "", ""]).encode(), body
