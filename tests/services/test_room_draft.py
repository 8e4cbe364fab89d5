"""The draft for a board: named to the society, with the number of signatories and none of their names (R5, R13)."""

import pytest

from tests.conftest import Store
from tests.factories import NOW, SEALABLE, enter, entry, letter_circulating, letter_in_draft, letter_row, letter_sealed, sign
from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound
from webapp.rendering.letter import letter_html
from webapp.services import sign_on
from webapp.services.documents import letter_document
from webapp.services.layout_desk import LayoutDraft, set_layout
from webapp.services.room_draft import room_draft

OTTO = "otto@marshes.example.org"


def test_r13_draft_for_a_society_names_it_and_counts_the_others(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator, entry(), entry("Society of the Marshes", OTTO, "Otto Lind"))
        set_layout(session, coordinator, letter, LayoutDraft(has_annex=True), 0, now=NOW)
        sign_on.open_sign_on(session, coordinator, letter, is_fit=True, now=NOW)
        sign(session, letter, OTTO, printed_name="Society of the Marshes", officer="Prof. Otto Lind")
        html = letter_html(room_draft(session, enter(session, letter), now=NOW))
        assert "1 society has signed this letter." in html
        assert "Copy for Gullhaven, Society of" in html
        assert "Marshes" not in html
        assert "Otto" not in html
        # Control: the coordinators’ draft names them.
        assert "Otto Lind" in letter_html(letter_document(session, letter_row(session, letter), dated=NOW, is_draft=True))


def test_there_is_no_draft_before_the_text_is_frozen_nor_after_the_seal(store: Store, coordinator: Actor) -> None:
    with store() as session:
        for letter in (letter_circulating(session, coordinator), letter_sealed(session, coordinator)):
            with pytest.raises(NotFound):
                room_draft(session, enter(session, letter, now=SEALABLE), now=SEALABLE)
