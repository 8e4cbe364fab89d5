"""The sealed letter at the journal: each step with its day, and what became of the article."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import SEALABLE, STRANGER, letter_closed, letter_row, letter_sealed, letter_submitted, staff_actor, submitted
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput, NotFound, WrongState
from webapp.services import submissions
from webapp.services.submissions import Step

DAY = SEALABLE.date()
NEXT = SEALABLE + timedelta(days=30)


@pytest.fixture
def sealed(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_sealed(session, coordinator)


@pytest.fixture
def sent(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_submitted(session, coordinator)


def test_submission_is_recorded_with_its_day_route_and_number(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        submissions.submit_letter(session, coordinator, sealed, submitted(), now=SEALABLE)
        row = letter_row(session, sealed)
        shown = submissions.show_submission(session, row)
        assert row.state == "submitted"
        assert shown is not None and (shown.journal, shown.manuscript_number) == ("Journal of Invented Medicine", "JIM-1")
        assert [(step.when, step.title, step.note) for step in shown.steps] == [
            ("14 March 2026", "Submitted to the journal", "By the form.")
        ]


def test_course_is_told_in_the_order_of_its_days(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        for kind, days, outcome in (("outcome", 20, "correction"), ("acknowledged", 1, ""), ("answered", 10, "")):
            step = Step(kind, DAY + timedelta(days=days), "A note.", outcome)
            submissions.note_step(session, coordinator, sent, step, now=NEXT)
    with store() as session:
        shown = submissions.show_submission(session, letter_row(session, sent))
        assert shown is not None and shown.outcome == "Correction"
        assert [step.title for step in shown.steps] == [
            "Submitted to the journal",
            "Receipt acknowledged by the journal",
            "Answer from the journal",
            "Outcome for the article: correction",
        ]


def test_course_that_has_ended_takes_no_more_steps(store: Store, connection: Connection, coordinator: Actor, sent: str) -> None:
    with store() as session:
        submissions.resolve_letter(session, coordinator, sent, now=NEXT)
        assert letter_row(session, sent).state == "resolved"
    with unchanged(connection), pytest.raises(WrongState, match="course of this letter has ended"), store() as session:
        submissions.note_step(session, coordinator, sent, Step("answered", DAY), now=NEXT)


def test_only_a_sealed_letter_is_submitted_and_once(store: Store, connection: Connection, coordinator: Actor, sent: str) -> None:
    with store() as session:
        closed = letter_closed(session, coordinator, title="A closed letter")
    for letter in (closed, sent):
        with unchanged(connection), pytest.raises(WrongState), store() as session:
            submissions.submit_letter(session, coordinator, letter, submitted(), now=SEALABLE)


def test_nothing_follows_a_submission_that_was_not_recorded(store: Store, connection: Connection, coordinator: Actor, sealed: str) -> None:
    with unchanged(connection), store() as session:
        with pytest.raises(WrongState, match="Record the submission"):
            submissions.note_step(session, coordinator, sealed, Step("answered", DAY), now=NEXT)
        with pytest.raises(WrongState):
            submissions.resolve_letter(session, coordinator, sealed, now=NEXT)
        assert submissions.show_submission(session, letter_row(session, sealed)) is None


def test_r13_stranger_keeps_no_course(store: Store, connection: Connection, sealed: str, sent: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
    with unchanged(connection), store() as session:
        for act in (
            lambda: submissions.submit_letter(session, stranger, sealed, submitted(), now=SEALABLE),
            lambda: submissions.note_step(session, stranger, sent, Step("answered", DAY), now=NEXT),
            lambda: submissions.resolve_letter(session, stranger, sent, now=NEXT),
        ):
            with pytest.raises(NotFound):
                act()


BAD_SUBMISSIONS: list[tuple[dict[str, Any], str]] = [
    ({"route": "pigeon"}, "route"),
    ({"submitted_on": DAY + timedelta(days=2)}, "submitted_on"),
    ({"submitted_on": DAY - timedelta(days=2)}, "submitted_on"),
    ({"journal": "x" * (limits.JOURNAL + 1)}, "journal"),
    ({"journal": "a\nb"}, "journal"),
    ({"manuscript_number": "x" * (limits.MANUSCRIPT_NUMBER + 1)}, "manuscript_number"),
    ({"note": "x" * (limits.NOTE + 1)}, "note"),
    ({"note": "a\x00b"}, "note"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_SUBMISSIONS)
def test_bad_submission_names_its_field_and_nothing_is_stored(
    store: Store, connection: Connection, coordinator: Actor, sealed: str, changes: dict[str, Any], field: str
) -> None:
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        submissions.submit_letter(session, coordinator, sealed, submitted(**changes), now=SEALABLE)
    assert refused.value.field == field


BAD_STEPS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "submitted"}, "kind"),
    ({"kind": "eaten"}, "kind"),
    ({"kind": "outcome"}, "outcome"),
    ({"kind": "outcome", "outcome": "applause"}, "outcome"),
    ({"happened_on": NEXT.date() + timedelta(days=2)}, "happened_on"),
    ({"happened_on": DAY - timedelta(days=1)}, "happened_on"),
    ({"note": "x" * (limits.NOTE + 1)}, "note"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_STEPS)
def test_bad_step_names_its_field_and_nothing_is_stored(
    store: Store, connection: Connection, coordinator: Actor, sent: str, changes: dict[str, Any], field: str
) -> None:
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        submissions.note_step(session, coordinator, sent, replace(Step("answered", DAY), **changes), now=NEXT)
    assert refused.value.field == field
