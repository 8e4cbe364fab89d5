"""Addenda: a sealed letter held open, answered on the sealed digest until its own deadline, and issued as a dated list (R9, R11)."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from babel import Locale
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.calendar_reader import Component, events_of
from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    DEADLINE,
    FAKE_PDF,
    KEYRING,
    OTTO,
    SEALABLE,
    STRANGER,
    enter,
    entry,
    give,
    intent,
    letter_in_signing,
    letter_row,
    letter_sealed,
    newest_code,
    seal_it,
    sign,
    sign_on_facts,
    staff_actor,
)
from tests.services.test_verification import thaw
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, StaleText, TooLate, WrongState
from webapp.domain.links import Links
from webapp.persistence.tables import (
    AddendumRow,
    AddendumSignatoryRow,
    AnswerRow,
    LaterDocumentRow,
    LetterRow,
    OutboxRow,
    SealedSignatoryRow,
)
from webapp.services import addenda, answers, documents, file_check, files, joined_since, roster, sign_on, verification
from webapp.services.after_the_seal import later_needs
from webapp.services.calendar_files import room_dates
from webapp.services.composing import compose
from webapp.services.held_open import addendum_under_way

MS = timedelta(milliseconds=1)
UPLAND, HARBOUR = "iris@upland.example.org", "hugo@harbour.example.org"
OPENED = SEALABLE + timedelta(days=1)
UNTIL_LOCAL, UNTIL = datetime(2026, 4, 1, 18, 0), datetime(2026, 4, 1, 16, 0, tzinfo=DEADLINE.tzinfo)  # noqa: DTZ001 - a wall clock
ISSUED = UNTIL + timedelta(seconds=30)
LATER_LOCAL, LATER = datetime(2026, 5, 1, 18, 0), datetime(2026, 5, 1, 16, 0, tzinfo=DEADLINE.tzinfo)  # noqa: DTZ001 - a wall clock


@pytest.fixture
def sealed(store: Store, coordinator: Actor) -> str:
    """Gullhaven and The Marshes have signed; Upland and Harbour have not."""
    societies = (entry(), entry("The Marshes", OTTO, "Otto Lind"), entry("Upland", UPLAND, "Iris Ek"), entry("Harbour", HARBOUR, "Hugo Ny"))
    with store() as session:
        reference = letter_in_signing(session, coordinator, *societies)
        sign(session, reference, ANNA, printed_name="Gullhaven, Society of")
        sign(session, reference, OTTO, printed_name="The Marshes", officer="Otto Lind")
        assert sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
        seal_it(session, coordinator, reference)
        return reference


@pytest.fixture
def opened(store: Store, coordinator: Actor, sealed: str) -> str:
    with store() as session:
        addenda.open_addendum(session, coordinator, sealed, UNTIL_LOCAL, asks=True, now=OPENED)
    return sealed


def joins(session: Session, reference: str, email: str, name: str, *, at: datetime) -> str:
    return sign(session, reference, email, at=at, printed_name=name)


def issue(session: Session, actor: Actor, reference: str, *, now: datetime = ISSUED) -> int:
    addenda.close_if_due(session, letter_row(session, reference).id, now=now)
    plan = addenda.plan_addendum(session, actor, reference, now=now)
    return addenda.issue_addendum(session, actor, reference, plan, FAKE_PDF, now=now)


def test_opening_asks_those_who_have_not_signed_and_nobody_else(store: Store, opened: str) -> None:
    with store() as session:
        told = session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == "addendum_opened").order_by(OutboxRow.to_address))
        assert list(told) == [HARBOUR, UPLAND]


class Office:
    links, keyring = Links("https://letters.example.org"), KEYRING


def test_r10_whoever_is_asked_gets_the_deadline_for_the_calendar(store: Store, coordinator: Actor, opened: str) -> None:
    def mailed(session: Session) -> list[Component]:
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "addendum_opened", OutboxRow.to_address == UPLAND)).one()
        form = compose(session, row, Office(), now=OPENED)
        return list(events_of(form.calendar).values()) if form and form.calendar else []

    with store() as session:
        [event] = mailed(session)
        assert event.start == UNTIL and "Last moment to join" in event.text("SUMMARY")
        assert "1 April 2026, 18:00" in event.text("DESCRIPTION")
        joins(session, opened, UPLAND, "Upland", at=OPENED)
        issue(session, coordinator, opened)
    with store() as session:
        addenda.open_addendum(session, coordinator, opened, LATER_LOCAL, asks=False, now=ISSUED)
        place = enter(session, opened, UPLAND, now=ISSUED)
        assert not [key for key, _name in room_dates(session, place) if key.startswith("joining")], "it stands printed already"
        waiting = enter(session, opened, HARBOUR, now=ISSUED)
        assert [name for key, name in room_dates(session, waiting) if key.startswith("joining")] == ["Last moment to join by an addendum"]


def test_r11_society_joins_by_the_same_link_code_and_form_and_stands_in_the_addendum_alone(
    store: Store, coordinator: Actor, opened: str
) -> None:
    with store() as session:
        row, before = letter_row(session, opened), files.read_sealed(session, coordinator, opened)
        answer = joins(session, opened, UPLAND, "Upland", at=UNTIL - MS)
        assert joined_since.since_the_seal(session, row) == "1 has joined since: Upland (1 April 2026)."
        assert issue(session, coordinator, opened) == 1
        listed = session.scalars(select(AddendumSignatoryRow)).all()
        assert [(one.position, one.printed_name, session.get_one(AnswerRow, one.answer_id).reference) for one in listed] == [
            (1, "Upland", answer)
        ]
        assert joined_since.since_the_seal(session, row) == "1 has joined since: Upland (1 April 2026, addendum 1)."
        assert [one.printed_name for one in documents.signatory_lines(session, row)] == ["Gullhaven, Society of", "The Marshes"]
        assert documents.signed_count(session, row) == 2
        assert files.read_sealed(session, coordinator, opened) == before
        file = session.scalars(select(LaterDocumentRow)).one()
        assert (file.kind, file.number, file.sha256) == ("addendum", 1, hashlib.sha256(FAKE_PDF).hexdigest())
        assert verification.verify(session, opened).problems == ()


@pytest.mark.parametrize(
    ("at", "counts"), [(UNTIL - MS, True), (UNTIL, False), (UNTIL + MS, False)], ids=["1 ms before", "at it", "1 ms after"]
)
def test_r9_deadline_of_the_addendum_decides_to_the_millisecond(store: Store, opened: str, at: datetime, counts: bool) -> None:
    with store() as session:
        place = enter(session, opened, UPLAND, now=OPENED)
        what = intent(session, place)
        answers.prepare_answer(session, place, what, KEYRING, received_at=UNTIL - timedelta(minutes=1), now=UNTIL - timedelta(minutes=1))
        code = newest_code(session, place)
        # Committed later, when the addendum reads closed already: the instant of receipt decides alone.
        late = UNTIL + timedelta(seconds=5)
        assert addenda.close_if_due(session, letter_row(session, opened).id, now=late)
        try:
            answers.confirm_answer(session, place, what.nonce, code, KEYRING, received_at=at, now=late)
        except TooLate as refused:
            assert not counts
            assert "The addendum closed on 1 April 2026, 18:00" in str(refused)
        stored = session.scalars(select(AnswerRow).where(AnswerRow.invitation_id == place.invitation.id)).one_or_none()
        assert (stored is not None) is counts


def test_r9_issuing_waits_out_the_longest_request(store: Store, coordinator: Actor, opened: str) -> None:
    with store() as session:
        joins(session, opened, UPLAND, "Upland", at=OPENED)
        with pytest.raises(WrongState, match="is open until 1 April 2026"):
            addenda.plan_addendum(session, coordinator, opened, now=UNTIL)
        addenda.close_if_due(session, letter_row(session, opened).id, now=UNTIL)
        with pytest.raises(WrongState, match="may still be on its way"):
            addenda.plan_addendum(session, coordinator, opened, now=ISSUED - MS)
        assert addenda.plan_addendum(session, coordinator, opened, now=ISSUED).document.number == 1


def test_r2_older_digest_is_refused(store: Store, opened: str) -> None:
    with store() as session:
        place = enter(session, opened, UPLAND, now=OPENED)
        with pytest.raises(StaleText):
            answers.prepare_answer(session, place, intent(session, place, digest="0" * 64), KEYRING, received_at=OPENED, now=OPENED)


def test_no_answer_is_taken_while_no_addendum_is_open(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        place = enter(session, sealed, UPLAND, now=OPENED)
        with pytest.raises(TooLate):
            answers.prepare_answer(session, place, intent(session, place), KEYRING, received_at=OPENED, now=OPENED)
        with pytest.raises(WrongState, match="only while an addendum is held open"):
            roster.add_society(session, coordinator, sealed, entry("Newtown", "nina@newtown.example.org", "Nina Ro"), KEYRING, now=OPENED)


def test_society_that_is_added_meanwhile_is_asked_and_joins(store: Store, coordinator: Actor, opened: str) -> None:
    with store() as session:
        nina = "nina@newtown.example.org"
        roster.add_society(session, coordinator, opened, entry("Newtown", nina, "Nina Ro"), KEYRING, now=OPENED)
        assert session.scalars(select(OutboxRow.kind).where(OutboxRow.to_address == nina)).all() == ["addendum_opened"]
        joins(session, opened, nina, "Newtown", at=OPENED)
        issue(session, coordinator, opened)
        assert session.scalars(select(AddendumSignatoryRow.printed_name)).all() == ["Newtown"]


def test_r11_what_is_printed_is_withdrawn_and_never_replaced(store: Store, opened: str) -> None:
    with store() as session:
        place = enter(session, opened, ANNA, now=OPENED)
        with pytest.raises(WrongState, match="can be withdrawn, and not replaced"):
            give(session, place, intent(session, place), at=OPENED)
        with pytest.raises(WrongState, match="can be withdrawn, and not replaced"):
            give(session, place, intent(session, place, "decline", reason="No."), at=OPENED)
        give(session, place, intent(session, place, "withdraw"), at=OPENED)


def test_r5_society_that_withdrew_and_signs_again_stands_in_an_addendum(store: Store, coordinator: Actor, opened: str) -> None:
    with store() as session:
        place = enter(session, opened, OTTO, now=OPENED)
        give(session, place, intent(session, place, "withdraw", nonce="a-nonce-of-withdrawal"), at=OPENED)
        what = intent(session, place, nonce="a-nonce-of-another", sign_on=sign_on_facts(printed_name="The Marshes"))
        give(session, place, what, at=OPENED)
        issue(session, coordinator, opened)
        said = joined_since.since_the_seal(session, letter_row(session, opened))
        assert said == "1 has since withdrawn: The Marshes (15 March 2026). 1 has joined since: The Marshes (15 March 2026, addendum 1)."
        assert len(session.scalars(select(SealedSignatoryRow)).all()) == 2
        assert verification.verify(session, opened).problems == ()


def test_condition_is_refused_for_the_text_stays_as_it_is(store: Store, opened: str) -> None:
    with store() as session:
        place = enter(session, opened, UPLAND, now=OPENED)
        with pytest.raises(WrongState, match="text stays as it is"):
            give(session, place, intent(session, place, "sign_if", reason="One word less."), at=OPENED)


def test_several_addenda_follow_one_another_and_each_names_its_own(store: Store, coordinator: Actor, opened: str) -> None:
    with store() as session:
        joins(session, opened, UPLAND, "Upland", at=OPENED)
        with pytest.raises(Conflict, match="under way already"):
            addenda.open_addendum(session, coordinator, opened, LATER_LOCAL, asks=False, now=OPENED)
        issue(session, coordinator, opened)
        addenda.open_addendum(session, coordinator, opened, LATER_LOCAL, asks=False, now=ISSUED)
        joins(session, opened, HARBOUR, "Harbour", at=ISSUED)
        issue(session, coordinator, opened, now=LATER + timedelta(seconds=30))
        rows = session.scalars(select(AddendumRow).order_by(AddendumRow.number)).all()
        assert [(row.number, [one.printed_name for one in row.signatories]) for row in rows] == [(1, ["Upland"]), (2, ["Harbour"])]
        assert verification.verify(session, opened).problems == ()


def test_addendum_that_nobody_joins_ends_without_number_and_file(store: Store, coordinator: Actor, opened: str) -> None:
    with store() as session:
        addenda.close_if_due(session, letter_row(session, opened).id, now=UNTIL)
        with pytest.raises(WrongState, match="Nobody has joined"):
            addenda.plan_addendum(session, coordinator, opened, now=ISSUED)
        addenda.end_addendum(session, coordinator, opened, now=ISSUED)
        assert addendum_under_way(session, letter_row(session, opened).id) is None
        assert session.scalars(select(AddendumRow.number)).one() == 0
        assert verification.verify(session, opened).problems == ()


@pytest.mark.parametrize("is_disputed", [True, False])
def test_addendum_that_is_ended_names_whose_answer_is_not_settled(store: Store, coordinator: Actor, opened: str, is_disputed: bool) -> None:
    with store() as session:
        answer = joins(session, opened, UPLAND, "Upland", at=OPENED)
        addenda.close_if_due(session, letter_row(session, opened).id, now=UNTIL)
        if not is_disputed:
            # Control: whose answer is settled has joined, and nothing is ended.
            with pytest.raises(WrongState, match="issue the addendum"):
                addenda.end_addendum(session, coordinator, opened, now=ISSUED)
            return
        session.execute(update(AnswerRow).where(AnswerRow.reference == answer).values(is_disputed=True))
        assert [need.text for need in later_needs(session, letter_row(session, opened), now=ISSUED)] == [
            "The addendum has closed, and 1 signature is not settled"
        ]
        with pytest.raises(WrongState, match="not settled yet"):
            addenda.plan_addendum(session, coordinator, opened, now=ISSUED)
        assert addenda.end_addendum(session, coordinator, opened, now=ISSUED) == ["Upland"]


def test_r5_signature_settled_too_late_for_its_addendum_is_not_said_to_have_joined(store: Store, coordinator: Actor, opened: str) -> None:
    with store() as session:
        answer = joins(session, opened, UPLAND, "Upland", at=OPENED)
        of_upland = update(AnswerRow).where(AnswerRow.reference == answer)
        session.execute(of_upland.values(is_disputed=True))
        addenda.close_if_due(session, letter_row(session, opened).id, now=UNTIL)
        addenda.end_addendum(session, coordinator, opened, now=ISSUED)
        session.execute(of_upland.values(is_disputed=False))
        row = letter_row(session, opened)
        said = "1 has signed since, and stands in no addendum{}: Upland (15 March 2026)."
        assert joined_since.since_the_seal(session, row) == said.format(" yet")
        session.execute(update(LetterRow).where(LetterRow.id == row.id).values(state="resolved"))
        session.expire_all()
        assert joined_since.since_the_seal(session, letter_row(session, opened)) == said.format("")
        assert joined_since.since_the_seal(session, row, for_strangers=True) == ""


def test_promised_deadline_is_kept_until_nobody_is_waited_for(store: Store, coordinator: Actor, opened: str) -> None:
    with store() as session:
        joins(session, opened, UPLAND, "Upland", at=OPENED)
        with pytest.raises(Conflict, match="Waiting for 1: Harbour"):
            addenda.close_addendum(session, coordinator, opened, now=OPENED)
        place = enter(session, opened, HARBOUR, now=OPENED)
        give(session, place, intent(session, place, "decline", reason=""), at=OPENED)
        addenda.close_addendum(session, coordinator, opened, now=OPENED)
        row = addendum_under_way(session, letter_row(session, opened).id)
        assert row is not None
        assert row.closed_at == OPENED


@pytest.mark.parametrize(("local", "says"), [(datetime(2026, 3, 14), "has passed"), (datetime(2028, 3, 14), "more than a year")])  # noqa: DTZ001
def test_deadline_that_makes_no_sense_is_refused(store: Store, coordinator: Actor, sealed: str, local: datetime, says: str) -> None:
    with store() as session, pytest.raises(InvalidInput, match=says):
        addenda.open_addendum(session, coordinator, sealed, local, asks=True, now=OPENED)


def test_what_happens_while_it_is_made_makes_the_file_void(store: Store, coordinator: Actor, opened: str) -> None:
    with store() as session:
        joins(session, opened, UPLAND, "Upland", at=OPENED)
        addenda.close_if_due(session, letter_row(session, opened).id, now=UNTIL)
        plan = addenda.plan_addendum(session, coordinator, opened, now=ISSUED)
        place = enter(session, opened, UPLAND, now=ISSUED)
        give(session, place, intent(session, place, "withdraw"), at=ISSUED)
        with unchanged(session.connection()), pytest.raises(Conflict, match="not issued"):
            addenda.issue_addendum(session, coordinator, opened, plan, FAKE_PDF, now=ISSUED)


def test_r13_stranger_does_not_know_of_the_letter(store: Store, sealed: str) -> None:
    with store() as session, pytest.raises(NotFound):
        addenda.open_addendum(session, staff_actor(session, STRANGER), sealed, UNTIL_LOCAL, asks=True, now=OPENED)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE addendum SET closed_at = NULL, ended_at = NULL, number = 0",
        "UPDATE addendum SET number = 2",
        "UPDATE addendum_signatory SET printed_name = 'Uplands'",
        "UPDATE addendum_signatory SET note = 'recorded from paper'",
        "UPDATE sealed_signatory SET note = 'recorded from paper'",
        "UPDATE sealed_signatory SET country = 'FR'",
        "UPDATE sealed_signatory SET acronym = 'XYZ'",
        "DELETE FROM addendum_signatory",
        "DELETE FROM later_document",
        "UPDATE later_document SET content = '', sha256 = ''",
    ],
)
def test_r17_verify_finds_what_was_changed_behind_the_record(store: Store, coordinator: Actor, opened: str, change: str) -> None:
    with store() as session:
        joins(session, opened, UPLAND, "Upland", at=OPENED)
        issue(session, coordinator, opened)
        session.flush()
        thaw(session)
        assert verification.verify(session, opened).problems == ()
        session.execute(text(change))
        session.expire_all()
        assert verification.verify(session, opened).problems
        session.rollback()


def test_r5_addendum_is_known_by_its_bytes(store: Store, coordinator: Actor, opened: str) -> None:
    pdf = FAKE_PDF + b"an addendum"
    with store() as session:
        assert not file_check.check_file(session, "addendum.pdf", pdf, []).is_genuine
        joins(session, opened, UPLAND, "Upland", at=OPENED)
        addenda.close_if_due(session, letter_row(session, opened).id, now=ISSUED)
        plan = addenda.plan_addendum(session, coordinator, opened, now=ISSUED)
        addenda.issue_addendum(session, coordinator, opened, plan, pdf, now=ISSUED)
        found = file_check.check_file(session, "addendum.pdf", pdf, [])
        assert found.is_genuine and dict(found.facts)["Document"] == "Addendum 1"


def test_r5_strangers_are_told_of_who_joined_once_the_addendum_is_issued(store: Store, coordinator: Actor, opened: str) -> None:
    with store() as session:
        letter = letter_row(session, opened)
        joins(session, opened, UPLAND, "Upland", at=OPENED)
        assert "1 has joined since: Upland" in joined_since.since_the_seal(session, letter)
        assert joined_since.since_the_seal(session, letter, for_strangers=True) == ""
        addenda.close_if_due(session, letter.id, now=ISSUED)
        issue(session, coordinator, opened)
        assert "1 has joined since: Upland" in joined_since.since_the_seal(session, letter, for_strangers=True)


def test_r17_country_may_be_called_otherwise_by_now_but_is_the_one_that_was_sealed(
    store: Store, coordinator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store() as session:
        letter = letter_sealed(session, coordinator, replace(entry(), country="DE"))
        names = {code: f"The Land of {name}" for code, name in Locale.parse("en").territories.items()}
        with monkeypatch.context() as renamed:
            renamed.setattr(Locale, "territories", property(lambda _locale: names))
            assert verification.verify(session, letter).problems == ()
        thaw(session)
        session.execute(text("UPDATE sealed_signatory SET country = 'FR'"))
        session.expire_all()
        assert [one for one in verification.verify(session, letter).problems if "a country" in str(one)]
        session.rollback()
