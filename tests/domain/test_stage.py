"""A society's own course: the facts, and the one word that they give."""

from datetime import date
from typing import Any

import pytest

from webapp.domain.stage import WAITED_FOR, Stage, is_at, stage_of, while_circulating

NOTHING: dict[str, Any] = {"was_invited": False, "was_opened": False, "board_meets_on": None, "standing_kind": None, "has_withdrawn": False}
INVITED = {**NOTHING, "was_invited": True}
READING = {**INVITED, "was_opened": True}
BOARD = {**READING, "board_meets_on": date(2026, 3, 14)}
WITHDRAWN = {**BOARD, "has_withdrawn": True}


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        pytest.param(NOTHING, "on the list", id="before the invitation a society is on the list"),
        pytest.param(INVITED, "invited", id="an invited society that has not opened the letter is invited"),
        pytest.param(READING, "reading", id="who opened the letter is reading"),
        pytest.param(BOARD, "with the board", id="a date of the board outranks reading"),
        pytest.param({**INVITED, "board_meets_on": date(2026, 3, 14)}, "with the board", id="a board announced by phone counts unopened"),
        pytest.param({**BOARD, "standing_kind": "sign"}, "signed", id="a signature outranks the board"),
        pytest.param({**BOARD, "standing_kind": "decline"}, "declined", id="a refusal outranks the board"),
        pytest.param({**BOARD, "standing_kind": "sign_if"}, "would sign if", id="a condition outranks the board"),
        pytest.param({**BOARD, "standing_kind": "abstain"}, "abstained", id="an abstention outranks the board"),
        pytest.param({**BOARD, "standing_kind": "separate"}, "separate statement", id="a statement of its own outranks the board"),
        pytest.param(WITHDRAWN, "withdrawn", id="a withdrawal outranks the board"),
        pytest.param({**READING, "said_not_us": True}, "not us", id="that it reached the wrong place outranks reading"),
        pytest.param({**BOARD, "said_not_us": True}, "not us", id="and the board"),
        pytest.param({**BOARD, "said_not_us": True, "standing_kind": "sign"}, "signed", id="an answer outranks that"),
        pytest.param({**WITHDRAWN, "said_not_us": True}, "withdrawn", id="and so does a withdrawal"),
        pytest.param({**WITHDRAWN, "standing_kind": "sign"}, "signed", id="who withdrew and signed again has signed"),
        pytest.param({**WITHDRAWN, "standing_kind": "decline"}, "declined", id="who withdrew and declined has declined"),
    ],
)
def test_stage_follows_from_the_facts(facts: dict[str, Any], stage: str) -> None:
    assert stage_of(**facts) == stage


@pytest.mark.parametrize(
    ("stage", "has_commented", "shown"),
    [
        pytest.param(Stage.ON_THE_LIST, False, "on the list", id="who was not sent the text is on the list"),
        pytest.param(Stage.INVITED, False, "asked to comment", id="nobody has been invited to sign yet"),
        pytest.param(Stage.READING, False, "reading", id="who opened the text is reading"),
        pytest.param(Stage.WITH_BOARD, False, "with the board", id="a date of the board outranks reading"),
        pytest.param(Stage.READING, True, "commented", id="who has commented is not waited for"),
        pytest.param(Stage.WITH_BOARD, True, "commented", id="a comment outranks the board"),
    ],
)
def test_stage_while_a_revision_goes_round(stage: Stage, has_commented: bool, shown: str) -> None:
    found = while_circulating(stage, has_commented=has_commented)
    assert found == shown
    assert is_at(found, WAITED_FOR) is (shown not in {"on the list", "commented"})


def test_nobody_waits_for_a_society_that_the_letter_should_not_have_reached() -> None:
    assert not is_at(Stage.NOT_US, WAITED_FOR)


@pytest.mark.parametrize("kind", ["decline", "sign_if", "abstain", "separate", "another", ""])
def test_only_a_signature_shows_as_signed(kind: str) -> None:
    assert stage_of(**{**BOARD, "standing_kind": kind}) != Stage.SIGNED
