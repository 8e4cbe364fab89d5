"""A letter's submissions: planned, moved by the table, never undone but by correction; and the course of the letter with them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    NOW,
    SEALABLE,
    STRANGER,
    letter_closed,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    letter_sealed,
    letter_submitted,
    staff_actor,
    submitted,
)
from webapp.domain import limits
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.course import MOVES, CourseState, StepKind
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.proof_file import ProofFile
from webapp.domain.venue import Limits, Venue, Window
from webapp.persistence.record import load_events
from webapp.persistence.tables import SubmissionRow, SubmissionStepRow, VenueRow
from webapp.services import chosen_venues, course_desk, follow_ups, needs, step_corrections, submissions, venues
from webapp.services.course_needs import overdue_needs
from webapp.services.dashboard import list_overdue
from webapp.services.follow_ups import Wish
from webapp.services.step_corrections import Correction
from webapp.services.submissions import Held, Plan, Step, find_submission
from webapp.services.verification import verify

DAY = SEALABLE.date()
NEXT = SEALABLE + timedelta(days=30)
K = StepKind


@pytest.fixture
def sealed(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_sealed(session, coordinator)


@pytest.fixture
def sent(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_submitted(session, coordinator)


def only(session: Session, letter: str) -> SubmissionRow:
    return session.scalars(select(SubmissionRow).where(SubmissionRow.letter_id == letter_row(session, letter).id)).one()


def note(session: Session, actor: Actor, letter: str, kind: str, on: date, submission: str = "", **more: Any) -> str:
    row = find_submission(session, letter_row(session, letter), submission) if submission else only(session, letter)
    return submissions.note_step(session, actor, letter, row.reference, Step(kind, on, **more), row.edition, now=NEXT)


def correct(session: Session, actor: Actor, letter: str, step: str, reason: str, instead: Step | None = None) -> None:
    held = Held(letter_row(session, letter), only(session, letter))
    step_corrections.correct_step(session, actor, held, step, Correction(reason, instead), now=NEXT)


def story(session: Session, actor: Actor, letter: str) -> list[tuple[str, bool]]:
    page = course_desk.show_submission(session, actor, letter, only(session, letter).reference, now=NEXT)
    return [(one.kind, one.is_struck) for one in page.story]


def test_submission_is_recorded_with_its_day_route_and_number(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        made = submissions.submit_letter(session, coordinator, sealed, submitted(), now=SEALABLE)
        page = course_desk.show_submission(session, coordinator, sealed, made, now=SEALABLE)
        assert letter_row(session, sealed).state == "submitted"
        assert (page.line.journal, page.line.manuscript_number, page.line.state) == ("Journal of Invented Medicine", "JIM-1", "submitted")
        assert [(one.when, one.title, one.note) for one in page.story] == [("14 March 2026", "Submitted to the journal", "By the form.")]
        revision = letter_row(session, sealed).revision_in_force
        assert revision is not None and only(session, sealed).text_digest == revision.digest


def test_r17_two_venues_have_two_courses_and_the_record_replays_to_both(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        second = submissions.submit_letter(session, coordinator, sent, submitted(journal="Annals of Ferns", route="letter"), now=NEXT)
        first = next(row.reference for row in submissions.submissions_of(session, letter_row(session, sent)) if row.reference != second)
        note(session, coordinator, sent, "declined", NEXT.date(), second, note="By mail.", manuscript_number="AF/7 – «β»")
        note(session, coordinator, sent, "published", NEXT.date(), first, link="doi:10.1234/jim.5")
        lines = {line.reference: line for line in course_desk.show_course(session, coordinator, sent, now=NEXT).submissions}
        assert (lines[first].state, lines[second].state, lines[second].manuscript_number) == ("published", "declined", "AF/7 – «β»")
        assert letter_row(session, sent).state == "submitted"
    with store() as session:
        assert verify(session).problems == ()


def test_public_part_of_the_record_holds_no_number_note_or_contact(store: Store, coordinator: Actor, sent: str) -> None:
    secrets = {"JIM-1", "By the form.", "JIM-2", "They hesitate.", "editor@jim.example.org", "Call Dr Ferns"}
    with store() as session:
        note(session, coordinator, sent, "acknowledged", DAY, note="They hesitate.", manuscript_number="JIM-2")
        row, letter = only(session, sent), letter_row(session, sent)
        plan = replace(course_desk.plan_of(session, coordinator, sent, row.reference)[0], contact="editor@jim.example.org")
        submissions.edit_submission(session, coordinator, Held(letter, row), plan, now=NEXT)
        follow_ups.add_follow_up(session, coordinator, letter, row, Wish("Call Dr Ferns", NEXT.date()), now=NEXT)
        said = str([event.public for event in load_events(session, letter.id)])
    assert not [one for one in secrets if one in said]
    with store() as session:
        assert verify(session).problems == ()


@pytest.mark.parametrize("state", list(CourseState))
def test_step_is_taken_exactly_where_the_table_has_it(
    store: Store, connection: Connection, coordinator: Actor, sent: str, state: str
) -> None:
    ways = {
        "submitted": (),
        "acknowledged": ("acknowledged",),
        "under_review": ("under_review",),
        "revision_asked": ("revision_asked",),
        "accepted": ("accepted",),
        "published": ("published",),
        "declined": ("declined",),
        "withdrawn": ("withdrawn",),
        "unanswered": ("unanswered",),
    }
    with store() as session:
        if state == "planned":
            plan = Plan("Annals of Ferns", "letter")
            reference = submissions.plan_submission(session, coordinator, sent, plan, now=NEXT)
        else:
            reference = only(session, sent).reference
            for kind in ways[state]:
                note(session, coordinator, sent, kind, DAY)
    allowed = {move.step for move in MOVES if move.state == state}
    for kind in K:
        with store() as session:
            row = find_submission(session, letter_row(session, sent), reference)
            act = Step(kind, NEXT.date())
            if kind in allowed:
                nested = session.begin_nested()
                submissions.note_step(session, coordinator, sent, reference, act, row.edition, now=NEXT)
                assert row.state == (state if kind is K.NOTED else kind)
                nested.rollback()
            else:
                with pytest.raises(WrongState, match="cannot follow here"):
                    submissions.note_step(session, coordinator, sent, reference, act, row.edition, now=NEXT)


def test_second_of_two_coordinators_at_one_course_is_told_and_nothing_is_stored(
    store: Store, connection: Connection, coordinator: Actor, sent: str
) -> None:
    with store() as session:
        reference, shown = only(session, sent).reference, only(session, sent).edition
        submissions.note_step(session, coordinator, sent, reference, Step("acknowledged", DAY), shown, now=NEXT)
    with unchanged(connection), store() as session:
        with pytest.raises(Conflict, match="Somebody else has changed this submission"):
            submissions.note_step(session, coordinator, sent, reference, Step("declined", DAY), shown, now=NEXT)
        with pytest.raises(Conflict, match="Somebody else has noted something"):
            submissions.resolve_letter(session, coordinator, sent, "Enough.", shown, now=NEXT)


def test_control_without_the_edition_the_second_would_move_what_the_first_has_moved(
    store: Store, coordinator: Actor, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = submissions.hold_submission
    monkeypatch.setattr(
        submissions, "hold_submission", lambda s, a, r, one, _seen: real(s, a, r, one, find_submission(s, letter_row(s, r), one).edition)
    )
    with store() as session:
        reference, shown = only(session, sent).reference, only(session, sent).edition
        for kind in ("acknowledged", "declined"):
            submissions.note_step(session, coordinator, sent, reference, Step(kind, DAY), shown, now=NEXT)
        assert only(session, sent).state == "declined"


def test_corrected_step_stays_readable_and_the_course_goes_back(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        note(session, coordinator, sent, "acknowledged", DAY)
        wrong = note(session, coordinator, sent, "declined", DAY, note="A misread mail.")
        assert not [one for one in only(session, sent).follow_ups if one.done_on is None]
        correct(session, coordinator, sent, wrong, "That mail was about another letter.")
        assert only(session, sent).state == "acknowledged"
        assert story(session, coordinator, sent) == [("submitted", False), ("acknowledged", False), ("declined", True)]
        assert [one.kind for one in only(session, sent).follow_ups if one.done_on is None] == ["decision"], "expected again"
    with store() as session:
        assert verify(session).problems == ()


def test_corrected_day_and_kind_take_the_place_of_the_wrong_step(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        wrong = note(session, coordinator, sent, "acknowledged", DAY + timedelta(days=1), manuscript_number="JIM-9")
        note(session, coordinator, sent, "revision_asked", DAY + timedelta(days=4))
        right = Step("under_review", DAY + timedelta(days=2), "It was more than that.")
        correct(session, coordinator, sent, wrong, "It was sent to reviewers, a day later.", right)
        assert story(session, coordinator, sent) == [
            ("submitted", False),
            ("acknowledged", True),
            ("under_review", False),
            ("revision_asked", False),
        ]
        row = only(session, sent)
        assert (row.state, row.manuscript_number) == ("revision_asked", "JIM-1")
    with store() as session:
        assert verify(session).problems == ()


def test_letter_of_which_no_submission_was_made_after_all_is_sealed_again(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        correct(session, coordinator, sent, only(session, sent).steps[0].reference, "It was only a draft in the portal.")
        assert (letter_row(session, sent).state, only(session, sent).state) == ("sealed", "planned")
        assert only(session, sent).text_digest == ""
    with store() as session:
        assert verify(session).problems == ()
        note(session, coordinator, sent, "submitted", DAY)
        assert letter_row(session, sent).state == "submitted"
    with store() as session:
        assert verify(session).problems == ()


def test_correction_that_leaves_an_impossible_course_is_refused(
    store: Store, connection: Connection, coordinator: Actor, sent: str
) -> None:
    with store() as session:
        asked = note(session, coordinator, sent, "revision_asked", DAY)
        note(session, coordinator, sent, "submitted", DAY)
    with unchanged(connection), store() as session, pytest.raises(WrongState, match="Correct that later step first"):
        correct(session, coordinator, sent, asked, "They asked for nothing.")


@pytest.mark.parametrize("days", [-1, 6])
def test_corrected_day_stays_between_its_neighbours(store: Store, connection: Connection, coordinator: Actor, sent: str, days: int) -> None:
    with store() as session:
        wrong = note(session, coordinator, sent, "acknowledged", DAY + timedelta(days=1))
        note(session, coordinator, sent, "declined", DAY + timedelta(days=5))
    right = Step("acknowledged", DAY + timedelta(days=days))
    with unchanged(connection), store() as session, pytest.raises(InvalidInput) as refused:
        correct(session, coordinator, sent, wrong, "Another day.", right)
    assert refused.value.field == "happened_on"


def test_step_is_corrected_once_and_never_without_a_reason(store: Store, connection: Connection, coordinator: Actor, sent: str) -> None:
    with store() as session:
        wrong = note(session, coordinator, sent, "acknowledged", DAY)
        with pytest.raises(InvalidInput, match="Say in a sentence"):
            correct(session, coordinator, sent, wrong, " ")
        correct(session, coordinator, sent, wrong, "Not so.")
    with unchanged(connection), store() as session, pytest.raises(WrongState, match="struck out already"):
        correct(session, coordinator, sent, wrong, "Not so.")


def test_steps_are_never_changed_or_removed_in_the_database(store: Store, connection: Connection, sent: str) -> None:
    for change in (delete(SubmissionStepRow), delete(SubmissionRow), SubmissionStepRow.__table__.update().values(note="Another")):
        with unchanged(connection), connection.begin_nested() as nested:
            with pytest.raises(Exception, match="never changes"):
                connection.execute(change)
            nested.rollback()


def test_r17_step_that_was_changed_in_the_database_is_found(store: Store, coordinator: Actor, sent: str) -> None:
    for change in ({"kind": "acknowledged"}, {"note": "Another note"}, {"position": 7}, {"struck_by": "staff:x", "struck_at": NEXT}):
        with store() as session:
            nested = session.begin_nested()
            thaw(session)
            session.execute(SubmissionStepRow.__table__.update().values(**change))
            session.expire_all()
            assert verify(session).problems, change
            nested.rollback()


def thaw(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("DROP TRIGGER frozen_course_3")
    else:
        session.connection().exec_driver_sql("DROP TRIGGER frozen_course_3 ON submission_step")


# What is due


def due(session: Session, letter: str) -> list[tuple[str, date]]:
    return [(one.kind, one.due_on) for one in only(session, letter).follow_ups if one.done_on is None]


def test_each_step_proposes_what_is_due_next_and_settles_what_was(store: Store, coordinator: Actor, sent: str) -> None:
    days = {number: DAY + timedelta(days=number) for number in range(200)}
    with store() as session:
        assert due(session, sent) == [("acknowledgement", days[7]), ("decision", days[60])]
        note(session, coordinator, sent, "acknowledged", days[2])
        assert due(session, sent) == [("decision", days[60])], "the day that stands is kept"
        note(session, coordinator, sent, "revision_asked", days[9], look_again_on=days[23])
        assert due(session, sent) == [("revision", days[23])]
        note(session, coordinator, sent, "submitted", days[20])
        assert due(session, sent) == [("acknowledgement", days[27]), ("decision", days[80])]
        note(session, coordinator, sent, "accepted", days[22])
        assert due(session, sent) == [("publication", days[52])]
        note(session, coordinator, sent, "published", days[25])
        assert due(session, sent) == []
    with store() as session:
        assert verify(session).problems == ()


def test_concern_to_the_editor_has_no_deadline_and_stays_open_when_the_window_has_closed(
    store: Store, coordinator: Actor, sent: str
) -> None:
    with store() as session:
        plan = Plan("Journal of Invented Medicine", "editor", window_ends_on=DAY)
        reference = submissions.plan_submission(session, coordinator, sent, plan, now=SEALABLE)
        row = find_submission(session, letter_row(session, sent), reference)
        assert row.follow_ups == []
        long_after = SEALABLE + timedelta(days=400)
        submissions.note_step(session, coordinator, sent, reference, Step("submitted", long_after.date()), row.edition, now=long_after)
        assert [one.kind for one in row.follow_ups] == ["acknowledgement"], "and nothing by which it must be decided"
        page = course_desk.show_submission(session, coordinator, sent, reference, now=long_after)
        assert page.line.has_no_deadline and not page.line.window


def test_person_changes_a_day_adds_one_and_marks_it_done(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        letter, row = letter_row(session, sent), only(session, sent)
        follow_ups.change_follow_up(session, coordinator, letter, row, row.follow_ups[0].reference, Wish("", DAY), now=SEALABLE)
        follow_ups.add_follow_up(session, coordinator, letter, row, Wish("Ring the office", NEXT.date()), now=SEALABLE)
        session.refresh(row, ["follow_ups"])
        page = course_desk.show_submission(session, coordinator, sent, row.reference, now=NEXT)
        shown = [(one.what, one.is_proposed, one.left) for one in page.follow_ups]
        assert shown[0] == ("Acknowledgement expected", False, "30 days overdue")
        assert ("Ring the office", False) in [one[:2] for one in shown]
        follow_ups.mark_done(session, coordinator, letter, row, page.follow_ups[0].reference, now=NEXT)
        with pytest.raises(WrongState, match="done already"):
            follow_ups.mark_done(session, coordinator, letter, row, page.follow_ups[0].reference, now=NEXT)
    with store() as session:
        assert verify(session).problems == ()


def test_overdue_ones_stand_on_both_front_pages_the_longest_first(store: Store, coordinator: Actor, sent: str) -> None:
    late = SEALABLE + timedelta(days=70)
    with store() as session:
        submissions.submit_letter(session, coordinator, sent, submitted(journal="Annals of Ferns", submitted_on=NEXT.date()), now=NEXT)
        found = [(one.journal, one.what, one.days) for one in list_overdue(session, coordinator, now=late)]
        assert [one[0] for one in found] == ["Journal of Invented Medicine", "Annals of Ferns", "Journal of Invented Medicine"]
        assert [one[2] for one in found] == sorted((one[2] for one in found), reverse=True)
        waiting = overdue_needs(session, letter_row(session, sent), now=late)
        assert [(one.act, one.urgency, bool(one.submission)) for one in waiting] == [("submission", needs.Urgency.NOW, True)] * 3
        assert "acknowledgement expected, 63 days overdue" in waiting[0].text
        assert list_overdue(session, staff_actor(session, STRANGER), now=late) == [], "R13"
        assert list_overdue(session, coordinator, now=SEALABLE) == []


# Venues


def choose(session: Session, actor: Actor, letter: str, slug: str) -> None:
    chosen_venues.choose_venue(session, actor, letter, letter_row(session, letter).statement.reference, slug, now=NOW)


def test_chosen_venues_are_planned_by_one_press_once_the_text_is_frozen(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        window = Window("publication", days=28)
        slug = venues.add_venue(session, COMMAND, Venue("", "Journal of Ferns", "eLetter", Limits(), window=window, note="Read."), now=NOW)
        choose(session, coordinator, letter, slug)
        statement = letter_row(session, letter).statement.reference
        chosen_venues.set_window_start(session, coordinator, letter, statement, slug, date(2026, 2, 25), now=NOW)
        assert course_desk.plan_proposed(session, coordinator, letter, now=NOW) == 0
    with store() as session:
        letter_in = letter_in_signing(session, coordinator)
        choose(session, coordinator, letter_in, slug)
        assert course_desk.plan_proposed(session, coordinator, letter_in, now=NOW) == 1
        assert course_desk.plan_proposed(session, coordinator, letter_in, now=NOW) == 0, "once"
        row = only(session, letter_in)
        assert (row.journal, row.route, row.route_words, row.state) == ("Journal of Ferns", "rapid_response", "eLetter", "planned")
        with pytest.raises(WrongState, match="Only a sealed letter"):
            submissions.note_step(session, coordinator, letter_in, row.reference, Step("submitted", NOW.date()), 1, now=NOW)
        with pytest.raises(WrongState, match="Until the letter is sealed"):
            submissions.plan_submission(session, coordinator, letter_in, Plan("Another", "letter"), now=NOW)


def test_venue_that_is_gone_leaves_its_submission_as_it_was(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        slug = venues.add_venue(session, COMMAND, Venue("", "Journal of Ferns", "letter", Limits(), note="Read."), now=NOW)
        plan = Plan("Journal of Ferns", "letter", slug, "letter")
        reference = submissions.plan_submission(session, coordinator, sent, plan, now=SEALABLE)
        session.execute(delete(VenueRow).where(VenueRow.slug == slug))
    with store() as session:
        row = find_submission(session, letter_row(session, sent), reference)
        submissions.edit_submission(session, coordinator, Held(letter_row(session, sent), row), replace(plan, contact="Fern"), now=NEXT)
        submissions.note_step(session, coordinator, sent, reference, Step("submitted", DAY), row.edition, now=NEXT)
        page = course_desk.show_submission(session, coordinator, sent, reference, now=NEXT)
        assert (page.line.journal, page.line.route, page.line.state, page.contact) == ("Journal of Ferns", "letter", "submitted", "Fern")
    with store() as session:
        assert verify(session).problems == ()


def test_text_goes_to_one_venue_once_while_it_is_under_way_there(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        slug = venues.add_venue(session, COMMAND, Venue("", "Journal of Ferns", "letter", Limits(), note="Read."), now=NOW)
        plan = Plan("Journal of Ferns", "letter", slug, "letter")
        first = submissions.plan_submission(session, coordinator, sent, plan, now=NEXT)
        with pytest.raises(Conflict, match="on its way to that venue already"):
            submissions.plan_submission(session, coordinator, sent, plan, now=NEXT)
        note(session, coordinator, sent, "withdrawn", DAY, first)
        assert submissions.plan_submission(session, coordinator, sent, plan, now=NEXT) != first


# The end


def test_course_ends_when_all_have_ended_or_with_a_reason(store: Store, connection: Connection, coordinator: Actor, sent: str) -> None:
    with unchanged(connection), store() as session, pytest.raises(InvalidInput, match="Not every submission has ended"):
        submissions.resolve_letter(session, coordinator, sent, now=NEXT)
    with store() as session:
        note(session, coordinator, sent, "declined", DAY)
        submissions.resolve_letter(session, coordinator, sent, now=NEXT)
        assert letter_row(session, sent).state == "resolved"
    with unchanged(connection), store() as session:
        with pytest.raises(WrongState, match="course of this letter has ended"):
            note(session, coordinator, sent, "noted", DAY)
        with pytest.raises(WrongState):
            correct(session, coordinator, sent, only(session, sent).steps[0].reference, "Too late.")


def test_course_that_is_given_up_says_why(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        submissions.resolve_letter(session, coordinator, sent, "The journal has closed down.", now=NEXT)
        assert letter_row(session, sent).state == "resolved"


def test_only_a_sealed_letter_is_submitted(store: Store, connection: Connection, coordinator: Actor) -> None:
    with store() as session:
        closed = letter_closed(session, coordinator, title="A closed letter")
    with unchanged(connection), pytest.raises(WrongState), store() as session:
        submissions.submit_letter(session, coordinator, closed, submitted(), now=SEALABLE)


def test_r13_stranger_keeps_no_course(store: Store, connection: Connection, sealed: str, sent: str) -> None:
    with store() as session:
        stranger, reference = staff_actor(session, STRANGER), only(session, sent).reference
    acts: list[Callable[[Session], object]] = [
        lambda s: submissions.submit_letter(s, stranger, sealed, submitted(), now=SEALABLE),
        lambda s: submissions.note_step(s, stranger, sent, reference, Step("acknowledged", DAY), 2, now=NEXT),
        lambda s: submissions.resolve_letter(s, stranger, sent, now=NEXT),
        lambda s: course_desk.show_course(s, stranger, sent, now=NEXT),
        lambda s: course_desk.show_submission(s, stranger, sent, reference, now=NEXT),
    ]
    with unchanged(connection), store() as session:
        for act in acts:
            with pytest.raises(NotFound):
                act(session)


def test_submission_of_another_letter_is_not_there(store: Store, coordinator: Actor, sealed: str, sent: str) -> None:
    with store() as session, pytest.raises(NotFound):
        submissions.note_step(session, coordinator, sealed, only(session, sent).reference, Step("acknowledged", DAY), 2, now=NEXT)


# Bad input


BAD_SUBMISSIONS: list[tuple[dict[str, Any], str]] = [
    ({"route": "pigeon"}, "route"),
    ({"submitted_on": DAY + timedelta(days=2)}, "submitted_on"),
    ({"submitted_on": DAY - timedelta(days=2)}, "submitted_on"),
    ({"journal": "x" * (limits.JOURNAL + 1)}, "journal"),
    ({"journal": "a\nb"}, "journal"),
    ({"journal": ""}, "journal"),
    ({"venue": "no-such-venue"}, "venue"),
    ({"text": "no-such-text"}, "text"),
    ({"contact": "a\x00b"}, "contact"),
    ({"manuscript_number": "x" * (limits.MANUSCRIPT_NUMBER + 1)}, "manuscript_number"),
    ({"manuscript_number": "JIM\u202e1"}, "manuscript_number"),
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
    ({"kind": "eaten"}, "kind"),
    ({"kind": "planned"}, "kind"),
    ({"happened_on": NEXT.date() + timedelta(days=2)}, "happened_on"),
    ({"happened_on": DAY - timedelta(days=1)}, "happened_on"),
    ({"note": "x" * (limits.NOTE + 1)}, "note"),
    ({"link": "javascript:alert(1)"}, "link"),
    ({"link": "ferns"}, "link"),
    ({"look_again_on": DAY - timedelta(days=1)}, "look_again_on"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_STEPS)
def test_bad_step_names_its_field_and_nothing_is_stored(
    store: Store, connection: Connection, coordinator: Actor, sent: str, changes: dict[str, Any], field: str
) -> None:
    given = replace(Step("acknowledged", DAY), **changes)
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        row = only(session, sent)
        submissions.note_step(session, coordinator, sent, row.reference, given, row.edition, now=NEXT)
    assert refused.value.field == field


def test_proof_of_a_step_is_handed_out_as_it_was_given(store: Store, coordinator: Actor, sent: str) -> None:
    file = ProofFile("mail.pdf", "application/pdf", b"%PDF-1.7 received")
    with store() as session:
        step = note(session, coordinator, sent, "acknowledged", DAY, proof=file)
        kept = course_desk.read_step_proof(session, coordinator, sent, only(session, sent).reference, step)
        assert (kept.name, kept.media_type, kept.content) == ("mail.pdf", "application/pdf", file.content)
    with store() as session:
        assert verify(session).problems == ()


def test_days_are_counted_on_the_calendar_of_the_letter(store: Store, coordinator: Actor, sent: str) -> None:
    """In the morning it is still yesterday somewhere; nobody at the desk reads it so."""
    morning = SEALABLE.replace(hour=6)
    with store() as session:
        letter, row = letter_row(session, sent), only(session, sent)
        expected = morning.date() + timedelta(days=7)
        follow_ups.change_follow_up(session, coordinator, letter, row, row.follow_ups[0].reference, Wish("", expected), now=morning)
        reads = {
            now: course_desk.show_submission(session, coordinator, sent, row.reference, now=now).follow_ups[0].left
            for now in (morning, morning + timedelta(days=7), morning + timedelta(days=8))
        }
        assert list(reads.values()) == ["in 7 days", "today", "1 day overdue"]
        assert list_overdue(session, coordinator, now=morning + timedelta(days=7)) == []
        assert [one.days for one in list_overdue(session, coordinator, now=morning + timedelta(days=8))] == [1]
        follow_ups.mark_done(session, coordinator, letter, row, row.follow_ups[0].reference, now=morning + timedelta(days=8))
        assert only(session, sent).follow_ups[0].done_on == expected + timedelta(days=1)
