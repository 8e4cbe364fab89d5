"""The number of signatories that pages show is the length of the list that is printed."""

from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import ANNA, DEADLINE, OTTO, STRANGER, enter, entry, give, intent, letter_in_signing, letter_row, seal_it, sign
from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind
from webapp.services.answer_store import WITHDRAW
from webapp.services.documents import signatory_lines, signed_count
from webapp.services.sign_on import close_if_due


def counted(session: Session, reference: str) -> int:
    letter = letter_row(session, reference)
    assert signed_count(session, letter) == len(signatory_lines(session, letter))
    return signed_count(session, letter)


def test_number_of_signatories_is_the_length_of_their_list(store: Store, coordinator: Actor) -> None:
    with store() as session:
        marshes, meadows = entry("The Marshes", OTTO), entry("Meadows", STRANGER)
        letter = letter_in_signing(session, coordinator, entry(email=ANNA), marshes, meadows)
        assert counted(session, letter) == 0
        sign(session, letter, ANNA)
        sign(session, letter, OTTO)
        place = enter(session, letter, STRANGER)
        give(session, place, intent(session, place, AnswerKind.DECLINE))
        assert counted(session, letter) == 2
        place = enter(session, letter, OTTO)
        give(session, place, intent(session, place, WITHDRAW, nonce="a-nonce-of-the-withdrawal"))
        assert counted(session, letter) == 1
        assert close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        seal_it(session, coordinator, letter)
        assert counted(session, letter) == 1
