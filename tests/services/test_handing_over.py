"""R7, R14: a representative hands over to a colleague, or says “not us”, by typed words and the code to the registered address."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    COORDINATOR,
    KEYRING,
    NOW,
    OTTO,
    back,
    enter,
    entry,
    give,
    intent,
    letter_circulating,
    letter_closed,
    letter_in_signing,
    letter_row,
    letter_sealed,
    newest_code,
    personal_link,
    representative,
    sign,
)
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.handing_over import HAND_OVER, NOT_US
from webapp.persistence.record import load_events
from webapp.persistence.tables import CodeRow, OutboxRow, PendingAnswerRow
from webapp.services import answers, corrections, handing_over, invitations, rooms, roster, sign_on
from webapp.services.answers import WrongCode
from webapp.services.composing import compose
from webapp.services.corrections import Correction, correct_address, settle_not_us, show_people
from webapp.services.handing_over import Leaving, Left, confirm_leaving, pending_leaving, prepare_leaving
from webapp.services.needs import Found, needs_of
from webapp.services.place import Place
from webapp.services.rooms import is_link_live, request_link
from webapp.services.roster_facts import stage_counts
from webapp.services.verification import verify
from webapp.settings import Settings

NONCE = "a-nonce-of-leaving"
OVER = Leaving(HAND_OVER, NONCE, "I have left the board.", "Otto Lind", OTTO)
WRONG = Leaving(NOT_US, NONCE, "It is meant for the Society of the Marshes.", which="wrong_society")


@pytest.fixture
def alone(store: Store, coordinator: Actor) -> str:
    """A letter in *signing* to which Anna alone is invited, for Gullhaven."""
    with store() as session:
        return letter_in_signing(session, coordinator)


def leave(session: Session, place: Place, leaving: Leaving) -> Left | WrongCode:
    prepare_leaving(session, place, leaving, KEYRING, now=NOW)
    return confirm_leaving(session, place, leaving.nonce, newest_code(session, place), KEYRING, now=NOW)


def mails(session: Session, *kinds: str) -> list[tuple[str, str]]:
    rows = session.scalars(select(OutboxRow).where(OutboxRow.kind.in_(kinds)).order_by(OutboxRow.id))
    return [(row.kind, row.to_address) for row in rows]


def needed(session: Session, letter: str, *, at: datetime = NOW) -> list[str]:
    row = letter_row(session, letter)
    return [one.text for one in needs_of(session, row, Found(stage_counts(session, row), (), (), ()), now=at)]


def test_colleague_s_link_is_made_only_after_the_code_and_the_old_one_dies_with_it(store: Store, alone: str) -> None:
    with store() as session:
        place, old = enter(session, alone), personal_link(session, alone)
        prepare_leaving(session, place, OVER, KEYRING, now=NOW)
        assert [row.email for row in representative(session, alone).invitation.representatives] == [ANNA]
        assert is_link_live(session, old) and mails(session, "handed_over", "place_ended") == []
        done = confirm_leaving(session, place, NONCE, newest_code(session, place), KEYRING, now=NOW)
        assert done == Left(HAND_OVER, "Otto Lind")
        assert not is_link_live(session, old) and is_link_live(session, personal_link(session, alone, OTTO))
        assert mails(session, "handed_over", "place_ended") == [("handed_over", OTTO), ("place_ended", COORDINATOR)]
        with pytest.raises(NotFound):
            back(session, place)
        assert verify(session).problems == ()


def test_r7_wrong_code_hands_over_nothing_and_five_of_them_end_it(store: Store, alone: str) -> None:
    with store() as session:
        place = enter(session, alone)
        prepare_leaving(session, place, OVER, KEYRING, now=NOW)
        left = [confirm_leaving(session, place, NONCE, "0000-0000", KEYRING, now=NOW) for _try in range(5)]
        assert left == [WrongCode(tries) for tries in (4, 3, 2, 1, 0)]
        assert confirm_leaving(session, place, NONCE, newest_code(session, place), KEYRING, now=NOW) == WrongCode(0)
        assert [row.email for row in representative(session, alone).invitation.representatives] == [ANNA]


def test_control_without_the_code_a_forwarded_link_would_be_enough(store: Store, alone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with store() as session:
        place = enter(session, alone)
        prepare_leaving(session, place, OVER, KEYRING, now=NOW)
        monkeypatch.setattr(handing_over, "use_code", lambda *_what, **_when: None)
        assert isinstance(confirm_leaving(session, place, NONCE, "", KEYRING, now=NOW), Left)


def test_r7_code_for_an_answer_hands_over_nothing_and_the_other_way_round(store: Store, alone: str) -> None:
    with store() as session:
        place = enter(session, alone)
        answers.prepare_answer(session, place, intent(session, place, nonce="nonce-of-answer"), KEYRING, received_at=NOW, now=NOW)
        of_answer = newest_code(session, place)
        prepare_leaving(session, place, OVER, KEYRING, now=NOW)
        assert isinstance(confirm_leaving(session, place, NONCE, of_answer, KEYRING, now=NOW), WrongCode)
        for nonce in (NONCE, "nonce-of-answer"):
            with pytest.raises(Conflict):
                answers.confirm_answer(session, place, nonce, newest_code(session, place), KEYRING, received_at=NOW, now=NOW)
        assert dict(stage_counts(session, letter_row(session, alone))) == {"reading": 1}


def test_code_mail_says_that_it_ends_the_link(store: Store, alone: str, settings: Settings) -> None:
    with store() as session:
        prepare_leaving(session, enter(session, alone), OVER, KEYRING, now=NOW)
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "code")).one()
        form = compose(session, row, settings, now=NOW)
        assert form is not None and "With it you hand your society’s place over to Otto Lind, and your own link ends." in form.text


def test_answer_that_was_typed_goes_and_one_that_was_given_stands(store: Store, alone: str) -> None:
    with store() as session:
        sign(session, alone)
        place = enter(session, alone)
        answers.prepare_answer(session, place, intent(session, place, nonce="half-way"), KEYRING, received_at=NOW, now=NOW)
        leave(session, place, OVER)
        assert session.scalars(select(PendingAnswerRow)).all() == []
        assert dict(stage_counts(session, letter_row(session, alone))) == {"signed": 1}
        colleague = enter(session, alone, OTTO)
        standing = answers.standing_answer(session, colleague.invitation.id)
        assert standing is not None and standing.representative.name == "Anna Berg", "history is kept"
        give(session, colleague, intent(session, colleague, nonce="colleague-declines", act="decline"))
        assert dict(stage_counts(session, letter_row(session, alone))) == {"declined": 1}
        assert verify(session).problems == ()


def test_form_that_is_sent_twice_is_one_code(store: Store, alone: str) -> None:
    with store() as session:
        place = enter(session, alone)
        for _press in range(2):
            prepare_leaving(session, place, OVER, KEYRING, now=NOW)
        assert len(session.scalars(select(CodeRow)).all()) == 1
        assert (shown := pending_leaving(session, place)) is not None and shown.email == OTTO


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": ANNA}, "registered already"),
        ({"email": BRUNO.upper()}, "has a link"),
        ({"email": "nobody"}, "not an e-mail address"),
        ({"name": " "}, "Name the colleague"),
        ({"reason": "\n"}, "Write a sentence"),
        ({"name": "x" * 200}, "120 is the most"),
        ({"email": "otto@example.org\r\nBcc: all@example.org"}, "not an e-mail address"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_kept(store: Store, letter: str, change: dict[str, Any], sentence: str) -> None:
    with store() as session:
        place = enter(session, letter)
        with unchanged(store.connection), pytest.raises(InvalidInput, match=sentence) as refused:
            prepare_leaving(session, place, Leaving(**{**vars(OVER), **change}), KEYRING, now=NOW)
        assert "@gullhaven" not in str(refused.value), "R19: no address of anybody else"


def test_colleague_who_is_let_in_meanwhile_is_not_let_in_twice(store: Store, coordinator: Actor, alone: str) -> None:
    with store() as session:
        place = enter(session, alone)
        prepare_leaving(session, place, OVER, KEYRING, now=NOW)
        roster.add_society(session, coordinator, alone, entry(email=OTTO, contact="Otto Lind"), KEYRING, now=NOW)
        with pytest.raises(InvalidInput, match="has a link"):
            confirm_leaving(session, place, NONCE, newest_code(session, place), KEYRING, now=NOW)
        assert is_link_live(session, personal_link(session, alone))


def test_colleague_hands_it_back_and_gets_another_link(store: Store, alone: str) -> None:
    with store() as session:
        first = personal_link(session, alone)
        leave(session, enter(session, alone), OVER)
        done = leave(session, enter(session, alone, OTTO), Leaving(HAND_OVER, "another-nonce", "She is back.", "Anna Berg", ANNA))
        assert isinstance(done, Left)
        assert not is_link_live(session, first) and is_link_live(session, personal_link(session, alone))
        assert len(mails(session, "place_ended")) == 2
        assert verify(session).problems == ()


def test_colleague_s_mail_says_who_handed_over_and_why(store: Store, alone: str, settings: Settings) -> None:
    with store() as session:
        leave(session, enter(session, alone), OVER)
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "handed_over")).one()
        form = compose(session, row, settings, now=NOW)
        assert form is not None and form.subject == "Anna Berg hands over to you: “The quiet hour deserves a fair trial”"
        assert "I have left the board." in form.text and personal_link(session, alone, OTTO) in form.text
        told = session.scalars(select(OutboxRow).where(OutboxRow.kind == "place_ended")).one()
        form = compose(session, told, settings, now=NOW)
        assert form is not None and "I have left the board." in form.text and "@gullhaven" not in form.text


def test_r19_record_tells_it_without_an_address_or_a_word(store: Store, alone: str) -> None:
    with store() as session:
        leave(session, enter(session, alone), OVER)
        event = load_events(session, letter_row(session, alone).id)[-1]
        assert event.kind == "representative.handed_over"
        assert set(event.public) == {"society", "representative", "successor", "generation"}
        assert "@" not in json.dumps(dict(event.public))


@pytest.mark.parametrize(
    ("make", "may"),
    [(letter_circulating, {HAND_OVER, NOT_US}), (letter_closed, {HAND_OVER, NOT_US}), (letter_sealed, {HAND_OVER})],
    ids=["circulating", "closed", "sealed"],
)
@pytest.mark.parametrize("leaving", [OVER, WRONG], ids=["over", "not us"])
def test_each_has_its_time(store: Store, coordinator: Actor, make: Any, may: set[str], leaving: Leaving) -> None:
    with store() as session:
        reference = make(session, coordinator)
        place = enter(session, reference)
        assert handing_over.choices(session, place) == may
        if leaving.act in may:
            assert isinstance(leave(session, place, leaving), Left)
            assert verify(session).problems == ()
        else:
            with pytest.raises(WrongState):
                prepare_leaving(session, place, leaving, KEYRING, now=NOW)


def test_nobody_leaves_a_letter_that_was_cancelled(store: Store, coordinator: Actor, alone: str) -> None:
    with store() as session:
        place = enter(session, alone)
        prepare_leaving(session, place, OVER, KEYRING, now=NOW)
        sign_on.cancel_letter(session, coordinator, alone, "No.", now=NOW)
        with pytest.raises(WrongState):
            confirm_leaving(session, place, NONCE, newest_code(session, place), KEYRING, now=NOW)


# Not us


def test_not_us_ends_the_link_tells_the_coordinators_and_is_a_need(store: Store, alone: str) -> None:
    with store() as session:
        old = personal_link(session, alone)
        assert leave(session, enter(session, alone), WRONG) == Left(NOT_US, "")
        assert not is_link_live(session, old)
        assert mails(session, "place_ended", "handed_over") == [("place_ended", COORDINATOR)]
        assert dict(stage_counts(session, letter_row(session, alone))) == {"not us": 1}
        assert needed(session, alone) == ["Gullhaven, Society of: somebody there says that the letter has reached the wrong place"]
        request_link(session, ANNA, "192.0.2.0/24", KEYRING, now=NOW)
        assert mails(session, "new_link") == [], "no new link for the old address"
        assert verify(session).problems == ()


def test_not_us_is_no_answer_and_sign_on_is_not_closed_over_it(store: Store, coordinator: Actor, alone: str) -> None:
    with store() as session:
        leave(session, enter(session, alone), WRONG)
        with pytest.raises(Conflict, match="Waiting for 1"):
            sign_on.close_early(session, coordinator, alone, now=NOW)
        settle_not_us(session, coordinator, alone, representative(session, alone).invitation.reference, now=NOW)
        sign_on.close_early(session, coordinator, alone, now=NOW)


def test_sign_on_can_be_closed_once_it_is_left_at_not_us(store: Store, coordinator: Actor) -> None:
    closing = "No society is waited for any more: sign-on can be closed now"
    with store() as session:
        both = letter_in_signing(session, coordinator, entry(), entry("Society of the Dunes", OTTO, "Otto Lind"))
        leave(session, enter(session, both), WRONG)
        sign(session, both, OTTO)
        assert closing not in needed(session, both)
        settle_not_us(session, coordinator, both, representative(session, both).invitation.reference, now=NOW)
        assert needed(session, both) == [closing]
        sign_on.close_early(session, coordinator, both, now=NOW)


def test_coordinator_leaves_it_at_that_and_it_is_no_need_any_more(store: Store, coordinator: Actor, alone: str) -> None:
    with store() as session:
        leave(session, enter(session, alone), WRONG)
        for _press in range(2):
            settle_not_us(session, coordinator, alone, representative(session, alone).invitation.reference, now=NOW)
        assert needed(session, alone) == []
        assert [one.kind for one in load_events(session, letter_row(session, alone).id)].count("not_us.settled") == 1
        assert verify(session).problems == ()


def test_board_of_a_society_that_said_not_us_is_not_asked_what_it_decided(store: Store, coordinator: Actor, alone: str) -> None:
    with store() as session:
        place = enter(session, alone)
        rooms.set_board_date(session, place, NOW.date(), now=NOW)
        later = NOW + timedelta(days=4)
        assert any("has not answered" in one for one in needed(session, alone, at=later)), "as long as nobody said so"
        leave(session, place, WRONG)
        settle_not_us(session, coordinator, alone, representative(session, alone).invitation.reference, now=NOW)
        assert needed(session, alone, at=later) == []


def test_corrected_address_comes_after_whoever_said_not_us(store: Store, coordinator: Actor, alone: str) -> None:
    with store() as session:
        leave(session, enter(session, alone), WRONG)
        row = representative(session, alone)
        given = Correction(row.reference, "Otto Lind", OTTO)
        correct_address(session, coordinator, alone, row.invitation.reference, given, KEYRING, now=NOW)
        assert mails(session, "invitation") == [("invitation", ANNA), ("invitation", OTTO)]
        assert needed(session, alone) == [] and dict(stage_counts(session, letter_row(session, alone))) == {"reading": 1}
        people = show_people(session, coordinator, alone, row.invitation.reference)
        assert [(one.name, one.how, one.successor) for one in people.former] == [
            ("Anna Berg", "said that the letter had reached the wrong place", "Otto Lind")
        ]
        assert people.former[0].reason.startswith("This letter was meant for another society. It is meant for")
        assert verify(session).problems == ()
        with pytest.raises(NotFound):
            correct_address(session, coordinator, alone, row.invitation.reference, given, KEYRING, now=NOW)


def test_link_sent_to_another_representative_asks_the_society_again(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        leave(session, enter(session, letter), WRONG)
        assert needed(session, letter) != []
        page = invitations.list_invitations(session, coordinator, letter)
        assert [one.email for one in page.lines] == [BRUNO]
        invitations.send(session, coordinator, letter, page.all_marks, KEYRING, now=NOW)
        assert needed(session, letter) == []
        assert verify(session).problems == ()


@pytest.mark.parametrize("change", [{"which": "other"}, {"which": ""}, {"reason": "  "}])
def test_not_us_needs_a_reason(store: Store, alone: str, change: dict[str, Any]) -> None:
    with store() as session, pytest.raises(InvalidInput):
        prepare_leaving(session, enter(session, alone), Leaving(**{**vars(WRONG), **change}), KEYRING, now=NOW)


@pytest.mark.parametrize("column", ["not_us_at", "not_us_settled_at"])
def test_r17_not_us_that_the_record_does_not_tell_of_is_found(store: Store, alone: str, column: str) -> None:
    with store() as session:
        leave(session, enter(session, alone), WRONG)
        row = representative(session, alone).invitation
        setattr(row, column, None if getattr(row, column) else NOW)
        session.flush()
        assert any("wrong place" in one.sentence for one in verify(session).problems)


def test_r17_place_that_was_handed_to_somebody_else_than_the_record_tells_is_found(store: Store, alone: str) -> None:
    with store() as session:
        leave(session, enter(session, alone), OVER)
        row = representative(session, alone)
        row.ended_reason = "Another."
        session.flush()
        assert [one.sentence for one in verify(session).problems] == [
            f"the reason of the representative {row.reference} is not what its record tells."
        ]
        assert corrections.ENDINGS[row.ended_by] == "handed over to a colleague"
