"""Errata and editions: dated corrections beside the sealed letter, and all of it in one file; what was sealed stays (R5, R11)."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import ANNA, FAKE_PDF, OTTO, SEALABLE, enter, entry, give, intent, letter_row, letter_sealed
from tests.services.test_verification import thaw
from webapp.domain.actor import Actor
from webapp.domain.erratum import ErratumKind
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.persistence.tables import AnswerRow, ErratumRow, LaterDocumentRow, OutboxRow, SealedSignatoryRow
from webapp.services import documents, editions, errata, files, joined_since, verification
from webapp.services.errata import Correction
from webapp.services.file_check import check_sha256

LATER = SEALABLE + timedelta(days=2)


@pytest.fixture
def sealed(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_sealed(session, coordinator, entry(), entry("Marshes", OTTO, "Otto Lind"))


def printed(session: Session, society: str = "Marshes") -> str:
    """The reference of the answer by which it stands printed."""
    query = select(AnswerRow.reference).join(SealedSignatoryRow, SealedSignatoryRow.answer_id == AnswerRow.id)
    return session.scalars(query.where(SealedSignatoryRow.printed_name == society)).one()


def name(session: Session, after: str = "The Marshes", **changes: str) -> Correction:
    facts = {"kind": "name", "after": after, "reason": "Its article was left out.", "asked_by": "its secretary"}
    return Correction(printed(session), **{**facts, **changes})


def make(session: Session, actor: Actor, reference: str, given: Correction) -> int:
    plan = errata.plan_erratum(session, actor, reference, given, now=LATER)
    return errata.make_erratum(session, actor, reference, plan, FAKE_PDF, now=LATER)


def test_r11_corrected_name_stands_beside_the_sealed_list_which_stays(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        row, before = letter_row(session, sealed), files.read_sealed(session, coordinator, sealed)
        assert make(session, coordinator, sealed, name(session)) == 1
        made = session.scalars(select(ErratumRow)).one()
        assert (made.kind, made.before, made.after, made.asked_by) == ("name", "Marshes", "The Marshes", "its secretary")
        assert joined_since.since_the_seal(session, row) == "1 name is corrected since: Marshes is The Marshes (16 March 2026)."
        assert [one.printed_name for one in documents.signatory_lines(session, row)] == ["Gullhaven, Society of", "Marshes"]
        assert files.read_sealed(session, coordinator, sealed) == before
        assert session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == "erratum_made")).all() == [OTTO]
        assert verification.verify(session, sealed).problems == ()


def test_second_correction_begins_where_the_first_has_ended(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        make(session, coordinator, sealed, name(session))
        with pytest.raises(InvalidInput, match="stands there already"):
            make(session, coordinator, sealed, name(session))
        make(session, coordinator, sealed, name(session, "The Marshes Society"))
        rows = session.scalars(select(ErratumRow).order_by(ErratumRow.number)).all()
        assert [(row.number, row.before, row.after) for row in rows] == [
            (1, "Marshes", "The Marshes"),
            (2, "The Marshes", "The Marshes Society"),
        ]


def test_withdrawal_becomes_an_erratum_once(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        told = Correction(printed(session), ErratumKind.WITHDRAWN)
        with pytest.raises(WrongState, match="That signature stands"):
            make(session, coordinator, sealed, told)
        place = enter(session, sealed, OTTO, now=LATER)
        give(session, place, intent(session, place, "withdraw", reason="Our board has changed its mind."), at=LATER)
        assert [one.name for one in errata.untold_withdrawals(session, letter_row(session, sealed))] == ["Marshes"]
        make(session, coordinator, sealed, told)
        row = session.scalars(select(ErratumRow)).one()
        assert (row.before, row.after, row.reason) == ("Marshes", "", "The society has withdrawn its signature.")
        assert errata.untold_withdrawals(session, letter_row(session, sealed)) == []
        with pytest.raises(Conflict, match="already"):
            make(session, coordinator, sealed, told)
        assert verification.verify(session, sealed).problems == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"after": " "}, "after"),
        ({"reason": ""}, "reason"),
        ({"asked_by": "\n"}, "asked_by"),
        ({"kind": "other", "before": ""}, "before"),
        ({"reason": "x" * 401}, "reason"),
    ],
)
def test_what_is_missing_is_said_of_its_own_field(
    store: Store, coordinator: Actor, sealed: str, change: dict[str, str], field: str
) -> None:
    with store() as session, pytest.raises(InvalidInput) as refused:
        make(session, coordinator, sealed, name(session, **change))
    assert refused.value.field == field


def test_what_stands_nowhere_is_not_corrected(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session, pytest.raises(NotFound):
        make(session, coordinator, sealed, Correction("nowhere", "name", "The Marshes", "", "So.", "somebody"))


def test_edition_is_made_once_for_what_was_issued(store: Store, coordinator: Actor, sealed: str) -> None:
    with store() as session:
        with pytest.raises(WrongState, match="Nothing has been issued"):
            editions.plan_edition(session, coordinator, sealed, now=LATER)
        make(session, coordinator, sealed, name(session))
        plan = editions.plan_edition(session, coordinator, sealed, now=LATER)
        assert (plan.document.number, plan.sealed, plan.parts) == (1, FAKE_PDF, (FAKE_PDF,))
        assert [(part.number, part.before, part.after) for part in plan.document.parts] == [(1, "Marshes", "The Marshes")]
        assert editions.keep_edition(session, coordinator, sealed, plan, FAKE_PDF, now=LATER) == 1
        with pytest.raises(WrongState, match="holds everything"):
            editions.plan_edition(session, coordinator, sealed, now=LATER)
        assert session.scalars(select(LaterDocumentRow.kind).order_by(LaterDocumentRow.id)).all() == ["erratum", "edition"]
        assert verification.verify(session, sealed).problems == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE erratum SET after = 'Marshland'",
        "UPDATE erratum SET reason = 'Because.'",
        "DELETE FROM erratum",
        "UPDATE later_document SET content = ''",
        "DELETE FROM later_document",
    ],
)
def test_r17_verify_finds_an_erratum_that_was_changed(store: Store, coordinator: Actor, sealed: str, change: str) -> None:
    with store() as session:
        make(session, coordinator, sealed, name(session))
        session.flush()
        thaw(session)
        assert verification.verify(session, sealed).problems == ()
        session.execute(text(change))
        session.expire_all()
        assert verification.verify(session, sealed).problems


def test_erratum_is_known_by_its_sha256_and_another_file_is_not(store: Store, coordinator: Actor, sealed: str) -> None:
    made = b"%PDF-1.7 of the erratum"
    with store() as session:
        plan = errata.plan_erratum(session, coordinator, sealed, name(session), now=LATER)
        errata.make_erratum(session, coordinator, sealed, plan, made, now=LATER)
        found = check_sha256(session, hashlib.sha256(made).hexdigest())
        assert found.is_genuine
        assert ("Document", "Erratum 1") in found.facts
        assert not check_sha256(session, hashlib.sha256(made + b" ").hexdigest()).is_genuine


def test_society_that_withdraws_is_told_beside_the_list_with_or_without_an_erratum(store: Store, sealed: str) -> None:
    with store() as session:
        place = enter(session, sealed, ANNA, now=LATER)
        give(session, place, intent(session, place, "withdraw"), at=LATER)
        said = joined_since.since_the_seal(session, letter_row(session, sealed))
        assert said == "1 has since withdrawn: Gullhaven, Society of (16 March 2026)."
