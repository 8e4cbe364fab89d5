"""The forecast on the front page: what it counts is what the roster lists, and it is there only while societies sign."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import NOW, enter, entry, letter_closed, letter_in_signing, sign
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.links import Links
from webapp.services import rooms, sign_on
from webapp.services.dashboard import Dashboard, show_dashboard
from webapp.services.roster_list import list_roster

LINKS = Links("http://127.0.0.1:8000")
IN_SIX_WEEKS = datetime(2026, 4, 13, 17, 0)  # noqa: DTZ001 - a wall clock


def email(number: int) -> str:
    return f"office-{number}@example.org"


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    """Six of twelve have signed in two weeks; boards meet before the deadline, on its day and after it."""
    entries = [entry(f"Society {number:02}", email(number), f"Person {number}") for number in range(12)]
    with store() as session:
        made = letter_in_signing(session, coordinator, *entries, deadline_local=IN_SIX_WEEKS)
        for number in range(6):
            sign(session, made, email(number), at=NOW + timedelta(days=2 * number))
        for number, day in ((6, date(2026, 3, 12)), (7, date(2026, 4, 2)), (8, date(2026, 4, 13)), (9, date(2026, 4, 20))):
            rooms.set_board_date(session, enter(session, made, email(number)), day, now=NOW)
    return made


def shown(session: Session, letter: str, *, days: int) -> Dashboard:
    return show_dashboard(session, COMMAND, letter, LINKS, with_needs=True, now=NOW + timedelta(days=days))


def test_forecast_counts_answers_boards_and_the_pace(store: Store, letter: str) -> None:
    with store() as session:
        answers, boards, pace = shown(session, letter, days=14).forecast
    assert answers == "6 have answered; 6 have not yet."
    assert boards == "1 board meets before the deadline, 1 on the day of the deadline, 1 after the deadline; 1 has met and not answered."
    assert pace.startswith("If it goes on as in the last 14 days, when 6 signed, 10 to 12 will have signed by 13 April 2026.")


def test_r5_chart_and_forecast_start_from_the_number_of_signatories(store: Store, letter: str) -> None:
    with store() as session:
        page = shown(session, letter, days=14)
        assert page.chart is not None
        assert page.chart.expected_row == ("By 13 April 2026, at the pace of the last 14 days", "4 to 6", "10 to 12")
        assert page.chart.rows[-1][-1] == page.signed == len(list_roster(session, COMMAND, letter, stage="signed"))


def test_pace_is_not_told_in_the_first_week(store: Store, letter: str) -> None:
    with store() as session:
        page = shown(session, letter, days=6)
        assert len(page.forecast) == 2
        assert page.chart is not None
        assert page.chart.expected == ""


def test_nothing_is_foretold_once_sign_on_has_closed(store: Store, coordinator: Actor) -> None:
    with store() as session:
        page = shown(session, letter_closed(session, coordinator), days=40)
        assert page.forecast == ()
        assert page.chart is not None
        assert page.chart.expected == ""


def test_chart_of_a_letter_that_was_closed_early_ends_on_that_day(store: Store, coordinator: Actor) -> None:
    with store() as session:
        early = letter_in_signing(session, coordinator)
        sign(session, early)
        sign_on.close_early(session, coordinator, early, now=NOW + timedelta(days=3))
        in_time = letter_closed(session, coordinator)
        ends = [chart.deadline_label for letter in (early, in_time) if (chart := shown(session, letter, days=40).chart)]
    assert ends == ["closed, 5 March", "deadline, 14 March"]
