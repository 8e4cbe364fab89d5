"""From when a letter is public: one instant, moved until it has come and never after (R10, R17, R18)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import DEADLINE, NOW, SEALABLE, letter_in_draft, letter_row, publish, seal_it, sign
from webapp.domain.actor import Actor
from webapp.domain.deadline import UnclearTime
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.links import Links
from webapp.domain.wording import count_phrase
from webapp.persistence.tables import PublicationRow
from webapp.rendering.public_words import later_words, signed_words
from webapp.services import public_letter, publication, sign_on, verification
from webapp.services.publication import Release

LINKS = Links("https://letters.example.org")
LOCAL, INSTANT = datetime(2026, 3, 20, 12, 0), datetime(2026, 3, 20, 11, 0, tzinfo=UTC)  # noqa: DTZ001 - a wall clock
LATER_LOCAL, LATER = datetime(2026, 4, 1, 12, 0), datetime(2026, 4, 1, 10, 0, tzinfo=UTC)  # noqa: DTZ001 - a wall clock
TICK = timedelta(microseconds=1)


@pytest.fixture
def announced(store: Store, coordinator: Actor, letter: str) -> str:
    """A letter in *signing* that becomes public at INSTANT."""
    with store() as session:
        publication.release_letter(session, coordinator, letter, Release(LOCAL, 0), now=NOW)
    return letter


def is_public(session: Session, reference: str, now: datetime) -> bool:
    try:
        public_letter.find_public(session, reference, now=now)
    except NotFound:
        return False
    return True


def problems(session: Session, reference: str) -> list[str]:
    return [one.sentence for one in verification.verify(session, reference).problems]


def test_r18_letter_is_public_from_the_instant_and_not_a_microsecond_before(store: Store, announced: str) -> None:
    with store() as session:
        assert not is_public(session, announced, INSTANT - TICK)
        assert public_letter.list_public(session, now=INSTANT - TICK) == []
        assert is_public(session, announced, INSTANT)
        assert [one.reference for one in public_letter.list_public(session, now=INSTANT)] == [announced]
        assert not is_public(session, "no-such-letter", INSTANT)


def test_r18_letter_of_which_nobody_has_said_so_never_becomes_public(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        seal_it(session, coordinator, letter)
        assert not is_public(session, letter, SEALABLE + timedelta(days=10_000))


def test_r10_instant_keeps_the_zone_in_which_it_was_announced(store: Store, coordinator: Actor, announced: str) -> None:
    with store() as session:
        shown = publication.show_publication(session, coordinator, announced, LINKS, now=NOW).released_at
    assert str(shown) == "20 March 2026, 12:00 Europe/Berlin (11:00 UTC)"


def test_instant_is_moved_earlier_or_later_until_it_has_come(store: Store, coordinator: Actor, announced: str) -> None:
    with store() as session:
        publication.release_letter(session, coordinator, announced, Release(LATER_LOCAL, 1), now=INSTANT - TICK)
        assert not is_public(session, announced, INSTANT)
        assert problems(session, announced) == []
        publication.release_letter(session, coordinator, announced, Release(None, 2), now=INSTANT)
        assert is_public(session, announced, INSTANT)
        assert problems(session, announced) == []


def test_what_is_public_is_neither_moved_nor_taken_back(store: Store, coordinator: Actor, announced: str) -> None:
    with store() as session:
        with pytest.raises(WrongState, match="neither be moved nor taken back"):
            publication.release_letter(session, coordinator, announced, Release(LATER_LOCAL, 1), now=INSTANT)
        with pytest.raises(WrongState, match="neither be moved nor taken back"):
            publication.drop_release(session, coordinator, announced, 1, now=INSTANT)
        assert is_public(session, announced, INSTANT)


def test_clock_that_goes_back_opens_no_way_to_move_what_was_public(store: Store, coordinator: Actor, announced: str) -> None:
    with store() as session:
        sign_on.move_deadline(session, coordinator, announced, datetime(2026, 3, 25, 17, 0), now=NOW)  # noqa: DTZ001 - a wall clock
        sign(session, announced, at=INSTANT + timedelta(hours=1))
        with pytest.raises(WrongState, match="The letter is public"):
            publication.release_letter(session, coordinator, announced, Release(LATER_LOCAL, 1), now=INSTANT - timedelta(days=1))


def test_instant_is_taken_back_before_it_has_come_and_can_be_said_anew(store: Store, coordinator: Actor, announced: str) -> None:
    with store() as session:
        publication.drop_release(session, coordinator, announced, 1, now=NOW)
        assert not is_public(session, announced, LATER)
        assert problems(session, announced) == []
        publication.release_letter(session, coordinator, announced, Release(LATER_LOCAL, 0), now=NOW)
        assert is_public(session, announced, LATER)
        assert problems(session, announced) == []


def test_second_of_two_people_who_say_when_is_told(store: Store, coordinator: Actor, announced: str) -> None:
    with store() as session:
        for edition in (0, 2):
            with pytest.raises(Conflict, match="meanwhile"):
                publication.release_letter(session, coordinator, announced, Release(LATER_LOCAL, edition), now=NOW)
        with pytest.raises(Conflict, match="meanwhile"):
            publication.drop_release(session, coordinator, announced, 0, now=NOW)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (datetime(2026, 3, 2, 10, 0), "has passed"),  # noqa: DTZ001 - a wall clock
        (datetime(2028, 4, 1, 10, 0), "more than two years"),  # noqa: DTZ001 - a wall clock
    ],
)
def test_moment_that_cannot_be_meant_is_refused(store: Store, coordinator: Actor, letter: str, typed: datetime, sentence: str) -> None:
    with store() as session, pytest.raises(InvalidInput, match=sentence):
        publication.review_release(session, coordinator, letter, Release(typed, 0), now=NOW)


def test_moment_that_the_clocks_show_twice_is_asked_about(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session, pytest.raises(UnclearTime):
        publication.review_release(session, coordinator, letter, Release(datetime(2026, 10, 25, 2, 30), 0), now=NOW)  # noqa: DTZ001 - a wall clock


def test_only_a_text_that_is_fixed_can_be_made_public(store: Store, coordinator: Actor) -> None:
    with store() as session:
        draft = letter_in_draft(session, coordinator)
        with pytest.raises(WrongState, match="Open sign-on first"):
            publication.release_letter(session, coordinator, draft, Release(None, 0), now=NOW)


def test_letter_that_is_cancelled_before_its_instant_never_becomes_public(store: Store, coordinator: Actor, announced: str) -> None:
    with store() as session:
        sign_on.cancel_letter(session, coordinator, announced, "It was not needed.", now=NOW)
        assert not is_public(session, announced, LATER)
        assert problems(session, announced) == []


def test_letter_that_is_cancelled_when_it_is_public_says_so(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        publish(session, coordinator, letter)
        sign_on.cancel_letter(session, coordinator, letter, "It was not needed.", now=NOW)
        shown = public_letter.read_public(session, letter, now=NOW)
    assert shown.is_cancelled


@pytest.mark.parametrize("planted", [{"released_at": LATER}, {"zone": "UTC"}, {"edition": 7}])
def test_r17_verify_notices_an_instant_that_the_record_does_not_tell(store: Store, announced: str, planted: dict[str, object]) -> None:
    with store() as session:
        assert problems(session, announced) == []
        session.execute(update(PublicationRow).values(planted))
        assert problems(session, announced) == ["from when it is public is not what its record tells."]


def test_r5_numbers_and_words_are_those_of_the_sealed_list(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        publish(session, coordinator, letter)
        live = public_letter.read_public(session, letter, now=NOW)
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        seal_it(session, coordinator, letter)
        shown = public_letter.read_public(session, letter, now=SEALABLE)
    assert (live.signed, shown.signed, count_phrase(shown.signed, shown.collective_noun)) == (1, 1, "1 society")
    assert (live.is_sealed, shown.is_sealed) == (False, True)
    assert signed_words(shown) == "1 society has signed this letter."
    assert later_words(shown.later, shown.language) == ""
    assert [one.kind for one in shown.changes] == ["sealed", "published"]
