"""T26: the known and the unknown get the same words in the same time."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count as counting
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.counts import times
from tests.factories import COORDINATOR, OTTO, staff_actor
from tests.timing import can_be_told_apart, mann_whitney_p, measure, told_apart
from tests.web.world import World
from webapp.domain.tokens import hash_token
from webapp.persistence import outbox
from webapp.persistence.database import transaction
from webapp.services import public_letter, publication
from webapp.services.publication import Release
from webapp.web import published

UNKNOWN = "nobody@gullhaven.example.org"
# What is new in every answer by design: the visitor's cookie, and the name of the request in the log.
_OWN = {"Set-Cookie", "X-Request-ID"}
_TOKEN = re.compile(rb'(name="csrf_token"[^>]*value=")[^"]*')


@dataclass
class Asking:
    """One visitor after another, each from a network of their own and an hour after the one before: no limit is reached."""

    world: World
    seen: dict[str, set[Any]] = field(default_factory=dict)
    _networks: Iterator[int] = field(default_factory=counting)

    def __post_init__(self) -> None:
        self.browser = Browser(self.world.app)

    def act(self, name: str, address: str, method: str = "GET", **request: Any) -> Callable[[], None]:
        def ask() -> None:
            number = next(self._networks)
            self.world.clock.move(hours=1)
            place = {"REMOTE_ADDR": f"10.{number >> 8 & 255}.{number & 255}.1"}
            answer = self.browser.ask(address, method, environ_base=place, **request)
            headers = tuple(sorted((key, value) for key, value in answer.headers.items() if key not in _OWN))
            self.seen.setdefault(name, set()).add((answer.status_code, headers, _TOKEN.sub(rb"\1masked", answer.data)))

        return ask

    def asking_for(self, page: str, address: str, *emails: str) -> dict[str, Callable[[], None]]:
        """The form of this page, sent for each address."""
        token = self.browser.get(page, status=404 if "lost" in page else 200).value("csrf_token")
        return {email: self.act(email, address, "POST", data={"csrf_token": token, "email": email}) for email in emails}


@pytest.fixture
def asking(world: World) -> Asking:
    return Asking(world)


FORMS = {
    "send my link again": ("/i/lost", "/link", (OTTO, UNKNOWN)),
    "sign in": ("/sign-in", "/sign-in", (COORDINATOR, UNKNOWN)),
}


@pytest.mark.parametrize(("page", "address", "emails"), FORMS.values(), ids=FORMS.keys())
def test_t26_known_and_unknown_address_get_the_same_words_in_the_same_time(
    asking: Asking, page: str, address: str, emails: tuple[str, ...]
) -> None:
    assert told_apart(asking.asking_for(page, address, *emails), times(200)) is None
    answers = [asking.seen[email] for email in emails]
    assert len(answers[0]) == 1 and all(one == answers[0] for one in answers)
    assert asking.world.mail.messages(emails[0])
    assert asking.world.mail.messages(UNKNOWN) == []


@pytest.mark.parametrize(("page", "address", "emails"), FORMS.values(), ids=FORMS.keys())
def test_t26_control_path_on_which_the_unknown_is_slower_is_noticed(
    asking: Asking, page: str, address: str, emails: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def slow(_session: Session, _kind: str, *, now: object) -> Iterator[None]:
        time.sleep(0.05)
        yield

    monkeypatch.setattr(outbox, "pretending", slow)
    acts = asking.asking_for(page, address, *emails)
    assert any(can_be_told_apart(measure(acts, 20)) for _ in range(5)), "on a busy machine perhaps not at the first look"


def test_t26_replaced_revoked_uninvited_and_unknown_link_get_the_same_words_in_the_same_time(asking: Asking) -> None:
    world = asking.world
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE representative SET revoked_at = added_at WHERE email = :otto"), {"otto": OTTO})
        connection.execute(
            text("UPDATE representative SET link_hash = 'another' WHERE link_hash = :anna"), {"anna": hash_token(world.facts.anna)}
        )
    tokens = {"replaced": world.facts.anna, "revoked": world.facts.otto, "unknown": "A" * 43}
    acts = {name: asking.act(name, f"/i/{token}") for name, token in tokens.items()}
    assert told_apart(acts, times(200)) is None
    pages = [{(status, headers, body) for status, headers, body in asking.seen[name]} for name in tokens]
    assert {status for page in pages for status, _headers, _body in page} == {404}
    assert len(set.union(*pages)) == 1


def test_t26_used_expired_and_unknown_sign_in_link_get_the_same_words_in_the_same_time(asking: Asking) -> None:
    world = asking.world
    used, expired = world.sign_in_token(), world.sign_in_token()
    Browser(world.app).get(f"/sign-in/{used}")
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE sign_in_link SET used_at = made_at WHERE token_hash = :used"), {"used": hash_token(used)})
    tokens = {"used": used, "expired": expired, "unknown": "A" * 43}
    assert told_apart({name: asking.act(name, f"/sign-in/{token}") for name, token in tokens.items()}, times(200)) is None
    assert len(set.union(*asking.seen.values())) == 1


def unpublished_and_unknown(asking: Asking) -> dict[str, Callable[[], None]]:
    """One letter becomes public in the far future, of another nobody has said when, and the third there is not."""
    letters = asking.world.facts.letters
    with Session(asking.world.engine) as session, transaction(session):
        far = Release(datetime(2027, 12, 1, 12, 0), 0)  # noqa: DTZ001 - a wall clock
        publication.release_letter(session, staff_actor(session), letters["signing"], far, now=asking.world.clock.now())
    named = {"announced": letters["signing"], "not announced": letters["closed"], "unknown": "x" * 10}
    return {name: asking.act(name, f"/p/{reference}") for name, reference in named.items()}


def test_r18_letter_that_is_not_public_and_unknown_one_get_the_same_words_in_the_same_time(asking: Asking) -> None:
    assert told_apart(unpublished_and_unknown(asking), times(200)) is None
    assert len(set.union(*asking.seen.values())) == 1
    assert {status for status, _headers, _body in asking.seen["unknown"]} == {404}


def test_r18_control_door_that_looks_longer_at_what_is_there_is_noticed(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    acts, announced = unpublished_and_unknown(asking), asking.world.facts.letters["signing"]

    def slow(session: Session, reference: str, *, now: datetime) -> public_letter.Found:
        time.sleep(0.05 if reference == announced else 0)
        return public_letter.find_public(session, reference, now=now)

    monkeypatch.setattr(published, "find_public", slow)
    assert any(can_be_told_apart(measure(acts, 20)) for _ in range(5)), "on a busy machine perhaps not at the first look"


def test_statistic_knows_equal_from_different() -> None:
    one = [number * 0.618 % 1 for number in range(200)]
    assert mann_whitney_p(one, [number * 0.618 % 1 for number in range(200, 400)]) > 0.5
    assert mann_whitney_p(one, [value + 0.2 for value in one]) < 0.001
