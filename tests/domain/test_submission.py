"""The words of a letter's routes to a journal, of its steps there and of what becomes of an article."""

import pytest

from webapp.domain.course import STATES, CourseState, StepKind
from webapp.domain.course import STEPS as COURSE
from webapp.domain.fate import FATES, Fate
from webapp.domain.submission import ROUTES, Route, route_of


def test_every_choice_is_put_in_words_and_no_two_read_the_same() -> None:
    for words, choices in ((COURSE, StepKind), (STATES, CourseState), (ROUTES, Route), (FATES, Fate)):
        assert set(words) == set(choices)
        assert len(set(words.values())) == len(words)
        assert all(words.values())


@pytest.mark.parametrize(
    ("words", "route"),
    [
        ("rapid response", Route.RAPID_RESPONSE),
        ("eLetter", Route.RAPID_RESPONSE),
        ("comment on a review", Route.RAPID_RESPONSE),
        ("letter to the editor", Route.LETTER),
        ("correspondence", Route.LETTER),
        ("Matters Arising", Route.ARTICLE),
        ("concern to the editor", Route.EDITOR),
        ("by pigeon", Route.OTHER),
    ],
)
def test_route_is_read_out_of_the_words_of_a_venue(words: str, route: Route) -> None:
    assert route_of(words) is route
