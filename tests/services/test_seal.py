"""The seal: waits out the last request, fixes list and file once, and nothing moves after it (R9, R11)."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import changed, dump, unchanged
from tests.factories import (
    ANNA,
    DEADLINE,
    DEADLINE_LOCAL,
    FAKE_PDF,
    KEYRING,
    NOW,
    OTTO,
    SEALABLE,
    STRANGER,
    draft,
    enter,
    entry,
    give,
    intent,
    letter_closed,
    letter_in_signing,
    letter_row,
    letter_sealed,
    representative,
    seal_it,
    sign,
    staff_actor,
)
from webapp.domain.actor import CLOCK, Actor
from webapp.domain.deadline import show_date
from webapp.domain.document import AuthorityLine, LetterDocument
from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import Conflict, DomainError, NotFound, WrongState
from webapp.domain.links import Links
from webapp.persistence.tables import AnswerRow, DocumentRow, SealedSignatoryRow
from webapp.services import answers, documents, files, joined_since, letters, roster, seal, sign_on, verification

LOOPBACK, PUBLIC = Links("http://127.0.0.1:8000"), Links("https://letters.example.org")
MS = timedelta(milliseconds=1)
FILES = {DocumentKind.LETTER: FAKE_PDF}


@pytest.fixture
def closed(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_closed(session, coordinator, entry(), entry("The Marshes", OTTO, "Otto Lind"))


def test_sealed_letter_has_its_list_and_its_file(store: Store, coordinator: Actor, closed: str) -> None:
    with store() as session:
        seal_it(session, coordinator, closed)
        row = letter_row(session, closed)
        assert (row.state, row.sealed_at) == ("sealed", SEALABLE)
        listed = session.scalars(select(SealedSignatoryRow).order_by(SealedSignatoryRow.position)).all()
        assert [(one.position, one.printed_name, one.officer) for one in listed] == [
            (1, "Gullhaven, Society of", "Anna Berg"),
            (2, "The Marshes", "Otto Lind"),
        ]
        file = files.read_sealed(session, coordinator, closed)
        assert (file.content, file.sha256) == (FAKE_PDF, hashlib.sha256(FAKE_PDF).hexdigest())


@pytest.mark.parametrize(("at", "fits"), [(SEALABLE - MS, False), (SEALABLE, True)], ids=["29.999 s", "30 s"])
def test_r9_sealing_waits_out_the_longest_request(store: Store, coordinator: Actor, closed: str, at: object, fits: bool) -> None:
    with store() as session:
        try:
            seal_it(session, coordinator, closed, now=at)  # type: ignore[arg-type]
        except WrongState as refused:
            assert not fits
            assert "An answer sent in the last second may still be on its way" in str(refused)
        assert (letter_row(session, closed).state == "sealed") is fits


def test_r9_after_an_early_close_the_wait_counts_from_the_close(store: Store, coordinator: Actor) -> None:
    at = NOW + timedelta(days=1)
    with store() as session:
        reference = letter_in_signing(session, coordinator)
        sign(session, reference)
        sign_on.close_early(session, coordinator, reference, now=at)
        with pytest.raises(WrongState):
            seal_it(session, coordinator, reference, now=at + timedelta(seconds=29))
        seal_it(session, coordinator, reference, now=at + timedelta(seconds=30))


@pytest.mark.parametrize("state", ["drafting", "signing", "sealed", "submitted", "resolved", "cancelled"])
def test_only_a_closed_letter_is_sealed(store: Store, coordinator: Actor, closed: str, state: str) -> None:
    with store() as session:
        plan = seal.plan_seal(session, coordinator, closed, LOOPBACK, now=SEALABLE)
        row = letter_row(session, closed)
        row.state, row.sealed_at = state, SEALABLE
        session.flush()
        with pytest.raises(WrongState):
            seal.plan_seal(session, coordinator, closed, LOOPBACK, now=SEALABLE)
        with pytest.raises(WrongState):
            seal.seal_letter(session, coordinator, closed, plan, FILES, now=SEALABLE)


def test_stranger_can_neither_plan_nor_seal_nor_read(store: Store, coordinator: Actor, closed: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        plan = seal.plan_seal(session, coordinator, closed, LOOPBACK, now=SEALABLE)
        acts: list[Callable[[], object]] = [
            lambda: seal.plan_seal(session, stranger, closed, LOOPBACK, now=SEALABLE),
            lambda: seal.seal_letter(session, stranger, closed, plan, FILES, now=SEALABLE),
            lambda: files.read_sealed(session, stranger, closed),
            lambda: seal.draft_document(session, stranger, closed, now=SEALABLE),
            lambda: seal.current_document(session, stranger, closed, now=SEALABLE),
        ]
        for act in acts:
            with pytest.raises(NotFound):
                act()


def test_letter_that_nobody_signed_is_not_sealed(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letter_in_signing(session, coordinator)
        sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
        with pytest.raises(WrongState, match="No society has signed"):
            seal_it(session, coordinator, reference)


def test_real_letter_is_not_sealed_at_an_address_that_nobody_can_reach(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letter_closed(session, coordinator, is_demonstration=False)
        with pytest.raises(WrongState, match="works on this machine only"):
            seal.plan_seal(session, coordinator, reference, LOOPBACK, now=SEALABLE)
        assert seal.plan_seal(session, coordinator, reference, PUBLIC, now=SEALABLE).document.is_draft is False


def test_character_that_no_font_covers_keeps_the_letter_from_being_sealed(store: Store, coordinator: Actor, closed: str) -> None:
    with store() as session:
        answer = session.scalars(select(AnswerRow).order_by(AnswerRow.id)).first()
        assert answer is not None
        answer.printed_name = "Gullhaven \U0001f600"
        session.flush()
        with pytest.raises(WrongState, match=r"no font of the letter can print.*Correct it in the roster first"):
            seal.plan_seal(session, coordinator, closed, LOOPBACK, now=SEALABLE)


@pytest.mark.parametrize(
    ("field", "advice"),
    [
        ("officer", "The answer of “Gullhaven”.*wrote it in its answer"),
        ("decided_by", "The annex, in the line of “Gullhaven”.*without the annex"),
        ("acronym", "The facts of “Gullhaven”.*facts of the society first"),
    ],
)
def test_where_an_uncovered_character_is_mended_is_said(
    store: Store, coordinator: Actor, closed: str, field: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = seal.letter_document

    def with_it(*arguments: Any, **more: Any) -> LetterDocument:
        document = plain(*arguments, **more)
        line = document.signatories[0]
        if field == "decided_by":
            annex = AuthorityLine("Gullhaven", "", "", "\U0001f600", None, "")
            return replace(document, authority=(annex,))
        return replace(document, signatories=(replace(line, **{"printed_name": "Gullhaven", field: "\U0001f600"}),))

    monkeypatch.setattr(seal, "letter_document", with_it)
    with store() as session, pytest.raises(WrongState, match=advice):
        seal.plan_seal(session, coordinator, closed, LOOPBACK, now=SEALABLE)


def test_plan_is_void_once_anything_was_recorded_since(store: Store, connection: Connection, coordinator: Actor, closed: str) -> None:
    with store() as session:
        plan = seal.plan_seal(session, coordinator, closed, LOOPBACK, now=SEALABLE)
        invitation = representative(session, closed, ANNA).invitation.reference
        roster.correct_printed_name(session, coordinator, closed, invitation, "Society of Gullhaven", now=SEALABLE)
    with unchanged(connection), pytest.raises(Conflict, match="Something changed"), store() as session:
        seal.seal_letter(session, coordinator, closed, plan, FILES, now=SEALABLE)


def test_letter_is_sealed_once(store: Store, connection: Connection, coordinator: Actor, closed: str) -> None:
    with store() as session:
        plan = seal.plan_seal(session, coordinator, closed, LOOPBACK, now=SEALABLE)
        seal.seal_letter(session, coordinator, closed, plan, FILES, now=SEALABLE)
    with unchanged(connection), pytest.raises(WrongState, match="Only a closed letter"), store() as session:
        seal.seal_letter(session, coordinator, closed, plan, {DocumentKind.LETTER: b"another file"}, now=SEALABLE)


def test_file_that_no_longer_fits_its_hash_is_never_handed_out(store: Store, coordinator: Actor, closed: str) -> None:
    with store() as session:
        session.add(DocumentRow(letter_id=letter_row(session, closed).id, kind="letter", sha256="0" * 64, content=b"x", made_at=NOW))
        session.flush()
        with pytest.raises(Conflict, match="Restore it from a backup"):
            files.read_sealed(session, coordinator, closed)


def test_no_sealed_file_before_the_seal_and_no_draft_after(store: Store, coordinator: Actor, closed: str) -> None:
    with store() as session:
        with pytest.raises(NotFound, match="not been sealed"):
            files.read_sealed(session, coordinator, closed)
        assert seal.draft_document(session, coordinator, closed, now=SEALABLE).is_draft
        seal_it(session, coordinator, closed)
        with pytest.raises(WrongState, match="sealed file is the letter"):
            seal.draft_document(session, coordinator, closed, now=SEALABLE)


# R11


FROZEN = [
    ("revision", "statement = 'another text'"),
    ("sealed_signatory", "printed_name = 'another name'"),
    ("document", "content = 'another file'"),
    ("event", "public = '{}'"),
    ("event", "at = '2020-01-01'"),
    ("answer", "officer = 'somebody else'"),
    ("answer", "digest = 'another text'"),
    ("answer", "received_at = '2020-01-01'"),
]


@pytest.mark.parametrize(("table", "change"), FROZEN)
def test_r3_r11_r17_database_refuses_to_change_what_is_fixed(
    store: Store, coordinator: Actor, closed: str, table: str, change: str
) -> None:
    with store() as session:
        seal_it(session, coordinator, closed)
        with pytest.raises(DBAPIError, match=f"a row of {table} never changes"), session.begin_nested():
            session.execute(text(f"UPDATE {table} SET {change}"))


@pytest.mark.parametrize("table", ["revision", "sealed_signatory", "document", "event", "answer"])
def test_r3_r11_r17_database_refuses_to_remove_what_is_fixed(store: Store, coordinator: Actor, closed: str, table: str) -> None:
    with store() as session:
        seal_it(session, coordinator, closed)
        with pytest.raises(DBAPIError, match=f"a row of {table} never changes"), session.begin_nested():
            session.execute(text(f"DELETE FROM {table}"))


def test_personal_part_of_an_event_can_be_erased_and_the_chain_still_fits(store: Store, coordinator: Actor, closed: str) -> None:
    with store() as session:
        erased = session.execute(text("UPDATE event SET private = NULL, salt = NULL WHERE private IS NOT NULL")).rowcount  # type: ignore[attr-defined]
        assert erased > 0
        session.expire_all()
        assert verification.verify(session, closed).problems == ()


def _answer(session: Session, letter: str, act: str) -> None:
    place = enter(session, letter, now=SEALABLE)
    give(session, place, intent(session, place, act, nonce=f"a-nonce-to-{act}"), at=SEALABLE)


ACTS_AFTER_THE_SEAL: dict[str, Callable[[Session, Actor, str], object]] = {
    "sign": lambda session, _actor, letter: _answer(session, letter, "sign"),
    "decline": lambda session, _actor, letter: _answer(session, letter, "decline"),
    "abstain": lambda session, _actor, letter: _answer(session, letter, "abstain"),
    "edit": lambda session, actor, letter: letters.edit_letter(session, actor, letter, draft(title="Another"), 1, now=SEALABLE),
    "add": lambda session, actor, letter: roster.add_society(
        session, actor, letter, entry("New", "n@new.example.org"), KEYRING, now=SEALABLE
    ),
    "correct": lambda session, actor, letter: roster.correct_printed_name(
        session, actor, letter, representative(session, letter, ANNA).invitation.reference, "Another", now=SEALABLE
    ),
    "open": lambda session, actor, letter: sign_on.open_sign_on(session, actor, letter, is_fit=True, now=SEALABLE),
    "move": lambda session, actor, letter: sign_on.move_deadline(session, actor, letter, DEADLINE_LOCAL + timedelta(days=9), now=SEALABLE),
    "close": lambda session, actor, letter: sign_on.close_early(session, actor, letter, now=SEALABLE),
    "cancel": lambda session, actor, letter: sign_on.cancel_letter(session, actor, letter, "No.", now=SEALABLE),
}


@pytest.mark.parametrize("act", ACTS_AFTER_THE_SEAL)
def test_r11_nothing_moves_after_the_seal(store: Store, connection: Connection, coordinator: Actor, act: str) -> None:
    with store() as session:
        letter = letter_sealed(session, coordinator)
        before = {name: rows for name, rows in dump(connection).items() if name != "web_session"}
    with pytest.raises(DomainError), store() as session:
        ACTS_AFTER_THE_SEAL[act](session, coordinator, letter)
    assert changed(before, {name: rows for name, rows in dump(connection).items() if name != "web_session"}) == set()


def test_r11_signature_withdrawn_after_the_seal_stands_beside_the_sealed_list_by_name(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_sealed(session, coordinator, entry(), entry("The Marshes", OTTO, "Otto Lind"))
        row = letter_row(session, letter)
        before = seal.current_document(session, coordinator, letter, now=SEALABLE)
        assert joined_since.since_the_seal(session, row) == ""
        _answer(session, letter, answers.WITHDRAW)
        assert seal.current_document(session, coordinator, letter, now=SEALABLE) == before
        assert documents.signed_count(session, row) == len(before.signatories) == 2
        name = before.signatories[0].printed_name
        assert joined_since.since_the_seal(session, row) == f"1 has since withdrawn: {name} ({show_date(SEALABLE.date())})."


def test_r11_sealed_document_shows_the_sealed_list_whatever_the_answers_say(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_sealed(session, coordinator, entry(), entry("The Marshes", OTTO, "Otto Lind"))
        before = seal.current_document(session, coordinator, letter, now=SEALABLE)
        for answer in session.scalars(select(AnswerRow)):
            answer.is_standing, answer.withdrawn_at = False, SEALABLE
        session.flush()
        after = seal.current_document(session, coordinator, letter, now=SEALABLE + timedelta(days=9))
        assert after == before
        assert len(after.signatories) == 2


def test_clock_may_not_see_less_than_staff(store: Store, closed: str) -> None:
    with store() as session:
        assert len(seal.current_document(session, CLOCK, closed, now=SEALABLE).signatories) == 2


def test_officer_without_consent_is_not_in_the_sealed_list(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator)
        sign(session, letter, consent_to_print=False)
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        seal_it(session, coordinator, letter)
        row = session.scalars(select(SealedSignatoryRow)).one()
        assert (row.officer, row.office) == ("", "")
        line = seal.current_document(session, coordinator, letter, now=SEALABLE).signatories[0]
        assert (line.officer, line.office) == (None, None)


def test_plan_does_not_name_a_moment_of_its_own(store: Store, coordinator: Actor, closed: str) -> None:
    with store() as session:
        one = seal.plan_seal(session, coordinator, closed, LOOPBACK, now=SEALABLE)
        other = seal.plan_seal(session, coordinator, closed, LOOPBACK, now=SEALABLE + timedelta(minutes=1))
        assert replace(one, document=other.document) == other == one
