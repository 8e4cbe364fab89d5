"""What strangers send over the wire: storms of harmless requests, forged addresses and hosts, and what two servers would read apart."""

import http.client
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.counts import times
from tests.databases import Databases
from tests.dump import dump
from tests.factories import ANNA
from tests.faults.site import Kind
from tests.strangers.house import House, house_at
from webapp.domain.limits import LINK_MISSES_IN_TEN_MINUTES
from webapp.persistence.tables import MailboxRow

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]

_KINDS = (("HEAD", {}), ("GET", {}), ("OPTIONS", {}), ("GET", {"Sec-Purpose": "prefetch"}))
_FROM = [f"127.0.0.{number}" for number in range(2, 7)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[House]:
    with house_at(tmp_path_factory.mktemp("house"), databases) as house:
        yield house


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[House]:
    with house_at(tmp_path_factory.mktemp("behind"), databases, Kind(environment={"UNDERSIGNED_TRUSTED_PROXIES": "1"})) as house:
        yield house


def ask(
    house: House, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None, *, source: str = "127.0.0.1"
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(*house.site.address, timeout=30, source_address=(source, 0))
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def raw(house: House, sent: bytes) -> int:
    """The status of the first answer to bytes as they are."""
    with socket.create_connection(house.site.address, timeout=30) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    found = re.match(rb"HTTP/1.1 (\d{3})", answer)
    return int(found[1]) if found else 0


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def test_t01_storm_of_harmless_requests_from_five_places_changes_nothing_and_the_person_comes_in(house: House) -> None:
    links = [path_of(one) for one in house.mailed_addresses()]
    assert len(links) >= 3
    before = dump(house.engine)
    for _ in range(times(20)):
        for method, headers in _KINDS:
            for number, source in enumerate(_FROM):
                status, answered, _text = ask(house, method, links[number % len(links)], headers, source=source)
                assert status in {200, 204, 405}
                assert "set-cookie" not in answered
    assert dump(house.engine) == before
    assert house.sign_as_anna() == "Gullhaven, Society of has signed"


def guess(house: House, source: str = "127.0.0.1", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(house, "GET", "/i/a-guess", named, source=source)[0]


def test_t52_without_proxies_what_a_visitor_says_of_its_address_is_ignored(house: House) -> None:
    seen = [guess(house, "127.9.9.1", X_Forwarded_For=f"198.51.{number}.1", Forwarded=f"for=198.51.{number}.1") for number in range(40)]
    assert seen == [404] * LINK_MISSES_IN_TEN_MINUTES + [429] * (40 - LINK_MISSES_IN_TEN_MINUTES)


def test_t52_behind_one_proxy_the_last_address_counts_and_none_before_it(behind_proxy: House) -> None:
    forged = [guess(behind_proxy, X_Forwarded_For=f"203.0.{number}.1, 198.51.100.7") for number in range(40)]
    assert forged == [404] * LINK_MISSES_IN_TEN_MINUTES + [429] * (40 - LINK_MISSES_IN_TEN_MINUTES)
    assert guess(behind_proxy, X_Forwarded_For="198.51.100.7, 203.0.113.9") == 404
    live = path_of(behind_proxy.links[ANNA])
    assert ask(behind_proxy, "GET", live, {"X-Forwarded-For": "198.51.100.8"})[0] == 429
    assert ask(behind_proxy, "GET", live, {"X-Forwarded-For": "203.0.113.9"})[0] == 200


SMUGGLED = [
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Content-Length: 5\r\nContent-Length: 6",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding : chunked",
    "Content-Length: +5",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
]


def test_t52_request_that_two_servers_could_read_apart_is_refused(house: House) -> None:
    for headers in SMUGGLED:
        request = f"POST /link HTTP/1.1\r\nHost: {house.base[7:]}\r\n{headers}\r\n\r\n0\r\n\r\nGET /robots.txt HTTP/1.1\r\n\r\n"
        assert raw(house, request.encode()) in {400, 501}, headers


def test_t52_control_address_that_is_believed_is_noticed(behind_proxy: House) -> None:
    """With one proxy to trust and none there, everybody says of themselves where they come from."""
    assert {guess(behind_proxy, X_Forwarded_For=f"198.51.{number}.1") for number in range(40)} == {404}


HOSTS = {
    "Host": "{method} {path} HTTP/1.1\r\nHost: evil.example.net\r\n",
    "X-Forwarded-Host": "{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example.net\r\n",
    "Forwarded": "{method} {path} HTTP/1.1\r\nHost: {host}\r\nForwarded: host=evil.example.net\r\n",
    "absolute address": "{method} http://evil.example.net{path} HTTP/1.1\r\nHost: evil.example.net\r\n",
    "absolute address beside the right host": "{method} http://evil.example.net{path} HTTP/1.1\r\nHost: {host}\r\n",
    "two hosts": "{method} {path} HTTP/1.1\r\nHost: {host}\r\nHost: evil.example.net\r\n",
    "X-Original-Host": "{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Original-Host: evil.example.net\r\nX-Host: evil.example.net\r\n",
}


@pytest.mark.parametrize("kind", ["house", "behind_proxy"])
def test_t45_no_forged_host_gets_into_a_page_or_a_mail(kind: str, request: pytest.FixtureRequest) -> None:
    house: House = request.getfixturevalue(kind)
    status, headers, page = ask(house, "GET", "/i/lost")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)', page)
    assert status == 404 and token
    cookie = headers["set-cookie"].split(";")[0]
    body = f"csrf_token={token[1]}&email={ANNA}"
    form = f"Cookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    statuses = {
        name: raw(house, (head.format(method="POST", path="/link", host=house.base[7:]) + form).encode()) for name, head in HOSTS.items()
    }
    assert set(statuses.values()) <= {200, 400}, statuses
    assert statuses["Host"] == statuses["absolute address"] == 400
    house.mail.deliver()
    with Session(house.engine) as session:
        mails = [row.text + row.html for row in session.scalars(select(MailboxRow))]
        kinds = [row.subject for row in session.scalars(select(MailboxRow)) if row.subject.startswith("Your link")]
    assert kinds, "a request with the right host has to get through"
    assert not any("evil" in one for one in mails)
    assert all(one.startswith(house.base) for one in house.mailed_addresses())


def test_t45_redirects_and_pages_name_no_forged_host(house: House) -> None:
    for path in ("/", "/letters", "/sign-in", path_of(house.links[ANNA])):
        for name in ("X-Forwarded-Host", "Forwarded", "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Script-Name"):
            _status, headers, text = ask(house, "GET", path, {name: "evil.example.net"})
            assert "evil" not in text and "evil" not in str(headers), (path, name)


def test_t45_control_site_that_answers_to_every_name_is_noticed(tmp_path: Path, databases: Databases) -> None:
    with house_at(tmp_path, databases, Kind("tests.strangers.planted:answers_to_every_name")) as house:
        head = HOSTS["Host"].format(method="GET", path="/sign-in", host="") + "\r\n"
        assert raw(house, head.encode()) == 200
