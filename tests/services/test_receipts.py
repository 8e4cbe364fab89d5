"""T19: every receipt quotes the place of its own event in the record, its hash, and where both are checked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import Store
from tests.factories import ANNA, COORDINATOR, KEYRING, NOW, enter, give, intent, letter_row, sign
from tests.machine.house import Office
from tests.services.test_text_change import freeze, revise
from webapp.domain.actor import Actor
from webapp.domain.links import Links
from webapp.domain.text import Change
from webapp.persistence.record import load_events
from webapp.persistence.tables import OutboxRow
from webapp.services.answer_store import WITHDRAW
from webapp.services.composing import compose
from webapp.services.file_check import check_quoted
from webapp.services.objections import OBJECT
from webapp.services.verification import read_receipt

LATER = NOW + timedelta(days=1, minutes=5)
OFFICE = Office(Links("https://letters.example.org"), KEYRING)
RECEIPTS = [("receipt", "answer.given"), ("withdrawal_receipt", "answer.withdrawn"), ("objection_receipt", "answer.objected")]


@pytest.mark.parametrize(("kind", "event"), RECEIPTS)
def test_t19_receipt_names_its_event_and_where_it_is_checked(store: Store, coordinator: Actor, letter: str, kind: str, event: str) -> None:
    with store() as session:
        sign(session, letter)
    if kind == "objection_receipt":
        revise(store, coordinator, letter, Change.EDITORIAL)
        freeze(store, coordinator, letter, Change.EDITORIAL)
    with store() as session:
        act = {"withdrawal_receipt": WITHDRAW, "objection_receipt": OBJECT}.get(kind)
        if act:
            place = enter(session, letter, now=LATER)
            give(session, place, intent(session, place, act, nonce="the-second-nonce-of-anna", reason="We see it otherwise."), at=LATER)
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == kind, OutboxRow.to_address == ANNA)).one()
        mail = compose(session, row, OFFICE, now=LATER)
        assert mail is not None
        told = next(one for one in load_events(session, letter_row(session, letter).id) if one.kind == event)
        for body in (mail.text, mail.html):
            assert "https://letters.example.org/check" in body
            assert told.hash in body
        head = read_receipt(mail.text.encode())
        assert (head.number, head.hash) == (told.sequence, told.hash)
        assert check_quoted(session, mail.text).is_genuine
        assert COORDINATOR not in mail.text
