"""Reminders shown ahead, held back and planned otherwise, and that the record tells of each of it (R13, R17)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    ANNA,
    BRUNO,
    KEYRING,
    NOW,
    OTTO,
    STRANGER,
    entry,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    representative,
    sign,
    staff_actor,
)
from tests.services.test_reminders import DUNES, LAST, THREE, WEEK, has_left, put
from tests.services.test_verification import thaw
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.reminder import Plan, ReminderKind
from webapp.persistence.tables import OutboxRow, ReminderRow
from webapp.services import reminder_acts, reminder_desk, roster, roster_list, sign_on, stopping, verification
from webapp.services.delivery import Result, Sent, note_result
from webapp.services.reminder_acts import PlanDraft
from webapp.services.reminder_facts import plan_of

DRAFT = PlanDraft("10, 2", "1, 3", ("not_opened", "silent"), is_paused=False, edition=0)


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    with store() as session:
        people = (entry(), entry(email=BRUNO, contact="Bruno Wirth"), entry(DUNES, OTTO, "Otto Lind"))
        reference = letter_in_signing(session, coordinator, *people)
        has_left(session, at=NOW)
        return reference


def show(session: Session, actor: Actor, letter: str, **more: object) -> reminder_desk.RemindersView:
    return reminder_desk.show_reminders(session, actor, letter, **{"now": NOW, **more})  # type: ignore[arg-type]  # of a test


def days(view: reminder_desk.RemindersView) -> list[tuple[int, int, int]]:
    return [(one.day.day, one.leaving, one.held) for one in view.days]


def test_two_weeks_are_shown_ahead_and_come_as_they_were_shown(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        view = show(session, coordinator, letter)
        assert days(view) == [(7, 3, 0), (11, 3, 0), (13, 3, 0)]
        first = [(one.society, one.name, one.words, one.local) for one in view.lines]
        assert first[-1] == (DUNES, "Otto Lind", "has not opened the letter", "09:00 Europe/Berlin")
        assert view.tomorrow == 0
        assert show(session, coordinator, letter, now=WEEK - timedelta(days=1)).tomorrow == 3
        for at in (WEEK, THREE, LAST):
            assert len(put(session, letter, now=at)) == 3
            has_left(session, at=at)
        assert days(show(session, coordinator, letter, now=LAST)) == []


def test_front_page_counts_what_leaves_by_tomorrow(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        row = letter_row(session, letter)
        assert reminder_desk.going_out_soon(session, row, now=WEEK - timedelta(days=2)) == 0
        assert reminder_desk.going_out_soon(session, row, now=WEEK - timedelta(days=1)) == 3
        sign(session, letter, OTTO, printed_name=DUNES)
        assert reminder_desk.going_out_soon(session, row, now=WEEK - timedelta(days=1)) == 2


def test_held_back_reminder_does_not_leave_and_the_next_does(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        otto = representative(session, letter, OTTO).reference
        assert reminder_acts.hold(session, coordinator, letter, [(otto, "deadline-0-7"), (otto, "unknown"), ("x", "y")], now=NOW) == 1
        assert reminder_acts.hold(session, coordinator, letter, [(otto, "deadline-0-7")], now=NOW) == 0, "the second press"
        assert days(show(session, coordinator, letter))[0] == (7, 2, 1)
        assert len(put(session, letter, now=WEEK)) == 2
        has_left(session, at=WEEK)
        assert len(put(session, letter, now=THREE)) == 3
        assert verification.verify(session, letter).problems == ()


def test_let_go_again_it_leaves(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        marks = reminder_acts.marks_of_day(session, coordinator, letter, date(2026, 3, 7), is_held=False, now=NOW)
        assert reminder_acts.hold(session, coordinator, letter, marks, now=NOW) == 3
        assert days(show(session, coordinator, letter))[0] == (7, 0, 3)
        assert put(session, letter, now=WEEK) == []
        held = reminder_acts.marks_of_day(session, coordinator, letter, date(2026, 3, 7), is_held=True, now=NOW)
        assert reminder_acts.let_go(session, coordinator, letter, held, now=NOW) == 3
        assert len(put(session, letter, now=WEEK)) == 3
        assert verification.verify(session, letter).problems == ()


def test_society_is_left_alone_until_it_is_let_go(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        invitation = representative(session, letter, ANNA).invitation.reference
        reminder_acts.hold_society(session, coordinator, letter, invitation, is_held=True, now=NOW)
        view = show(session, coordinator, letter)
        assert ([one.society for one in view.quiet], days(view)[0]) == (["Gullhaven, Society of"], (7, 1, 0))
        assert put(session, letter, now=WEEK) == [(OTTO, ReminderKind.NOT_OPENED)]
        assert verification.verify(session, letter).problems == ()
        reminder_acts.hold_society(session, coordinator, letter, invitation, is_held=False, now=WEEK)
        assert show(session, coordinator, letter).quiet == ()
        assert verification.verify(session, letter).problems == ()
        with pytest.raises(NotFound):
            reminder_acts.hold_society(session, coordinator, letter, "unknown", is_held=True, now=NOW)


def test_r17_society_that_was_held_back_leaves_a_draft_and_the_record_still_fits(store: Store, coordinator: Actor) -> None:
    with store() as session:
        draft = letter_in_draft(session, coordinator, entry(), entry(DUNES, OTTO, "Otto Lind"))
        invitation = representative(session, draft).invitation.reference
        reminder_acts.hold_society(session, coordinator, draft, invitation, is_held=True, now=NOW)
        roster.remove_society(session, coordinator, draft, invitation, now=NOW)
        assert verification.verify(session, draft).problems == ()


def test_new_deadline_has_moments_of_its_own_and_nobody_is_reminded_twice_within_two_days(
    store: Store, letter: str, coordinator: Actor
) -> None:
    with store() as session:
        marks = reminder_acts.marks_of_day(session, coordinator, letter, LAST.date(), is_held=False, now=WEEK)
        assert reminder_acts.hold(session, coordinator, letter, marks, now=WEEK) == 3
        assert len(put(session, letter, now=THREE)) == 3
        has_left(session, at=THREE)
        # Three days before the new deadline lies a day after what has left, and less after the mail that tells of it.
        local = datetime(2026, 3, 15, 17, 0)  # noqa: DTZ001 - a wall clock
        sign_on.move_deadline(session, coordinator, letter, local, now=THREE + timedelta(hours=1))
        has_left(session, at=THREE + timedelta(hours=1))
        left = []
        for hour in range(2, 80):
            at = THREE + timedelta(hours=hour)
            if put(session, letter, now=at):
                left.append(hour)
                has_left(session, at=at)
        assert left == [49, 72], "two days after the mail of the new deadline, and on its last day, though the old one's was held back"
        slots = session.scalars(select(ReminderRow.slot).order_by(ReminderRow.id)).all()
        assert slots == ["deadline-0-3"] * 3 + ["deadline-1-3"] * 3 + ["deadline-1-1"] * 3
        assert verification.verify(session, letter).problems == ()


def test_who_has_stopped_is_named_at_the_desk(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        representative(session, letter, BRUNO).reminders_stopped_at = NOW
        assert [(one.name, one.society) for one in show(session, coordinator, letter).stopped] == [("Bruno Wirth", "Gullhaven, Society of")]
        people = [one for line in roster_list.list_roster(session, coordinator, letter) for one in line.representatives]
        assert [one.name for one in people if not one.wants_reminders] == ["Bruno Wirth"]


def test_plan_of_the_letter_holds_from_now_on(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        reminder_acts.edit_plan(session, coordinator, letter, DRAFT, now=NOW)
        kinds = frozenset({ReminderKind.NOT_OPENED, ReminderKind.SILENT})
        assert plan_of(session, letter_row(session, letter).id) == Plan((10, 2), (1, 3), kinds, False, NOW)
        assert days(show(session, coordinator, letter)) == [(4, 3, 0), (12, 3, 0)]
        reminder_acts.edit_plan(session, coordinator, letter, replace(DRAFT, is_paused=True, edition=1), now=NOW)
        assert days(show(session, coordinator, letter)) == []
        assert put(session, letter, now=WEEK) == []
        assert verification.verify(session, letter).problems == ()


def test_two_people_at_one_plan_do_not_overwrite_each_other(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        reminder_acts.edit_plan(session, coordinator, letter, DRAFT, now=NOW)
        with pytest.raises(Conflict):
            reminder_acts.edit_plan(session, coordinator, letter, DRAFT, now=NOW)


@pytest.mark.parametrize("typed", ["a week", "-1", "0", "61", "1.5", "7, x", ", ".join(map(str, range(1, 14))), "٣"])
def test_bad_days_are_refused_in_a_sentence(store: Store, letter: str, coordinator: Actor, typed: str) -> None:
    with store() as session, pytest.raises(InvalidInput, match=r"days|numbers|most"):
        reminder_acts.edit_plan(session, coordinator, letter, replace(DRAFT, days_before=typed), now=NOW)


def test_days_are_read_as_people_type_them(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        reminder_acts.edit_plan(session, coordinator, letter, replace(DRAFT, days_before=" 1;3 3,14", days_after_board=""), now=NOW)
        plan = plan_of(session, letter_row(session, letter).id)
        assert (plan.days_before, plan.days_after_board) == ((14, 3, 1), ())


def test_page_says_what_was_sent_and_what_was_not_needed(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        put(session, letter, now=WEEK)
        mail = {row.to_address: row.id for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == "reminder"))}
        note_result(session, mail[ANNA], Sent(Result.LEFT), now=WEEK)
        note_result(session, mail[BRUNO], Sent(Result.USELESS, "no longer of use"), now=WEEK)
        states = {one.name: one.state for one in show(session, coordinator, letter, now=WEEK).sent}
        assert states == {"Anna Berg": "sent", "Bruno Wirth": "not needed any more, and not sent", "Otto Lind": "on its way"}


def test_r13_reminders_are_for_whoever_invites(store: Store, letter: str) -> None:
    with store() as session:
        for act in (
            lambda who: show(session, who, letter),
            lambda who: reminder_acts.hold(session, who, letter, [], now=NOW),
            lambda who: reminder_acts.edit_plan(session, who, letter, DRAFT, now=NOW),
        ):
            with pytest.raises(NotFound):
                act(staff_actor(session, STRANGER))


def test_nothing_is_planned_once_nobody_is_waited_for(store: Store, letter: str, coordinator: Actor) -> None:
    with store() as session:
        sign_on.cancel_letter(session, coordinator, letter, "It is not needed.", now=NOW)
        with pytest.raises(WrongState):
            reminder_acts.edit_plan(session, coordinator, letter, DRAFT, now=NOW)
        assert not show(session, coordinator, letter).is_waiting


PLANTED: dict[str, tuple[str, str]] = {
    "the plan": ("UPDATE reminder_plan SET is_paused = TRUE", "its plan of reminders"),
    "what is held back": ("DELETE FROM held_reminder", "held back"),
    "a society that is left alone": ("UPDATE invitation SET reminders_held_at = NULL", "held back"),
    "who has stopped": ("UPDATE representative SET reminders_stopped_at = NULL", "stopped reminders"),
    "what was sent": ("DELETE FROM reminder", "that were sent"),
    "why it was sent": ("UPDATE reminder SET kind = 'silent'", "that were sent"),
}


@pytest.mark.parametrize("edit", PLANTED)
def test_r17_t18_planted_edit_of_reminders_is_named(store: Store, letter: str, coordinator: Actor, edit: str) -> None:
    statement, sentence = PLANTED[edit]
    with store() as session:
        reminder_acts.edit_plan(session, coordinator, letter, replace(DRAFT, days_before="7, 3"), now=NOW)
        anna, otto = representative(session, letter, ANNA), representative(session, letter, OTTO)
        reminder_acts.hold(session, coordinator, letter, [(anna.reference, "deadline-0-3")], now=NOW)
        mark = KEYRING.stop_link(representative(session, letter, BRUNO).reference, 1)
        stopping.stop_at_once(session, mark, KEYRING, now=NOW)
        put(session, letter, now=WEEK)
        reminder_acts.hold_society(session, coordinator, letter, otto.invitation.reference, is_held=True, now=WEEK)
        thaw(session)
        assert verification.verify(session, letter).problems == (), "the control: nobody has touched it"
        session.execute(text(statement))
        session.expire_all()
        found = [str(one) for one in verification.verify(session, letter).problems]
        assert [one for one in found if sentence in one], found
