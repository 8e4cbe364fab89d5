"""G7: the bundle with what came after the seal: the sealed files in it untouched, checked by the same program, and caught if changed."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import bundles
from tests.bundles import Files, packed, unpacked
from tests.databases import Databases
from tests.factories import (
    ANNA,
    COORDINATOR,
    DEADLINE,
    FAKE_PDF,
    KEYRING,
    OTTO,
    SEALABLE,
    entry,
    letter_row,
    settings_for,
    sign,
    staff_actor,
)
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.digest import canonical_json
from webapp.domain.document_kind import DocumentKind
from webapp.domain.erratum import ErratumKind
from webapp.domain.errors import NotFound, WrongState
from webapp.domain.tokens import Keyring
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.tables import AnswerRow, LetterRow
from webapp.rendering.bundle_verifier import WITHHELD, check_bundle
from webapp.rendering.signing import public_key, signature
from webapp.services import addenda, editions, errata, file_check, roster
from webapp.services.files import read_sealed
from webapp.services.later_bundle import has_later_bundle, read_later_bundle

NINA = "nina@newtown.example.org"
OPENED, JOINED = SEALABLE + timedelta(days=1), SEALABLE + timedelta(days=2)
UNTIL_LOCAL, ISSUED = datetime(2026, 4, 1, 18, 0), datetime(2026, 4, 1, 16, 0, 30, tzinfo=DEADLINE.tzinfo)  # noqa: DTZ001 - a wall clock
ADDED = [
    *("later/README.txt", "later/addendum-1-{letter}.pdf", "later/edition-1-{letter}.pdf"),
    *("later/erratum-1-{letter}.pdf", "later/record.jsonl"),
]


@dataclass(frozen=True)
class Case:
    letter: str
    sealed: bytes
    later: bytes
    again: bytes
    """Once more, after something else was recorded."""
    receipt: tuple[int, str]
    """Of the society that joined."""
    said: str
    """Of the later bundle, by the command."""

    @property
    def files(self) -> Files:
        return unpacked(self.later)


@pytest.fixture(scope="module")
def case(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("later")
    engine = make_engine(settings_for(folder, databases.fresh(folder)))
    try:
        with Session(engine) as session, transaction(session):
            return _made(session)
    finally:
        engine.dispose()


def _made(session: Session) -> Case:
    """One society has joined, one name is corrected, and an edition joins it all."""
    letter = bundles.sealed_letter(session).content.reference
    actor = staff_actor(session)
    sealed = read_sealed(session, actor, letter, DocumentKind.BUNDLE).content
    with pytest.raises(NotFound):
        read_later_bundle(session, actor, letter, KEYRING)
    addenda.open_addendum(session, actor, letter, UNTIL_LOCAL, asks=False, now=OPENED)
    roster.add_society(session, actor, letter, entry("Newtown", NINA, "Nina Ro"), KEYRING, now=OPENED)
    sign(session, letter, NINA, at=JOINED, printed_name="Newtown", officer="Nina Ro")
    addenda.close_if_due(session, letter_row(session, letter).id, now=ISSUED)
    addenda.issue_addendum(session, actor, letter, addenda.plan_addendum(session, actor, letter, now=ISSUED), FAKE_PDF + b"1", now=ISSUED)
    _correct(session, actor, letter)
    editions.keep_edition(session, actor, letter, editions.plan_edition(session, actor, letter, now=ISSUED), FAKE_PDF + b"3", now=ISSUED)
    later = read_later_bundle(session, actor, letter, KEYRING)
    addenda.open_addendum(session, actor, letter, datetime(2026, 6, 1, 18, 0), asks=False, now=ISSUED)  # noqa: DTZ001 - a wall clock
    again = read_later_bundle(session, COMMAND, letter, KEYRING).content
    assert later.sha256 == hashlib.sha256(later.content).hexdigest() and has_later_bundle(session, actor, letter)
    with pytest.raises(WrongState, match="secret key of this installation was changed"):
        read_later_bundle(session, actor, letter, Keyring(b"another secret, of 32 bytes or so"))
    assert read_sealed(session, actor, letter, DocumentKind.BUNDLE).content == sealed
    said = file_check.check_file(session, "bundle.zip", later.content, []).sentence
    return Case(letter, sealed, later.content, again, _receipt(session), said)


def _correct(session: Session, actor: Actor, letter: str) -> None:
    row = session.get_one(LetterRow, letter_row(session, letter).id)
    line = errata.printed_lines(session, row)[0]
    given = errata.Correction(
        line.answer, ErratumKind.NAME, after="Gullhaven Society", reason="The comma was ours.", asked_by="its secretary"
    )
    plan = errata.plan_erratum(session, actor, letter, given, now=ISSUED)
    errata.make_erratum(session, actor, letter, plan, FAKE_PDF + b"2", now=ISSUED)


def _receipt(session: Session) -> tuple[int, str]:
    row = session.scalars(select(AnswerRow).order_by(AnswerRow.id.desc()).limit(1)).one()
    return row.record_sequence, row.record_hash


def failures(bundle: bytes | Files, *others: tuple[str, object]) -> list[str]:
    return [sentence for is_so, sentence in check_bundle(bundle, others) if not is_so]


def test_r11_sealed_files_stand_in_it_untouched_beside_all_that_was_issued(case: Case) -> None:
    sealed, later = unpacked(case.sealed), case.files
    assert sorted(set(later) - set(sealed)) == sorted(name.format(letter=case.letter) for name in ADDED)
    assert {name for name in sealed if later[name] != sealed[name]} == {"head.json"}
    assert all(name in later["later/README.txt"].decode() for name in later if name.endswith(".pdf") and name.startswith("later/"))


def test_it_is_the_same_to_the_last_byte_until_something_is_issued_again(case: Case) -> None:
    assert case.later == case.again


def test_g7_same_program_checks_it_and_a_receipt_of_a_society_that_joined(case: Case) -> None:
    mail = f"Dear …\n\n  Record          event {case.receipt[0]}, {case.receipt[1]}\n".encode()
    checks = list(check_bundle(case.later, [("receipt.eml", mail), ("addendum.pdf", FAKE_PDF + b"1")]))
    assert [sentence for is_so, sentence in checks if not is_so] == []
    assert "3 of them came after the seal, each as the record tells of it." in checks[0][1]
    assert case.said == "This bundle is genuine: all in it is as it was sealed, and as it was issued after the seal."


def test_r13_r19_it_holds_no_address_and_nobody_who_has_not_signed(case: Case) -> None:
    whole = b"".join(case.files.values())
    for address in (ANNA, OTTO, NINA, COORDINATOR, "Society of Ferns"):
        assert address.encode() not in whole
    kinds = {one["kind"] for one in records(case.files) if set(one) != WITHHELD}
    assert {"addendum.issued", "erratum.made", "edition.made", "answer.given"} <= kinds


# What is done to it by somebody who holds the key of the site, and what is said.


def records(files: Files) -> list[dict[str, object]]:
    return [json.loads(line) for line in files["later/record.jsonl"].decode().splitlines()]


def signed(files: Files) -> Files:
    head = json.loads(files["head.json"])["head"]
    head["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "head.json"}
    seed = KEYRING.seal_seed()
    whole = {"head": head, "key": public_key(seed), "signature": signature(seed, canonical_json(head))}
    return {**files, "head.json": json.dumps(whole).encode()}


def addendum_of(files: Files) -> str:
    return next(name for name in files if name.startswith("later/addendum"))


def one_byte_changed(files: Files) -> Files:
    return {**files, addendum_of(files): FAKE_PDF + b"9"}


def addendum_changed_and_signed(files: Files) -> Files:
    return signed(one_byte_changed(files))


def addendum_left_out(files: Files) -> Files:
    return signed({name: content for name, content in files.items() if name != addendum_of(files)})


def one_put_in(files: Files) -> Files:
    return signed({**files, "later/addendum-2.pdf": FAKE_PDF + b"9"})


def event_left_out(files: Files) -> Files:
    lines = files["later/record.jsonl"].splitlines(keepends=True)
    return signed({**files, "later/record.jsonl": b"".join(lines[:2] + lines[3:])})


def name_changed_in_the_record(files: Files) -> Files:
    return signed({**files, "later/record.jsonl": files["later/record.jsonl"].replace(b"Newtown", b"Oldtown")})


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (one_byte_changed, "is not as it was when the letter was sealed."),
        (addendum_changed_and_signed, "What was issued after the seal is not what the record tells of."),
        (addendum_left_out, "What was issued after the seal is not what the record tells of."),
        (one_put_in, "What was issued after the seal is not what the record tells of."),
        (event_left_out, "of the record is missing."),
        (name_changed_in_the_record, "is not as it was recorded."),
    ],
)
def test_g7_what_was_done_to_it_is_said(case: Case, harm: Callable[[Files], Files], said: str) -> None:
    assert failures(packed(case.files)) == []
    found = failures(packed(harm(case.files)))
    assert any(said in sentence for sentence in found), found
