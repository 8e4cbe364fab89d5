"""F34, F12: clients that go away, send byte by byte, or only hold connections; nothing partial, one instant decides, others are served."""

import random
import select
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.counts import times
from tests.databases import Databases
from tests.faults.books import Books, audit
from tests.faults.people import Waiting, prepare, send
from tests.faults.site import REAL, Kind, Site, site_at
from tests.faults.slow import Slow, head_and_body, slow_clients
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.tables import LetterRow

# They are about reading a request, which happens before there is a database.
pytestmark = pytest.mark.sqlite

_PLANTED = "tests.faults.planted:"
_THREADS = 8
# So long as nobody else was answered that the control believes it.
_IN_VAIN = 4.0
# Seconds by which the clock is put forward, around a deadline in ten minutes; nearer to each other than the longest request.
_BEFORE, _AFTER = 580, 604


def served(site: Site, count: int) -> tuple[list[Waiting], int]:
    """People before their last press, and how many answers there are already."""
    people, _fresh = prepare(site.settings, count)
    before = audit(site.settings, {}).answers
    site.start()
    return people, before


def press_again(site: Site, one: Waiting) -> int:
    return send(site.address, one.path, one.cookie, one.form).status


def settle(site: Site, people: list[Waiting], before: int) -> Books:
    """The books, with every one of these acknowledged."""
    site.kill()
    books = audit(site.settings, {one.nonce: one.invitation for one in people})
    books.answers -= before
    return books


# Going away


def go_away(site: Site, one: Waiting, chance: random.Random) -> None:
    """At any byte of the request, the last one included; politely or not."""
    whole = b"".join(head_and_body(one))
    client = Slow(site.address)
    client.send(whole[: chance.choice((len(whole), chance.randrange(len(whole))))])
    time.sleep(chance.uniform(0, 0.03))
    client.go(rudely=chance.random() < 0.5)


def leave_and_come_back(site: Site, count: int) -> Books:
    chance = random.Random(34)
    people, before = served(site, count)
    for one in people:
        go_away(site, one, chance)
        assert press_again(site, one) == 303
    return settle(site, people, before)


def test_r8_client_that_goes_away_and_comes_back_has_answered_once(tmp_path: Path, databases: Databases) -> None:
    count = times(200)
    with site_at(tmp_path, databases.fresh(tmp_path)) as site:
        books = leave_and_come_back(site, count)
    assert books.problems == []
    assert books.answers == count


def test_control_without_the_nonce_coming_back_answers_twice(tmp_path: Path, databases: Databases) -> None:
    with site_at(tmp_path, databases.fresh(tmp_path), Kind(_PLANTED + "knows_no_nonce")) as site:
        assert leave_and_come_back(site, 6).doubled


def half_a_body(folder: Path, databases: Databases, application: str) -> tuple[int, int]:
    """What is answered to half the last press, and how many answers it leaves."""
    with site_at(folder, databases.fresh(folder), Kind(application)) as site:
        (one,), before = served(site, 1)
        head, body = head_and_body(one)
        client = Slow(site.address)
        client.send(head + body[:-200])
        client.send_no_more()
        status, _page = client.answer()
        client.go()
        stored = audit(site.settings, {}).answers - before
        assert press_again(site, one) == 303
        assert settle(site, [one], before).problems == []
    return status, stored


def test_f34_half_a_body_stores_nothing(tmp_path: Path, databases: Databases) -> None:
    assert half_a_body(tmp_path, databases, REAL) == (408, 0)


def test_control_half_a_body_that_is_taken_is_noticed(tmp_path: Path, databases: Databases) -> None:
    assert half_a_body(tmp_path, databases, _PLANTED + "takes_half_a_body") == (303, 1)


# Across the deadline


def across_the_deadline(folder: Path, databases: Databases, application: str, *, passes: bool) -> tuple[int, str, int]:
    """Status, page and number of answers: the body comes byte by byte, and the deadline passes in the middle or does not."""
    clock, begun = folder / "clock", folder / "begun"
    kind = Kind(_PLANTED + application, environment={"UNDERSIGNED_CLOCK": str(clock), "BEGUN": str(begun)})
    with site_at(folder, databases.fresh(folder), kind) as site:
        (one,), before = served(site, 1)
        close_in_ten_minutes(site)
        clock.write_text(str(_BEFORE))
        head, body = head_and_body(one)
        client = Slow(site.address)
        client.send(head)
        for place, byte in enumerate(body):
            if place == len(body) // 2:
                wait_for(begun.exists)
                clock.write_text(str(_AFTER if passes else _BEFORE))
            client.send(bytes([byte]))
        status, page = client.answer()
        client.go()
        site.kill()
        books = audit(site.settings, {})
        assert books.problems == []
    return status, page, books.answers - before


def close_in_ten_minutes(site: Site) -> None:
    engine = make_engine(site.settings)
    at = site.settings.clock.now() + timedelta(minutes=10)
    with Session(engine) as session, transaction(session):
        session.execute(update(LetterRow).values(deadline=at))
    engine.dispose()


def wait_for(is_so: Callable[[], bool]) -> None:
    patience = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < patience
        time.sleep(0.01)


def test_r9_body_that_is_whole_after_the_deadline_is_refused_in_words(tmp_path: Path, databases: Databases) -> None:
    status, page, stored = across_the_deadline(tmp_path, databases, "says_when_it_reads", passes=True)
    assert (status, stored) == (409, 0)
    assert "Your answer arrived after that and was not counted" in page


def test_r9_body_that_is_whole_before_the_deadline_counts(tmp_path: Path, databases: Databases) -> None:
    status, _page, stored = across_the_deadline(tmp_path, databases, "says_when_it_reads", passes=False)
    assert (status, stored) == (303, 1)


def test_control_time_taken_at_the_beginning_of_a_request_is_noticed(tmp_path: Path, databases: Databases) -> None:
    status, _page, stored = across_the_deadline(tmp_path, databases, "takes_the_time_first", passes=True)
    assert (status, stored) == (303, 1)


# Holding connections


def is_answered(site: Site, patience: float) -> bool:
    client = Slow(site.address, patience=patience)
    client.send(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    try:
        return client.answer()[0] == 200
    except TimeoutError:
        return False
    finally:
        client.go()


def impatient() -> Kind:
    return Kind(_PLANTED + "loses_patience", environment={"PATIENCE": "1.0"})


@pytest.mark.parametrize("in_the_head", [True, False])
def test_f34_unfinished_requests_in_every_thread_do_not_keep_others_out(tmp_path: Path, databases: Databases, *, in_the_head: bool) -> None:
    with site_at(tmp_path, databases.fresh(tmp_path), impatient()) as site:
        people, before = served(site, _THREADS)
        with slow_clients(site.address, _THREADS) as clients:
            for client, one in zip(clients, people, strict=True):
                head, body = head_and_body(one)
                client.send(head[:40] if in_the_head else head + body[:40])
            assert is_answered(site, 30)
            if not in_the_head:
                assert [client.answer()[0] for client in clients] == [408] * _THREADS
        assert [press_again(site, one) for one in people] == [303] * _THREADS
        books = settle(site, people, before)
    assert books.problems == []
    assert books.answers == _THREADS


def test_f34_limit_is_not_put_off_by_one_byte_after_the_other(tmp_path: Path, databases: Databases) -> None:
    with site_at(tmp_path, databases.fresh(tmp_path), impatient()) as site:
        (one,), before = served(site, 1)
        head, body = head_and_body(one)
        client = Slow(site.address)
        client.send(head)
        sent = 0
        while sent < len(body) and not select.select([client.socket], [], [], 0.05)[0]:
            client.send(body[sent : sent + 1])
            sent += 1
        assert sent < len(body)
        assert client.answer()[0] == 408
        client.go()
        assert settle(site, [], before).answers == 0


def test_control_without_the_limit_eight_unfinished_bodies_keep_everybody_out(tmp_path: Path, databases: Databases) -> None:
    with site_at(tmp_path, databases.fresh(tmp_path), Kind(_PLANTED + "waits_for_ever")) as site:
        people, _before = served(site, _THREADS)
        with slow_clients(site.address, 4 * _THREADS) as clients:
            for client in clients:
                head, body = head_and_body(people[0])
                client.send(head + body[:40])
            assert not is_answered(site, _IN_VAIN)
        assert is_answered(site, 30)


def is_served_beside(count: int, folder: Path, databases: Databases, kind: Kind, patience: float) -> bool:
    """Whether somebody is answered beside so many who ask for a long page and take none of it."""
    with site_at(folder, databases.fresh(folder), kind) as site:
        site.start()
        with slow_clients(site.address, count) as clients:
            for client in clients:
                client.send(b"GET /long HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            return is_answered(site, patience)


def test_f34_answers_that_nobody_takes_do_not_keep_others_out(tmp_path: Path, databases: Databases) -> None:
    assert is_served_beside(_THREADS, tmp_path, databases, impatient(), 60)


def test_control_without_the_limit_answers_that_nobody_takes_keep_everybody_out(tmp_path: Path, databases: Databases) -> None:
    kind = Kind(_PLANTED + "waits_for_ever")
    assert not is_served_beside(4 * _THREADS, tmp_path, databases, kind, _IN_VAIN)


def test_f34_two_hundred_silent_connections_keep_nobody_out(tmp_path: Path, databases: Databases) -> None:
    with site_at(tmp_path, databases.fresh(tmp_path)) as site:
        site.start()
        with slow_clients(site.address, 200):
            assert is_answered(site, 30)


def test_control_where_threads_wait_for_the_first_byte_others_are_kept_out(tmp_path: Path, databases: Databases) -> None:
    with site_at(tmp_path, databases.fresh(tmp_path), Kind(_PLANTED + "waits_for_ever")) as site:
        site.start()
        with slow_clients(site.address, 200):
            assert not is_answered(site, _IN_VAIN)
