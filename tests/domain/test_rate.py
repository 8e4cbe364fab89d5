"""Limits in a window that slides: exactly so many in any span of its length."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.rate import Limit, still_counted, time_to_wait

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
THREE = Limit("a test", 3, timedelta(hours=1))
S = timedelta(seconds=1)


def ago(*seconds: int) -> list[datetime]:
    return [NOW - one * S for one in seconds]


@pytest.mark.parametrize(
    ("past", "wait"),
    [
        pytest.param(ago(), None, id="nothing yet"),
        pytest.param(ago(10, 20), None, id="one below the limit"),
        pytest.param(ago(10, 20, 30), 3570 * S, id="at the limit: until the oldest is an hour old"),
        pytest.param(ago(10, 20, 3599), 1 * S, id="the oldest is nearly forgotten"),
        pytest.param(ago(10, 20, 3600), None, id="the oldest is just forgotten"),
        pytest.param(ago(10, 20, 30, 40), 3570 * S, id="one more than the limit, as after a change of limits"),
    ],
)
def test_wait_is_until_the_oldest_that_counts_is_forgotten(past: list[datetime], wait: timedelta | None) -> None:
    assert time_to_wait(past, THREE, now=NOW) == wait


def test_clock_that_was_far_ahead_locks_nobody_out() -> None:
    assert time_to_wait([NOW + timedelta(days=400)] * 3, THREE, now=NOW) is None


@given(st.lists(st.integers(0, 20_000), max_size=60))
def test_no_span_of_an_hour_ever_holds_more_than_the_limit(seconds: list[int]) -> None:
    past: list[datetime] = []
    for second in sorted(seconds):
        at = NOW + second * S
        if time_to_wait(past, THREE, now=at) is None:
            past.append(at)
    for first in past:
        assert len(still_counted([one for one in past if first <= one < first + THREE.within], THREE, now=first)) <= THREE.most
