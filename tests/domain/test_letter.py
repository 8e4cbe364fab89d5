"""The table of moves: complete, and nothing beside it."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.domain.errors import WrongState
from webapp.domain.letter import ASKS, MOVES, Action, LetterState, find_move, may_seal_from, move_for
from webapp.domain.limits import LONGEST_REQUEST
from webapp.domain.permission import Permission

# Written out again, by hand, so that a row changed or added by accident is seen: state → action → what becomes of it.
COURSE = {
    "drafting": {
        "edit": "drafting",
        "write": "drafting",
        "cite": "drafting",
        "lay_out": "drafting",
        "revise": "drafting",
        "circulate": "circulating",
        "dispose": "drafting",
        "invite": "drafting",
        "remove_society": "drafting",
        "write_invitation": "drafting",
        "correct_address": "drafting",
        "revoke": "drafting",
        "open_sign_on": "signing",
        "cancel": "cancelled",
    },
    "circulating": {
        "edit": "circulating",
        "write": "circulating",
        "cite": "circulating",
        "lay_out": "circulating",
        "revise": "circulating",
        "circulate": "circulating",
        "dispose": "circulating",
        "invite": "circulating",
        "replace_link": "circulating",
        "write_invitation": "circulating",
        "correct_address": "circulating",
        "revoke": "circulating",
        "open_sign_on": "signing",
        "cancel": "cancelled",
    },
    "signing": {
        "publish": "signing",
        "prepare": "signing",
        "write": "signing",
        "cite": "signing",
        "lay_out": "signing",
        "revise": "signing",
        "dispose": "signing",
        "change_text": "signing",
        "invite": "signing",
        "replace_link": "signing",
        "write_invitation": "signing",
        "send_invitation": "signing",
        "correct_address": "signing",
        "revoke": "signing",
        "move_deadline": "signing",
        "close_at_deadline": "closed",
        "close_early": "closed",
        "correct_name": "signing",
        "plan_submission": "signing",
        "keep_course": "signing",
        "cancel": "cancelled",
    },
    "closed": {
        "publish": "closed",
        "prepare": "closed",
        "plan_submission": "closed",
        "keep_course": "closed",
        "correct_name": "closed",
        "lay_out": "closed",
        "correct_address": "closed",
        "replace_link": "closed",
        "revoke": "closed",
        "seal": "sealed",
        "cancel": "cancelled",
    },
    "sealed": {
        "publish": "sealed",
        "prepare": "sealed",
        "plan_submission": "sealed",
        "keep_course": "sealed",
        "submit": "submitted",
        "tell_fate": "sealed",
        "open_addendum": "sealed",
        "close_addendum_at_deadline": "sealed",
        "close_addendum": "sealed",
        "issue_addendum": "sealed",
        "make_erratum": "sealed",
        "make_edition": "sealed",
        "invite": "sealed",
        "correct_address": "sealed",
        "replace_link": "sealed",
        "revoke": "sealed",
    },
    "submitted": {
        "publish": "submitted",
        "prepare": "submitted",
        "plan_submission": "submitted",
        "keep_course": "submitted",
        "take_back_submission": "sealed",
        "tell_fate": "submitted",
        "resolve": "resolved",
        "open_addendum": "submitted",
        "close_addendum_at_deadline": "submitted",
        "close_addendum": "submitted",
        "issue_addendum": "submitted",
        "make_erratum": "submitted",
        "make_edition": "submitted",
        "invite": "submitted",
        "correct_address": "submitted",
        "replace_link": "submitted",
        "revoke": "submitted",
    },
    "resolved": {
        "publish": "resolved",
        "tell_fate": "resolved",
        "close_addendum_at_deadline": "resolved",
        "close_addendum": "resolved",
        "issue_addendum": "resolved",
        "make_erratum": "resolved",
        "make_edition": "resolved",
    },
    "cancelled": {},
}
PERMISSIONS = {
    Action.PUBLISH: Permission.PUBLISH,
    "edit": Permission.EDIT,
    "write": Permission.EDIT,
    "cite": Permission.EDIT,
    "lay_out": Permission.EDIT,
    "revise": Permission.EDIT,
    "circulate": Permission.CIRCULATE,
    "dispose": Permission.EDIT,
    "change_text": Permission.OPEN_SIGN_ON,
    "invite": Permission.INVITE,
    "remove_society": Permission.INVITE,
    "replace_link": Permission.INVITE,
    "write_invitation": Permission.INVITE,
    "send_invitation": Permission.INVITE,
    "correct_address": Permission.INVITE,
    "revoke": Permission.INVITE,
    "open_sign_on": Permission.OPEN_SIGN_ON,
    "move_deadline": Permission.CLOSE,
    "close_at_deadline": None,
    "close_early": Permission.CLOSE,
    "correct_name": Permission.INVITE,
    "seal": Permission.SEAL,
    "open_addendum": Permission.SEAL,
    "close_addendum_at_deadline": None,
    "close_addendum": Permission.SEAL,
    "issue_addendum": Permission.SEAL,
    "make_erratum": Permission.SEAL,
    "make_edition": Permission.SEAL,
    "prepare": Permission.KEEP_COURSE,
    "submit": Permission.KEEP_COURSE,
    "plan_submission": Permission.KEEP_COURSE,
    "keep_course": Permission.KEEP_COURSE,
    "take_back_submission": Permission.KEEP_COURSE,
    "tell_fate": Permission.KEEP_COURSE,
    "resolve": Permission.KEEP_COURSE,
    "cancel": Permission.CANCEL,
}
ALL = [(state, action) for state in LetterState for action in Action]


def is_listed(state: str, action: str) -> bool:
    return action in COURSE[state]


@pytest.mark.parametrize(("state", "action"), ALL, ids=[f"{s}-{a}-{'moves' if is_listed(s, a) else 'is refused'}" for s, a in ALL])
def test_letter_moves_as_the_table_says_and_not_otherwise(state: LetterState, action: Action) -> None:
    move = find_move(state, action)
    assert (move.becomes if move else None) == COURSE[state].get(action)


@pytest.mark.parametrize(("state", "action"), [(s, a) for s, a in ALL if is_listed(s, a)])
def test_move_names_its_state_action_and_permission(state: LetterState, action: Action) -> None:
    move = move_for(state, action)
    assert (move.state, move.action, move.permission) == (state, action, PERMISSIONS[action])


@pytest.mark.parametrize(("state", "action"), [(s, a) for s, a in ALL if not is_listed(s, a)])
def test_refused_move_says_why_in_a_sentence(state: LetterState, action: Action) -> None:
    with pytest.raises(WrongState, match=r"^[A-Z].*[.]$"):
        move_for(state, action)


@pytest.mark.parametrize("state", ["", "open", "circulated", "DRAFTING", "drafting "])
def test_unknown_state_has_no_move(state: str) -> None:
    assert all(find_move(state, action) is None for action in Action)
    with pytest.raises(WrongState):
        move_for(state, Action.EDIT)


def test_state_read_from_a_row_as_plain_text_finds_its_move() -> None:
    assert find_move("drafting", Action.EDIT) is not None


def test_no_state_and_action_has_two_rows() -> None:
    assert len({(move.state, move.action) for move in MOVES}) == len(MOVES)


def test_every_action_has_a_row() -> None:
    assert {move.action for move in MOVES} == set(Action)


def test_every_state_is_reached_from_the_draft() -> None:
    reached = {LetterState.DRAFTING}
    for _ in LetterState:
        reached |= {move.becomes for move in MOVES if move.state in reached}
    assert reached == set(LetterState)


def test_cancelled_letter_has_no_move() -> None:
    assert not [move for move in MOVES if move.state == LetterState.CANCELLED]


def test_letter_whose_course_has_ended_only_brings_to_an_end_what_stands_beside_it_and_hears_of_its_articles() -> None:
    moves = [move for move in MOVES if move.state == LetterState.RESOLVED]
    assert {move.event.partition(".")[0] for move in moves} == {"addendum", "erratum", "edition", "publication", "fate"}
    assert {move.becomes for move in moves} == {LetterState.RESOLVED}
    assert Action.OPEN_ADDENDUM not in {move.action for move in moves}


@pytest.mark.parametrize("action", list(Action))
def test_cancelled_letter_says_that_it_was_cancelled(action: Action) -> None:
    with pytest.raises(WrongState, match="was cancelled"):
        move_for(LetterState.CANCELLED, action)


@pytest.mark.parametrize("state", ["sealed", "submitted", "resolved"])
def test_sealed_letter_cannot_be_cancelled(state: str) -> None:
    with pytest.raises(WrongState):
        move_for(state, Action.CANCEL)


@pytest.mark.parametrize("state", ["signing", "closed", "sealed", "submitted", "resolved"])
def test_r3_opened_statement_cannot_be_edited(state: str) -> None:
    with pytest.raises(WrongState):
        move_for(state, Action.EDIT)


@pytest.mark.parametrize("state", ["sealed", "submitted", "resolved"])
def test_r11_printed_name_cannot_be_corrected_after_the_seal(state: str) -> None:
    with pytest.raises(WrongState):
        move_for(state, Action.CORRECT_NAME)


def test_only_the_clock_closes_at_the_deadline() -> None:
    assert {move.action for move in MOVES if move.permission is None} == {Action.CLOSE_AT_DEADLINE, Action.CLOSE_ADDENDUM_AT_DEADLINE}


def test_only_a_closed_letter_is_sealed() -> None:
    assert [move.state for move in MOVES if move.action == Action.SEAL] == [LetterState.CLOSED]


def test_no_move_leads_back_but_the_correction_of_a_submission_that_was_not_made() -> None:
    order = list(LetterState)
    back = [move for move in MOVES if order.index(move.becomes) < order.index(move.state)]
    assert [(move.state, move.action, move.becomes) for move in back] == [("submitted", "take_back_submission", "sealed")]


def test_r9_seal_waits_out_the_longest_request() -> None:
    closed_at = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
    assert may_seal_from(closed_at) == closed_at + LONGEST_REQUEST
    assert timedelta(seconds=30) == LONGEST_REQUEST


def test_asks_are_those_of_the_design() -> None:
    assert list(ASKS) == ["correction", "expression_of_concern", "retraction", "publication", "reply"]
