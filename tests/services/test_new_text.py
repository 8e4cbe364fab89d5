"""A text that a journal wants changed after the seal goes by mandate, objection and affirmation to its own list (R2, R4, R7, R9, R11)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    ANNA,
    KEYRING,
    OTTO,
    STRANGER,
    enter,
    entry,
    give,
    intent,
    letter_in_signing,
    letter_row,
    letter_sealed,
    newest_code,
    publish,
    representative,
    staff_actor,
)
from tests.new_texts import (
    ASKED,
    BEGUN,
    FIXED,
    JOURNAL,
    SHORTER,
    UNTIL,
    UNTIL_LOCAL,
    UPLAND,
    asking,
    begin,
    fix,
    names,
    objects,
    put,
    said_of,
    say,
    sealed_letter,
    text_row,
)
from tests.services.test_verification import thaw
from webapp.domain.actor import Actor
from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import Conflict, InvalidInput, NotFound, StaleText, TooLate, WrongState
from webapp.domain.links import Links
from webapp.domain.new_text import AFFIRM, OBJECT_TO_TEXT
from webapp.persistence.tables import NewTextAnswerRow, NewTextAskedRow, OutboxRow, PutTextRow
from webapp.rendering.public_words import changed_sentence
from webapp.services import (
    documents,
    files,
    new_text,
    new_text_acts,
    new_text_files,
    new_text_list,
    public_files,
    public_letter,
    submissions,
    verification,
)
from webapp.services.answers import WrongCode
from webapp.services.new_text import Begun, PutDeclared, Written
from webapp.services.submissions import Plan

MS = timedelta(milliseconds=1)
EVERYBODY = ["Gullhaven, Society of", "The Marshes", "Upland"]


@pytest.fixture
def sealed(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return sealed_letter(session, coordinator)


@pytest.fixture
def text_of(store: Store, coordinator: Actor, sealed: str) -> str:
    """Put to the signatories, declared editorial."""
    with store() as session:
        return asking(session, coordinator, sealed)


def told(session: Session, kind: str) -> list[str]:
    return list(session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == kind).order_by(OutboxRow.to_address)))


def test_r11_sealed_letter_its_list_and_its_file_stay_whatever_becomes_of_the_new_text(
    store: Store, coordinator: Actor, sealed: str
) -> None:
    with store() as session:
        row, before = letter_row(session, sealed), files.read_sealed(session, coordinator, sealed)
        digest = documents.digest_in_force(row)
        text = asking(session, coordinator, sealed)
        objects(session, sealed, text)
        fix(session, sealed)
        assert names(session, sealed, text) == ["Gullhaven, Society of"]
        assert [one.printed_name for one in documents.signatory_lines(session, row)] == EVERYBODY
        assert (documents.signed_count(session, row), documents.digest_in_force(row)) == (3, digest)
        assert files.read_sealed(session, coordinator, sealed) == before
        assert text_row(session, text).put.digest != digest
        assert verification.verify(session, sealed).problems == ()


def test_every_signatory_is_told_once_and_each_by_itself(store: Store, text_of: str) -> None:
    with store() as session:
        assert told(session, "new_text_put") == [ANNA, UPLAND, OTTO]
        assert sorted(session.scalars(select(NewTextAskedRow.is_carried))) == [False, True, True]


def test_r4_mandate_carries_and_who_is_to_be_asked_stands_only_after_it_has_affirmed(store: Store, sealed: str, text_of: str) -> None:
    with store() as session:
        assert names(session, sealed, text_of) == ["Gullhaven, Society of", "The Marshes"]
        say(session, sealed, text_of, UPLAND)
        assert names(session, sealed, text_of) == EVERYBODY
        assert fix(session, sealed) == [text_of]
        assert names(session, sealed, text_of) == EVERYBODY
        assert text_row(session, text_of).fixed_at == UNTIL


def test_r4_substantive_change_is_carried_by_no_mandate(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        text = asking(session, coordinator, sealed, "substantive")
        assert names(session, sealed, text) == []
        say(session, sealed, text, ANNA)
        fix(session, sealed)
        assert names(session, sealed, text) == ["Gullhaven, Society of"]
        assert verification.verify(session, sealed).problems == ()


def test_silence_carries_nobody_who_could_not_have_objected(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        text_reference = begin(session, coordinator, sealed)
        representative(session, sealed, OTTO).revoked_at = BEGUN
        put(session, coordinator, sealed, text_reference)
        assert names(session, sealed, text_reference) == ["Gullhaven, Society of"]
        assert told(session, "new_text_put") == [ANNA, UPLAND]


def test_newest_word_of_a_society_counts_until_the_window_ends(store: Store, sealed: str, text_of: str) -> None:
    with store() as session:
        objects(session, sealed, text_of, OTTO)
        assert names(session, sealed, text_of) == ["Gullhaven, Society of"]
        say(session, sealed, text_of, OTTO, AFFIRM, at=BEGUN + MS)
        assert names(session, sealed, text_of) == ["Gullhaven, Society of", "The Marshes"]
        with pytest.raises(WrongState, match="affirmed this text already"):
            say(session, sealed, text_of, OTTO, AFFIRM, at=BEGUN + 2 * MS)
        assert [row.act for row in session.scalars(select(NewTextAnswerRow).order_by(NewTextAnswerRow.id))] == [OBJECT_TO_TEXT, AFFIRM]


@pytest.mark.parametrize(
    ("at", "counts"), [(UNTIL - MS, True), (UNTIL, False), (UNTIL + MS, False)], ids=["1 ms before", "at it", "1 ms after"]
)
def test_r9_objection_counts_to_the_last_instant_though_it_is_stored_later(
    store: Store, sealed: str, text_of: str, at: datetime, counts: bool
) -> None:
    with store() as session:
        place = enter(session, sealed, OTTO, now=UNTIL - timedelta(minutes=2))
        said = said_of(session, text_of, OBJECT_TO_TEXT)
        early = UNTIL - timedelta(minutes=1)
        new_text_acts.prepare_saying(session, place, said, KEYRING, received_at=early, now=early)
        code, late = newest_code(session, place), UNTIL + timedelta(seconds=20)
        # The clock has passed the end, and what is on its way may still come: nothing is fixed yet.
        assert fix(session, sealed, now=late) == []
        try:
            new_text_acts.confirm_saying(session, place, said.nonce, code, KEYRING, received_at=at, now=late)
        except TooLate as refused:
            assert not counts
            assert "ended on 3 April 2026, 18:00" in str(refused)
        assert fix(session, sealed, now=FIXED - MS) == []
        assert fix(session, sealed, now=FIXED) == [text_of]
        assert ("The Marshes" not in names(session, sealed, text_of)) is counts
        assert verification.verify(session, sealed).problems == ()


def test_r7_wrong_code_stores_nothing_and_r8_the_same_form_twice_is_one(store: Store, sealed: str, text_of: str) -> None:
    with store() as session:
        place, said = enter(session, sealed, OTTO, now=BEGUN), said_of(session, text_of, OBJECT_TO_TEXT)
        new_text_acts.prepare_saying(session, place, said, KEYRING, received_at=BEGUN, now=BEGUN)
        wrong = new_text_acts.confirm_saying(session, place, said.nonce, "0000-0000", KEYRING, received_at=BEGUN, now=BEGUN)
        assert wrong == WrongCode(4)
        assert session.scalars(select(NewTextAnswerRow)).all() == []
        code = newest_code(session, place)
        first = new_text_acts.confirm_saying(session, place, said.nonce, code, KEYRING, received_at=BEGUN, now=BEGUN)
        again = new_text_acts.confirm_saying(session, place, said.nonce, code, KEYRING, received_at=BEGUN, now=BEGUN)
        assert first == again
        assert len(session.scalars(select(NewTextAnswerRow)).all()) == 1
        assert told(session, "new_text_receipt") == [OTTO]
        assert len(told(session, "new_text_objected")) == 1


def test_r2_another_digest_is_refused_and_who_has_not_decided_is_asked_who(store: Store, sealed: str, text_of: str) -> None:
    with store() as session:
        place = enter(session, sealed, OTTO, now=BEGUN)
        for wrong, error in (({"digest": "0" * 64}, StaleText), ({"decided_by": " "}, InvalidInput), ({"act": "shrug"}, InvalidInput)):
            with pytest.raises(error):
                said = said_of(session, text_of, wrong.pop("act", AFFIRM), **wrong)
                new_text_acts.prepare_saying(session, place, said, KEYRING, received_at=BEGUN, now=BEGUN)


def test_r13_text_is_known_only_to_those_who_were_asked(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        text = begin(session, coordinator, sealed)
        place = enter(session, sealed, OTTO, now=BEGUN)
        with pytest.raises(NotFound):
            new_text_acts.asked_of(session, place, text)
        other = letter_in_signing(session, coordinator, entry("Harbour", "hugo@harbour.example.org", "Hugo Ny"))
        put(session, coordinator, sealed, text)
        with pytest.raises(NotFound):
            new_text_acts.asked_of(session, enter(session, other, "hugo@harbour.example.org"), text)
        with pytest.raises(NotFound):
            new_text.abandon_new_text(session, staff_actor(session, STRANGER), sealed, text, "So.", now=BEGUN)


def test_society_that_withdraws_falls_out_before_the_list_is_fixed_and_not_after(store: Store, sealed: str, text_of: str) -> None:
    with store() as session:
        for email, at in ((OTTO, UNTIL), (ANNA, FIXED)):
            if at == FIXED:
                fix(session, sealed)
            place = enter(session, sealed, email, now=at)
            give(session, place, intent(session, place, "withdraw", nonce=f"withdrawal-of-{email}"), at=at)
        assert names(session, sealed, text_of) == ["Gullhaven, Society of"]
        assert verification.verify(session, sealed).problems == ()


def test_r3_what_was_put_never_changes(store: Store, coordinator: Actor, sealed: str, text_of: str) -> None:
    with store() as session:
        with pytest.raises(WrongState, match="does not change any more"):
            new_text.write_new_text(session, coordinator, sealed, text_of, Written("Another.", ASKED, 2), now=BEGUN)
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text("UPDATE put_text SET body = 'Another.'"))
        assert session.scalars(select(PutTextRow)).one().body == SHORTER.strip()


def test_two_people_never_overwrite_each_other_unseen(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        text_reference = begin(session, coordinator, sealed)
        with pytest.raises(Conflict, match="Somebody has saved"):
            new_text.write_new_text(session, coordinator, sealed, text_reference, Written("Mine.", ASKED, 1), now=BEGUN)
        seen = new_text.propose_new_text(session, letter_row(session, sealed), text_row(session, text_reference)).mark
        new_text.write_new_text(session, coordinator, sealed, text_reference, Written("We disagree.", ASKED, 2), now=BEGUN)
        with pytest.raises(Conflict, match="has changed since"):
            new_text.put_new_text(session, coordinator, sealed, text_reference, PutDeclared("editorial", UNTIL_LOCAL, seen), now=BEGUN)


def test_one_is_open_at_a_time_for_each_submission(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        first = begin(session, coordinator, sealed)
        with pytest.raises(Conflict, match="is open"):
            begin(session, coordinator, sealed)
        planned = submissions.plan_submission(session, coordinator, sealed, Plan("Journal of Ferns", "letter"), now=BEGUN)
        second = begin(session, coordinator, sealed, submission=planned)
        new_text.abandon_new_text(session, coordinator, sealed, first, "The journal has changed its mind.", now=BEGUN)
        third = begin(session, coordinator, sealed)
        assert [text_row(session, one).number for one in (first, second, third)] == [1, 2, 3]
        assert told(session, "new_text_abandoned") == []


def test_r13_text_is_begun_for_no_submission_of_another_letter(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        other = letter_sealed(session, coordinator)
        planned = submissions.plan_submission(session, coordinator, other, Plan("Journal of Ferns", "letter"), now=BEGUN)
        with pytest.raises(NotFound):
            begin(session, coordinator, sealed, submission=planned)


def test_whoever_was_asked_is_told_that_it_is_abandoned_and_nothing_more_is_taken(
    store: Store, coordinator: Actor, sealed: str, text_of: str
) -> None:
    with store() as session:
        objects(session, sealed, text_of)
        new_text.abandon_new_text(session, coordinator, sealed, text_of, "The journal takes it as it is.", now=BEGUN)
        assert told(session, "new_text_abandoned") == [ANNA, UPLAND, OTTO]
        with pytest.raises(WrongState, match="abandoned"):
            say(session, sealed, text_of, UPLAND)
        assert fix(session, sealed) == []
        assert verification.verify(session, sealed).problems == ()


def test_what_is_missing_when_it_is_put_is_said(store: Store, coordinator: Actor, sealed: str) -> None:
    wrong = {
        "change": PutDeclared("", UNTIL_LOCAL),
        "no end": PutDeclared("editorial", None),
        "less than a day": PutDeclared("editorial", BEGUN.replace(tzinfo=None)),
        "years ahead": PutDeclared("editorial", UNTIL_LOCAL.replace(year=2028)),
    }
    with store() as session:
        text_reference = begin(session, coordinator, sealed)
        for declared in wrong.values():
            with pytest.raises(InvalidInput):
                new_text.put_new_text(session, coordinator, sealed, text_reference, declared, now=BEGUN)
        assert session.scalars(select(PutTextRow)).all() == []


def test_text_that_is_still_the_sealed_one_is_not_put(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        text_reference = new_text.begin_new_text(session, coordinator, sealed, Begun(JOURNAL, ASKED), now=BEGUN)
        with pytest.raises(WrongState, match="still the sealed one"):
            put(session, coordinator, sealed, text_reference)


TAMPERED = {
    "UPDATE put_text SET body = 'Another.'": "is not the one that event",
    "UPDATE put_text SET change = 'substantive'": "how changed text 1 was put",
    "UPDATE new_text_asked SET is_carried = NOT is_carried": "who was asked",
    "UPDATE new_text_answer SET act = 'affirm_text'": "what was said of changed text 1",
    "UPDATE new_text_answer SET decided_by = 'nobody'": "what was said of changed text 1",
    "UPDATE put_text SET asked = 'Nothing.'": "how changed text 1 was put",
    "UPDATE new_text_signatory SET officer = 'Nobody'": "is not as the society stands printed",
    "DELETE FROM new_text_answer": "is not there",
    "UPDATE new_text_signatory SET printed_name = 'Nobody'": "the list of changed text 1 is not the one",
    "UPDATE new_text_signatory SET place = 'affirmed'": "does not follow",
    "DELETE FROM new_text_signatory": "the list of changed text 1",
    "UPDATE new_text SET state = 'asking'": "the state of changed text 1",
    "UPDATE new_text SET number = 7": "was not begun as event",
    "DELETE FROM event WHERE kind = 'new_text.objected'": "its record does not tell of something",
}


def test_r17_control_what_the_record_does_not_tell_is_found(store: Store, sealed: str, text_of: str) -> None:
    with store() as session:
        objects(session, sealed, text_of)
        fix(session, sealed)
        assert verification.verify(session, sealed).problems == ()
        thaw(session)
        for statement, says in TAMPERED.items():
            with session.begin_nested() as one:
                session.execute(text(statement))
                session.expire_all()
                assert any(says in str(problem) for problem in verification.verify(session, sealed).problems), statement
                one.rollback()


def test_control_without_waiting_an_objection_on_its_way_would_come_to_nothing(
    store: Store, sealed: str, text_of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_text_list, "fixes_from", lambda until, _longest: until)
    with store() as session:
        assert fix(session, sealed, now=UNTIL) == [text_of]
        with pytest.raises(TooLate):
            objects(session, sealed, text_of, at=UNTIL - MS)


def test_r11_files_of_a_changed_text_stand_in_public_beside_the_signed_letter(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        publish(session, coordinator, sealed)
        text = asking(session, coordinator, sealed)
        objects(session, sealed, text)
        row, found = letter_row(session, sealed), public_letter.find_public(session, sealed, now=FIXED)
        fix(session, sealed)
        assert public_letter.describe_letter(session, row).changed == (), "nothing is made of it yet"
        new_text_files.ask_to_make(session, coordinator, sealed, text, now=FIXED)
        job = text_row(session, text).making_job
        plan = new_text_files.plan_making(session, text_row(session, text).id, job, Links("https://letters.example.org"))
        assert plan is not None
        assert new_text_files.keep_made(session, plan, job, {DocumentKind.LETTER: b"%PDF-a"}, now=FIXED)
        letter = public_letter.describe_letter(session, row)
        (changed,) = letter.changed
        assert changed_sentence(changed, letter) == f"As changed for {JOURNAL}, on behalf of Gullhaven, Society of"
        assert [one.name for one in changed.files] == ["text-1-letter.pdf"]
        assert letter.signed == 3, "the signed letter stands as it was"
        assert public_files.read_file(session, public_files.find_file(session, found, "text-1-letter.pdf")) == b"%PDF-a"
        for name in ("text-2-letter.pdf", "text-1-letter.docx", "text-1-.pdf"):
            with pytest.raises(NotFound):
                public_files.find_file(session, found, name)
