"""A bundle to be tampered with, and ways to do it: each leaves a file that somebody might be given."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.databases import Databases
from tests.factories import (
    BRUNO,
    DEADLINE,
    KEYRING,
    OTTO,
    SEALABLE,
    enter,
    entry,
    give,
    intent,
    letter_in_signing,
    letter_row,
    sealable_files,
    settings_for,
    sign,
    staff_actor,
)
from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind
from webapp.domain.digest import canonical_json, sha256_of
from webapp.domain.links import Links
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.tables import AnswerRow
from webapp.rendering import bundle_verifier
from webapp.rendering.bundle import BundleContent, make_bundle
from webapp.rendering.signing import public_key, signature
from webapp.services import seal, sign_on
from webapp.services.bundle import bundle_content, keep_bundle
from webapp.settings import Settings

Files = dict[str, bytes]
MARSHES = entry("Society of the Marshes", OTTO, "Otto Lind")
LINKS = Links("https://letters.example.org")
FORGER = b"the seed of somebody else, 32 b."


@dataclass(frozen=True)
class Case:
    """A sealed letter with what others hold of it."""

    bundle: bytes
    receipts: dict[str, tuple[int, str]]
    """Of each society that answered: the place and the hash that its receipt quotes."""

    content: BundleContent

    def receipt(self, name: str, change: Callable[[str], str] = lambda text: text) -> bytes:
        """As a mail program keeps it; `change` is what somebody does to its words."""
        number, digest = self.receipts[name]
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "letters@example.org", "somebody@example.org", "Receipt"
        mail.set_content(change(f"Dear …\n\n  Record          event {number}, {digest}\n"), cte="quoted-printable")
        return mail.as_bytes()

    @property
    def files(self) -> Files:
        return unpacked(self.bundle)


def sealed_case(databases: Databases, folder: Path) -> Case:
    """The same in a database of its own."""
    return case_in(settings_for(folder, databases.fresh(folder)))


def case_in(settings: Settings) -> Case:
    engine = make_engine(settings)
    try:
        with Session(engine) as session, transaction(session):
            return sealed_letter(session)
    finally:
        engine.dispose()


def sealed_letter(session: Session) -> Case:
    """A letter that two societies have signed and one has declined, sealed."""
    actor = staff_actor(session)
    reference = letter_in_signing(session, actor, entry(), MARSHES, entry("Society of Ferns", BRUNO, "Bruno Wirth"))
    sign(session, reference)
    sign(session, reference, OTTO, printed_name="Society of the Marshes", officer="Otto Lind")
    place = enter(session, reference, BRUNO)
    give(session, place, intent(session, place, AnswerKind.DECLINE, reason="No."))
    assert sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
    _seal(session, actor, reference)
    return _case(session, reference)


def _case(session: Session, reference: str) -> Case:
    letter = letter_row(session, reference)
    content = bundle_content(session, letter, LINKS)
    answers = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id))
    receipts = {one.printed_name: (one.record_sequence, one.record_hash) for one in answers}
    return Case(make_bundle(content, KEYRING.seal_seed()), receipts, content)


def made_again(case: Case) -> bytes:
    return make_bundle(case.content, KEYRING.seal_seed())


def unpacked(bundle: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files, *more: tuple[str, bytes]) -> bytes:
    """As anybody packs it; `more` may have names that are there already."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*files.items(), *more):
            archive.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def named(files: Files, end: str) -> str:
    return next(name for name in files if name.endswith(end))


def replaced(files: Files, end: str, change: Callable[[bytes], bytes]) -> Files:
    name = named(files, end)
    assert change(files[name]) != files[name]
    return {**files, name: change(files[name])}


def events(files: Files) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files["record.jsonl"].decode().splitlines()]


def with_events(files: Files, changed: list[dict[str, Any]]) -> Files:
    return {**files, "record.jsonl": "".join(f"{canonical_json(one)}\n" for one in changed).encode()}


def hash_of(event: dict[str, Any]) -> str:
    content = {key: part for key, part in event.items() if key not in {"hash", "previous_hash"}}
    return bundle_verifier.labelled("event/v1", event["previous_hash"] + canonical_json(content))


def chained(reference: str, changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events numbered and chained anew, as a forger with the program can do."""
    before, made = sha256_of("genesis/v1", {"letter": reference}), []
    for number, event in enumerate(changed, start=1):
        one = {**event, "sequence": number, "previous_hash": before}
        before = one["hash"] if "withheld" in one else hash_of(one)
        one["hash"] = before
        made.append(one)
    return made


def signed(files: Files, seed: bytes = KEYRING.seal_seed()) -> Files:
    """With a head that fits what is there, signed with the key of this seed."""

    whole, last = json.loads(files["head.json"]), events(files)[-1]
    names = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "head.json"}
    head = {**whole["head"], "number": last["sequence"], "hash": last["hash"], "sealed_at": last.get("at", ""), "files": names}
    fresh = {"head": head, "key": public_key(seed), "signature": signature(seed, canonical_json(head))}
    return {**files, "head.json": json.dumps(fresh).encode()}


def _seal(session: Session, actor: Actor, reference: str) -> None:
    plan = seal.plan_seal(session, actor, reference, LINKS, now=SEALABLE)
    key = public_key(KEYRING.seal_seed())
    seal.seal_letter(session, actor, reference, plan, sealable_files(plan), key=key, now=SEALABLE)
    keep_bundle(session, reference, KEYRING, LINKS, now=SEALABLE)
