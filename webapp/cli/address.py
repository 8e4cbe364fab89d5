"""Where the site listens, and the address that its links begin with: the two must fit."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from webapp.cli.refusal import Refusal
from webapp.domain.links import Links, is_loopback

DEFAULT_PORT = 8000
_TRIES = 20
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked for by name with --host


@dataclass(frozen=True)
class Listening:
    """An open socket, so that nobody can take the port any more, and the address of the site."""

    socket: socket.socket
    base: str
    is_elsewhere: bool
    """The usual port was taken, and nobody had asked for it by name."""

    @property
    def reachable_at(self) -> tuple[str, int]:
        """Where this machine itself reaches the socket."""
        host, port = self.socket.getsockname()[:2]
        return _WILDCARDS.get(host, host), port


@contextmanager
def listen(given_base: str | None, host: str | None, port: int | None) -> Iterator[Listening]:
    """Opens the port and settles the address; closes it at the end. Refusal where the port is taken.

    A port that somebody named, with --port or in an address that proxies and mails know already, is this one or none; the usual
    one may give way to the next that is free. Port 0 is any that is free.
    """
    wanted_host, wanted_port = _wanted(given_base, host, port)
    is_named = given_base is not None or port is not None
    for tried in range(wanted_port, wanted_port + (1 if is_named else _TRIES)):
        opened = _open(wanted_host, tried)
        if opened is not None:
            with opened:
                yield Listening(opened, given_base or _address(opened), tried != wanted_port)
                return
    raise Refusal(f"Port {wanted_port} is used by another program. End that, or choose another port with --port.")


def _wanted(given_base: str | None, host: str | None, port: int | None) -> tuple[str, int]:
    own = urlsplit(given_base) if given_base and Links(given_base).is_loopback else None
    wanted_host = host or (own.hostname if own else None) or "127.0.0.1"
    if port is None:
        # Behind an address with https another server keeps its port.
        port = (own.port or 80) if own and own.scheme == "http" else DEFAULT_PORT
    return ("127.0.0.1" if is_loopback(wanted_host) and wanted_host.endswith("localhost") else wanted_host), port


def _open(host: str, port: int) -> socket.socket | None:
    """None where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return None
        raise Refusal(f"The site cannot listen at {host}, port {port} ({error.strerror}).") from error
    except OverflowError as error:
        raise Refusal(f"There is no port {port}.") from error


def _address(opened: socket.socket) -> str:
    host, port = opened.getsockname()[:2]
    host = _WILDCARDS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
