"""T18: whoever changes what was recorded, attached, settled or disputed is found by `verify`."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories import NOW, letter_in_signing
from tests.services.test_authority import Settling, answer, settle, speak, token
from tests.services.test_recorded import record, second
from tests.services.test_verification import thaw
from webapp.domain.actor import Actor
from webapp.domain.authority import WitnessPurpose
from webapp.services.authority import set_rule
from webapp.services.verification import verify

Store = Callable[[], Session]


_OTHER = "(SELECT max(id) FROM staff)"

PLANTED = {
    "an open check is settled by hand": ("UPDATE answer SET authority = 'proof'", "the authority of the answer"),
    "a record is confirmed by hand": ("UPDATE answer SET is_confirmed = true", "the confirmation of the answer"),
    "a dispute is forgotten": ("UPDATE answer SET is_disputed = false", "the dispute of the answer"),
    "another is said to have called": ("UPDATE recorded_answer SET received_from = 'Somebody'", "how the answer"),
    "a second is said not to be needed": ("UPDATE recorded_answer SET needs_second = false", "how the answer"),
    "an answer is said to come from the room": ("DELETE FROM recorded_answer", "was recorded by a coordinator"),
    "the proof is another file": ("UPDATE proof_file SET content = :bytes", "is not the file of which"),
    "the proof is taken away": ("DELETE FROM proof_file", "the proof of which"),
    "a word is put into a coordinator’s mouth": ("UPDATE authority_check SET words = 'Yes.'", "why the authority"),
    "another is said to have settled it": (f"UPDATE authority_check SET staff_id = {_OTHER}", "who settled the authority"),
    "nobody of the staff is said to have settled it": ("UPDATE authority_check SET staff_id = NULL", "who settled the authority"),
    "another is said to have confirmed it": (
        f"UPDATE recorded_answer SET confirmed_by_id = {_OTHER}, confirmed_at = (SELECT settled_at FROM authority_check)",
        "who confirmed the answer",
    ),
    "a settling is taken away": ("DELETE FROM authority_check", "by what the authority"),
    "what was disputed is edited": ("UPDATE dispute SET words = 'Fine.'", "what was said in a dispute"),
    "a dispute is settled by hand": ("UPDATE dispute SET stands = true, settled_at = opened_at", "what came of the dispute"),
    "a dispute is taken away": ("DELETE FROM dispute", "the dispute of which"),
    "the letter asks for less": ("UPDATE letter SET authority_rule = '[\"word\"]'", "what the letter asks for"),
}


@pytest.mark.parametrize("edit", PLANTED)
def test_t18_planted_edit_of_what_was_vouched_is_named(store: Store, coordinator: Actor, edit: str) -> None:
    statement, sentence = PLANTED[edit]
    with store() as session:
        letter = letter_in_signing(session, coordinator)
        second(session, letter)
        set_rule(session, coordinator, letter, ["minute", "word"], now=NOW)
        record(session, coordinator, letter)
        settle(session, coordinator, letter, Settling("word", "I know her."))
        assert speak(session, WitnessPurpose.DISPUTE, token(session, WitnessPurpose.DISPUTE, official=False)) is None
        assert answer(session).is_disputed
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        session.execute(text(statement), {"bytes": b"another"})
        session.expire_all()
        found = [str(one) for one in verify(session).problems]
        assert [one for one in found if sentence in one], found
