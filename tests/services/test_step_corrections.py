"""What a corrected step does to all that came after it: the number, the day to look again, the digest, the state of the letter."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import NOW, SEALABLE, letter_closed, letter_row, letter_sealed, letter_submitted, publish
from tests.services.test_verification import thaw
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.course import StepKind
from webapp.domain.errors import Conflict, WrongState
from webapp.domain.venue import Limits, Venue
from webapp.persistence.tables import ChosenVenueRow, FollowUpRow, SubmissionRow, SubmissionStepRow
from webapp.services import public_letter, step_corrections, submissions, venues
from webapp.services.step_corrections import Correction
from webapp.services.submissions import Plan, Step, hold_submission
from webapp.services.verification import verify

DAY = SEALABLE.date()
LATER = SEALABLE + timedelta(days=90)
K = StepKind


@pytest.fixture
def sent(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_submitted(session, coordinator)


def only(session: Session, letter: str) -> SubmissionRow:
    return session.scalars(select(SubmissionRow).where(SubmissionRow.letter_id == letter_row(session, letter).id)).one()


def note(session: Session, actor: Actor, letter: str, kind: str, days: int, **more: Any) -> str:
    row = only(session, letter)
    step = Step(kind, DAY + timedelta(days=days), **more)
    return submissions.note_step(session, actor, letter, row.reference, step, row.edition, now=LATER)


def correct(session: Session, actor: Actor, letter: str, step: str, instead: Step | None = None) -> None:
    row = only(session, letter)
    held = hold_submission(session, actor, letter, row.reference, row.edition)
    step_corrections.correct_step(session, actor, held, step, Correction("It was noted wrongly.", instead), now=LATER)


def plan(session: Session, actor: Actor, letter: str, **more: Any) -> str:
    given = replace(Plan("Journal of Invented Medicine", "rapid_response"), **more)
    return submissions.plan_submission(session, actor, letter, given, now=SEALABLE)


def still_due(session: Session) -> list[str]:
    return sorted(session.scalars(select(FollowUpRow.kind).where(FollowUpRow.done_on.is_(None))))


def test_number_of_a_corrected_step_does_not_displace_a_newer_one(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        receipt = note(session, coordinator, sent, K.ACKNOWLEDGED, 2, manuscript_number="JIM-2")
        note(session, coordinator, sent, K.REVISION_ASKED, 20, manuscript_number="JIM-2.R1")
    with store() as session:
        correct(session, coordinator, sent, receipt, Step(K.ACKNOWLEDGED, DAY + timedelta(days=3), manuscript_number="JIM-2"))
        assert only(session, sent).manuscript_number == "JIM-2.R1"
        assert verify(session).problems == ()


def test_corrected_day_asks_for_nothing_that_has_been_answered_since(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        first = only(session, sent).steps[0].reference
        receipt = note(session, coordinator, sent, K.ACKNOWLEDGED, 2)
        note(session, coordinator, sent, K.DECLINED, 30)
        assert still_due(session) == []
    with store() as session:
        correct(session, coordinator, sent, first, Step(K.SUBMITTED, DAY + timedelta(days=1)))
        assert still_due(session) == []
    with store() as session:
        correct(session, coordinator, sent, receipt)
        assert still_due(session) == []
        assert verify(session).problems == ()


@pytest.mark.parametrize("noted", [K.WITHDRAWN, K.NOTED])
def test_step_corrected_to_the_submission_submits_the_letter_with_its_digest(store: Store, coordinator: Actor, noted: str) -> None:
    with store() as session:
        sealed = letter_sealed(session, coordinator)
        plan(session, coordinator, sealed)
        wrong = note(session, coordinator, sealed, noted, 1)
    with store() as session:
        correct(session, coordinator, sealed, wrong, Step(K.SUBMITTED, DAY + timedelta(days=1)))
        revision = letter_row(session, sealed).revision_in_force
        assert revision is not None and only(session, sealed).text_digest == revision.digest
        assert letter_row(session, sealed).state == "submitted"
        assert verify(session).problems == ()


def test_step_is_not_corrected_to_a_submission_before_the_seal(store: Store, connection: Connection, coordinator: Actor) -> None:
    with store() as session:
        closed = letter_closed(session, coordinator)
        slug = venues.add_venue(session, COMMAND, Venue("", "Journal of Ferns", "letter", Limits(), note="Read."), now=NOW)
        statement = letter_row(session, closed).statement
        statement.venues.append(ChosenVenueRow(letter_id=statement.letter_id, venue=slug, position=1))
        session.flush()
        plan(session, coordinator, closed, journal="Journal of Ferns", route="letter", venue=slug)
        wrong = note(session, coordinator, closed, K.NOTED, 1)
    with unchanged(connection), pytest.raises(WrongState, match="Only a sealed letter"), store() as session:
        correct(session, coordinator, closed, wrong, Step(K.SUBMITTED, DAY + timedelta(days=1)))


def test_text_is_under_way_to_one_venue_once_also_by_hand_and_by_an_edit(store: Store, coordinator: Actor) -> None:
    with store() as session:
        sealed = letter_sealed(session, coordinator)
        first = plan(session, coordinator, sealed)
        with pytest.raises(Conflict, match="on its way to that venue already"):
            plan(session, coordinator, sealed, journal="JOURNAL of Invented Medicine")
        assert plan(session, coordinator, sealed, route="editor") != first
        other = plan(session, coordinator, sealed, journal="Another")
    with pytest.raises(Conflict, match="on its way to that venue already"), store() as session:
        held = hold_submission(session, coordinator, sealed, other, 1)
        submissions.edit_submission(session, coordinator, held, Plan("Journal of Invented Medicine", "rapid_response"), now=LATER)
    with store() as session:
        held = hold_submission(session, coordinator, sealed, first, 1)
        again = Plan("Journal of Invented Medicine", "rapid_response", contact="The desk")
        submissions.edit_submission(session, coordinator, held, again, now=LATER)


def test_feed_names_each_step_for_good_whatever_is_corrected(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        publish(session, coordinator, sent, now=SEALABLE + timedelta(minutes=1))
        wrong = note(session, coordinator, sent, K.ACKNOWLEDGED, 1)
        note(session, coordinator, sent, K.UNDER_REVIEW, 2)
        before = fed(session, sent)
        correct(session, coordinator, sent, wrong, Step(K.ACKNOWLEDGED, DAY))
        after = fed(session, sent)
    kept = before.keys() & after.keys()
    assert [before[one] for one in sorted(kept)] == [after[one] for one in sorted(kept)], "no key is another step's now"
    assert (len(before), len(after), len(kept)) == (2, 2, 1), "the corrected one is news"


def fed(session: Session, letter: str) -> dict[str, str]:
    shown = public_letter.describe_letter(session, letter_row(session, letter))
    return {one.key: f"{one.at} {one.detail}" for one in shown.changes if one.kind == "course"}


@pytest.mark.parametrize("days", [-1, 1])
def test_r17_verify_notices_when_a_step_was_noted(store: Store, coordinator: Actor, sent: str, days: int) -> None:
    with store() as session:
        note(session, coordinator, sent, K.ACKNOWLEDGED, 1)
        assert verify(session).problems == ()
        thaw(session)
        noted = update(SubmissionStepRow).where(SubmissionStepRow.kind == K.ACKNOWLEDGED)
        session.execute(noted.values(noted_at=LATER + timedelta(days=days)))
        session.expire_all()
        assert [one for one in verify(session).problems if "when that happened" in str(one)]
