"""G4, T03: whoever holds a forwarded or stolen link, and nothing else, answers for nobody."""

import random
from collections import Counter

import pytest
from sqlalchemy import text

from tests.browser import Browser
from tests.counts import times
from tests.factories import ANNA, BRUNO, KEYRING
from tests.web.world import World
from webapp.domain import limits
from webapp.domain.tokens import CODE_LENGTH, show_code
from webapp.services import codes

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def answers(world: World) -> int:
    with world.engine.connect() as connection:
        letter = {"letter": world.facts.letters["signing"]}
        query = "SELECT count(*) FROM answer JOIN letter ON letter.id = answer.letter_id WHERE letter.reference = :letter"
        return int(connection.execute(text(query), letter).scalar_one())


class Thief:
    """Has the link, any number of browsers and networks, and time."""

    def __init__(self, world: World) -> None:
        self.world, self.chosen = world, random.Random(4)
        self.said: Counter[str] = Counter()
        self.browser = Browser(world.app)
        self.browser.client.environ_base["REMOTE_ADDR"] = "198.51.0.1"

    def come_in(self) -> None:
        """Another browser from another network, with an answer typed; an hour later where no more codes are sent."""
        number = self.chosen.randrange(65_536)
        self.browser = Browser(self.world.app)
        self.browser.client.environ_base["REMOTE_ADDR"] = f"10.{number >> 8}.{number & 255}.1"
        self.world.open_letter(self.browser, self.world.facts.anna)
        address = f"/room/{self.world.facts.invitation}/decline"
        form = self.browser.get(address).form("Go on to review")
        typed = {**self.browser.page.values(form), "reason": "Not in my name.", "is_authorised": "y"}
        if self.browser.ask(address, "POST", data=typed).status_code == 422:
            self.world.clock.move(hours=1)
            self.come_in()

    def guess(self) -> None:
        """One code at random; a new one is asked for where the old is locked, and where none comes, another browser is taken."""
        address = f"/room/{self.world.facts.invitation}/review"
        form = self.browser.get(address).form("Decline for")
        code = show_code("".join(self.chosen.choices(CROCKFORD, k=CODE_LENGTH)))
        answer = self.browser.ask(address, "POST", data={**self.browser.page.values(form), "code": code})
        words = answer.get_data(as_text=True)
        locked = "does not work any more" in words
        self.said["locked" if locked else "tries left" if " left." in words else str(answer.status_code)] += 1
        if locked and "codes have been sent" in self.browser.press("Send a new code").text:
            self.come_in()


def test_g4_thousand_codes_at_random_with_a_stolen_link_count_for_nothing(world: World) -> None:
    before, thief = answers(world), Thief(world)
    thief.come_in()
    for _ in range(times(1_000)):
        thief.guess()
    assert set(thief.said) == {"locked", "tries left"}
    assert thief.said["tries left"] <= thief.said["locked"] * (limits.CODE_TRIES - 1) + limits.CODE_TRIES - 1, "five tries for each code"
    assert answers(world) == before


def test_g4_control_code_that_is_not_looked_at_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes.hmac, "compare_digest", lambda *_either: True)
    before, thief = answers(world), Thief(world)
    thief.come_in()
    thief.guess()
    assert answers(world) == before + 1


def test_t03_code_of_one_representative_is_refused_in_the_session_of_another(world: World) -> None:
    with world.engine.connect() as connection:
        link = connection.execute(text("SELECT reference FROM representative WHERE email = :bruno"), {"bruno": BRUNO}).scalar_one()
    bruno = Browser(world.app)
    world.open_letter(bruno, KEYRING.personal_link(link, 1))
    anna = Browser(world.app)
    world.open_letter(anna, world.facts.anna)
    before = answers(world)
    for browser in (anna, bruno):
        browser.follow("We will not sign")
        browser.press("Go on to review", reason="No.", is_authorised="y")
    assert "That is not the code" in bruno.press("Decline for", status=422, code=world.mail.code(ANNA)).text
    assert "That is not the code" in anna.press("Decline for", status=422, code=world.mail.code(BRUNO)).text
    assert answers(world) == before


def test_t03_thief_sees_neither_what_was_typed_nor_the_whole_address(world: World) -> None:
    anna, thief = Browser(world.app), Browser(world.app)
    for browser in (anna, thief):
        world.open_letter(browser, world.facts.anna)
    anna.follow("We will not sign")
    anna.press("Go on to review", reason="What the board said in private.", is_authorised="y")
    for page in ("", "/sign", "/decline", "/review"):
        seen = thief.get(f"/room/{world.facts.invitation}{page}").html
        assert "in private" not in seen
        assert ANNA not in seen
