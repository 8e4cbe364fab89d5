"""A logo stands in a letter only where its society has said so of the very logo that it was shown (R7, R11, R12, R17)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    ANNA,
    DEADLINE,
    KEYRING,
    NOW,
    enter,
    entry,
    intent,
    letter_in_signing,
    letter_row,
    newest_code,
    representative,
    seal_it,
    sign,
    sign_on_facts,
)
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.document import LetterDocument
from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.proof_file import read_proof
from webapp.persistence.tables import AnswerRow, EventRow, SealedSignatoryRow
from webapp.rendering.logo import Logo
from webapp.services import answers, layout_desk, logo_consent, recorded, rooms, sign_on, society_logo
from webapp.services.answers import Intent
from webapp.services.documents import letter_document
from webapp.services.layout_desk import LayoutDraft
from webapp.services.recorded import Received, Record
from webapp.services.verification import verify

LATER = NOW + timedelta(hours=1)
GULLHAVEN, MARSHES = "Gullhaven, Society of", "Society of the Marshes"
OTTO = "otto@marshes.example.org"


def picture(words: bytes) -> Logo:
    return Logo("image/png", words, b"preview of " + words, 30, 20)


def put_logo(session: Session, letter: str, words: bytes = b"a logo", *, email: str = ANNA) -> str:
    society = representative(session, letter, email).invitation.society.reference
    society_logo.offer_logo(session, COMMAND, society, picture(words), now=NOW)
    waiting = society_logo.show_upload(session, COMMAND, society)
    assert waiting is not None
    society_logo.use_upload(session, COMMAND, society, waiting.sha256, now=NOW)
    return waiting.sha256


def show_logos(session: Session, actor: Actor, letter: str, **more: str) -> None:
    layout_desk.set_layout(session, actor, letter, LayoutDraft(shows_logos=True, **more), 0, now=NOW)


def document_of(session: Session, letter: str) -> LetterDocument:
    return letter_document(session, letter_row(session, letter), dated=LATER, is_draft=True)


def logos_in(session: Session, letter: str) -> dict[str, str]:
    return {one.printed_name: one.logo for one in document_of(session, letter).signatories if one.logo}


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_signing(session, coordinator, entry(), entry(MARSHES, OTTO, "Otto Lind"))


def agreed(session: Session, letter: str, email: str = ANNA, **more: str) -> str:
    place = enter(session, letter, email)
    shown = logo_consent.logo_of(session, place.invitation.society.reference)
    return sign(session, letter, email, at=LATER, consent_to_logo=True, logo=shown, **more)


def test_logo_stands_where_the_letter_shows_logos_and_the_society_has_agreed(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sha256 = put_logo(session, letter)
        put_logo(session, letter, b"another", email=OTTO)
        agreed(session, letter)
        sign(session, letter, OTTO, printed_name=MARSHES)
        # Neither the list nor the pictures have one as long as the letter shows none.
        assert (logos_in(session, letter), document_of(session, letter).pictures) == ({}, {})
        show_logos(session, coordinator, letter)
        assert logos_in(session, letter) == {GULLHAVEN: sha256}
        shown = document_of(session, letter).pictures
        assert [(name, one.content, one.raster) for name, one in shown.items()] == [(sha256, b"a logo", b"preview of a logo")]
        assert verify(session).problems == ()


def test_letterhead_has_the_logo_of_the_lead_society_if_it_has_agreed(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sha256 = put_logo(session, letter)
        lead = representative(session, letter).invitation.society.reference
        layout_desk.set_layout(session, coordinator, letter, LayoutDraft(lead=lead), 0, now=NOW)
        assert logo_consent.logo_asked(session, letter_row(session, letter), lead).is_asked
        assert document_of(session, letter).letterhead.logo == ""
        agreed(session, letter)
        document = document_of(session, letter)
        assert (document.letterhead.logo, set(document.pictures), logos_in(session, letter)) == (sha256, {sha256}, {})


AFTERWARDS: list[tuple[str, Callable[[Session, str], object]]] = [
    ("another is put in", lambda session, letter: put_later(session, letter)),
    ("it is taken out", lambda session, letter: society_logo.take_logo_out(session, COMMAND, society_of(session, letter), now=LATER)),
]


def society_of(session: Session, letter: str) -> str:
    return representative(session, letter).invitation.society.reference


def put_later(session: Session, letter: str) -> None:
    society, later = society_of(session, letter), LATER + timedelta(seconds=1)
    society_logo.offer_logo(session, COMMAND, society, picture(b"not theirs"), now=later)
    waiting = society_logo.show_upload(session, COMMAND, society)
    assert waiting is not None
    society_logo.use_upload(session, COMMAND, society, waiting.sha256, now=later)


@pytest.mark.parametrize("change", [row[1] for row in AFTERWARDS], ids=[row[0] for row in AFTERWARDS])
def test_logo_that_the_society_was_not_shown_is_never_used(
    store: Store, coordinator: Actor, letter: str, change: Callable[[Session, str], object]
) -> None:
    with store() as session:
        put_logo(session, letter)
        show_logos(session, coordinator, letter)
        agreed(session, letter)
        assert logos_in(session, letter)
        change(session, letter)
        assert logos_in(session, letter) == {}
        assert rooms.show_room(session, enter(session, letter), now=LATER).answer.consent_to_logo is False


def test_agreement_to_another_logo_than_the_one_there_is_refused_at_its_field(store: Store, letter: str) -> None:
    with pytest.raises(InvalidInput) as refused, store() as session:
        put_logo(session, letter)
        sign(session, letter, consent_to_logo=True, logo="0" * 64)
    assert refused.value.field == "consent_to_logo"


def test_agreement_to_no_logo_is_none(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter, consent_to_logo=True, logo="0" * 64)
        assert session.scalars(select(AnswerRow.consent_to_logo)).all() == [False]
        assert verify(session).problems == ()


def test_r8_logo_that_changes_before_the_code_comes_stores_nothing(store: Store, letter: str) -> None:
    with store() as session:
        sha256 = put_logo(session, letter)
        place = enter(session, letter)
        what = replace(intent(session, place), sign_on=sign_on_facts(consent_to_logo=True, logo=sha256))
        answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)
        put_logo(session, letter, b"another")
        with pytest.raises(Conflict, match="is another now"):
            answers.confirm_answer(session, place, what.nonce, newest_code(session, place), KEYRING, received_at=NOW, now=NOW)
        assert session.scalars(select(AnswerRow)).all() == []


def test_r12_recorded_answer_agrees_as_the_society_has_said(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sha256 = put_logo(session, letter)
        show_logos(session, coordinator, letter)
        to_record = recorded.answer_to_record(session, coordinator, letter, representative(session, letter).invitation.reference)
        assert to_record.logo == logo_consent.LogoAsked(True, sha256)
        facts = sign_on_facts(consent_to_logo=True, logo=sha256)
        what = Intent("sign", "a-nonce-of-a-record", to_record.digest, None, facts)
        made = Record(what, Received("paper", "Anna Berg", NOW.date(), "By post."), read_proof("letter.pdf", b"%PDF-1.7\nWe sign.\n%%EOF"))
        where = (letter, to_record.invitation)
        recorded.record_answer(session, coordinator, where, made, KEYRING, received_at=LATER, now=LATER)
        assert logos_in(session, letter) == {GULLHAVEN: sha256}
        assert verify(session).problems == ()


def test_r11_sealed_list_keeps_the_logo_and_the_record_names_it(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sha256 = put_logo(session, letter)
        show_logos(session, coordinator, letter)
        agreed(session, letter)
        assert sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        seal_it(session, coordinator, letter)
        put_later(session, letter)
        assert logos_in(session, letter) == {GULLHAVEN: sha256}
        assert session.scalars(select(SealedSignatoryRow.logo)).all() == [sha256]
        told = session.scalars(select(EventRow.public).where(EventRow.kind == "answer.given")).one()
        assert f'"logo":"{sha256}"' in told
        assert verify(session).problems == ()
