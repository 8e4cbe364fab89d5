"""Changing the text while sign-on is open: who signed what, and who has to be asked again."""

from contextlib import suppress
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    ANNA,
    BRUNO,
    KEYRING,
    NOW,
    comment,
    enter,
    entry,
    give,
    intent,
    letter_circulating,
    letter_in_signing,
    letter_row,
    sign,
)
from tests.machine.house import House
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, TooLate, WrongState
from webapp.domain.stage import Stage
from webapp.domain.text import Change
from webapp.persistence.record import load_events
from webapp.persistence.tables import ObjectionRow, OutboxRow
from webapp.services import answers, change_view, documents, redlines, revisions, sign_on, text_change, texts
from webapp.services.composing import compose
from webapp.services.objections import OBJECT
from webapp.services.revisions import Declaration
from webapp.services.roster_facts import stage_counts
from webapp.services.roster_list import list_roster
from webapp.services.text_change import Declared

OFFICE = House.office
LATER = NOW + timedelta(days=1)
MS = timedelta(milliseconds=1)


def wall_clock(typed: str) -> datetime:
    """As a page sends it: in the zone of the letter, so without one of its own."""
    return datetime.fromisoformat(typed)


WINDOW = wall_clock("2026-03-10T12:00")


@pytest.fixture
def signed(store: Store, coordinator: Actor) -> str:
    """Two societies are asked; Anna's has signed."""
    with store() as session:
        letter = letter_in_signing(session, coordinator, entry(), entry("Society of the Dunes", BRUNO, "Bruno Wirth"))
        sign(session, letter)
        return letter


def revise(store: Store, coordinator: Actor, letter: str, change: str, words: str = " One word more.") -> None:
    with store() as session:
        row = letter_row(session, letter)
        text = row.statement
        texts.write_text(session, coordinator, letter, text.reference, text.body + words, text.edition, now=LATER)
        revisions.make_revision(session, coordinator, letter, Declaration("One word more", change), now=LATER)


def freeze(store: Store, coordinator: Actor, letter: str, change: str, **more: object) -> None:
    declared = {"is_fit": True, "object_until": WINDOW if change == Change.EDITORIAL else None, **more}
    with store() as session:
        text_change.change_text(session, coordinator, letter, Declared(change, **declared), now=LATER)  # type: ignore[arg-type]


def counts(store: Store, letter: str) -> tuple[int, int]:
    """Signatories, and societies that have to affirm; each list is counted both ways (R5)."""
    with store() as session:
        row = letter_row(session, letter)
        signing = documents.signing_answers(session, row)
        assert len(signing) == documents.signed_count(session, row) == len(documents.signatory_lines(session, row))
        return len(signing), len(documents.answers_to_affirm(session, row))


def test_r4_signature_stands_across_an_editorial_change(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    assert counts(store, signed) == (1, 0), "a revision alone changes nothing"
    freeze(store, coordinator, signed, Change.EDITORIAL)
    assert counts(store, signed) == (1, 0)


def test_r4_signature_waits_after_a_substantive_change(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    freeze(store, coordinator, signed, Change.SUBSTANTIVE)
    assert counts(store, signed) == (0, 1)


def test_r4_society_that_affirms_is_a_signatory_again(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    freeze(store, coordinator, signed, Change.SUBSTANTIVE)
    with store() as session:
        sign(session, signed, at=LATER + timedelta(hours=1))
    assert counts(store, signed) == (1, 0)


def test_r16_every_representative_is_told_once_of_each_change(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    with store() as session:
        told = session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == "text_changed").order_by(OutboxRow.id))
        assert list(told) == [ANNA, BRUNO]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(Change.EDITORIAL, ["stands", "asked to sign"], id="editorial"),
        pytest.param(Change.SUBSTANTIVE, ["waits until", "asked to sign"], id="substantive"),
    ],
)
def test_each_is_told_what_the_change_means_for_their_society(
    store: Store, coordinator: Actor, signed: str, change: str, says: list[str]
) -> None:
    revise(store, coordinator, signed, change)
    freeze(store, coordinator, signed, change)
    with store() as session:
        told = session.scalars(select(OutboxRow).where(OutboxRow.kind == "text_changed").order_by(OutboxRow.id))
        forms = [compose(session, row, OFFICE, now=LATER) for row in told]
        assert [phrase in " ".join(form.text.split()) for form, phrase in zip(forms, says, strict=True) if form] == [True, True]


def test_r17_record_tells_what_is_in_force(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    with store() as session:
        row = letter_row(session, signed)
        event = load_events(session, row.id)[-1]
        assert row.revision_in_force is not None
        assert (event.kind, event.public["revision"], event.public["digest"]) == ("revision.frozen", 2, row.revision_in_force.digest)


@pytest.mark.parametrize(
    ("change", "more", "field"),
    [
        pytest.param("", {}, "change", id="how far it goes must be said"),
        pytest.param(Change.EDITORIAL, {"object_until": None}, "object_until", id="a window for objections must be named"),
        pytest.param(
            Change.EDITORIAL, {"object_until": wall_clock("2026-01-01T00:00")}, "object_until", id="the window may not have passed"
        ),
        pytest.param(Change.EDITORIAL, {"object_until": wall_clock("2027-01-01T00:00")}, "object_until", id="the window ends with sign-on"),
        pytest.param(Change.SUBSTANTIVE, {"is_fit": False}, "reason_unfit", id="what is not ticked needs a reason"),
    ],
)
def test_change_that_is_not_declared_whole_is_refused(
    store: Store, coordinator: Actor, signed: str, change: str, more: dict[str, object], field: str
) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    with pytest.raises(InvalidInput) as refused:
        freeze(store, coordinator, signed, change, **more)
    assert refused.value.field == field
    assert counts(store, signed) == (1, 0)


def test_change_with_a_comment_that_nobody_answered_needs_a_reason_on_record(store: Store, coordinator: Actor) -> None:
    why = sign_on.Reasons(unanswered="It repeats another.")
    with store() as session:
        letter = letter_circulating(session, coordinator)
        comment(session, letter, "disagree")
        sign_on.open_sign_on(session, coordinator, letter, is_fit=True, reasons=why, now=NOW)
    revise(store, coordinator, letter, Change.SUBSTANTIVE)
    with pytest.raises(InvalidInput, match="1 comment is not answered") as refused:
        freeze(store, coordinator, letter, Change.SUBSTANTIVE)
    assert refused.value.field == "reason_unanswered"
    freeze(store, coordinator, letter, Change.SUBSTANTIVE, reasons=why)
    with store() as session:
        row = letter_row(session, letter)
        assert row.freezings[-1].reason_unanswered == load_events(session, row.id)[-1].public["reason_unanswered"] == why.unanswered


def test_nothing_is_put_in_force_without_a_newer_revision_of_the_text_as_it_is(store: Store, coordinator: Actor, signed: str) -> None:
    with pytest.raises(WrongState, match="make a revision"):
        freeze(store, coordinator, signed, Change.SUBSTANTIVE)
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    with store() as session:
        text = letter_row(session, signed).statement
        texts.write_text(session, coordinator, signed, text.reference, text.body + " And another.", text.edition, now=LATER)
    with pytest.raises(WrongState, match="since revision 2"):
        freeze(store, coordinator, signed, Change.SUBSTANTIVE)


WIDE = f"\n\n{'| a ' * 25}|\n{'|---' * 25}|\n{'| b ' * 25}|"


def test_what_cannot_be_printed_is_neither_revised_nor_put_in_force(store: Store, coordinator: Actor, signed: str) -> None:
    with pytest.raises(InvalidInput, match="A table has 25 columns"):
        revise(store, coordinator, signed, Change.SUBSTANTIVE, WIDE)
    revise(store, coordinator, signed, Change.SUBSTANTIVE, " \U0001f600")
    with pytest.raises(WrongState, match="The statement: no font of the letter can print"):
        freeze(store, coordinator, signed, Change.SUBSTANTIVE)


def test_only_what_was_shown_is_put_in_force(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    with store() as session:
        seen = text_change.propose_change(session, coordinator, signed).mark
    revise(store, coordinator, signed, Change.EDITORIAL)
    with pytest.raises(Conflict, match="Another revision"):
        freeze(store, coordinator, signed, Change.EDITORIAL, seen=seen)
    with store() as session:
        assert letter_row(session, signed).revision_in_force.number == 1  # type: ignore[union-attr]
        seen = text_change.propose_change(session, coordinator, signed).mark
    freeze(store, coordinator, signed, Change.EDITORIAL, seen=seen)


def test_revision_made_as_substantive_is_not_put_in_force_as_editorial(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    with pytest.raises(InvalidInput, match="made as a substantive change") as caught:
        freeze(store, coordinator, signed, Change.EDITORIAL)
    assert caught.value.field == "change"
    freeze(store, coordinator, signed, Change.SUBSTANTIVE)


def test_time_to_object_is_not_taken_away_by_an_early_close(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    with store() as session:
        sign(session, signed, BRUNO, at=LATER)
        ends = letter_row(session, signed).freezings[-1].object_until
        assert ends is not None
    with pytest.raises(Conflict, match="may object to the change until"), store() as session:
        sign_on.close_early(session, coordinator, signed, now=ends - MS)
    with store() as session:
        sign_on.close_early(session, coordinator, signed, now=ends)
        assert letter_row(session, signed).state == "closed"


def test_time_to_object_is_not_shortened_by_another_change(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    revise(store, coordinator, signed, Change.EDITORIAL)
    with pytest.raises(InvalidInput, match="no earlier moment") as caught:
        freeze(store, coordinator, signed, Change.EDITORIAL, object_until=WINDOW - timedelta(minutes=1))
    assert caught.value.field == "object_until"
    freeze(store, coordinator, signed, Change.EDITORIAL)


def test_change_is_compared_once_however_often_it_is_read(
    store: Store, coordinator: Actor, signed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    compared = Mock(wraps=redlines.redline_texts)
    monkeypatch.setattr(redlines, "redline_texts", compared)
    redlines._compared.cache_clear()
    with store() as session:
        place = enter(session, signed, ANNA, now=LATER)
        first, second = (change_view.show_change(session, place, now=LATER) for _visit in range(2))
    assert first == second
    assert first is not None
    assert first.redline
    assert compared.call_count == 1


def objection(session: Session, letter: str, *, at: datetime, nonce: str = "an-objection-of-ours") -> str:
    place = enter(session, letter, ANNA, now=at)
    return give(session, place, intent(session, place, OBJECT, nonce=nonce, reason="It is more than a word."), at=at)


def test_r4_society_that_objects_in_time_is_to_be_affirmed(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    with store() as session:
        objection(session, signed, at=LATER + timedelta(hours=1))
    assert counts(store, signed) == (0, 1)
    with store() as session:
        told = session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == "objection_receipt"))
        assert list(told) == [ANNA]
        assert load_events(session, letter_row(session, signed).id)[-1].kind == "answer.objected"
        sign(session, signed, at=LATER + timedelta(hours=2))
    assert counts(store, signed) == (1, 0), "affirmed"


def test_r4_objection_counts_no_longer_where_the_signed_text_is_in_force_again(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    with store() as session:
        objection(session, signed, at=LATER + timedelta(hours=1))
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    assert counts(store, signed) == (0, 1), "a third text is not the one that was signed"
    with store() as session:
        row = letter_row(session, signed)
        signed_text = row.revisions[0].statement
        texts.write_text(session, coordinator, signed, row.statement.reference, signed_text, row.statement.edition, now=LATER)
        revisions.make_revision(session, coordinator, signed, Declaration("As it was", Change.EDITORIAL), now=LATER)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    assert counts(store, signed) == (1, 0)
    with store() as session:
        answer = documents.signing_answers(session, letter_row(session, signed))[0]
        assert not documents.is_waiting(session, answer)
        assert not documents.has_objected(session, answer)
        assert stage_counts(session, letter_row(session, signed))[Stage.TO_AFFIRM] == 0


@pytest.mark.parametrize(
    ("late", "counts_as"),
    [
        pytest.param(-MS, (0, 1), id="R9 one millisecond before the end it counts"),
        pytest.param(0 * MS, (1, 0), id="R9 at the end it is refused"),
    ],
)
def test_r9_instant_decides_whether_an_objection_is_in_time(
    store: Store, coordinator: Actor, signed: str, late: timedelta, counts_as: tuple[int, int]
) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    with store() as session:
        ends = letter_row(session, signed).freezings[-1].object_until
        assert ends is not None
        with suppress(TooLate):
            objection(session, signed, at=ends + late)
    assert counts(store, signed) == counts_as


def test_r8_objection_that_is_sent_twice_is_stored_once(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.EDITORIAL)
    at = LATER + timedelta(hours=1)
    with store() as session:
        place = enter(session, signed, ANNA, now=at)
        what = intent(session, place, OBJECT, nonce="sent-twice-by-us", reason="It is more than a word.")
        reference = give(session, place, what, at=at)
        again = answers.confirm_answer(session, place, what.nonce, "AAAAAAAA", KEYRING, received_at=at, now=at)
        assert again == answers.Recorded(reference)
        assert session.scalar(select(func.count()).select_from(ObjectionRow)) == 1


@pytest.mark.parametrize("change", [None, Change.SUBSTANTIVE])
def test_there_is_nothing_to_object_to_without_an_editorial_change(
    store: Store, coordinator: Actor, signed: str, change: str | None
) -> None:
    if change:
        revise(store, coordinator, signed, change)
        freeze(store, coordinator, signed, change)
    with store() as session, pytest.raises(WrongState):
        objection(session, signed, at=LATER + timedelta(hours=1))


def test_close_before_the_deadline_waits_for_who_has_to_affirm(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    freeze(store, coordinator, signed, Change.SUBSTANTIVE)
    with store() as session:
        waiting = [row.society.printed_name for row in sign_on.unanswered(session, letter_row(session, signed))]
        assert len(waiting) == 2


def test_stage_and_dashboard_say_who_has_to_affirm(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    freeze(store, coordinator, signed, Change.SUBSTANTIVE)
    with store() as session:
        assert stage_counts(session, letter_row(session, signed)) == {Stage.TO_AFFIRM: 1, Stage.INVITED: 1}
        [line] = list_roster(session, coordinator, signed, stage=Stage.TO_AFFIRM)
        assert line.stage is Stage.TO_AFFIRM


def test_r4_change_of_substance_is_not_carried_by_a_later_editorial_revision(store: Store, coordinator: Actor, signed: str) -> None:
    revise(store, coordinator, signed, Change.SUBSTANTIVE)
    revise(store, coordinator, signed, Change.EDITORIAL)
    with pytest.raises(InvalidInput, match="Revision 2 was made as a substantive change"):
        freeze(store, coordinator, signed, Change.EDITORIAL)
    freeze(store, coordinator, signed, Change.SUBSTANTIVE)
    assert counts(store, signed) == (0, 1)
