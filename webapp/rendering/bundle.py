"""The bundle of a sealed letter: all that was sealed in one ZIP file, which anybody can check offline."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from webapp.domain.digest import canonical_json
from webapp.rendering import bundle_verifier
from webapp.rendering.environment import document_environment
from webapp.rendering.signing import public_key, signature

# The same in every bundle: a ZIP file knows no zone, and the time of the seal is in its head.
_WHEN = (1980, 1, 1, 0, 0, 0)
_WORDS = {
    "README.txt": "this text",
    "head.json": "the end of the record and every file, signed",
    "record.jsonl": "the record of the letter, one event a line",
    "texts/statement.md": "the statement, as it was written (Markdown)",
    "texts/references.json": "its references (CSL-JSON)",
    "texts/texts.json": "what each digest covers",
    "verify.py": "the program that checks the bundle",
}


@dataclass(frozen=True)
class BundleContent:
    """What goes into the bundle of one letter, and is told in its README."""

    reference: str
    title: str
    sealed_on: str
    count: str
    """“34 societies”."""
    is_demonstration: bool
    checked_at: str
    record: tuple[Mapping[str, Any], ...]
    """Every event up to the seal: its public part, or its hash alone."""
    revision: Mapping[str, Any]
    """What societies have signed: title, ask, targets, references and texts, each with its digest."""
    documents: Mapping[str, tuple[str, bytes]]
    """By the name of the file: what a person calls it, and its content."""


def make_bundle(content: BundleContent, seed: bytes) -> bytes:
    """The ZIP file, signed with the private key of the installation; byte for byte the same whenever it is made of the same."""
    # Normalised, so that whoever takes the digests again needs no rules of Unicode.
    content = replace(content, revision=json.loads(canonical_json(content.revision)))
    files = dict(sorted(_files(content, public_key(seed)).items()))
    last = content.record[-1]
    head = {
        "letter": content.reference,
        "number": last["sequence"],
        "hash": last["hash"],
        "sealed_at": last["at"],
        "checked_at": content.checked_at,
        "files": {name: hashlib.sha256(file).hexdigest() for name, file in files.items()},
    }
    return _zipped({**files, "head.json": _signed(head, seed)})


@dataclass(frozen=True)
class LaterContent:
    """What goes into a sealed bundle beside what is there."""

    title: str
    record: tuple[Mapping[str, Any], ...]
    """Every event after the seal, to the last that issued a document."""
    documents: Mapping[str, tuple[str, bytes]]
    """By the name of the file: what a person calls it, and its content."""


def with_what_came_after(sealed: bytes, content: LaterContent, seed: bytes) -> bytes:
    """The sealed bundle with all that was issued since, under a head that is signed anew; the same bytes whenever it is made of the same.

    The sealed one stays what it is: each of its files is in this one unchanged, but for its head.
    """
    files = bundle_verifier.read_zip(sealed)
    head = json.loads(files.pop("head.json"))["head"]
    documents = {f"later/{name}": (words, file) for name, (words, file) in content.documents.items()}
    told = {"document_title": content.title, "contents": [(name, words) for name, (words, _file) in documents.items()]}
    readme = document_environment().get_template("documents/later_bundle.txt").render(**told)
    files |= {
        "later/README.txt": readme.encode(),
        "later/record.jsonl": _lines(content.record),
        **{name: file for name, (_words, file) in documents.items()},
    }
    head["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    return _zipped({**files, "head.json": _signed(head, seed)})


def _lines(record: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(f"{canonical_json(event)}\n" for event in record).encode()


def _signed(head: Mapping[str, Any], seed: bytes) -> bytes:
    return _pretty({"head": head, "key": public_key(seed), "signature": signature(seed, canonical_json(head))})


def _files(content: BundleContent, key: str) -> dict[str, bytes]:
    texts = _texts(content.revision)
    documents = {f"documents/{name}": file for name, (_words, file) in content.documents.items()}
    words = {f"documents/{name}": what for name, (what, _file) in content.documents.items()}
    return {
        "README.txt": _readme(content, key, {**_WORDS, **words, **_more_texts(texts)}),
        "verify.py": Path(bundle_verifier.__file__).read_bytes(),
        "record.jsonl": _lines(content.record),
        "texts/references.json": _pretty(content.revision["references"]),
        "texts/texts.json": _pretty({**{key: content.revision[key] for key in ("title", "ask", "targets")}, "texts": texts}),
        **{text["file"]: text["body"].encode() for text in texts},
        **documents,
    }


def _texts(revision: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each text with the name of its file; their own names are anybody’s words, and no names for files (R20)."""
    names = [
        "texts/statement.md" if text["kind"] == "statement" else f"texts/short-form-{at}.md" for at, text in enumerate(revision["texts"])
    ]
    kept = ("kind", "name", "body", "cites", "digest")
    return [{**{key: text[key] for key in kept}, "file": name} for name, text in zip(names, revision["texts"], strict=True)]


def _more_texts(texts: list[dict[str, Any]]) -> dict[str, str]:
    return {text["file"]: f"the short form “{text['name']}”" for text in texts if text["file"] not in _WORDS}


def _readme(content: BundleContent, key: str, words: Mapping[str, str]) -> bytes:
    withheld = sum("withheld" in event for event in content.record)
    told = {
        "withheld": withheld,
        "document_title": content.title,
        "key": key,
        "contents": sorted(words.items()),
        "sealed_on": content.sealed_on,
    }
    facts = {"count": content.count, "is_demonstration": content.is_demonstration, "checked_at": content.checked_at}
    return document_environment().get_template("documents/bundle.txt").render(**told, **facts).encode()


def _pretty(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Stored, not packed: what packs differs from one machine to the next, and most of it is packed already."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _WHEN)
            # As on any machine: a plain file that all may read.
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()
