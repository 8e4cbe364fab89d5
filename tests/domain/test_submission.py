"""The words of a letter's course at the journal."""

from webapp.domain.submission import OUTCOMES, ROUTES, STEPS, StepKind


def test_every_step_is_put_in_words_in_the_order_of_the_course() -> None:
    assert list(STEPS) == list(StepKind) == ["submitted", "acknowledged", "answered", "outcome"]


def test_outcomes_are_those_of_the_design() -> None:
    assert list(OUTCOMES) == ["nothing", "reply", "correction", "expression_of_concern", "retraction"]


def test_no_two_choices_read_the_same() -> None:
    for words in (STEPS, ROUTES, OUTCOMES):
        assert len(set(words.values())) == len(words)
        assert all(words.values())
