"""Nobody waits for pandoc: while a page holds the lock to write, no child process is started and so no text converted."""

import subprocess
import sys
from contextlib import nullcontext
from functools import _lru_cache_wrapper
from typing import Any

import pytest

from tests.web.matrix import MATRIX
from tests.web.test_access import token_of
from tests.web.test_word_files import FILE, Desk
from tests.web.world import Person, World
from webapp.persistence.sqlite import sqlite_module
from webapp.services import conversions

# Only SQLite has one lock for all.
pytestmark = pytest.mark.sqlite

POSTED = sorted(endpoint for endpoint, method in MATRIX if method == "POST")
STARTS = {"circulation.circulate", "revisions.make", "sign_on.open_sign_on", "text_change.change_text"}
"""Where a page that writes is sure to convert."""


def is_locked(world: World) -> bool:
    """Whether somebody holds the lock to write; looked at with a connection of its own."""
    connection = sqlite_module().connect(str(world.engine.url.database), timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite_module().OperationalError as error:
        assert "locked" in str(error)
        return True
    finally:
        connection.close()
    return False


def forget_what_was_converted() -> None:
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("webapp.rendering")]
    for one in [value for module in modules for value in vars(module).values() if isinstance(value, _lru_cache_wrapper)]:
        one.cache_clear()


@pytest.fixture
def started(world: World, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each child process that is started from here on, whether the lock was held."""
    found: list[bool] = []
    start = subprocess.Popen.__init__

    def seen(self: Any, *arguments: Any, **named: Any) -> None:
        found.append(is_locked(world))
        start(self, *arguments, **named)

    monkeypatch.setattr(subprocess.Popen, "__init__", seen)
    return found


def bring_in(world: World, started: list[bool]) -> None:
    """A Word file with a suggestion and a comment, of which nothing is known any more when its text is stored."""
    desk = Desk(world)
    desk.upload(FILE)
    forget_what_was_converted()
    started.clear()
    page = desk.browser.press("Replace the text by this")
    assert "hang on revision" in page.text


def test_word_file_is_converted_before_the_lock(world: World, started: list[bool]) -> None:
    bring_in(world, started)
    assert started and not any(started)


def test_control_without_the_look_ahead_it_would_be_converted_behind_the_lock(
    world: World, started: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversions, "arrival_converted_ahead", lambda *_about: nullcontext())
    bring_in(world, started)
    assert any(started)


def post(world: World, endpoint: str, state: str) -> None:
    row = MATRIX[endpoint, "POST"]
    person = next(one for one in (Person.ANONYMOUS, Person.OWNER, Person.REPRESENTATIVE, Person.ADMINISTRATOR) if row.lets_in(one))
    values = {**world.values(state), "token": "no-such-token"}
    rule = next(rule for rule in world.app.url_map.iter_rules(endpoint) if "POST" in (rule.methods or set()))
    address = world.app.url_map.bind("localhost").build(endpoint, {name: values[name] for name in rule.arguments}, method="POST")
    browser = world.browser(person)
    token = token_of(browser)
    forget_what_was_converted()
    browser.ask(address, "POST", data={**row.typed, "csrf_token": token})


@pytest.mark.parametrize("endpoint", ["circulation.circulate", "revisions.make"])
def test_act_on_a_text_converts_it_before_the_lock(world: World, started: list[bool], endpoint: str) -> None:
    post(world, endpoint, MATRIX[endpoint, "POST"].best_state)
    assert started and not any(started)


@pytest.mark.assure
@pytest.mark.parametrize("endpoint", POSTED)
def test_no_page_starts_a_child_process_behind_the_lock(world: World, started: list[bool], endpoint: str) -> None:
    best = MATRIX[endpoint, "POST"].best_state
    for state in (best, *({"drafting", "circulating", "signing"} - {best})):
        post(world, endpoint, state)
    assert not any(started)
    assert started or endpoint not in STARTS
