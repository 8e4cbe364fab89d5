"""A converter that never answers: every page says so with what to do next, and nothing that was typed is lost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.dump import unchanged
from tests.web.matrix import MATRIX, P, Rule
from tests.web.test_access import token_of
from tests.web.world import World
from webapp.rendering import counts, pandoc, text
from webapp.rendering.dispositions import dispositions_pdf
from webapp.rendering.press import RenderLimits
from webapp.rendering.redline import redline_pdf
from webapp.services import circulated_room, redlines
from webapp.web.views import comments, dispositions, revisions

CACHES = (text._statement_html, text.word_count, text.citations, counts._read, redlines._compared)
# In these states every text is read by somebody.
STATES = ("circulating", "signing")
SENTENCE = "Nothing is lost: try again in five minutes."


@dataclass(frozen=True)
class Slow:
    """A world, and the browsers of those who came in before anything hung."""

    world: World
    browsers: dict[P, Browser]

    def ask(self, person: P, endpoint: str, method: str, state: str, **typed: str) -> TestResponse:
        routes, values = self.world.app.url_map, self.world.values(state)
        route = next(one for one in routes.iter_rules(endpoint) if method in (one.methods or set()))
        address = routes.bind("localhost").build(endpoint, {name: values[name] for name in route.arguments}, method=method)
        browser = self.browsers[person]
        return browser.ask(address, method, data={"csrf_token": token_of(browser), **typed} if method == "POST" else None)


def came_in(world: World) -> Slow:
    browsers = {person: world.browser(person) for person in (P.OWNER, P.ADMINISTRATOR, P.REPRESENTATIVE)}
    world.open_letter(browsers[P.REPRESENTATIVE], world.values("circulating")["token"])
    return Slow(world, browsers)


@pytest.fixture
def slow(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Slow:
    found = came_in(world)
    program = tmp_path / "pandoc"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)
    monkeypatch.setattr(pandoc, "_program", lambda: str(program))
    monkeypatch.setattr(pandoc, "_SECONDS", 0.05)
    monkeypatch.setattr(pandoc, "_given_up", {})
    for cache in CACHES:
        cache.cache_clear()
    return found


def pages() -> Iterator[tuple[str, str, Rule, P]]:
    for (endpoint, method), rule in MATRIX.items():
        person = next((who for who in (P.OWNER, P.REPRESENTATIVE, P.ADMINISTRATOR) if rule.lets_in(who)), None)
        if method == "GET" and person is not None and endpoint != "static" and not endpoint.startswith("sign_in."):
            for state in STATES if rule.has_states else STATES[-1:]:
                yield endpoint, state, rule, person


def test_every_page_shows_what_it_can_or_says_what_to_do_next(slow: Slow) -> None:
    others, stuck = {}, set()
    for endpoint, state, rule, person in pages():
        answer = slow.ask(person, endpoint, "GET", state)
        if answer.status_code == rule.expected(person, "GET", state):
            continue
        others[endpoint, state] = answer.status_code
        if answer.status_code == 503:
            stuck.add(endpoint)
            assert any(words in answer.get_data(as_text=True) for words in (SENTENCE, "you can try again")), endpoint
    # A press on a link to a file leads back, with the same sentence.
    assert others.pop(("word_files.download", "signing")) == 303
    assert set(others.values()) == {503}, others
    assert stuck >= {"rooms.read", "answers.sign", "revisions.compare_pdf"}, "what has to be read word for word"
    assert not stuck & {"letters.show", "letters.record", "texts.edit", "revisions.index", "revisions.show", "references.show"}
    assert not stuck & {"dispositions.show", "dispositions.show_table", "comments.dispositions", "chosen_venues.show", "roster.show"}


def test_control_slow_text_that_is_taken_for_a_missing_one_would_be_noticed(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    class Another(Exception):
        """Never raised."""

    monkeypatch.setattr(circulated_room, "TextTooSlow", Another)
    assert slow.ask(P.REPRESENTATIVE, "rooms.read", "GET", "circulating").status_code == 404


FILES = [
    (P.OWNER, "revisions.compare_pdf", revisions, "redline_pdf", redline_pdf),
    (P.OWNER, "dispositions.pdf", dispositions, "dispositions_pdf", dispositions_pdf),
    (P.REPRESENTATIVE, "comments.dispositions_pdf", comments, "pdf_of_dispositions", dispositions_pdf),
]


@pytest.mark.parametrize(("person", "endpoint", "module", "name", "make"), FILES, ids=[one[1] for one in FILES])
def test_file_that_is_not_made_in_time_is_a_page_that_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch, person: P, endpoint: str, module: ModuleType, name: str, make: Callable[..., bytes]
) -> None:
    monkeypatch.setattr(module, name, partial(make, limits=RenderLimits(wall_seconds=0.001)))
    answer = came_in(world).ask(person, endpoint, "GET", "circulating")
    assert answer.status_code == 503
    page = answer.get_data(as_text=True)
    assert "The document could not be made" in page and "Nothing was stored; you can try again." in page


ACTS: list[tuple[P, str, str, dict[str, str]]] = [
    (P.OWNER, "revisions.make", "circulating", {"note": "Kept what was typed.", "change": "editorial"}),
    (P.OWNER, "circulation.circulate", "drafting", {"until": "2026-03-09T17:00", "to": "all", "revision": "1", "message": "Kept words."}),
    (P.OWNER, "sign_on.open_sign_on", "circulating", {"reason_unfit": "Kept words.", "reason_unanswered": "Kept words."}),
    (P.OWNER, "text_change.change_text", "signing", {"change": "substantive", "is_fit": "y"}),
    (P.REPRESENTATIVE, "comments.give", "circulating", {"quote": "the undersigned", "remark": "Kept words.", "suggests": "remark"}),
    (P.REPRESENTATIVE, "answers.sign", "signing", {"officer": "Kept words."}),
    (P.REPRESENTATIVE, "answers.decline", "signing", {"reason": "Kept words."}),
]


@pytest.mark.parametrize(("person", "endpoint", "state", "typed"), ACTS, ids=[one[1] for one in ACTS])
def test_what_cannot_be_done_now_stores_nothing_and_keeps_what_was_typed(
    slow: Slow, person: P, endpoint: str, state: str, typed: dict[str, str]
) -> None:
    with unchanged(slow.world.engine):
        answer = slow.ask(person, endpoint, "POST", state, **typed)
    assert answer.status_code in {409, 422, 503}, answer.status_code
    page = answer.get_data(as_text=True)
    assert SENTENCE in page
    assert all(words in page for words in typed.values() if "Kept" in words)
