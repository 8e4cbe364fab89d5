"""G1, F01: no acknowledged answer is lost or doubled when the web server is killed, and the same books notice where one would be."""

from pathlib import Path

import pytest

from tests.counts import IS_ASSURE, times
from tests.databases import Databases
from tests.faults.campaign import Outcome, strike
from tests.faults.people import send
from tests.faults.site import Kind, site_at

# On each of the two databases.
_KILLS = 500 if IS_ASSURE else 10
# The planted gaps are so wide that a few kills fall into one; the full count shows that it was not luck.
_PLANTED_KILLS = 100 if IS_ASSURE else 4

# The file format's “write version” and “read version”: 2 would be a write-ahead log.
_ROLLBACK_JOURNAL = b"\x01\x01"


def test_r8_acknowledged_answer_survives_every_kill_exactly_once(tmp_path: Path, databases: Databases) -> None:
    with site_at(tmp_path, databases.fresh(tmp_path)) as site:
        outcome = strike(site, _KILLS, seed=8)
    print(outcome)
    assert outcome.books.problems == []
    assert outcome.surprises == []
    assert outcome.books.answers == outcome.acknowledged
    assert outcome.cut_off >= _KILLS // 2, "the kills have to hit somebody"


def planted(folder: Path, databases: Databases, name: str) -> Outcome:
    with site_at(folder, databases.fresh(folder), Kind(f"tests.faults.planted:{name}")) as site:
        outcome = strike(site, _PLANTED_KILLS, seed=13, newcomers=0)
    print(name, outcome)
    return outcome


def test_answer_given_before_the_commit_is_noticed(tmp_path: Path, databases: Databases) -> None:
    assert planted(tmp_path, databases, "answers_too_early").books.lost


def test_missing_transaction_is_noticed(tmp_path: Path, databases: Databases) -> None:
    orphans = planted(tmp_path, databases, "stores_piece_by_piece").books.orphans
    assert any("has no receipt" in one for one in orphans)


def test_missing_nonce_is_noticed(tmp_path: Path, databases: Databases) -> None:
    assert planted(tmp_path, databases, "knows_no_nonce").books.doubled


@pytest.mark.sqlite
def test_r8_holds_with_a_journal_that_is_truncated(tmp_path: Path, databases: Databases) -> None:
    """F24: where the wheel is missing, Python’s own SQLite works without a write-ahead log."""
    kind = Kind("tests.faults.planted:without_the_wheel")
    with site_at(tmp_path, databases.fresh(tmp_path), kind) as site:
        site.start()
        assert send(site.address, "/sign-in/of-nobody").status < 500
        site.kill()
        assert (tmp_path / "undersigned.db").read_bytes()[18:20] == _ROLLBACK_JOURNAL
        outcome = strike(site, times(30), seed=24)
    print(outcome)
    assert outcome.books.problems == []
    assert outcome.surprises == []
