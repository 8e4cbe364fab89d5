"""R13, R19: what is published of a letter names those who signed it, and nobody else who was invited."""

import io
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.bundles import LINKS, unpacked
from tests.conftest import Store
from tests.factories import ANNA, BRUNO, DEADLINE, KEYRING, NOW, SEALABLE, entry, letter_row
from webapp.domain.answer import AnswerKind
from webapp.domain.document_kind import DocumentKind
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_events
from webapp.persistence.tables import AnswerRow, DocumentRow, InvitationRow, RepresentativeRow, SocietyRow
from webapp.rendering.bundle_verifier import check_bundle
from webapp.rendering.documents import KINDS_MADE, make_document
from webapp.rendering.signing import public_key
from webapp.services import letter_proof, seal, sign_on
from webapp.services.bundle import keep_bundle
from webapp.services.letter_proof import published_record

DECLINES, WITHDRAWS, COMMENTS, IS_SILENT = (
    entry("Society of Ferns", BRUNO, "Bruno Wirth"),
    entry("College of the Withdrawn", "w@example.org", "Wanda Holt"),
    entry("Union of Remarks", "r@example.org", "Ruth Keller"),
    entry("Silent Academy", "s@example.org", "Silas Moor"),
)
OTHERS = (DECLINES, WITHDRAWS, COMMENTS, IS_SILENT)


def sealed_files(session: Session) -> tuple[str, dict[str, bytes]]:
    """All that is published of a letter that one society has signed, of the five that were invited."""
    actor = factories.staff_actor(session)
    reference = factories.letter_circulating(session, actor, entry(), *OTHERS)
    factories.comment(session, reference, remark="We doubt it.", email=COMMENTS.email)
    sign_on.open_sign_on(session, actor, reference, is_fit=True, reasons=sign_on.Reasons(unanswered="All were heard."), now=NOW)
    factories.sign(session, reference, ANNA)
    place = factories.enter(session, reference, BRUNO)
    factories.give(session, place, factories.intent(session, place, AnswerKind.DECLINE, reason="No."))
    factories.sign(session, reference, WITHDRAWS.email, printed_name=WITHDRAWS.society, officer=WITHDRAWS.contact)
    place = factories.enter(session, reference, WITHDRAWS.email)
    factories.give(session, place, factories.intent(session, place, "withdraw", nonce="another"))
    assert sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
    plan = seal.plan_seal(session, actor, reference, LINKS, now=SEALABLE)
    made = {kind: make_document(kind, plan.document) for kind in KINDS_MADE}
    seal.seal_letter(session, actor, reference, plan, made, key=public_key(KEYRING.seal_seed()), now=SEALABLE)
    keep_bundle(session, reference, KEYRING, LINKS, now=SEALABLE)
    with pikepdf.open(io.BytesIO(made[DocumentKind.LETTER])) as pdf:
        inside = {f"inside {name}": one.obj.EF.F.read_bytes() for name, one in pdf.attachments.items()}
    bundle = session.scalars(select(DocumentRow.content).where(DocumentRow.kind == DocumentKind.BUNDLE)).one()
    return reference, {**unpacked(bundle), **inside, "bundle.zip": bundle}


def what_tells_of_others(session: Session) -> set[str]:
    """Their names, and every reference by which somebody could find them again in another letter."""
    names = {one.society for one in OTHERS}
    places = select(InvitationRow).join(SocietyRow).where(SocietyRow.printed_name.in_(names))
    found = set(names) | {one.contact for one in OTHERS} | {one.email for one in OTHERS}
    for place in session.scalars(places):
        found |= {place.reference, place.society.reference}
        found |= set(session.scalars(select(RepresentativeRow.reference).where(RepresentativeRow.invitation_id == place.id)))
        found |= set(session.scalars(select(AnswerRow.reference).where(AnswerRow.invitation_id == place.id)))
    return found


def leaks(session: Session, files: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(name, what) for name, content in files.items() for what in what_tells_of_others(session) if what.encode() in content]


def test_r13_nothing_that_is_published_tells_who_was_invited_and_did_not_sign(store: Store) -> None:
    with store() as session:
        _reference, files = sealed_files(session)
        assert {"inside record.json", "record.jsonl"} <= set(files)
        assert leaks(session, files) == []
        assert [sentence for is_so, sentence in check_bundle(files["bundle.zip"]) if not is_so] == []


def test_control_the_whole_record_names_them_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(events: Iterable[RecordedEvent], _signed: object, **_more: object) -> list[dict[str, Any]]:
        return [asdict(event) for event in events]

    monkeypatch.setattr("webapp.services.bundle.published_record", whole)
    monkeypatch.setattr(letter_proof, "published_record", whole)
    with store() as session:
        _reference, files = sealed_files(session)
        found = leaks(session, files)
        for name in ("inside record.json", "record.jsonl"):
            assert {what for where, what in found if where == name} >= {one.society for one in OTHERS}


def test_event_of_a_kind_that_nobody_has_listed_is_withheld(store: Store) -> None:
    with store() as session:
        reference = factories.letter_closed(session, factories.staff_actor(session))
        answers = list(session.scalars(select(AnswerRow)))
        events = load_events(session, letter_row(session, reference).id)
        told = published_record([RecordedEvent(**{**asdict(one), "kind": "something.new"}) for one in events], answers)
        assert all(set(one) == {"sequence", "previous_hash", "hash", "withheld"} for one in told)
        assert [(one["sequence"], one["hash"]) for one in told] == [(one.sequence, one.hash) for one in events]
        assert {one["kind"] for one in published_record(events, answers) if "kind" in one} == {
            *("letter.created", "society.added", "letter.opened", "answer.given", "letter.closed")
        }
