"""The record: no gaps, never changed, chained, and it replays to the present state (R17)."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    ANNA,
    DEADLINE,
    DEADLINE_LOCAL,
    KEYRING,
    NOW,
    OTTO,
    SEALABLE,
    draft,
    enter,
    entry,
    give,
    intent,
    letter_in_draft,
    letter_row,
    representative,
    seal_it,
    sign,
    submitted,
)
from webapp.domain.actor import Actor
from webapp.domain.document_kind import DocumentKind
from webapp.domain.letter import MOVES
from webapp.domain.record import TAKEN_BACK, Replayed, first_break, replay
from webapp.persistence.record import load_events
from webapp.persistence.tables import AnswerRow, CommentRow, DocumentRow, GrantRow, InvitationRow, LetterRow, StaffRow
from webapp.services import fates, letters, record, rooms, roster, sign_on, submissions
from webapp.services.fates import Told
from webapp.services.submissions import Step


def as_stored(session: Session, letter: LetterRow) -> Replayed:
    """The same state, read from the tables."""
    invitations = session.scalars(select(InvitationRow).where(InvitationRow.letter_id == letter.id)).all()
    standing = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True))).all()
    comments = session.scalars(select(CommentRow).where(CommentRow.letter_id == letter.id, CommentRow.invitation_id.is_not(None))).all()
    people = select(GrantRow, StaffRow).join(StaffRow, StaffRow.id == GrantRow.staff_id).where(GrantRow.letter_id == letter.id)
    return Replayed(
        state=letter.state,
        title=letter.title,
        deadline=letter.deadline.isoformat() if letter.deadline else None,
        digest=letter.revision_in_force.digest if letter.revision_in_force else None,
        revisions={row.number: row.digest for row in letter.revisions},
        comments={row.reference: TAKEN_BACK if row.taken_back_at else row.disposition for row in comments},
        societies={row.society.reference for row in invitations},
        standing={row.invitation.society.reference: row.kind for row in standing},
        document_sha256=session.scalar(
            select(DocumentRow.sha256).where(DocumentRow.letter_id == letter.id, DocumentRow.kind == DocumentKind.LETTER)
        ),
        people={staff.reference: grant.role for grant, staff in session.execute(people)},
    )


def test_r17_record_replays_to_the_tables_after_every_step_of_a_whole_course(store: Store, coordinator: Actor) -> None:
    at = SEALABLE + timedelta(days=7)

    def open_letter(session: Session, letter: str) -> None:
        sign_on.open_sign_on(session, coordinator, letter, is_fit=True, now=NOW)

    def decline(session: Session, letter: str) -> None:
        place = enter(session, letter, OTTO)
        give(session, place, intent(session, place, "decline", nonce="a-nonce-to-decline"))

    def withdraw(session: Session, letter: str) -> None:
        place = enter(session, letter, OTTO)
        give(session, place, intent(session, place, "withdraw", nonce="a-nonce-to-withdraw"))

    def name(session: Session, letter: str) -> None:
        invitation = representative(session, letter, ANNA).invitation.reference
        roster.correct_printed_name(session, coordinator, letter, invitation, "Society of Gullhaven", now=DEADLINE)

    def link(session: Session, letter: str) -> None:
        roster.replace_link(session, coordinator, letter, representative(session, letter, ANNA).reference, KEYRING, now=NOW)

    def acknowledged(s: Session, ref: str) -> None:
        (row,) = submissions.submissions_of(s, letter_row(s, ref))
        submissions.note_step(s, coordinator, ref, row.reference, Step("acknowledged", at.date()), row.edition, now=at)

    course = [
        lambda s, ref: letters.edit_letter(s, coordinator, ref, draft(title="Another title"), 1, now=NOW),
        lambda s, ref: roster.add_society(s, coordinator, ref, entry("The Marshes", OTTO, "Otto Lind"), KEYRING, now=NOW),
        open_letter,
        lambda s, ref: sign_on.move_deadline(s, coordinator, ref, DEADLINE_LOCAL + timedelta(days=1), now=NOW),
        lambda s, ref: sign(s, ref),
        lambda s, ref: rooms.set_board_date(s, enter(s, ref, OTTO), date(2026, 3, 9), now=NOW),
        decline,
        withdraw,
        link,
        lambda s, ref: sign(s, ref, at=NOW + timedelta(hours=1)),
        lambda s, ref: sign_on.close_if_due(s, letter_row(s, ref).id, now=DEADLINE + timedelta(days=1)),
        name,
        lambda s, ref: seal_it(s, coordinator, ref, now=at),
        lambda s, ref: submissions.submit_letter(s, coordinator, ref, submitted(submitted_on=at.date()), now=at),
        acknowledged,
        lambda s, ref: fates.tell_fate(s, coordinator, ref, 1, Told("correction", at.date()), 0, now=at),
        lambda s, ref: submissions.resolve_letter(s, coordinator, ref, "Enough.", now=at),
    ]
    with store() as session:
        reference = letter_in_draft(session, coordinator)
    for act in course:
        with store() as session:
            act(session, reference)  # type: ignore[no-untyped-call]
        with store() as session:
            letter = letter_row(session, reference)
            events = load_events(session, letter.id)
            assert replay(events) == as_stored(session, letter), events[-1].kind
            assert first_break(reference, events) is None
            assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert replay(events).state == "resolved"


def test_r17_cancelled_letter_replays_too(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        sign_on.cancel_letter(session, coordinator, letter, "No.", now=NOW)
        row = letter_row(session, letter)
        assert replay(load_events(session, row.id)) == as_stored(session, row)


def test_r19_public_part_of_the_record_holds_no_address_and_no_link(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign(session, letter, consent_to_print=False)
        roster.replace_link(session, coordinator, letter, representative(session, letter, ANNA).reference, KEYRING, now=NOW)
        public = str([event.public for event in load_events(session, letter_row(session, letter).id)])
    for private in ("@", "Anna Berg", "http", "Bruno"):
        assert private not in public


def test_receipt_quotes_the_place_of_the_answer_in_the_record(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        answer = session.scalars(select(AnswerRow)).one()
        events = load_events(session, letter_row(session, letter).id)
        event = events[answer.record_sequence - 1]
        assert (event.kind, event.hash, event.public["answer"]) == ("answer.given", answer.record_hash, answer.reference)


def test_every_event_that_a_move_writes_has_words_for_people() -> None:
    assert {move.event for move in MOVES} <= record._EVENT_TITLES.keys()
