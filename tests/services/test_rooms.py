"""The reading room: its door, what it shows, the board's date, and a link that is asked for again (R6, R14)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    DEADLINE,
    KEYRING,
    NETWORK,
    NOW,
    back,
    enter,
    give,
    intent,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    personal_link,
    representative,
    sign,
)
from webapp.domain.actor import Actor
from webapp.domain.address import mask_address
from webapp.domain.errors import InvalidInput, NotFound, TooLate
from webapp.domain.stage import Stage
from webapp.persistence.tables import EventRow, OutboxRow, RepresentativeRow
from webapp.services import rooms, sign_on


def links_sent(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == "new_link").order_by(OutboxRow.id)))


def test_door_says_for_whom_the_letter_is_and_changes_nothing(store: Store, connection: Connection, letter: str) -> None:
    with unchanged(connection), store() as session:
        door = rooms.show_door(session, personal_link(session, letter))
    assert (door.society, door.lead_society, door.title) == (
        "Gullhaven, Society of",
        "The Marrowby Society",
        "The quiet hour deserves a fair trial",
    )


@pytest.mark.parametrize("token", ["", "lost", "x" * 5000, "’; DROP TABLE", "\x00"])
def test_r14_every_dead_link_is_the_same_nothing(store: Store, letter: str, token: str) -> None:
    with store() as session:
        for act in (lambda: rooms.show_door(session, token), lambda: rooms.enter_room(session, token, now=NOW)):
            with pytest.raises(NotFound) as found:
                act()
            assert str(found.value) == "There is nothing at this address."


def test_r14_link_of_a_draft_or_of_a_revoked_representative_is_dead(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        drafted = letter_in_draft(session, coordinator, title="A draft")
        assert not rooms.is_link_live(session, personal_link(session, drafted))
        assert rooms.is_link_live(session, personal_link(session, letter))
        representative(session, letter).revoked_at = NOW
        session.flush()
        assert not rooms.is_link_live(session, personal_link(session, letter))


def test_first_opening_is_recorded_and_the_second_is_not(store: Store, letter: str) -> None:
    with store() as session:
        enter(session, letter)
        enter(session, letter, BRUNO, now=NOW + timedelta(hours=1))
        assert representative(session, letter).invitation.opened_at == NOW
        assert session.scalar(select(func.count()).select_from(EventRow).where(EventRow.kind == "invitation.opened")) == 1


def test_room_shows_the_text_in_force_and_the_own_answer_only(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter, BRUNO)
        room = rooms.show_room(session, enter(session, letter), now=NOW)
        revision = letter_row(session, letter).revision_in_force
        assert revision is not None and room.digest == revision.digest
        assert room.answer is not None and (room.answer.kind, room.answer.given_by) == ("sign", "Bruno Wirth")
        assert room.answer.receipt_address == "b…@gullhaven.example.org"
        assert room.signed_sentence == "1 society has signed this letter."
        assert room.stage is Stage.SIGNED
        assert ANNA not in str(room)
        assert BRUNO not in str(room)


@pytest.mark.parametrize(
    ("at", "is_open"), [(DEADLINE - timedelta(milliseconds=1), True), (DEADLINE, False)], ids=["before the deadline", "at the deadline"]
)
def test_room_is_open_until_the_deadline(store: Store, letter: str, at: object, is_open: bool) -> None:
    with store() as session:
        place = enter(session, letter)
        assert rooms.show_room(session, place, now=at).is_open is is_open  # type: ignore[arg-type]


def test_room_of_a_cancelled_letter_says_so(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        sign_on.cancel_letter(session, coordinator, letter, "No.", now=NOW)
        room = rooms.show_room(session, place, now=NOW)
        assert (room.is_cancelled, room.is_open) == (True, False)


def test_room_shows_a_withdrawn_answer_as_withdrawn(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        place = enter(session, letter)
        give(session, place, intent(session, place, "withdraw", nonce="the-nonce-to-withdraw"))
        room = rooms.show_room(session, place, now=NOW)
        assert room.answer is not None and not room.answer.is_standing
        assert room.stage is Stage.WITHDRAWN


# The board's date


def test_board_date_is_kept_and_recorded(store: Store, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        rooms.set_board_date(session, place, date(2026, 3, 10), now=NOW)
        room = rooms.show_room(session, back(session, place), now=NOW)
        assert (room.board_meets_on, room.stage) == ("10 March 2026", Stage.WITH_BOARD)
        assert session.scalars(select(EventRow).order_by(EventRow.sequence.desc())).first().kind == "board.announced"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("day", "fits"),
    [
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2026, 3, 2), True),
        (date(2027, 3, 15), True),
        (date(2027, 3, 16), False),
        (date(9999, 12, 31), False),
    ],
    ids=[
        "a day that has passed everywhere",
        "yesterday, where it still is",
        "today",
        "a year after the deadline",
        "a day more",
        "the last day of all",
    ],
)
def test_board_date_lies_between_today_and_a_year_after_the_deadline(store: Store, letter: str, day: date, fits: bool) -> None:
    with store() as session:
        place = enter(session, letter)
        try:
            rooms.set_board_date(session, place, day, now=NOW)
        except InvalidInput as refused:
            assert not fits
            assert refused.field == "board_meets_on"
        else:
            assert fits


def test_board_date_is_not_taken_after_the_deadline(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
    with unchanged(connection), pytest.raises(TooLate), store() as session:
        rooms.set_board_date(session, back(session, place), date(2026, 4, 1), now=DEADLINE)


# A link that is asked for again


def test_r14_link_goes_to_the_registered_address_whatever_its_case(store: Store, letter: str) -> None:
    with store() as session:
        rooms.request_link(session, f"  {ANNA.upper()} ", NETWORK, KEYRING, now=NOW)
        assert links_sent(session) == [ANNA]


@pytest.mark.parametrize("typed", ["", "nobody@example.org", "%", "_" * 20, "’ OR 1=1", "x" * 5000])
def test_r14_nobody_else_is_sent_anything(store: Store, connection: Connection, letter: str, typed: str) -> None:
    with unchanged(connection, but=("rate_limit",)), store() as session:
        rooms.request_link(session, typed, NETWORK, KEYRING, now=NOW)


def test_link_is_sent_three_times_an_hour_and_no_more(store: Store, letter: str) -> None:
    with store() as session:
        for minute in range(5):
            rooms.request_link(session, ANNA, NETWORK, KEYRING, now=NOW + timedelta(minutes=minute))
        assert len(links_sent(session)) == 3
        rooms.request_link(session, ANNA, NETWORK, KEYRING, now=NOW + timedelta(minutes=61))
        assert len(links_sent(session)) == 4


def test_one_address_is_sent_its_link_to_each_letter(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        other = letter_in_signing(session, coordinator, title="Another letter")
        rooms.request_link(session, ANNA, NETWORK, KEYRING, now=NOW)
        letters = session.scalars(select(OutboxRow.letter_id).where(OutboxRow.kind == "new_link")).all()
        assert set(letters) == {letter_row(session, letter).id, letter_row(session, other).id}


def test_r14_revoked_uninvited_and_cancelled_are_sent_nothing(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        representative(session, letter).revoked_at = NOW
        letter_in_draft(session, coordinator, title="A draft")
        cancelled = letter_in_signing(session, coordinator, title="A cancelled letter")
        sign_on.cancel_letter(session, coordinator, cancelled, "No.", now=NOW)
        rooms.request_link(session, ANNA, NETWORK, KEYRING, now=NOW)
        assert links_sent(session) == []


def test_asking_again_does_not_kill_the_link(store: Store, letter: str) -> None:
    with store() as session:
        rooms.request_link(session, ANNA, NETWORK, KEYRING, now=NOW)
        assert session.scalars(select(RepresentativeRow.link_generation)).all() == [1, 1]


@pytest.mark.parametrize(("address", "masked"), [(ANNA, "a…@gullhaven.example.org"), ("x@y.org", "x…@y.org"), ("“a@b”@c.org", "“…@c.org")])
def test_address_is_shown_so_that_only_its_owner_knows_it(address: str, masked: str) -> None:
    assert mask_address(address) == masked
