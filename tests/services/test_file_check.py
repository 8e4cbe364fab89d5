"""T21: what is said of a file that somebody holds: the same words for the page and for the command."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pikepdf
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests import bundles
from tests.bundles import FORGER, Case, chained, events, packed, replaced, signed, with_events
from tests.conftest import Store
from tests.databases import Databases
from tests.factories import ANNA, FAKE_PDF, KEYRING, SEALABLE, enter, give, intent, letter_row, letter_sealed, settings_for, staff_actor
from webapp.domain.document_kind import DocumentKind
from webapp.domain.tokens import Keyring
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.tables import DocumentRow
from webapp.rendering.pdf_seal import own_key, seal_pdf
from webapp.rendering.signing import public_key
from webapp.services.file_check import Checked, Verdict, check_file, check_sha256

OURS = own_key(KEYRING.pdf_seal_seed(), "127.0.0.1")
THEIRS = own_key(Keyring(b"the key of somebody else, of forty bytes..").pdf_seal_seed(), "elsewhere.example.org")
NOW = datetime(2026, 3, 14, 16, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Case]]:
    folder = tmp_path_factory.mktemp("house")
    engine = make_engine(settings_for(folder, databases.fresh(folder)))
    with Session(engine) as session, transaction(session):
        case = bundles.sealed_letter(session)
    yield engine, case
    engine.dispose()


@pytest.fixture
def case(house: tuple[Engine, Case]) -> Case:
    return house[1]


@pytest.fixture
def look(house: tuple[Engine, Case]) -> Iterator["Look"]:
    with Session(house[0]) as session:
        yield Look(session)


class Look:
    def __init__(self, session: Session) -> None:
        self.session = session

    def at(self, name: str, content: bytes) -> Checked:
        return check_file(self.session, name, content, [OURS.public_key])


def bare_pdf() -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made)
    return made.getvalue()


def test_every_sealed_document_is_genuine(look: Look, case: Case) -> None:
    for name, content in case.files.items():
        if name.startswith("documents/"):
            found = look.at("whatever it is called", content)
            assert found.verdict is Verdict.GENUINE
            assert ("Signed by", "2 societies") in found.facts


@pytest.mark.parametrize("name", ["letter.pdf", "list.csv", "letter.docx", "notes", "x.zip"])
def test_what_was_never_sealed_is_not_known_and_says_what_to_do(look: Look, name: str) -> None:
    found = look.at(name, b"something else")
    assert found.verdict is not Verdict.GENUINE
    assert found.advice


def test_changed_pdf_is_not_known(look: Look) -> None:
    found = look.at("letter.pdf", FAKE_PDF + b"\n")
    assert (found.verdict, found.sentence) == (Verdict.UNKNOWN, "This file is not known here.")


def test_pdf_that_carries_our_seal_and_was_changed_is_named_so(look: Look) -> None:
    sealed = seal_pdf(bare_pdf(), OURS, now=NOW)
    found = look.at("letter.pdf", sealed + b"\n% more\n")
    assert (found.verdict, found.sentence) == (Verdict.CHANGED, "This PDF carries a seal of this installation, and was changed after it.")
    assert found.facts[0] == ("Electronic seal", "by Undersigned at 127.0.0.1; the file was changed since")


def test_seal_of_somebody_else_vouches_for_nothing(look: Look) -> None:
    found = look.at("letter.pdf", seal_pdf(bare_pdf(), THEIRS, now=NOW))
    assert found.verdict is Verdict.UNKNOWN
    assert "whom nobody here vouches for" in found.facts[0][1]


def test_bundle_that_was_packed_anew_is_genuine(look: Look, case: Case) -> None:
    found = look.at("bundle.zip", packed(case.files))
    assert found.verdict is Verdict.GENUINE
    assert {name for name, _sentence in found.facts} == {"OK"}


def test_changed_bundle_says_what_is_not_as_it_was(look: Look, case: Case) -> None:
    found = look.at("bundle.zip", packed(replaced(case.files, ".csv", lambda text: text + b"\r\n")))
    assert (found.verdict, found.sentence) == (Verdict.CHANGED, "This bundle is not as it was sealed.")
    failed = [sentence for name, sentence in found.facts if name == "FAILED"]
    assert len(failed) == 1 and failed[0].endswith(".csv is not as it was when the letter was sealed.")


def test_bundle_of_somebody_else_fits_and_is_not_known_here(look: Look, case: Case) -> None:
    told = events(case.files)
    told[-1]["public"]["key"] = public_key(FORGER)
    found = look.at("bundle.zip", packed(signed(with_events(case.files, chained(case.content.reference, told)), FORGER)))
    assert (found.verdict, found.sentence) == (
        Verdict.UNKNOWN,
        "All in this bundle fits together, but its letter was not sealed here.",
    )


def test_receipt_is_genuine_and_an_altered_one_is_not(look: Look, case: Case) -> None:
    for name, (number, digest) in case.receipts.items():
        found = look.at("receipt.eml", case.receipt(name))
        assert found.sentence == f"This receipt is genuine: event {number} is on the record, with this very hash."
        altered = look.at("receipt.eml", case.receipt(name, lambda text, digest=digest: text.replace(digest, "0" * 64)))  # type: ignore[misc]
        assert altered.verdict is Verdict.UNKNOWN
        assert "history was rolled back or rewritten" in altered.sentence


@pytest.fixture
def same_lists(store: Store) -> tuple[str, str]:
    """Two letters that the same society has signed."""
    with store() as session:
        actor = staff_actor(session)
        first, second = (letter_sealed(session, actor, title=title) for title in ("The quiet hour", "Another matter"))
        return first, second


def kept_file(session: Session, letter: str, kind: DocumentKind) -> DocumentRow:
    return session.scalars(
        select(DocumentRow).where(DocumentRow.letter_id == letter_row(session, letter).id, DocumentRow.kind == kind)
    ).one()


def test_r18_list_of_one_letter_tells_nothing_of_another_with_the_same_signatories(store: Store, same_lists: tuple[str, str]) -> None:
    with store() as session:
        for letter, title in zip(same_lists, ("The quiet hour", "Another matter"), strict=True):
            for kind in (DocumentKind.SIGNATORIES_CSV, DocumentKind.SIGNATORIES_JSON):
                found = check_sha256(session, kept_file(session, letter, kind).sha256)
                assert dict(found.facts)["Letter"] == title


def test_r18_file_of_two_letters_is_genuine_and_names_neither(store: Store, same_lists: tuple[str, str]) -> None:
    """The plain text here is the same bytes for both, as lists were once."""
    with store() as session:
        found = check_sha256(session, kept_file(session, same_lists[0], DocumentKind.TEXT).sha256)
        assert found.is_genuine
        assert [name for name, _value in found.facts] == ["Document", "SHA-256"]


def test_r5_sealed_letter_says_what_has_changed_since_by_name(store: Store) -> None:
    with store() as session:
        letter = letter_sealed(session, staff_actor(session))
        text = kept_file(session, letter, DocumentKind.TEXT).sha256
        assert "Since the seal" not in dict(check_sha256(session, text).facts)
        place = enter(session, letter, ANNA, now=SEALABLE)
        give(session, place, intent(session, place, "withdraw"), at=SEALABLE)
        assert "withdrawn: Gullhaven, Society of" in dict(check_sha256(session, text).facts)["Since the seal"]
