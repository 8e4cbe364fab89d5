"""Checks the bundle of a sealed letter, offline: python3 -I verify.py [BUNDLE.zip] [FILE, RECEIPT or N:HASH ...] [--key KEY]

Without BUNDLE.zip it checks the folder that it lies in. FILE: a document that came to you another way. RECEIPT: a mail that a society
got when it answered, saved as a file. N:HASH: a place in the record, as a receipt or the PDF quotes it. KEY: the key that the site shows.
Needs Python 3.9; reads what it is given, runs nothing of it, writes nothing. Exit code 0: all is as it was sealed; 1: something is not.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any, cast

NAME, WITHHELD = re.compile(r"([a-z]{1,20}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,100}"), {"sequence", "previous_hash", "hash", "withheld"}
RECEIPT, PLACE = re.compile(r"\bevent ([0-9]{1,9}),\s+([0-9a-f]{64})\b"), re.compile(r"([0-9]{1,9}):([0-9a-f]{64})")
DAMAGED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)
FREEZES, SETTLED = ("letter.opened", "revision.frozen"), {"code", "own_domain", "official", "minute", "word", "proof"}
HIDDEN = "concern societies that did not sign, or matters between them and the coordinators; they are given by their hashes alone."


class Failed(Exception):
    """What is wrong, as a sentence."""


def demand(is_so: Any, sentence: str) -> None:
    if not is_so:
        raise Failed(sentence)


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def labelled(label: str, text: str) -> str:
    return sha256(f"undersigned/{label}\0{text}".encode())


# Ed25519 (RFC 8032, section 5.1), in plain coordinates: slow, and easy to follow.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a: Any, b: Any) -> Any:
    both = D * a[0] * b[0] * a[1] * b[1]
    return (a[0] * b[1] + b[0] * a[1]) * pow(1 + both, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - both, -1, P) % P


def times(number: int, point: Any) -> Any:
    result = (0, 1)
    while number:
        result, number, point = add(result, point) if number & 1 else result, number >> 1, add(point, point)
    return result


def point_of(encoded: bytes) -> Any:
    y, is_odd = int.from_bytes(encoded, "little") % 2**255, encoded[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    demand(y < P and x * x % P == square and (x or not is_odd), "That is no point of the curve.")
    return (x if x % 2 == is_odd else P - x), y


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is the signature under the message by the owner of the key. Raises Failed where either is none."""
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    base = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    return s < ORDER and times(s, base) == add(point_of(signature[:32]), times(h, point_of(key)))


def read_zip(content: bytes) -> dict[str, bytes]:
    """The files of the bundle by their names; nothing is unpacked. Raises Failed where there is anything odd about it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [one for one in archive.infolist() if one.file_size or not one.filename.endswith("/")]
        demand(len(entries) <= 200 and sum(one.file_size for one in entries) <= 3e8, "The bundle is far larger than bundles are.")
        names = [one.filename for one in entries]
        for name in names:
            demand(NAME.fullmatch(name), f"The bundle holds a file with a name that none of a bundle has: {name!a}.")
            demand(names.count(name) == 1, f"The bundle holds two files of the name {name}.")
        return {one.filename: archive.read(one) for one in entries}


class Bundle:
    """What a bundle says. Each check returns a sentence, or raises Failed with one."""

    def __init__(self, read: bytes | dict[str, bytes]) -> None:
        self.files = read_zip(read) if isinstance(read, bytes) else read
        whole = json.loads(self.files["head.json"])
        self.head, self.key, self.signature = whole["head"], str(whole["key"]), str(whole["signature"])
        lines, more = (self.files.get(name, b"").decode().split("\n")[:-1] for name in ("record.jsonl", "later/record.jsonl"))
        self.events = [json.loads(line) for line in lines + more]
        demand([canonical(one) for one in self.events] == lines + more, "The record is not written as records are: it was edited.")
        self.last, self.told = self.events[: len(lines)][-1], [one for one in self.events if set(one) != WITHHELD]
        self.shown = [one for one in self.told if one["sequence"] <= self.last["sequence"]]
        self.seal = self.last.get("public", {})

    def check_files(self) -> str:
        there, named = set(self.files) - {"head.json"}, self.head["files"]
        demand(there <= set(named), f"{', '.join(sorted(there - set(named)))} does not belong to the bundle.")
        demand(set(named) <= there, f"{', '.join(sorted(set(named) - there))} is missing from the bundle.")
        for name in sorted(there):
            demand(sha256(self.files[name]) == named[name], f"{name} is not as it was when the letter was sealed.")
        told, since = {one["public"].get("file_sha256") for one in self.told}, {one for one in there if re.match("later/.*[.]pdf", one)}
        demand(told - {None} == {named[one] for one in since}, "What was issued after the seal is not what the record tells of.")
        issued = f" {len(since)} of them came after the seal, each as the record tells of it." if since else ""
        return f"All {len(there) + 1} files are here, and none is changed.{issued}"

    def check_record(self) -> str:
        before, at, total = labelled("genesis/v1", canonical({"letter": self.head["letter"]})), "", len(self.events)
        for number, one in enumerate(self.events, start=1):
            here = f"Event {number} of the record"
            demand(one["sequence"] == number, f"{here} is missing.")
            demand(one["previous_hash"] == before, f"{here} does not follow from the one before it.")
            told = canonical({key: part for key, part in one.items() if key not in ("hash", "previous_hash")})
            demand(set(one) == WITHHELD or labelled("event/v1", before + told) == one["hash"], f"{here} is not as it was recorded.")
            demand(one.get("at", at) >= at, f"{here} is earlier than the one before it.")
            before, at = one["hash"], one.get("at", at)
        return f"The record is whole: {total} events, each chained to the one before. {total - len(self.told)} entries {HIDDEN}"

    def check_head(self) -> str:
        head, last, end = self.head, self.last, f"the record ends with event {self.last['sequence']}"
        demand(head["number"] == last["sequence"], f"The head names event {head['number']}, and {end}: it was cut or lengthened.")
        demand(head["hash"] == last["hash"], f"The head names another hash for event {head['number']}: the record was rewritten.")
        demand(last.get("kind") == "letter.sealed" and head["sealed_at"] == last["at"], "The record does not end with the seal.")
        demand(self.key == self.seal["key"], "The head is signed with another key than the one that the seal names.")
        by = is_signed(bytes.fromhex(self.key), b"undersigned/head/v1\0" + canonical(head).encode(), bytes.fromhex(self.signature))
        demand(by, "The signature under the head is not by its key: the head was changed.")
        for kind, digest in self.seal["files"].items():
            demand(digest in head["files"].values(), f"The document “{kind}” is not the one that was sealed.")
        where = f"the key {self.key}; compare it with the one that {head['checked_at']} shows."
        return f"The record ends with the seal, event {head['number']}. It and all documents are signed with {where}"

    def check_text(self) -> str:
        texts, references = (json.loads(self.files[f"texts/{name}.json"]) for name in ("texts", "references"))
        for one in texts["texts"]:
            cited = [item for item in references if item["id"] in one["cites"]]
            content = {key: texts[key] for key in ("title", "ask", "targets")} | {"statement": one["body"], "references": cited}
            demand(labelled("text/v1", canonical(content)) == one["digest"], f"The text “{one['name']}” is not the one of its digest.")
            demand(self.files[one["file"]].decode() == one["body"], f"{one['file']} is not the text of its digest.")
        digests = [one["digest"] for one in texts["texts"] if one["kind"] == "statement"]
        in_force = [one["public"]["digest"] for one in self.shown if one["kind"] in FREEZES][-1:]
        demand(digests == in_force == [self.seal["statement_digest"]], "The statement is not the one that was sealed.")
        return f"The statement is the one that was signed and sealed; its digest is {digests[0]}."

    def check_signatories(self) -> str:
        names, count = sorted(replay(self.shown)), self.seal["signatories"]
        demand(len(names) == count, f"By the record {len(names)} have signed, and by the seal {count}.")
        lists = [one for one in self.files.values() if sha256(one) == self.seal["files"].get("signatories-json")]
        if not lists:
            return f"Signed by {count}: the record replays to this number, and nothing was sealed to compare names with."
        listed = [unicodedata.normalize("NFC", one["society"]) for one in json.loads(lists[0])["signatories"]]
        demand(sorted(listed) == names, "The list of the signatories is not the one of which the record tells.")
        demand(labelled("signatories/v1", canonical(listed)) == self.seal["signatories_sha256"], "The signatories are in another order.")
        return f"Signed by {count}: the record replays to this number and to these names."

    def check_other(self, name: str, content: Any) -> str:
        """A place in the record, a receipt, or a document that came another way."""
        mails = message_from_bytes(content).walk() if isinstance(content, bytes) else ()
        texts = [*(one.get_payload(decode=True) for one in mails if one.get_content_type() == "text/plain"), content]
        found = [RECEIPT.search(one.decode("utf-8", "replace")) if isinstance(one, bytes) else one for one in texts]
        if not any(found):
            same = [one for one, wanted in self.head["files"].items() if wanted == sha256(content)]
            demand(same, f"{name} is none of the sealed documents: it was changed, or it is another.")
            return f"{name} is {same[0]}, to the last byte."
        place, last = next(one for one in found if one), len(self.events)
        number = int(place[1])
        demand(0 < number <= last, f"{name}: event {number} is not in this record of {last}. It came later, or the record was cut.")
        demand(self.events[number - 1]["hash"] == place[2], f"{name}: event {number} has another hash here. The record was rewritten.")
        return f"{name}: event {number} is in this record, with this very hash."


def replay(events: list[Any]) -> Iterator[str]:
    """The printed names of all whose signature stands at the end, settled and undisputed, on the text in force, and was in time."""
    answers, carried, deadline = dict[str, Any](), list[str](), ""
    for one in events:
        kind, public = one["kind"], one["public"]
        answer, deadline = answers.get(public.get("society")), public.get("deadline") or deadline
        if kind in FREEZES:
            carried = [*(carried if public.get("change") == "editorial" else ()), public["digest"]]  # Editorial: signatures stand.
        elif kind == "answer.given":
            answers[public["society"]] = {**public, "answer.confirmed": not public.get("needs_second"), "disputed": False}
        elif kind in ("answer.withdrawn", "society.removed"):
            answers.pop(public["society"], None)
        elif answer and answer["answer"] == public.get("answer"):
            changed = {"name.corrected": "printed_name", "authority.settled": "authority"}.get(kind, "answer")
            disputed = {"answer.disputed": True, "dispute.settled": False}.get(kind, answer["disputed"])
            answer.update({kind: True, changed: public[changed], "disputed": disputed})
    for one in answers.values():
        is_known = one["authority"] in SETTLED and one["answer.confirmed"] and not one["disputed"]
        is_kept = one["digest"] in (carried[-1:] if "answer.objected" in one else carried)
        if one["answer_kind"] == "sign" and is_known and is_kept:
            is_late = datetime.fromisoformat(one["received_at"]) >= datetime.fromisoformat(deadline)
            demand(not is_late, f"{one['printed_name']} signed after the deadline.")
            yield one["printed_name"]


def outcome(check: Any, *arguments: Any) -> tuple[bool, Any]:
    try:
        return True, check(*arguments)
    except Failed as error:
        return False, str(error)
    except DAMAGED:
        return False, "It is no bundle, or it is damaged: a part of it cannot be read."


def check_bundle(read: bytes | dict[str, bytes], others: Any = (), key: str = "") -> Iterator[tuple[bool, str]]:
    """(is_so, sentence) for each thing that was checked. `others` are (name, content); `key` is the one that the site shows."""
    is_bundle, bundle = outcome(Bundle, read)
    if not is_bundle:
        return (yield False, bundle)
    yield from map(outcome, (bundle.check_files, bundle.check_record, bundle.check_head, bundle.check_text, bundle.check_signatories))
    yield from (outcome(bundle.check_other, *other) for other in others)
    if key:
        yield key == bundle.key, f"The key of the bundle is {'' if key == bundle.key else 'not '}the one that you named."


def main(arguments: list[str]) -> int:
    key = arguments.pop(arguments.index("--key") + 1).lower() if "--key" in arguments[:-1] else ""
    names, here = [one for one in arguments if one != "--key"], Path(__file__).resolve().parent
    zipped = names.pop(0) if names and names[0].lower().endswith(".zip") else ""
    try:
        folder = {path.relative_to(here).as_posix(): path.read_bytes() for path in here.rglob("*") if path.is_file() and not zipped}
        others = [(one, PLACE.fullmatch(one) or Path(one).read_bytes()) for one in names]
        results = list(check_bundle(Path(zipped).read_bytes() if zipped else folder, others, key))
    except OSError as error:
        results = [(False, str(error))]
    cast(Any, sys.stdout).reconfigure(errors="replace")
    for is_so, sentence in results:
        print("OK    " if is_so else "FAILED", sentence)
    print("All is as it was sealed." if all(is_so for is_so, _ in results) else "NOT as it was sealed.")
    return 0 if all(is_so for is_so, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
