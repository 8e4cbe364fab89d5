"""Where the site listens, and what its links begin with."""

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from tests.ports import free_port
from webapp.cli.address import Listening, listen
from webapp.cli.refusal import Refusal

pytestmark = pytest.mark.enable_socket


@contextmanager
def taken_port() -> Iterator[int]:
    port = free_port()
    with closing(socket.create_server(("127.0.0.1", port))):
        yield port


def listening(base: str | None = None, host: str | None = None, port: int | None = None) -> AbstractContextManager[Listening]:
    return listen(base, host, port)


def test_links_begin_with_the_port_that_was_opened() -> None:
    with listening(port=0) as opened:
        host, port = opened.reachable_at
        assert opened.base == f"http://{host}:{port}"
        assert (host, opened.is_elsewhere) == ("127.0.0.1", False)


def test_port_that_was_named_is_that_or_none() -> None:
    with taken_port() as port, pytest.raises(Refusal, match=f"Port {port} is used by another program"), listening(port=port):
        pass


def test_port_of_an_address_that_was_named_is_that_or_none() -> None:
    # Mails that have left hold links to it already.
    with taken_port() as port, pytest.raises(Refusal, match=f"Port {port} is used"), listening(f"http://127.0.0.1:{port}"):
        pass


def test_usual_port_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with taken_port() as port:
        monkeypatch.setattr("webapp.cli.address.DEFAULT_PORT", port)
        with listening() as opened:
            assert opened.is_elsewhere
            assert port < opened.reachable_at[1] < port + 20


def test_address_that_was_named_settles_the_port() -> None:
    port = free_port()
    with listening(f"http://localhost:{port}") as opened:
        assert opened.base == f"http://localhost:{port}"
        assert opened.reachable_at == ("127.0.0.1", port)


def test_public_address_stands_before_another_port() -> None:
    # A web server with the certificate passes on what it gets.
    port = free_port()
    with listening("https://letters.example.org", None, port) as opened:
        assert opened.base == "https://letters.example.org"
        assert opened.reachable_at == ("127.0.0.1", port)


def test_port_of_a_container_may_differ_from_the_address() -> None:
    port = free_port()
    with listening("http://localhost:9000", "0.0.0.0", port) as opened:
        assert opened.base == "http://localhost:9000"
        assert opened.reachable_at == ("127.0.0.1", port)


def test_every_address_of_the_machine_is_reached_at_its_own() -> None:
    with listening(host="0.0.0.0", port=0) as opened:
        assert opened.base == f"http://127.0.0.1:{opened.reachable_at[1]}"


def test_address_of_six_is_written_in_brackets() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with listening(host="::1", port=0) as opened:
        assert opened.base == f"http://[::1]:{opened.reachable_at[1]}"


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_host_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(Refusal, match=f"cannot listen at {host}, port 0"), listening(host=host, port=0):
        pass
