"""Milestones in their order, and what is said where they do not go together: each rule, on its day and on the days beside it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from webapp.domain.milestone import Clash, Milestone, MilestoneKind, in_order, judge, left_of

BERLIN, KIRITIMATI = "Europe/Berlin", "Pacific/Kiritimati"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# 17:00 in Berlin; on Kiritimati it is 06:00 of the 15th.
CLOSES = datetime(2026, 3, 14, 16, 0, tzinfo=UTC)
K = MilestoneKind


def deadline(at: datetime = CLOSES, *, is_done: bool = False) -> Milestone:
    return Milestone(K.DEADLINE, "deadline", at=at, is_done=is_done)


def submission(day: int, **more: bool) -> Milestone:
    return Milestone(K.SUBMISSION, "submission", "the journal", day=date(2026, 3, day), **more)


def board(day: int, of: str = "Gullhaven", **more: bool) -> Milestone:
    return Milestone(K.BOARD, f"board-{of}", of, day=date(2026, 3, day), **more)


def window(day: int | None, of: str = "BCMJ: letter", **more: bool) -> Milestone:
    return Milestone(K.WINDOW, f"window-{of}", of, day=date(2026, 3, day) if day else None, **more)


def comments(at: datetime, **more: bool) -> Milestone:
    return Milestone(K.COMMENTS, "comments-1", "revision 1", at=at, **more)


def said(*milestones: Milestone, zone: str = BERLIN, now: datetime = NOW) -> list[str]:
    return [one.sentence for one in judge(milestones, zone, now=now)]


@pytest.mark.parametrize(
    ("end", "words"),
    [
        pytest.param(13, "ends before that, on 13 March 2026.", id="ended everywhere by the deadline"),
        pytest.param(14, "may have ended by then: its last day is 14 March 2026", id="on the day, by the clock of the letter"),
        pytest.param(15, "ends on 15 March 2026: hardly time", id="on the last day, by the earliest clock on earth"),
        pytest.param(16, "", id="a day is left by every clock"),
    ],
)
def test_deadline_after_the_window_of_a_journal_is_said(end: int, words: str) -> None:
    """At the deadline it is 14 March between UTC−12 and UTC+7, and 15 March beyond: the journal’s own clock may be any."""
    found = said(deadline(), window(end))
    assert len(found) == bool(words)
    assert all(words in one and "BCMJ: letter" in one and "17:00 Europe/Berlin (16:00 UTC)" in one for one in found)


@pytest.mark.parametrize(
    ("hour", "words"),
    [(11, "has ended, or ends within hours."), (12, "ended on 1 March 2026.")],
    ids=["ended by some clocks", "ended everywhere"],
)
def test_window_that_has_ended_is_said_once_and_nothing_else_of_it(hour: int, words: str) -> None:
    late = datetime(2026, 3, 2, hour, 0, tzinfo=UTC)
    assert said(deadline(), submission(20), window(1), now=late) == [f"The window of BCMJ: letter {words}"]


@pytest.mark.parametrize(("day", "is_said"), [(13, True), (14, False), (15, False)], ids=["day before", "same day", "day after"])
def test_submission_before_the_deadline_is_said(day: int, is_said: bool) -> None:
    found = said(deadline(), submission(day))
    assert bool(found) is is_said
    assert all("sign-on is still open then" in one for one in found)


def test_day_of_the_deadline_is_that_of_the_letters_own_zone() -> None:
    assert said(deadline(), submission(14), zone=BERLIN) == []
    assert len(said(deadline(), submission(14), zone=KIRITIMATI)) == 1
    assert said(deadline(), board(15), zone=KIRITIMATI) == []
    assert len(said(deadline(), board(15), zone=BERLIN)) == 1


@pytest.mark.parametrize(("day", "is_said"), [(19, False), (20, False), (21, True)], ids=["day before", "last day", "day after"])
def test_submission_after_the_window_is_said(day: int, is_said: bool) -> None:
    found = said(window(20), submission(day))
    assert bool(found) is is_said
    assert all("ends before that, on 20 March 2026" in one for one in found)


@pytest.mark.parametrize(("later", "is_said"), [(-1, False), (0, False), (1, True)], ids=["before", "at", "after"])
def test_comments_due_after_the_deadline_is_said(later: int, is_said: bool) -> None:
    found = said(deadline(), comments(CLOSES + timedelta(seconds=later)))
    assert bool(found) is is_said
    assert all(one.startswith("Comments are taken until 14 March 2026") for one in found)


@pytest.mark.parametrize(("day", "is_said"), [(13, False), (14, False), (15, True)], ids=["day before", "same day", "day after"])
def test_board_that_meets_after_the_deadline_is_said(day: int, is_said: bool) -> None:
    assert said(deadline(), board(day)) == (["A board meets after sign-on closes: Gullhaven, on 15 March 2026."] if is_said else [])


def test_many_boards_are_one_sentence_that_names_the_first_three() -> None:
    boards = [board(15 + number, f"Society {number}") for number in range(5)]
    first = "Society 0, on 15 March 2026; Society 1, on 16 March 2026; Society 2, on 17 March 2026"
    assert said(deadline(), *boards) == [f"5 boards meet after sign-on closes: {first} …"]
    assert said(deadline(), *boards[:2]) == [f"2 boards meet after sign-on closes: {first.rpartition(';')[0]}."]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        pytest.param(deadline(NOW), "The sign-on deadline has passed", id="the deadline"),
        pytest.param(submission(1), "was to be submitted on 1 March 2026, and has not been", id="the submission"),
        pytest.param(window(1), "The window of BCMJ: letter has ended, or ends within hours.", id="the window"),
    ],
)
def test_milestone_on_a_day_that_has_passed_is_said(one: Milestone, words: str) -> None:
    found = said(one)
    assert len(found) == 1 and words in found[0]


@pytest.mark.parametrize(
    "milestones",
    [
        pytest.param((deadline(), window(12, is_done=True)), id="a letter that was sent needs no window"),
        pytest.param((deadline(is_done=True), window(12)), id="sign-on that has closed"),
        pytest.param((deadline(), submission(13, is_done=True)), id="a letter that was submitted"),
        pytest.param((deadline(), board(15, is_done=True)), id="a society that has answered"),
        pytest.param((deadline(), comments(CLOSES + timedelta(days=1), is_done=True)), id="comments that are not taken any more"),
    ],
)
def test_what_is_done_clashes_with_nothing(milestones: tuple[Milestone, ...]) -> None:
    assert said(*milestones) == []


def test_unknown_window_clashes_with_nothing() -> None:
    assert said(deadline(), submission(20), window(None)) == []


def test_clash_names_the_milestones_by_which_it_came_about_and_where_one_would_change_it() -> None:
    both = frozenset({K.DEADLINE, K.WINDOW})
    assert [(one.kinds, one.mend) for one in judge([deadline(), window(12)], BERLIN, now=NOW)] == [(both, K.DEADLINE)]


def test_same_sentence_is_said_once() -> None:
    """Two texts may go to one venue, and count from one day."""
    found: list[Clash] = judge([deadline(), window(12), window(12)], BERLIN, now=NOW)
    assert len(found) == 1


def test_milestones_stand_in_the_order_of_the_letters_clock() -> None:
    mixed = [window(None), window(14), submission(14), deadline(), board(14), comments(datetime(2026, 3, 14, 8, 0, tzinfo=UTC))]
    kinds = [one.kind for one in in_order(mixed, BERLIN)]
    assert kinds == [K.BOARD, K.COMMENTS, K.DEADLINE, K.SUBMISSION, K.WINDOW, K.WINDOW]
    assert in_order(mixed, BERLIN)[-1].day is None


@pytest.mark.parametrize(
    ("one", "words"),
    [
        pytest.param(deadline(), "12 days 7 hours left", id="an instant"),
        pytest.param(deadline(NOW), "passed", id="an instant that is now"),
        pytest.param(submission(18), "16 days left", id="a day"),
        pytest.param(submission(3), "1 day left", id="tomorrow"),
        pytest.param(submission(2), "today", id="today"),
        pytest.param(submission(1), "passed", id="yesterday"),
        pytest.param(window(10), "8 days left", id="a window, by the latest clock on earth"),
        pytest.param(window(2), "ends today", id="a window on its last day"),
        pytest.param(window(None), "", id="nothing known"),
    ],
)
def test_time_left_is_said_in_words(one: Milestone, words: str) -> None:
    assert left_of(one, BERLIN, now=NOW) == words
