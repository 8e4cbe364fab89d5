"""The one table of moves of a submission at its journal."""

import pytest

from webapp.domain.course import ENDED, MOVES, CourseState, StepKind, find_move, first_unlikely, possible_steps, state_after

S, K = CourseState, StepKind


def test_every_step_leads_to_the_state_of_its_own_name_and_a_word_to_none() -> None:
    assert all(move.becomes == (move.state if move.step is K.NOTED else move.step.value) for move in MOVES)


def test_every_state_can_be_reached_and_every_step_be_noted_from_somewhere() -> None:
    assert {move.becomes for move in MOVES} | {S.PLANNED} == set(S)
    assert {move.step for move in MOVES} == set(K)
    assert len({(move.state, move.step) for move in MOVES}) == len(MOVES)


def test_nothing_is_planned_anew_and_a_word_can_always_be_noted() -> None:
    assert all(move.becomes is not S.PLANNED for move in MOVES if move.step is not K.NOTED)
    assert all(find_move(state, K.NOTED) for state in S)


@pytest.mark.parametrize("state", [S.PUBLISHED, S.WITHDRAWN])
def test_what_is_published_or_withdrawn_moves_no_more(state: CourseState) -> None:
    assert possible_steps(state) == (K.NOTED,)
    assert state in ENDED


def test_rapid_response_is_published_without_an_acknowledgement() -> None:
    assert state_after([K.SUBMITTED, K.PUBLISHED]) is S.PUBLISHED
    assert first_unlikely([K.SUBMITTED, K.PUBLISHED]) is None


def test_revision_is_submitted_again() -> None:
    steps = [K.SUBMITTED, K.ACKNOWLEDGED, K.REVISION_ASKED, K.SUBMITTED, K.UNDER_REVIEW, K.ACCEPTED, K.PUBLISHED]
    assert first_unlikely(steps) is None
    assert state_after(steps) is S.PUBLISHED


def test_journal_may_answer_after_it_was_given_up_or_had_declined() -> None:
    assert first_unlikely([K.SUBMITTED, K.UNANSWERED, K.ACKNOWLEDGED]) is None
    assert first_unlikely([K.SUBMITTED, K.DECLINED, K.UNDER_REVIEW]) is None


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([K.ACKNOWLEDGED], (S.PLANNED, K.ACKNOWLEDGED)),
        ([K.SUBMITTED, K.PUBLISHED, K.DECLINED], (S.PUBLISHED, K.DECLINED)),
        ([K.SUBMITTED, K.NOTED, K.SUBMITTED], (S.SUBMITTED, K.SUBMITTED)),
    ],
)
def test_step_that_cannot_follow_is_named(steps: list[StepKind], found: tuple[CourseState, StepKind]) -> None:
    assert first_unlikely(steps) == found


def test_unknown_step_is_no_move() -> None:
    assert find_move(S.SUBMITTED, "eaten") is None
