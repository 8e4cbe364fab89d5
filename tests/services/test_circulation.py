"""A revision goes out for comment: to whom, until when, by which mail, and who may enter the room with it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import Store
from tests.factories import ANNA, BRUNO, COMMENTS_UNTIL, KEYRING, NOW, OTTO, entry, letter_circulating, letter_in_draft, letter_row, sending
from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput, NotAllowed, NotFound, TooLate, WrongState
from webapp.domain.permission import Role
from webapp.persistence.tables import EventRow, OutboxRow
from webapp.services import circulated_room, circulation, people, revisions, rooms, roster, sign_on, texts

MARSHES = entry("Society of the Marshes", OTTO, "Otto Lind")


def mailed(session: Session, kind: str = "comment_request") -> list[str]:
    return list(session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == kind).order_by(OutboxRow.id)))


@pytest.fixture
def circulating(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_circulating(session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth"), MARSHES)


def test_each_live_representative_is_mailed_once_and_the_letter_circulates(store: Store, circulating: str) -> None:
    with store() as session:
        assert letter_row(session, circulating).state == "circulating"
        assert sorted(mailed(session)) == [ANNA, BRUNO, OTTO]
        event = session.scalars(select(EventRow).where(EventRow.kind == "revision.circulated")).one()
        assert ANNA not in event.public


def test_only_those_who_were_asked_have_a_living_link(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator, entry(), MARSHES)
        anna = factories.representative(session, letter).invitation.reference
        circulation.circulate(session, coordinator, letter, sending(societies=(anna,)), now=NOW)
        assert mailed(session) == [ANNA]
        assert rooms.is_link_live(session, factories.personal_link(session, letter))
        assert not rooms.is_link_live(session, factories.personal_link(session, letter, OTTO))
        with pytest.raises(NotFound):
            rooms.enter_room(session, factories.personal_link(session, letter, OTTO), now=NOW)


def test_sending_again_mails_again_and_says_what_changed(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        text = letter_row(session, circulating).statement
        texts.write_text(session, coordinator, circulating, text.reference, text.body.replace("disagree", "differ"), text.edition, now=NOW)
        revisions.make_revision(session, coordinator, circulating, revisions.Declaration("One word.", "editorial"), now=NOW)
        circulation.circulate(session, coordinator, circulating, sending(revision=2), now=NOW)
        assert sorted(mailed(session)) == sorted([ANNA, BRUNO, OTTO] * 2)
        room = circulated_room.show_circulated(session, factories.enter(session, circulating), now=NOW)
        assert (room.revision, room.since) == (2, 1)
        ((name, html),) = room.changes
        assert name == "Statement" and "differ" in html and "<ins" in html


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until": datetime(2026, 3, 2, 10, 0)}, "until"),  # noqa: DTZ001 - the wall clock of the letter's zone
        ({"until": datetime(2028, 3, 2, 10, 0)}, "until"),  # noqa: DTZ001 - the wall clock of the letter's zone
        ({"until": datetime(2026, 3, 29, 2, 30)}, "until"),  # noqa: DTZ001 - a time that the zone skips
        ({"revision": 7}, "revision"),
        ({"societies": ()}, "societies"),
        ({"societies": ("nobody",)}, "societies"),
        ({"message": "x" * 2001}, "message"),
    ],
)
def test_what_cannot_be_sent_is_refused_beside_its_field(store: Store, coordinator: Actor, changes: dict[str, object], field: str) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        with pytest.raises(InvalidInput) as refused:
            circulation.circulate(session, coordinator, letter, sending(**changes), now=NOW)
        assert refused.value.field == field
        assert mailed(session) == []


def test_text_that_cannot_be_set_is_not_sent(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator, statement="We cite [@nobody].")
        with pytest.raises(InvalidInput, match="@nobody"):
            circulation.circulate(session, coordinator, letter, sending(), now=NOW)


@pytest.mark.parametrize("role", [Role.DRAFTER, Role.READER])
def test_drafter_or_reader_may_not_send(store: Store, coordinator: Actor, role: Role) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        other = factories.staff_actor(session, "other@example.org")
        people.add_person(session, coordinator, letter, "other@example.org", role, now=NOW)
        with pytest.raises(NotAllowed):
            circulation.circulate(session, other, letter, sending(), now=NOW)


def test_nothing_is_sent_out_once_sign_on_is_open(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session, pytest.raises(WrongState):
        circulation.circulate(session, coordinator, letter, sending(), now=NOW)


def test_colleague_who_joins_a_society_that_was_asked_is_asked_too(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_circulating(session, coordinator)
        roster.add_society(session, coordinator, letter, entry(email=BRUNO, contact="Bruno Wirth"), KEYRING, now=NOW)
        roster.add_society(session, coordinator, letter, MARSHES, KEYRING, now=NOW)
        assert mailed(session) == [ANNA, BRUNO]


def test_r14_link_replaced_or_revoked_while_circulating_is_dead(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        anna, otto = (factories.representative(session, circulating, email) for email in (ANNA, OTTO))
        old = factories.personal_link(session, circulating)
        roster.replace_link(session, coordinator, circulating, anna.reference, KEYRING, now=NOW)
        roster.revoke_representative(session, coordinator, circulating, otto.reference, now=NOW)
        assert not rooms.is_link_live(session, old)
        assert rooms.is_link_live(session, factories.personal_link(session, circulating))
        assert not rooms.is_link_live(session, factories.personal_link(session, circulating, OTTO))


def test_board_date_can_be_given_while_circulating(store: Store, circulating: str) -> None:
    with store() as session:
        place = factories.enter(session, circulating)
        assert rooms.set_board_date(session, place, NOW.date() + timedelta(days=5), now=NOW)
        with pytest.raises(TooLate):
            rooms.set_board_date(session, place, NOW.date() + timedelta(days=5), now=NOW + timedelta(days=60))


def test_whoever_was_asked_gets_the_invitation_by_the_same_link(store: Store, coordinator: Actor, circulating: str) -> None:
    with store() as session:
        link = factories.personal_link(session, circulating)
        sign_on.open_sign_on(session, coordinator, circulating, is_fit=True, now=NOW)
        assert sorted(mailed(session, "invitation")) == [ANNA, BRUNO, OTTO]
        assert factories.personal_link(session, circulating) == link
        assert rooms.show_room(session, factories.enter(session, circulating), now=NOW).is_open


def test_cancelling_tells_those_who_were_asked_and_nobody_else(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator, entry(), MARSHES)
        anna = factories.representative(session, letter).invitation.reference
        circulation.circulate(session, coordinator, letter, sending(societies=(anna,)), now=NOW)
        sign_on.cancel_letter(session, coordinator, letter, "It is not needed.", now=NOW)
        assert mailed(session, "letter_cancelled") == [ANNA]
        assert circulated_room.show_circulated(session, factories.enter(session, letter), now=NOW).head.is_cancelled


def test_room_says_until_when_in_both_zones(store: Store, circulating: str) -> None:
    with store() as session:
        room = circulated_room.show_circulated(session, factories.enter(session, circulating), now=NOW)
        assert str(room.until) == "9 March 2026, 17:00 Europe/Berlin (16:00 UTC)"
        assert room.is_open and room.message == "Is the second paragraph fair?"
        late = circulated_room.show_circulated(session, factories.enter(session, circulating), now=COMMENTS_UNTIL)
        assert not late.is_open
