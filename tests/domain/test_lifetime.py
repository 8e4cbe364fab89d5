"""What lives for a while, on a clock that may be set back."""

from datetime import timedelta

import pytest

from tests.factories import NOW
from webapp.domain.lifetime import AT_THE_DESK, has_gone_back, is_live

END = NOW + timedelta(minutes=30)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "lives"),
    [
        pytest.param(NOW, True, id="from its beginning"),
        pytest.param(END - SECOND, True, id="until its end"),
        pytest.param(END, False, id="not at its end"),
        pytest.param(NOW - timedelta(minutes=2), True, id="on a clock that is being kept right"),
        pytest.param(NOW - timedelta(minutes=2, seconds=1), False, id="not on a clock that stands well before its beginning"),
        pytest.param(NOW - timedelta(days=3650), False, id="least of all years before"),
    ],
)
def test_i20_nothing_lives_on_a_clock_from_before_it_began(at: object, lives: bool) -> None:
    assert is_live(NOW, END, now=at) is lives  # type: ignore[arg-type]


def test_what_ends_as_it_begins_never_lives() -> None:
    assert not any(is_live(NOW, NOW, now=NOW + SECOND * number) for number in range(-200, 200))


@pytest.mark.parametrize(("back", "has"), [(timedelta(0), False), (timedelta(minutes=2), False), (timedelta(minutes=2, seconds=1), True)])
def test_f10_more_than_two_minutes_back_is_no_correction(back: timedelta, has: bool) -> None:
    assert has_gone_back(NOW - back, since=NOW) is has


def test_session_in_use_does_not_live_longer_for_a_clock_set_back() -> None:
    assert AT_THE_DESK.is_live(NOW, NOW, now=NOW + timedelta(minutes=59))
    assert not AT_THE_DESK.is_live(NOW, NOW + timedelta(minutes=59), now=NOW)
