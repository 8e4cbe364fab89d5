"""Opening sign-on, moving its deadline, closing it, cancelling the letter (R3, R9, R10, R16)."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.databases import WORKFLOWS
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    DEADLINE,
    DEADLINE_LOCAL,
    NOW,
    OTTO,
    STRANGER,
    ZONE,
    comment,
    entry,
    letter_circulating,
    letter_closed,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    letter_sealed,
    representative,
    sign,
    staff_actor,
)
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.deadline import show_instant
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.text import Change
from webapp.domain.venue import Limits, Venue, WordLimit
from webapp.persistence.record import load_events
from webapp.persistence.tables import EventRow, OutboxRow
from webapp.services import chosen_venues, comparisons, opening, revision_list, revisions, roster, sign_on, texts, venues
from webapp.services.letters import TargetDraft
from webapp.services.revisions import Declaration

LATER = DEADLINE_LOCAL + timedelta(days=7)


def outbox(session: Session, kind: str) -> list[str]:
    return list(session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == kind).order_by(OutboxRow.id)))


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth"))


def test_opening_freezes_revision_1_and_invites_every_representative(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        sign_on.open_sign_on(session, coordinator, drafted, is_fit=True, now=NOW)
        row = letter_row(session, drafted)
        assert (row.state, row.opened_at) == ("signing", NOW)
        revision = row.revision_in_force
        assert revision is not None and (revision.number, revision.statement, len(revision.digest)) == (1, row.statement.body, 64)
        assert outbox(session, "invitation") == [ANNA, BRUNO]
        event = load_events(session, row.id)[-1]
        assert (event.kind, event.public["digest"]) == ("letter.opened", revision.digest)


@pytest.fixture
def changed(store: Store, coordinator: Actor) -> str:
    """Revision 1 is out for comment, and the text has been changed since."""
    with store() as session:
        letter = letter_circulating(session, coordinator)
        letter_row(session, letter).statement.body += "\nA sentence more.\n"
        return letter


def test_first_revision_that_opening_makes_says_so(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        sign_on.open_sign_on(session, coordinator, drafted, is_fit=True, now=NOW)
        [revision] = letter_row(session, drafted).revisions
        assert (revision.note, revision.change) == ("As it was when sign-on was opened", "")


UNDECLARED = [
    (Declaration(), "note", "in one line"),
    (Declaration("  ", Change.EDITORIAL), "note", "in one line"),
    (Declaration("A sentence more"), "change", "editorial or substantive"),
    (Declaration("A sentence more", "small"), "change", "editorial or substantive"),
]


@pytest.mark.parametrize(("declared", "field", "words"), UNDECLARED, ids=["nothing", "no line", "not how far", "neither"])
def test_text_that_has_changed_is_not_opened_undeclared(
    store: Store, connection: Connection, coordinator: Actor, changed: str, declared: Declaration, field: str, words: str
) -> None:
    with unchanged(connection), pytest.raises(InvalidInput, match=words) as refused, store() as session:
        sign_on.open_sign_on(session, coordinator, changed, declared, is_fit=True, now=NOW)
    assert refused.value.field == field


def test_r17_revision_that_opening_makes_is_declared_in_list_and_record(store: Store, coordinator: Actor, changed: str) -> None:
    with store() as session:
        declared = Declaration("A sentence more", Change.SUBSTANTIVE)
        sign_on.open_sign_on(session, coordinator, changed, declared, is_fit=True, now=NOW)
        line = revision_list.list_revisions(session, coordinator, changed).lines[0]
        assert (line.number, line.note, line.change, line.is_in_force) == (2, "A sentence more", "substantive", True)
        made, opened = load_events(session, letter_row(session, changed).id)[-2:]
        assert (made.kind, opened.kind) == ("revision.made", "letter.opened")
        assert (made.public["revision"], made.public["note"], made.public["change"]) == (2, "A sentence more", "substantive")
        assert (opened.public["revision"], opened.public["digest"]) == (2, made.public["digest"])


def test_text_as_it_was_revised_is_opened_without_another_word(store: Store, coordinator: Actor, changed: str) -> None:
    with store() as session:
        revisions.make_revision(session, coordinator, changed, Declaration("A sentence more", Change.EDITORIAL), now=NOW)
        sign_on.open_sign_on(session, coordinator, changed, Declaration("Unasked", Change.SUBSTANTIVE), is_fit=True, now=NOW)
        newest = letter_row(session, changed).revisions[-1]
        assert (newest.number, newest.note, newest.change) == (2, "A sentence more", "editorial")


def test_opening_is_looked_at_with_what_changed_since_the_newest_revision(store: Store, coordinator: Actor, changed: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        assert opening.look_at_opening(session, coordinator, changed).since == 1
        [one] = opening.changes_before_opening(session, coordinator, changed, now=NOW)
        assert one.redline is not None
        assert (one.old, one.new, one.redline.counts.words_inserted) == (1, comparisons.WORKING, 3)
        for look in (opening.look_at_opening, lambda *about: opening.changes_before_opening(*about, now=NOW)):
            with pytest.raises(NotFound):
                look(session, stranger, changed)


def test_text_that_cannot_be_read_is_looked_at_without_its_changes(store: Store, coordinator: Actor, changed: str) -> None:
    with store() as session:
        letter_row(session, changed).statement.body += "[" * 12
        assert opening.look_at_opening(session, coordinator, changed).since == 1
        assert opening.changes_before_opening(session, coordinator, changed, now=NOW) == ()


@pytest.mark.parametrize("state", ["drafted", "letter"])
def test_letter_without_a_revision_or_past_opening_asks_for_no_declaration(
    store: Store, coordinator: Actor, state: str, request: pytest.FixtureRequest
) -> None:
    reference = request.getfixturevalue(state)
    with store() as session:
        text = letter_row(session, reference).statement
        texts.write_text(session, coordinator, reference, text.reference, f"{text.body} More.", text.edition, now=NOW)
        assert opening.look_at_opening(session, coordinator, reference).since == 0


def test_text_beyond_the_limit_of_its_venue_is_not_frozen_for_it(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        narrow = Venue("", "Journal of Ferns", "letter", Limits(words=WordLimit(3)), note="By mail.")
        slug = venues.add_venue(session, COMMAND, narrow, now=NOW)
        text = letter_row(session, drafted).statement.reference
        chosen_venues.choose_venue(session, coordinator, drafted, text, slug, now=NOW)
        with pytest.raises(WrongState, match=r"Journal of Ferns, letter: .* words: .* too many"):
            sign_on.open_sign_on(session, coordinator, drafted, is_fit=True, now=NOW)
        chosen_venues.drop_venue(session, coordinator, drafted, text, slug, now=NOW)
        sign_on.open_sign_on(session, coordinator, drafted, is_fit=True, now=NOW)


def test_opening_queues_the_close_with_row_ids_only(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        sign_on.open_sign_on(session, coordinator, drafted, is_fit=True, now=NOW)
        jobs = session.execute(text(f"SELECT workflow_uuid, inputs FROM {WORKFLOWS}")).all()
        closing = [job for job in jobs if job.workflow_uuid.startswith("close_letter:")]
        assert [job.workflow_uuid for job in closing] == [f"close_letter:{drafted}:0"]


def test_letter_is_not_opened_without_the_tick_or_a_reason(store: Store, connection: Connection, coordinator: Actor, drafted: str) -> None:
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        sign_on.open_sign_on(session, coordinator, drafted, is_fit=False, now=NOW)
    assert refused.value.field == "reason_unfit"


def test_reason_for_freezing_without_the_tick_is_on_record(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        why = sign_on.Reasons(unfit="Counsel has read it.")
        sign_on.open_sign_on(session, coordinator, drafted, is_fit=False, reasons=why, now=NOW)
        row = letter_row(session, drafted)
        assert (row.freezings[-1].is_fit, row.freezings[-1].reason_unfit) == (False, "Counsel has read it.")
        assert load_events(session, row.id)[-1].public["reason_unfit"] == "Counsel has read it."


def test_comment_that_nobody_answered_needs_a_reason_on_record(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letter_circulating(session, coordinator)
        comment(session, reference, "disagree")
        with pytest.raises(InvalidInput, match="1 comment is not answered") as refused:
            sign_on.open_sign_on(session, coordinator, reference, is_fit=True, now=NOW)
        assert refused.value.field == "reason_unanswered"
        why = sign_on.Reasons(unanswered="It repeats another.")
        sign_on.open_sign_on(session, coordinator, reference, is_fit=True, reasons=why, now=NOW)
        assert letter_row(session, reference).freezings[-1].reason_unanswered == "It repeats another."


INCOMPLETE = [
    ({"statement": ""}, NOW, "Write the statement"),
    ({"targets": ()}, NOW, "Name at least one article"),
    ({"deadline_local": None}, NOW, "Set the sign-on deadline"),
    ({}, DEADLINE, "has passed"),
    ({"statement": "As said [@unknown2026]."}, NOW, "unknown2026"),
    ({"statement": f"{'| a ' * 25}|\n{'|---' * 25}|\n{'| b ' * 25}|"}, NOW, "A table has 25 columns"),
    ({"title": "A letter \U0001f600"}, NOW, "The title: no font"),
    ({"targets": (TargetDraft("trial", "Vale \U0001f600"),)}, NOW, "An article answered: no font"),
]


@pytest.mark.parametrize(("changes", "at", "words"), INCOMPLETE, ids=[row[2] for row in INCOMPLETE])
def test_incomplete_letter_is_not_opened(store: Store, coordinator: Actor, changes: dict[str, object], at: datetime, words: str) -> None:
    with store() as session:
        reference = letter_in_draft(session, coordinator, **changes)
        with pytest.raises(WrongState) as refused:
            sign_on.open_sign_on(session, coordinator, reference, is_fit=True, now=at)
        assert words in str(refused.value)
        assert outbox(session, "invitation") == []


def test_letter_with_nobody_on_its_roster_is_not_opened(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        session.execute(text("DELETE FROM representative"))
        session.execute(text("DELETE FROM invitation"))
        session.expire_all()
        with pytest.raises(WrongState, match="Add at least one society"):
            sign_on.open_sign_on(session, coordinator, drafted, is_fit=True, now=NOW)


def test_letter_is_opened_once(store: Store, connection: Connection, coordinator: Actor, letter: str) -> None:
    with unchanged(connection), pytest.raises(WrongState, match="opened already"), store() as session:
        sign_on.open_sign_on(session, coordinator, letter, is_fit=True, now=NOW)


STRANGERS: dict[str, Callable[[Session, Actor, str], object]] = {
    "open": lambda session, actor, letter: sign_on.open_sign_on(session, actor, letter, is_fit=True, now=NOW),
    "move": lambda session, actor, letter: sign_on.move_deadline(session, actor, letter, LATER, now=NOW),
    "review": lambda session, actor, letter: sign_on.review_deadline(session, actor, letter, LATER, now=NOW),
    "close": lambda session, actor, letter: sign_on.close_early(session, actor, letter, now=NOW),
    "cancel": lambda session, actor, letter: sign_on.cancel_letter(session, actor, letter, "No.", now=NOW),
}


@pytest.mark.parametrize("act", STRANGERS)
def test_r13_stranger_finds_no_such_letter(store: Store, connection: Connection, letter: str, act: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
    with unchanged(connection), pytest.raises(NotFound), store() as session:
        STRANGERS[act](session, stranger, letter)


# The deadline


def test_deadline_moves_later_and_everyone_is_told(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign_on.move_deadline(session, coordinator, letter, LATER, now=NOW)
        row = letter_row(session, letter)
        assert row.deadline == DEADLINE + timedelta(days=7)
        assert outbox(session, "deadline_moved") == [ANNA, BRUNO]
        event = load_events(session, row.id)[-1]
        assert (event.public["before"], event.public["deadline"]) == (DEADLINE.isoformat(), row.deadline.isoformat())


def test_r16_each_move_is_told_once(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        for days in (1, 2):
            sign_on.move_deadline(session, coordinator, letter, DEADLINE_LOCAL + timedelta(days=days), now=NOW)
        assert outbox(session, "deadline_moved") == [ANNA, BRUNO, ANNA, BRUNO]


@pytest.mark.parametrize("local", [DEADLINE_LOCAL, DEADLINE_LOCAL - timedelta(minutes=1)], ids=["not at all", "earlier"])
def test_deadline_never_moves_earlier(store: Store, connection: Connection, coordinator: Actor, letter: str, local: datetime) -> None:
    with unchanged(connection), pytest.raises(InvalidInput, match="only be moved later"), store() as session:
        sign_on.move_deadline(session, coordinator, letter, local, now=NOW)


@pytest.mark.parametrize("at", [DEADLINE, DEADLINE + timedelta(seconds=1)])
def test_deadline_that_has_passed_is_not_moved(store: Store, connection: Connection, coordinator: Actor, letter: str, at: datetime) -> None:
    with unchanged(connection), pytest.raises(WrongState, match="has passed"), store() as session:
        sign_on.move_deadline(session, coordinator, letter, LATER, now=at)


def test_r10_deadline_in_an_hour_that_clocks_skip_is_refused(store: Store, connection: Connection, coordinator: Actor, letter: str) -> None:
    skipped = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001 - a wall clock has no zone, that is its point
    with unchanged(connection), pytest.raises(InvalidInput, match="clocks skip 02:30"), store() as session:
        sign_on.move_deadline(session, coordinator, letter, skipped, now=NOW)


@pytest.mark.parametrize(
    ("target", "warned"),
    [(None, False), (LATER.date(), False), (LATER.date() - timedelta(days=1), True)],
    ids=["no target", "on the day", "the day before"],
)
def test_r10_review_warns_of_a_deadline_after_the_day_of_submission(
    store: Store, connection: Connection, coordinator: Actor, letter: str, target: date | None, warned: bool
) -> None:
    with store() as session:
        letter_row(session, letter).submission_target = target
    with unchanged(connection), store() as session:
        review = sign_on.review_deadline(session, coordinator, letter, LATER, now=NOW)
    assert (str(review.before), str(review.after)) == (
        str(show_instant(DEADLINE, ZONE)),
        str(show_instant(DEADLINE + timedelta(days=7), ZONE)),
    )
    assert (review.people, review.invited) == (2, 1)
    assert bool(review.warnings) is warned


def test_review_counts_only_those_who_are_mailed(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        roster.revoke_representative(session, coordinator, letter, representative(session, letter, BRUNO).reference, now=NOW)
        review = sign_on.review_deadline(session, coordinator, letter, LATER, now=NOW)
        sign_on.move_deadline(session, coordinator, letter, LATER, now=NOW)
        assert outbox(session, "deadline_moved") == [ANNA]
        assert review.people == 1


@pytest.mark.parametrize("days", [0, -1])
def test_review_refuses_what_the_move_would_refuse(store: Store, coordinator: Actor, letter: str, days: int) -> None:
    for act in (sign_on.review_deadline, sign_on.move_deadline):
        with pytest.raises(InvalidInput, match="only be moved later"), store() as session:
            act(session, coordinator, letter, DEADLINE_LOCAL + timedelta(days=days), now=NOW)


# Closing


@pytest.mark.parametrize(
    ("at", "closes"),
    [(DEADLINE - timedelta(milliseconds=1), False), (DEADLINE, True), (DEADLINE + timedelta(days=3), True)],
    ids=["before", "at", "long after"],
)
def test_r9_letter_closes_at_its_deadline_whenever_the_clock_comes_to_it(store: Store, letter: str, at: datetime, closes: bool) -> None:
    with store() as session:
        row = letter_row(session, letter)
        assert sign_on.close_if_due(session, row.id, now=at) is closes
        assert (row.state == "closed", row.closed_at) == (closes, DEADLINE if closes else None)


def test_closing_twice_is_closing_once(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        letter_id = letter_row(session, letter).id
        assert sign_on.letters_due(session, now=DEADLINE) == [letter_id]
        sign_on.close_if_due(session, letter_id, now=DEADLINE)
    with unchanged(connection), store() as session:
        assert sign_on.close_if_due(session, letter_id, now=DEADLINE) is False
        assert sign_on.letters_due(session, now=DEADLINE) == []


def test_job_of_a_deadline_that_was_moved_closes_nothing(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign_on.move_deadline(session, coordinator, letter, LATER, now=NOW)
        assert sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE) is False


def test_letter_closes_early_only_when_every_society_has_answered(store: Store, connection: Connection, coordinator: Actor) -> None:
    at = NOW + timedelta(days=1)
    with store() as session:
        reference = letter_in_signing(session, coordinator, entry(), entry("The Marshes", OTTO, "Otto Lind"))
        sign(session, reference)
    with unchanged(connection), pytest.raises(Conflict, match="Waiting for 1: The Marshes"), store() as session:
        sign_on.close_early(session, coordinator, reference, now=at)
    with store() as session:
        sign(session, reference, OTTO, printed_name="The Marshes")
        sign_on.close_early(session, coordinator, reference, now=at)
        assert (letter_row(session, reference).state, letter_row(session, reference).closed_at) == ("closed", at)


def test_early_close_that_comes_late_closes_at_the_deadline(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letter_in_signing(session, coordinator)
        sign(session, reference)
        sign_on.close_early(session, coordinator, reference, now=DEADLINE + timedelta(seconds=5))
        assert letter_row(session, reference).closed_at == DEADLINE


# Cancelling


def test_cancelled_letter_tells_everyone_who_was_invited_why(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign_on.cancel_letter(session, coordinator, letter, "The journal has retracted it.", now=NOW)
        assert letter_row(session, letter).state == "cancelled"
        assert outbox(session, "letter_cancelled") == [ANNA, BRUNO]
        event = session.scalars(select(EventRow).where(EventRow.kind == "letter.cancelled")).one()
        assert json.loads(event.public)["reason"] == "The journal has retracted it."


def test_nobody_is_told_of_a_draft_that_is_cancelled(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        sign_on.cancel_letter(session, coordinator, drafted, "Never mind.", now=NOW)
        assert outbox(session, "letter_cancelled") == []


def test_closed_letter_can_be_cancelled_and_a_sealed_one_cannot(store: Store, coordinator: Actor) -> None:
    with store() as session:
        sign_on.cancel_letter(session, coordinator, letter_closed(session, coordinator), "No.", now=DEADLINE)
        with pytest.raises(WrongState, match="A sealed letter cannot be cancelled"):
            sign_on.cancel_letter(session, coordinator, letter_sealed(session, coordinator, title="Another"), "No.", now=DEADLINE)


@pytest.mark.parametrize("reason", ["a\u202eb", "a\x00b", "x" * 4001], ids=["backwards", "a NUL", "too long"])
def test_reason_that_cannot_be_mailed_honestly_is_refused(
    store: Store, connection: Connection, coordinator: Actor, letter: str, reason: str
) -> None:
    with unchanged(connection), pytest.raises(InvalidInput), store() as session:
        sign_on.cancel_letter(session, coordinator, letter, reason, now=NOW)


def test_r17_times_in_the_record_never_run_backwards(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign_on.move_deadline(session, coordinator, letter, LATER, now=NOW - timedelta(days=3))
        events = load_events(session, letter_row(session, letter).id)
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert events[-1].at == NOW.astimezone(UTC).isoformat(timespec="microseconds")


def test_representative_who_was_revoked_is_told_nothing(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        representative(session, letter, BRUNO).revoked_at = NOW
        session.flush()
        sign_on.move_deadline(session, coordinator, letter, LATER, now=NOW)
        assert outbox(session, "deadline_moved") == [ANNA]


def test_only_the_text_that_was_shown_is_frozen(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        seen = opening.look_at_opening(session, coordinator, letter).mark
        letter_row(session, letter).statement.body += "\nWritten by somebody else meanwhile.\n"
    with pytest.raises(Conflict, match="since you opened this page"), store() as session:
        sign_on.open_sign_on(session, coordinator, letter, Declaration(seen=seen), is_fit=True, now=NOW)
    with store() as session:
        seen = opening.look_at_opening(session, coordinator, letter).mark
        sign_on.open_sign_on(session, coordinator, letter, Declaration(seen=seen), is_fit=True, now=NOW)
        assert letter_row(session, letter).revision_in_force
