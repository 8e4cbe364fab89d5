"""G7, T18 to T20: the bundle checks itself offline, and whatever is done to it is caught in the right words."""

import ast
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import bundles
from tests.bundles import FORGER, Case, Files, chained, events, packed, replaced, signed, unpacked, with_events
from tests.counts import IS_ASSURE, times
from tests.databases import Databases
from tests.factories import ANNA, BRUNO, COORDINATOR, KEYRING, OTTO
from webapp.rendering import bundle_verifier
from webapp.rendering.bundle_verifier import Failed, check_bundle, is_signed
from webapp.rendering.signing import public_key, signature

Checks = list[tuple[bool, str]]

# Of the files alone; that they are the same on PostgreSQL is seen in test_verified_bundle.py.
pytestmark = pytest.mark.sqlite


@pytest.fixture(scope="module")
def case(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return bundles.sealed_case(databases, tmp_path_factory.mktemp("bundle"))


def failures(bundle: bytes | Files, *others: tuple[str, object], key: str = "") -> list[str]:
    return [sentence for is_so, sentence in check_bundle(bundle, others, key) if not is_so]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments]
    return subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)


@pytest.fixture
def folder(case: Case, tmp_path: Path) -> Iterator[Path]:
    with zipfile.ZipFile(io.BytesIO(case.bundle)) as archive:
        archive.extractall(tmp_path / "unpacked")
    yield tmp_path / "unpacked"


def test_g7_untouched_bundle_is_all_right_alone_in_a_folder(case: Case, folder: Path) -> None:
    done = run(folder)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["OK"] * 5 + ["All"]
    for words in ("none is changed", "each chained to the one before", "ends with the seal", "signed and sealed", "Signed by 2"):
        assert words in done.stdout


def test_g7_zip_is_checked_without_being_unpacked(case: Case, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(case.bundle)
    done = run(folder, str(tmp_path / "bundle.zip"), "--key", public_key(KEYRING.seal_seed()))
    assert done.returncode == 0
    assert "The key of the bundle is the one that you named." in done.stdout


def test_bundle_made_twice_is_byte_for_byte_the_same(case: Case, databases: Databases, tmp_path: Path) -> None:
    assert bundles.made_again(case) == case.bundle
    with zipfile.ZipFile(io.BytesIO(case.bundle)) as archive:
        entries = archive.infolist()
    assert [one.filename for one in entries] == sorted(one.filename for one in entries)
    assert {(one.date_time, one.compress_type, one.external_attr, one.extra) for one in entries} == {
        ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 0o644 << 16, b"")
    }


def test_r19_bundle_holds_no_address_of_a_person_and_nothing_private(case: Case) -> None:
    whole = b"".join(case.files.values())
    for address in (ANNA, BRUNO, OTTO, COORDINATOR, "interests", "the board"):
        assert address.encode() not in whole
    whole_event = {"sequence", "at", "kind", "actor", "public", "private_commitment", "previous_hash", "hash"}
    assert all(set(one) in (whole_event, bundle_verifier.WITHHELD) for one in events(case.files))


def test_what_stands_in_it_is_named_in_its_readme(case: Case) -> None:
    readme = case.files["README.txt"].decode()
    assert all(name in readme for name in case.files)
    assert "simple electronic signatures" in readme


# What is done to a bundle, and what is said of it.


def second(case: Case) -> list[dict[str, object]]:
    return events(case.files)


def _flip(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def pdf_with_a_byte_changed(case: Case) -> bytes:
    return packed(replaced(case.files, ".pdf", _flip))


def other_pdf_of_the_same_name(case: Case) -> bytes:
    return packed(replaced(case.files, ".pdf", lambda _: b"%PDF-1.7 another letter"))


def two_signatories_swapped(case: Case) -> bytes:
    def swap(content: bytes) -> bytes:
        lines = content.split(b"\r\n")
        return b"\r\n".join([lines[0], lines[2], lines[1], *lines[3:]])

    return packed(replaced(case.files, ".csv", swap))


def statement_with_one_letter_changed(case: Case) -> bytes:
    return packed(replaced(case.files, "statement.md", lambda text: text.replace(b"disagree", b"disagreE")))


def statement_changed_with_its_head(case: Case) -> bytes:
    files = replaced(case.files, "statement.md", lambda text: text.replace(b"disagree", b"agree"))
    return packed(signed(replaced(files, "texts.json", lambda text: text.replace(b"disagree", b"agree"))))


def event_removed(case: Case) -> bytes:
    told = second(case)
    return packed(signed(with_events(case.files, told[:4] + told[5:])))


def events_in_another_order(case: Case) -> bytes:
    told = second(case)
    return packed(signed(with_events(case.files, [*told[:4], told[5], told[4], *told[6:]])))


def event_changed(case: Case) -> bytes:
    told = second(case)
    told[0]["public"]["title"] = "Another title"  # type: ignore[index]  # it is a dictionary
    return packed(signed(with_events(case.files, told)))


def event_changed_with_its_own_hash(case: Case) -> bytes:
    told = second(case)
    opening = next(one for one in told if one.get("kind") == "letter.opened")
    opening["at"] = "2026-03-02T09:00:01.000000+00:00"
    opening["hash"] = bundles.hash_of(opening)
    return packed(signed(with_events(case.files, told)))


def record_cut(case: Case) -> bytes:
    files = with_events(case.files, second(case)[:-3])
    return packed({**files, "head.json": case.files["head.json"]})


def record_cut_with_a_new_head(case: Case) -> bytes:
    return packed(signed(with_events(case.files, second(case)[:-3])))


def head_signed_with_another_key(case: Case) -> bytes:
    return packed(signed(case.files, FORGER))


def head_changed(case: Case) -> bytes:
    return packed(replaced(case.files, "head.json", lambda text: text.replace(b"/check", b"/cheek")))


def signatory_taken_out_of_the_record(case: Case) -> bytes:
    told = [one for one in second(case) if not (one.get("kind") == "answer.given" and "Marshes" in json.dumps(one))]
    reference = json.loads(case.files["head.json"])["head"]["letter"]
    return packed(signed(with_events(case.files, chained(reference, told))))


def signature_withheld(case: Case) -> bytes:
    return packed(signed(with_events(case.files, [withheld(one) if "Marshes" in json.dumps(one) else one for one in second(case)])))


def text_in_force_withheld(case: Case) -> bytes:
    told = [withheld(one) if one.get("kind") == "letter.opened" else one for one in second(case)]
    return packed(signed(with_events(case.files, told)))


def seal_withheld(case: Case) -> bytes:
    *told, last = second(case)
    return packed(signed(with_events(case.files, [*told, withheld(last)])))


def withheld_event_that_tells_something(case: Case) -> bytes:
    told = [{**one, "kind": "answer.given"} if "withheld" in one else one for one in second(case)]
    return packed(signed(with_events(case.files, told)))


def withheld(event: dict[str, object]) -> dict[str, object]:
    return {key: event[key] for key in ("sequence", "previous_hash", "hash")} | {"withheld": True}


def file_added(case: Case) -> bytes:
    return packed(case.files, ("documents/note.txt", b"The societies have agreed to more."))


def file_missing(case: Case) -> bytes:
    return packed({name: content for name, content in case.files.items() if not name.endswith(".csv")})


def two_files_of_one_name(case: Case) -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return packed(case.files, (bundles.named(case.files, ".pdf"), b"%PDF-1.7 another letter"))


def name_that_leads_out_of_the_folder(case: Case) -> bytes:
    return packed(case.files, ("../../etc/cron.d/x", b"* * * * * root rm -rf /"))


def cut_in_half(case: Case) -> bytes:
    return case.bundle[: len(case.bundle) // 2]


def bomb(case: Case) -> bytes:
    made = bytearray(packed({**case.files, "bomb.txt": b"0" * 1_000}))
    # The central directory promises half a gigabyte.
    at = made.rindex(b"PK\x01\x02")
    made[at + 24 : at + 28] = (500_000_000).to_bytes(4, "little")
    return bytes(made)


MANIPULATIONS: list[tuple[Callable[[Case], bytes], str]] = [
    (pdf_with_a_byte_changed, r"\.pdf is not as it was when the letter was sealed"),
    (other_pdf_of_the_same_name, r"\.pdf is not as it was when the letter was sealed"),
    (two_signatories_swapped, r"\.csv is not as it was when the letter was sealed"),
    (statement_with_one_letter_changed, r"texts/statement\.md is not as it was"),
    (statement_changed_with_its_head, "is not the one of its digest"),
    (event_removed, "Event 5 of the record is missing"),
    (events_in_another_order, "Event 5 of the record is missing"),
    (event_changed, "Event 1 of the record is not as it was recorded"),
    (event_changed_with_its_own_hash, r"Event \d+ of the record does not follow from the one before it"),
    (record_cut, "it was cut or lengthened"),
    (record_cut_with_a_new_head, "The record does not end with the seal"),
    (head_signed_with_another_key, "signed with another key than the one that the seal names"),
    (head_changed, "the head was changed"),
    (signatory_taken_out_of_the_record, "By the record 1 have signed, and by the seal 2"),
    (signature_withheld, "By the record 1 have signed, and by the seal 2"),
    (text_in_force_withheld, "The statement is not the one that was sealed"),
    (seal_withheld, "The record does not end with the seal"),
    (withheld_event_that_tells_something, "is not as it was recorded"),
    (file_added, r"documents/note\.txt does not belong to the bundle"),
    (file_missing, r"\.csv is missing from the bundle"),
    (two_files_of_one_name, "two files of the name documents/"),
    (name_that_leads_out_of_the_folder, "a name that none of a bundle has: '../../etc/cron.d/x'"),
    (cut_in_half, "damaged"),
    (bomb, "far larger than bundles are"),
]


@pytest.mark.parametrize(("harm", "words"), MANIPULATIONS, ids=[harm.__name__ for harm, _words in MANIPULATIONS])
def test_t18_what_was_done_is_said(case: Case, harm: Callable[[Case], bytes], words: str) -> None:
    found = failures(harm(case))
    assert any(re.search(words, sentence) for sentence in found), found


@pytest.mark.parametrize("harm", [pdf_with_a_byte_changed, event_removed, two_files_of_one_name, cut_in_half], ids=lambda one: one.__name__)
def test_t18_program_ends_with_1_and_without_a_traceback(case: Case, folder: Path, tmp_path: Path, harm: Callable[[Case], bytes]) -> None:
    (tmp_path / "bundle.zip").write_bytes(harm(case))
    done = run(folder, str(tmp_path / "bundle.zip"))
    assert (done.returncode, done.stderr) == (1, "")
    assert "FAILED" in done.stdout and "NOT as it was sealed." in done.stdout


def test_control_untouched_bundle_fails_nowhere(case: Case) -> None:
    assert failures(case.bundle) == []
    assert failures(packed(case.files)) == []


# What others hold


def test_t19_receipts_are_on_the_record(case: Case) -> None:
    for name, (number, digest) in case.receipts.items():
        place = bundle_verifier.PLACE.fullmatch(f"{number}:{digest}")
        checks = list(check_bundle(case.bundle, [("receipt.eml", case.receipt(name)), ("typed", place)]))
        assert [is_so for is_so, _sentence in checks] == [True] * 7
        assert checks[-2][1] == f"receipt.eml: event {number} is in this record, with this very hash."


def test_t19_receipt_of_a_record_that_was_rewritten_shows_it(case: Case) -> None:
    """The whole record was made anew without one society, sealed again and signed with the installation’s own key."""
    reference = json.loads(case.files["head.json"])["head"]["letter"]
    told = [one for one in events(case.files) if "Marshes" not in json.dumps(one)]
    forged = with_events(case.files, chained(reference, told))
    name = next(one for one in case.receipts if "Marshes" in one)
    number = case.receipts[name][0]
    assert f"receipt.eml: event {number} has another hash here. The record was rewritten." in failures(
        packed(signed(forged)), ("receipt.eml", case.receipt(name))
    )


def test_t19_receipt_beyond_the_end_of_the_record_is_said(case: Case) -> None:
    found = failures(case.bundle, ("late.eml", b"event 4711, " + b"0" * 64))
    assert found == [f"late.eml: event 4711 is not in this record of {len(events(case.files))}. It came later, or the record was cut."]


def test_t19_receipt_with_an_altered_hash_is_said(case: Case) -> None:
    name = next(iter(case.receipts))
    found = failures(case.bundle, ("receipt.eml", case.receipt(name, lambda text: re.sub("[0-9a-f]{64}", "ab" * 32, text))))
    assert len(found) == 1 and "has another hash here" in found[0]


def test_t20_rewritten_record_with_another_key_is_known_by_the_key(case: Case) -> None:
    """Everything was made anew by somebody else, the seal too; the key that the site shows tells."""
    reference, told = json.loads(case.files["head.json"])["head"]["letter"], events(case.files)
    told[-1]["public"]["key"] = public_key(FORGER)
    forged = packed(signed(with_events(case.files, chained(reference, told)), FORGER))
    assert failures(forged) == []
    assert failures(forged, key=public_key(KEYRING.seal_seed())) == ["The key of the bundle is not the one that you named."]


def test_t21_document_that_came_another_way_is_compared(case: Case) -> None:
    pdf = case.files[bundles.named(case.files, ".pdf")]
    assert failures(case.bundle, ("mailed.pdf", pdf)) == []
    assert failures(case.bundle, ("mailed.pdf", _flip(pdf))) == [
        "mailed.pdf is none of the sealed documents: it was changed, or it is another."
    ]


# The program itself


def test_program_needs_nothing_but_the_standard_library_of_python_3_9_and_has_250_lines() -> None:
    source = Path(bundle_verifier.__file__).read_text()
    assert len(source.splitlines()) <= 250
    tree = ast.parse(source, feature_version=(3, 9))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {one.split(".")[0] for one in imported} <= sys.stdlib_module_names
    assert not imported & {"subprocess", "socket", "urllib", "http", "pickle", "importlib", "ctypes"}
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not called & {"eval", "exec", "compile", "open", "__import__", "archive.extractall", "archive.extract"}


# RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc): private key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("seed", "message", "wanted"), VECTORS)
def test_signature_is_that_of_rfc_8032(seed: str, message: str, wanted: str) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    assert private.sign(bytes.fromhex(message)).hex() == wanted
    key = private.public_key().public_bytes_raw()
    assert is_signed(key, bytes.fromhex(message), bytes.fromhex(wanted))


@settings(max_examples=times(60), deadline=None)
@given(st.binary(max_size=200), st.integers(0, 64 * 8 - 1), st.booleans())
def test_signature_is_good_untouched_and_bad_with_one_bit_changed(message: bytes, bit: int, of_message: bool) -> None:
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(message).digest())
    key, made = private.public_key().public_bytes_raw(), private.sign(message)
    assert is_signed(key, message, made)
    broken = bytearray(made)
    broken[bit // 8] ^= 1 << bit % 8
    try:
        assert not is_signed(key, message + b"x" if of_message else message, made if of_message else bytes(broken))
    except Failed as error:
        assert "no point of the curve" in str(error)


def test_signature_that_is_too_large_or_no_point_is_refused() -> None:
    key, made = public_key(FORGER), bytes.fromhex(signature(FORGER, "{}"))
    message = b"undersigned/head/v1\0{}"
    assert is_signed(bytes.fromhex(key), message, made)
    more = int.from_bytes(made[32:], "little") + bundle_verifier.ORDER
    assert not is_signed(bytes.fromhex(key), message, made[:32] + more.to_bytes(32, "little"))
    with pytest.raises(Failed):
        is_signed(b"\xff" * 32, message, made)


@settings(max_examples=1_000 if IS_ASSURE else 30, deadline=None)
@given(st.data())
def test_bundle_that_was_mutated_anywhere_is_never_all_right_and_never_a_traceback(case: Case, data: st.DataObject) -> None:
    files = case.files
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    at = data.draw(st.integers(0, len(content) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "add", "empty"]))
    if how == "flip":
        content[at] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "cut":
        del content[at:]
    elif how == "add":
        content[at:at] = data.draw(st.binary(min_size=1, max_size=5))
    else:
        content.clear()
    if name == "head.json" and _says_the_same(bytes(content), files[name]):
        return
    assert failures({**files, name: bytes(content)})


def _says_the_same(one: bytes, other: bytes) -> bool:
    """Space between the parts of JSON says nothing, and is not signed."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


@settings(max_examples=times(100), deadline=None)
@given(st.binary(max_size=400))
def test_what_is_no_bundle_is_said_to_be_none(content: bytes) -> None:
    assert failures(content)
    assert failures({"head.json": content, "record.jsonl": content})


def test_control_check_that_looks_at_nothing_lets_everything_pass(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("check_files", "check_record", "check_head", "check_text", "check_signatories"):
        monkeypatch.setattr(bundle_verifier.Bundle, name, lambda self: "")
    assert all(failures(harm(case)) == [] for harm in (pdf_with_a_byte_changed, event_removed, head_signed_with_another_key))


def test_packing_again_by_another_program_changes_nothing(case: Case) -> None:
    assert unpacked(packed(case.files)) == case.files
    assert failures(packed(case.files)) == []


def test_signatories_in_another_order_than_they_were_sealed_in_are_said(case: Case) -> None:
    def turned(text: bytes) -> bytes:
        whole = json.loads(text)
        return json.dumps({**whole, "signatories": whole["signatories"][::-1]}).encode()

    files = replaced(case.files, "signatories-" + case.content.reference + ".json", turned)
    told = events(files)
    list_name = next(name for name in files if name.endswith(".json") and "signatories" in name)
    told[-1]["public"]["files"]["signatories-json"] = hashlib.sha256(files[list_name]).hexdigest()
    forged = signed(with_events(files, chained(case.content.reference, told)))
    assert failures(packed(forged)) == ["The signatories are in another order."]
