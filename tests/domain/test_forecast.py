"""The forecast: what it says, that it says nothing where too little is known, and that it is as often right as it claims."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from webapp.domain.forecast import Boards, Pace, answers_sentence, boards_against, boards_sentence, pace_of, pace_sentence

FIRST, DEADLINE = date(2026, 3, 2), date(2026, 4, 13)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def signed_on(*numbers: int) -> Counter[date]:
    return Counter(day(number) for number in numbers)


def test_pace_is_that_of_the_last_two_weeks_and_leaves_today_out() -> None:
    signed = signed_on(0, 1, 2, 11, 14, 17, 20, 23, 24, 25)
    pace = pace_of(signed, FIRST, day(25), DEADLINE, still_open=30)
    assert pace is not None
    assert (pace.days, pace.signed, pace.so_far) == (14, 6, 10)
    # 6 in 14 days are 7.3 in the 17 that are left, give or take 5.1.
    assert (pace.low, pace.high) == (12, 23)


@pytest.mark.parametrize(
    ("why", "signed", "today", "still_open"),
    [
        ("the letter is open for less than a week", signed_on(0, 0, 1, 1, 2, 2), 6, 30),
        ("fewer than five have signed lately", signed_on(0, 0, 0, 0, 0, 21, 22, 23, 24), 25, 30),
        ("nobody is left", signed_on(18, 19, 20, 21, 22), 25, 0),
        ("it is the last day", signed_on(35, 36, 37, 38, 39), 42, 30),
    ],
)
def test_nothing_is_foretold_where_too_little_is_known(why: str, signed: Counter[date], today: int, still_open: int) -> None:
    assert pace_of(signed, FIRST, day(today), DEADLINE, still_open=still_open) is None, why


def test_no_more_are_expected_than_are_invited_and_no_fewer_than_have_signed() -> None:
    signed = signed_on(*range(11, 25), *range(11, 25))
    pace = pace_of(signed, FIRST, day(25), DEADLINE, still_open=3)
    assert pace is not None
    assert (pace.low, pace.high) == (31, 31)
    few = pace_of(signed_on(20, 21, 22, 23, 24), FIRST, day(25), day(26), still_open=30)
    assert few is not None
    assert few.low == 5 < few.high


def test_four_times_in_five_as_many_sign_as_was_said() -> None:
    """Societies that sign independently of each other, each with the same small chance on each day."""
    chance, said, right = random.Random(20260302), 0, 0
    for _ in range(400):
        days = [number for _society in range(300) for number in range(43) if chance.random() < 0.002]
        pace = pace_of(signed_on(*(number for number in days if number < 25)), FIRST, day(25), DEADLINE, still_open=1_000)
        if pace is not None:
            said += 1
            right += pace.low <= len([number for number in days if number < 42]) <= pace.high
    assert said > 300
    assert 0.78 < right / said < 0.95


def test_boards_are_counted_against_the_deadline() -> None:
    dates = {day(20): 1, day(24): 3, day(25): 1, day(30): 8, day(42): 1, day(43): 2}
    assert boards_against(dates, DEADLINE, today=day(25)) == Boards(met=4, before=9, last_day=1, after=2)


@pytest.mark.parametrize(
    ("boards", "sentence"),
    [
        (Boards(), ""),
        (Boards(before=9, after=2, met=4), "9 boards meet before the deadline, 2 after the deadline; 4 have met and not answered."),
        (Boards(before=1), "1 board meets before the deadline."),
        (Boards(last_day=1, after=1), "1 board meets on the day of the deadline, 1 after the deadline."),
        (Boards(met=1), "1 board has met and not answered."),
        (Boards(met=2), "2 boards have met and not answered."),
        (Boards(after=2, met=1), "2 boards meet after the deadline; 1 has met and not answered."),
    ],
)
def test_boards_in_a_sentence(boards: Boards, sentence: str) -> None:
    assert boards_sentence(boards) == sentence


@pytest.mark.parametrize(
    ("answered", "still_open", "not_us", "not_asked", "sentence"),
    [
        (26, 34, 0, 0, "26 have answered; 34 have not yet."),
        (1, 1, 0, 0, "1 has answered; 1 has not yet."),
        (60, 0, 0, 0, "All who were asked have answered."),
        (34, 25, 1, 0, "34 have answered; 25 have not yet; 1 says “not us”."),
        (0, 55, 2, 3, "0 have answered; 55 have not yet; 2 say “not us”; 3 are not invited yet."),
        (59, 0, 0, 1, "All who were asked have answered; 1 is not invited yet."),
        (0, 0, 0, 60, "60 are not invited yet."),
    ],
)
def test_answers_in_a_sentence(answered: int, still_open: int, not_us: int, not_asked: int, sentence: str) -> None:
    assert answers_sentence(answered, still_open, not_us=not_us, not_asked=not_asked) == sentence


def test_pace_says_what_it_rests_on_and_what_it_does_not_know() -> None:
    assert pace_sentence(Pace(14, 9, 22, 27, 39), DEADLINE) == (
        "If it goes on as in the last 14 days, when 9 signed, 27 to 39 will have signed by 13 April 2026. "
        "That is the pace alone: it knows nothing of what boards will decide."
    )
    assert pace_sentence(None, DEADLINE) == ""
